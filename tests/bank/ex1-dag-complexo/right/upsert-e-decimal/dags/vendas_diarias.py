"""Pipeline diário de vendas da Rede Caju.

A regra da casa aqui é: ninguém apaga o dia inteiro para gravar de novo. Cada task compara o que
deveria estar na tabela com o que está e mexe só na diferença. Rodar duas vezes = zero mudanças.
"""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pendulum
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import (
    BranchPythonOperator,
    PythonOperator,
    ShortCircuitOperator,
)
from airflow.sdk import DAG, CronTriggerTimetable, TriggerRule, Variable, task

FUSO = "America/Sao_Paulo"
CONN = "armazem"

# O dia processado, para usar nos templates: instante do disparo menos um dia.
DIA = "{{ (data_interval_end.in_timezone('America/Sao_Paulo') - macros.timedelta(days=1)).strftime('%Y-%m-%d') }}"

dag = DAG(
    dag_id="vendas_diarias",
    schedule=CronTriggerTimetable("0 2 * * *", timezone=FUSO),
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["rede-caju", "vendas"],
    default_args={
        "owner": "dados-caju",
        "retries": 2,
        "retry_delay": timedelta(minutes=2),
    },
    doc_md="""
    ### Vendas diárias da Rede Caju

    Às 02:00 confere o CSV do dia anterior, carrega as vendas, agrega por região, categoria e loja,
    desvia entre dia útil e folga, resume e avisa. Todas as gravações são por diferença, então pode
    rodar de novo à vontade.
    """,
)


# ------------------------------------------------------------------ auxiliares


def dia_processado(contexto) -> str:
    disparo = contexto["data_interval_end"].in_timezone(FUSO)
    return disparo.subtract(days=1).to_date_string()


def ler_csv(caminho) -> list[dict]:
    with open(caminho, encoding="utf-8", newline="") as arq:
        return list(csv.DictReader(arq, delimiter=";"))


def reais_para_centavos(texto: str) -> int:
    """'1.249,90' -> 124990, sem passar por float."""
    reais = Decimal(texto.strip().replace(".", "").replace(",", "."))
    return int(reais * 100)


# ----------------------------------------------------------- arquivo e conferência


@task(dag=dag)
def localizar_arquivo(**contexto) -> str:
    """Confere que o arquivo do dia existe e devolve o caminho dele."""
    dia = dia_processado(contexto)
    caminho = Path(Variable.get("pasta_dados")) / "entrada" / f"vendas_{dia}.csv"
    if not caminho.is_file():
        raise FileNotFoundError(f"Não achei o arquivo de vendas: {caminho}")
    return str(caminho)


localizar = localizar_arquivo()

arquivar = BashOperator(
    task_id="arquivar",
    bash_command=(
        "set -euo pipefail\n"
        'gzip -n -c "$ORIGEM" > "$DESTINO.parcial"\n'
        'mv -f "$DESTINO.parcial" "$DESTINO"\n'
    ),
    env={
        "ORIGEM": "{{ var.value.pasta_dados }}/entrada/vendas_" + DIA + ".csv",
        "DESTINO": "{{ var.value.pasta_dados }}/arquivo/vendas_" + DIA + ".csv.gz",
    },
    append_env=True,
    dag=dag,
)


def _conferir(**contexto):
    """Olha todas as linhas do arquivo e registra o veredito em `qualidade`."""
    dia = dia_processado(contexto)
    linhas = ler_csv(contexto["ti"].xcom_pull(task_ids="localizar_arquivo"))

    with closing(SqliteHook(sqlite_conn_id=CONN).get_conn()) as conn, conn:
        cur = conn.cursor()
        lojas = {int(loja_id) for (loja_id,) in cur.execute("SELECT loja_id FROM lojas")}

        motivos = []
        if any(int(linha["quantidade"]) <= 0 for linha in linhas):
            motivos.append("quantidade_invalida")
        if any(int(linha["loja_id"]) not in lojas for linha in linhas):
            motivos.append("loja_desconhecida")

        veredito = (0 if motivos else 1, len(linhas), ";".join(motivos))
        # upsert "na mão", porque a tabela não tem chave
        cur.execute(
            "UPDATE qualidade SET aprovado = ?, linhas = ?, motivo = ? WHERE data = ?",
            (*veredito, dia),
        )
        if cur.rowcount == 0:
            cur.execute(
                "INSERT INTO qualidade (aprovado, linhas, motivo, data) VALUES (?, ?, ?, ?)",
                (*veredito, dia),
            )


