"""Vendas diárias da Rede Caju, no estilo ELT.

O Python só leva o arquivo cru para uma tabela de staging; conferência, limpeza, carga e agregados
são SQL, sempre apaga-e-insere o dia dentro de uma transação.
"""

from __future__ import annotations

import csv
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pendulum
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import CronDataIntervalTimetable, TaskGroup, TriggerRule, dag, task

FUSO = "America/Sao_Paulo"
ARMAZEM = "armazem"

# O dia processado é a véspera do disparo (o fim do intervalo), contada no fuso da empresa.
DIA = f"{{{{ data_interval_end.in_timezone('{FUSO}').subtract(days=1).to_date_string() }}}}"
PASTA = "{{ var.value.pasta_dados }}"

COLUNAS = ("venda_id", "loja_id", "produto_id", "quantidade", "valor_unitario", "status")


def sql_do_dia(task_id: str, *comandos: str, **kwargs) -> SQLExecuteQueryOperator:
    """Uma task de SQL: os comandos rodam em uma transação só e recebem `:dia` como parâmetro."""
    return SQLExecuteQueryOperator(
        task_id=task_id,
        conn_id=ARMAZEM,
        sql=list(comandos),
        parameters={"dia": DIA, **kwargs.pop("parametros", {})},
        **kwargs,
    )


