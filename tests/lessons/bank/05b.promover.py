# %% certa
def promover(versao, ambientes):
    for ambiente in reversed(ambientes):
        if ambiente["no_ar"] == versao and ambiente["fumaca"] is False:
            return "reverter", ambiente["nome"]
    for ambiente in ambientes:
        if ambiente["no_ar"] != versao:
            return ("publicar" if ambiente["aprovado"] else "esperar"), ambiente["nome"]
        if ambiente["fumaca"] is None:
            return "esperar", ambiente["nome"]
    return "pronto", ambientes[-1]["nome"]


desafio("05b.promover", promover)

# %% errada: não olha a fumaça | Há uma versão ruim no ar
def promover(versao, ambientes):
    for ambiente in ambientes:
        if ambiente["no_ar"] != versao:
            return ("publicar" if ambiente["aprovado"] else "esperar"), ambiente["nome"]
        if ambiente["fumaca"] is None:
            return "esperar", ambiente["nome"]
    return "pronto", ambientes[-1]["nome"]


desafio("05b.promover", promover)

# %% errada: publica sem esperar a prova | Quando acaba de entrar em `dev`
def promover(versao, ambientes):
    for ambiente in reversed(ambientes):
        if ambiente["no_ar"] == versao and ambiente["fumaca"] is False:
            return "reverter", ambiente["nome"]
    for ambiente in ambientes:
        if ambiente["no_ar"] != versao:
            return ("publicar" if ambiente["aprovado"] else "esperar"), ambiente["nome"]
    return "pronto", ambientes[-1]["nome"]


desafio("05b.promover", promover)

# %% errada: publica sem aprovação | ninguém aprovou `producao`
def promover(versao, ambientes):
    for ambiente in reversed(ambientes):
        if ambiente["no_ar"] == versao and ambiente["fumaca"] is False:
            return "reverter", ambiente["nome"]
    for ambiente in ambientes:
        if ambiente["no_ar"] != versao:
            return "publicar", ambiente["nome"]
        if ambiente["fumaca"] is None:
            return "esperar", ambiente["nome"]
    return "pronto", ambientes[-1]["nome"]


desafio("05b.promover", promover)

# %% errada: reverte o primeiro que achar | Onde dói mais
def promover(versao, ambientes):
    for ambiente in ambientes:
        if ambiente["no_ar"] == versao and ambiente["fumaca"] is False:
            return "reverter", ambiente["nome"]
    for ambiente in ambientes:
        if ambiente["no_ar"] != versao:
            return ("publicar" if ambiente["aprovado"] else "esperar"), ambiente["nome"]
        if ambiente["fumaca"] is None:
            return "esperar", ambiente["nome"]
    return "pronto", ambientes[-1]["nome"]


desafio("05b.promover", promover)

# %% errada: a fumaça da versão antiga | é da versão que você está promovendo
def promover(versao, ambientes):
    for ambiente in reversed(ambientes):
        if ambiente["fumaca"] is False:
            return "reverter", ambiente["nome"]
    for ambiente in ambientes:
        if ambiente["no_ar"] != versao:
            return ("publicar" if ambiente["aprovado"] else "esperar"), ambiente["nome"]
        if ambiente["fumaca"] is None:
            return "esperar", ambiente["nome"]
    return "pronto", ambientes[-1]["nome"]


desafio("05b.promover", promover)

# %% errada: só a ação | a resposta é uma tupla
def promover(versao, ambientes):
    return "publicar"


desafio("05b.promover", promover)

# %% errada: pula quem não está aprovado | ainda tem a versão antiga, sem aprovação
def promover(versao, ambientes):
    for ambiente in reversed(ambientes):
        if ambiente["no_ar"] == versao and ambiente["fumaca"] is False:
            return "reverter", ambiente["nome"]
    for ambiente in ambientes:
        if ambiente["no_ar"] != versao and ambiente["aprovado"]:
            return "publicar", ambiente["nome"]
        if ambiente["no_ar"] == versao and ambiente["fumaca"] is None:
            return "esperar", ambiente["nome"]
    faltam = [ambiente for ambiente in ambientes if ambiente["no_ar"] != versao]
    return ("esperar", faltam[0]["nome"]) if faltam else ("pronto", ambientes[-1]["nome"])


desafio("05b.promover", promover)
