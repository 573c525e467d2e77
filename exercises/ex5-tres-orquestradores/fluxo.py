"""Vendas diárias em Prefect: o seu flow e o seu deployment vão aqui."""

from prefect import flow


@flow
def vendas_diarias(dia: str | None = None) -> None:
    print("Troque isto pelo seu pipeline.")


def implantacao():
    """Devolve o deployment do flow, com a agenda."""
    return vendas_diarias.to_deployment("diaria")
