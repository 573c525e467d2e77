"""Vendas diárias da Rede Caju.

Às 02:00 (São Paulo) processa as vendas do dia que fechou à meia-noite: confere o arquivo, carrega o
armazém, agrega por região, categoria e loja, compara com as metas (em dia útil) ou registra o plantão
(em dia de folga) e avisa.

Se ficar vermelho: veja a tabela `qualidade`; um dia recusado precisa de um arquivo novo das lojas.
"""

from __future__ import annotations

import csv
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pendulum
from airflow.providers.common.sql.hooks.handlers import fetch_one_handler
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import BaseHook, Variable, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

FUSO = "America/Sao_Paulo"
REGIOES = {
    "norte": "Norte",
    "nordeste": "Nordeste",
    "centro_oeste": "Centro-Oeste",
    "sudeste": "Sudeste",
    "sul": "Sul",
}
# O dia a processar vem da execução: é o anterior ao disparo.
DIA = f"{{{{ data_interval_end.in_timezone('{FUSO}').subtract(days=1).to_date_string() }}}}"


def dia_da_execucao() -> str:
    fim = get_current_context()["data_interval_end"]
    return fim.in_timezone(FUSO).subtract(days=1).to_date_string()


def armazem():
    return BaseHook.get_connection("armazem").get_hook()


def arquivo_do_dia(dia: str) -> list[dict[str, str]]:
    caminho = Path(Variable.get("pasta_dados")) / "entrada" / f"vendas_{dia}.csv"
    with caminho.open(encoding="utf-8", newline="") as arquivo:
        return list(csv.DictReader(arquivo, delimiter=";"))


def centavos(valor: str) -> int:
    """ "1.249,90" -> 124990, sem passar por float."""
    return int(valor.replace(".", "").replace(",", ""))


def trocar_o_dia(tabela: str, dia: str, linhas: list[tuple]) -> None:
    """Apaga e grava o dia na mesma transação: ou tudo muda, ou nada muda."""
    hook = armazem()
    marca = hook.placeholder
    with closing(hook.get_conn()) as conexao:
        cursor = conexao.cursor()
        cursor.execute(f"DELETE FROM {tabela} WHERE data = {marca}", (dia,))
        if linhas:
            marcas = ", ".join([marca] * len(linhas[0]))
            cursor.executemany(f"INSERT INTO {tabela} VALUES ({marcas})", linhas)
        conexao.commit()


def sql_do_dia(task_id: str, tabela: str, consulta: str, **params: str) -> SQLExecuteQueryOperator:
    """Uma agregação: refaz as linhas do dia (e só elas) em uma transação."""
    recorte = " AND regiao = '{{ params.regiao }}'" if "regiao" in params else ""
    return SQLExecuteQueryOperator(
        task_id=task_id,
        conn_id="armazem",
        sql=[f"DELETE FROM {tabela} WHERE data = '{DIA}'{recorte}", f"INSERT INTO {tabela} {consulta}"],
        params=params,
    )


