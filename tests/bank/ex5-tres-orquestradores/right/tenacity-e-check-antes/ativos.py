"""Um asset antes: as respostas, que o check examina antes que qualquer tabela seja tocada."""

import os

import dagster as dg
import nucleo
from dagster import AssetExecutionContext

dias = dg.DailyPartitionsDefinition(start_date="2026-01-01")


class Armazem(dg.ConfigurableResource):
    caminho: str
    espera: int = 5


@dg.asset(partitions_def=dias, check_specs=[dg.AssetCheckSpec("plausiveis", asset="respostas", blocking=True)])
def respostas(context: AssetExecutionContext, armazem: Armazem):
    dia = context.partition_key
    linhas = []
    for loja in nucleo.lojas(armazem.caminho):
        linhas += nucleo.limpar(nucleo.perguntar(os.environ["CAJU_API"], dia, loja))
    yield dg.Output(linhas)
    ruins = [linha["venda_id"] for linha in linhas if linha["quantidade"] < 1]
    yield dg.AssetCheckResult(check_name="plausiveis", passed=not ruins, metadata={"ruins": ruins})


@dg.asset(partitions_def=dias)
def vendas(context: AssetExecutionContext, armazem: Armazem, respostas: list):
    nucleo.gravar_vendas(armazem.caminho, context.partition_key, respostas)


@dg.asset(partitions_def=dias, deps=[vendas])
def vendas_por_regiao(context: AssetExecutionContext, armazem: Armazem):
    nucleo.gravar_regioes(armazem.caminho, context.partition_time_window.start.strftime("%Y-%m-%d"))


tudo = dg.define_asset_job("tudo", [respostas, vendas, vendas_por_regiao])


@dg.schedule(job=tudo, cron_schedule="0 5 * * *", default_status=dg.DefaultScheduleStatus.RUNNING)
def as_duas(context: dg.ScheduleEvaluationContext):
    dia = dias.get_partition_keys(current_time=context.scheduled_execution_time)[-1]
    yield dg.RunRequest(partition_key=dia)


defs = dg.Definitions.merge(
    dg.Definitions(assets=[respostas, vendas, vendas_por_regiao], jobs=[tudo], schedules=[as_duas]),
    dg.Definitions(resources={"armazem": Armazem(caminho=dg.EnvVar("CAJU_ARMAZEM"))}),
)
