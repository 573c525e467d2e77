"""Vendas diárias da Rede Caju em Dagster: duas tabelas, uma partição por dia, e um check entre elas."""

import dagster as dg
import nucleo

FUSO = "America/Sao_Paulo"
diaria = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone=FUSO)


class Armazem(dg.ConfigurableResource):
    caminho: str


class Api(dg.ConfigurableResource):
    endereco: str


@dg.asset(partitions_def=diaria, retry_policy=dg.RetryPolicy(max_retries=3, delay=30))
def vendas(context: dg.AssetExecutionContext, armazem: Armazem, api: Api) -> None:
    """As vendas que valem, uma linha por venda."""
    dia = context.partition_key
    respostas = [nucleo.perguntar(api.endereco, dia, loja) for loja in nucleo.lojas(armazem.caminho)]
    nucleo.gravar_vendas(armazem.caminho, dia, [venda for uma in respostas for venda in nucleo.limpar(uma)])


@dg.asset_check(asset=vendas, blocking=True)
def toda_venda_tem_quantidade(
    context: dg.AssetCheckExecutionContext, armazem: Armazem
) -> dg.AssetCheckResult:
    """Nenhuma venda que vale é de menos de uma unidade."""
    ruins = nucleo.vendas_impossiveis(armazem.caminho, context.partition_key)
    return dg.AssetCheckResult(passed=ruins == 0, metadata={"vendas ruins": ruins})


@dg.asset(partitions_def=diaria, deps=[vendas])
def vendas_por_regiao(context: dg.AssetExecutionContext, armazem: Armazem) -> None:
    """Quantas vendas e quanta receita por região; toda região tem a sua linha."""
    nucleo.gravar_regioes(armazem.caminho, context.partition_key)


fechamento = dg.define_asset_job("fechamento", selection="*", partitions_def=diaria)

defs = dg.Definitions(
    assets=[vendas, vendas_por_regiao],
    asset_checks=[toda_venda_tem_quantidade],
    resources={
        "armazem": Armazem(caminho=dg.EnvVar("CAJU_ARMAZEM")),
        "api": Api(endereco=dg.EnvVar("CAJU_API")),
    },
    schedules=[dg.build_schedule_from_partitioned_job(fechamento, hour_of_day=2)],
)
