"""Métricas em uma cópia na memória, e uma linha de comando para o BashOperator."""

import json
import os
import sqlite3
import sys
from bisect import bisect_left
from datetime import datetime, timedelta, timezone
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo


def _copia(banco):
    origem = sqlite3.connect(f"file:{banco}?mode=ro", uri=True)
    copia = sqlite3.connect(":memory:")
    try:
        origem.backup(copia)
    finally:
        origem.close()
    for tabela in ("dag_run", "task_instance", "task_instance_history"):
        copia.execute(f"CREATE TEMP TABLE {tabela} AS SELECT * FROM main.{tabela} WHERE state IN ('success', 'failed')")
    return copia


def _micros(instante):
    return (datetime.fromisoformat(instante) - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)


def _de_banco(texto):
    return _micros(texto + "+00:00")


def _entre(linhas, inicio, fim, onde):
    """As linhas cujo instante na coluna `onde` está na janela, por busca binária."""
    em_ordem = sorted(((_de_banco(linha[onde]), linha) for linha in linhas if linha[onde]), key=itemgetter(0))
    return [linha for _, linha in em_ordem[
        bisect_left(em_ordem, _micros(inicio), key=itemgetter(0)) : bisect_left(em_ordem, _micros(fim), key=itemgetter(0))
    ]]  # fmt: skip


def _terminadas(banco, dag_id, inicio, fim):
    linhas = _copia(banco).execute("SELECT state, start_date, end_date FROM temp.dag_run WHERE dag_id = ?", (dag_id,))
    return _entre(linhas, inicio, fim, 2)


def taxas(banco: str, dag_id: str, inicio: str, fim: str) -> dict:
    estados = [estado for estado, _, _ in _terminadas(banco, dag_id, inicio, fim)]
    n, s = len(estados), estados.count("success")
    resultado = {"execucoes": n, "sucessos": s, "falhas": n - s, "taxa_sucesso": None, "taxa_falha": None}
    if n:
        resultado["taxa_sucesso"] = round(s / n, 6)
        resultado["taxa_falha"] = round(1 - s / n, 6)
    return resultado


def duracoes(banco: str, dag_id: str, inicio: str, fim: str) -> dict:
    v = sorted(
        (_de_banco(b) - _de_banco(a)) / 1e6
        for estado, a, b in _terminadas(banco, dag_id, inicio, fim)
        if estado == "success"
    )
    v2 = v + v[-1:]

    def p(q):
        inteiro, resto = divmod(q * (len(v) - 1), 100)
        return (v2[inteiro] * (100 - resto) + v2[inteiro + 1] * resto) / 100 if v else None

    return {"p50": p(50), "p95": p(95), "p99": p(99)}


def prazos_perdidos(banco: str, dag_id: str, inicio: str, fim: str) -> int:
    linhas = _copia(banco).execute(
        "SELECT dagrun_id, deadline_time FROM deadline, main.dag_run r WHERE r.id = dagrun_id AND missed AND dag_id = ?",
        (dag_id,),
    )
    return len({run for run, _ in _entre(linhas, inicio, fim, 1)})


def por_task(banco: str, dag_id: str, inicio: str, fim: str) -> list[dict]:
    linhas = _copia(banco).execute(
        "SELECT task_id, state, end_date, 'i' FROM temp.task_instance WHERE dag_id = ?1 UNION ALL "
        "SELECT task_id, state, end_date, 'h' FROM temp.task_instance_history WHERE dag_id = ?1 AND state = 'failed'",
        (dag_id,),
    )
    resultado = []
    for task, grupo in groupby(sorted(_entre(linhas, inicio, fim, 2)), key=itemgetter(0)):
        grupo = [(estado, de) for _, estado, _, de in grupo]
        s, f, h = grupo.count(("success", "i")), grupo.count(("failed", "i")), grupo.count(("failed", "h"))
        resultado.append({
            "task_id": task, "instancias": s + f, "sucessos": s, "falhas": f,
            "taxa_sucesso": s / (s + f) if s + f else None, "tentativas_falhas": f + h,
        })  # fmt: skip
    return resultado


def resumo_do_dia(banco: str, dia: str, fuso: str) -> list[dict]:
    inicio = datetime.strptime(dia, "%Y-%m-%d").replace(tzinfo=ZoneInfo(fuso))
    fim = (datetime.strptime(dia, "%Y-%m-%d") + timedelta(days=1)).replace(tzinfo=ZoneInfo(fuso))
    a, b = inicio.isoformat(), fim.isoformat()
    resumo = []
    for (dag_id,) in _copia(banco).execute("SELECT dag_id FROM dag WHERE is_stale = 0 ORDER BY 1").fetchall():
        t = taxas(banco, dag_id, a, b)
        resumo.append({
            "dag_id": dag_id, "execucoes": t["execucoes"], "taxa_sucesso": t["taxa_sucesso"],
            "taxa_falha": t["taxa_falha"], **duracoes(banco, dag_id, a, b),
            "prazos_perdidos": prazos_perdidos(banco, dag_id, a, b),
        })  # fmt: skip
    return resumo


def verificar(banco, regras, fim):
    """Para cada DAG: estado agora, estado 15 minutos antes e as linhas do alerta."""
    fim = datetime.fromisoformat(fim)
    resultado = {}
    for dag_id, limites in regras.items():
        estados = []
        for ate in (fim, fim - timedelta(minutes=15)):
            janela = (banco, dag_id, (ate - timedelta(minutes=15)).isoformat(), ate.isoformat())
            t = taxas(*janela)
            visto = {"taxa_falha": t["taxa_falha"], "p95": duracoes(*janela)["p95"]}
            visto["prazos_perdidos"] = prazos_perdidos(*janela)
            linhas = [f"{r}: {visto[r]}" for r, lim in limites.items() if visto[r] is not None and visto[r] > lim]
            estados.append(("ruim" if linhas else "boa" if t["execucoes"] else "sem dados", linhas))
        (agora, linhas), (antes, _) = estados
        resultado[dag_id] = [agora, antes, "\n".join(linhas)]
    return resultado


if __name__ == "__main__":
    print(json.dumps(verificar(os.environ["BANCO"], json.loads(os.environ["REGRAS"]), sys.argv[1])))
