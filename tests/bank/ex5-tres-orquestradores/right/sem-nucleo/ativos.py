"""Sem núcleo em comum: o SQL faz quase tudo."""

import os
import sqlite3
from contextlib import contextmanager

import dagster as dg
import requests

DIAS = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="America/Sao_Paulo", fmt="%Y-%m-%d")


class Sqlite(dg.ConfigurableResource):
    caminho: str

    @contextmanager
    def abrir(self):
        con = sqlite3.connect(self.caminho)
        try:
            with con:
                yield con
        finally:
            con.close()


@dg.asset(partitions_def=DIAS, key="vendas", compute_kind="sqlite")
def baixar_e_gravar(context: dg.AssetExecutionContext, armazem: dg.ResourceParam[Sqlite]):
    dia = context.partition_key
    with armazem.abrir() as con:
        lojas = con.execute("SELECT loja_id FROM lojas").fetchall()
        ultimas = {}
        for (loja,) in lojas:
            r = requests.get(f"{os.environ['CAJU_API']}/{dia}/{loja}")
            if r.ok:
                ultimas |= {linha["venda"]: (loja, linha) for linha in r.json()["linhas"]}
            elif r.status_code != 404:
                r.raise_for_status()
        con.execute("DELETE FROM vendas WHERE data = ?", (dia,))
        for venda, (loja, linha) in ultimas.items():
            if linha["status"] == "ok":
                centavos = int("".join(c for c in linha["valor_unitario"] if c.isdigit()))
                valores = (dia, venda, loja, linha["produto"], linha["quantidade"], centavos * linha["quantidade"])
                con.execute("INSERT INTO vendas VALUES (?, ?, ?, ?, ?, ?)", valores)


@dg.multi_asset_check(specs=[dg.AssetCheckSpec("quantidade", asset="vendas", blocking=True), dg.AssetCheckSpec("valor", asset="vendas")])
def checks(context: dg.AssetCheckExecutionContext, armazem: dg.ResourceParam[Sqlite]):
    with armazem.abrir() as con:
        (menor, valor) = con.execute(
            "SELECT MIN(quantidade), MIN(valor_centavos) FROM vendas WHERE data = ?", (context.partition_key,)
        ).fetchone()
    yield dg.AssetCheckResult(check_name="quantidade", asset_key="vendas", passed=menor is None or menor > 0)
    yield dg.AssetCheckResult(check_name="valor", asset_key="vendas", passed=valor is None or valor > 0)


@dg.asset(partitions_def=DIAS, deps=["vendas"])
def vendas_por_regiao(context: dg.AssetExecutionContext, armazem: dg.ResourceParam[Sqlite]):
    dia = context.partition_key
    with armazem.abrir() as con:
        con.execute("DELETE FROM vendas_por_regiao WHERE data = ?", (dia,))
        con.execute(
            "INSERT INTO vendas_por_regiao SELECT ?, regiao, COUNT(venda_id), IFNULL(SUM(valor_centavos), 0) FROM lojas "
            "LEFT JOIN vendas ON vendas.loja_id = lojas.loja_id AND data = ? GROUP BY regiao", (dia, dia)
        )


defs = dg.Definitions(
    assets=[baixar_e_gravar, vendas_por_regiao],
    asset_checks=[checks],
    resources={"armazem": Sqlite(caminho=dg.EnvVar("CAJU_ARMAZEM"))},
    schedules=[
        dg.build_schedule_from_partitioned_job(
            dg.define_asset_job("duas_da_manha", selection=dg.AssetSelection.all()), hour_of_day=2, minute_of_hour=0
        )
    ],
)
