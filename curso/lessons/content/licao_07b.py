"""Lesson 07b: what it asks and what it checks."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

from curso.lessons.challenge import Challenge, Wrong
from curso.lessons.prediction import Prediction

PREDICTIONS = [
    Prediction(
        id="07b.pasta-vazia",
        question="A pasta de DAGs está vazia. O que dizem os dois testes?",
        options={
            "a": "os dois falham: não há nada para carregar",
            "b": "os dois passam: não há erro de importação",
            "c": "o ingênuo passa e o completo falha",
        },
        answer="c",
        why={
            "a": "o DagBag não reclama de pasta vazia, nem de pasta que não existe: devolve zero DAGs e zero erros.",
            "b": "o completo compara os DAGs com uma lista escrita à mão, e a lista não está vazia.",
            "c": "nenhum arquivo, nenhum erro de importação: o ingênuo fica feliz. O completo sente falta dos DAGs esperados.",
        },
    ),
    Prediction(
        id="07b.versoes",
        question="Se só o corpo de uma task mudar (moqueca vira vatapá), o que acontece com a versão do DAG?",
        options={
            "a": "continua na 2: a forma do DAG é a mesma",
            "b": "nasce a versão 3: o arquivo mudou",
            "c": "a versão 2 passa a valer também para a execução de segunda",
        },
        answer="a",
        why={
            "a": "a versão acompanha a forma. Para saber o código exato é preciso um bundle com versão, como o do git.",
            "b": "o que se compara é o DAG serializado: tasks, dependências, agenda, argumentos. O corpo não entra nele.",
            "c": "a execução de segunda continua ligada à versão 1, com a forma que o DAG tinha.",
        },
    ),
    Prediction(
        id="07b.museu",
        question="Três linhas de 2022: `schedule_interval=...` no DAG, `email_on_failure=True` e `sla=...` nas tasks. Qual delas impede o DAG de carregar no Airflow 3.3?",
        options={
            "a": "as três: tudo isso saiu no Airflow 3",
            "b": "só `schedule_interval`",
            "c": "`schedule_interval` e `sla`",
            "d": "nenhuma: o Airflow 3 ainda entende código do 2",
        },
        answer="b",
        why={
            "a": "duas delas ainda são aceitas: uma avisa no log e a outra não faz nada.",
            "b": "é a única que dá TypeError. `email_on_failure` avisa que vai sair, e `sla` é aceito e ignorado: o mais perigoso.",
            "c": "quem dera. O `sla` é aceito sem erro, e ninguém mais vigia o prazo.",
            "d": "a agenda antiga é recusada na hora: o DAG nem aparece na interface.",
        },
    ),
    Prediction(
        id="07b.ferramenta",
        question="A Rede Caju quer bloquear uma compra suspeita em até dois segundos, no caixa. Quem faz isso?",
        options={
            "a": "um DAG do Airflow com agenda de um em um segundo",
            "b": "um flow do Prefect ou um asset do Dagster, que são mais leves",
            "c": "nenhum dos três: um serviço que lê uma fila de eventos; o orquestrador treina e publica o modelo",
        },
        answer="c",
        why={
            "a": "só para começar uma task vai quase um segundo, e o scheduler não promete pontualidade de caixa.",
            "b": "são mais leves em outras coisas. Os três orquestram lotes; nenhum foi feito para responder a uma pessoa que espera.",
            "c": "responder a cada evento é trabalho de streaming. O lote diário que prepara o modelo, sim, é de orquestrador.",
        },
    ),
]

# Challenge 1: an integrity test that can fail.

_EXPECTED = ("vendas_fechamento_diario", "ranking_lojas")


def _bag(
    ids: Iterable[str] = _EXPECTED, errors: dict[str, str] | None = None, last: dict[str, Any] | None = None
) -> SimpleNamespace:
    """What a DagBag shows of itself; `last` changes the second task of the last DAG, or its tags."""
    dags = {}
    for dag_id in ids:
        tasks = [
            SimpleNamespace(task_id=name, owner="dados-caju", retries=2) for name in ("conferir", "carregar")
        ]
        dags[dag_id] = SimpleNamespace(
            dag_id=dag_id, tags={"vendas"}, tasks=tasks, task_ids=["conferir", "carregar"]
        )
    for name, value in (last or {}).items():
        dag = dags[list(dags)[-1]]
        setattr(dag if name == "tags" else dag.tasks[-1], name, value)
    return SimpleNamespace(dags=dags, dag_ids=list(dags), import_errors=errors or {}, size=lambda: len(dags))


def _integridade(answer: Callable[[Any], object]) -> str:
    if not callable(answer):
        raise Wrong(f"Aqui se pede uma função, e veio {type(answer).__name__}.")
    bad = {
        "uma pasta vazia (nenhum DAG, nenhum erro)": (_bag(ids=()), ""),
        "um arquivo com erro de importação, e os dois DAGs carregados": (
            _bag(errors={"estoque.py": "SyntaxError"}),
            "",
        ),
        "a falta de um dos DAGs esperados": (_bag(ids=_EXPECTED[:1]), ""),
        "um DAG a mais, que ninguém esperava": (_bag(ids=(*_EXPECTED, "teste_do_joao")), ""),
        "uma task com o dono padrão (`airflow`), a última do último DAG": (
            _bag(last={"owner": "airflow"}),
            "ranking_lojas",
        ),
        "uma task com retries=0, a última do último DAG": (_bag(last={"retries": 0}), "ranking_lojas"),
        "um DAG sem tags": (_bag(last={"tags": set()}), "ranking_lojas"),
    }
    try:
        answer(_bag())
    except AssertionError as error:
        raise Wrong(
            f"O bag bom (tudo certo, dois DAGs) foi recusado: {error or 'AssertionError sem mensagem'}."
        ) from None
    missed = []
    for what, (bag, named) in bad.items():
        try:
            answer(bag)
        except AssertionError as error:
            if named and named not in str(error):
                raise Wrong(
                    f"Você recusou {what}, mas a mensagem ({str(error) or 'vazia'!r}) não diz qual DAG. "
                    "Quem lê o teste vermelho às sete da noite agradece o nome."
                ) from None
        else:
            missed.append(what)
    if missed:
        raise Wrong(
            f"Passou pelo seu teste: {missed[0]}."
            + (f" (E mais {len(missed) - 1} dos 7 casos ruins.)" if missed[1:] else "")
        )
    return "Sete bags ruins recusados, o bom aceito, e cada mensagem diz onde olhar."


# Challenge 2: the end of a migration.

_OLD_TASKS = {"inicio": set(), "compactar": {"inicio"}, "fechar": {"compactar"}}
_DESCRIBE = """
import json as _json

