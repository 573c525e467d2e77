# %% certa
def vale(task, task_run, state):
    erro = state.result(raise_on_failure=False)
    if isinstance(erro, ErroHTTP):
        return erro.codigo == 429 or 500 <= erro.codigo <= 599
    return isinstance(erro, (ConnectionError, TimeoutError))


desafio("03a.retries", (vale, ErroHTTP))

# %% errada: sempre | diante de um `ValueError`
def vale(task, task_run, state):
    return True


desafio("03a.retries", (vale, ErroHTTP))

# %% errada: todo erro HTTP | diante de uma resposta 404
def vale(task, task_run, state):
    return isinstance(state.result(raise_on_failure=False), (ConnectionError, TimeoutError, ErroHTTP))


desafio("03a.retries", (vale, ErroHTTP))

# %% errada: só a rede | diante de uma resposta 500
def vale(task, task_run, state):
    return isinstance(state.result(raise_on_failure=False), (ConnectionError, TimeoutError))


desafio("03a.retries", (vale, ErroHTTP))

# %% errada: esqueceu o 429 | diante de uma resposta 429
def vale(task, task_run, state):
    erro = state.result(raise_on_failure=False)
    if isinstance(erro, ErroHTTP):
        return 500 <= erro.codigo <= 599
    return isinstance(erro, (ConnectionError, TimeoutError))


desafio("03a.retries", (vale, ErroHTTP))
