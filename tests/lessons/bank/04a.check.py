# %% certa
@dg.asset_check(asset=vendas_limpas, blocking=True)
def vendas_prontas(vendas_limpas):
    ids = [venda["id"] for venda in vendas_limpas]
    vazio = not ids
    repetido = len(ids) != len(set(ids))
    ruim = any(venda["centavos"] <= 0 for venda in vendas_limpas)
    return dg.AssetCheckResult(passed=not (vazio or repetido or ruim))


desafio("04a.check", vendas_prontas)
# %% errada: não barra | foi feito assim mesmo
@dg.asset_check(asset=vendas_limpas)
def vendas_prontas(vendas_limpas):
    ids = [venda["id"] for venda in vendas_limpas]
    bons = all(venda["centavos"] > 0 for venda in vendas_limpas)
    return dg.AssetCheckResult(passed=bool(ids) and len(ids) == len(set(ids)) and bons)


desafio("04a.check", vendas_prontas)
# %% errada: aprova o dia vazio | Em um dia sem vendas, o check aprovou
@dg.asset_check(asset=vendas_limpas, blocking=True)
def vendas_prontas(vendas_limpas):
    ids = [venda["id"] for venda in vendas_limpas]
    bons = all(venda["centavos"] > 0 for venda in vendas_limpas)
    return dg.AssetCheckResult(passed=len(ids) == len(set(ids)) and bons)


desafio("04a.check", vendas_prontas)
# %% errada: esquece os repetidos | id repetido, o check aprovou
@dg.asset_check(asset=vendas_limpas, blocking=True)
def vendas_prontas(vendas_limpas):
    return dg.AssetCheckResult(passed=bool(vendas_limpas) and all(v["centavos"] > 0 for v in vendas_limpas))


desafio("04a.check", vendas_prontas)
# %% errada: zero passa | zero centavos, o check aprovou
@dg.asset_check(asset=vendas_limpas, blocking=True)
def vendas_prontas(vendas_limpas):
    ids = [venda["id"] for venda in vendas_limpas]
    bons = all(venda["centavos"] >= 0 for venda in vendas_limpas)
    return dg.AssetCheckResult(passed=bool(ids) and len(ids) == len(set(ids)) and bons)


desafio("04a.check", vendas_prontas)
# %% errada: reprova tudo | Em um dia bom, o check reprovou
@dg.asset_check(asset=vendas_limpas, blocking=True)
def vendas_prontas(vendas_limpas):
    return dg.AssetCheckResult(passed=False)


desafio("04a.check", vendas_prontas)
# %% errada: chave errada | O seu código parou com `KeyError
@dg.asset_check(asset=vendas_limpas, blocking=True)
def vendas_prontas(vendas_limpas):
    return dg.AssetCheckResult(passed=all(venda["valor"] > 0 for venda in vendas_limpas))


desafio("04a.check", vendas_prontas)
