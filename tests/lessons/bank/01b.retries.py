# %% certa
%%dag meu_frete.py
from datetime import timedelta

from airflow.sdk import dag, task


@dag(dag_id="caju_frete", default_args={"retries": 1})
def caju_frete():
    @task(retries=3, retry_delay=timedelta(seconds=0.5))
    def frete(ti):
        if ti.try_number < 4:
            raise ConnectionError("a API de frete não respondeu")
        return 1990

    @task(retries=0)
    def pagar(centavos):
        raise RuntimeError(f"recusado: {centavos}")

    pagar(frete())


caju_frete()

# %% certa (2)
desafio("01b.retries", "caju_frete")

# %% errada: como veio | pagar tem retries=1
%%dag meu_frete.py
from airflow.sdk import dag, task


@dag(dag_id="caju_frete", default_args={"retries": 1})
def caju_frete():
    @task
    def frete(ti):
        if ti.try_number < 4:
            raise ConnectionError("a API de frete não respondeu")
        return 1990

    @task
    def pagar(centavos):
        raise RuntimeError(f"recusado: {centavos}")

    pagar(frete())


caju_frete()

# %% errada: como veio (2)
desafio("01b.retries", "caju_frete")

# %% errada: conta a primeira | a API responde na quarta
%%dag meu_frete.py
from datetime import timedelta

from airflow.sdk import dag, task


@dag(dag_id="caju_frete", default_args={"retries": 0})
def caju_frete():
    @task(retries=2, retry_delay=timedelta(seconds=1))
    def frete(ti):
        if ti.try_number < 4:
            raise ConnectionError("a API de frete não respondeu")
        return 1990

    @task
    def pagar(centavos):
        raise RuntimeError(f"recusado: {centavos}")

    pagar(frete())


caju_frete()

# %% errada: conta a primeira (2)
desafio("01b.retries", "caju_frete")

# %% errada: sem retry_delay | frete espera 300 s
%%dag meu_frete.py
from airflow.sdk import dag, task


@dag(dag_id="caju_frete", default_args={"retries": 0})
def caju_frete():
    @task(retries=3)
    def frete(ti):
        if ti.try_number < 4:
            raise ConnectionError("a API de frete não respondeu")
        return 1990

    @task
    def pagar(centavos):
        raise RuntimeError(f"recusado: {centavos}")

    pagar(frete())


caju_frete()

# %% errada: sem retry_delay (2)
desafio("01b.retries", "caju_frete")

# %% errada: mexeu no corpo | o corpo da função mudou
%%dag meu_frete.py
from datetime import timedelta

from airflow.sdk import dag, task


@dag(dag_id="caju_frete", default_args={"retries": 0})
def caju_frete():
    @task(retries=3, retry_delay=timedelta(seconds=1))
    def frete(ti):
        return 1990

    @task
    def pagar(centavos):
        raise RuntimeError(f"recusado: {centavos}")

    pagar(frete())


caju_frete()

# %% errada: mexeu no corpo (2)
desafio("01b.retries", "caju_frete")
