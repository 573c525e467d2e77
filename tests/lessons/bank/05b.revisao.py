# %% certa
desafio("05b.revisao", {4, 8, 20, 22, 24, 32, 37, 41})

# %% certa: uma lista serve
desafio("05b.revisao", [41, 37, 32, 24, 22, 20, 8, 4])

# %% errada: acusa o needs | é o portão
desafio("05b.revisao", {4, 8, 20, 22, 24, 32, 37, 41, 27})

# %% errada: só os jobs | Falta ao menos um antes dos jobs
desafio("05b.revisao", {20, 22, 24, 32, 37, 41})

# %% errada: sem os do deploy | no job `deploy`
desafio("05b.revisao", {4, 8, 20, 22, 24})

# %% errada: sem os dos testes | no job `testes`
desafio("05b.revisao", {4, 8, 32, 37, 41})

# %% errada: aponta tudo | não aponta nada
desafio("05b.revisao", set(range(1, 42)))

# %% errada: um texto | é um conjunto com os números
desafio("05b.revisao", "a linha 4")
