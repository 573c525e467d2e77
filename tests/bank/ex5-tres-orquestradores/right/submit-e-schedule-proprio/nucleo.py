"""O fechamento de um dia: classes pequenas, só com a biblioteca padrão."""

import json
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import astuple, dataclass


class LojaFora(Exception):
    """A API não respondeu como devia; perguntar de novo pode dar certo."""


@dataclass
class Venda:
    data: str
    venda_id: str
    loja_id: int
    produto_id: int
    quantidade: int
    valor_centavos: int


def baixar(endereco):
    """O JSON da loja, ou um vazio se ela não abriu."""
    try:
        with urllib.request.urlopen(endereco, timeout=5) as resposta:
            return json.load(resposta)
    except urllib.error.HTTPError as erro:
        if erro.code == 404:
            return {"linhas": []}
        if erro.code >= 500:
            raise LojaFora(f"HTTP {erro.code}") from erro
        raise
    except Exception as erro:
        raise LojaFora(str(erro)) from erro


def ler(dia, loja, documento):
    vistas = set()
    vendas = []
    for linha in reversed(documento["linhas"]):
        if linha["venda"] in vistas:
            continue
        vistas.add(linha["venda"])
        if linha["status"] == "ok":
            centavos = int(linha["valor_unitario"].replace(".", "").replace(",", ""))
            quantidade = linha["quantidade"]
            vendas.append(Venda(dia, linha["venda"], loja, linha["produto"], quantidade, quantidade * centavos))
    return vendas


class Banco:
    def __init__(self, caminho):
        self.caminho = caminho

    def consultar(self, sql, *valores):
        with closing(sqlite3.connect(self.caminho)) as conexao:
            return conexao.execute(sql, valores).fetchall()

    def lojas(self):
        return [loja for (loja,) in self.consultar("SELECT loja_id FROM lojas")]

    def gravar(self, dia, vendas):
        with closing(sqlite3.connect(self.caminho, isolation_level=None)) as conexao:
            conexao.execute("BEGIN")
            conexao.execute("DELETE FROM vendas WHERE data = ?", (dia,))
            conexao.executemany("INSERT INTO vendas VALUES (?, ?, ?, ?, ?, ?)", map(astuple, vendas))
            conexao.execute("COMMIT")

    def resumir(self, dia):
        regioes = [regiao for (regiao,) in self.consultar("SELECT DISTINCT regiao FROM lojas")]
        linhas = []
        for regiao in regioes:
            ((quantas, receita),) = self.consultar(
                "SELECT COUNT(*), SUM(valor_centavos) FROM vendas JOIN lojas USING (loja_id) WHERE data = ? AND regiao = ?",
                dia, regiao,
            )
            linhas.append((dia, regiao, quantas, receita or 0))
        with closing(sqlite3.connect(self.caminho)) as conexao, conexao:
            conexao.execute("DELETE FROM vendas_por_regiao WHERE data = ?", (dia,))
            conexao.executemany("INSERT INTO vendas_por_regiao VALUES (?, ?, ?, ?)", linhas)
