"""As tabelas são gravadas por um IO manager; os assets só calculam."""

import os
import sqlite3
from contextlib import closing

import dagster as dg
import nucleo

dias = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="America/Sao_Paulo")


class Armazem(dg.ConfigurableResource):
    caminho: str


class Tabelas(dg.IOManager):
    """Cada asset é uma tabela, cada partição é um dia."""

    def __init__(self, armazem):
        self.armazem = armazem

    def handle_output(self, context, linhas):
        tabela, dia = context.asset_key.path[-1], context.partition_key
        with closing(sqlite3.connect(self.armazem.caminho)) as conexao, conexao:
            conexao.execute(f"DELETE FROM {tabela} WHERE data = ?", (dia,))
            for linha in linhas:
                conexao.execute(f"INSERT INTO {tabela} VALUES ({', '.join('?' * len(linha))})", tuple(linha.values()))

    def load_input(self, context):
        tabela, dia = context.asset_key.path[-1], context.partition_key
        with closing(sqlite3.connect(self.armazem.caminho)) as conexao:
            conexao.row_factory = sqlite3.Row
            return [dict(r) for r in conexao.execute(f"SELECT * FROM {tabela} WHERE data = ?", (dia,))]


@dg.io_manager(required_resource_keys={"armazem"})
def tabelas(init_context):
    return Tabelas(init_context.resources.armazem)


@dg.asset(partitions_def=dias, io_manager_key="tabelas")
def vendas(context: dg.AssetExecutionContext, armazem: Armazem) -> list:
    dia = context.partition_key
    respostas = (nucleo.perguntar(os.environ["CAJU_API"], dia, loja) for loja in nucleo.lojas(armazem.caminho))
    return [venda for resposta in respostas for venda in nucleo.limpar(resposta)]


@dg.asset_check(asset=vendas, blocking=True)
def sem_quantidade_zero(context: dg.AssetCheckExecutionContext, armazem: Armazem):
    return dg.AssetCheckResult(passed=not nucleo.vendas_impossiveis(armazem.caminho, context.partition_key))


@dg.asset(partitions_def=dias, io_manager_key="tabelas")
def vendas_por_regiao(context: dg.AssetExecutionContext, vendas: list, armazem: Armazem) -> list:
    with closing(sqlite3.connect(armazem.caminho)) as conexao:
        regiao_de = dict(conexao.execute("SELECT loja_id, regiao FROM lojas"))
    resumo = {
        regiao: {"data": context.partition_key, "regiao": regiao, "vendas": 0, "receita": 0}
        for regiao in regiao_de.values()
    }
    for venda in vendas:
        resumo[regiao_de[venda["loja_id"]]]["vendas"] += 1
        resumo[regiao_de[venda["loja_id"]]]["receita"] += venda["valor_centavos"]
    return list(resumo.values())


fechar = dg.define_asset_job("fechar", selection=["vendas", "vendas_por_regiao"])

defs = dg.Definitions(
    assets=[vendas, vendas_por_regiao],
    asset_checks=[sem_quantidade_zero],
    jobs=[fechar],
    schedules=[dg.build_schedule_from_partitioned_job(fechar, hour_of_day=2)],
    resources={"armazem": Armazem(caminho=dg.EnvVar("CAJU_ARMAZEM")), "tabelas": tabelas},
)
