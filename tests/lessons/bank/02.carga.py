# %% certa
%%dag carga_segura.py
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG

with DAG("carga_segura", schedule=None, params={"dia": "2026-03-10"}, tags=["licao02"]):
    SQLExecuteQueryOperator(
        task_id="carregar",
        conn_id="caju_db",
        sql=[
            "DELETE FROM armazem.vendas_limpas WHERE dia = %(dia)s",
            """
            INSERT INTO armazem.vendas_limpas
            SELECT dia, venda_id, loja_id, valor_centavos FROM staging.vendas_brutas
            WHERE dia = %(dia)s AND status = 'ok'
            """,
        ],
        parameters={"dia": "{{ params.dia }}"},
    )

# %% certa (2)
desafio("02.carga", "carga_segura")

# %% errada: só insere | A venda 903
%%dag carga_segura.py
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG

with DAG("carga_segura", schedule=None, params={"dia": "2026-03-10"}, tags=["licao02"]):
    SQLExecuteQueryOperator(
        task_id="carregar",
        conn_id="caju_db",
        sql="""
            INSERT INTO armazem.vendas_limpas
            SELECT dia, venda_id, loja_id, valor_centavos FROM staging.vendas_brutas
            WHERE dia = %(dia)s AND status = 'ok'
        """,
        parameters={"dia": "{{ params.dia }}"},
    )

# %% errada: só insere (2)
desafio("02.carga", "carga_segura")

# %% errada: apaga a tabela inteira | as linhas dos outros dias mudaram
%%dag carga_segura.py
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG

with DAG("carga_segura", schedule=None, params={"dia": "2026-03-10"}, tags=["licao02"]):
    SQLExecuteQueryOperator(
        task_id="carregar",
        conn_id="caju_db",
        sql=[
            "DELETE FROM armazem.vendas_limpas",
            """
            INSERT INTO armazem.vendas_limpas
            SELECT dia, venda_id, loja_id, valor_centavos FROM staging.vendas_brutas
            WHERE dia = %(dia)s AND status = 'ok'
            """,
        ],
        parameters={"dia": "{{ params.dia }}"},
    )

# %% errada: apaga a tabela inteira (2)
desafio("02.carga", "carga_segura")

# %% errada: esqueceu o status | uma venda cancelada
%%dag carga_segura.py
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG

with DAG("carga_segura", schedule=None, params={"dia": "2026-03-10"}, tags=["licao02"]):
    SQLExecuteQueryOperator(
        task_id="carregar",
        conn_id="caju_db",
        sql=[
            "DELETE FROM armazem.vendas_limpas WHERE dia = %(dia)s",
            """
            INSERT INTO armazem.vendas_limpas
            SELECT dia, venda_id, loja_id, valor_centavos FROM staging.vendas_brutas WHERE dia = %(dia)s
            """,
        ],
        parameters={"dia": "{{ params.dia }}"},
    )

# %% errada: esqueceu o status (2)
desafio("02.carga", "carga_segura")

# %% errada: sem transação | precisam valer juntos
%%dag carga_segura.py
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG

with DAG("carga_segura", schedule=None, params={"dia": "2026-03-10"}, tags=["licao02"]):
    SQLExecuteQueryOperator(
        task_id="carregar",
        conn_id="caju_db",
        autocommit=True,
        sql=[
            "DELETE FROM armazem.vendas_limpas WHERE dia = %(dia)s",
            """
            INSERT INTO armazem.vendas_limpas
            SELECT dia, venda_id, loja_id, valor_centavos FROM staging.vendas_brutas
            WHERE dia = %(dia)s AND status = 'ok'
            """,
        ],
        parameters={"dia": "{{ params.dia }}"},
    )

# %% errada: sem transação (2)
desafio("02.carga", "carga_segura")
