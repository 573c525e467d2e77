# %% certa
@flow
def precos_de_todos(produtos: list[str], moeda: str):
    precos = preco_em.map(produtos, unmapped(moeda)).result()
    return dict(zip(produtos, precos))


desafio("03a.map", precos_de_todos)

# %% certa: com submit
@flow
def precos_de_todos(produtos: list[str], moeda: str):
    futures = {produto: preco_em.submit(produto, moeda) for produto in produtos}
    return {produto: future.result() for produto, future in futures.items()}


desafio("03a.map", precos_de_todos)

# %% errada: fila indiana | volta à fila indiana
@flow
def precos_de_todos(produtos: list[str], moeda: str):
    return {produto: preco_em.submit(produto, moeda).result() for produto in produtos}


desafio("03a.map", precos_de_todos)

# %% errada: sem a task | rodou 0 vez
@flow
def precos_de_todos(produtos: list[str], moeda: str):
    return {produto: preco_em.fn(produto, moeda) for produto in produtos}


desafio("03a.map", precos_de_todos)

# %% errada: só a lista | O pedido é um dicionário
@flow
def precos_de_todos(produtos: list[str], moeda: str):
    return preco_em.map(produtos, unmapped(moeda)).result()


desafio("03a.map", precos_de_todos)

# %% errada: a moeda virou lista | o flow terminou com
@flow
def precos_de_todos(produtos: list[str], moeda: str):
    precos = preco_em.map(produtos, list(moeda)).result()
    return dict(zip(produtos, precos))


desafio("03a.map", precos_de_todos)
