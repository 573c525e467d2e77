# %% certa
@flow
def repor(
    loja: Annotated[int, Field(ge=1, le=12)],
    produto: Annotated[str, Field(min_length=1)],
    quantidade: Annotated[int, Field(gt=0)] = 10,
):
    return f"loja {loja}: {quantidade} x {produto}"


desafio("03a.parametros", repor)

# %% errada: sem tipos | A loja 0 passou
@flow
def repor(loja, produto, quantidade=10):
    return f"loja {loja}: {quantidade} x {produto}"


desafio("03a.parametros", repor)

# %% errada: limites abertos | A loja 1 foi recusada
@flow
def repor(
    loja: Annotated[int, Field(gt=1, lt=12)],
    produto: Annotated[str, Field(min_length=1)],
    quantidade: Annotated[int, Field(gt=0)] = 10,
):
    return f"loja {loja}: {quantidade} x {produto}"


desafio("03a.parametros", repor)

# %% errada: o produto sem limite | Um produto vazio passou
@flow
def repor(loja: Annotated[int, Field(ge=1, le=12)], produto: str, quantidade: Annotated[int, Field(gt=0)] = 10):
    return f"loja {loja}: {quantidade} x {produto}"


desafio("03a.parametros", repor)

# %% errada: a função sem o flow | em cima da função
def repor(loja, produto, quantidade=10):
    return f"loja {loja}: {quantidade} x {produto}"


desafio("03a.parametros", repor)

# %% errada: outro texto | O texto pedido é
@flow
def repor(
    loja: Annotated[int, Field(ge=1, le=12)],
    produto: Annotated[str, Field(min_length=1)],
    quantidade: Annotated[int, Field(gt=0)] = 10,
):
    return f"{quantidade} x {produto} para a loja {loja}"


desafio("03a.parametros", repor)