conferir = PythonOperator(task_id="conferir", python_callable=_conferir, dag=dag)


def _portao(**contexto) -> bool:
    linha = SqliteHook(sqlite_conn_id=CONN).get_first(
        "SELECT aprovado, motivo FROM qualidade WHERE data = ?",
        parameters=(dia_processado(contexto),),
    )
    if not linha or not linha[0]:
        print("Dia reprovado:", linha and linha[1])
        return False
    return True


portao = ShortCircuitOperator(task_id="portao", python_callable=_portao, dag=dag)


# -------------------------------------------------------------------------- carga


def _vendas_do_arquivo(caminho: str) -> dict[str, tuple]:
    """As vendas que valem: {venda_id: (loja_id, produto_id, quantidade, valor_centavos)}."""
    ultima = {}
    for linha in ler_csv(caminho):
        ultima[linha["venda_id"]] = linha  # o reenvio sobrescreve
    vendas = {}
    for venda_id, linha in ultima.items():
        if linha["status"] == "cancelada":
            continue
        quantidade = int(linha["quantidade"])
        vendas[venda_id] = (
            int(linha["loja_id"]),
            int(linha["produto_id"]),
            quantidade,
            quantidade * reais_para_centavos(linha["valor_unitario"]),
        )
    return vendas


def _carregar(**contexto):
    """Deixa `vendas` igual ao arquivo, mexendo só no que difere, em uma transação."""
    dia = dia_processado(contexto)
    novas = _vendas_do_arquivo(contexto["ti"].xcom_pull(task_ids="localizar_arquivo"))

    conn = SqliteHook(sqlite_conn_id=CONN).get_conn()
    try:
        cur = conn.cursor()
        cur.execute(
            "SELECT venda_id, loja_id, produto_id, quantidade, valor_centavos FROM vendas WHERE data = ?",
            (dia,),
        )
        existentes = cur.fetchall()
        repetidas = {vid for vid, n in Counter(row[0] for row in existentes).items() if n > 1}
        atuais = {row[0]: tuple(row[1:]) for row in existentes if row[0] not in repetidas}

        sobrando = (set(atuais) - set(novas)) | repetidas
        faltando = [vid for vid in novas if vid not in atuais]
        mudaram = [vid for vid in novas if vid in atuais and novas[vid] != atuais[vid]]

        cur.executemany(
            "DELETE FROM vendas WHERE data = ? AND venda_id = ?",
            [(dia, vid) for vid in sobrando],
        )
        cur.executemany(
            "UPDATE vendas SET loja_id = ?, produto_id = ?, quantidade = ?, valor_centavos = ? "
            "WHERE data = ? AND venda_id = ?",
            [(*novas[vid], dia, vid) for vid in mudaram],
        )
        cur.executemany(
            "INSERT INTO vendas (data, venda_id, loja_id, produto_id, quantidade, valor_centavos) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [(dia, vid, *novas[vid]) for vid in faltando],
        )
        conn.commit()
    except Exception:
        conn.rollback()
        raise
    finally:
        conn.close()
    print(f"{dia}: {len(faltando)} novas, {len(mudaram)} corrigidas, {len(sobrando)} retiradas")


carregar = PythonOperator(task_id="carregar_vendas", python_callable=_carregar, dag=dag)


# ---------------------------------------------------------------------- agregações


