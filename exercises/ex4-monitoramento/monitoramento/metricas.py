"""As métricas dos pipelines: as suas funções vão aqui (o enunciado está no notebook do exercício)."""


def taxas(banco: str, dag_id: str, inicio: str, fim: str) -> dict:
    """Quantas execuções terminaram na janela, e como."""
    return {}


def duracoes(banco: str, dag_id: str, inicio: str, fim: str) -> dict:
    """Os percentis da duração das execuções que deram certo."""
    return {}


def prazos_perdidos(banco: str, dag_id: str, inicio: str, fim: str) -> int:
    """Quantas execuções perderam um prazo na janela."""
    return -1


def por_task(banco: str, dag_id: str, inicio: str, fim: str) -> list[dict]:
    """Uma linha por task."""
    return []


def resumo_do_dia(banco: str, dia: str, fuso: str) -> list[dict]:
    """Uma linha por DAG, para um dia no relógio de um fuso."""
    return []
