# %% certa
def gravar_dia(conexao, dia, vendas):
    with conexao.transaction():
        conexao.execute("delete from vendas where dia = %s", (dia,))
        for venda in vendas:
            conexao.execute("insert into vendas values (%s, %s, %s, %s)", (dia, *venda))


desafio("07a.idempotente", gravar_dia)


# %% certa: com cursor e commit
def gravar_dia(conexao, dia, vendas):
    with conexao.cursor() as cursor:
        cursor.execute("delete from vendas where dia = %s", (dia,))
        cursor.executemany("insert into vendas values (%s, %s, %s, %s)", [(dia, *venda) for venda in vendas])
    conexao.commit()


desafio("07a.idempotente", gravar_dia)


# %% errada: sem commit | Houve commit?
def gravar_dia(conexao, dia, vendas):
    conexao.execute("delete from vendas where dia = %s", (dia,))
    for venda in vendas:
        conexao.execute("insert into vendas values (%s, %s, %s, %s)", (dia, *venda))


desafio("07a.idempotente", gravar_dia)


# %% errada: só acrescenta | somada à primeira
def gravar_dia(conexao, dia, vendas):
    with conexao.transaction():
        for venda in vendas:
            conexao.execute("insert into vendas values (%s, %s, %s, %s)", (dia, *venda))


desafio("07a.idempotente", gravar_dia)


# %% errada: troca venda por venda | venda fantasma
def gravar_dia(conexao, dia, vendas):
    with conexao.transaction():
        for venda in vendas:
            conexao.execute("delete from vendas where dia = %s and venda_id = %s", (dia, venda[0]))
            conexao.execute("insert into vendas values (%s, %s, %s, %s)", (dia, *venda))


desafio("07a.idempotente", gravar_dia)


# %% errada: apaga tudo | só pode mexer no dia 10
def gravar_dia(conexao, dia, vendas):
    with conexao.transaction():
        conexao.execute("delete from vendas")
        for venda in vendas:
            conexao.execute("insert into vendas values (%s, %s, %s, %s)", (dia, *venda))


desafio("07a.idempotente", gravar_dia)


# %% errada: commit depois de apagar | não pode haver commit
def gravar_dia(conexao, dia, vendas):
    conexao.execute("delete from vendas where dia = %s", (dia,))
    conexao.commit()
    for venda in vendas:
        conexao.execute("insert into vendas values (%s, %s, %s, %s)", (dia, *venda))
    conexao.commit()


desafio("07a.idempotente", gravar_dia)


# %% errada: engole a falha | a task ficaria verde
def gravar_dia(conexao, dia, vendas):
    try:
        with conexao.transaction():
            conexao.execute("delete from vendas where dia = %s", (dia,))
            for venda in vendas:
                conexao.execute("insert into vendas values (%s, %s, %s, %s)", (dia, *venda))
    except Exception as erro:
        print("falhou", erro)


desafio("07a.idempotente", gravar_dia)
