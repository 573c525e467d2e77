# %% certa
%%dag desafio_topo.py
import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import Variable, dag, task


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    default_args={"owner": "dados-caju", "retries": 1},
    tags=["licao-07"],
)
def desafio_topo():
    @task
    def listar():
        return [loja for (loja,) in PostgresHook("caju_db").get_records("select loja from licao07.lojas_da_campanha()")]

    @task
    def visitar(loja):
        PostgresHook("caju_db").run(
            ["delete from licao07.visitas where loja = %(loja)s", "insert into licao07.visitas values (%(loja)s, %(campanha)s)"], parameters={"loja": loja, "campanha": Variable.get("campanha_caju")}
        )

    visitar.expand(loja=listar())


desafio_topo()

# %% certa (2)
desafio("07a.topo-leve", "desafio_topo")

# %% certa: uma task só, com template
%%dag desafio_topo.py
import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import Variable, dag, task


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    default_args={"owner": "dados-caju", "retries": 1},
    tags=["licao-07"],
)
def desafio_topo():
    @task
    def visitar(campanha):
        hook = PostgresHook("caju_db")
        lojas = [loja for (loja,) in hook.get_records("select loja from licao07.lojas_da_campanha()")]
        comandos = ["delete from licao07.visitas"]
        comandos += [f"insert into licao07.visitas values ('{loja}', %(campanha)s)" for loja in lojas]
        hook.run(comandos, parameters={"campanha": campanha})

    visitar("{{ var.value.campanha_caju }}")


desafio_topo()

# %% certa: uma task só, com template (2)
desafio("07a.topo-leve", "desafio_topo")

# %% errada: a consulta continua no topo | roda quando o arquivo é lido
%%dag desafio_topo.py
import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import Variable, dag, task

LOJAS = [loja for (loja,) in PostgresHook("caju_db").get_records("select loja from licao07.lojas_da_campanha()")]


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    default_args={"owner": "dados-caju", "retries": 1},
    tags=["licao-07"],
)
def desafio_topo():
    @task
    def visitar(loja):
        PostgresHook("caju_db").run(
            ["delete from licao07.visitas where loja = %(loja)s", "insert into licao07.visitas values (%(loja)s, %(campanha)s)"], parameters={"loja": loja, "campanha": Variable.get("campanha_caju")}
        )

    visitar.expand(loja=LOJAS)


desafio_topo()

# %% errada: a consulta continua no topo (2)
desafio("07a.topo-leve", "desafio_topo")

# %% errada: a Variable continua no topo | `Variable.get` ainda roda
%%dag desafio_topo.py
import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import Variable, dag, task

CAMPANHA = Variable.get("campanha_caju")


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    default_args={"owner": "dados-caju", "retries": 1},
    tags=["licao-07"],
)
def desafio_topo():
    @task
    def listar():
        return [loja for (loja,) in PostgresHook("caju_db").get_records("select loja from licao07.lojas_da_campanha()")]

    @task
    def visitar(loja):
        PostgresHook("caju_db").run(
            ["delete from licao07.visitas where loja = %(loja)s", "insert into licao07.visitas values (%(loja)s, %(campanha)s)"], parameters={"loja": loja, "campanha": CAMPANHA}
        )

    visitar.expand(loja=listar())


desafio_topo()

# %% errada: a Variable continua no topo (2)
desafio("07a.topo-leve", "desafio_topo")

# %% errada: roda de novo e duplica | rodar de novo duplicou
%%dag desafio_topo.py
import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import Variable, dag, task


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    default_args={"owner": "dados-caju", "retries": 1},
    tags=["licao-07"],
)
def desafio_topo():
    @task
    def listar():
        return [loja for (loja,) in PostgresHook("caju_db").get_records("select loja from licao07.lojas_da_campanha()")]

    @task
    def visitar(loja):
        PostgresHook("caju_db").run(
            ["insert into licao07.visitas values (%(loja)s, %(campanha)s)"], parameters={"loja": loja, "campanha": Variable.get("campanha_caju")}
        )

    visitar.expand(loja=listar())


desafio_topo()

# %% errada: roda de novo e duplica (2)
desafio("07a.topo-leve", "desafio_topo")

# %% errada: a campanha escrita à mão | o valor foi fixado
%%dag desafio_topo.py
import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import Variable, dag, task


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    default_args={"owner": "dados-caju", "retries": 1},
    tags=["licao-07"],
)
def desafio_topo():
    @task
    def listar():
        return [loja for (loja,) in PostgresHook("caju_db").get_records("select loja from licao07.lojas_da_campanha()")]

    @task
    def visitar(loja):
        PostgresHook("caju_db").run(
            ["delete from licao07.visitas where loja = %(loja)s", "insert into licao07.visitas values (%(loja)s, %(campanha)s)"], parameters={"loja": loja, "campanha": "festa-junina"}
        )

    visitar.expand(loja=listar())


desafio_topo()

# %% errada: a campanha escrita à mão (2)
desafio("07a.topo-leve", "desafio_topo")

# %% errada: perdeu o efeito | o efeito se perdeu
%%dag desafio_topo.py
import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import Variable, dag, task


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    default_args={"owner": "dados-caju", "retries": 1},
    tags=["licao-07"],
)
def desafio_topo():
    @task
    def listar():
        return [loja for (loja,) in PostgresHook("caju_db").get_records("select loja from licao07.lojas_da_campanha()")]

    @task
    def visitar(loja):
        print(loja, Variable.get("campanha_caju"))

    visitar.expand(loja=listar())


desafio_topo()

# %% errada: perdeu o efeito (2)
desafio("07a.topo-leve", "desafio_topo")

