# %% certa
certo = (
    PORTAO.replace(" || true", "")
    .replace("    if: always()\n", "    needs: testes\n    if: github.event_name == 'push' && github.ref == 'refs/heads/main'\n")
)
desafio("05a.portao", certo)

# %% certa: o ramo basta
desafio("05a.portao", certo.replace("github.event_name == 'push' && ", ""))

# %% errada: como veio, sem o if | rodou assim mesmo
desafio("05a.portao", PORTAO.replace(" || true", "").replace("    if: always()\n", ""))

# %% errada: o passo ainda engole | engole o código de saída
desafio("05a.portao", certo.replace("test_regras.py", "test_regras.py || true"))

# %% errada: o always com o needs | fura o portão
desafio("05a.portao", PORTAO.replace(" || true", "").replace("    if: always()\n", "    if: always()\n    needs: testes\n"))

# %% errada: publica em pull request | que ninguém revisou ainda
desafio("05a.portao", PORTAO.replace(" || true", "").replace("    if: always()\n", "    needs: testes\n"))

# %% errada: publica de qualquer ramo | no ramo `joao` publicou
desafio("05a.portao", certo.replace(" && github.ref == 'refs/heads/main'", ""))

# %% errada: nunca publica | fechou demais
desafio("05a.portao", certo.replace("'push'", "'release'"))

# %% errada: tirou o pull request | os testes precisam rodar
desafio("05a.portao", certo.replace("  pull_request:\n", ""))

# %% errada: sem o Python | devia passar
desafio("05a.portao", certo.replace("python -m pytest", "python-que-nao-ha -m pytest"))
