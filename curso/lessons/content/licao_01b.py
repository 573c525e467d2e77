"""Lesson 01b: Airflow's clocks, catchup, backfill, retries and executors."""

from __future__ import annotations

from curso.lessons.challenge import Challenge, Wrong
from curso.lessons.content.licao_01a import expect_dag, named, run_dag, why_failed
from curso.lessons.prediction import Prediction

PREDICTIONS = [
    Prediction(
        id="01b.ds",
        question="Com cron puro, na execução que dispara às 02:00 de 11 de março (São Paulo), quanto vale `ds`?",
        options={
            "a": "2026-03-10, o dia que fechou à meia-noite",
            "b": "2026-03-11, o dia do disparo",
            "c": "a data de hoje, em que a execução de fato rodou",
        },
        answer="b",
        why={
            "a": "Era a resposta do Airflow 2, e é a da CronDataIntervalTimetable. No cron puro do Airflow 3, a execução leva o nome do próprio disparo.",
            "b": "Isso: o cron puro virou um despertador, e `ds` é o dia em que ele tocou.",
            "c": "As datas vêm da execução, não da parede: esta execução nasceu hoje e diz que é de março.",
        },
    ),
    Prediction(
        id="01b.catchup",
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
        id="01b.tentativas",
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
        id="01b.passado",
        question="Com depends_on_past=True e o dia 11 em failed, o que acontece com a task do dia 12?",
        options={
            "a": "roda: o arquivo dela está lá, e cada execução é independente",
            "b": "falha também, com upstream_failed (quem vinha antes falhou)",
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
        id="01b.paralelo",
        question="Seis tasks de 2 segundos, sem setas entre elas. Como fica o desenho no tempo?",
        options={
            "a": "as seis juntas: nada as segura",
            "b": "uma depois da outra, na ordem em que foram escritas",
            "c": "em levas, com no máximo tantas juntas quantas vagas houver",
        },
        answer="c",
        why={
            "a": "Setas não são o único freio: `parallelism` diz quantas tasks a instalação inteira roda ao mesmo tempo.",
            "b": "A ordem no arquivo não quer dizer nada. Sem setas, rodam juntas todas as que couberem.",
            "c": "Isso: as setas dizem o que pode rodar junto, e as vagas dizem quanto disso cabe.",
        },
    ),
]


CRONS = {
    "todo dia às 06:00": "0 6 * * *",
    "de 10 em 10 minutos": "*/10 * * * *",
    "de segunda a sexta às 22:30": "30 22 * * 1-5",
    "dia 1º de cada mês, à meia-noite": "0 0 1 * *",
}


def _moments(cron: str, count: int) -> list[str]:
    """The first instants after Friday 2026-02-27 at 12:03: a weekend and the end of a month are near."""
    from datetime import datetime

    from croniter import croniter  # type: ignore[import-untyped]

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
        if fires.hour >= 21:  # the mornings were right
            raise Wrong(
                f"{where} Em UTC, o disparo da noite já caiu no dia seguinte: converta o fuso antes de tirar um dia."
            )
        if day == fires.to_date_string():
            raise Wrong(f"{where} É o próprio dia do disparo, e o que fechou é o anterior.")
        raise Wrong(where)
    return "De manhã, de noite, na virada do mês e do ano: o dia vem da execução, no fuso da loja."


def _retries(answer: object) -> str:
    airflow = expect_dag(answer, "caju_frete")
    tasks = named(airflow.tarefas("caju_frete"), "frete", "pagar")
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
    run = run_dag(airflow, "caju_frete")
    if run["frete"].estado != "success":
        raise Wrong(f"frete terminou {run['frete'].estado}: {why_failed(run['frete'])}")
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
    airflow = expect_dag(answer, "caju_diario")
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
        id="01b.cron",
        title="Quatro agendas",
        hints=(
            "Leia a sua expressão em voz alta, campo por campo: minuto, hora, dia do mês, mês, dia da semana.",
            "Um campo aceita um número, * (qualquer), um intervalo (1-5) e um passo (*/15). Segunda é 1, sexta é 5.",
            "A de segunda a sexta é 30 22 * * 1-5; a mensal é 0 0 1 * *. As outras duas são variações da tabela.",
        ),
        check=_cron,
    ),
    Challenge(
        id="01b.dia",
        title="Que dia processar",
        hints=(
            "O que você recebe está em UTC. Que horas são em São Paulo, quando lá são 05:00?",
            "Primeiro converta o fuso (`in_timezone`), depois volte um dia (`subtract`), e só então vire texto. A ordem importa.",
            'return data_interval_end.in_timezone("America/Sao_Paulo").subtract(days=1).to_date_string()',
        ),
        check=_dia,
    ),
    Challenge(
        id="01b.backfill",
        title="A primeira semana de março",
        hints=(
            "É o mesmo pedido da célula do backfill, com outro período. Que datas têm os disparos?",
            "from_date e to_date são instantes: de 2 de março à meia-noite até 6 de março às 23:59, em São Paulo (-03:00).",
            '`pedir_backfill({**pedido, "from_date": "2026-03-02T00:00:00-03:00", "to_date": "2026-03-06T23:59:59-03:00"})`, em uma célula nova.',
        ),
        check=_backfill,
        dag=True,
    ),
    Challenge(
        id="01b.retries",
        title="A API teimosa",
        hints=(
            "Se a resposta vem na quarta tentativa, quantas tentativas de novo são?",
            "Argumentos no próprio @task valem mais que default_args: @task(retries=...). Não esqueça o retry_delay, que por padrão são 5 minutos.",
            "`@task(retries=3, retry_delay=timedelta(seconds=1))` em `frete`, `@task(retries=0)` em `pagar` e, no alto, `from datetime import timedelta`.",
        ),
        check=_retries,
        dag=True,
    ),
]