@dag(
    dag_id="vendas_diarias",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "dados-caju", "retries": 2, "retry_delay": timedelta(minutes=2)},
    tags=["vendas", "diario"],
    doc_md=__doc__,
)
def vendas_diarias():
    arquivar = BashOperator(
        task_id="arquivar",
        bash_command=(
            'gzip -c "{{ var.value.pasta_dados }}/entrada/vendas_' + DIA + '.csv"'
            ' > "{{ var.value.pasta_dados }}/arquivo/vendas_' + DIA + '.csv.gz"'
        ),
    )

    @task(retries=0)
    def conferir() -> None:
        dia = dia_da_execucao()
        linhas = arquivo_do_dia(dia)
        lojas = {str(loja) for (loja,) in armazem().get_records("SELECT loja_id FROM lojas")}
        motivos = []
        if any(int(linha["quantidade"]) <= 0 for linha in linhas):
            motivos.append("quantidade_invalida")
        if any(linha["loja_id"] not in lojas for linha in linhas):
            motivos.append("loja_desconhecida")
        motivo = ";".join(motivos)
        trocar_o_dia("qualidade", dia, [(dia, int(not motivos), len(linhas), motivo)])
        if motivos:
            raise AirflowFailException(f"O arquivo de {dia} foi recusado: {motivo}.")

    @task
    def carregar() -> None:
        dia = dia_da_execucao()
        ultima_versao = {linha["venda_id"]: linha for linha in arquivo_do_dia(dia)}
        vendas = [
            (
                dia,
                venda["venda_id"],
                int(venda["loja_id"]),
                int(venda["produto_id"]),
                int(venda["quantidade"]),
                int(venda["quantidade"]) * centavos(venda["valor_unitario"]),
            )
            for venda in ultima_versao.values()
            if venda["status"] == "ok"
        ]
        trocar_o_dia("vendas", dia, vendas)

    regioes = [
        sql_do_dia(
            f"regiao_{nome}",
            "vendas_por_regiao",
            f"""SELECT '{DIA}', '{{{{ params.regiao }}}}', COUNT(v.venda_id), COALESCE(SUM(v.valor_centavos), 0)
                FROM vendas v JOIN lojas l ON l.loja_id = v.loja_id
                WHERE v.data = '{DIA}' AND l.regiao = '{{{{ params.regiao }}}}'""",
            regiao=regiao,
        )
        for nome, regiao in REGIOES.items()
    ]
    categorias = sql_do_dia(
        "categorias",
        "vendas_por_categoria",
        f"""SELECT '{DIA}', p.categoria, SUM(v.quantidade), SUM(v.valor_centavos)
            FROM vendas v JOIN produtos p ON p.produto_id = v.produto_id
            WHERE v.data = '{DIA}' GROUP BY p.categoria""",
    )
    ranking = sql_do_dia(
        "ranking",
        "ranking_lojas",
        f"""SELECT '{DIA}', ROW_NUMBER() OVER (ORDER BY SUM(v.valor_centavos) DESC, l.nome), l.loja_id,
                   SUM(v.valor_centavos)
            FROM vendas v JOIN lojas l ON l.loja_id = v.loja_id
            WHERE v.data = '{DIA}' GROUP BY l.loja_id, l.nome
            ORDER BY SUM(v.valor_centavos) DESC, l.nome LIMIT 5""",
    )

    @task.branch
    def tipo_do_dia() -> str:
        dia = dia_da_execucao()
        feriado = armazem().get_first(f"SELECT nome FROM feriados WHERE data = '{dia}'")
        return "plantao" if feriado or date.fromisoformat(dia).weekday() >= 5 else "metas"

    metas = sql_do_dia(
        "metas",
        "metas_do_dia",
        f"""SELECT '{DIA}', m.regiao, m.meta_centavos, r.receita_centavos,
                   CASE WHEN r.receita_centavos >= m.meta_centavos THEN 1 ELSE 0 END
            FROM metas m JOIN vendas_por_regiao r ON r.regiao = m.regiao WHERE r.data = '{DIA}'""",
    )
    plantao = sql_do_dia(
        "plantao",
        "plantao",
        f"SELECT '{DIA}', COALESCE((SELECT nome FROM feriados WHERE data = '{DIA}'), 'fim de semana')",
    )
    resumo = sql_do_dia(
        "resumo",
        "resumo_diario",
        f"""SELECT '{DIA}',
                   CASE WHEN EXISTS (SELECT 1 FROM plantao WHERE data = '{DIA}') THEN 'folga' ELSE 'util' END,
                   COUNT(*), SUM(valor_centavos), SUM(valor_centavos) / COUNT(*)
            FROM vendas WHERE data = '{DIA}'""",
    )
    resumo.trigger_rule = "none_failed_min_one_success"

    ler_resumo = SQLExecuteQueryOperator(
        task_id="ler_resumo",
        conn_id="armazem",
        sql=f"SELECT tipo_dia, vendas, receita_centavos FROM resumo_diario WHERE data = '{DIA}'",
        handler=fetch_one_handler,
    )

    @task
    def avisar(linha: list) -> None:
        dia = dia_da_execucao()
        texto = " ".join([dia, *map(str, linha)])
        (Path(Variable.get("pasta_dados")) / "avisos" / f"{dia}.txt").write_text(
            texto + "\n", encoding="utf-8"
        )

    carregado = carregar()
    agregados = [*regioes, categorias, ranking]
    arquivar >> conferir() >> carregado >> agregados
    agregados >> tipo_do_dia() >> [metas, plantao] >> resumo >> ler_resumo >> avisar(ler_resumo.output)


vendas_diarias()
