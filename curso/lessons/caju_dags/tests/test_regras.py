"""Nível 3: as regras, uma por uma, sem Airflow."""

import pytest
from caju_regras import centavos, limpar, total_por_loja


@pytest.mark.parametrize(
    ("texto", "esperado"), [("1.249,90", 124990), ("10", 1000), ("0,05", 5), ("10,5", 1050)]
)
def test_centavos(texto, esperado):
    assert centavos(texto) == esperado


def test_cancelada_nao_conta():
    linhas = [
        {"loja": "Belém", "valor": "10,00", "situacao": "paga"},
        {"loja": "Belém", "valor": "99,00", "situacao": "cancelada"},
    ]
    assert limpar(linhas) == [("Belém", 1000)]


def test_a_mesma_loja_se_soma():
    assert total_por_loja([("Recife", 5), ("Belém", 1), ("Recife", 2)]) == {"Belém": 1, "Recife": 7}
