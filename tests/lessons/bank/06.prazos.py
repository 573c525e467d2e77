# %% certa: pelo estado
def perdeu(run, agora, prazo):
    limite = run["run_after"] + prazo
    if run["state"] == "success":
        return run["end_date"] > limite
    return agora > limite


desafio("06.prazos", perdeu)
# %% certa: até quando se espera
def perdeu(run, agora, prazo):
    pronto = run["end_date"] if run["state"] == "success" else agora
    return pronto - run["run_after"] > prazo


desafio("06.prazos", perdeu)
# %% errada: só olha quem terminou | ainda está rodando, e o prazo já venceu
def perdeu(run, agora, prazo):
    return run["end_date"] is not None and run["end_date"] - run["run_after"] > prazo


desafio("06.prazos", perdeu)
# %% errada: falha é prazo perdido na hora | ainda dá tempo de refazer
def perdeu(run, agora, prazo):
    limite = run["run_after"] + prazo
    if run["state"] == "failed":
        return True
    if run["end_date"] is not None:
        return run["end_date"] > limite
    return agora > limite


desafio("06.prazos", perdeu)
# %% errada: falha que terminou cedo não atrasou | não foi refeito
def perdeu(run, agora, prazo):
    fim = run["end_date"] or agora
    return fim - run["run_after"] > prazo


desafio("06.prazos", perdeu)
# %% errada: o minuto exato | exatamente no prazo
def perdeu(run, agora, prazo):
    pronto = run["end_date"] if run["state"] == "success" else agora
    return pronto - run["run_after"] >= prazo


desafio("06.prazos", perdeu)
# %% errada: olha sempre o agora | terminou bem em 30 minutos
def perdeu(run, agora, prazo):
    return agora - run["run_after"] > prazo


desafio("06.prazos", perdeu)
