# %% certa
%%dag meu_ticket.py
from airflow.sdk import dag, task


@dag(dag_id="caju_ticket")
def caju_ticket():
    @task
    def buscar():
        return [18990, 4250, 12990, 35900]

    @task
    def ticket_medio(vendas):
        return sum(vendas) // len(vendas)

    @task
    def anunciar(valor):
        print("Ticket médio:", valor)

    anunciar(ticket_medio(buscar()))


caju_ticket()

# %% certa (2)
desafio("01a.taskflow", "caju_ticket")

# %% errada: só consertou o pull | ainda é um
%%dag meu_ticket.py
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def buscar(**context):
    context["ti"].xcom_push(key="vendas", value=[18990, 4250, 12990, 35900])


def ticket_medio(**context):
    vendas = context["ti"].xcom_pull(task_ids="buscar", key="vendas")
    return sum(vendas) // len(vendas)


def anunciar(**context):
    print("Ticket médio:", context["ti"].xcom_pull(task_ids="ticket_medio"))


with DAG("caju_ticket"):
    a = PythonOperator(task_id="buscar", python_callable=buscar)
    b = PythonOperator(task_id="ticket_medio", python_callable=ticket_medio)
    c = PythonOperator(task_id="anunciar", python_callable=anunciar)
    a >> b >> c

# %% errada: só consertou o pull (2)
desafio("01a.taskflow", "caju_ticket")

# %% errada: não passou o resultado | não depende de buscar
%%dag meu_ticket.py
from airflow.sdk import dag, task


@dag(dag_id="caju_ticket")
def caju_ticket():
    @task
    def buscar():
        return [18990, 4250, 12990, 35900]

    @task
    def ticket_medio():
        vendas = [18990, 4250, 12990, 35900]
        return sum(vendas) // len(vendas)

    @task
    def anunciar(valor):
        print("Ticket médio:", valor)

    buscar()
    anunciar(ticket_medio())


caju_ticket()

# %% errada: não passou o resultado (2)
desafio("01a.taskflow", "caju_ticket")

# %% errada: não arredondou | a conta das quatro vendas dá 18032
%%dag meu_ticket.py
from airflow.sdk import dag, task


@dag(dag_id="caju_ticket")
def caju_ticket():
    @task
    def buscar():
        return [18990, 4250, 12990, 35900]

    @task
    def ticket_medio(vendas):
        return sum(vendas) / len(vendas)

    @task
    def anunciar(valor):
        print("Ticket médio:", valor)

    anunciar(ticket_medio(buscar()))


caju_ticket()

# %% errada: não arredondou (2)
desafio("01a.taskflow", "caju_ticket")
