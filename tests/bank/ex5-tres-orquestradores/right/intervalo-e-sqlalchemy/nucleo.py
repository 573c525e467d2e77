"""Tudo em uma classe: o fechamento de um dia, sobre SQLAlchemy."""

from collections import defaultdict

import sqlalchemy as sa

meta = sa.MetaData()
LOJAS = sa.Table("lojas", meta, sa.Column("loja_id"), sa.Column("regiao"))
VENDAS = sa.Table(
    "vendas", meta,
    *(sa.Column(c) for c in ("data", "venda_id", "loja_id", "produto_id", "quantidade", "valor_centavos")),
)
REGIOES = sa.Table(
    "vendas_por_regiao", meta, *(sa.Column(c) for c in ("data", "regiao", "vendas", "receita_centavos"))
)


def em_centavos(texto):
    inteiro, virgula, fracao = texto.partition(",")
    return int(inteiro.replace(".", "")) * 100 + int(fracao)


class Fechamento:
    def __init__(self, caminho, dia):
        self.banco = sa.create_engine(f"sqlite:///{caminho}", poolclass=sa.NullPool)
        self.dia = dia

    def lojas(self):
        with self.banco.connect() as conexao:
            return {loja: regiao for loja, regiao in conexao.execute(sa.select(LOJAS))}

    def contam(self, loja, linhas):
        por_venda = defaultdict(list)
        for linha in linhas:
            por_venda[linha["venda"]].append(linha)
        finais = [versoes[-1] for versoes in por_venda.values()]
        return [
            {
                "data": self.dia, "venda_id": f["venda"], "loja_id": loja, "produto_id": f["produto"],
                "quantidade": f["quantidade"], "valor_centavos": em_centavos(f["valor_unitario"]) * f["quantidade"],
            }
            for f in finais if f["status"] != "cancelada"
        ]

    def gravar(self, vendas):
        with self.banco.begin() as conexao:
            conexao.execute(sa.delete(VENDAS).where(VENDAS.c.data == self.dia))
            if vendas:
                conexao.execute(sa.insert(VENDAS), vendas)

    def gravadas(self):
        with self.banco.connect() as conexao:
            return conexao.execute(sa.select(VENDAS).where(VENDAS.c.data == self.dia)).mappings().all()

    def resumir(self):
        lojas = self.lojas()
        contas = {regiao: {"data": self.dia, "regiao": regiao, "vendas": 0, "receita_centavos": 0} for regiao in lojas.values()}
        for venda in self.gravadas():
            conta = contas[lojas[venda["loja_id"]]]
            conta["vendas"] += 1
            conta["receita_centavos"] += venda["valor_centavos"]
        with self.banco.begin() as conexao:
            conexao.execute(sa.delete(REGIOES).where(REGIOES.c.data == self.dia))
            conexao.execute(sa.insert(REGIOES), list(contas.values()))
