# %% certa
desafio("07b.revisao", {8, 9, 14, 18, 23, 25, 34, 36, 45})

# %% certa: uma lista serve
desafio("07b.revisao", [45, 36, 34, 25, 23, 18, 14, 9, 8])

# %% errada: acusa um inocente | é o padrão, e está dito
desafio("07b.revisao", {8, 9, 14, 18, 23, 25, 34, 36, 45, 15})

# %% errada: só o topo | Falta um dentro das tasks
desafio("07b.revisao", {8, 9, 14, 18})

# %% errada: só as tasks | Falta um no topo do arquivo
desafio("07b.revisao", {23, 25, 34, 36, 45})

# %% errada: aponta tudo | não aponta nada
desafio("07b.revisao", set(range(1, 52)))

# %% errada: um texto | é um conjunto com os números
desafio("07b.revisao", "as linhas 8 e 9")

# %% errada: a linha do print | o defeito está onde ela mora
desafio("07b.revisao", {9, 14, 18, 23, 25, 34, 36, 45, 42})
