"""DAG vendas_diarias: do CSV das lojas ao resumo da Rede Caju.

    esperar -> arquivar -> conferir -> [classificar_dia, carregar]
    classificar_dia -> que_dia_e -> metas_do_dia ou plantao
    carregar -> [listar_regioes -> por_regiao (mapeado), por_categoria, ranking_lojas]
    tudo isso -> resumo -> redigir -> avisar

O tipo do dia é decidido cedo, logo depois do portão, em paralelo com a carga e as agregações.
"""

import csv
import logging
import re
from datetime import date, timedelta
from pathlib import Path

import pendulum
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import (
    BaseHook,
    CronDataIntervalTimetable,
    PokeReturnValue,
    Variable,
    dag,
    get_current_context,
    task,
    task_group,
)
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

SP = pendulum.timezone("America/Sao_Paulo")
ARMAZEM = "armazem"
DIA = "{{ dia_de(data_interval_end) }}"  # para os templates de SQL


def dia_de(disparo) -> str:
    """O dia que fechou antes do disparo, em São Paulo (AAAA-MM-DD)."""
    return (disparo.astimezone(SP).date() - timedelta(days=1)).isoformat()


def dia_da_execucao() -> str:
    return dia_de(get_current_context()["data_interval_end"])


def pasta(nome: str) -> Path:
    return Path(Variable.get("pasta_dados")) / nome


def banco():
    return BaseHook.get_connection(ARMAZEM).get_hook()


def linhas_do_arquivo(dia: str):
    with (pasta("entrada") / f"vendas_{dia}.csv").open(encoding="utf-8", newline="") as f:
        yield from csv.DictReader(f, delimiter=";")


def em_centavos(valor: str) -> int:
    """'1.249,90' vira 124990: aceita também '12' e '12,5'."""
    achado = re.fullmatch(r"([\d.]+)(?:,(\d{1,2}))?", valor.strip())
    if achado is None:
        raise ValueError(f"valor_unitario esquisito: {valor!r}")
    reais, centavos = achado.groups(default="0")
    return int(reais.replace(".", "")) * 100 + int(centavos.ljust(2, "0"))


def nome_do_feriado(dia: str):
    linha = banco().get_first("SELECT nome FROM feriados WHERE data = ?", parameters=(dia,))
    return linha[0] if linha else None


def regravar_dia(tabela: str, dia: str, linhas: list) -> None:
    """Troca as linhas do dia em uma transação só; se algo falha, fica tudo como estava."""
    conexao = banco().get_conn()
    try:
        cursor = conexao.cursor()
        cursor.execute(f"DELETE FROM {tabela} WHERE data = ?", (dia,))
        for linha in linhas:
            marcas = ", ".join("?" * (len(linha) + 1))
            cursor.execute(f"INSERT INTO {tabela} VALUES ({marcas})", (dia, *linha))
        conexao.commit()
    except Exception:
        log.exception(f"{tabela}: nada gravado para {dia}")
        conexao.rollback()
        raise
    finally:
        conexao.close()
    log.info(f"{tabela}: {len(linhas)} linha(s) em {dia}")


