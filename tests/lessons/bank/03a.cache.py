# %% certa
@task(cache_policy=INPUTS - "pedido" + TASK_SOURCE)
def cotar(produto, dia, pedido):
    pagas.append((produto, dia))
    return len(produto) * 100 + int(dia[-2:])


desafio("03a.cache", (cotar, pagas))

# %% certa: com uma função
@task(cache_key_fn=lambda contexto, entradas: f"cotar-{entradas['produto']}-{entradas['dia']}")
def cotar(produto, dia, pedido):
    pagas.append((produto, dia))
    return len(produto) * 100 + int(dia[-2:])


desafio("03a.cache", (cotar, pagas))

# %% errada: só as entradas | o pedido não muda o preço
@task(cache_policy=INPUTS + TASK_SOURCE)
def cotar(produto, dia, pedido):
    pagas.append((produto, dia))
    return len(produto) * 100 + int(dia[-2:])


desafio("03a.cache", (cotar, pagas))

# %% errada: sem a task na chave | outra task com as mesmas entradas
@task(cache_policy=INPUTS - "pedido")
def cotar(produto, dia, pedido):
    pagas.append((produto, dia))
    return len(produto) * 100 + int(dia[-2:])


desafio("03a.cache", (cotar, pagas))

# %% errada: presa à execução | não atravessa as execuções
@task(cache_policy=INPUTS - "pedido" + TASK_SOURCE + RUN_ID)
def cotar(produto, dia, pedido):
    pagas.append((produto, dia))
    return len(produto) * 100 + int(dia[-2:])


desafio("03a.cache", (cotar, pagas))

# %% errada: o dia ficou de fora | veio o preço de ontem
@task(cache_policy=INPUTS - "pedido" - "dia" + TASK_SOURCE)
def cotar(produto, dia, pedido):
    pagas.append((produto, dia))
    return len(produto) * 100 + int(dia[-2:])


desafio("03a.cache", (cotar, pagas))
