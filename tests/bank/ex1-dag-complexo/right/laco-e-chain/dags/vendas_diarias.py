"""DAG `vendas_diarias`: operators clássicos, leque montado em laço e `chain` para ligar tudo."""

import csv
import logging
import os
from contextlib import closing
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import BranchPythonOperator, PythonOperator
from airflow.sdk import DAG, CronTriggerTimetable, chain, cross_downstream

log = logging.getLogger(__name__)

CONN_ID = "armazem"
DIA = "{{ macros.ds_add(data_interval_end.in_timezone('America/Sao_Paulo') | ds, -1) }}"
ENTRADA = "{{ var.value.pasta_dados }}/entrada/vendas_" + DIA + ".csv"
COPIA = "{{ var.value.pasta_dados }}/arquivo/vendas_" + DIA + ".csv.gz"
AVISO = "{{ var.value.pasta_dados }}/avisos/" + DIA + ".txt"

# tabela -> INSERT do dia. O DELETE que torna cada carga repetível é acrescentado por `task_sql`.
AGREGADOS = {
    "vendas_por_regiao": """
        INSERT INTO vendas_por_regiao (data, regiao, vendas, receita_centavos)
        SELECT %(dia)s, m.regiao,
               (SELECT COUNT(*) FROM vendas v JOIN lojas l ON l.loja_id = v.loja_id
                 WHERE v.data = %(dia)s AND l.regiao = m.regiao),
               (SELECT COALESCE(SUM(v.valor_centavos), 0) FROM vendas v JOIN lojas l ON l.loja_id = v.loja_id
                 WHERE v.data = %(dia)s AND l.regiao = m.regiao)
        FROM metas m
    """,
    "vendas_por_categoria": """
        INSERT INTO vendas_por_categoria (data, categoria, itens, receita_centavos)
        SELECT %(dia)s, p.categoria, SUM(v.quantidade), SUM(v.valor_centavos)
        FROM vendas v INNER JOIN produtos p ON p.produto_id = v.produto_id
        WHERE v.data = %(dia)s
        GROUP BY p.categoria
    """,
    "ranking_lojas": """
        INSERT INTO ranking_lojas (data, posicao, loja_id, receita_centavos)
        SELECT %(dia)s, ROW_NUMBER() OVER (ORDER BY SUM(v.valor_centavos) DESC, l.nome ASC),
               l.loja_id, SUM(v.valor_centavos)
        FROM vendas v INNER JOIN lojas l ON l.loja_id = v.loja_id
        WHERE v.data = %(dia)s
        GROUP BY l.loja_id, l.nome
        ORDER BY SUM(v.valor_centavos) DESC, l.nome ASC
        LIMIT 5
    """,
}

RAMOS = {
    "metas_do_dia": """
        INSERT INTO metas_do_dia (data, regiao, meta_centavos, receita_centavos, atingiu)
        SELECT %(dia)s, m.regiao, m.meta_centavos, r.receita_centavos,
               CASE WHEN r.receita_centavos >= m.meta_centavos THEN 1 ELSE 0 END
        FROM metas m
        INNER JOIN vendas_por_regiao r ON r.regiao = m.regiao AND r.data = %(dia)s
    """,
    "plantao": """
        INSERT INTO plantao (data, motivo)
        SELECT %(dia)s, COALESCE((SELECT MIN(nome) FROM feriados WHERE data = %(dia)s), 'fim de semana')
    """,
}

RESUMO = """
    INSERT INTO resumo_diario (data, tipo_dia, vendas, receita_centavos, ticket_medio_centavos)
    SELECT %(dia)s, %(tipo)s, SUM(vendas), SUM(receita_centavos),
           COALESCE(SUM(receita_centavos) / NULLIF(SUM(vendas), 0), 0)
    FROM vendas_por_regiao
    WHERE data = %(dia)s
"""


# --------------------------------------------------------------------------- funções das tasks


def ler_arquivo(caminho):
    with open(caminho, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, delimiter=";"))


def em_centavos(valor):
    """`1.249,90` -> 124990, sem passar por float."""
    reais, _, centavos = valor.strip().replace(".", "").partition(",")
    return int(reais) * 100 + int(centavos.ljust(2, "0") or 0)


def conferir(caminho, dia):
    """Olha todas as linhas e deixa o veredito em `qualidade`. Devolve o motivo (vazio = aprovado)."""
    hook = SqliteHook(CONN_ID)
    linhas = ler_arquivo(caminho)
    lojas = {loja for (loja,) in hook.get_records("SELECT loja_id FROM lojas")}

    motivos = []
    if any(int(linha["quantidade"]) <= 0 for linha in linhas):
        motivos.append("quantidade_invalida")
    if any(int(linha["loja_id"]) not in lojas for linha in linhas):
        motivos.append("loja_desconhecida")
    motivo = ";".join(motivos)

    with closing(hook.get_conn()) as conn:
        conn.execute("DELETE FROM qualidade WHERE data = ?", (dia,))
        conn.execute(
            "INSERT INTO qualidade (data, aprovado, linhas, motivo) VALUES (?, ?, ?, ?)",
            (dia, int(not motivos), len(linhas), motivo),
        )
        conn.commit()
    return motivo


def passar_no_portao(motivo):
    if motivo:
        log.warning("Dia reprovado: %s", motivo)
        return "dia_reprovado"
    return "carregar_vendas"


