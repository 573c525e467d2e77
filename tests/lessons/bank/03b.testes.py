# %% certa
def testar(limpar):
    vendas = [{"loja": 1, "centavos": 500}, {"loja": 2, "centavos": -1}, {"loja": 3, "centavos": 0}, {"loja": 4, "centavos": 300}]
    antes = list(vendas)
    assert limpar.fn(vendas) == [antes[0], antes[2], antes[3]]
    assert vendas == antes
    assert limpar.fn([]) == []


desafio("03b.testes", testar)

# %% errada: chama a task | chame só a função
def testar(limpar):
    assert limpar([{"loja": 1, "centavos": -1}]) == []


desafio("03b.testes", testar)

# %% errada: só o negativo | joga fora as vendas de valor zero
def testar(limpar):
    assert limpar.fn([{"loja": 1, "centavos": 500}, {"loja": 2, "centavos": -1}]) == [{"loja": 1, "centavos": 500}]


desafio("03b.testes", testar)

# %% errada: sem a ordem | em outra ordem
def testar(limpar):
    resultado = limpar.fn([{"loja": 1, "centavos": 500}, {"loja": 2, "centavos": -1}, {"loja": 3, "centavos": 0}])
    assert sorted(venda["loja"] for venda in resultado) == [1, 3]
    assert limpar.fn([]) == []


desafio("03b.testes", testar)

# %% errada: sem olhar a lista recebida | muda a lista que recebeu
def testar(limpar):
    vendas = [{"loja": 1, "centavos": 500}, {"loja": 2, "centavos": -1}, {"loja": 3, "centavos": 0}]
    assert limpar.fn(vendas) == [{"loja": 1, "centavos": 500}, {"loja": 3, "centavos": 0}]
    assert limpar.fn([]) == []


desafio("03b.testes", testar)

# %% errada: sem a lista vazia | devolve `None`
def testar(limpar):
    vendas = [{"loja": 1, "centavos": 500}, {"loja": 2, "centavos": -1}, {"loja": 3, "centavos": 0}, {"loja": 4, "centavos": 300}]
    antes = list(vendas)
    assert limpar.fn(vendas) == [antes[0], antes[2], antes[3]]
    assert vendas == antes


desafio("03b.testes", testar)

# %% errada: cobra a mais | ele cobra algo a mais
def testar(limpar):
    assert limpar.fn([{"loja": 3, "centavos": 0}]) == [], "zero não é venda"


desafio("03b.testes", testar)
