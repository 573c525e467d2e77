"""Todo dia às 6h: lê as vendas que chegaram, limpa, soma por loja e grava os totais."""

import csv
import json
import os
from pathlib import Path

import pendulum
from airflow.sdk import dag, task
from caju_regras import limpar, total_por_loja


@dag(
    schedule="0 6 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    tags=["vendas"],
    default_args={"owner": "dados-caju", "retries": 2},
)
def vendas_por_loja():
    @task
    def ler(ds=None):
        with open(Path(os.environ["CAJU_DADOS"]) / f"{ds}.csv", encoding="utf-8") as arquivo:
            return list(csv.DictReader(arquivo, delimiter=";"))

    @task
    def somar(linhas):
        return total_por_loja(limpar(linhas))

    @task
    def gravar(totais, ds=None):
        destino = Path(os.environ["CAJU_DADOS"]) / f"totais_{ds}.json"
        destino.write_text(json.dumps(totais, ensure_ascii=False), encoding="utf-8")

    gravar(somar(ler()))


vendas_por_loja()
