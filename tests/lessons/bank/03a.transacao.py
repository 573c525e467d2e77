# %% certa
@task(cache_policy=NO_CACHE)
def escrever(pasta, produto, preco):
    caminho = Path(pasta) / f"{produto}.txt"
    get_transaction().set("arquivo", str(caminho))
    caminho.write_text(str(preco), encoding="utf-8")


@escrever.on_rollback
def apagar(transacao):
    Path(transacao.get("arquivo")).unlink(missing_ok=True)


@flow
def publicar_precos(pasta: str, precos: dict[str, int]):
    with transaction():
        for produto, preco in precos.items():
            escrever(pasta, produto, preco)
        validar(precos)


desafio("03a.transacao", publicar_precos)

# %% errada: sem a transação | `with transaction()`
@flow
def publicar_precos(pasta: str, precos: dict[str, int]):
    for produto, preco in precos.items():
        escrever(pasta, produto, preco)
    validar(precos)


desafio("03a.transacao", publicar_precos)

# %% errada: confere antes | gravar primeiro e conferir depois
@flow
def publicar_precos(pasta: str, precos: dict[str, int]):
    with transaction():
        validar(precos)
        for produto, preco in precos.items():
            escrever(pasta, produto, preco)


desafio("03a.transacao", publicar_precos)

# %% errada: engole a exceção | alguém engoliu a exceção
@flow
def publicar_precos(pasta: str, precos: dict[str, int]):
    try:
        with transaction():
            for produto, preco in precos.items():
                escrever(pasta, produto, preco)
            validar(precos)
    except ValueError:
        return "nada publicado"


desafio("03a.transacao", publicar_precos)

# %% errada: apaga a pasta inteira | sumiu também antigo.txt
@task(cache_policy=NO_CACHE)
def escrever(pasta, produto, preco):
    get_transaction().set("pasta", pasta)
    (Path(pasta) / f"{produto}.txt").write_text(str(preco), encoding="utf-8")


@escrever.on_rollback
def apagar(transacao):
    for arquivo in Path(transacao.get("pasta")).glob("*.txt"):
        arquivo.unlink()


@flow
def publicar_precos(pasta: str, precos: dict[str, int]):
    with transaction():
        for produto, preco in precos.items():
            escrever(pasta, produto, preco)
        validar(precos)


desafio("03a.transacao", publicar_precos)
