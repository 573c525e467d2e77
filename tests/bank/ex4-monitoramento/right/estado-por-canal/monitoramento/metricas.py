"""Com SQLAlchemy sobre o banco aberto só para leitura."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timezone

import pendulum
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool


@contextmanager
def conectado(banco: str):
    motor = create_engine(f"sqlite:///file:{banco}?mode=ro&uri=true", poolclass=NullPool)
    with motor.connect() as conexao:
        yield conexao


def utc(instante: str) -> str:
    return datetime.fromisoformat(instante).astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")


def janela(dag_id: str, inicio: str, fim: str) -> dict:
    return {"dag": dag_id, "de": utc(inicio), "ate": utc(fim)}


def taxas(banco: str, dag_id: str, inicio: str, fim: str) -> dict:
    consulta = text(
        "SELECT state, COUNT(*) FROM dag_run WHERE dag_id = :dag AND end_date >= :de AND end_date < :ate"
        " AND state IN ('success', 'failed') GROUP BY state"
    )
    with conectado(banco) as conexao:
        contagem = dict(tuple(linha) for linha in conexao.execute(consulta, janela(dag_id, inicio, fim)))
    sucessos, falhas = contagem.get("success", 0), contagem.get("failed", 0)
    todas = sucessos + falhas
    return {
        "execucoes": todas,
        "sucessos": sucessos,
        "falhas": falhas,
        "taxa_sucesso": sucessos / todas if todas else None,
        "taxa_falha": falhas / todas if todas else None,
    }


def duracoes(banco: str, dag_id: str, inicio: str, fim: str) -> dict:
    consulta = text(
        "SELECT (julianday(end_date) - julianday(start_date)) * 86400.0 AS s FROM dag_run WHERE dag_id = :dag"
        " AND state = 'success' AND end_date >= :de AND end_date < :ate ORDER BY s"
    )
    with conectado(banco) as conexao:
        s = [linha.s for linha in conexao.execute(consulta, janela(dag_id, inicio, fim))]
    saida = {}
    for p in (50, 95, 99):
        if not s:
            saida[f"p{p}"] = None
            continue
        k = (len(s) - 1) * p / 100
        baixo = int(k)
        alto = min(baixo + 1, len(s) - 1)
        saida[f"p{p}"] = s[baixo] * (1 - (k - baixo)) + s[alto] * (k - baixo)
    return saida


def prazos_perdidos(banco: str, dag_id: str, inicio: str, fim: str) -> int:
    consulta = text(
        "SELECT COUNT(*) FROM dag_run r WHERE r.dag_id = :dag AND EXISTS (SELECT 1 FROM deadline d WHERE"
        " d.dagrun_id = r.id AND d.missed = 1 AND d.deadline_time >= :de AND d.deadline_time < :ate)"
    )
    with conectado(banco) as conexao:
        return conexao.execute(consulta, janela(dag_id, inicio, fim)).scalar_one()


def por_task(banco: str, dag_id: str, inicio: str, fim: str) -> list[dict]:
    filtro = "dag_id = :dag AND end_date >= :de AND end_date < :ate"
    with conectado(banco) as conexao:
        valores = janela(dag_id, inicio, fim)
        agora = conexao.execute(
            text(
                "SELECT task_id, SUM(state = 'success') AS bem, SUM(state = 'failed') AS mal FROM task_instance"
                f" WHERE {filtro} AND state IN ('success', 'failed') GROUP BY task_id"
            ),
            valores,
        ).all()
        antes = conexao.execute(
            text(
                f"SELECT task_id, COUNT(*) AS n FROM task_instance_history WHERE {filtro} AND state = 'failed'"
                " GROUP BY task_id"
            ),
            valores,
        ).all()
    atuais = {linha.task_id: (linha.bem, linha.mal) for linha in agora}
    velhas = {linha.task_id: linha.n for linha in antes}
    saida = []
    for task_id in sorted(atuais.keys() | velhas.keys()):
        bem, mal = atuais.get(task_id, (0, 0))
        saida.append(
            {
                "task_id": task_id,
                "instancias": bem + mal,
                "sucessos": bem,
                "falhas": mal,
                "taxa_sucesso": bem / (bem + mal) if bem + mal else None,
                "tentativas_falhas": mal + velhas.get(task_id, 0),
            }
        )
    return saida


def resumo_do_dia(banco: str, dia: str, fuso: str) -> list[dict]:
    inicio = pendulum.parse(dia, tz=fuso)
    fim = inicio.add(days=1)
    with conectado(banco) as conexao:
        dags = [linha[0] for linha in conexao.execute(text("SELECT dag_id FROM dag WHERE is_stale = 0"))]
    return [
        {
            "dag_id": dag_id,
            **taxas(banco, dag_id, inicio.isoformat(), fim.isoformat()),
            **duracoes(banco, dag_id, inicio.isoformat(), fim.isoformat()),
            "prazos_perdidos": prazos_perdidos(banco, dag_id, inicio.isoformat(), fim.isoformat()),
        }
        for dag_id in sorted(dags)
    ]


def atrasou(context: dict, **_) -> None:
    """Callback do prazo: e-mail, porque o Slack pode ser justamente o que travou."""
    from airflow.providers.smtp.hooks.smtp import SmtpHook
    from airflow.sdk import Variable

    with SmtpHook() as correio:
        correio.send_email_smtp(
            to=Variable.get("alertas_para"),
            subject="[PRAZO] vigia",
            html_content=f"<p>A execução <b>{context['dag_run']['dag_run_id']}</b> do vigia não terminou.</p>",
        )
