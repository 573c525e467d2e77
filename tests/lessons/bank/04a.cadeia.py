# %% certa
@dg.asset
def por_loja(vendas_limpas):
    total = {}
    for venda in vendas_limpas:
        total[venda["loja"]] = total.get(venda["loja"], 0) + venda["centavos"]
    return total


@dg.asset
def melhor_loja(por_loja):
    if not por_loja:
        return None
    return min(por_loja, key=lambda loja: (-por_loja[loja], loja))


desafio("04a.cadeia", [por_loja, melhor_loja])
# %% certa: com MaterializeResult e Counter
from collections import Counter


@dg.asset
def por_loja(context: dg.AssetExecutionContext, vendas_limpas):
    total = Counter()
    for venda in vendas_limpas:
        total[venda["loja"]] += venda["centavos"]
    return dg.MaterializeResult(value=dict(total), metadata={"lojas": len(total)})


@dg.asset
def melhor_loja(por_loja):
    return next(iter(sorted(por_loja, key=lambda loja: (-por_loja[loja], loja))), None)


desafio("04a.cadeia", (por_loja, melhor_loja))
# %% errada: recalcula a partir das vendas | precisa depender de `por_loja`
@dg.asset
def por_loja(vendas_limpas):
    total = {}
    for venda in vendas_limpas:
        total[venda["loja"]] = total.get(venda["loja"], 0) + venda["centavos"]
    return total


@dg.asset
def melhor_loja(vendas_limpas):
    return max(vendas_limpas, key=lambda venda: venda["centavos"])["loja"]


desafio("04a.cadeia", [por_loja, melhor_loja])
# %% errada: a última venda ganha | Some todas as vendas de cada loja
@dg.asset
def por_loja(vendas_limpas):
    return {venda["loja"]: venda["centavos"] for venda in vendas_limpas}


@dg.asset
def melhor_loja(por_loja):
    return min(por_loja, key=lambda loja: (-por_loja[loja], loja)) if por_loja else None


desafio("04a.cadeia", [por_loja, melhor_loja])
# %% errada: o empate vai para a primeira da lista | duas lojas empatadas
@dg.asset
def por_loja(vendas_limpas):
    total = {}
    for venda in vendas_limpas:
        total[venda["loja"]] = total.get(venda["loja"], 0) + venda["centavos"]
    return total


@dg.asset
def melhor_loja(por_loja):
    return max(por_loja, key=por_loja.get) if por_loja else None


desafio("04a.cadeia", [por_loja, melhor_loja])
# %% errada: esquece o dia sem vendas | O seu código parou
@dg.asset
def por_loja(vendas_limpas):
    total = {}
    for venda in vendas_limpas:
        total[venda["loja"]] = total.get(venda["loja"], 0) + venda["centavos"]
    return total


@dg.asset
def melhor_loja(por_loja):
    return min(por_loja, key=lambda loja: (-por_loja[loja], loja))


desafio("04a.cadeia", [por_loja, melhor_loja])
# %% errada: só a função | tem `@dg.asset` em cima
def por_loja(vendas_limpas):
    return len(vendas_limpas)


desafio("04a.cadeia", [por_loja, por_loja])
