# %% certa: notifier no DAG
%%dag plantao.py
from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier
from airflow.sdk import dag, task


@dag(
    schedule=None,
    on_failure_callback=SlackWebhookNotifier(
        slack_webhook_conn_id="slack_plantao", text="{{ dag_run.dag_id }} falhou: {{ run_id }}"
    ),
)
def plantao():
    @task
    def receber(loja, dag_run=None):
        if dag_run.conf.get("falhar"):
            raise ConnectionError(f"{loja} não respondeu")

    @task
    def consolidar(caixas):
        pass

    consolidar(receber.expand(loja=["Mossoró", "Caruaru", "Sobral"]))


plantao()
# %% certa (2)
desafio("06.um-aviso", "plantao")
# %% errada: o aviso está nas tasks | mensagens de uma execução só
%%dag plantao.py
from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier
from airflow.sdk import dag, task

aviso = SlackWebhookNotifier(slack_webhook_conn_id="slack_plantao", text="{{ ti.dag_id }} falhou: {{ run_id }}")


@dag(schedule=None, default_args={"on_failure_callback": aviso})
def plantao():
    @task
    def receber(loja, dag_run=None):
        if dag_run.conf.get("falhar"):
            raise ConnectionError(f"{loja} não respondeu")

    @task
    def consolidar(caixas):
        pass

    consolidar(receber.expand(loja=["Mossoró", "Caruaru", "Sobral"]))


plantao()
# %% errada: o aviso está nas tasks | mensagens de uma execução só (2)
desafio("06.um-aviso", "plantao")
# %% errada: sem mapear | deveria ter uma cópia por loja
%%dag plantao.py
from airflow.sdk import dag, task


@dag(schedule=None)
def plantao():
    @task
    def receber(dag_run=None):
        if dag_run.conf.get("falhar"):
            raise ConnectionError("alguém não respondeu")

    receber()


plantao()
# %% errada: sem mapear | deveria ter uma cópia por loja (2)
desafio("06.um-aviso", "plantao")
# %% errada: nunca falha | a execução deveria falhar
%%dag plantao.py
from airflow.sdk import dag, task


@dag(schedule=None)
def plantao():
    @task
    def receber(loja, dag_run=None):
        if dag_run.conf.get("falha"):
            raise ConnectionError(f"{loja} não respondeu")

    receber.expand(loja=["Mossoró", "Caruaru", "Sobral"])


plantao()
# %% errada: nunca falha | a execução deveria falhar (2)
desafio("06.um-aviso", "plantao")
