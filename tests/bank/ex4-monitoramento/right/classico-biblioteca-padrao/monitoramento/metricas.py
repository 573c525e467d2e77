"""Tudo em Python: lê as linhas e faz as contas aqui. E-mail e Slack só com a biblioteca padrão."""

import asyncio
import json
import sqlite3
import urllib.request
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from airflow.sdk import BaseHook


def abrir(banco):
    return sqlite3.connect(f"file:{banco}?mode=ro", uri=True)


def instante(texto):
    return datetime.fromisoformat(texto).replace(tzinfo=timezone.utc) if texto else None


def linhas(banco, sql, *valores):
    conexao = abrir(banco)
    try:
        return conexao.execute(sql, valores).fetchall()
    finally:
        conexao.close()


def dentro(momento, inicio, fim):
    return momento is not None and datetime.fromisoformat(inicio) <= momento < datetime.fromisoformat(fim)


def terminadas(banco, dag_id, inicio, fim):
    execucoes = linhas(banco, "SELECT state, start_date, end_date FROM dag_run WHERE dag_id = ?", dag_id)
    return [
        (estado, instante(comeco), instante(final))
        for estado, comeco, final in execucoes
        if estado in ("success", "failed") and dentro(instante(final), inicio, fim)
    ]


def taxas(banco, dag_id, inicio, fim):
    estados = Counter(estado for estado, *_ in terminadas(banco, dag_id, inicio, fim))
    total = sum(estados.values())
    return {
        "execucoes": total,
        "sucessos": estados["success"],
        "falhas": estados["failed"],
        "taxa_sucesso": round(estados["success"] / total, 4) if total else None,
        "taxa_falha": round(estados["failed"] / total, 4) if total else None,
    }


def duracoes(banco, dag_id, inicio, fim):
    v = sorted(
        (final - comeco) / timedelta(seconds=1)
        for estado, comeco, final in terminadas(banco, dag_id, inicio, fim)
        if estado == "success"
    )

    def percentil(p):
        if not v:
            return None
        lugar, resto = divmod(p * (len(v) - 1), 100)
        vizinho = v[min(lugar + 1, len(v) - 1)]
        return round(v[lugar] + (vizinho - v[lugar]) * resto / 100, 2)

    return {"p50": percentil(50), "p95": percentil(95), "p99": percentil(99)}


def prazos_perdidos(banco, dag_id, inicio, fim):
    donos = dict(linhas(banco, "SELECT id, dag_id FROM dag_run"))
    prazos = linhas(banco, "SELECT dagrun_id, deadline_time FROM deadline WHERE missed = 1")
    return len({run for run, vence in prazos if donos.get(run) == dag_id and dentro(instante(vence), inicio, fim)})


def por_task(banco, dag_id, inicio, fim):
    contas = defaultdict(Counter)
    for tabela in ("task_instance", "task_instance_history"):
        for task_id, estado, final in linhas(
            banco, f"SELECT task_id, state, end_date FROM {tabela} WHERE dag_id = ?", dag_id
        ):
            if estado not in ("success", "failed") or not dentro(instante(final), inicio, fim):
                continue
            if tabela == "task_instance":
                contas[task_id][estado] += 1
            if estado == "failed":
                contas[task_id]["tentativas"] += 1
    return [
        {
            "task_id": task_id,
            "instancias": conta["success"] + conta["failed"],
            "sucessos": conta["success"],
            "falhas": conta["failed"],
            "taxa_sucesso": conta["success"] / (conta["success"] + conta["failed"])
            if conta["success"] + conta["failed"]
            else None,
            "tentativas_falhas": conta["tentativas"],
        }
        for task_id, conta in sorted(contas.items())
    ]


def resumo_do_dia(banco, dia, fuso):
    zona = ZoneInfo(fuso)
    inicio = datetime.fromisoformat(dia).replace(tzinfo=zona)
    fim = inicio + timedelta(days=1)  # aritmética de relógio de parede: a próxima meia-noite local
    janela = inicio.astimezone(timezone.utc).isoformat(), fim.astimezone(timezone.utc).isoformat()
    saida = []
    for (dag_id,) in sorted(linhas(banco, "SELECT dag_id FROM dag WHERE is_stale = 0")):
        linha = taxas(banco, dag_id, *janela)
        del linha["sucessos"], linha["falhas"]
        saida.append(
            {
                "dag_id": dag_id,
                **linha,
                **duracoes(banco, dag_id, *janela),
                "prazos_perdidos": prazos_perdidos(banco, dag_id, *janela),
            }
        )
    return saida


def postar(texto, url):
    pedido = urllib.request.Request(
        url, data=json.dumps({"text": texto}).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(pedido, timeout=10) as resposta:
        assert resposta.read() == b"ok"


async def avisar_atraso(context):
    url = BaseHook.get_connection("slack_default").password
    texto = f"[PRAZO] {context['dag_run']['dag_id']} atrasado: {context['dag_run']['dag_run_id']}"
    await asyncio.to_thread(postar, texto, url)