def trocar_diferenca(tabela: str, colunas: list[str], consulta: str) -> list[str]:
    """Dois comandos: tira do dia as linhas que não batem com a consulta e põe as que faltam."""
    lista = ", ".join(colunas)
    iguais = " AND ".join(f"novo.{c} = {tabela}.{c}" for c in colunas)
    return [
        f"""
        DELETE FROM {tabela}
         WHERE data = '{DIA}'
           AND NOT EXISTS (SELECT 1 FROM ({consulta}) AS novo WHERE {iguais})
        """,
        f"""
        INSERT INTO {tabela} (data, {lista})
        SELECT '{DIA}', {lista}
          FROM ({consulta}) AS novo
         WHERE NOT EXISTS (SELECT 1 FROM {tabela} WHERE {tabela}.data = '{DIA}' AND {iguais})
        """,
    ]


agregar_regiao = SQLExecuteQueryOperator(
    task_id="agregar_regiao",
    conn_id=CONN,
    sql=trocar_diferenca(
        "vendas_por_regiao",
        ["regiao", "vendas", "receita_centavos"],
        f"""
        SELECT l.regiao AS regiao,
               COUNT(v.venda_id) AS vendas,
               COALESCE(SUM(v.valor_centavos), 0) AS receita_centavos
          FROM lojas l
          LEFT JOIN vendas v ON v.loja_id = l.loja_id AND v.data = '{DIA}'
         GROUP BY l.regiao
        """,
    ),
    dag=dag,
)

agregar_categoria = SQLExecuteQueryOperator(
    task_id="agregar_categoria",
    conn_id=CONN,
    sql=trocar_diferenca(
        "vendas_por_categoria",
        ["categoria", "itens", "receita_centavos"],
        f"""
        SELECT p.categoria AS categoria,
               SUM(v.quantidade) AS itens,
               SUM(v.valor_centavos) AS receita_centavos
          FROM vendas v
          JOIN produtos p ON p.produto_id = v.produto_id
         WHERE v.data = '{DIA}'
         GROUP BY p.categoria
        """,
    ),
    dag=dag,
)

ranquear = SQLExecuteQueryOperator(
    task_id="ranquear_lojas",
    conn_id=CONN,
    sql=trocar_diferenca(
        "ranking_lojas",
        ["posicao", "loja_id", "receita_centavos"],
        f"""
        SELECT posicao, loja_id, receita_centavos
          FROM (SELECT l.loja_id AS loja_id,
                       SUM(v.valor_centavos) AS receita_centavos,
                       ROW_NUMBER() OVER (ORDER BY SUM(v.valor_centavos) DESC, l.nome) AS posicao
                  FROM vendas v
                  JOIN lojas l ON l.loja_id = v.loja_id
                 WHERE v.data = '{DIA}'
                 GROUP BY l.loja_id, l.nome) AS todas
         WHERE posicao <= 5
        """,
    ),
    dag=dag,
)


# -------------------------------------------------------------------------- desvio


def _feriado(dia: str) -> str | None:
    linha = SqliteHook(sqlite_conn_id=CONN).get_first(
        "SELECT nome FROM feriados WHERE data = ?", parameters=(dia,)
    )
    return linha[0] if linha else None


def _desviar(**contexto) -> str:
    dia = dia_processado(contexto)
    folga = pendulum.parse(dia).isoweekday() >= 6 or _feriado(dia) is not None
    # No Airflow 3 o branch que pula alguém não publica o return_value: publico eu o tipo do dia.
    contexto["ti"].xcom_push(key="tipo_dia", value="folga" if folga else "util")
    return "gravar_plantao" if folga else "gravar_metas"


desviar = BranchPythonOperator(task_id="desviar", python_callable=_desviar, dag=dag)

