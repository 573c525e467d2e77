# %% certa
def testar(resumo):
    vendas = [
        {"id": "V1", "regiao": "Norte", "centavos": 100},
        {"id": "V2", "regiao": "Norte", "centavos": 50},
        {"id": "V3", "regiao": "Sul", "centavos": 7},
    ]
    copia = list(vendas)
    assert resumo(vendas) == {"Norte": 150, "Sul": 7}
    assert vendas == copia
    assert resumo([]) == {}


desafio("04a.teste", testar)
# %% errada: uma venda por região | apaga as outras
def testar(resumo):
    vendas = [{"id": "V1", "regiao": "Norte", "centavos": 100}, {"id": "V3", "regiao": "Sul", "centavos": 7}]
    copia = list(vendas)
    assert resumo(vendas) == {"Norte": 100, "Sul": 7}
    assert vendas == copia
    assert resumo([]) == {}


desafio("04a.teste", testar)
# %% errada: esquece a lista vazia | quando não há vendas
def testar(resumo):
    vendas = [
        {"id": "V1", "regiao": "Norte", "centavos": 100},
        {"id": "V2", "regiao": "Norte", "centavos": 50},
        {"id": "V3", "regiao": "Sul", "centavos": 7},
    ]
    assert resumo(vendas) == {"Norte": 150, "Sul": 7}


desafio("04a.teste", testar)
# %% errada: esquece a lista recebida | que esvazia a lista
def testar(resumo):
    vendas = [
        {"id": "V1", "regiao": "Norte", "centavos": 100},
        {"id": "V2", "regiao": "Norte", "centavos": 50},
        {"id": "V3", "regiao": "Sul", "centavos": 7},
    ]
    assert resumo(vendas) == {"Norte": 150, "Sul": 7}
    assert resumo([]) == {}


desafio("04a.teste", testar)
# %% errada: exige uma ordem | reprovou uma versão boa
def testar(resumo):
    vendas = [{"id": "V1", "regiao": "Sul", "centavos": 100}, {"id": "V2", "regiao": "Norte", "centavos": 50}]
    assert list(resumo(vendas)) == ["Sul", "Norte"]


desafio("04a.teste", testar)
