import os
import sqlite3

import dagster as dg
import httpx
from nucleo import lojas_de, resumo_de, trocar, vendas_de

POR_DIA = dg.DailyPartitionsDefinition("2026-01-01", timezone="America/Sao_Paulo")
TODO_DIA = dg.AutomationCondition.on_cron("0 2 * * *", "America/Sao_Paulo")


class Armazem(dg.ConfigurableResource):
    caminho: str = dg.EnvVar("CAJU_ARMAZEM")


@dg.asset(partitions_def=POR_DIA, required_resource_keys={"armazem"}, automation_condition=TODO_DIA)
def vendas_brutas(context) -> list:
    """O que a API contou, loja por loja."""
    armazem = context.resources.armazem.caminho
    respostas = []
    with httpx.Client(timeout=5) as cliente:
        for loja in lojas_de(armazem):
            resposta = cliente.get(f"{os.environ['CAJU_API']}/{context.partition_key}/{loja}")
            if resposta.status_code != 404:
                respostas.append(resposta.raise_for_status().json())
    return respostas


@dg.multi_asset(
    specs=[
        dg.AssetSpec("vendas", deps=[vendas_brutas], partitions_def=POR_DIA, automation_condition=TODO_DIA),
    ],
    check_specs=[dg.AssetCheckSpec("quantidades", asset="vendas", blocking=True)],
    name="gravar_vendas",
)
def gravar_vendas(context: dg.AssetExecutionContext, vendas_brutas: list, armazem: Armazem):
    vendas = [venda for resposta in vendas_brutas for venda in vendas_de(resposta)]
    trocar(armazem.caminho, context.partition_key, {"vendas": vendas})
    yield dg.MaterializeResult(asset_key="vendas", metadata={"linhas": len(vendas)})
    yield dg.AssetCheckResult(
        check_name="quantidades", asset_key="vendas", passed=all(venda[4] >= 1 for venda in vendas)
    )


@dg.asset(partitions_def=POR_DIA, deps=["vendas"], automation_condition=TODO_DIA)
def vendas_por_regiao(context: dg.AssetExecutionContext, armazem: Armazem):
    conexao = sqlite3.connect(armazem.caminho)
    vendas = conexao.execute("SELECT * FROM vendas WHERE data = ?", (context.partition_key,)).fetchall()
    conexao.close()
    resumo = resumo_de(context.partition_key, vendas, lojas_de(armazem.caminho))
    trocar(armazem.caminho, context.partition_key, {"vendas_por_regiao": resumo})


@dg.definitions
def defs() -> dg.Definitions:
    return dg.Definitions(
        assets=[vendas_brutas, gravar_vendas, vendas_por_regiao], resources={"armazem": Armazem()}
    )
