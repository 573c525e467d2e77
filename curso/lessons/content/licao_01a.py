"""Lesson 01a: Airflow's first DAG, who does what, arrows and XCom."""

from __future__ import annotations

import json
from typing import Any

from curso.lessons.challenge import Challenge, Wrong
from curso.lessons.prediction import Prediction

PREDICTIONS = [
    Prediction(
        id="01a.ciclo",
        question="O que o Airflow faz com um DAG em que somar → conferir → somar?",
        options={
            "a": "roda as duas tasks em círculo, até alguém pausar o DAG",
            "b": "roda cada uma uma vez, e ignora a seta de volta",
            "c": "recusa o arquivo: o DAG nem aparece",
        },
        answer="c",
        why={
            "a": "Um círculo não teria fim, e uma execução precisa acabar para ter um resultado. O Airflow procura ciclos já na leitura do arquivo.",
            "b": "Ignorar uma seta seria desobedecer em silêncio. O Airflow prefere dizer não: o arquivo vira um erro de importação.",
            "c": "Isso: o A de DAG é levado a sério. O ciclo é procurado na leitura do arquivo, antes de qualquer execução.",
        },
    ),
    Prediction(
        id="01a.parse",
        question="Você salva o arquivo com uma task a mais. O que precisa acontecer para a UI mostrar a task nova?",
        options={
            "a": "reiniciar o Airflow, como um servidor web que carrega o código ao subir",
            "b": "nada: o DAG processor relê os arquivos da pasta o tempo todo",
            "c": "rodar o DAG: o scheduler lê o arquivo quando vai executá-lo",
        },
        answer="b",
        why={
            "a": "Nenhum programa foi reiniciado, e a mudança apareceu: há um programa cujo único trabalho é reler a pasta.",
            "b": "Isso. O DAG processor lê, grava o desenho no banco, e todos os outros olham o banco.",
            "c": "Nenhuma execução aconteceu entre o antes e o depois. E o scheduler nunca abre o seu arquivo: ele trabalha com o desenho que está no banco.",
        },
    ),
    Prediction(
        id="01a.processo",
        question="Em que processo roda o código de uma task?",
        options={
            "a": "dentro do scheduler, que é quem decide que ela pode começar",
            "b": "no API server, que responde aos pedidos",
            "c": "em um processo novo, só dela, que acaba junto com ela",
        },
        answer="c",
        why={
            "a": "O scheduler é o avô. Se o seu código rodasse dentro dele, um erro seu derrubaria a agenda de todo mundo.",
            "b": "O API server só conversa: a task fala com ele para ler e gravar o que precisa, mas roda em outro lugar.",
            "c": "Isso: cada tentativa de cada task tem o próprio processo, que o executor mandou criar.",
        },
    ),
    Prediction(
        id="01a.sem-task-ids",
        question='No Airflow 3, o que devolve ti.xcom_pull(key="raw_data"), sem task_ids?',
        options={
            "a": "o valor: a chave é única na execução, e basta ela",
            "b": "None, sem erro nenhum",
            "c": "um erro dizendo que falta task_ids",
        },
        answer="b",
        why={
            "a": "Era assim no Airflow 2. No 3, sem task_ids, a busca é só nos recados da própria task que está perguntando.",
            "b": "Isso, e por isso é perigoso: a task procura nos próprios recados, não acha, recebe None e segue.",
            "c": "Seria melhor! Mas a chamada é válida: sem task_ids, a task procura nos próprios recados, não acha, e recebe None.",
        },
    ),
    Prediction(
        id="01a.limites",
        question="Quais das três tasks falham?",
        options={
            "a": "só a que devolve a conexão",
            "b": "a que devolve a conexão e a que devolve 2.000 itens para expand; a das 60 mil linhas passa",
            "c": "as três: cada uma passa de um limite do XCom",
        },
        answer="b",
        why={
            "a": "A conexão falha mesmo, porque não vira texto. Mas os 2.000 itens também: passam de 1.024, o limite de tasks que nascem de uma lista.",
            "b": "Isso. E a que passou é a que merece medo: o banco do Airflow aceitou megabytes calado.",
            "c": "O Airflow não tem um limite de bytes para o XCom: quem pode ter é o banco por trás. As 60 mil linhas entraram.",
        },
    ),
]


def _airflow() -> Any:
    from curso.licao import servico

    return servico("airflow")


def expect_dag(answer: object, dag_id: str) -> Any:
    """The client, once it is sure that the answer is the asked for DAG and that Airflow knows it."""
    from curso.services.service import ServiceError

    if answer != dag_id:
        raise Wrong(f'A resposta deste desafio é o dag id, entre aspas: "{dag_id}".')
    airflow = _airflow()
    try:
        airflow.api("GET", f"/dags/{dag_id}")
    except ServiceError:
        raise Wrong(
            f"O Airflow não conhece nenhum {dag_id}. Rode a célula do %%dag, confira o dag id e veja se ela não mostrou um erro."
        ) from None
    return airflow


