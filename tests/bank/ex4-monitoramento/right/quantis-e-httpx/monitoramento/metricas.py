"""statistics.quantiles, dataclasses e um leitor de linhas; o callback do prazo é assíncrono, com httpx."""

from __future__ import annotations

import sqlite3
import statistics
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from zoneinfo import ZoneInfo

import httpx

UTC = timezone.utc


@dataclass
class Janela:
    banco: str
    dag_id: str
    inicio: datetime
    fim: datetime

    @classmethod
    def de(cls, banco, dag_id, inicio, fim):
        return cls(banco, dag_id, *(datetime.fromisoformat(x).astimezone(UTC) for x in (inicio, fim)))

    def tabela(self, nome: str, momento: str) -> list[dict]:
        with sqlite3.connect(f"file:{self.banco}?mode=ro", uri=True) as conexao:
            conexao.row_factory = sqlite3.Row
            linhas = [dict(linha) for linha in conexao.execute(f"SELECT * FROM {nome}")]
        conexao.close()
        return [
            linha
            for linha in linhas
            if linha[momento]
            and self.inicio <= datetime.fromisoformat(linha[momento]).replace(tzinfo=UTC) < self.fim
        ]

    @cached_property
    def execucoes(self) -> list[dict]:
        return [x for x in self.tabela("dag_run", "end_date") if x["dag_id"] == self.dag_id and x["state"] in ("success", "failed")]

    def contar(self, estado: str) -> int:
        return sum(x["state"] == estado for x in self.execucoes)


def taxas(banco, dag_id, inicio, fim):
    j = Janela.de(banco, dag_id, inicio, fim)
    n = len(j.execucoes)
    conta = {"execucoes": n, "sucessos": j.contar("success"), "falhas": j.contar("failed")}
    return conta | {
        "taxa_sucesso": conta["sucessos"] / n if n else None,
        "taxa_falha": conta["falhas"] / n if n else None,
    }


def duracoes(banco, dag_id, inicio, fim):
    segundos = [
        (datetime.fromisoformat(x["end_date"]) - datetime.fromisoformat(x["start_date"])).total_seconds()
        for x in Janela.de(banco, dag_id, inicio, fim).execucoes
        if x["state"] == "success"
    ]
    if not segundos:
        return dict.fromkeys(("p50", "p95", "p99"))
    cortes = statistics.quantiles(segundos * (2 if len(segundos) == 1 else 1), n=100, method="inclusive")
    return {"p50": cortes[49], "p95": cortes[94], "p99": cortes[98]}


def prazos_perdidos(banco, dag_id, inicio, fim):
    j = Janela.de(banco, dag_id, inicio, fim)
    todas = Janela(banco, dag_id, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    with sqlite3.connect(f"file:{banco}?mode=ro", uri=True) as conexao:
        minhas = {numero for numero, dono in conexao.execute("SELECT id, dag_id FROM dag_run") if dono == todas.dag_id}
    return len({x["dagrun_id"] for x in j.tabela("deadline", "deadline_time") if x["missed"]} & minhas)


def por_task(banco, dag_id, inicio, fim):
    j = Janela.de(banco, dag_id, inicio, fim)
    agora = [x for x in j.tabela("task_instance", "end_date") if x["dag_id"] == dag_id]
    antes = [x for x in j.tabela("task_instance_history", "end_date") if x["dag_id"] == dag_id]
    saida = []
    for task_id in sorted({x["task_id"] for x in agora + antes}):
        estados = [x["state"] for x in agora if x["task_id"] == task_id]
        bem, mal = estados.count("success"), estados.count("failed")
        tentativas = mal + [x["state"] for x in antes if x["task_id"] == task_id].count("failed")
        if bem or tentativas:
            taxa = bem / (bem + mal) if bem + mal else None
            saida.append(
                {"task_id": task_id, "instancias": bem + mal, "sucessos": bem, "falhas": mal}
                | {"taxa_sucesso": taxa, "tentativas_falhas": tentativas}
            )
    return saida


def resumo_do_dia(banco, dia, fuso):
    inicio = datetime.combine(date.fromisoformat(dia), datetime.min.time(), ZoneInfo(fuso))
    fim = datetime.combine(date.fromisoformat(dia) + timedelta(days=1), datetime.min.time(), ZoneInfo(fuso))
    with sqlite3.connect(f"file:{banco}?mode=ro", uri=True) as conexao:
        nomes = [nome for (nome,) in conexao.execute("SELECT dag_id FROM dag WHERE is_stale = 0 ORDER BY 1")]
    return [
        {"dag_id": nome}
        | taxas(banco, nome, str(inicio), str(fim))
        | duracoes(banco, nome, str(inicio), str(fim))
        | {"prazos_perdidos": prazos_perdidos(banco, nome, str(inicio), str(fim))}
        for nome in nomes
    ]


async def prazo_do_vigia(canal, context):
    from airflow.sdk import BaseHook

    url = (await BaseHook.aget_connection("slack_default")).password
    async with httpx.AsyncClient() as cliente:
        await cliente.post(url, json={"text": f"[PRAZO] vigia para {canal}: {context['dag_run']['dag_run_id']}"})
