# %% certa: filtra e conta
def taxas(linhas):
    fim = [linha for linha in linhas if linha["state"] in ("success", "failed")]
    if not fim:
        return {"sucesso": None, "falha": None, "com_retry": None}
    boas = [linha for linha in fim if linha["state"] == "success"]
    salvas = [linha for linha in boas if linha["try_number"] > 1]
    return {
        "sucesso": len(boas) / len(fim),
        "falha": (len(fim) - len(boas)) / len(fim),
        "com_retry": len(salvas) / len(fim),
    }


desafio("06.taxas", taxas)
# %% certa: com Counter
from collections import Counter


def taxas(linhas):
    conta = Counter()
    for linha in linhas:
        conta[linha["state"]] += 1
        if linha["state"] == "success" and linha["try_number"] > 1:
            conta["salva"] += 1
    total = conta["success"] + conta["failed"]
    nomes = {"sucesso": "success", "falha": "failed", "com_retry": "salva"}
    return {nome: conta[estado] / total if total else None for nome, estado in nomes.items()}


desafio("06.taxas", taxas)
# %% errada: divide por todas | você dividiu por 8
def taxas(linhas):
    boas = sum(linha["state"] == "success" for linha in linhas)
    return {"sucesso": boas / len(linhas), "falha": 1 - boas / len(linhas), "com_retry": 0}


desafio("06.taxas", taxas)
# %% errada: retry de quem falhou | contou também a que falhou
def taxas(linhas):
    fim = [linha for linha in linhas if linha["state"] in ("success", "failed")]
    n = len(fim) or 1
    return {
        "sucesso": sum(linha["state"] == "success" for linha in fim) / n,
        "falha": sum(linha["state"] == "failed" for linha in fim) / n,
        "com_retry": sum(linha["try_number"] > 1 for linha in fim) / n,
    }


desafio("06.taxas", taxas)
# %% errada: falha é tudo que não deu certo | upstream_failed não é failed
def taxas(linhas):
    fim = [linha for linha in linhas if linha["state"] in ("success", "failed")]
    ruins = [linha for linha in linhas if linha["state"] in ("failed", "upstream_failed")]
    return {"sucesso": 3 / 4, "falha": len(ruins) / len(fim), "com_retry": 1 / 4}


desafio("06.taxas", taxas)
# %% errada: lista vazia vale zero | lista vazia, não se sabe
def taxas(linhas):
    fim = [linha for linha in linhas if linha["state"] in ("success", "failed")]
    if not fim:
        return {"sucesso": 0, "falha": 0, "com_retry": 0}
    boas = [linha for linha in fim if linha["state"] == "success"]
    salvas = [linha for linha in boas if linha["try_number"] > 1]
    return {"sucesso": len(boas) / len(fim), "falha": 1 - len(boas) / len(fim), "com_retry": len(salvas) / len(fim)}


desafio("06.taxas", taxas)
# %% errada: divide por zero | o divisor chegou a zero
def taxas(linhas):
    fim = [linha for linha in linhas if linha["state"] in ("success", "failed")]
    boas = [linha for linha in fim if linha["state"] == "success"]
    salvas = [linha for linha in boas if linha["try_number"] > 1]
    return {"sucesso": len(boas) / len(fim), "falha": 1 - len(boas) / len(fim), "com_retry": len(salvas) / len(fim)}


desafio("06.taxas", taxas)
