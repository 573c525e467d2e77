"""Vendas diárias da Rede Caju: TaskFlow com SQL, e uma instância mapeada por região."""

import csv
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pendulum

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.sdk import Variable, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

TZ = "America/Sao_Paulo"


@dataclass(frozen=True)
class Linha:
    venda_id: str
    loja_id: int
    produto_id: int
    quantidade: int
    preco_centavos: int
    valida: bool


def dia_da_execucao() -> str:
    """O dia que esta execução processa: a véspera do instante do disparo, em São Paulo."""
    disparo = get_current_context()["data_interval_end"]
    return pendulum.instance(disparo).in_timezone(TZ).subtract(days=1).format("YYYY-MM-DD")


def pasta_dados() -> Path:
    return Path(Variable.get("pasta_dados"))


def ler_vendas(dia: str) -> list[Linha]:
    caminho = pasta_dados() / "entrada" / f"vendas_{dia}.csv"
    with caminho.open(encoding="utf-8", newline="") as f:
        return [
            Linha(
                venda_id=campos["venda_id"],
                loja_id=int(campos["loja_id"]),
                produto_id=int(campos["produto_id"]),
                quantidade=int(campos["quantidade"]),
                preco_centavos=int(
                    Decimal(campos["valor_unitario"].replace(".", "").replace(",", ".")) * 100
                ),
                valida=campos["status"] == "ok",
            )
            for campos in csv.DictReader(f, delimiter=";")
        ]


def armazem() -> SqliteHook:
    return SqliteHook(sqlite_conn_id="armazem")


def tipo_do_dia(context) -> str:
    return context["ti"].xcom_pull(task_ids="classificar_dia")[0]


