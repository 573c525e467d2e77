# %% certa: duas somas
def custo(tentativas, preco_por_hora):
    total = sum(t["duration"] or 0 for t in tentativas)
    perdido = sum(t["duration"] or 0 for t in tentativas if t["state"] in ("failed", "up_for_retry"))
    return {"total": total / 3600 * preco_por_hora, "retrabalho": perdido / 3600 * preco_por_hora}


desafio("06.custo", custo)
# %% certa: um laço
def custo(tentativas, preco_por_hora):
    contas = {"total": 0.0, "retrabalho": 0.0}
    for t in tentativas:
        if t["duration"] is None:
            continue
        reais = t["duration"] * preco_por_hora / 3600
        contas["total"] += reais
        if t["state"] != "success":
            contas["retrabalho"] += reais
    return contas


desafio("06.custo", custo)
# %% errada: segundos | o preço é por hora
def custo(tentativas, preco_por_hora):
    total = sum(t["duration"] or 0 for t in tentativas) * preco_por_hora
    return {"total": total, "retrabalho": 0}


desafio("06.custo", custo)
# %% errada: soma None | chegou um valor de outro tipo
def custo(tentativas, preco_por_hora):
    total = sum(t["duration"] for t in tentativas)
    return {"total": total / 3600 * preco_por_hora, "retrabalho": 0}


desafio("06.custo", custo)
# %% errada: retrabalho é a segunda tentativa | Você contou a tentativa 2
def custo(tentativas, preco_por_hora):
    total = sum(t["duration"] or 0 for t in tentativas)
    perdido = sum(t["duration"] or 0 for t in tentativas if t["try_number"] > 1)
    return {"total": total / 3600 * preco_por_hora, "retrabalho": perdido / 3600 * preco_por_hora}


desafio("06.custo", custo)
# %% errada: sem retrabalho | Jogado fora é o tempo
def custo(tentativas, preco_por_hora):
    total = sum(t["duration"] or 0 for t in tentativas)
    return {"total": total / 3600 * preco_por_hora, "retrabalho": 0}


desafio("06.custo", custo)
# %% errada: só o que deu certo | Duas horas de vaga
def custo(tentativas, preco_por_hora):
    total = sum(t["duration"] or 0 for t in tentativas if t["state"] == "success")
    return {"total": total / 3600 * preco_por_hora, "retrabalho": 0}


desafio("06.custo", custo)
