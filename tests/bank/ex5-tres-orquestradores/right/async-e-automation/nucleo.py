"""Limpar e gravar; quem pergunta é cada orquestrador, do seu jeito."""

import sqlite3
from decimal import Decimal


def vendas_de(resposta):
    ultimas = {}
    for linha in resposta["linhas"]:
        ultimas.pop(linha["venda"], None)
        ultimas[linha["venda"]] = linha
    for linha in ultimas.values():
        if linha["status"] == "ok":
            unitario = Decimal(linha["valor_unitario"].replace(".", "").replace(",", "."))
            yield (
                resposta["dia"], linha["venda"], resposta["loja"], linha["produto"], linha["quantidade"],
                int(unitario * 100) * linha["quantidade"],
            )


def resumo_de(dia, vendas, lojas):
    """lojas: {loja_id: regiao}"""
    resumo = {regiao: [0, 0] for regiao in lojas.values()}
    for _, _, loja, _, _, valor in vendas:
        resumo[lojas[loja]][0] += 1
        resumo[lojas[loja]][1] += valor
    return [(dia, regiao, quantas, receita) for regiao, (quantas, receita) in resumo.items()]


def lojas_de(armazem):
    conexao = sqlite3.connect(armazem)
    try:
        return dict(conexao.execute("SELECT loja_id, regiao FROM lojas"))
    finally:
        conexao.close()


def trocar(armazem, dia, tabelas):
    """Troca as linhas do dia em cada tabela, tudo em uma transação."""
    conexao = sqlite3.connect(armazem)
    try:
        with conexao:
            for tabela, linhas in tabelas.items():
                conexao.execute(f"DELETE FROM {tabela} WHERE data = ?", (dia,))
                for linha in linhas:
                    conexao.execute(f"INSERT INTO {tabela} VALUES ({','.join('?' * len(linha))})", linha)
    finally:
        conexao.close()
