"""Assets feitos de grafos e de fábricas, e uma condição escrita à mão."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import httpx
import nucleo
from pydantic import PrivateAttr

DIARIAS = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="America/Sao_Paulo", end_offset=0)
AS_DUAS = (
    dg.AutomationCondition.in_latest_time_window()
    & dg.AutomationCondition.cron_tick_passed("0 2 * * *", "America/Sao_Paulo")
).with_label("às duas")


class Armazem(dg.ConfigurableResource):
    caminho: str
    _conexao: sqlite3.Connection = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Armazem"]:
        self._conexao = sqlite3.connect(self.caminho, check_same_thread=False)
        try:
            yield self
        finally:
            self._conexao.close()

    @contextmanager
    def transacao(self):
        with self._conexao:
            yield self._conexao


@dg.op
def ouvir_lojas(context: dg.OpExecutionContext, armazem: Armazem) -> str:
    with armazem.transacao() as c:
        lojas = [loja for (loja,) in c.execute("SELECT loja_id FROM lojas")]
    with httpx.Client(base_url=os.environ["CAJU_API"]) as api:
        respostas = [api.get(f"/{context.partition_key}/{loja}") for loja in lojas]
    return json.dumps([r.json() for r in respostas if r.status_code != 404 and r.raise_for_status()])


@dg.op(out={"result": dg.Out(dg.Nothing)})
def gravar_vendas(context: dg.OpExecutionContext, armazem: Armazem, respostas: str):
    with armazem.transacao() as c:
        nucleo.vendas(c, context.partition_key, respostas)


@dg.graph
def vendas_do_dia():
    return gravar_vendas(ouvir_lojas())


vendas = dg.AssetsDefinition.from_graph(
    vendas_do_dia,
    keys_by_output_name={"result": dg.AssetKey("vendas")},
    partitions_def=DIARIAS,
    automation_conditions_by_output_name={"result": AS_DUAS},
)


@dg.multi_asset_check(specs=[dg.AssetCheckSpec("possivel", asset="vendas", blocking=True)])
def conferir(context: dg.AssetCheckExecutionContext, armazem: Armazem):
    with armazem.transacao() as c:
        (ruins,) = c.execute(
            "SELECT COUNT(*) FROM vendas WHERE data = ? AND quantidade < 1", (context.partition_key,)
        ).fetchone()
    yield dg.AssetCheckResult(asset_key="vendas", check_name="possivel", passed=ruins == 0, metadata={"ruins": ruins})


def asset_de(tabela, gravar, **opcoes):
    @dg.asset(name=tabela, partitions_def=DIARIAS, **opcoes)
    def gravado(context: dg.AssetExecutionContext, armazem: Armazem) -> None:
        with armazem.transacao() as c:
            gravar(c, context.partition_key)

    return gravado


class Pipeline:
    definicoes = dg.Definitions(
        assets=[vendas, asset_de("vendas_por_regiao", nucleo.resumo, deps=["vendas"], automation_condition=AS_DUAS)],
        asset_checks=[conferir],
        resources={"armazem": Armazem(caminho=dg.EnvVar("CAJU_ARMAZEM"))},
    )


defs = Pipeline.definicoes
