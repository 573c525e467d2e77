# %% certa
@flow
def ler_lojas(lojas: list[int]):
    futures = ler_caixa.map(lojas)
    futures.wait()
    return sum(future.result() for future in futures)


desafio("03a.estado", ler_lojas)

# %% certa: com estados
@flow
def ler_lojas(lojas: list[int]):
    estados = [ler_caixa(loja, return_state=True) for loja in lojas]
    if any(estado.is_failed() for estado in estados):
        raise RuntimeError("houve caixa que não respondeu")
    return sum(estado.result() for estado in estados)


desafio("03a.estado", ler_lojas)

# %% errada: uma de cada vez, até a primeira falha | a falha de um não pode impedir os outros
@flow
def ler_lojas(lojas: list[int]):
    return sum(ler_caixa(loja) for loja in lojas)


desafio("03a.estado", ler_lojas)

# %% errada: soma só as boas | é o verde que mente
@flow
def ler_lojas(lojas: list[int]):
    futures = ler_caixa.map(lojas)
    futures.wait()
    return sum(future.result() for future in futures if future.state.is_completed())


desafio("03a.estado", ler_lojas)

# %% errada: devolve os futures | o pedido era a soma
@flow
def ler_lojas(lojas: list[int]):
    return ler_caixa.map(lojas)


desafio("03a.estado", ler_lojas)
