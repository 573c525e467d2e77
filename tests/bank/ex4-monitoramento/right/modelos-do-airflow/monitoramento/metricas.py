"""Com os próprios modelos do Airflow, sobre um motor só de leitura, e o percentil do numpy."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.models.deadline import Deadline
from airflow.models.taskinstance import TaskInstance
from airflow.models.taskinstancehistory import TaskInstanceHistory
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool


@contextmanager
def sessao(banco):
    motor = create_engine(f"sqlite:///file:{banco}?mode=ro&uri=true", poolclass=NullPool)
    with Session(motor) as aberta:
        yield aberta


def entre(coluna, inicio, fim):
    return coluna >= datetime.fromisoformat(inicio), coluna < datetime.fromisoformat(fim)


def _execucoes(banco, dag_id, inicio, fim):
    with sessao(banco) as s:
        return s.execute(
            select(DagRun.state, DagRun.start_date, DagRun.end_date)
            .where(DagRun.dag_id == dag_id, DagRun.state.in_(["success", "failed"]))
            .where(*entre(DagRun.end_date, inicio, fim))
        ).all()


def taxas(banco, dag_id, inicio, fim):
    estados = [str(getattr(linha.state, "value", linha.state)) for linha in _execucoes(banco, dag_id, inicio, fim)]
    n, bem, mal = len(estados), estados.count("success"), estados.count("failed")
    return {
        "execucoes": n, "sucessos": bem, "falhas": mal,
        "taxa_sucesso": bem / n if n else None, "taxa_falha": mal / n if n else None,
    }  # fmt: skip


def duracoes(banco, dag_id, inicio, fim):
    import numpy

    segundos = [
        (linha.end_date - linha.start_date).total_seconds()
        for linha in _execucoes(banco, dag_id, inicio, fim)
        if linha.state == "success"
    ]
    if not segundos:
        return {"p50": None, "p95": None, "p99": None}
    return {f"p{p}": numpy.percentile(segundos, p) for p in (50, 95, 99)}


def prazos_perdidos(banco, dag_id, inicio, fim):
    with sessao(banco) as s:
        return s.scalar(
            select(func.count(func.distinct(Deadline.dagrun_id)))
            .join(DagRun, DagRun.id == Deadline.dagrun_id)
            .where(DagRun.dag_id == dag_id, Deadline.missed, *entre(Deadline.deadline_time, inicio, fim))
        )


def por_task(banco, dag_id, inicio, fim):
    def contar(modelo, *estados):
        with sessao(banco) as s:
            return dict(
                s.execute(
                    select(modelo.task_id, func.count())
                    .where(modelo.dag_id == dag_id, modelo.state.in_(estados), *entre(modelo.end_date, inicio, fim))
                    .group_by(modelo.task_id)
                )
                .tuples()
                .all()
            )

    bem, mal, antes = (
        contar(TaskInstance, "success"), contar(TaskInstance, "failed"), contar(TaskInstanceHistory, "failed"),
    )  # fmt: skip
    saida = []
    for nome in sorted({*bem, *mal, *antes}):
        b, m = bem.get(nome, 0), mal.get(nome, 0)
        saida.append({
            "task_id": nome, "instancias": b + m, "sucessos": b, "falhas": m,
            "taxa_sucesso": b / (b + m) if b + m else None, "tentativas_falhas": m + antes.get(nome, 0),
        })  # fmt: skip
    return saida


def resumo_do_dia(banco, dia, fuso):
    um = date.fromisoformat(dia)
    inicio, fim = (
        datetime(d.year, d.month, d.day, tzinfo=ZoneInfo(fuso)).isoformat() for d in (um, um + timedelta(days=1))
    )
    with sessao(banco) as s:
        nomes = s.scalars(select(DagModel.dag_id).where(~DagModel.is_stale).order_by(DagModel.dag_id)).all()
    return [
        {"dag_id": nome, **taxas(banco, nome, inicio, fim), **duracoes(banco, nome, inicio, fim),
         "prazos_perdidos": prazos_perdidos(banco, nome, inicio, fim)}
        for nome in nomes
    ]  # fmt: skip
