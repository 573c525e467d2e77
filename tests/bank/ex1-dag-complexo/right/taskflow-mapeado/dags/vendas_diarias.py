"""Vendas diárias da Rede Caju.

Todo dia, às 02:00 de São Paulo, este DAG processa o arquivo de vendas do dia que acabou de
fechar: guarda uma cópia compactada, confere a qualidade, carrega o armazém, agrega por região,
categoria e loja, compara com as metas (ou registra o plantão, se o dia é de folga), resume o dia
e deixa um aviso em texto.

Pode ser executado quantas vezes for preciso para o mesmo dia: cada task apaga o que é daquele
dia e grava de novo, na mesma transação.
"""

import csv
import shlex
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pendulum
from airflow.sdk import BaseHook, Variable, dag, task
from airflow.sdk.exceptions import AirflowFailException

FUSO = pendulum.timezone("America/Sao_Paulo")
ARMAZEM = "armazem"


# --------------------------------------------------------------------------- auxiliares


def dia_da_execucao(data_interval_end) -> str:
    """O dia processado é a véspera do disparo, no calendário de São Paulo."""
    return data_interval_end.in_timezone(FUSO).subtract(days=1).to_date_string()


def caminho(*partes: str) -> Path:
    return Path(Variable.get("pasta_dados")).joinpath(*partes)


def ler_csv(dia: str) -> list[dict[str, str]]:
    arquivo = caminho("entrada", f"vendas_{dia}.csv")
    with arquivo.open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, delimiter=";"))


def em_centavos(valor: str) -> int:
    """'1.249,90' -> 124990, sem passar por ponto flutuante."""
    return int(Decimal(valor.replace(".", "").replace(",", ".")) * 100)


def trocar_o_dia(tabela: str, dia: str, linhas: list[tuple]) -> None:
    """Substitui as linhas do dia em uma única transação: ou troca tudo, ou não muda nada."""
    hook = BaseHook.get_hook(ARMAZEM)
    marca = hook.placeholder
    with closing(hook.get_conn()) as con:
        try:
            with closing(con.cursor()) as cur:
                cur.execute(f"DELETE FROM {tabela} WHERE data = {marca}", (dia,))
                if linhas:
                    marcas = ", ".join([marca] * len(linhas[0]))
                    cur.executemany(f"INSERT INTO {tabela} VALUES ({marcas})", linhas)
            con.commit()
        except Exception:
            con.rollback()
            raise


def texto_sql(valor: str) -> str:
    return "'" + valor.replace("'", "''") + "'"


# ---------------------------------------------------------------------------------- DAG


