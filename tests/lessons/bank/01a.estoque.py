# %% certa: clássico
%%dag meu_estoque.py
import pendulum
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG

dag = DAG(
    "caju_estoque",
    description="Conta as prateleiras das doze lojas",
    schedule="0 6 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["estoque"],
    default_args={"owner": "estoque-caju", "retries": 2},
)
contar = PythonOperator(task_id="contar", python_callable=print, dag=dag)
avisar = PythonOperator(task_id="avisar", python_callable=print, dag=dag)
contar >> avisar

# %% certa: clássico (2)
desafio("01a.estoque", "caju_estoque")

# %% certa: TaskFlow
%%dag meu_estoque.py
import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="caju_estoque",
    description="Conta as prateleiras",
    schedule="0 6 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["estoque", "diario"],
    default_args={"owner": "estoque-caju", "retries": 2},
)
def estoque():
    @task
    def contar():
        return {"Rede de algodão": 12}

    @task
    def avisar(contagem):
        print(contagem)

    avisar(contar())


estoque()

# %% certa: TaskFlow (2)
desafio("01a.estoque", "caju_estoque")

# %% errada: sem fuso | mas não em São Paulo
%%dag meu_estoque.py
from datetime import datetime

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG(
    "caju_estoque",
    description="Conta as prateleiras",
    schedule="0 6 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    tags=["estoque"],
    default_args={"owner": "estoque-caju", "retries": 2},
):
    EmptyOperator(task_id="contar") >> EmptyOperator(task_id="avisar")

# %% errada: sem fuso (2)
desafio("01a.estoque", "caju_estoque")

# %% errada: hora no campo dos minutos | Minuto e hora vêm nesta ordem
%%dag meu_estoque.py
import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG(
    "caju_estoque",
    description="Conta as prateleiras",
    schedule="6 0 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["estoque"],
    default_args={"owner": "estoque-caju", "retries": 2},
):
    EmptyOperator(task_id="contar") >> EmptyOperator(task_id="avisar")

# %% errada: hora no campo dos minutos (2)
desafio("01a.estoque", "caju_estoque")

# %% errada: sem seta | sem uma seta de uma para a outra
%%dag meu_estoque.py
import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG(
    "caju_estoque",
    description="Conta as prateleiras",
    schedule="0 6 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["estoque"],
    default_args={"owner": "estoque-caju", "retries": 2},
):
    EmptyOperator(task_id="contar")
    EmptyOperator(task_id="avisar")

# %% errada: sem seta (2)
desafio("01a.estoque", "caju_estoque")
