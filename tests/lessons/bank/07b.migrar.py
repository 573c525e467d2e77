# %% certa
migrado = '''
import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def somar(**context):
    print("fechando", context["data_interval_end"])


dag = DAG(
    "caixa_antigo",
    default_args={"owner": "dados-caju", "retries": 2},
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["caixa"],
)

inicio = EmptyOperator(task_id="inicio", dag=dag)
compactar = BashOperator(task_id="compactar", bash_command="echo compactando", dag=dag)
fechar = PythonOperator(task_id="fechar", python_callable=somar, dag=dag)

inicio >> compactar >> fechar
'''

desafio("07b.migrar", migrado)

# %% certa: em TaskFlow
migrado = '''
import pendulum
from airflow.sdk import dag, task


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    default_args={"owner": "dados-caju", "retries": 2},
)
def caixa_antigo():
    @task
    def inicio():
        pass

    @task.bash
    def compactar():
        return "echo compactando"

    @task
    def fechar(data_interval_end=None):
        print("fechando", data_interval_end)

    inicio() >> compactar() >> fechar()


dag_pronto = caixa_antigo()
'''

desafio("07b.migrar", migrado)

# %% errada: o que o ruff deixou | não carrega no Airflow 3.3
desafio("07b.migrar", meio_novo)

# %% errada: endereços antigos | Carrega, mas com aviso
migrado = '''
import pendulum
from airflow.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def somar(**context):
    print("fechando", context["data_interval_end"])


dag = DAG(
    "caixa_antigo",
    default_args={"owner": "dados-caju", "retries": 2},
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["caixa"],
)

inicio = EmptyOperator(task_id="inicio", dag=dag)
compactar = BashOperator(task_id="compactar", bash_command="echo compactando", dag=dag)
fechar = PythonOperator(task_id="fechar", python_callable=somar, dag=dag)

inicio >> compactar >> fechar
'''

desafio("07b.migrar", migrado)

# %% errada: execution_date ficou | ainda usa `execution_date`
migrado = '''
import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def somar(**context):
    print("fechando", context["execution_date"])


dag = DAG(
    "caixa_antigo",
    default_args={"owner": "dados-caju", "retries": 2},
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["caixa"],
)

inicio = EmptyOperator(task_id="inicio", dag=dag)
compactar = BashOperator(task_id="compactar", bash_command="echo compactando", dag=dag)
fechar = PythonOperator(task_id="fechar", python_callable=somar, dag=dag)

inicio >> compactar >> fechar
'''

desafio("07b.migrar", migrado)

# %% errada: sem fuso | o fuso de São Paulo
migrado = '''
import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def somar(**context):
    print("fechando", context["data_interval_end"])


dag = DAG(
    "caixa_antigo",
    default_args={"owner": "dados-caju", "retries": 2},
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1),
    catchup=False,
    tags=["caixa"],
)

inicio = EmptyOperator(task_id="inicio", dag=dag)
compactar = BashOperator(task_id="compactar", bash_command="echo compactando", dag=dag)
fechar = PythonOperator(task_id="fechar", python_callable=somar, dag=dag)

inicio >> compactar >> fechar
'''

desafio("07b.migrar", migrado)

# %% errada: mudou o nome | perde o histórico
migrado = '''
import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def somar(**context):
    print("fechando", context["data_interval_end"])


dag = DAG(
    "caixa_novo",
    default_args={"owner": "dados-caju", "retries": 2},
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["caixa"],
)

inicio = EmptyOperator(task_id="inicio", dag=dag)
compactar = BashOperator(task_id="compactar", bash_command="echo compactando", dag=dag)
fechar = PythonOperator(task_id="fechar", python_callable=somar, dag=dag)

inicio >> compactar >> fechar
'''

desafio("07b.migrar", migrado)

# %% errada: ordem trocada | Eram inicio
migrado = '''
import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def somar(**context):
    print("fechando", context["data_interval_end"])


dag = DAG(
    "caixa_antigo",
    default_args={"owner": "dados-caju", "retries": 2},
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["caixa"],
)

inicio = EmptyOperator(task_id="inicio", dag=dag)
compactar = BashOperator(task_id="compactar", bash_command="echo compactando", dag=dag)
fechar = PythonOperator(task_id="fechar", python_callable=somar, dag=dag)

inicio >> [compactar, fechar]
'''

desafio("07b.migrar", migrado)

# %% errada: perdeu a agenda | A agenda era
migrado = '''
import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def somar(**context):
    print("fechando", context["data_interval_end"])


dag = DAG(
    "caixa_antigo",
    default_args={"owner": "dados-caju", "retries": 2},
    schedule="@daily",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["caixa"],
)

inicio = EmptyOperator(task_id="inicio", dag=dag)
compactar = BashOperator(task_id="compactar", bash_command="echo compactando", dag=dag)
fechar = PythonOperator(task_id="fechar", python_callable=somar, dag=dag)

inicio >> compactar >> fechar
'''

desafio("07b.migrar", migrado)

# %% errada: perdeu os retries | Dono e retries
migrado = '''
import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def somar(**context):
    print("fechando", context["data_interval_end"])


dag = DAG(
    "caixa_antigo",
    default_args={"owner": "dados-caju"},
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["caixa"],
)

inicio = EmptyOperator(task_id="inicio", dag=dag)
compactar = BashOperator(task_id="compactar", bash_command="echo compactando", dag=dag)
fechar = PythonOperator(task_id="fechar", python_callable=somar, dag=dag)

inicio >> compactar >> fechar
'''

desafio("07b.migrar", migrado)

# %% errada: o SLA ficou | SLA feature
migrado = '''
import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def somar(**context):
    print("fechando", context["data_interval_end"])


dag = DAG(
    "caixa_antigo",
    default_args={"owner": "dados-caju", "retries": 2, "sla": __import__("datetime").timedelta(hours=1)},
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["caixa"],
)

inicio = EmptyOperator(task_id="inicio", dag=dag)
compactar = BashOperator(task_id="compactar", bash_command="echo compactando", dag=dag)
fechar = PythonOperator(task_id="fechar", python_callable=somar, dag=dag)

inicio >> compactar >> fechar
'''

desafio("07b.migrar", migrado)

# %% errada: a data anda | AIR304
migrado = '''
import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def somar(**context):
    print("fechando", context["data_interval_end"])


dag = DAG(
    "caixa_antigo",
    default_args={"owner": "dados-caju", "retries": 2},
    schedule="0 2 * * *",
    start_date=pendulum.now("America/Sao_Paulo"),
    catchup=False,
    tags=["caixa"],
)

inicio = EmptyOperator(task_id="inicio", dag=dag)
compactar = BashOperator(task_id="compactar", bash_command="echo compactando", dag=dag)
fechar = PythonOperator(task_id="fechar", python_callable=somar, dag=dag)

inicio >> compactar >> fechar
'''

desafio("07b.migrar", migrado)