@dag(
    dag_id="vendas_diarias",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=FUSO),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "rede-caju"],
    doc_md=__doc__,
    default_args={
        "owner": "marina.queiroz",
        "retries": 2,
        "retry_delay": timedelta(minutes=5),
    },
)
def vendas_diarias():
    @task.bash
    def arquivar(data_interval_end=None) -> str:
        """Cópia compactada do CSV; o nome final só aparece quando a cópia está inteira."""
        dia = dia_da_execucao(data_interval_end)
        origem = shlex.quote(str(caminho("entrada", f"vendas_{dia}.csv")))
        destino = shlex.quote(str(caminho("arquivo", f"vendas_{dia}.csv.gz")))
        return f"set -e; gzip -nc {origem} > {destino}.parcial; mv -f {destino}.parcial {destino}"

    @task
    def conferir_qualidade(data_interval_end=None) -> int:
        """Portão de qualidade: grava o veredito e, se o arquivo é ruim, falha sem nova tentativa."""
        dia = dia_da_execucao(data_interval_end)
        linhas = ler_csv(dia)
        lojas = {int(r[0]) for r in BaseHook.get_hook(ARMAZEM).get_records("SELECT loja_id FROM lojas")}

        motivos = []
        if any(int(linha["quantidade"]) <= 0 for linha in linhas):
            motivos.append("quantidade_invalida")
        if any(int(linha["loja_id"]) not in lojas for linha in linhas):
            motivos.append("loja_desconhecida")
        motivo = ";".join(motivos)

        trocar_o_dia("qualidade", dia, [(dia, 0 if motivos else 1, len(linhas), motivo)])
        if motivos:
            raise AirflowFailException(f"Arquivo de {dia} recusado: {motivo}")
        return len(linhas)

    @task
    def carregar_vendas(data_interval_end=None) -> int:
        """Vale a última linha de cada venda; as canceladas ficam de fora."""
        dia = dia_da_execucao(data_interval_end)
        ultimas = {linha["venda_id"]: linha for linha in ler_csv(dia)}
        vendas = []
        for venda_id, linha in ultimas.items():
            if linha["status"] == "cancelada":
                continue
            quantidade = int(linha["quantidade"])
            vendas.append(
                (
                    dia,
                    venda_id,
                    int(linha["loja_id"]),
                    int(linha["produto_id"]),
                    quantidade,
                    quantidade * em_centavos(linha["valor_unitario"]),
                )
            )
        trocar_o_dia("vendas", dia, vendas)
        return len(vendas)

    @task
    def listar_regioes() -> list[str]:
        registros = BaseHook.get_hook(ARMAZEM).get_records("SELECT DISTINCT regiao FROM lojas ORDER BY regiao")
        return [regiao for (regiao,) in registros]

    @task.sql(conn_id=ARMAZEM, map_index_template="{{ task.op_kwargs['regiao'] }}")
    def agregar_regiao(regiao: str, data_interval_end=None) -> list[str]:
        """Uma instância por região; a que não vendeu ganha uma linha de zeros."""
        dia = dia_da_execucao(data_interval_end)
        nome = texto_sql(regiao)
        return [
            f"DELETE FROM vendas_por_regiao WHERE data = '{dia}' AND regiao = {nome}",
            f"""
            INSERT INTO vendas_por_regiao (data, regiao, vendas, receita_centavos)
            SELECT '{dia}', {nome}, COUNT(*), COALESCE(SUM(v.valor_centavos), 0)
              FROM vendas v
              JOIN lojas l ON l.loja_id = v.loja_id
             WHERE v.data = '{dia}' AND l.regiao = {nome}
            """,
        ]

    @task.sql(conn_id=ARMAZEM)
    def agregar_categoria(data_interval_end=None) -> list[str]:
        dia = dia_da_execucao(data_interval_end)
        return [
            f"DELETE FROM vendas_por_categoria WHERE data = '{dia}'",
            f"""
            INSERT INTO vendas_por_categoria (data, categoria, itens, receita_centavos)
            SELECT v.data, p.categoria, SUM(v.quantidade), SUM(v.valor_centavos)
              FROM vendas v
              JOIN produtos p ON p.produto_id = v.produto_id
             WHERE v.data = '{dia}'
             GROUP BY v.data, p.categoria
            """,
        ]

    @task.sql(conn_id=ARMAZEM)
    def ranquear_lojas(data_interval_end=None) -> list[str]:
        dia = dia_da_execucao(data_interval_end)
        return [
            f"DELETE FROM ranking_lojas WHERE data = '{dia}'",
            f"""
            INSERT INTO ranking_lojas (data, posicao, loja_id, receita_centavos)
            SELECT '{dia}', posicao, loja_id, receita
              FROM (SELECT l.loja_id,
                           SUM(v.valor_centavos) AS receita,
                           ROW_NUMBER() OVER (ORDER BY SUM(v.valor_centavos) DESC, l.nome) AS posicao
                      FROM vendas v
                      JOIN lojas l ON l.loja_id = v.loja_id
                     WHERE v.data = '{dia}'
                     GROUP BY l.loja_id, l.nome) AS lojas_do_dia
             WHERE posicao <= 5
            """,
        ]

    @task
    def conferir_agregados(data_interval_end=None) -> None:
        """As somas por região e por categoria têm de bater com a tabela de vendas."""
        dia = dia_da_execucao(data_interval_end)
        hook = BaseHook.get_hook(ARMAZEM)

        def receita(coluna: str, tabela: str) -> int:
            sql = f"SELECT COALESCE(SUM({coluna}), 0) FROM {tabela} WHERE data = {hook.placeholder}"
            return hook.get_first(sql, parameters=(dia,))[0]

        esperada = receita("valor_centavos", "vendas")
        for tabela in ("vendas_por_regiao", "vendas_por_categoria"):
            if (obtida := receita("receita_centavos", tabela)) != esperada:
                raise ValueError(f"{tabela} soma {obtida} em {dia}, mas vendas soma {esperada}")

    @task
    def classificar_dia(data_interval_end=None) -> dict[str, str]:
        """Feriado ganha de fim de semana, que ganha de dia útil."""
        dia = dia_da_execucao(data_interval_end)
        hook = BaseHook.get_hook(ARMAZEM)
        feriado = hook.get_first(f"SELECT nome FROM feriados WHERE data = {hook.placeholder}", parameters=(dia,))
        if feriado:
            return {"tipo": "folga", "motivo": feriado[0]}
        if date.fromisoformat(dia).weekday() >= 5:
            return {"tipo": "folga", "motivo": "fim de semana"}
        return {"tipo": "util", "motivo": ""}

    @task.branch
    def escolher_ramo(classificacao: dict[str, str]) -> str:
        return "comparar_metas" if classificacao["tipo"] == "util" else "registrar_plantao"

    @task.sql(conn_id=ARMAZEM)
    def comparar_metas(data_interval_end=None) -> list[str]:
        dia = dia_da_execucao(data_interval_end)
        return [
            f"DELETE FROM metas_do_dia WHERE data = '{dia}'",
            f"""
            INSERT INTO metas_do_dia (data, regiao, meta_centavos, receita_centavos, atingiu)
            SELECT r.data, r.regiao, m.meta_centavos, r.receita_centavos,
                   CASE WHEN r.receita_centavos >= m.meta_centavos THEN 1 ELSE 0 END
              FROM vendas_por_regiao r
              JOIN metas m ON m.regiao = r.regiao
             WHERE r.data = '{dia}'
            """,
        ]

    @task
    def registrar_plantao(classificacao: dict[str, str], data_interval_end=None) -> None:
        dia = dia_da_execucao(data_interval_end)
        trocar_o_dia("plantao", dia, [(dia, classificacao["motivo"])])

    @task.sql(conn_id=ARMAZEM, trigger_rule="none_failed_min_one_success")
    def resumir(classificacao: dict[str, str], data_interval_end=None) -> list[str]:
        dia = dia_da_execucao(data_interval_end)
        return [
            f"DELETE FROM resumo_diario WHERE data = '{dia}'",
            f"""
            INSERT INTO resumo_diario (data, tipo_dia, vendas, receita_centavos, ticket_medio_centavos)
            SELECT '{dia}', {texto_sql(classificacao["tipo"])}, quantas, receita,
                   CASE WHEN quantas = 0 THEN 0 ELSE receita / quantas END
              FROM (SELECT COUNT(*) AS quantas, COALESCE(SUM(valor_centavos), 0) AS receita
                      FROM vendas
                     WHERE data = '{dia}') AS totais
            """,
        ]

    @task
    def avisar(data_interval_end=None) -> str:
        dia = dia_da_execucao(data_interval_end)
        hook = BaseHook.get_hook(ARMAZEM)
        tipo, vendas, receita = hook.get_first(
            f"SELECT tipo_dia, vendas, receita_centavos FROM resumo_diario WHERE data = {hook.placeholder}",
            parameters=(dia,),
        )
        aviso = f"{dia} {tipo} {vendas} {receita}"
        caminho("avisos", f"{dia}.txt").write_text(aviso + "\n", encoding="utf-8")
        return aviso

    vendas = carregar_vendas()
    regioes = listar_regioes()
    por_regiao = agregar_regiao.expand(regiao=regioes)
    por_categoria = agregar_categoria()
    ranking = ranquear_lojas()
    conferido = conferir_agregados()
    classificacao = classificar_dia()
    metas = comparar_metas()
    plantao = registrar_plantao(classificacao)
    resumo = resumir(classificacao)

    arquivar() >> conferir_qualidade() >> vendas
    vendas >> [regioes, por_categoria, ranking]
    [por_regiao, por_categoria, ranking] >> conferido >> classificacao
    escolher_ramo(classificacao) >> [metas, plantao] >> resumo >> avisar()


vendas_diarias()
