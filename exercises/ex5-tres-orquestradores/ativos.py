"""Vendas diárias em Dagster: os seus assets vão aqui."""

import dagster as dg


@dg.asset
def vendas() -> None:
    """Troque isto pelas vendas do dia."""


@dg.asset(deps=[vendas])
def vendas_por_regiao() -> None:
    """Troque isto pelo resumo do dia."""


defs = dg.Definitions(assets=[vendas, vendas_por_regiao])