_found = [v for v in list(globals().values()) if type(v).__name__ == "DAG"]
if not _found:
    raise LookupError("nenhum objeto DAG no arquivo")
_dag = _found[0]
_timetable = _dag.timetable
raise SystemExit(_json.dumps({
    "dag_id": _dag.dag_id,
    "schedule": str(getattr(_timetable, "expression", None) or _dag.schedule),
    "tasks": {t.task_id: sorted(t.upstream_task_ids) for t in _dag.tasks},
    "owners": sorted({t.owner for t in _dag.tasks}),
    "retries": sorted({int(t.retries or 0) for t in _dag.tasks}),
    "zone": str(getattr(_dag.timezone, "name", _dag.timezone)),
    "start": str(_dag.start_date),
}))
"""


def _migrar(answer: str) -> str:
    import json

    from curso.lessons import museum

    if not isinstance(answer, str):
        raise Wrong(f"A resposta é o texto do arquivo, entre aspas triplas, e veio {type(answer).__name__}.")
    ast_of = _parsed(answer)
    seen = museum.rodar(answer)
    if seen.erro:
        raise Wrong(f"O arquivo não carrega no Airflow 3.3: {seen.erro}")
    if seen.avisos:
        raise Wrong(f"Carrega, mas com aviso: {seen.avisos[0]}")
    if left := museum.regras(answer):
        code, message = next(iter(left.items()))
        raise Wrong(f"O ruff ainda acha {code}: {message}")
    if any(isinstance(node, ast.Constant) and node.value == "execution_date" for node in ast.walk(ast_of)):
        raise Wrong(
            "`fechar` ainda usa `execution_date`, que não existe mais no contexto: o arquivo carrega e a task falha com "
            "KeyError. Que data dessa execução você quer dizer?"
        )
    described = museum.rodar(answer + _DESCRIBE).erro
    if not described.startswith("SystemExit: "):
        raise Wrong(
            "O arquivo carrega e não deixa nenhum DAG em uma variável: guarde o `DAG(...)` em `dag`, ou use `with DAG(...) as dag:`."
        )
    dag = json.loads(described.removeprefix("SystemExit: "))
    if dag["dag_id"] != "caixa_antigo":
        raise Wrong(
            f"O DAG se chamava `caixa_antigo` e agora é `{dag['dag_id']}`: mudar o nome perde o histórico."
        )
    if "0 2 * * *" not in dag["schedule"]:
        raise Wrong(f"A agenda era `0 2 * * *` e ficou `{dag['schedule']}`.")
    if {name: set(before) for name, before in dag["tasks"].items()} != _OLD_TASKS:
        told = ", ".join(f"{name} depois de {before or 'ninguém'}" for name, before in dag["tasks"].items())
        raise Wrong(f"Eram inicio → compactar → fechar; agora há {told or 'nenhuma task'}.")
    if dag["owners"] != ["dados-caju"] or dag["retries"] != [2]:
        raise Wrong(
            f"Dono e retries eram dados-caju e 2; agora são {', '.join(dag['owners'])} e {dag['retries']}."
        )
    if dag["start"] == "None" or "UTC" in dag["zone"].upper():
        raise Wrong(f"A `start_date` ficou `{dag['start']}`: falta uma data fixa com o fuso de São Paulo.")
    return "Carrega sem um aviso, o ruff não acha nada, e o DAG é o mesmo por fora."


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise Wrong(f"O texto não é Python válido: {error.msg}, linha {error.lineno}.") from None


# Challenge 3: a review.

DAG_PARA_REVISAR = '''\
"""Ranking das lojas por receita, para o painel da diretoria."""

from datetime import datetime, timedelta

from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import dag, task

SENHA_DO_PAINEL = "caju-1234"
LOJAS = [loja for (loja,) in PostgresHook("caju_db").get_records("select nome from licao07b.lojas")]


@dag(
    schedule="0 2 * * *",
    start_date=datetime.now() - timedelta(days=1),
    catchup=False,
    max_active_runs=1,
    tags=["vendas", "diario"],
    default_args={"owner": "dados-caju", "execution_timeout": timedelta(minutes=5), "retries": 0},
)
def ranking_lojas():
    @task
    def extrair():
        dia = str(datetime.now().date() - timedelta(days=1))
        sql = "select loja, centavos from licao07b.vendas where dia = %s"
        return dia, PostgresHook("caju_db").get_records(sql, parameters=(dia,))

    @task
    def gravar(extraido):
        dia, vendas = extraido
        totais = dict.fromkeys(LOJAS, 0)
        for loja, centavos in vendas:
            totais[loja] += centavos
        hook = PostgresHook("caju_db")
        hook.run("delete from licao07b.ranking")
        for posicao, loja in enumerate(sorted(totais, key=lambda loja: (-totais[loja], loja)), start=1):
            hook.run("insert into licao07b.ranking values (%s, %s, %s, %s)", parameters=(dia, posicao, loja, totais[loja]))
        return dia

    @task
    def avisar(dia):
        try:
            print("entrando no painel com", SENHA_DO_PAINEL)
            PostgresHook("caju_db").run("insert into licao07b.avisos values (%s)", parameters=(dia,))
        except Exception:
            pass

    avisar(gravar(extrair()))


ranking_lojas()
'''

_DEFECTS = {
    "SENHA_DO_PAINEL =": "um segredo no código",
    "LOJAS = [": "uma consulta no topo, a cada leitura do arquivo",
    "start_date=datetime.now()": "uma `start_date` que muda a cada leitura",
    '"retries": 0': "nenhum retry, com banco no caminho",
    "dia = str(datetime.now()": "o dia vem do relógio",
    "return dia, PostgresHook": "milhões de linhas por XCom",
    'hook.run("delete': "apaga todos os dias, e em uma transação à parte",
    'hook.run("insert into licao07b.ranking': "uma transação por linha: falhou no meio, ficou pela metade",
    "            pass": "a falha é engolida, e o DAG fica verde",
}
# Lines that look guilty, and what clears them.
_INNOCENT = {
    "catchup=False": "`catchup=False` é o padrão, e está dito: não é defeito",
    "max_active_runs=1": "uma execução por vez é um freio, não um defeito",
    "sql = ": "o SQL usa parâmetro (%s), não um texto montado",
    "enumerate(sorted": "o empate tem critério (o nome): a ordem é sempre a mesma",
    "totais = dict": "as lojas que não venderam entram com zero, de propósito",
    "except Exception": "o defeito deste bloco está uma linha abaixo, no que ele faz com a exceção",
    "print(": "imprimir a senha é consequência: o defeito está onde ela mora",
    "avisos values": "o aviso repetido dói, mas a linha que o esconde é outra",
    "return dia\n": "devolver a data é um bom XCom",
    "hook = PostgresHook": "criar o hook dentro da task é o lugar certo",
}


def _lines_with(fragments: Iterable[str]) -> dict[int, str]:
    lines = DAG_PARA_REVISAR.splitlines(keepends=True)
    return {
        next(number for number, line in enumerate(lines, start=1) if fragment in line): fragment
        for fragment in fragments
    }


def _revisao(answer: Iterable[int]) -> str:
    if isinstance(answer, str | int) or not isinstance(answer, Iterable):
        raise Wrong("A resposta é um conjunto com os números das linhas, como {1, 2, 3}.")
    said = set(answer)
    if not all(isinstance(number, int) for number in said):
        raise Wrong("Use os números das linhas, que estão à esquerda do código.")
    defects, innocent = _lines_with(_DEFECTS), _lines_with(_INNOCENT)
    right, wrong = said & set(defects), sorted(said - set(defects))
    if len(said) > 14:
        raise Wrong(
            f"Você marcou {len(said)} linhas. São nove defeitos: um revisor que aponta tudo não aponta nada."
        )
    score = f"Você achou {len(right)} dos 9"
    if wrong:
        told = _INNOCENT.get(innocent.get(wrong[0], ""), "ela não é um dos nove")
        raise Wrong(f"{score}. Veja a linha {wrong[0]}: {told}.")
    if missing := sorted(set(defects) - said):
        part = (
            "no topo do arquivo"
            if missing[0] < 12
            else "nos argumentos do DAG"
            if missing[0] < 20
            else "dentro das tasks"
        )
        raise Wrong(f"{score}, e tudo o que marcou é defeito. Falta um {part}: refaça as seis perguntas ali.")
    return (
        "Os nove: " + "; ".join(f"{number}, {_DEFECTS[defects[number]]}" for number in sorted(defects)) + "."
    )


# Challenge 4: the refactoring, proved by running it.

_MAX_XCOM = 2000


def _refatorar(dag_id: str) -> str:
    from curso.licao import servico

    if not isinstance(dag_id, str):
        raise Wrong('A resposta é o nome do DAG, entre aspas: "ranking_lojas".')
    airflow, postgres = servico("airflow"), servico("postgres")
    details = airflow.api("GET", f"/dags/{dag_id}/details")
    source = airflow.api("GET", f"/dagSources/{dag_id}")["content"]
    tasks = airflow.api("GET", f"/dags/{dag_id}/tasks")["tasks"]
    _declared(source, details, tasks)
    name = details["fileloc"].rpartition("/")[2]
    airflow.escrever_dag(name, source)
    if airflow.api("GET", f"/dags/{dag_id}/details")["start_date"] != details["start_date"]:
        raise Wrong(
            "Li o arquivo duas vezes e a `start_date` mudou: ela precisa ser uma data escrita, com fuso."
        )

    def ranking(day: str) -> list[tuple[int, str, int]]:
        found = postgres.sql("select * from licao07b.ranking where dia = %s order by posicao, loja", (day,))
        return [(row["posicao"], row["loja"], int(row["centavos"])) for row in found or ()]

    def expected(day: str) -> list[tuple[int, str, int]]:
        found = postgres.sql(
            """select l.nome as loja, coalesce(sum(v.centavos), 0) as total from licao07b.lojas l
               left join licao07b.vendas v on v.loja = l.nome and v.dia = %s group by l.nome""",
            (day,),
        )
        order = sorted((-int(row["total"]), row["loja"]) for row in found)
        return [(place, shop, -total) for place, (total, shop) in enumerate(order, start=1)]

    def run(fires: str) -> Any:
        done = airflow.disparar(dag_id, data=f"{fires}T02:00:00-03:00").esperar(90)
        if done.estado != "success":
            red = [row["task"] for row in done.tasks if row["estado"] == "failed"]
            raise Wrong(
                f"A execução das 02:00 de {fires} terminou em `{done.estado}` (task: {', '.join(red) or 'nenhuma'}): abra o log dela."
            )
        return done

    _let_today_pass(airflow, dag_id)
    _seed(postgres)
    first = run("2026-03-11")
    if not ranking("2026-03-10"):
        days = [
            str(row["dia"]) for row in postgres.sql("select distinct dia from licao07b.ranking order by dia")
        ]
        raise Wrong(
            f"Disparei as 02:00 de 2026-03-11, que processam o dia 10, e o ranking tem {', '.join(days) or 'nenhum dia'}: de onde vem o dia?"
        )
    _same(ranking("2026-03-10"), expected("2026-03-10"), "o dia 10")
    heavy = _heavy_xcom(airflow, first)
    run("2026-03-12")
    _same(ranking("2026-03-11"), expected("2026-03-11"), "o dia 11")
    if not ranking("2026-03-10"):
        raise Wrong("Rodei o dia 11 e o ranking do dia 10 desapareceu: o `delete` precisa de um `where`.")
    postgres.sql(
        "update licao07b.vendas set centavos = centavos + 5000 where dia = '2026-03-10' and loja = 'Belém'"
    )
    run("2026-03-11")
    if len(ranking("2026-03-10")) > 4:
        raise Wrong(
            f"O dia 10 rodou de novo e tem {len(ranking('2026-03-10'))} linhas para 4 lojas: somou em vez de trocar."
        )
    _same(ranking("2026-03-10"), expected("2026-03-10"), "o dia 10, corrigido e rodado de novo,")
    warned = [
        str(row["dia"])
        for row in postgres.sql("select dia from licao07b.avisos where dia < '2026-04-01' order by dia")
    ]
    if warned != ["2026-03-10", "2026-03-11"]:
        raise Wrong(
            f"Os dias 10 (duas vezes) e 11 rodaram, e há avisos de: {', '.join(warned) or 'nenhum dia'}. É um por dia."
        )
    if heavy:
        raise Wrong(
            f"Os números estão certos, mas a task `{heavy[0]}` deixou {heavy[1]:,} caracteres em um XCom. Passe só o bilhete."
        )
    return "Dois dias, uma correção e uma segunda vez: o ranking certo, um aviso por dia, o topo leve e nada escondido."


def _let_today_pass(airflow: Any, dag_id: str) -> None:
    """Unpausing a DAG with a schedule starts the run of its last tick: out of the way before anything is measured."""
    airflow.ativar(dag_id)
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        if runs := [run for run in airflow.execucoes(dag_id) if run.tipo == "scheduled"]:
            for run in runs:
                run.esperar(90)
            return
        time.sleep(0.5)


def _seed(postgres: Any) -> None:
    postgres.sql("truncate licao07b.ranking")
    postgres.sql("truncate licao07b.avisos")
    postgres.sql("delete from licao07b.vendas")
    postgres.sql("""
        insert into licao07b.vendas
        select dia, (array['Recife', 'Belém', 'Goiânia'])[1 + n % 3], case when n % 3 < 2 then 1000 else 100 + n end
        from generate_series(date '2026-03-09', '2026-03-12', interval '1 day') as dia, generate_series(1, 300) as n
    """)  # Recife and Belém tie


def _same(seen: list[tuple[int, str, int]], due: list[tuple[int, str, int]], what: str) -> None:
    if seen == due:
        return
    if {shop for _, shop, _ in due} - {shop for _, shop, _ in seen}:
        raise Wrong(
            f"No ranking, {what} tem {len(seen)} lojas das 4: a que não vendeu também entra, com zero."
        )
    if sorted(cents for *_, cents in seen) == sorted(cents for *_, cents in due):
        raise Wrong(
            f"No ranking, {what} tem os totais certos e as posições não: no empate vem antes a loja cujo nome vem antes."
        )
    told = ", ".join(f"{place}º {shop} {cents}" for place, shop, cents in seen[:5])
    raise Wrong(f"No ranking, {what} saiu assim: {told}. Não é a soma das vendas daquele dia.")


def _heavy_xcom(airflow: Any, run: Any) -> tuple[str, int] | None:
    from sqlalchemy import create_engine, text

    with create_engine(airflow.banco).connect() as connection:
        sizes = connection.execute(
            text(
                "select task_id, length(value) from xcom where dag_id = :dag and run_id = :run order by 2 desc"
            ),
            {"dag": run.dag, "run": run.id},
        ).all()
    return next(((str(task), int(size)) for task, size in sizes if size and int(size) > _MAX_XCOM), None)


def _declared(source: str, details: dict[str, Any], tasks: list[dict[str, Any]]) -> None:
    tree = _parsed(source)
    if "caju-1234" in source:
        raise Wrong("A senha do painel continua no arquivo, e quem abre a aba Code a lê.")
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and not any(
            ast.unparse(d).partition("(")[0] == "dag" for d in node.decorator_list
        ):
            inside |= {id(part) for statement in node.body for part in ast.walk(statement)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and id(node) not in inside:
            called = ast.unparse(node.func)
            if called.endswith(
                (".get_records", ".get_first", ".run", "Variable.get", "BaseHook.get_connection", ".get_conn")
            ):
                raise Wrong(
                    f"Na linha {node.lineno}, `{called}(...)` ainda roda a cada leitura do arquivo: ponha em uma task."
                )
        if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body):
            raise Wrong(
                f"Na linha {node.lineno} uma exceção ainda é engolida com `pass`: a task ficaria verde sem ter feito o trabalho."
            )
    if "0 2 * * *" not in str(details["timetable_summary"]):
        raise Wrong(f"A agenda era todo dia às 02:00 e ficou `{details['timetable_summary']}`.")
    for one in tasks:
        if one["owner"] == "airflow":
            raise Wrong(
                f"A task `{one['task_id']}` está com o dono padrão, `airflow`, que é o mesmo que ninguém."
            )
        if not one["retries"]:
            raise Wrong(f"A task `{one['task_id']}` não tenta de novo: `retries` é {one['retries'] or 0}.")
        if not one["execution_timeout"]:
            raise Wrong(
                f"A task `{one['task_id']}` pode ficar pendurada para sempre: falta `execution_timeout`."
            )


CHALLENGES = [
    Challenge(
        id="07b.integridade",
        title="Um teste que sabe falhar",
        hints=(
            "Comece pelo `bag` vazio: que comparação o recusa?",
            "`set(bag.dags) == ESPERADOS` cuida do vazio, do que falta e do que sobra. Depois, um laço por DAG e outro por task.",
            'Dentro do laço: `assert dag.tags, f"{dag_id}: sem tags"` e, para cada task, `assert task.owner != "airflow", '
            'f"{dag_id}.{task.task_id}: sem dono"` e `assert task.retries, f"{dag_id}.{task.task_id}: sem retries"`.',
        ),
        check=_integridade,
    ),
    Challenge(
        id="07b.migrar",
        title="O caixa antigo no Airflow 3",
        hints=(
            "Comece de `meio_novo`, que o ruff já consertou pela metade: `print(meio_novo)`, copie e continue dali.",
            'Saem `days_ago`, `sla` e `provide_context`. `start_date` vira `pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo")`, '
            "e no lugar de `execution_date` há `logical_date` e `data_interval_end`.",
            "`from airflow.sdk import DAG`, `from airflow.providers.standard.operators.bash import BashOperator`, `...python import PythonOperator`, "
            '`...empty import EmptyOperator`; e `context["data_interval_end"]` dentro de `somar`.',
        ),
        check=_migrar,
    ),
    Challenge(
        id="07b.revisao",
        title="Nove defeitos",
        hints=(
            "Dois estão antes do `@dag`, dois nos argumentos dele, e cinco dentro das tasks.",
            "Nas tasks: de onde vem o dia, o que viaja por XCom, o que o `delete` apaga, quantas transações há e quem fica sabendo de uma falha.",
            "Antes do `@dag`: as duas constantes. Nos argumentos: `start_date` e `retries`. Em `extrair`: a primeira e a última linha; em `gravar`: "
            "os dois `hook.run`; em `avisar`: a última linha. Agora é só contar os números.",
        ),
        check=_revisao,
    ),
    Challenge(
        id="07b.refatorar",
        title="O ranking que deixa dormir",
        hints=(
            "Vá na ordem das seis perguntas. Se o ranking couber em um SQL só, metade dos defeitos some de uma vez.",
            'Um `hook.run([delete do dia, insert do dia], parameters={"dia": dia})` é uma transação. O insert pode ser um `select` com '
            "`row_number() over (order by total desc, nome)` sobre `lojas left join vendas`. E para um aviso por dia: `on conflict do nothing`.",
            '`def gravar(data_interval_end=None): dia = data_interval_end.in_timezone("America/Sao_Paulo").subtract(days=1).to_date_string()`, '
            'o `hook.run` com a lista, `return dia`. `start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo")`, `"retries": 2`, e `avisar(dia)` sem try.',
        ),
        check=_refatorar,
        dag=True,
    ),
]
