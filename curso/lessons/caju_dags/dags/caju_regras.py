"""As regras de vendas da Rede Caju. Nada aqui sabe o que é Airflow."""


def centavos(texto: str) -> int:
    """ "1.249,90" vira 124990, sem passar por float."""
    reais, _, cents = texto.strip().replace(".", "").partition(",")
    return int(reais) * 100 + int(cents.ljust(2, "0") or 0)


def limpar(linhas: list[dict[str, str]]) -> list[tuple[str, int]]:
    """Só as vendas pagas, como pares (loja, centavos)."""
    return [(linha["loja"], centavos(linha["valor"])) for linha in linhas if linha["situacao"] == "paga"]


def total_por_loja(vendas: list[tuple[str, int]]) -> dict[str, int]:
    """Os centavos de cada loja, em ordem alfabética."""
    totais: dict[str, int] = {}
    for loja, valor in vendas:
        totais[loja] = totais.get(loja, 0) + valor
    return dict(sorted(totais.items()))
