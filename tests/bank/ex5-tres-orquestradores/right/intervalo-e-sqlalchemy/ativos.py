import httpx
from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetExecutionContext,
    AutomationCondition,
    ConfigurableResource,
    DailyPartitionsDefinition,
    Definitions,
    EnvVar,
    asset,
    asset_check,
)

from nucleo import Fechamento

partes = DailyPartitionsDefinition(start_date="2026-01-01", timezone="America/Sao_Paulo")


class ArmazemSQL(ConfigurableResource):
    caminho: str

    def fechamento(self, dia):
        return Fechamento(self.caminho, dia)


class Loja(ConfigurableResource):
    api: str

    def linhas(self, dia, loja):
        resposta = httpx.get(f"{self.api}/{dia}/{loja}")
        return [] if resposta.status_code == 404 else resposta.raise_for_status().json()["linhas"]


@asset(partitions_def=partes, automation_condition=AutomationCondition.on_cron("0 2 * * *", "America/Sao_Paulo"))
def vendas(context: AssetExecutionContext, armazem: ArmazemSQL, loja: Loja) -> None:
    dia = context.partition_key
    fechamento = armazem.fechamento(dia)
    fechamento.gravar([v for numero in fechamento.lojas() for v in fechamento.contam(numero, loja.linhas(dia, numero))])


@asset_check(asset=vendas, blocking=True)
def quantidade_positiva(context: AssetCheckExecutionContext, armazem: ArmazemSQL):
    gravadas = armazem.fechamento(context.partition_key).gravadas()
    return AssetCheckResult(passed=bool(min((v["quantidade"] for v in gravadas), default=1) >= 1))


@asset(partitions_def=partes, deps=[vendas], automation_condition=AutomationCondition.eager())
def vendas_por_regiao(context: AssetExecutionContext, armazem: ArmazemSQL) -> None:
    armazem.fechamento(context.partition_key).resumir()


defs = Definitions(
    assets=[vendas, vendas_por_regiao],
    asset_checks=[quantidade_positiva],
    resources={"armazem": ArmazemSQL(caminho=EnvVar("CAJU_ARMAZEM")), "loja": Loja(api=EnvVar("CAJU_API"))},
)
