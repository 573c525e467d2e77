# %% certa
from datetime import datetime


@dg.asset(partitions_def=dg.DailyPartitionsDefinition(start_date="2026-03-01", timezone="America/Sao_Paulo"))
def cupons_do_dia(context: dg.AssetExecutionContext, cupons):
    janela = context.partition_time_window
    return [c for c in cupons if janela.start <= datetime.fromisoformat(c["quando"]) < janela.end]


desafio("04b.particao", cupons_do_dia)
# %% certa: pela data de Brasília
from zoneinfo import ZoneInfo


@dg.asset(partitions_def=dg.DailyPartitionsDefinition(start_date="2026-03-01", timezone="America/Sao_Paulo"))
def cupons_do_dia(context: dg.AssetExecutionContext, cupons):
    brasilia = ZoneInfo("America/Sao_Paulo")
    return [
        c
        for c in cupons
        if datetime.fromisoformat(c["quando"]).astimezone(brasilia).date().isoformat() == context.partition_key
    ]


desafio("04b.particao", cupons_do_dia)
# %% errada: compara o texto em UTC | faltou o cupom C1
@dg.asset(partitions_def=dg.DailyPartitionsDefinition(start_date="2026-03-01", timezone="America/Sao_Paulo"))
def cupons_do_dia(context: dg.AssetExecutionContext, cupons):
    return [c for c in cupons if c["quando"].startswith(context.partition_key)]


desafio("04b.particao", cupons_do_dia)
# %% errada: partições em UTC | O fuso das partições
@dg.asset(partitions_def=dg.DailyPartitionsDefinition(start_date="2026-03-01"))
def cupons_do_dia(context: dg.AssetExecutionContext, cupons):
    janela = context.partition_time_window
    return [c for c in cupons if janela.start <= datetime.fromisoformat(c["quando"]) < janela.end]


desafio("04b.particao", cupons_do_dia)
# %% errada: o fim entra | entrou o cupom C2
@dg.asset(partitions_def=dg.DailyPartitionsDefinition(start_date="2026-03-01", timezone="America/Sao_Paulo"))
def cupons_do_dia(context: dg.AssetExecutionContext, cupons):
    janela = context.partition_time_window
    return [c for c in cupons if janela.start <= datetime.fromisoformat(c["quando"]) <= janela.end]


desafio("04b.particao", cupons_do_dia)
# %% errada: sem partições | não tem partições
@dg.asset
def cupons_do_dia(context: dg.AssetExecutionContext, cupons):
    return [c for c in cupons if c["quando"] >= "2026-03-10"]


desafio("04b.particao", cupons_do_dia)
# %% errada: começa em abril | A primeira partição
@dg.asset(partitions_def=dg.DailyPartitionsDefinition(start_date="2026-04-01", timezone="America/Sao_Paulo"))
def cupons_do_dia(context: dg.AssetExecutionContext, cupons):
    return [c for c in cupons if c["quando"].startswith(context.partition_key)]


desafio("04b.particao", cupons_do_dia)
