# %% certa
gatilho = """
on:
  push:
    branches: [main, 'entrega/**']
    paths-ignore: ['**.md', 'docs/**']
  pull_request:
    branches: [main]
    paths-ignore: ['**.md', 'docs/**']
  workflow_dispatch:
"""
desafio("05a.gatilho", gatilho)

# %% certa: com paths e negação
desafio("05a.gatilho", """
on:
  push:
    branches:
      - main
      - entrega/**
    paths: ['**', '!**/*.md', '!docs/**']
  pull_request:
    branches: [main]
    paths: ['**', '!**/*.md', '!docs/**']
  workflow_dispatch:
""")

# %% errada: uma estrela só | `push` em `entrega/2026/natal`
desafio("05a.gatilho", gatilho.replace("entrega/**", "entrega/*"))

# %% errada: lista do que importa, e esquece o requirements | requirements.txt: devia rodar
desafio("05a.gatilho", """
on:
  push:
    branches: [main, 'entrega/**']
    paths: ['dags/**.py', 'tests/**', 'sql/**', '.github/**']
  pull_request:
    branches: [main]
    paths: ['dags/**.py', 'tests/**', 'requirements.txt']
  workflow_dispatch:
""")

# %% errada: só os .md da raiz | com dags/LEIAME.md
desafio("05a.gatilho", gatilho.replace("**.md", "*.md"))

# %% errada: qualquer ramo | em `joao`
desafio("05a.gatilho", gatilho.replace("    branches: [main, 'entrega/**']\n", ""))

# %% errada: sem o botão | o `on:` não tem `workflow_dispatch`
desafio("05a.gatilho", gatilho.replace("  workflow_dispatch:\n", ""))

# %% errada: o pull request de qualquer base | para `homologacao`
desafio("05a.gatilho", gatilho.replace("    branches: [main]\n", ""))

# %% errada: a chave no singular | O GitHub recusaria
desafio("05a.gatilho", gatilho.replace("branches: [main]", "branch: [main]"))

# %% errada: YAML que não fecha | o YAML não pôde ser lido
desafio("05a.gatilho", gatilho.replace("[main]", "[main"))

# %% errada: só o filtro, sem o on | falta `on:`
desafio("05a.gatilho", "push:\n  branches: [main]\n")