def carregar_vendas(caminho, dia):
    """Troca as vendas do dia pelas do arquivo, em uma transação: ou entra tudo, ou não muda nada."""
    ultimas = {}
    for linha in ler_arquivo(caminho):
        ultimas[linha["venda_id"]] = linha  # a última vence

    registros = []
    for venda_id, linha in ultimas.items():
        if linha["status"] != "ok":
            continue
        quantidade = int(linha["quantidade"])
        registros.append(
            (
                dia,
                venda_id,
                int(linha["loja_id"]),
                int(linha["produto_id"]),
                quantidade,
                quantidade * em_centavos(linha["valor_unitario"]),
            )
        )

    conn = SqliteHook(CONN_ID).get_conn()
    try:
        conn.execute("DELETE FROM vendas WHERE data = ?", (dia,))
        conn.executemany(
            "INSERT INTO vendas (data, venda_id, loja_id, produto_id, quantidade, valor_centavos)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            registros,
        )
        conn.commit()
    except Exception:
        conn.rollback()
        raise
    finally:
        conn.close()
    log.info("%d vendas em %s", len(registros), dia)


def conferir_totais(dia):
    """As duas somas do dia têm de bater com a da tabela `vendas`; se não, algum cadastro está furado."""
    hook = SqliteHook(CONN_ID)
    totais = {
        tabela: hook.get_first(f"SELECT COALESCE(SUM({coluna}), 0) FROM {tabela} WHERE data = ?", (dia,))[0]
        for tabela, coluna in {
            "vendas": "valor_centavos",
            "vendas_por_regiao": "receita_centavos",
            "vendas_por_categoria": "receita_centavos",
        }.items()
    }
    if len(set(totais.values())) != 1:
        raise ValueError(f"Totais diferentes em {dia}: {totais}")


def classificar(dia):
    e_feriado = SqliteHook(CONN_ID).get_first("SELECT 1 FROM feriados WHERE data = ?", (dia,))
    e_fim_de_semana = date.fromisoformat(dia).isoweekday() > 5
    return "folga" if e_feriado or e_fim_de_semana else "util"


def desviar(tipo):
    return {"util": "gravar_metas_do_dia", "folga": "gravar_plantao"}[tipo]


def avisar(caminho, dia):
    linha = SqliteHook(CONN_ID).get_first(
        "SELECT data, tipo_dia, vendas, receita_centavos FROM resumo_diario WHERE data = ?", (dia,)
    )
    provisorio = f"{caminho}.parcial"
    with open(provisorio, "w", encoding="utf-8") as f:
        print(*linha, file=f)
    os.replace(provisorio, caminho)


# --------------------------------------------------------------------------- montagem


def task_sql(tabela, insert, parametros=None, **kwargs):
    """Apaga o dia em `tabela` e grava de novo, na mesma transação."""
    nomes = {"dia": DIA, **(parametros or {})}
    comandos = [f"DELETE FROM {tabela} WHERE data = %(dia)s", insert]
    return SQLExecuteQueryOperator(
        task_id=f"gravar_{tabela}",
        conn_id=CONN_ID,
        sql=[comando % {nome: f":{nome}" for nome in nomes} for comando in comandos],
        parameters=nomes,
        **kwargs,
    )


def criar_dag():
    with DAG(
        dag_id="vendas_diarias",
        schedule=CronTriggerTimetable("0 2 * * *", timezone="America/Sao_Paulo"),
        start_date=datetime(2025, 12, 1, tzinfo=ZoneInfo("America/Sao_Paulo")),
        catchup=False,
        max_active_runs=1,
        tags=["vendas", "diario"],
        default_args={
            "owner": "equipe-dados-caju",
            "retries": 1,
            "retry_delay": timedelta(seconds=30),
        },
        doc_md=(
            "Lê o arquivo de vendas da véspera, confere, carrega no armazém e publica os agregados, "
            "as metas (ou o plantão) e o resumo do dia."
        ),
    ) as dag:
        inicio = EmptyOperator(task_id="inicio")
        arquivar = BashOperator(
            task_id="arquivar",
            bash_command=f'gzip -9 -n -c "{ENTRADA}" > "{COPIA}"',
        )
        portao = PythonOperator(
            task_id="conferir_arquivo",
            python_callable=conferir,
            op_kwargs={"caminho": ENTRADA, "dia": DIA},
            retries=0,
        )
        decidir = BranchPythonOperator(
            task_id="portao_de_qualidade",
            python_callable=passar_no_portao,
            op_args=[portao.output],
        )
        reprovado = EmptyOperator(task_id="dia_reprovado")
        carregar = PythonOperator(
            task_id="carregar_vendas",
            python_callable=carregar_vendas,
            op_kwargs={"caminho": ENTRADA, "dia": DIA},
        )

        leque = []
        for tabela, insert in AGREGADOS.items():
            leque.append(task_sql(tabela, insert))

        totais = PythonOperator(
            task_id="conferir_totais", python_callable=conferir_totais, op_kwargs={"dia": DIA}
        )
        tipo = PythonOperator(task_id="classificar_dia", python_callable=classificar, op_kwargs={"dia": DIA})
        desvio = BranchPythonOperator(
            task_id="desviar", python_callable=desviar, op_args=[tipo.output]
        )
        ramos = [task_sql(tabela, insert) for tabela, insert in RAMOS.items()]
        fim_dos_ramos = EmptyOperator(
            task_id="fim_dos_ramos", trigger_rule="none_failed_min_one_success"
        )
        resumir = task_sql("resumo_diario", RESUMO, {"tipo": tipo.output})
        aviso = PythonOperator(
            task_id="avisar", python_callable=avisar, op_kwargs={"caminho": AVISO, "dia": DIA}
        )

        chain(inicio, [arquivar, portao])
        chain(portao, decidir, [reprovado, carregar])
        chain(carregar, leque)
        cross_downstream(leque, [totais, tipo])
        chain([totais, tipo], desvio, ramos, fim_dos_ramos, resumir, aviso)
        chain(arquivar, aviso)
    return dag


dag = criar_dag()
