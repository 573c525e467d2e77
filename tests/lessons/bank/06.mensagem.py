# %% certa: linha a linha
def mensagem(contexto):
    nivel = "[grave]" if contexto.get("grave") else "[aviso]"
    linhas = [f"{nivel} {contexto['dag_id']}.{contexto['task_id']} falhou (tentativa {contexto['tentativa']})"]
    if contexto.get("data"):
        linhas.append(f"Data: {contexto['data']:%d/%m/%Y}")
    if contexto.get("erro"):
        linhas.append(f"Motivo: {str(contexto['erro'])[:200]}")
    linhas += [f"Execução: {contexto['run_id']}", f"Log: {contexto['log_url']}"]
    return "\n".join(linhas)


desafio("06.mensagem", mensagem)
# %% certa: em uma linha
def mensagem(c):
    data, erro = c.get("data"), c.get("erro")
    partes = [
        ("[grave]" if c.get("grave") else "[aviso]") + f" {c['dag_id']}/{c['task_id']}",
        data.strftime("%d/%m/%Y") if data is not None else "",
        c["run_id"],
        str(erro)[:200] if erro is not None else "",
        c["log_url"],
    ]
    return " · ".join(parte for parte in partes if parte)


desafio("06.mensagem", mensagem)
# %% errada: imprime em vez de devolver | Faltou o return
def mensagem(contexto):
    print(contexto["dag_id"])


desafio("06.mensagem", mensagem)
# %% errada: sem o log | Falta log_url no texto
def mensagem(contexto):
    return f"[grave] {contexto['dag_id']} {contexto['task_id']} {contexto['run_id']}"


desafio("06.mensagem", mensagem)
# %% errada: data do Python | A data deve aparecer como 10/03/2026
def mensagem(contexto):
    nivel = "[grave]" if contexto.get("grave") else "[aviso]"
    return f"{nivel} {contexto['dag_id']} {contexto['task_id']} {contexto['run_id']} {contexto['log_url']} {contexto.get('data')} {contexto.get('erro')}"


desafio("06.mensagem", mensagem)
# %% errada: escreve None | trouxe a palavra None
def mensagem(contexto):
    nivel = "[grave]" if contexto.get("grave") else "[aviso]"
    data = f"{contexto['data']:%d/%m/%Y}" if contexto.get("data") else None
    return f"{nivel} {contexto['dag_id']} {contexto['task_id']} {contexto['run_id']} {contexto['log_url']} {data} {contexto.get('erro')}"


desafio("06.mensagem", mensagem)
# %% errada: a data pode faltar | essa chave não existe
def mensagem(contexto):
    nivel = "[grave]" if contexto.get("grave") else "[aviso]"
    return f"{nivel} {contexto['dag_id']} {contexto['task_id']} {contexto['run_id']} {contexto['log_url']} {contexto['data']:%d/%m/%Y} {contexto['erro']}"


desafio("06.mensagem", mensagem)
# %% errada: dez páginas de erro | Corte o motivo
def mensagem(contexto):
    nivel = "[grave]" if contexto.get("grave") else "[aviso]"
    texto = f"{nivel} {contexto['dag_id']} {contexto['task_id']} {contexto['run_id']} {contexto['log_url']}"
    if contexto.get("data"):
        texto += f" {contexto['data']:%d/%m/%Y}"
    if contexto.get("erro"):
        texto += f" {contexto['erro']}"
    return texto


desafio("06.mensagem", mensagem)