def named(tasks: list[dict[str, Any]], *names: str) -> dict[str, dict[str, Any]]:
    found = {task["task_id"]: task for task in tasks}
    for name in names:
        if name not in found:
            raise Wrong(f"Não vi a task {name}. As que o DAG tem: {', '.join(sorted(found)) or 'nenhuma'}.")
    return found


def run_dag(airflow: Any, dag_id: str, seconds: float = 90) -> Any:
    from curso.services.service import ServiceError

    try:
        return airflow.disparar(dag_id).esperar(seconds)
    except ServiceError as error:
        raise Wrong(f"A execução não chegou ao fim: {error}") from None


def _left(task: Any) -> Any:
    """What the task returned; None where it left nothing."""
    from curso.services.service import ServiceError

    try:
        return task.xcom()
    except ServiceError:
        return None


def why_failed(task: Any) -> str:
    lines = [line for line in task.log().splitlines() if "Error" in line or "Exception" in line]
    return lines[-1].strip()[:160] if lines else "o log não diz"


def _estoque(answer: object) -> str:
    airflow = expect_dag(answer, "caju_estoque")
    dag = airflow.api("GET", "/dags/caju_estoque/details")
    tasks = named(airflow.tarefas("caju_estoque"), "contar", "avisar")
    if not dag["description"]:
        raise Wrong("O DAG está sem `description`: quem abrir a UI não sabe para que ele serve.")
    if "estoque" not in [tag["name"] for tag in dag["tags"]]:
        raise Wrong("Não vi a tag estoque. tags recebe uma lista, mesmo que seja de uma só.")
    if dag["timetable_summary"] != "0 6 * * *":
        raise Wrong(
            f"A agenda que o Airflow vê é {dag['timetable_summary'] or 'nenhuma'}. Minuto e hora vêm nesta ordem: todo dia às 06:00."
        )
    if not str(dag["next_dagrun_run_after"]).endswith("T09:00:00Z"):  # 06:00 in São Paulo
        raise Wrong(
            f"São 06:00, mas não em São Paulo: a próxima execução está marcada para {dag['next_dagrun_run_after']} (UTC). O cron segue o fuso da start_date: dê um a ela com pendulum.datetime(..., tz=...)."
        )
    if not str(dag["start_date"]).startswith("2026-01-01T03:00"):
        raise Wrong(
            f"A start_date ficou em {dag['start_date']} (UTC), e devia ser 1º de janeiro de 2026 em São Paulo."
        )
    if dag["catchup"]:
        raise Wrong("Com catchup=True nasceria uma execução para cada dia desde janeiro.")
    for name, task in tasks.items():
        if task["owner"] != "estoque-caju":
            raise Wrong(
                f"O owner de {name} é {task['owner']}. Em default_args, uma linha resolve para todas."
            )
        if task["retries"] != 2:
            raise Wrong(
                f"A task {name} tem retries={task['retries']:g}: são duas novas tentativas, em toda task."
            )
    if "avisar" not in tasks["contar"]["downstream_task_ids"]:
        raise Wrong(
            "contar e avisar estão lá, mas sem uma seta de uma para a outra: elas rodariam ao mesmo tempo."
        )
    return (
        "Agenda, fuso, dono, tentativas e seta: tudo declarado em um lugar só, e quem chegar amanhã entende."
    )


ARROWS = {
    ("baixar", "conferir"),
    *(("conferir", region) for region in ("norte", "nordeste", "centro_oeste", "sudeste", "sul")),
    *((region, "somar") for region in ("norte", "nordeste", "centro_oeste", "sudeste", "sul")),
    ("somar", "painel"),
    ("somar", "email"),
}


def _setas(answer: object) -> str:
    airflow = expect_dag(answer, "caju_fechamento")
    tasks = named(airflow.tarefas("caju_fechamento"), *sorted({name for arrow in ARROWS for name in arrow}))
    seen = {(name, after) for name, task in tasks.items() for after in task["downstream_task_ids"]}
    missing, extra = sorted(ARROWS - seen), sorted(seen - ARROWS)
    if missing:
        first = " → ".join(missing[0])
        raise Wrong(
            f"Falta{'m' if len(missing) > 1 else ''} {len(missing)} seta{'s' if len(missing) > 1 else ''}; uma delas é {first}."
        )
    if extra:
        raise Wrong(f"Há uma seta que o desenho não tem: {' → '.join(extra[0])}.")
    return "O desenho bate, seta por seta. As cinco regiões andam juntas, e somar espera as cinco."


def _size(value: Any) -> int:
    return len(json.dumps(value, default=str))


