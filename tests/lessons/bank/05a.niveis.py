# %% certa
respostas = {"owner": 2, "ciclo": 1, "arredonda": 3, "connection": 4, "sumiu": 1, "duplicada": 5, "chave": 4}
desafio("05a.niveis", respostas)

# %% errada: tudo na execução | há um nível bem mais barato
desafio("05a.niveis", dict.fromkeys(respostas, 4))

# %% errada: o ciclo na estrutura | ao carregar a pasta já se percebe
desafio("05a.niveis", respostas | {"ciclo": 2})

# %% errada: a chave na unidade | testada sozinha, com dados que você inventou
desafio("05a.niveis", respostas | {"chave": 3})

# %% errada: a duplicada na execução | o código faz o que deve
desafio("05a.niveis", respostas | {"duplicada": 4})

# %% errada: a Connection nos dados | não depende do dado do dia
desafio("05a.niveis", respostas | {"connection": 5})

# %% errada: nomes em vez de números | é um número de 1 a 5
desafio("05a.niveis", respostas | {"owner": "estrutura"})

# %% errada: falta um | com os nomes do enunciado
desafio("05a.niveis", {nome: nivel for nome, nivel in respostas.items() if nome != "sumiu"})
