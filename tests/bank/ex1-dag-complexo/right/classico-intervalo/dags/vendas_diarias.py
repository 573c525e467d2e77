"""DAG `vendas_diarias`: fechamento do dia da Rede Caju, com operators clássicos."""

from __future__ import annotations

import csv
import datetime as dt
import os

import pendulum
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import (
    BranchPythonOperator,
    PythonOperator,
    ShortCircuitOperator,
)
from airflow.sdk import DAG, CronDataIntervalTimetable, TaskGroup

CONN = "armazem"
TZ = "America/Sao_Paulo"

# O dia processado é o do fim do intervalo (02:00 em São Paulo) menos um.
DIA = "{{ data_interval_end.in_timezone('America/Sao_Paulo').subtract(days=1).to_date_string() }}"
PASTA = "{{ var.value.pasta_dados }}"
CSV_DO_DIA = f"{PASTA}/entrada/vendas_{DIA}.csv"

DOC = """
### Fechamento diário de vendas

Processa o arquivo de vendas do dia anterior: arquiva, confere, carrega, agrega, compara com as
metas (dia útil) ou registra o plantão (folga), resume e avisa. **Seguro para reprocessar.**

* Arquivo recusado no portão: veja a tabela `qualidade`; o resto da execução fica pulado.
* A carga passa por `tmp_vendas_bruta`, que só guarda o dia em processamento.
"""


def run_quality_check(dia: str, arquivo: str) -> None:
    """Confere todas as linhas do arquivo e grava a linha do dia em `qualidade`."""
    hook = SqliteHook(sqlite_conn_id=CONN)
    known_stores = {str(row[0]) for row in hook.get_records("SELECT loja_id FROM lojas")}

    total = 0
    bad_quantity = unknown_store = False
    with open(arquivo, encoding="utf-8", newline="") as fh:
        for row in csv.DictReader(fh, delimiter=";"):
            total += 1
            bad_quantity |= int(row["quantidade"]) <= 0
            unknown_store |= row["loja_id"].strip() not in known_stores

    reasons = []
    if bad_quantity:
        reasons.append("quantidade_invalida")
    if unknown_store:
        reasons.append("loja_desconhecida")

    conn = hook.get_conn()
    try:
        with conn:  # BEGIN ... COMMIT, ou ROLLBACK se algo quebrar
            conn.execute("DELETE FROM qualidade WHERE data = ?", (dia,))
            conn.execute(
                "INSERT INTO qualidade (data, aprovado, linhas, motivo) VALUES (?, ?, ?, ?)",
                (dia, int(not reasons), total, ";".join(reasons)),
            )
    finally:
        conn.close()


def is_approved(dia: str) -> bool:
    """Abre o portão só quando o arquivo do dia foi aprovado."""
    row = SqliteHook(sqlite_conn_id=CONN).get_first(
        "SELECT aprovado FROM qualidade WHERE data = ?", parameters=(dia,)
    )
    return bool(row and row[0] == 1)


