import os

import dagster as dg

import nucleo

dias = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="America/Sao_Paulo")


@dg.resource(config_schema={"caminho": dg.Field(dg.StringSource, default_value={"env": "CAJU_ARMAZEM"})})
def armazem(init_context):
    return nucleo.Banco(init_context.resource_config["caminho"])


@dg.asset(partitions_def=dias, required_resource_keys={"armazem"})
def vendas(context):
    dia = context.partition_key
    banco = context.resources.armazem
    achadas = []
    for loja in banco.lojas():
        achadas += nucleo.ler(dia, loja, nucleo.baixar(f"{os.environ['CAJU_API']}/{dia}/{loja}"))
    banco.gravar(dia, achadas)
    return dg.MaterializeResult(metadata={"vendas": len(achadas)})


@dg.asset_check(asset="vendas", blocking=True, required_resource_keys={"armazem"})
def quantidades(context):
    dia = context.run.tags["dagster/partition"]
    ruins = context.resources.armazem.consultar(
        "SELECT venda_id FROM vendas WHERE data = ? AND quantidade <= 0", dia
    )
    return dg.AssetCheckResult(passed=not ruins, severity=dg.AssetCheckSeverity.ERROR)


@dg.asset(partitions_def=dias, deps=["vendas"], required_resource_keys={"armazem"})
def vendas_por_regiao(context):
    context.resources.armazem.resumir(context.partition_key)


@dg.schedule(
    cron_schedule="0 2 * * *", execution_timezone="America/Sao_Paulo", target=["vendas", "vendas_por_regiao"]
)
def toda_madrugada(context):
    from datetime import timedelta

    vespera = (context.scheduled_execution_time - timedelta(days=1)).strftime("%Y-%m-%d")
    return dg.RunRequest(run_key=vespera, partition_key=vespera)


defs = dg.Definitions(
    assets=[vendas, vendas_por_regiao],
    asset_checks=[quantidades],
    schedules=[toda_madrugada],
    resources={"armazem": armazem},
)
