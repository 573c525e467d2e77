"""Nível 5: o arquivo de hoje cumpre o combinado? Roda todo dia, e não só quando o código muda."""

import csv
from pathlib import Path

from caju_regras import limpar

LOJAS = {"Belém", "Curitiba", "Goiânia", "Recife"}
MAIOR_VENDA = 5_000_00


def test_o_arquivo_mais_novo():
    mais_novo = max(Path("dados").glob("*.csv"))
    with open(mais_novo, encoding="utf-8") as arquivo:
        linhas = list(csv.DictReader(arquivo, delimiter=";"))
    assert linhas, f"{mais_novo} não tem nenhuma venda"
    assert {linha["loja"] for linha in linhas} <= LOJAS
    assert max(valor for _, valor in limpar(linhas)) <= MAIOR_VENDA