@dag(
    dag_id="vendas_diarias",
    description="Confere, carrega, agrega e avisa as vendas do dia anterior",
    schedule=CronDataIntervalTimetable("0 2 * * *", timezone=SP),
    start_date=pendulum.datetime(2025, 12, 1, tz=SP),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "time-de-dados", "retries": 1, "retry_delay": timedelta(minutes=5)},
    tags=["vendas", "diario", "caju"],
    user_defined_macros={"dia_de": dia_de},
    doc_md=__doc__,
)
def vendas_diarias():
    @task.sensor(mode="poke", poke_interval=30, timeout=600)
    def esperar_arquivo() -> PokeReturnValue:
        """O arquivo costuma já estar lá; o sensor é só cinto e suspensório."""
        caminho = pasta("entrada") / f"vendas_{dia_da_execucao()}.csv"
        return PokeReturnValue(is_done=caminho.exists(), xcom_value=str(caminho))

    @task.bash
    def arquivar(origem: str) -> str:
        destino = pasta("arquivo") / f"{Path(origem).name}.gz"
        return f"gzip -9 -n --stdout '{origem}' > '{destino}'"

    @task
    def conferir():
        """Portão de qualidade: registra o veredito e derruba a execução em dia ruim."""
        dia = dia_da_execucao()
        lojas = {str(r[0]) for r in banco().get_records("SELECT loja_id FROM lojas")}
        total, achados = 0, set()
        for linha in linhas_do_arquivo(dia):
            total += 1
            if int(linha["quantidade"]) <= 0:
                achados.add("quantidade_invalida")
            if linha["loja_id"].strip() not in lojas:
                achados.add("loja_desconhecida")
        motivo = ";".join(m for m in ("quantidade_invalida", "loja_desconhecida") if m in achados)
        regravar_dia("qualidade", dia, [(0 if motivo else 1, total, motivo)])
        if motivo:
            # tentar de novo não conserta o arquivo
            raise AirflowFailException(f"{dia} reprovado: {motivo}")

    @task
    def classificar_dia() -> str:
        dia = dia_da_execucao()
        folga = date.fromisoformat(dia).weekday() >= 5 or nome_do_feriado(dia) is not None
        log.info(f"{dia} é de {'folga' if folga else 'trabalho'}")
        return "folga" if folga else "util"

    @task.branch
    def que_dia_e(tipo: str) -> str:
        return {"folga": "plantao", "util": "metas_do_dia"}[tipo]

    @task
    def carregar():
        dia = dia_da_execucao()
        versoes = {linha["venda_id"]: linha for linha in linhas_do_arquivo(dia)}
        regravar_dia(
            "vendas",
            dia,
            [
                (
                    v["venda_id"],
                    int(v["loja_id"]),
                    int(v["produto_id"]),
                    int(v["quantidade"]),
                    int(v["quantidade"]) * em_centavos(v["valor_unitario"]),
                )
                for v in versoes.values()
                if v["status"] == "ok"
            ],
        )

    @task
    def listar_regioes() -> list[str]:
        return [r[0] for r in banco().get_records("SELECT DISTINCT regiao FROM lojas ORDER BY regiao")]

    @task_group
    def por_regiao(regiao: str):
        @task
        def somar(regiao: str) -> dict:
            vendas, receita = banco().get_first(
                "SELECT COUNT(*), COALESCE(SUM(v.valor_centavos), 0) "
                "FROM vendas v JOIN lojas l ON l.loja_id = v.loja_id "
                "WHERE v.data = ? AND l.regiao = ?",
                parameters=(dia_da_execucao(), regiao),
            )
            return {"dia": dia_da_execucao(), "regiao": regiao, "vendas": vendas, "receita": receita}

        SQLExecuteQueryOperator(
            task_id="gravar",
            conn_id=ARMAZEM,
            sql=[
                "DELETE FROM vendas_por_regiao WHERE data = :dia AND regiao = :regiao",
                "INSERT INTO vendas_por_regiao (data, regiao, vendas, receita_centavos) "
                "VALUES (:dia, :regiao, :vendas, :receita)",
            ],
            parameters=somar(regiao),
        )

    por_categoria = SQLExecuteQueryOperator(
        task_id="por_categoria",
        conn_id=ARMAZEM,
        sql=[
            f"DELETE FROM vendas_por_categoria WHERE data = '{DIA}'",
            f"""INSERT INTO vendas_por_categoria (data, categoria, itens, receita_centavos)
                SELECT v.data, p.categoria, SUM(v.quantidade), SUM(v.valor_centavos)
                FROM vendas v JOIN produtos p USING (produto_id)
                WHERE v.data = '{DIA}'
                GROUP BY v.data, p.categoria""",
        ],
    )

    ranking_lojas = SQLExecuteQueryOperator(
        task_id="ranking_lojas",
        conn_id=ARMAZEM,
        sql=[
            f"DELETE FROM ranking_lojas WHERE data = '{DIA}'",
            f"""INSERT INTO ranking_lojas (data, posicao, loja_id, receita_centavos)
                WITH receitas AS (
                    SELECT loja_id, SUM(valor_centavos) AS receita
                    FROM vendas WHERE data = '{DIA}' GROUP BY loja_id
                )
                SELECT '{DIA}', ROW_NUMBER() OVER (ORDER BY r.receita DESC, l.nome), r.loja_id, r.receita
                FROM receitas r JOIN lojas l ON l.loja_id = r.loja_id
                ORDER BY 2 LIMIT 5""",
        ],
    )

    @task(task_id="metas_do_dia")
    def comparar_metas():
        dia = dia_da_execucao()
        metas = banco().get_records("SELECT regiao, meta_centavos FROM metas")
        receitas = dict(
            banco().get_records(
                "SELECT regiao, receita_centavos FROM vendas_por_regiao WHERE data = ?", parameters=(dia,)
            )
        )
        regravar_dia(
            "metas_do_dia",
            dia,
            [(r, meta, receitas[r], int(receitas[r] >= meta)) for r, meta in metas],
        )

    @task
    def plantao():
        dia = dia_da_execucao()
        regravar_dia("plantao", dia, [(nome_do_feriado(dia) or "fim de semana",)])

    @task.sql(conn_id=ARMAZEM, trigger_rule="none_failed_min_one_success")
    def resumo(ti=None) -> list[str]:
        dia = dia_da_execucao()
        tipo = ti.xcom_pull(task_ids="classificar_dia")
        return [
            f"DELETE FROM resumo_diario WHERE data = '{dia}'",
            f"""INSERT INTO resumo_diario (data, tipo_dia, vendas, receita_centavos, ticket_medio_centavos)
                SELECT '{dia}', '{tipo}', SUM(vendas), SUM(receita_centavos),
                       CASE WHEN SUM(vendas) > 0
                            THEN CAST(SUM(receita_centavos) AS BIGINT) / CAST(SUM(vendas) AS BIGINT)
                            ELSE 0 END
                FROM vendas_por_regiao WHERE data = '{dia}'""",
        ]

    @task
    def redigir() -> str:
        campos = banco().get_first(
            "SELECT data, tipo_dia, vendas, receita_centavos FROM resumo_diario WHERE data = ?",
            parameters=(dia_da_execucao(),),
        )
        return " ".join(map(str, campos))

    @task.bash
    def avisar(texto: str) -> str:
        return f"echo '{texto}' > '{pasta('avisos') / (texto.split()[0] + '.txt')}'"

    arquivo = esperar_arquivo()
    copia = arquivar(arquivo)
    portao = conferir()
    tipo = classificar_dia()
    ramo = que_dia_e(tipo)
    carga = carregar()
    regioes = listar_regioes()
    mapeado = por_regiao.expand(regiao=regioes)
    metas, folga = comparar_metas(), plantao()
    fecho = resumo()

    arquivo >> copia >> portao >> [tipo, carga]
    carga >> [regioes, por_categoria, ranking_lojas]
    ramo >> [metas, folga]
    mapeado >> metas
    carga >> folga
    [metas, folga, mapeado, por_categoria, ranking_lojas] >> fecho
    texto = redigir()
    fecho >> texto
    avisar(texto)


vendas_diarias()
