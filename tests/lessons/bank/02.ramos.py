# %% certa
%%dag frete.py
from airflow.sdk import dag, task


def levar(params):
    if params["quebrado"]:
        raise ValueError("quebrou no caminho")


@dag(schedule=None, params={"regiao": "norte", "quebrado": False}, tags=["licao02"])
def frete():
    @task.branch
    def escolher(params):
        return {"norte": "barco", "sudeste": "moto"}.get(params["regiao"], "caminhao")

    @task(trigger_rule="none_failed_min_one_success")
    def etiqueta():
        return "etiqueta impressa"

    transportes = [task(task_id=nome)(levar)() for nome in ("barco", "moto", "caminhao")]
    escolher() >> transportes >> etiqueta()


frete()

# %% certa (2)
desafio("02.ramos", "frete")

# %% errada: a regra padrão | a etiqueta foi pulada
%%dag frete.py
from airflow.sdk import dag, task


def levar(params):
    if params["quebrado"]:
        raise ValueError("quebrou no caminho")


@dag(schedule=None, params={"regiao": "norte", "quebrado": False}, tags=["licao02"])
def frete():
    @task.branch
    def escolher(params):
        return {"norte": "barco", "sudeste": "moto"}.get(params["regiao"], "caminhao")

    @task
    def etiqueta():
        return "etiqueta impressa"

    transportes = [task(task_id=nome)(levar)() for nome in ("barco", "moto", "caminhao")]
    escolher() >> transportes >> etiqueta()


frete()

# %% errada: a regra padrão (2)
desafio("02.ramos", "frete")

# %% errada: all_done imprime na falha | foi impressa assim mesmo
%%dag frete.py
from airflow.sdk import dag, task


def levar(params):
    if params["quebrado"]:
        raise ValueError("quebrou no caminho")


@dag(schedule=None, params={"regiao": "norte", "quebrado": False}, tags=["licao02"])
def frete():
    @task.branch
    def escolher(params):
        return {"norte": "barco", "sudeste": "moto"}.get(params["regiao"], "caminhao")

    @task(trigger_rule="all_done")
    def etiqueta():
        return "etiqueta impressa"

    transportes = [task(task_id=nome)(levar)() for nome in ("barco", "moto", "caminhao")]
    escolher() >> transportes >> etiqueta()


frete()

# %% errada: all_done imprime na falha (2)
desafio("02.ramos", "frete")

# %% errada: sem branch, rodam as três | só a barco deveria rodar
%%dag frete.py
from airflow.sdk import dag, task


def levar(params):
    if params["quebrado"]:
        raise ValueError("quebrou no caminho")


@dag(schedule=None, params={"regiao": "norte", "quebrado": False}, tags=["licao02"])
def frete():
    @task
    def escolher(params):
        return {"norte": "barco", "sudeste": "moto"}.get(params["regiao"], "caminhao")

    @task(trigger_rule="none_failed_min_one_success")
    def etiqueta():
        return "etiqueta impressa"

    transportes = [task(task_id=nome)(levar)() for nome in ("barco", "moto", "caminhao")]
    escolher() >> transportes >> etiqueta()


frete()

# %% errada: sem branch, rodam as três (2)
desafio("02.ramos", "frete")

# %% errada: esqueceu o sudeste | a task moto ficou
%%dag frete.py
from airflow.sdk import dag, task


def levar(params):
    if params["quebrado"]:
        raise ValueError("quebrou no caminho")


@dag(schedule=None, params={"regiao": "norte", "quebrado": False}, tags=["licao02"])
def frete():
    @task.branch
    def escolher(params):
        return "barco" if params["regiao"] == "norte" else "caminhao"

    @task(trigger_rule="none_failed_min_one_success")
    def etiqueta():
        return "etiqueta impressa"

    transportes = [task(task_id=nome)(levar)() for nome in ("barco", "moto", "caminhao")]
    escolher() >> transportes >> etiqueta()


frete()

# %% errada: esqueceu o sudeste (2)
desafio("02.ramos", "frete")