def _referencia(answer: object) -> str:
    airflow = expect_dag(answer, "caju_endereco")
    named(airflow.tarefas("caju_endereco"), "extrair", "somar")
    run = run_dag(airflow, "caju_endereco")
    for name in ("extrair", "somar"):
        if run[name].estado != "success":
            raise Wrong(f"A task {name} terminou {run[name].estado}: {why_failed(run[name])}")
    message = _left(run["extrair"])
    if _size(message) > 1_000:
        raise Wrong(
            f"O recado de extrair ainda tem {_size(message):,} caracteres.".replace(",", ".")
            + " As vendas ficam no arquivo; no XCom vai só o caminho dele."
        )
    if not isinstance(message, str):
        raise Wrong(f"extrair devolveu {message!r}. Devolva o caminho como texto: str(caminho).")
    total, expected = _left(run["somar"]), sum(n % 500 for n in range(20_000))
    if total != expected:
        raise Wrong(f"somar devolveu {total!r}, e o total das 20 mil vendas é {expected}.")
    return f"O recado caiu para {_size(message)} caracteres, e o total continua certo: {total} centavos."


def _taskflow(answer: object) -> str:
    airflow = expect_dag(answer, "caju_ticket")
    tasks = named(airflow.tarefas("caju_ticket"), "buscar", "ticket_medio", "anunciar")
    for name, task in tasks.items():
        if "Decorated" not in str((task["class_ref"] or {}).get("class_name")) and not str(
            task["operator_name"]
        ).startswith("@task"):
            raise Wrong(f"{name} ainda é um {task['operator_name']}: em TaskFlow, é uma função com @task.")
    if "ticket_medio" not in tasks["buscar"]["downstream_task_ids"]:
        raise Wrong(
            "ticket_medio não depende de buscar: passe o resultado de uma chamada como argumento da outra."
        )
    if "anunciar" not in tasks["ticket_medio"]["downstream_task_ids"]:
        raise Wrong(
            "anunciar não depende de ticket_medio: passe o resultado de uma chamada como argumento da outra."
        )
    run = run_dag(airflow, "caju_ticket")
    for name in ("buscar", "ticket_medio", "anunciar"):
        if run[name].estado != "success":
            raise Wrong(f"A task {name} terminou {run[name].estado}: {why_failed(run[name])}")
    average = _left(run["ticket_medio"])
    if average != 18032:
        raise Wrong(f"ticket_medio devolveu {average!r}, e a conta das quatro vendas dá 18032.")
    return "Nenhum xcom_pull à vista, as setas nasceram dos argumentos, e o ticket médio é 18032 centavos."


CHALLENGES = [
    Challenge(
        id="01a.estoque",
        title="O DAG do estoque",
        hints=(
            "Compare, linha por linha, com o caju_resumo: todos os argumentos de que você precisa estão lá.",
            "O que é do DAG (agenda, início, tags, `description`, `catchup`) vai em `DAG(...)`; o que se repete nas tasks (`owner`, `retries`) vai em `default_args`.",
            'No alto, `import pendulum`. Depois, `DAG("caju_estoque", description="...", schedule="0 6 * * *", start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"), '
            'catchup=False, tags=["estoque"], default_args={"owner": "estoque-caju", "retries": 2})`. No fim, '
            '`avisar = PythonOperator(task_id="avisar", python_callable=print, dag=dag)` e `contar >> avisar`.',
        ),
        check=_estoque,
        dag=True,
    ),
    Challenge(
        id="01a.setas",
        title="O fechamento do dia",
        hints=(
            "Que formas aparecem no desenho? Uma fila, um leque que abre, um leque que fecha, e outro que abre.",
            "Uma lista de um lado só do >> abre ou fecha um leque: a >> [b, c] >> d.",
            "`baixar >> conferir >> regioes >> somar >> [painel, email]`, com `somar`, `painel` e `email` criados antes.",
        ),
        check=_setas,
        dag=True,
    ),
    Challenge(
        id="01a.referencia",
        title="Só o endereço",
        hints=(
            "O que precisa sair de extrair para somar achar as vendas?",
            "Crie a pasta (PASTA.mkdir(exist_ok=True)), grave com json.dumps e devolva o caminho como texto.",
            'arquivo = PASTA / "vendas.json"; arquivo.write_text(json.dumps(vendas)); return str(arquivo). Em somar: json.loads(Path(caminho).read_text()).',
        ),
        check=_referencia,
        dag=True,
    ),
    Challenge(
        id="01a.taskflow",
        title="Reescreva em TaskFlow",
        hints=(
            "Em TaskFlow, quem carrega o dado de uma task para a outra é o argumento da função.",
            "Cada função ganha @task, recebe o que precisa como argumento e devolve o resultado com return. O @dag envolve as três.",
            'Dentro da função com @dag(dag_id="caju_ticket"): anunciar(ticket_medio(buscar())). E chame essa função no fim do arquivo.',
        ),
        check=_taskflow,
        dag=True,
    ),
]
