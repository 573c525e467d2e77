"""Métricas dos pipelines da Rede Caju, lidas do banco de metadados do Airflow, sempre só para leitura.

Toda janela vai de `inicio` (conta) até `fim` (não conta), dois instantes ISO com fuso.
"""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo


def _consultar(banco: str, sql: str, **valores: object) -> list[sqlite3.Row]:
    # mode=ro: nem por engano este módulo escreve no banco de onde o scheduler vive.
    with closing(sqlite3.connect(f"{Path(banco).as_uri()}?mode=ro", uri=True)) as conexao:
        conexao.row_factory = sqlite3.Row
        return conexao.execute(sql, valores).fetchall()


def _no_banco(instante: str) -> str:
    """Um instante com fuso, escrito como o Airflow o guarda no SQLite: em UTC e sem dizer que é UTC."""
    return datetime.fromisoformat(instante).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _janela(dag_id: str, inicio: str, fim: str) -> dict[str, str]:
    return {"dag_id": dag_id, "inicio": _no_banco(inicio), "fim": _no_banco(fim)}


def _taxa(parte: int, todo: int) -> float | None:
    return parte / todo if todo else None


def taxas(banco: str, dag_id: str, inicio: str, fim: str) -> dict:
    (linha,) = _consultar(
        banco,
        """SELECT COUNT(*) AS execucoes, COALESCE(SUM(state = 'success'), 0) AS sucessos
           FROM dag_run
           WHERE dag_id = :dag_id AND state IN ('success', 'failed') AND end_date >= :inicio AND end_date < :fim""",
        **_janela(dag_id, inicio, fim),
    )
    execucoes, sucessos = linha["execucoes"], linha["sucessos"]
    falhas = execucoes - sucessos
    return {
        "execucoes": execucoes,
        "sucessos": sucessos,
        "falhas": falhas,
        "taxa_sucesso": _taxa(sucessos, execucoes),
        "taxa_falha": _taxa(falhas, execucoes),
    }


def _percentil(ordenadas: list[float], p: int) -> float | None:
    if not ordenadas:
        return None
    lugar = p / 100 * (len(ordenadas) - 1)
    antes, depois = math.floor(lugar), math.ceil(lugar)
    return ordenadas[antes] + (lugar - antes) * (ordenadas[depois] - ordenadas[antes])


def duracoes(banco: str, dag_id: str, inicio: str, fim: str) -> dict:
    linhas = _consultar(
        banco,
        """SELECT start_date, end_date FROM dag_run
           WHERE dag_id = :dag_id AND state = 'success' AND end_date >= :inicio AND end_date < :fim""",
        **_janela(dag_id, inicio, fim),
    )
    segundos = sorted(
        (
            datetime.fromisoformat(linha["end_date"]) - datetime.fromisoformat(linha["start_date"])
        ).total_seconds()
        for linha in linhas
    )
    return {f"p{p}": _percentil(segundos, p) for p in (50, 95, 99)}


def prazos_perdidos(banco: str, dag_id: str, inicio: str, fim: str) -> int:
    (linha,) = _consultar(
        banco,
        """SELECT COUNT(DISTINCT r.id) AS perdidos
           FROM deadline d JOIN dag_run r ON r.id = d.dagrun_id
           WHERE r.dag_id = :dag_id AND d.missed AND d.deadline_time >= :inicio AND d.deadline_time < :fim""",
        **_janela(dag_id, inicio, fim),
    )
    return linha["perdidos"]


def por_task(banco: str, dag_id: str, inicio: str, fim: str) -> list[dict]:
    # A última tentativa de cada instância está em task_instance; as anteriores, em task_instance_history.
    linhas = _consultar(
        banco,
        """SELECT task_id, SUM(atual AND state = 'success') AS sucessos, SUM(atual AND state = 'failed') AS falhas,
                  SUM(state = 'failed') AS tentativas_falhas
           FROM (SELECT dag_id, task_id, state, end_date, 1 AS atual FROM task_instance
                 UNION ALL
                 SELECT dag_id, task_id, state, end_date, 0 AS atual FROM task_instance_history)
           WHERE dag_id = :dag_id AND end_date >= :inicio AND end_date < :fim
                 AND (state = 'failed' OR (atual AND state = 'success'))
           GROUP BY task_id ORDER BY task_id""",
        **_janela(dag_id, inicio, fim),
    )
    return [
        {
            "task_id": linha["task_id"],
            "instancias": linha["sucessos"] + linha["falhas"],
            "sucessos": linha["sucessos"],
            "falhas": linha["falhas"],
            "taxa_sucesso": _taxa(linha["sucessos"], linha["sucessos"] + linha["falhas"]),
            "tentativas_falhas": linha["tentativas_falhas"],
        }
        for linha in linhas
    ]


def resumo_do_dia(banco: str, dia: str, fuso: str) -> list[dict]:
    # Da meia-noite local à meia-noite local: em dia de mudança de relógio são 23 ou 25 horas.
    zona = ZoneInfo(fuso)
    este = date.fromisoformat(dia)
    inicio, fim = (
        datetime(um.year, um.month, um.day, tzinfo=zona).isoformat()
        for um in (este, este + timedelta(days=1))
    )
    resumo = []
    for linha in _consultar(banco, "SELECT dag_id FROM dag WHERE NOT is_stale ORDER BY dag_id"):
        janela = (banco, linha["dag_id"], inicio, fim)
        contagem = taxas(*janela)
        resumo.append(
            {
                "dag_id": linha["dag_id"],
                **{nome: contagem[nome] for nome in ("execucoes", "taxa_sucesso", "taxa_falha")},
                **duracoes(*janela),
                "prazos_perdidos": prazos_perdidos(*janela),
            }
        )
    return resumo