@dag(
    dag_id="vendas_diarias",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=TZ),
    catchup=False,
    max_active_runs=1,
    tags=["caju", "vendas", "diaria"],
    default_args={"owner": "joana.lima", "retries": 2, "retry_delay": timedelta(minutes=5)},
)
def vendas_diarias():
    """
    # Vendas diárias

    Processa o arquivo de vendas da véspera. Um arquivo ruim derruba o portão (`conferir`) e nada é
    carregado; para refazer um dia, limpe a execução dele: cada task troca só as linhas daquele dia.
    """

    @task.bash
    def arquivar() -> str:
        dia, pasta = dia_da_execucao(), pasta_dados()
        origem = pasta / "entrada" / f"vendas_{dia}.csv"
        destino = pasta / "arquivo" / f"vendas_{dia}.csv.gz"
        return f"gzip -nc '{origem}' > '{destino}.tmp' && mv '{destino}.tmp' '{destino}'"

    @task(retries=0)
    def conferir() -> str:
        dia = dia_da_execucao()
        linhas = ler_vendas(dia)
        lojas = {loja_id for (loja_id,) in armazem().get_records("SELECT loja_id FROM lojas")}
        problemas = {
            "quantidade_invalida": any(linha.quantidade <= 0 for linha in linhas),
            "loja_desconhecida": any(linha.loja_id not in lojas for linha in linhas),
        }
        motivo = ";".join(nome for nome, achou in problemas.items() if achou)
        with closing(armazem().get_conn()) as conn, conn:
            conn.execute("DELETE FROM qualidade WHERE data = ?", [dia])
            conn.execute(
                "INSERT INTO qualidade (data, aprovado, linhas, motivo) VALUES (?, ?, ?, ?)",
                [dia, 0 if motivo else 1, len(linhas), motivo],
            )
        if motivo:
            raise AirflowFailException(f"Arquivo de {dia} reprovado: {motivo}")
        return dia

    @task
    def carregar(dia: str):
        por_venda = {linha.venda_id: linha for linha in ler_vendas(dia)}
        with closing(armazem().get_conn()) as conn, conn:  # `with conn` confirma ou desfaz tudo
            conn.execute("DELETE FROM vendas WHERE data = ?", [dia])
            conn.executemany(
                "INSERT INTO vendas (data, venda_id, loja_id, produto_id, quantidade, valor_centavos)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (dia, v.venda_id, v.loja_id, v.produto_id, v.quantidade, v.quantidade * v.preco_centavos)
                    for v in por_venda.values()
                    if v.valida
                ],
            )

    @task
    def listar_regioes(dia: str) -> list[dict]:
        """Os parâmetros de cada instância mapeada, um por região."""
        regioes = armazem().get_records("SELECT DISTINCT regiao FROM lojas ORDER BY regiao")
        return [{"dia": dia, "regiao": regiao} for (regiao,) in regioes]

    @task.sql(conn_id="armazem")
    def categorias(dia: str):
        return [
            f"DELETE FROM vendas_por_categoria WHERE data = '{dia}'",
            f"""
            INSERT INTO vendas_por_categoria
            SELECT '{dia}', categoria, SUM(quantidade), SUM(valor_centavos)
            FROM vendas JOIN produtos USING (produto_id)
            WHERE data = '{dia}'
            GROUP BY categoria
            """,
        ]

    @task
    def ranking(dia: str):
        """As cinco maiores, montadas em Python a partir da soma que o banco devolve."""
        somas = armazem().get_records(
            "SELECT nome, loja_id, SUM(valor_centavos) FROM vendas JOIN lojas USING (loja_id)"
            " WHERE data = ? GROUP BY nome, loja_id",
            [dia],
        )
        melhores = sorted(somas, key=lambda soma: (-soma[2], soma[0]))[:5]
        with closing(armazem().get_conn()) as conn, conn:
            conn.execute("DELETE FROM ranking_lojas WHERE data = ?", [dia])
            conn.executemany(
                "INSERT INTO ranking_lojas (data, posicao, loja_id, receita_centavos) VALUES (?, ?, ?, ?)",
                [(dia, posicao, loja, centavos) for posicao, (_, loja, centavos) in enumerate(melhores, 1)],
            )

    @task
    def classificar_dia(dia: str) -> list[str]:
        """`[tipo, motivo]`; o motivo é vazio em dia útil."""
        feriado = armazem().get_first("SELECT nome FROM feriados WHERE data = ?", [dia])
        if feriado:
            return ["folga", feriado[0]]
        if pendulum.parse(dia).day_of_week in (pendulum.SATURDAY, pendulum.SUNDAY):
            return ["folga", "fim de semana"]
        return ["util", ""]

    @task.skip_if(lambda context: tipo_do_dia(context) != "util", "Folga não tem meta.")
    @task.sql(conn_id="armazem")
    def metas_do_dia(dia: str):
        return [
            f"DELETE FROM metas_do_dia WHERE data = '{dia}'",
            f"""
            INSERT INTO metas_do_dia
            SELECT data, regiao, meta_centavos, receita_centavos,
                   CASE WHEN receita_centavos >= meta_centavos THEN 1 ELSE 0 END
            FROM vendas_por_regiao JOIN metas USING (regiao)
            WHERE data = '{dia}'
            """,
        ]

    @task.skip_if(lambda context: tipo_do_dia(context) != "folga", "Dia útil não tem plantão.")
    @task
    def plantao(dia: str, classificacao: list[str]):
        with closing(armazem().get_conn()) as conn, conn:
            conn.execute("DELETE FROM plantao WHERE data = ?", [dia])
            conn.execute("INSERT INTO plantao (data, motivo) VALUES (?, ?)", [dia, classificacao[1]])

    @task
    def avisar(dia: str):
        resumo = armazem().get_first(
            "SELECT tipo_dia, vendas, receita_centavos FROM resumo_diario WHERE data = ?", [dia]
        )
        texto = "{} {} {} {}\n".format(dia, *resumo)
        (pasta_dados() / "avisos" / f"{dia}.txt").write_text(texto, encoding="utf-8")

    dia = conferir()
    carga = carregar(dia)

    regioes = SQLExecuteQueryOperator.partial(
        task_id="vendas_da_regiao",
        conn_id="armazem",
        sql=[
            "DELETE FROM vendas_por_regiao WHERE data = :dia AND regiao = :regiao",
            """
            INSERT INTO vendas_por_regiao (data, regiao, vendas, receita_centavos)
            SELECT :dia, :regiao, COUNT(*), COALESCE(SUM(valor_centavos), 0)
            FROM vendas
            WHERE data = :dia AND loja_id IN (SELECT loja_id FROM lojas WHERE regiao = :regiao)
            """,
        ],
        max_active_tis_per_dagrun=2,
    ).expand(parameters=listar_regioes(dia))

    classificacao = classificar_dia(dia)
    metas = metas_do_dia(dia)
    folga = plantao(dia, classificacao)

    resumo = SQLExecuteQueryOperator(
        task_id="resumir",
        conn_id="armazem",
        sql=[
            "DELETE FROM resumo_diario WHERE data = :dia",
            """
            INSERT INTO resumo_diario (data, tipo_dia, vendas, receita_centavos, ticket_medio_centavos)
            SELECT :dia, :tipo, COUNT(*), COALESCE(SUM(valor_centavos), 0),
                   COALESCE(SUM(valor_centavos) / NULLIF(COUNT(*), 0), 0)
            FROM vendas WHERE data = :dia
            """,
        ],
        parameters={"dia": dia, "tipo": "{{ ti.xcom_pull(task_ids='classificar_dia')[0] }}"},
        trigger_rule="none_failed",
    )

    arquivar() >> dia
    carga >> [regioes, categorias(dia), ranking(dia)] >> classificacao >> [metas, folga] >> resumo
    resumo >> avisar(dia)


vendas_diarias()