def stage_file(dia: str, arquivo: str) -> None:
    """Copia o CSV, linha a linha e na ordem, para a tabela de apoio."""
    rows = []
    with open(arquivo, encoding="utf-8", newline="") as fh:
        for n, row in enumerate(csv.DictReader(fh, delimiter=";"), start=1):
            reais, _, cents = row["valor_unitario"].replace(".", "").partition(",")
            unit_cents = int(reais) * 100 + int(cents.ljust(2, "0") or 0)
            rows.append(
                (
                    dia,
                    n,
                    row["venda_id"],
                    int(row["loja_id"]),
                    int(row["produto_id"]),
                    int(row["quantidade"]),
                    unit_cents,
                    row["status"],
                )
            )

    conn = SqliteHook(sqlite_conn_id=CONN).get_conn()
    try:
        with conn:
            conn.execute(
                """
                CREATE TABLE IF NOT EXISTS tmp_vendas_bruta (
                    data TEXT, linha INTEGER, venda_id TEXT, loja_id INTEGER, produto_id INTEGER,
                    quantidade INTEGER, unitario_centavos INTEGER, status TEXT)
                """
            )
            conn.execute("DELETE FROM tmp_vendas_bruta WHERE data = ?", (dia,))
            conn.executemany("INSERT INTO tmp_vendas_bruta VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    finally:
        conn.close()


def pick_day_type(dia: str, ti) -> str:
    """Devolve o ramo do dia e deixa o tipo (`util` ou `folga`) no XCom para o resumo."""
    holiday = SqliteHook(sqlite_conn_id=CONN).get_first(
        "SELECT 1 FROM feriados WHERE data = ?", parameters=(dia,)
    )
    weekend = dt.date.fromisoformat(dia).isoweekday() in (6, 7)
    day_type = "folga" if holiday or weekend else "util"
    ti.xcom_push(key="tipo_dia", value=day_type)
    return "metas_do_dia" if day_type == "util" else "plantao_de_folga"


def write_notice(dia: str, pasta: str) -> None:
    """Deixa em `avisos/` a linha que o time lê de manhã."""
    day_type, sales, revenue = SqliteHook(sqlite_conn_id=CONN).get_first(
        "SELECT tipo_dia, vendas, receita_centavos FROM resumo_diario WHERE data = ?", parameters=(dia,)
    )
    with open(os.path.join(pasta, "avisos", f"{dia}.txt"), "w", encoding="utf-8") as fh:
        fh.write(f"{dia} {day_type} {sales} {revenue}\n")


with DAG(
    dag_id="vendas_diarias",
    description="Fechamento diário de vendas da Rede Caju",
    schedule=CronDataIntervalTimetable("0 2 * * *", timezone=TZ),
    start_date=pendulum.datetime(2025, 12, 1, tz=TZ),
    catchup=True,
    max_active_runs=1,
    default_args={
        "owner": "time-dados-caju",
        "retries": 3,
        "retry_delay": dt.timedelta(minutes=2),
    },
    tags=["caju", "vendas", "diario"],
    doc_md=DOC,
):
    archive_file = BashOperator(
        task_id="archive_file",
        bash_command=(
            "set -euo pipefail\n"
            'gzip --stdout --no-name "$ORIGEM" > "$DESTINO.tmp"\n'
            'mv "$DESTINO.tmp" "$DESTINO"\n'
        ),
        env={"ORIGEM": CSV_DO_DIA, "DESTINO": f"{PASTA}/arquivo/vendas_{DIA}.csv.gz"},
        append_env=True,
    )

    quality_check = PythonOperator(
        task_id="quality_check",
        python_callable=run_quality_check,
        op_kwargs={"dia": DIA, "arquivo": CSV_DO_DIA},
    )

    quality_gate = ShortCircuitOperator(
        task_id="quality_gate",
        python_callable=is_approved,
        op_kwargs={"dia": DIA},
    )

    stage = PythonOperator(
        task_id="stage_csv",
        python_callable=stage_file,
        op_kwargs={"dia": DIA, "arquivo": CSV_DO_DIA},
    )

    load_sales = SQLExecuteQueryOperator(
        task_id="load_sales",
        conn_id=CONN,
        sql=[
            f"DELETE FROM vendas WHERE data = '{DIA}'",
            f"""
            INSERT INTO vendas (data, venda_id, loja_id, produto_id, quantidade, valor_centavos)
            SELECT b.data, b.venda_id, b.loja_id, b.produto_id, b.quantidade,
                   b.quantidade * b.unitario_centavos
            FROM tmp_vendas_bruta b
            WHERE b.data = '{DIA}'
              AND b.status = 'ok'
              AND b.linha = (SELECT MAX(u.linha) FROM tmp_vendas_bruta u
                             WHERE u.data = b.data AND u.venda_id = b.venda_id)
            """,
            f"DELETE FROM tmp_vendas_bruta WHERE data = '{DIA}'",
        ],
    )

    with TaskGroup("agregados"):
        by_region = SQLExecuteQueryOperator(
            task_id="by_region",
            conn_id=CONN,
            sql=[
                f"DELETE FROM vendas_por_regiao WHERE data = '{DIA}'",
                f"""
                INSERT INTO vendas_por_regiao (data, regiao, vendas, receita_centavos)
                SELECT '{DIA}', l.regiao, COUNT(v.venda_id), COALESCE(SUM(v.valor_centavos), 0)
                FROM lojas l
                LEFT JOIN vendas v ON v.loja_id = l.loja_id AND v.data = '{DIA}'
                GROUP BY l.regiao
                """,
            ],
        )
        by_category = SQLExecuteQueryOperator(
            task_id="by_category",
            conn_id=CONN,
            sql=[
                f"DELETE FROM vendas_por_categoria WHERE data = '{DIA}'",
                f"""
                INSERT INTO vendas_por_categoria (data, categoria, itens, receita_centavos)
                SELECT '{DIA}', p.categoria, SUM(v.quantidade), SUM(v.valor_centavos)
                FROM vendas v INNER JOIN produtos p USING (produto_id)
                WHERE v.data = '{DIA}'
                GROUP BY p.categoria
                """,
            ],
        )
        top_stores = SQLExecuteQueryOperator(
            task_id="top_stores",
            conn_id=CONN,
            sql=[
                f"DELETE FROM ranking_lojas WHERE data = '{DIA}'",
                f"""
                INSERT INTO ranking_lojas (data, posicao, loja_id, receita_centavos)
                WITH receita AS (
                    SELECT l.loja_id, l.nome, SUM(v.valor_centavos) AS total
                    FROM vendas v INNER JOIN lojas l ON l.loja_id = v.loja_id
                    WHERE v.data = '{DIA}'
                    GROUP BY l.loja_id, l.nome
                )
                SELECT '{DIA}', ROW_NUMBER() OVER (ORDER BY total DESC, nome), loja_id, total
                FROM receita
                ORDER BY total DESC, nome
                LIMIT 5
                """,
            ],
        )

    day_type_branch = BranchPythonOperator(
        task_id="day_type_branch",
        python_callable=pick_day_type,
        op_kwargs={"dia": DIA},
    )

    metas = SQLExecuteQueryOperator(
        task_id="metas_do_dia",
        conn_id=CONN,
        sql=[
            f"DELETE FROM metas_do_dia WHERE data = '{DIA}'",
            f"""
            INSERT INTO metas_do_dia (data, regiao, meta_centavos, receita_centavos, atingiu)
            SELECT r.data, m.regiao, m.meta_centavos, r.receita_centavos,
                   CASE WHEN r.receita_centavos >= m.meta_centavos THEN 1 ELSE 0 END
            FROM metas m INNER JOIN vendas_por_regiao r ON r.regiao = m.regiao
            WHERE r.data = '{DIA}'
            """,
        ],
    )

    plantao = SQLExecuteQueryOperator(
        task_id="plantao_de_folga",
        conn_id=CONN,
        sql=[
            f"DELETE FROM plantao WHERE data = '{DIA}'",
            f"""
            INSERT INTO plantao (data, motivo)
            SELECT '{DIA}', COALESCE((SELECT MIN(nome) FROM feriados WHERE data = '{DIA}'), 'fim de semana')
            """,
        ],
    )

    daily_summary = SQLExecuteQueryOperator(
        task_id="daily_summary",
        conn_id=CONN,
        trigger_rule="none_failed_min_one_success",
        sql=[
            f"DELETE FROM resumo_diario WHERE data = '{DIA}'",
            f"""
            INSERT INTO resumo_diario (data, tipo_dia, vendas, receita_centavos, ticket_medio_centavos)
            SELECT '{DIA}', '{{{{ ti.xcom_pull(task_ids="day_type_branch", key="tipo_dia") }}}}',
                   COUNT(*), COALESCE(SUM(valor_centavos), 0),
                   COALESCE(SUM(valor_centavos) / NULLIF(COUNT(*), 0), 0)
            FROM vendas
            WHERE data = '{DIA}'
            """,
        ],
    )

    send_notice = PythonOperator(
        task_id="send_notice",
        python_callable=write_notice,
        op_kwargs={"dia": DIA, "pasta": PASTA},
    )

    [archive_file, quality_check] >> quality_gate >> stage >> load_sales
    load_sales >> [by_region, by_category, top_stores, day_type_branch]
    day_type_branch >> [metas, plantao]
    by_region >> metas
    [by_category, top_stores, by_region, metas, plantao] >> daily_summary >> send_notice
