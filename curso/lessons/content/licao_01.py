"""Lesson 01, both halves: Airflow's first DAG, and time and failures."""

from __future__ import annotations

import json
from typing import Any

from curso.lessons.challenge import Challenge, Wrong
from curso.lessons.prediction import Prediction

PREDICTIONS = [
    Prediction(
        id="01.ciclo",
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
        id="01.parse",
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
        id="01.processo",
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
        id="01.sem-task-ids",
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
        id="01.limites",
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
    Prediction(
        id="01.ds",
        question="Com cron puro, na execução que dispara às 02:00 de 11 de março (São Paulo), quanto vale ds?",
        options={
            "a": "2026-03-10, o dia que fechou à meia-noite",
            "b": "2026-03-11, o dia do disparo",
            "c": "a data de hoje, em que a execução de fato rodou",
        },
        answer="b",
        why={
            "a": "Era a resposta do Airflow 2, e é a da CronDataIntervalTimetable. No cron puro do Airflow 3, a execução leva o nome do próprio disparo.",
            "b": "Isso: o cron puro virou um despertador, e ds é o dia em que ele tocou.",
            "c": "As datas vêm da execução, não da parede: esta execução nasceu hoje e diz que é de março.",
        },
    ),
    Prediction(
        id="01.catchup",
        question="catchup=False, start_date em 1º de janeiro, todo dia às 02:00. Você ativa o DAG agora. Quantas execuções nascem neste minuto?",
        options={
            "a": "nenhuma: a primeira será às próximas 02:00",
            "b": "uma: a do último horário que já passou",
            "c": "uma para cada dia desde 1º de janeiro",
        },
        answer="b",
        why={
            "a": "É o que quase todo mundo espera. Mas catchup=False quer dizer «não recupere o passado, só o último»: a das últimas 02:00 nasce na hora.",
            "b": "Isso. Se essa execução extra incomoda (um e-mail, uma cobrança), pense nela antes de ativar o DAG.",
            "c": "Seria com catchup=True, como nos DAGs dos relógios.",
        },
    ),
    Prediction(
        id="01.tentativas",
        question="A API nunca volta. Quantas vezes a task com retries=3 executa ao todo?",
        options={"a": "três", "b": "quatro", "c": "sem parar, a cada retry_delay"},
        answer="b",
        why={
            "a": "retries conta as tentativas de novo: são três depois da primeira, quatro ao todo.",
            "b": "Isso: a primeira, e mais três. retries conta só as tentativas de novo.",
            "c": "Há um fim: depois da primeira e de mais três, a task fica failed.",
        },
    ),
    Prediction(
        id="01.passado",
        question="Com depends_on_past=True e o dia 11 em failed, o que acontece com a task do dia 12?",
        options={
            "a": "roda: o arquivo dela está lá, e cada execução é independente",
            "b": "falha também, com upstream_failed",
            "c": "fica sem estado, esperando, e a execução continua aberta",
        },
        answer="c",
        why={
            "a": "Sem depends_on_past seria assim. Com ele, a task do dia 12 só anda se a do dia 11 teve sucesso.",
            "b": "upstream_failed é para quem vem depois na mesma execução. Entre execuções, o Airflow espera: alguém ainda pode consertar o dia 11.",
            "c": "Isso: sem erro e sem alarme. Quem espera em silêncio precisa de um alerta de atraso.",
        },
    ),
    Prediction(
        id="01.paralelo",
        question="Seis tasks de 2 segundos, sem setas entre elas. Como fica o desenho no tempo?",
        options={
            "a": "as seis juntas: nada as segura",
            "b": "uma depois da outra, na ordem em que foram escritas",
            "c": "em levas, com no máximo tantas juntas quantas vagas houver",
        },
        answer="c",
        why={
            "a": "Setas não são o único freio: parallelism diz quantas tasks a instalação inteira roda ao mesmo tempo.",
            "b": "A ordem no arquivo não quer dizer nada. Sem setas, rodam juntas todas as que couberem.",
            "c": "Isso: as setas dizem o que pode rodar junto, e as vagas dizem quanto disso cabe.",
        },
    ),
]


def _airflow() -> Any:
    from curso.licao import servico

    return servico("airflow")


def _expect_dag(answer: object, dag_id: str) -> Any:
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


def _named(tasks: list[dict[str, Any]], *names: str) -> dict[str, dict[str, Any]]:
    found = {task["task_id"]: task for task in tasks}
    for name in names:
        if name not in found:
            raise Wrong(f"Não vi a task {name}. As que o DAG tem: {', '.join(sorted(found)) or 'nenhuma'}.")
    return found


def _estoque(answer: object) -> str:
    airflow = _expect_dag(answer, "caju_estoque")
    dag = airflow.api("GET", "/dags/caju_estoque/details")
    tasks = _named(airflow.tarefas("caju_estoque"), "contar", "avisar")
    if not dag["description"]:
        raise Wrong("O DAG está sem description: quem abrir a UI não sabe para que ele serve.")
    if "estoque" not in [tag["name"] for tag in dag["tags"]]:
        raise Wrong("Não vi a tag estoque. tags recebe uma lista, mesmo que seja de uma só.")
    if dag["timetable_summary"] != "0 6 * * *":
        raise Wrong(
            f"A agenda que o Airflow vê é {dag['timetable_summary'] or 'nenhuma'}. Minuto e hora vêm nesta ordem: todo dia às 06:00."
        )
    if dag["timezone"] != "America/Sao_Paulo":
        raise Wrong(
            f"São 06:00, mas no fuso {dag['timezone']}. O cron segue o fuso da start_date: dê um a ela com pendulum.datetime(..., tz=...)."
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
    airflow = _expect_dag(answer, "caju_fechamento")
    tasks = _named(airflow.tarefas("caju_fechamento"), *sorted({name for arrow in ARROWS for name in arrow}))
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


def _run(airflow: Any, dag_id: str, seconds: float = 90) -> Any:
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


def _why_failed(task: Any) -> str:
    lines = [line for line in task.log().splitlines() if "Error" in line or "Exception" in line]
    return lines[-1].strip()[:160] if lines else "o log não diz"


def _size(value: Any) -> int:
    return len(json.dumps(value, default=str))


def _referencia(answer: object) -> str:
    airflow = _expect_dag(answer, "caju_endereco")
    _named(airflow.tarefas("caju_endereco"), "extrair", "somar")
    run = _run(airflow, "caju_endereco")
    for name in ("extrair", "somar"):
        if run[name].estado != "success":
            raise Wrong(f"A task {name} terminou {run[name].estado}: {_why_failed(run[name])}")
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
    airflow = _expect_dag(answer, "caju_ticket")
    tasks = _named(airflow.tarefas("caju_ticket"), "buscar", "ticket_medio", "anunciar")
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
    run = _run(airflow, "caju_ticket")
    for name in ("buscar", "ticket_medio", "anunciar"):
        if run[name].estado != "success":
            raise Wrong(f"A task {name} terminou {run[name].estado}: {_why_failed(run[name])}")
    average = _left(run["ticket_medio"])
    if average != 18032:
        raise Wrong(f"ticket_medio devolveu {average!r}, e a conta das quatro vendas dá 18032.")
    return "Nenhum xcom_pull à vista, as setas nasceram dos argumentos, e o ticket médio é 18032 centavos."


CRONS = {
    "todo dia às 06:00": "0 6 * * *",
    "de 10 em 10 minutos": "*/10 * * * *",
    "de segunda a sexta às 22:30": "30 22 * * 1-5",
    "dia 1º de cada mês, à meia-noite": "0 0 1 * *",
}


def _moments(cron: str, count: int) -> list[str]:
    """The first instants after Friday 2026-02-27 at 12:03: a weekend and the end of a month are near."""
    from datetime import datetime

    from croniter import croniter

    clock = croniter(cron, datetime(2026, 2, 27, 12, 3))
    return [clock.get_next(datetime).strftime("%d/%m/%Y %H:%M") for _ in range(count)]


def _cron(answer: object) -> str:
    if not isinstance(answer, dict) or set(answer) != set(CRONS):
        raise Wrong("Passe o dicionário agendas, com as quatro chaves como estão na célula de cima.")
    for name, right in CRONS.items():
        cron = answer[name]
        if not isinstance(cron, str) or not cron.strip():
            raise Wrong(f"Falta a agenda de «{name}».")
        if cron.strip().startswith("@"):
            cron = {"@daily": "0 0 * * *", "@monthly": "0 0 1 * *", "@hourly": "0 * * * *"}.get(
                cron.strip(), cron
            )
        if len(cron.split()) != 5:
            raise Wrong(
                f"«{cron}» tem {len(cron.split())} campos; são cinco: minuto, hora, dia do mês, mês, dia da semana."
            )
        try:
            seen = _moments(cron, 20)
        except (ValueError, KeyError):
            raise Wrong(f"«{cron}» não é um cron válido: o valor de algum campo não existe.") from None
        wanted = _moments(right, 20)
        if seen != wanted:
            at = next(i for i, pair in enumerate(zip(seen, wanted, strict=True)) if pair[0] != pair[1])
            raise Wrong(
                f"«{name}»: a partir de sexta, 27/02/2026, 12:03, a sua agenda «{cron}» dispara em {seen[at]}; o pedido, em {wanted[at]}."
            )
    return "As quatro disparam nos instantes certos, com fim de semana e virada de mês no caminho."


def _dia(answer: object) -> str:
    import pendulum

    if not callable(answer):
        raise Wrong("Passe a função em si, sem aspas e sem parênteses: dia_processado.")
    cases = {  # when it fires, in São Paulo → the day before
        "2026-03-11T02:00": "2026-03-10",
        "2026-03-01T02:00": "2026-02-28",
        "2026-01-01T02:00": "2025-12-31",
        "2026-03-11T22:00": "2026-03-10",
        "2026-07-01T23:30": "2026-06-30",
    }
    for local, wanted in cases.items():
        fires = pendulum.parse(local, tz="America/Sao_Paulo")
        assert isinstance(fires, pendulum.DateTime)
        day = answer(fires.in_timezone("UTC"))
        if not isinstance(day, str):
            raise Wrong(f"A função devolveu {day!r}; é preciso um texto, AAAA-MM-DD: to_date_string() ajuda.")
        if day == wanted:
            continue
        where = f"Disparo em {fires.format('DD/MM/YYYY HH:mm')} de São Paulo: a função devolveu {day}, e não {wanted}."
        if day == pendulum.now("America/Sao_Paulo").subtract(days=1).to_date_string():
            raise Wrong(f"{where} É a véspera de hoje: a data veio do relógio da parede, e não da execução.")
        if day == fires.to_date_string():
            raise Wrong(f"{where} É o próprio dia do disparo, e o que fechou é o anterior.")
        raise Wrong(
            f"{where} Em UTC, o disparo da noite já caiu no dia seguinte: converta o fuso antes de tirar um dia."
        )
    return "De manhã, de noite, na virada do mês e do ano: o dia vem da execução, no fuso da loja."


def _retries(answer: object) -> str:
    airflow = _expect_dag(answer, "caju_frete")
    tasks = _named(airflow.tarefas("caju_frete"), "frete", "pagar")
    if tasks["pagar"]["retries"] != 0:
        raise Wrong(
            f"pagar tem retries={tasks['pagar']['retries']:g}: se a resposta se perdesse, o cliente pagaria duas vezes. Na própria task, diga que são zero."
        )
    if tasks["frete"]["retries"] < 3:
        raise Wrong(
            f"frete tem retries={tasks['frete']['retries']:g}, ou seja, {tasks['frete']['retries'] + 1:g} tentativas ao todo; a API responde na quarta."
        )
    delay = tasks["frete"]["retry_delay"]
    seconds = delay["days"] * 86_400 + delay["seconds"] + delay["microseconds"] / 1e6
    if seconds > 1:
        raise Wrong(
            f"frete espera {seconds:g} s entre as tentativas; o pedido é no máximo 1 s. O padrão do retry_delay são 5 minutos."
        )
    run = _run(airflow, "caju_frete")
    if run["frete"].estado != "success":
        raise Wrong(f"frete terminou {run['frete'].estado}: {_why_failed(run['frete'])}")
    if run["frete"].tentativas != 4:
        raise Wrong(
            f"frete teve sucesso na tentativa {run['frete'].tentativas}: o corpo da função mudou, e era para ficar como estava."
        )
    if run["pagar"].estado != "failed" or run["pagar"].tentativas != 1:
        raise Wrong(
            f"pagar terminou {run['pagar'].estado} depois de {run['pagar'].tentativas} tentativa(s); era para falhar uma vez só."
        )
    return "frete insistiu até a quarta tentativa, e pagar parou na primeira. A execução fica vermelha, e é o certo: alguém precisa olhar."


def _backfill(answer: object) -> str:
    airflow = _expect_dag(answer, "caju_diario")
    wanted = [f"2026-03-{day:02}" for day in range(2, 7)]
    made = {}
    for run in airflow.execucoes("caju_diario"):
        if run.tipo == "backfill" and run.data is not None:
            made[run.data.date().isoformat()] = run.estado
    missing = [day for day in wanted if day not in made]
    if len(missing) == len(wanted):
        raise Wrong(
            "Não há nenhuma execução de backfill entre 2 e 6 de março. O período do pedido é o dos disparos."
        )
    if missing:
        raise Wrong(
            f"Falta o disparo de {missing[0]}. O período inclui o primeiro e o último dia, até 23:59."
        )
    unfinished = [day for day in wanted if made[day] != "success"]
    if unfinished:
        raise Wrong(
            f"O disparo de {unfinished[0]} está {made[unfinished[0]]}. Espere terminar e verifique de novo."
        )
    outside = sorted(day for day in made if day < "2026-03-02" or "2026-03-06" < day < "2026-03-11")
    if outside:
        raise Wrong(f"O backfill foi além do pedido: refez também o disparo de {outside[0]}.")
    return "Cinco disparos, cinco dias fechados, e nenhum outro dia mexido."


CHALLENGES = [
    Challenge(
        id="01.estoque",
        title="O DAG do estoque",
        hints=(
            "Compare, linha por linha, com o caju_resumo: todos os argumentos de que você precisa estão lá.",
            "O que é do DAG (agenda, início, tags, description, catchup) vai em DAG(...); o que se repete nas tasks (owner, retries) vai em default_args.",
            'DAG("caju_estoque", description="...", schedule="0 6 * * *", start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"), '
            'catchup=False, tags=["estoque"], default_args={"owner": "estoque-caju", "retries": 2}, ) e, no fim, contar >> avisar',
        ),
        check=_estoque,
        dag=True,
    ),
    Challenge(
        id="01.setas",
        title="O fechamento do dia",
        hints=(
            "Que formas aparecem no desenho? Uma fila, um leque que abre, um leque que fecha, e outro que abre.",
            "Uma lista de um lado só do >> abre ou fecha um leque: a >> [b, c] >> d.",
            "baixar >> conferir >> regioes >> somar >> [painel, email], com somar, painel e email criados antes.",
        ),
        check=_setas,
        dag=True,
    ),
    Challenge(
        id="01.referencia",
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
        id="01.taskflow",
        title="Reescreva em TaskFlow",
        hints=(
            "Em TaskFlow, quem carrega o dado de uma task para a outra é o argumento da função.",
            "Cada função ganha @task, recebe o que precisa como argumento e devolve o resultado com return. O @dag envolve as três.",
            'Dentro da função com @dag(dag_id="caju_ticket"): anunciar(ticket_medio(buscar())). E chame essa função no fim do arquivo.',
        ),
        check=_taskflow,
        dag=True,
    ),
    Challenge(
        id="01.cron",
        title="Quatro agendas",
        hints=(
            "Leia a sua expressão em voz alta, campo por campo: minuto, hora, dia do mês, mês, dia da semana.",
            "Um campo aceita um número, * (qualquer), um intervalo (1-5) e um passo (*/15). Segunda é 1, sexta é 5.",
            "A de segunda a sexta é 30 22 * * 1-5; a mensal é 0 0 1 * *. As outras duas são variações da tabela.",
        ),
        check=_cron,
    ),
    Challenge(
        id="01.dia",
        title="Que dia processar",
        hints=(
            "O que você recebe está em UTC. Que horas são em São Paulo, quando lá são 05:00?",
            "Primeiro converta o fuso (in_timezone), depois volte um dia (subtract), e só então vire texto. A ordem importa.",
            'return data_interval_end.in_timezone("America/Sao_Paulo").subtract(days=1).to_date_string()',
        ),
        check=_dia,
    ),
    Challenge(
        id="01.backfill",
        title="A primeira semana de março",
        hints=(
            "É o mesmo pedido da célula do backfill, com outro período. Que datas têm os disparos?",
            "from_date e to_date são instantes: de 2 de março à meia-noite até 6 de março às 23:59, em São Paulo (-03:00).",
            'Troque em pedido: "from_date": "2026-03-02T00:00:00-03:00", "to_date": "2026-03-06T23:59:59-03:00", e mande o POST de novo.',
        ),
        check=_backfill,
        dag=True,
    ),
    Challenge(
        id="01.retries",
        title="A API teimosa",
        hints=(
            "Se a resposta vem na quarta tentativa, quantas tentativas de novo são?",
            "Argumentos no próprio @task valem mais que default_args: @task(retries=...). Não esqueça o retry_delay, que por padrão são 5 minutos.",
            "@task(retries=3, retry_delay=timedelta(seconds=1)) em frete, e @task(retries=0) em pagar.",
        ),
        check=_retries,
        dag=True,
    ),
]
