# %% certa
%%dag relatorio_frete.py
from airflow.sdk import Asset, dag, task

vendas, proprio, parceiro = Asset("frete_vendas"), Asset("frete_proprio"), Asset("frete_parceiro")


@dag(schedule=(vendas & (proprio | parceiro)), tags=["licao02"])
def relatorio_frete():
    @task
    def montar(triggering_asset_events):
        return sorted(asset.name for asset in triggering_asset_events)

    montar()


relatorio_frete()

# %% certa (2)
desafio("02.asset", "relatorio_frete")

# %% errada: espera os três | ele espera mais do que devia
%%dag relatorio_frete.py
from airflow.sdk import Asset, dag, task

vendas, proprio, parceiro = Asset("frete_vendas"), Asset("frete_proprio"), Asset("frete_parceiro")


@dag(schedule=[vendas, proprio, parceiro], tags=["licao02"])
def relatorio_frete():
    @task
    def montar(triggering_asset_events):
        return sorted(asset.name for asset in triggering_asset_events)

    montar()


relatorio_frete()

# %% errada: espera os três (2)
desafio("02.asset", "relatorio_frete")

# %% errada: qualquer um serve | ele não esperou o resto
%%dag relatorio_frete.py
from airflow.sdk import Asset, dag, task

vendas, proprio, parceiro = Asset("frete_vendas"), Asset("frete_proprio"), Asset("frete_parceiro")


@dag(schedule=(vendas | proprio | parceiro), tags=["licao02"])
def relatorio_frete():
    @task
    def montar(triggering_asset_events):
        return sorted(asset.name for asset in triggering_asset_events)

    montar()


relatorio_frete()

# %% errada: qualquer um serve (2)
desafio("02.asset", "relatorio_frete")

# %% errada: esqueceu o parceiro | não está agendado pelo asset
%%dag relatorio_frete.py
from airflow.sdk import Asset, dag, task

vendas, proprio, parceiro = Asset("frete_vendas"), Asset("frete_proprio"), Asset("frete_parceiro")


@dag(schedule=(vendas & proprio), tags=["licao02"])
def relatorio_frete():
    @task
    def montar(triggering_asset_events):
        return sorted(asset.name for asset in triggering_asset_events)

    montar()


relatorio_frete()

# %% errada: esqueceu o parceiro (2)
desafio("02.asset", "relatorio_frete")

# %% errada: não diz quem acordou | a montar devolveu
%%dag relatorio_frete.py
from airflow.sdk import Asset, dag, task

vendas, proprio, parceiro = Asset("frete_vendas"), Asset("frete_proprio"), Asset("frete_parceiro")


@dag(schedule=(vendas & (proprio | parceiro)), tags=["licao02"])
def relatorio_frete():
    @task
    def montar(triggering_asset_events):
        return ["frete_proprio", "frete_vendas"]

    montar()


relatorio_frete()

# %% errada: não diz quem acordou (2)
desafio("02.asset", "relatorio_frete")
