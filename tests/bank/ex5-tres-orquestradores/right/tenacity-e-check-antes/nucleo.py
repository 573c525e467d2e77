"""O núcleo do pipeline: o que as vendas de um dia significam. Não sabe que existe um orquestrador."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import requests

PACIENCIA = 5  # segundos por pedido


def perguntar(api: str, dia: str, loja: int) -> dict | None:
    """As linhas de uma loja em um dia, ou None se ela não abriu. Os outros defeitos sobem."""
    resposta = requests.get(f"{api}/{dia}/{loja}", timeout=PACIENCIA)
    if resposta.status_code == 404:
        return None
    resposta.raise_for_status()
    return resposta.json()


def centavos(valor: str) -> int:
    """ "1.249,90" -> 124990, sem passar por float."""
    reais, resto = valor.replace(".", "").split(",")
    return int(reais) * 100 + int(resto)


def limpar(resposta: dict | None) -> list[dict]:
    """A última versão de cada venda, sem as canceladas."""
    if resposta is None:
        return []
    ultimas = {linha["venda"]: linha for linha in resposta["linhas"]}
    return [
        {
            "data": resposta["dia"],
            "venda_id": linha["venda"],
            "loja_id": resposta["loja"],
            "produto_id": linha["produto"],
            "quantidade": linha["quantidade"],
            "valor_centavos": linha["quantidade"] * centavos(linha["valor_unitario"]),
        }
        for linha in ultimas.values()
        if linha["status"] != "cancelada"
    ]


def lojas(armazem: str) -> list[int]:
    with closing(sqlite3.connect(armazem)) as conexao:
        return [loja for (loja,) in conexao.execute("SELECT loja_id FROM lojas ORDER BY loja_id")]


def gravar_vendas(armazem: str, dia: str, vendas: list[dict]) -> None:
    """Troca as vendas do dia, inteiras e de uma vez."""
    with closing(sqlite3.connect(armazem)) as conexao, conexao:
        conexao.execute("DELETE FROM vendas WHERE data = ?", (dia,))
        conexao.executemany(
            "INSERT INTO vendas VALUES (:data, :venda_id, :loja_id, :produto_id, :quantidade, :valor_centavos)",
            vendas,
        )


def gravar_regioes(armazem: str, dia: str) -> None:
    """Troca o resumo do dia: toda região tem a sua linha, também a que não vendeu."""
    with closing(sqlite3.connect(armazem)) as conexao, conexao:
        conexao.execute("DELETE FROM vendas_por_regiao WHERE data = ?", (dia,))
        conexao.execute(
            """INSERT INTO vendas_por_regiao
               SELECT ?, regiao, COUNT(venda_id), COALESCE(SUM(valor_centavos), 0)
               FROM lojas LEFT JOIN vendas ON vendas.loja_id = lojas.loja_id AND vendas.data = ?
               GROUP BY regiao""",
            (dia, dia),
        )


def vendas_impossiveis(armazem: str, dia: str) -> int:
    """Quantas vendas do dia são de menos de uma unidade."""
    with closing(sqlite3.connect(armazem)) as conexao:
        (quantas,) = conexao.execute(
            "SELECT COUNT(*) FROM vendas WHERE data = ? AND quantidade < 1", (dia,)
        ).fetchone()
    return quantas