# Aqui é upsert clássico: atualiza o que mudou e insere a região que falta.
gravar_metas = SQLExecuteQueryOperator(
    task_id="gravar_metas",
    conn_id=CONN,
    sql=[
        f"""
        UPDATE metas_do_dia
           SET meta_centavos = (SELECT m.meta_centavos FROM metas m WHERE m.regiao = metas_do_dia.regiao),
               receita_centavos = (SELECT r.receita_centavos FROM vendas_por_regiao r
                                    WHERE r.regiao = metas_do_dia.regiao AND r.data = '{DIA}')
         WHERE data = '{DIA}'
        """,
        f"""
        INSERT INTO metas_do_dia (data, regiao, meta_centavos, receita_centavos, atingiu)
        SELECT r.data, r.regiao, m.meta_centavos, r.receita_centavos, 0
          FROM vendas_por_regiao r
          JOIN metas m ON m.regiao = r.regiao
         WHERE r.data = '{DIA}'
           AND NOT EXISTS (SELECT 1 FROM metas_do_dia d WHERE d.data = r.data AND d.regiao = r.regiao)
        """,
        f"""
        UPDATE metas_do_dia
           SET atingiu = CASE WHEN receita_centavos >= meta_centavos THEN 1 ELSE 0 END
         WHERE data = '{DIA}'
        """,
    ],
    dag=dag,
)


@task(dag=dag)
def gravar_plantao(**contexto):
    """Uma linha em `plantao` com o nome do feriado ou 'fim de semana'."""
    dia = dia_processado(contexto)
    motivo = _feriado(dia) or "fim de semana"
    with closing(SqliteHook(sqlite_conn_id=CONN).get_conn()) as conn, conn:
        cur = conn.execute("UPDATE plantao SET motivo = ? WHERE data = ?", (motivo, dia))
        if cur.rowcount == 0:
            conn.execute("INSERT INTO plantao (data, motivo) VALUES (?, ?)", (dia, motivo))


plantao = gravar_plantao()


# ------------------------------------------------------------------- resumo e aviso

TIPO = "{{ ti.xcom_pull(task_ids='desviar', key='tipo_dia') }}"

resumir = SQLExecuteQueryOperator(
    task_id="resumir",
    conn_id=CONN,
    trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,
    sql=trocar_diferenca(
        "resumo_diario",
        ["tipo_dia", "vendas", "receita_centavos", "ticket_medio_centavos"],
        f"""
        SELECT '{TIPO}' AS tipo_dia,
               COUNT(*) AS vendas,
               COALESCE(SUM(valor_centavos), 0) AS receita_centavos,
               COALESCE(SUM(valor_centavos) / NULLIF(COUNT(*), 0), 0) AS ticket_medio_centavos
          FROM vendas
         WHERE data = '{DIA}'
        """,
    ),
    dag=dag,
)


@task(dag=dag)
def avisar(**contexto):
    """Deixa o aviso de uma linha em avisos/, trocando o arquivo de uma vez."""
    dia = dia_processado(contexto)
    resumo = SqliteHook(sqlite_conn_id=CONN).get_first(
        "SELECT data, tipo_dia, vendas, receita_centavos FROM resumo_diario WHERE data = ?",
        parameters=(dia,),
    )
    destino = Path(Variable.get("pasta_dados")) / "avisos" / f"{dia}.txt"
    provisorio = destino.with_suffix(".parcial")
    provisorio.write_text(" ".join(str(campo) for campo in resumo) + "\n", encoding="utf-8")
    provisorio.replace(destino)


aviso = avisar()


# ---------------------------------------------------------------------- dependências

localizar.set_downstream([arquivar, conferir])
portao.set_upstream([arquivar, conferir])
portao.set_downstream(carregar)
carregar.set_downstream([agregar_regiao, agregar_categoria, ranquear])
desviar.set_upstream([agregar_regiao, agregar_categoria, ranquear])
desviar.set_downstream([gravar_metas, plantao])
resumir.set_upstream([gravar_metas, plantao])
resumir.set_downstream(aviso)
