# %% certa
%%dagster desafio_metas.py
import dagster as dg


@dg.asset
def metas_por_regiao():
    return {"Norte": 2000000, "Nordeste": 1500000, "Sudeste": 4000000}


@dg.asset
def metas_em_reais(metas_por_regiao):
    return {regiao: centavos / 100 for regiao, centavos in metas_por_regiao.items()}


recalcular_metas = dg.define_asset_job("recalcular_metas", selection=[metas_por_regiao, metas_em_reais])

metas_da_semana = dg.ScheduleDefinition(
    name="metas_da_semana",
    job=recalcular_metas,
    cron_schedule="30 6 * * 1",
    execution_timezone="America/Sao_Paulo",
)
# %% certa (2)
desafio("04b.no-ar", "recalcular_metas")
# %% errada: sem o fuso | às 03:30
%%dagster desafio_metas.py
import dagster as dg


@dg.asset
def metas_por_regiao():
    return {"Norte": 2000000, "Nordeste": 1500000, "Sudeste": 4000000}


@dg.asset
def metas_em_reais(metas_por_regiao):
    return {regiao: centavos / 100 for regiao, centavos in metas_por_regiao.items()}


recalcular_metas = dg.define_asset_job("recalcular_metas", selection=[metas_por_regiao, metas_em_reais])
metas_da_semana = dg.ScheduleDefinition(name="metas_da_semana", job=recalcular_metas, cron_schedule="30 6 * * 1")
# %% errada (2)
desafio("04b.no-ar", "recalcular_metas")
# %% errada: sem a seta | não depende de `metas_por_regiao`
%%dagster desafio_metas.py
import dagster as dg

METAS = {"Norte": 2000000, "Nordeste": 1500000, "Sudeste": 4000000}


@dg.asset
def metas_por_regiao():
    return METAS


@dg.asset
def metas_em_reais():
    return {regiao: centavos / 100 for regiao, centavos in METAS.items()}


recalcular_metas = dg.define_asset_job("recalcular_metas", selection=[metas_por_regiao, metas_em_reais])
metas_da_semana = dg.ScheduleDefinition(
    name="metas_da_semana", job=recalcular_metas, cron_schedule="30 6 * * 1", execution_timezone="America/Sao_Paulo"
)
# %% errada (2)
desafio("04b.no-ar", "recalcular_metas")
# %% errada: o job pega um só | deixou de fora `metas_em_reais`
%%dagster desafio_metas.py
import dagster as dg


@dg.asset
def metas_por_regiao():
    return {"Norte": 2000000, "Nordeste": 1500000, "Sudeste": 4000000}


@dg.asset
def metas_em_reais(metas_por_regiao):
    return {regiao: centavos / 100 for regiao, centavos in metas_por_regiao.items()}


recalcular_metas = dg.define_asset_job("recalcular_metas", selection=[metas_por_regiao])
metas_da_semana = dg.ScheduleDefinition(
    name="metas_da_semana", job=recalcular_metas, cron_schedule="30 6 * * 1", execution_timezone="America/Sao_Paulo"
)
# %% errada (2)
desafio("04b.no-ar", "recalcular_metas")
# %% errada: não carrega | O projeto não carrega
%%dagster desafio_metas.py
from dagster import asset


@asset
def metas_por_regiao():
    return {"Norte": 2000000}


recalcular_metas = define_asset_job("recalcular_metas")
# %% errada (2)
desafio("04b.no-ar", "recalcular_metas")
# %% errada: falta a agenda | Não encontrei `metas_da_semana`
%%dagster desafio_metas.py
import dagster as dg


@dg.asset
def metas_por_regiao():
    return {"Norte": 2000000, "Nordeste": 1500000, "Sudeste": 4000000}


@dg.asset
def metas_em_reais(metas_por_regiao):
    return {regiao: centavos / 100 for regiao, centavos in metas_por_regiao.items()}


recalcular_metas = dg.define_asset_job("recalcular_metas", selection=[metas_por_regiao, metas_em_reais])
# %% errada (2)
desafio("04b.no-ar", "recalcular_metas")
