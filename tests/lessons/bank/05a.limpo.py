# %% certa
limpo = """
name: Publicar DAGs
on:
  push:
    branches: [main]
    paths: ['dags/**']
  pull_request:
permissions: {}
concurrency:
  group: publicar-${{ github.ref }}
jobs:
  testes:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read
    outputs:
      nome: ${{ steps.versao.outputs.nome }}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          python-version: "3.12"
      - env:
          TITULO: ${{ github.event.pull_request.title }}
        run: echo "Testando $TITULO"
      - run: python -m pytest tests/test_regras.py
      - id: versao
        run: echo "nome=vendas-7" >> "$GITHUB_OUTPUT"
  publicar:
    needs: testes
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions: {}
    steps:
      - env:
          VERSAO: ${{ needs.testes.outputs.nome }}
        run: echo "publicando $VERSAO"
"""
desafio("05a.limpo", limpo)

# %% errada: a etiqueta no lugar do SHA | a etiqueta da action pode mudar de lugar
desafio("05a.limpo", limpo.replace("checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "checkout@v7"))

# %% errada: o título dentro do run | O actionlint ainda acha 1
desafio("05a.limpo", limpo.replace('"Testando $TITULO"', '"Testando ${{ github.event.pull_request.title }}"'))

# %% errada: sem permissions | costuma poder escrever
desafio("05a.limpo", limpo.replace("permissions: {}\nconcurrency", "concurrency").replace("    permissions:\n      contents: read\n", ""))

# %% errada: needs com o nome errado | job que não existe
desafio("05a.limpo", limpo.replace("needs: testes\n", "needs: teste\n"))

# %% errada: uma action velha | foi aposentado
desafio("05a.limpo", limpo.replace("checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "checkout@v3"))

# %% errada: esquece o setup-python | o Python que a máquina tiver
desafio(
    "05a.limpo",
    limpo.replace(
        '      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0\n        with:\n          python-version: "3.12"\n',
        "",
    ),
)

# %% errada: não testa nada | sem rodar o pytest
desafio("05a.limpo", limpo.replace("python -m pytest tests/test_regras.py", "echo testado"))

# %% errada: não mostra o título | mostrar o título
desafio("05a.limpo", limpo.replace('echo "Testando $TITULO"', "echo testando"))

# %% errada: a versão não vem dos testes | por `needs.testes.outputs`
desafio("05a.limpo", limpo.replace("${{ needs.testes.outputs.nome }}", "v1"))

# %% errada: YAML com tabulação | não pôde ser lido
desafio("05a.limpo", limpo.replace("    needs: testes", "\tneeds: testes"))
