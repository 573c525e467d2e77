# %% certa
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% certa (2)
desafio("07b.refatorar", "ranking_lojas")

# %% certa: só SQL
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import dag

FUSO = "America/Sao_Paulo"
DIA = "{{ data_interval_end.in_timezone('America/Sao_Paulo').subtract(days=1).to_date_string() }}"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    def sql(task_id, *comandos):
        return SQLExecuteQueryOperator(task_id=task_id, conn_id="caju_db", sql=list(comandos), parameters={"dia": DIA})

    gravar = sql("gravar", "delete from licao07b.ranking where dia = %(dia)s", RANKING)
    avisar = sql("avisar", "insert into licao07b.avisos values (%(dia)s) on conflict do nothing")
    gravar >> avisar


ranking_lojas()

# %% certa: só SQL (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: a senha ficou | A senha do painel continua
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

SENHA_DO_PAINEL = "caju-1234"
FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% errada: a senha ficou (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: consulta no topo | ainda roda a cada leitura
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
LOJAS = PostgresHook("caju_db").get_records("select nome from licao07b.lojas")
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% errada: consulta no topo (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: engole a falha | ainda é engolida
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        try:
            PostgresHook("caju_db").run("insert into licao07b.avisos values (%s)", parameters=(dia,))
        except Exception:
            pass

    avisar(gravar())


ranking_lojas()

# %% errada: engole a falha (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: sem retries | não tenta de novo
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 0,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% errada: sem retries (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: sem timeout | pendurada para sempre
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% errada: sem timeout (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: dono padrão | ninguém
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% errada: dono padrão (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: a data anda | a `start_date` mudou
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.now(FUSO).subtract(days=1),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% errada: a data anda (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: o dia vem do relógio | de onde vem o dia
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = pendulum.now(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% errada: o dia vem do relógio (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: apaga todos os dias | o `delete` precisa de um `where`
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% errada: apaga todos os dias (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: acrescenta | somou em vez de trocar
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            RANKING, parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% errada: acrescenta (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: aviso sem conflito previsto | terminou em `failed`
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s)", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% errada: aviso sem conflito previsto (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: empate ao acaso | as posições não
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome desc), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% errada: empate ao acaso (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: loja sem venda some | também entra, com zero
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    avisar(gravar())


ranking_lojas()

# %% errada: loja sem venda some (2)
desafio("07b.refatorar", "ranking_lojas")

# %% errada: XCom pesado | Passe só o bilhete
%%dag ranking_lojas.py
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import timedelta

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

FUSO = "America/Sao_Paulo"
RANKING = """
    insert into licao07b.ranking
    select %(dia)s, row_number() over (order by coalesce(sum(v.centavos), 0) desc, l.nome), l.nome, coalesce(sum(v.centavos), 0)
    from licao07b.lojas l left join licao07b.vendas v on v.loja = l.nome and v.dia = %(dia)s
    group by l.nome
"""


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={
        "owner": "dados-caju",
        "execution_timeout": timedelta(minutes=5),
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def ranking_lojas():
    @task
    def extrair(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        return PostgresHook("caju_db").get_records("select loja, centavos from licao07b.vendas where dia = %s", parameters=(dia,))

    @task
    def gravar(data_interval_end=None):
        dia = data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()
        PostgresHook("caju_db").run(
            ["delete from licao07b.ranking where dia = %(dia)s", RANKING], parameters={"dia": dia}
        )
        return dia

    @task
    def avisar(dia):
        PostgresHook("caju_db").run(
            "insert into licao07b.avisos values (%s) on conflict do nothing", parameters=(dia,)
        )

    gravado = gravar()
    extrair() >> gravado
    avisar(gravado)


ranking_lojas()

# %% errada: XCom pesado (2)
desafio("07b.refatorar", "ranking_lojas")

