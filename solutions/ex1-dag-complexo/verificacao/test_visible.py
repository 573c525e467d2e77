"""The visible criteria of exercise 1."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from autograder.judge import (
    SeenRun,
    Unmet,
    Waits,
    criterion,
    differing_rows,
    expect,
    run_of,
    share_of_rows,
)
from autograder.judge.checks import only_dag, parse_of
from autograder.model.evidence import Evidence
from autograder.model.reports.airflow import DagSeen, Effect, TaskRun, TaskSeen

DAG_ID = "vendas_diarias"
ZONE = ZoneInfo("America/Sao_Paulo")
MAX_PARSE_SECONDS = 5.0
MIN_TASKS = 10
MAX_MAPPED_COUNT = 5  # one mapped task counts as its instances, up to the five regions
MIN_EFFECTS = 6
MIN_RIGHT = 3  # destinations that agree before what the run tells of its own tasks is believed
ENOUGH_ROWS = 0.5  # of a table's rows: a mistake in some of them is the numbers' question
EMPTY = "airflow.providers.standard.operators.empty.EmptyOperator"
BASH = "airflow.providers.standard.operators.bash.BashOperator"
SQL = (
    "airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator",
    "airflow.providers.common.sql.operators.sql.BaseSQLOperator",
)
PYTHON = "airflow.providers.standard.operators.python.PythonOperator"
AGGREGATES = ("vendas_por_regiao", "vendas_por_categoria", "ranking_lojas", "metas_do_dia", "resumo_diario")
NUMBERS = ("qualidade", "vendas", "vendas_por_regiao", "vendas_por_categoria", "ranking_lojas")
AFTER_THE_BRANCH = ("metas_do_dia", "resumo_diario")
SQL_IN_SHELL = ("sqlite3", "psql", "python")


def the_dag(evidence: Evidence, step: str = "carga/hoje") -> DagSeen:
    """The one DAG of the file. Raises Unmet where it is not there."""
    return only_dag(evidence, step, DAG_ID)


@criterion("carrega")
def test_loads(evidencia: Evidence) -> None:
    the_dag(evidencia)


@criterion("parse-sem-io")
def test_parses_in_an_empty_world(evidencia: Evidence) -> None:
    wanted = "Carregar o arquivo só descreve o DAG: não lê, não grava, não consulta nada."
    full = parse_of(evidencia, "carga/hoje")
    touched = sorted({*full.touched, *parse_of(evidencia, "vazio/hoje").touched})
    expect(not touched, wanted, f"Ao carregar, ele {', '.join(touched[:3])}.")
    try:
        the_dag(evidencia, "vazio/hoje")
    except Unmet as unmet:
        seen = f"Em um ambiente vazio (sem Variable, connection ou pasta) ele não carrega: {unmet.seen}"
        raise Unmet(wanted, seen, log=unmet.log) from None
    expect(
        full.seconds < MAX_PARSE_SECONDS,
        "O arquivo carrega em menos de 5 s: o Airflow o carrega de novo o tempo todo.",
        f"Aqui levou {full.seconds:.0f} s.",
    )


@criterion("agenda")
def test_schedule(evidencia: Evidence) -> None:
    dag = the_dag(evidencia)
    wanted = "O DAG dispara todos os dias às 02:00 de São Paulo."
    runs = [datetime.fromisoformat(text).astimezone(ZONE) for text in dag.next_runs]
    expect(runs, wanted, "O scheduler não dispararia nenhuma execução em março de 2026.")
    hours = sorted({f"{run:%H:%M}" for run in runs})
    expect(hours == ["02:00"], wanted, f"Ele dispararia às {', '.join(hours[:3])} (relógio de São Paulo).")
    days = {run.date() for run in runs}
    expect(
        len(days) == len(runs) and len(days) >= 9,
        wanted,
        f"Em dez dias de março dispararia {len(runs)} vez(es).",
    )
    expect(
        dag.start_date_has_timezone,
        "A start_date diz o seu fuso.",
        "A start_date está sem fuso (ou não foi dita): o Airflow a entende em UTC.",
    )
    expect(
        dag.start_date == the_dag(evidencia, "carga/outro-dia").start_date,
        "A start_date é fixa.",
        "Carregado em outro dia, o arquivo dá outra start_date: ela depende do relógio.",
    )
    assert dag.start_date is not None
    expect(
        datetime.fromisoformat(dag.start_date).astimezone(ZONE).date().isoformat() <= "2026-01-01",
        "A start_date não passa de 1º de janeiro de 2026.",
        f"A start_date do seu DAG é {dag.start_date[:10]}.",
    )
    expect(
        dag.catchup_said,
        "O DAG diz se quer catchup: quem lê não precisa saber o padrão.",
        "O DAG não escreve catchup= em lugar nenhum.",
    )


@criterion("fan-out")
def test_fan_out_and_join(evidencia: Evidence) -> None:
    dag = the_dag(evidencia)
    tasks = {task.id: task for task in dag.tasks}
    orphans = [t.id for t in dag.tasks if not t.upstream and not t.downstream]
    wanted = "O DAG abre em três ramos ou mais, e uma task espera por todos; nenhuma task fica solta."
    expect(not orphans, wanted, f"Sem ligação com as outras: {', '.join(orphans[:3])}.")
    expect(len(_connected(tasks)) == len(tasks), wanted, "Há dois grupos de tasks sem ligação entre si.")
    joined = any(_joins_after(tasks, task) for task in tasks.values())
    expect(joined, wanted, "Nenhuma task junta de novo três ramos que saíram de uma mesma task.")


def _connected(tasks: dict[str, TaskSeen]) -> set[str]:
    """All tasks that can be reached from the first one, whatever the direction of the arrows."""
    reached: set[str] = set()
    waiting = [next(iter(tasks))]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [n for n in (*tasks[name].upstream, *tasks[name].downstream) if n in tasks]
    return reached


def _joins_after(tasks: dict[str, TaskSeen], start: TaskSeen) -> bool:
    """True where three branches that leave `start` meet again in one task."""
    if start.mapped and start.downstream:
        return True  # the task after a mapped one waits for all of its instances
    met: dict[str, set[str]] = defaultdict(set)
    for branch in start.downstream:
        waiting, seen = [branch], set()
        while waiting:
            name = waiting.pop()
            for after in tasks[name].downstream:
                met[after].add(branch)
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
    return any(len(branches) >= 3 for branches in met.values())


@criterion("numeros-do-dia")
def test_numbers_of_the_day(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    run = run_of(evidencia, "dia-util/primeira")
    day = esperado["workday"]
    failures = run.failures()
    differences = []
    for table in (*NUMBERS, *AFTER_THE_BRANCH):
        seen, right = _of_day(run.step.tables, table, day), day["tables"][table]
        if table in AFTER_THE_BRANCH:
            if seen == [] and not failures:
                continue  # whether the branch let it come about is another criterion's question
            right = [{k: v for k, v in row.items() if k != "tipo_dia"} for row in right]
        differences += differing_rows(table, seen, right, visible=True)
    wanted = f"As tabelas têm as linhas certas de {day['date']}, o dia anterior ao disparo."
    if differences:
        words = f"Diferem: {', '.join(dict.fromkeys(table for table, _ in differences))}."
        if failures:
            words = f"A execução falhou em {failures}. {words}"
        raise Unmet(wanted, words, rows=differences, log=run.log())
    expect(not failures, "A execução de um dia bom termina verde.", f"Falhou: {failures}.", log=run.log())
    notices = [name for name in run.step.files if name.startswith("avisos/")]
    if not notices:
        return  # a notice that never came about is told with the join after the branch
    notice = run.step.files.get(f"avisos/{day['date']}.txt")
    wanted = f"O aviso está em avisos/{day['date']}.txt."
    expect(notice, wanted, f"Em avisos/ há: {', '.join(notices[:3])}.")
    assert notice is not None
    summary = _of_day(run.step.tables, "resumo_diario", day) or [{}]
    kind = str(summary[0].get("tipo_dia", "util"))  # whether it is the right one is the branch's question
    expect(
        (notice.text or "").split() == [kind if word == "util" else word for word in day["notice"].split()],
        "O aviso tem, em uma linha: dia, tipo do dia, vendas e receita em centavos.",
        f"O aviso diz: {(notice.text or notice.note).strip()[:120]}",
    )


def _of_day(tables: dict[str, list[Any]], table: str, day: dict[str, Any]) -> list[Any] | None:
    rows = tables.get(table)
    return None if rows is None else [row for row in rows if row.get("data") == day["date"]]


def _must_rest_on_work(run: SeenRun, day: dict[str, Any]) -> None:
    """Which task did what is told from inside the run: it counts where the warehouse, read from outside, agrees."""
    files = {f"arquivo/vendas_{day['date']}.csv.gz": day["file"], f"avisos/{day['date']}.txt": day["notice"]}
    right = [
        name for name, text in files.items()
        if name in run.step.files and (run.step.files[name].text or "").strip() == text.strip()
    ]  # fmt: skip
    for table, rows in day["tables"].items():
        if share_of_rows(_of_day(run.step.tables, table, day), rows) >= ENOUGH_ROWS:
            right.append(table)
    if len(right) < MIN_RIGHT:
        raise Waits(
            f"Espera que pelo menos {MIN_RIGHT} destinos do dia (tabelas ou arquivos) saiam certos, ao menos em boa parte; "
            f"aqui são {len(right)}."
        )


@criterion("dez-tarefas")
def test_ten_tasks_that_work(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    dag = the_dag(evidencia)
    run = run_of(evidencia, "dia-util/primeira")
    _must_rest_on_work(run, esperado["workday"])
    kinds = {task.id: task.kinds for task in dag.tasks}
    instances: dict[str, int] = defaultdict(int)
    for task in run.report.tasks:
        if EMPTY not in kinds.get(task.id, (EMPTY,)):
            instances[task.id] += 1
    count = sum(min(n, MAX_MAPPED_COUNT) for n in instances.values())
    if count < MIN_TASKS:
        run.must_have_worked()
    expect(
        count >= MIN_TASKS,
        "O DAG tem dez tasks ou mais que trabalham (EmptyOperator não conta; uma mapeada vale até cinco).",
        f"No seu DAG são {count}.",
    )
    there = {
        *run.step.files,
        *(t for t in run.step.tables if _of_day(run.step.tables, t, esperado["workday"])),
    }
    owners: dict[tuple[str, int], frozenset[Effect]] = {
        (t.id, t.map_index): frozenset(e for e in t.effects if e.target in there) for t in run.report.tasks
    }
    distinct = len(
        {frozenset((e.target, e.signature) for e in effects) for effects in owners.values() if effects}
    )
    if distinct < MIN_EFFECTS:
        run.must_have_worked()
    expect(
        distinct >= MIN_EFFECTS,
        "Pelo menos seis tasks deixam, cada uma, um efeito próprio no armazém ou nas pastas.",
        f"Aqui foram {distinct}; as outras não mudaram nada que se veja.",
    )


@criterion("operadores")
def test_operators_fit_their_work(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    dag = the_dag(evidencia)
    run = run_of(evidencia, "dia-util/primeira")
    declared = {task.id: task for task in dag.tasks}
    day = esperado["workday"]
    _must_rest_on_work(run, day)
    archive = f"arquivo/vendas_{day['date']}.csv.gz"
    if archive not in run.step.files:
        run.must_have_worked()
    _archived_by_shell(run.step.files.get(archive), archive, day, run.report.tasks, declared)

    by_sql = {e.target for t in run.report.tasks if _is(declared, t.id, *SQL) for e in t.effects}
    written = sorted(by_sql & set(AGGREGATES))
    if len(written) < 3:
        run.must_have_worked()
    expect(
        len(written) >= 3,
        "Pelo menos três das tabelas agregadas são gravadas por SQLExecuteQueryOperator: a conta é do banco.",
        f"Foram gravadas por SQL: {', '.join(written) or 'nenhuma das tabelas'}.",
    )
    expect(
        any(_is(declared, t.id, PYTHON) for t in run.report.tasks),
        "Há pelo menos três tipos de operator: SQL, shell e Python.",
        "Nenhuma task em Python (@task ou PythonOperator).",
    )
    for task in run.report.tasks:
        wanted = "Cada operator faz o trabalho da sua família."
        if _is(declared, task.id, PYTHON) and task.processes:
            raise Unmet(
                wanted, f"A task Python {task.id} executa um programa: isso é trabalho de BashOperator."
            )
        if _is(declared, task.id, BASH):
            # What it really executed tells also what a template or @task.bash has put together.
            words = " ".join((declared[task.id].command, *task.processes)).replace("/", " ").split()
            wrong = [word for word in SQL_IN_SHELL if any(w.startswith(word) for w in words)]
            expect(
                not wrong,
                wanted,
                f"A task de shell {task.id} chama {', '.join(wrong)}: há um operator para isso.",
            )


def _archived_by_shell(
    file: Any,
    name: str,
    day: dict[str, Any],
    tasks: tuple[TaskRun, ...],
    declared: dict[str, TaskSeen],
) -> None:
    wanted = f"{name} é uma cópia compactada do arquivo do dia, feita com BashOperator."
    expect(file, wanted, "O arquivo não existe depois da execução.")
    content = "O conteúdo não é o do arquivo do dia." if file.text is not None else f"O arquivo {file.note}."
    expect(file.text == day["file"], wanted, content)
    makers = [t.id for t in tasks for e in t.effects if e.target == name]
    expect(
        any(_is(declared, maker, BASH) for maker in makers),
        wanted,
        f"Quem o gravou foi {', '.join(makers) or 'ninguém que se veja'}, que não é um BashOperator.",
    )


def _is(declared: dict[str, TaskSeen], task_id: str, *kinds: str) -> bool:
    task = declared.get(task_id)
    return task is not None and any(kind in task.kinds for kind in kinds)


@criterion("metadados")
def test_metadata(evidencia: Evidence) -> None:
    dag = the_dag(evidencia)
    run = run_of(evidencia, "dia-util/primeira")
    nameless = [t.id for t in dag.tasks if t.owner.strip().lower() in ("", "airflow")]
    expect(
        not nameless,
        "Toda task tem um dono (owner) que não é o padrão.",
        f"Estão sem dono: {', '.join(nameless[:3])}.",
    )
    expect(dag.tags, "O DAG tem ao menos uma tag.", "O DAG não tem nenhuma tag.")
    expect(
        len(dag.doc.strip()) >= 40,
        "O DAG explica em doc_md o que faz.",
        "O doc_md está vazio ou curto demais.",
    )
    writers = {t.id for t in run.report.tasks if any(e.target != "qualidade" for e in t.effects)}
    without = [t.id for t in dag.tasks if t.id in writers and t.retries < 1]
    expect(
        not without,
        "Toda task que grava dados tem retries (a do portão de qualidade pode ficar sem).",
        f"Estão sem retries: {', '.join(without[:3])}.",
    )


@criterion("rodar-duas-vezes")
def test_same_day_twice(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    first = run_of(evidencia, "dia-util/primeira")
    second = run_of(evidencia, "dia-util/segunda")
    wanted = "Rodar o mesmo dia outra vez deixa cada tabela como estava, nesse dia e nos outros."
    failures = second.failures()
    expect(not failures, wanted, f"A segunda execução falhou em {failures}.", log=second.log())
    day = esperado["workday"]["date"]
    for table, rows in first.step.tables.items():
        again = second.step.tables.get(table)
        differences = differing_rows(table, again, rows, visible=True)
        if differences:
            raise Unmet(
                wanted, f"{table} tinha {len(rows)} linhas e ficou com {len(again or [])}.", rows=differences
            )
        others = [row for row in rows if row.get("data") != day]
        history = {"plantao": 0}.get(table, 1)
        expect(len(others) >= history, wanted, f"As linhas de dias anteriores sumiram de {table}.")
    expect(
        f"entrada/vendas_{day}.csv" in second.step.files,
        wanted,
        "O arquivo de entrada sumiu: sem ele o dia não pode ser refeito.",
    )