@dag(
    dag_id="vendas_diarias",
    description="Do CSV das lojas ao resumo do dia",
    schedule=CronDataIntervalTimetable("0 2 * * *", timezone=FUSO),
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "bruna.dados", "retries": 2, "retry_delay": timedelta(minutes=2)},
    tags=["rede-caju", "vendas"],
    doc_md="""
    ### Vendas diárias

    Todo dia às 02:00 de São Paulo processa as vendas da véspera: guarda uma cópia do arquivo,
    confere a qualidade, carrega `vendas`, agrega e publica o resumo. Pode ser rodado de novo à vontade:
    cada etapa substitui só as linhas do próprio dia.
    """,
)
def vendas_diarias():
    with TaskGroup("entrada", tooltip="Guarda o arquivo e o leva, cru, para o staging") as entrada:
        arquivar = BashOperator(
            task_id="arquivar",
            bash_command="""
                set -euo pipefail
                destino="$PASTA/arquivo/vendas_$DIA.csv.gz"
                gzip --no-name --stdout "$PASTA/entrada/vendas_$DIA.csv" > "$destino.parcial"
                mv "$destino.parcial" "$destino"
            """,
            env={"PASTA": PASTA, "DIA": DIA},
            append_env=True,
        )

        criar_staging = SQLExecuteQueryOperator(
            task_id="criar_staging",
            conn_id=ARMAZEM,
            sql="""
                CREATE TABLE IF NOT EXISTS tmp_vendas_cruas (
                    data TEXT, linha INTEGER, venda_id TEXT, loja_id TEXT, produto_id TEXT,
                    quantidade TEXT, valor_unitario TEXT, status TEXT
                )
            """,
        )

        @task
        def encher_staging(pasta: str, dia: str) -> int:
            """Copia o CSV, linha por linha e sem interpretar nada, para `tmp_vendas_cruas`."""
            from airflow.providers.common.sql.operators.sql import BaseSQLOperator

            caminho = Path(pasta) / "entrada" / f"vendas_{dia}.csv"
            with caminho.open(encoding="utf-8", newline="") as arquivo:
                linhas = [
                    (dia, numero, *(linha[coluna] for coluna in COLUNAS))
                    for numero, linha in enumerate(csv.DictReader(arquivo, delimiter=";"), start=1)
                ]
            hook = BaseSQLOperator.get_hook(ARMAZEM)
            vagas = ", ".join([hook.placeholder] * (len(COLUNAS) + 2))
            with closing(hook.get_conn()) as conexao:
                cursor = conexao.cursor()
                cursor.execute(f"DELETE FROM tmp_vendas_cruas WHERE data = {hook.placeholder}", (dia,))
                cursor.executemany(f"INSERT INTO tmp_vendas_cruas VALUES ({vagas})", linhas)
                conexao.commit()
            return len(linhas)

        [arquivar, criar_staging] >> encher_staging(PASTA, DIA)

    with TaskGroup("qualidade", tooltip="O portão: só passa dia bom") as qualidade:
        conferir = sql_do_dia(
            "conferir",
            "DELETE FROM qualidade WHERE data = :dia",
            """
            INSERT INTO qualidade (data, aprovado, linhas, motivo)
            WITH contagem AS (
                SELECT COUNT(*) AS linhas,
                       COALESCE(SUM(CASE WHEN CAST(c.quantidade AS INTEGER) <= 0 THEN 1 ELSE 0 END), 0)
                           AS sem_quantidade,
                       COALESCE(SUM(CASE WHEN l.loja_id IS NULL THEN 1 ELSE 0 END), 0) AS sem_loja
                  FROM tmp_vendas_cruas c
                  LEFT JOIN lojas l ON l.loja_id = CAST(c.loja_id AS INTEGER)
                 WHERE c.data = :dia
            )
            SELECT :dia,
                   CASE WHEN sem_quantidade = 0 AND sem_loja = 0 THEN 1 ELSE 0 END,
                   linhas,
                   CASE WHEN sem_quantidade > 0 THEN 'quantidade_invalida' ELSE '' END
                   || CASE WHEN sem_quantidade > 0 AND sem_loja > 0 THEN ';' ELSE '' END
                   || CASE WHEN sem_loja > 0 THEN 'loja_desconhecida' ELSE '' END
              FROM contagem
            """,
        )

        @task.short_circuit
        def dia_aprovado(dia: str) -> bool:
            """Deixa o resto do DAG pulado quando o dia foi reprovado."""
            from airflow.providers.common.sql.operators.sql import BaseSQLOperator

            hook = BaseSQLOperator.get_hook(ARMAZEM)
            aprovado, motivo = hook.get_first(
                f"SELECT aprovado, motivo FROM qualidade WHERE data = {hook.placeholder}", parameters=(dia,)
            )
            if not aprovado:
                print(f"{dia} reprovado: {motivo}")
            return bool(aprovado)

        conferir >> dia_aprovado(DIA)

    carregar = sql_do_dia(
        "carregar_vendas",
        "DELETE FROM vendas WHERE data = :dia",
        """
        INSERT INTO vendas (data, venda_id, loja_id, produto_id, quantidade, valor_centavos)
        WITH versoes AS (
            SELECT *, ROW_NUMBER() OVER (PARTITION BY venda_id ORDER BY linha DESC) AS versao
              FROM tmp_vendas_cruas
             WHERE data = :dia
        )
        SELECT data,
               venda_id,
               CAST(loja_id AS INTEGER),
               CAST(produto_id AS INTEGER),
               CAST(quantidade AS INTEGER),
               CAST(quantidade AS INTEGER)
                   * CAST(REPLACE(REPLACE(valor_unitario, '.', ''), ',', '') AS INTEGER)
          FROM versoes
         WHERE versao = 1 AND status = 'ok'
         ORDER BY linha
        """,
        doc_md="Vale a última linha de cada `venda_id`; se ela é `cancelada`, a venda não conta.",
    )

    with TaskGroup("agregados", tooltip="Três visões das vendas do dia, em paralelo") as agregados:
        sql_do_dia(
            "por_regiao",
            "DELETE FROM vendas_por_regiao WHERE data = :dia",
            """
            INSERT INTO vendas_por_regiao (data, regiao, vendas, receita_centavos)
            SELECT :dia, l.regiao, COUNT(v.venda_id), COALESCE(SUM(v.valor_centavos), 0)
              FROM lojas l
              LEFT JOIN vendas v ON v.loja_id = l.loja_id AND v.data = :dia
             GROUP BY l.regiao
            """,
        )
        sql_do_dia(
            "por_categoria",
            "DELETE FROM vendas_por_categoria WHERE data = :dia",
            """
            INSERT INTO vendas_por_categoria (data, categoria, itens, receita_centavos)
            SELECT v.data, p.categoria, SUM(v.quantidade), SUM(v.valor_centavos)
              FROM vendas v
              JOIN produtos p ON p.produto_id = v.produto_id
             WHERE v.data = :dia
             GROUP BY v.data, p.categoria
            """,
        )
        sql_do_dia(
            "ranking",
            "DELETE FROM ranking_lojas WHERE data = :dia",
            """
            INSERT INTO ranking_lojas (data, posicao, loja_id, receita_centavos)
            WITH receita AS (
                SELECT l.loja_id, l.nome, SUM(v.valor_centavos) AS centavos
                  FROM vendas v
                  JOIN lojas l ON l.loja_id = v.loja_id
                 WHERE v.data = :dia
                 GROUP BY l.loja_id, l.nome
            ), classificacao AS (
                SELECT loja_id, centavos, ROW_NUMBER() OVER (ORDER BY centavos DESC, nome) AS posicao
                  FROM receita
            )
            SELECT :dia, posicao, loja_id, centavos FROM classificacao WHERE posicao <= 5
            """,
        )

    @task
    def classificar_dia(dia: str) -> dict[str, str]:
        """Diz se o dia é útil ou de folga e, na folga, por quê (o feriado tem precedência)."""
        from airflow.providers.common.sql.operators.sql import BaseSQLOperator

        hook = BaseSQLOperator.get_hook(ARMAZEM)
        feriado = hook.get_first(
            f"SELECT nome FROM feriados WHERE data = {hook.placeholder}", parameters=(dia,)
        )
        if feriado:
            return {"tipo": "folga", "motivo": feriado[0]}
        if date.fromisoformat(dia).weekday() >= 5:
            return {"tipo": "folga", "motivo": "fim de semana"}
        return {"tipo": "util", "motivo": ""}

    with TaskGroup("desvio", tooltip="Dia útil compara com as metas; folga registra o plantão"):
        classificacao = classificar_dia(DIA)

        @task.branch
        def escolher_ramo(tipo: str) -> str:
            return "desvio.metas_do_dia" if tipo == "util" else "desvio.plantao"

        ramo = escolher_ramo(classificacao["tipo"])

        metas = sql_do_dia(
            "metas_do_dia",
            "DELETE FROM metas_do_dia WHERE data = :dia",
            """
            INSERT INTO metas_do_dia (data, regiao, meta_centavos, receita_centavos, atingiu)
            SELECT r.data, m.regiao, m.meta_centavos, r.receita_centavos,
                   CASE WHEN r.receita_centavos >= m.meta_centavos THEN 1 ELSE 0 END
              FROM metas m
              JOIN vendas_por_regiao r ON r.regiao = m.regiao
             WHERE r.data = :dia
            """,
        )
        plantao = sql_do_dia(
            "plantao",
            "DELETE FROM plantao WHERE data = :dia",
            "INSERT INTO plantao (data, motivo) VALUES (:dia, :motivo)",
            parametros={"motivo": classificacao["motivo"]},
        )
        ramo >> [metas, plantao]

    resumir = sql_do_dia(
        "resumir",
        "DELETE FROM resumo_diario WHERE data = :dia",
        """
        INSERT INTO resumo_diario (data, tipo_dia, vendas, receita_centavos, ticket_medio_centavos)
        SELECT :dia, :tipo, COUNT(*), COALESCE(SUM(valor_centavos), 0),
               CASE WHEN COUNT(*) = 0 THEN 0 ELSE SUM(valor_centavos) / COUNT(*) END
          FROM vendas
         WHERE data = :dia
        """,
        parametros={"tipo": classificacao["tipo"]},
        trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,
    )

    @task
    def avisar(pasta: str, dia: str) -> None:
        """Deixa em `avisos/` a linha que antes ia por mensagem."""
        from airflow.providers.common.sql.operators.sql import BaseSQLOperator

        hook = BaseSQLOperator.get_hook(ARMAZEM)
        campos = hook.get_first(
            "SELECT data, tipo_dia, vendas, receita_centavos FROM resumo_diario"
            f" WHERE data = {hook.placeholder}",
            parameters=(dia,),
        )
        aviso = Path(pasta) / "avisos" / f"{dia}.txt"
        aviso.write_text(" ".join(map(str, campos)) + "\n", encoding="utf-8")

    # entrada >> portão >> carga >> três agregados >> desvio >> resumo >> aviso
    entrada >> qualidade >> carregar >> agregados >> classificacao
    [metas, plantao] >> resumir >> avisar(PASTA, DIA)


vendas_diarias()
