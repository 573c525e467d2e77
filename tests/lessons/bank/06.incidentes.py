# %% certa: conjunto copiado
def passo(abertos, eventos):
    novos, avisos = set(abertos), []
    for dag, estado in eventos:
        if estado == "failed" and dag not in novos:
            novos.add(dag)
            avisos.append(("abriu", dag))
        elif estado == "success" and dag in novos:
            novos.remove(dag)
            avisos.append(("voltou", dag))
    return novos, avisos


desafio("06.incidentes", passo)
# %% certa: conjuntos novos a cada passo
def passo(abertos, eventos):
    avisos = []
    for dag, estado in eventos:
        if (estado, dag in abertos) == ("failed", False):
            abertos, avisos = abertos | {dag}, [*avisos, ("abriu", dag)]
        if (estado, dag in abertos) == ("success", True):
            abertos, avisos = abertos - {dag}, [*avisos, ("voltou", dag)]
    return abertos, avisos


desafio("06.incidentes", passo)
# %% errada: avisa toda falha | é o mesmo incidente
def passo(abertos, eventos):
    novos = set(abertos) | {dag for dag, estado in eventos if estado == "failed"}
    return novos, [("abriu", dag) for dag, estado in eventos if estado == "failed"]


desafio("06.incidentes", passo)
# %% errada: esquece o que estava aberto | Use o conjunto que chegou
def passo(abertos, eventos):
    novos, avisos = set(), []
    for dag, estado in eventos:
        if estado == "failed" and dag not in novos:
            novos.add(dag)
            avisos.append(("abriu", dag))
    return novos, avisos


desafio("06.incidentes", passo)
# %% errada: mexe no conjunto | voltou mudado
def passo(abertos, eventos):
    avisos = []
    for dag, estado in eventos:
        if estado == "failed" and dag not in abertos:
            abertos.add(dag)
            avisos.append(("abriu", dag))
    return abertos, avisos


desafio("06.incidentes", passo)
# %% errada: volta quem nunca foi | Só volta quem tinha ido
def passo(abertos, eventos):
    novos, avisos = set(abertos), []
    for dag, estado in eventos:
        if estado == "failed" and dag not in novos:
            novos.add(dag)
            avisos.append(("abriu", dag))
        elif estado == "success":
            novos.discard(dag)
            avisos.append(("voltou", dag))
    return novos, avisos


desafio("06.incidentes", passo)
# %% errada: tudo o que não falhou voltou | esperava uma volta e nada aberto
def passo(abertos, eventos):
    novos, avisos = set(abertos), []
    for dag, estado in eventos:
        if estado == "failed" and dag not in novos:
            novos.add(dag)
            avisos.append(("abriu", dag))
    return novos, avisos


desafio("06.incidentes", passo)
# %% errada: em andamento fecha o incidente | running e queued não dizem nada
def passo(abertos, eventos):
    novos, avisos = set(abertos), []
    for dag, estado in eventos:
        if estado == "failed" and dag not in novos:
            novos.add(dag)
            avisos.append(("abriu", dag))
        elif estado != "failed" and dag in novos:
            novos.remove(dag)
            avisos.append(("voltou", dag))
    return novos, avisos


desafio("06.incidentes", passo)
