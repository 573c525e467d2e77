"""Quase tudo em SQL, com funções de janela."""

import sqlite3
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

FINAIS = "state IN ('success', 'failed')"
DENTRO = "end_date >= :inicio AND end_date < :fim"


def _ler(banco, sql, **valores):
    conexao = sqlite3.connect("file:" + banco + "?mode=ro&immutable=1", uri=True)
    conexao.row_factory = lambda cursor, linha: {c[0]: v for c, v in zip(cursor.description, linha)}
    try:
        return conexao.execute(sql, valores).fetchall()
    finally:
        conexao.close()


def _utc(instante):
    return datetime.fromisoformat(instante).astimezone(timezone.utc).replace(tzinfo=None).isoformat(" ", "microseconds")


def taxas(banco, dag_id, inicio, fim):
    return _ler(
        banco,
        f"""SELECT COUNT(*) AS execucoes, COUNT(*) FILTER (WHERE state = 'success') AS sucessos,
                   COUNT(*) FILTER (WHERE state = 'failed') AS falhas,
                   AVG(state = 'success') AS taxa_sucesso, AVG(state = 'failed') AS taxa_falha
            FROM dag_run WHERE dag_id = :dag AND {FINAIS} AND {DENTRO}""",
        dag=dag_id, inicio=_utc(inicio), fim=_utc(fim),
    )[0]  # fmt: skip


def duracoes(banco, dag_id, inicio, fim):
    consulta = f"""
        WITH d AS (
            SELECT (julianday(end_date) - julianday(start_date)) * 86400 AS s
            FROM dag_run WHERE dag_id = :dag AND state = 'success' AND {DENTRO}),
        o AS (SELECT s, ROW_NUMBER() OVER (ORDER BY s) - 1 AS i, COUNT(*) OVER () AS n,
                     LEAD(s, 1, s) OVER (ORDER BY s) AS prox FROM d),
        q(p) AS (VALUES (50), (95), (99))
        SELECT p, s + (prox - s) * ((n - 1) * p % 100) / 100.0 AS v
        FROM q LEFT JOIN o ON i = (n - 1) * p / 100"""
    linhas = _ler(banco, consulta, dag=dag_id, inicio=_utc(inicio), fim=_utc(fim))
    return {f"p{linha['p']}": linha["v"] for linha in linhas}


def prazos_perdidos(banco, dag_id, inicio, fim):
    return _ler(
        banco,
        """SELECT COUNT(*) AS n FROM (SELECT DISTINCT dagrun_id FROM deadline
             WHERE missed AND deadline_time >= :inicio AND deadline_time < :fim
               AND dagrun_id IN (SELECT id FROM dag_run WHERE dag_id = :dag))""",
        dag=dag_id, inicio=_utc(inicio), fim=_utc(fim),
    )[0]["n"]  # fmt: skip


def por_task(banco, dag_id, inicio, fim):
    colunas = "task_id, state"
    onde = f"dag_id = :dag AND {FINAIS} AND {DENTRO}"
    return _ler(
        banco,
        f"""WITH t AS (SELECT {colunas}, 1 AS ultima FROM task_instance WHERE {onde}
                       UNION ALL
                       SELECT {colunas}, 0 FROM task_instance_history WHERE {onde} AND state = 'failed')
            SELECT task_id, SUM(ultima) AS instancias,
                   SUM(ultima AND state = 'success') AS sucessos, SUM(ultima AND state = 'failed') AS falhas,
                   AVG(CASE WHEN ultima THEN state = 'success' END) AS taxa_sucesso,
                   SUM(state = 'failed') AS tentativas_falhas
            FROM t GROUP BY task_id ORDER BY task_id""",
        dag=dag_id, inicio=_utc(inicio), fim=_utc(fim),
    )  # fmt: skip


def resumo_do_dia(banco, dia, fuso):
    ano, mes, numero = map(int, dia.split("-"))
    inicio = datetime(ano, mes, numero, tzinfo=ZoneInfo(fuso))
    seguinte = datetime.fromordinal(inicio.toordinal() + 1).replace(tzinfo=ZoneInfo(fuso))
    janela = inicio.isoformat(), seguinte.isoformat()
    resumo = []
    for linha in _ler(banco, "SELECT dag_id FROM dag WHERE is_stale = 0 ORDER BY dag_id"):
        nome = linha["dag_id"]
        resumo.append(
            {"dag_id": nome, **taxas(banco, nome, *janela), **duracoes(banco, nome, *janela)}
            | {"prazos_perdidos": prazos_perdidos(banco, nome, *janela)}
        )
    return resumo
