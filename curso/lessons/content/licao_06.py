"""Lesson 06: measuring, alerting, and trusting the data. Three notebooks (06a, 06b, 06c), one shelf of questions."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from curso.lessons.challenge import Challenge, Wrong
from curso.lessons.prediction import Prediction

PREDICTIONS = [
    Prediction(
        id="06.taxa",
        question="Em fevereiro, quantas taxas de sucesso o fechamento teve?",
        options={
            "a": "Uma só: sucessos divididos por execuções",
            "b": "Uma só, de 100%, porque existe retry",
            "c": "Mais de uma: a de runs, a de tasks e a de tentativas dão números diferentes",
        },
        answer="c",
        why={
            "a": "essa é a de runs (26 de 28), e é boa para quem usa os dados; mas ela não vê as noites salvas "
            "por um retry.",
            "b": "o retry salvou os dias 9 e 23; nos dias 13 e 27 o arquivo estava truncado em toda tentativa.",
            "c": "26 de 28 runs, 54 de 56 tasks no fim e 54 de 60 tentativas: cada uma responde a uma pergunta.",
        },
    ),
    Prediction(
        id="06.media",
        question="Quase toda noite `consolidar` leva uma fração de segundo; algumas levam muito mais. Onde fica a média?",
        options={
            "a": "Perto da noite típica, porque quase todas são iguais",
            "b": "No meio, entre a mais rápida e a mais lenta",
            "c": "Acima da maioria das noites",
        },
        answer="c",
        why={
            "a": "quem fica na noite típica é a mediana (p50): ela não liga para o tamanho do exagero.",
            "b": "esse seria o ponto médio entre os extremos; a média também pesa quantas noites há de cada lado.",
            "c": "poucas noites lentas puxam a média para cima de quase todas as outras: um valor em que quase "
            "nenhuma noite esteve.",
        },
    ),
    Prediction(
        id="06.contador",
        question="O contador de falhas de `consolidar` marca um número. Se uma noite que falhou for apagada do histórico, o que ele marca?",
        options={
            "a": "Um a menos: a falha não existe mais",
            "b": "Zero: apagar recomeça a conta",
            "c": "O mesmo número",
        },
        answer="c",
        why={
            "a": "isso vale para uma consulta ao banco; o contador não olha o banco, ele soma os avisos que ouviu.",
            "b": "um contador só recomeça quando o processo que conta recomeça do zero; o Prometheus percebe isso.",
            "c": "contador só sobe. Por isso o que se usa dele é quanto subiu em um período.",
        },
    ),
    Prediction(
        id="06.quantos",
        question="Três lojas falham, cada uma em duas tentativas; há callback de falha nas tasks e no DAG. Quantas mensagens chegam?",
        options={
            "a": "1: o DAG resume tudo",
            "b": "4: uma por loja e uma do DAG",
            "c": "7: uma por tentativa e uma do DAG",
            "d": "5: uma por loja, uma de consolidar e uma do DAG",
        },
        answer="b",
        why={
            "a": "o callback do DAG não substitui os das tasks: eles se somam.",
            "b": "a falha que conta é a definitiva, uma por loja mapeada; e mais uma da execução.",
            "c": "uma tentativa que ainda tem retry não chama on_failure_callback; para ela há on_retry_callback.",
            "d": "consolidar ficou upstream_failed: nunca começou, e não chama callback de falha.",
        },
    ),
    Prediction(
        id="06.silencio",
        question="A task falha, e a função de aviso escrita para o Airflow 2 também dá erro. O que acontece?",
        options={
            "a": "Nenhum aviso chega, e a única pista fica no log da task",
            "b": "A execução fica com um estado especial, e a interface mostra o erro do aviso",
            "c": "O Airflow tenta o aviso de novo, como faz com as tasks",
        },
        answer="a",
        why={
            "a": "o erro do callback é escrito no log e engolido: de fora, parece que ninguém ligou o alerta.",
            "b": "o estado é o da task, que falhou; o do aviso não aparece em lugar nenhum da interface.",
            "c": "callbacks não têm retry: rodam uma vez.",
        },
    ),
    Prediction(
        id="06.deadline",
        question="O prazo é de 4 s, a task leva 20 s e vai dar certo. Quando chega o aviso do `DeadlineAlert`?",
        options={
            "a": "Poucos segundos depois dos 4 s, com a task ainda rodando",
            "b": "No fim, quando se sabe quanto demorou",
            "c": "Não chega: a execução deu certo",
        },
        answer="a",
        why={
            "a": "o scheduler procura prazos vencidos a cada volta, sem esperar por ninguém: é o que pega até a "
            "task que nunca termina.",
            "b": "um aviso no fim não serviria para a consulta presa, que não tem fim.",
            "c": "dar certo e dar certo a tempo são coisas diferentes; o prazo olha a hora, não o resultado.",
        },
    ),
    Prediction(
        id="06.vazia",
        question="A tabela do dia veio vazia. Em um `SQLTableCheckOperator`, o que dizem a condição `COUNT(*) > 0` e a condição “nenhum valor é negativo” (`MIN(centavos) >= 0`)?",
        options={
            "a": "As duas falham",
            "b": "A primeira falha; a segunda passa, porque não há valor negativo",
            "c": "As duas passam: não há nada de errado com zero linhas",
        },
        answer="a",
        why={
            "a": "o mínimo de nenhuma linha é NULL, e NULL não é maior ou igual a zero: na dúvida, a verificação "
            "reprova, que é o lado certo para errar.",
            "b": "parece lógica, mas SQL não diz “verdadeiro” sobre NULL: a segunda também reprova.",
            "c": "zero linhas é o defeito mais comum de todos, e contar é a verificação mais barata que existe.",
        },
    ),
    Prediction(
        id="06.sensor",
        question="Doze sensores, um por loja, esperam duas horas por um arquivo, olhando a cada minuto no modo `poke`. O que custa mais?",
        options={
            "a": "As 1.440 olhadas",
            "b": "Nada: esperar é de graça",
            "c": "As vagas que eles ocupam enquanto dormem entre uma olhada e outra",
        },
        answer="c",
        why={
            "a": "cada olhada leva milésimos de segundo; somadas, dão poucos segundos.",
            "b": "seria assim se a espera não ocupasse ninguém: é o que fazem deferrable e reschedule.",
            "c": "no modo poke, cada sensor segura um processo e uma vaga pelas duas horas: 24 horas de vaga, por "
            "noite, para não fazer nada.",
        },
    ),
]


# Challenges of 06a


def _close(a: object, b: object) -> bool:
    if a is None or b is None:
        return a is b
    return isinstance(a, int | float) and isinstance(b, int | float) and math.isclose(a, b, abs_tol=1e-9)


def _function(answer: Any, name: str) -> None:
    if not callable(answer):
        raise Wrong(f"Entregue a própria função, sem chamá-la: `{name}`, e não `{name}(...)`.")


_ROWS = [
    {"state": "success", "try_number": 1},
    {"state": "success", "try_number": 1},
    {"state": "success", "try_number": 2},
    {"state": "failed", "try_number": 2},
    {"state": "running", "try_number": 1},
    {"state": "upstream_failed", "try_number": 0},
    {"state": "skipped", "try_number": 0},
    {"state": None, "try_number": 0},
]


def _rates(answer: Any) -> str:
    _function(answer, "taxas")
    got = answer(copy.deepcopy(_ROWS))
    if not isinstance(got, Mapping) or set(got) != {"sucesso", "falha", "com_retry"}:
        raise Wrong(f"Esperava um dicionário com sucesso, falha e com_retry; veio {got!r}.")
    if _close(got["sucesso"], 3 / 8):
        raise Wrong(
            "De 8 linhas, 3 deram certo, e você dividiu por 8. Mas quatro delas não terminaram em success nem em "
            "failed: elas entram na conta?"
        )
    if not _close(got["sucesso"], 3 / 4):
        raise Wrong(
            f"Com 3 success, 1 failed e outras que não terminaram, veio sucesso = {got['sucesso']!r}. "
            "Quantas terminaram ao todo?"
        )
    if not _close(got["falha"], 1 / 4):
        raise Wrong(f"Com 3 success e 1 failed, veio falha = {got['falha']!r}. upstream_failed não é failed.")
    if _close(got["com_retry"], 2 / 4):
        raise Wrong(
            "com_retry contou também a que falhou na segunda tentativa. Só entram as que deram certo."
        )
    if not _close(got["com_retry"], 1 / 4):
        raise Wrong(
            f"Uma das quatro que terminaram deu certo na tentativa 2; veio com_retry = {got['com_retry']!r}."
        )
    for rows, what in (
        ([], "uma lista vazia"),
        ([{"state": "running", "try_number": 1}], "só uma task em andamento"),
    ):
        empty = answer(rows)
        if (
            not isinstance(empty, Mapping)
            or any(value is not None for value in empty.values())
            or len(empty) != 3
        ):
            raise Wrong(f"Com {what}, não se sabe nenhuma taxa: as três valem None. Veio {empty!r}.")
    return "As três taxas saem certas, e o que não terminou não entra na conta."


def _percentile(answer: Any) -> str:
    _function(answer, "percentil")
    values = [7, 1, 3, 9, 5, 2, 8, 4, 10, 6]
    given = list(values)
    got = answer(given, 50)
    if given != values:
        raise Wrong(
            "A lista que a função recebeu voltou mudada. `sorted(valores)` faz uma nova; `valores.sort()` mexe na de quem chamou."
        )
    if got == 5.5:
        raise Wrong(
            "De 1 a 10, o p50 veio 5,5: isso é interpolar. No posto mais próximo, a posição é teto(0,5 × 10) = 5, e o valor, 5."
        )
    if got == 6:
        raise Wrong(
            "De 1 a 10, o p50 veio 6. A posição é 5 contando a partir de 1; em Python a lista começa em 0."
        )
    if got != 5:
        raise Wrong(
            f"De 1 a 10, fora de ordem, o p50 veio {got!r}. Ponha os valores em fila antes de escolher a posição."
        )
    if (got := answer(values, 95)) != 10:
        raise Wrong(
            f"De 1 a 10, o p95 veio {got!r}. teto(0,95 × 10) = 10: é o décimo da fila. Confira o arredondamento para cima."
        )
    if (got := answer(values, 0)) != 1:
        raise Wrong(
            f"O p0 é o menor valor, e veio {got!r}. teto(0) = 0, e não há posição 0: qual é a primeira da fila?"
        )
    if (got := answer(values, 100)) != 10:
        raise Wrong(f"O p100 é o maior valor, e veio {got!r}.")
    if (got := answer([], 95)) is not None:
        raise Wrong(f"De uma lista vazia não há percentil: devolva None. Veio {got!r}.")
    if (got := answer([4.2], 99)) != 4.2:
        raise Wrong(f"Com uma só duração (4,2), qualquer percentil é ela mesma; veio {got!r}.")
    if (got := answer([1.0, 1.0, 1.0, 30.0], 75)) != 1.0:
        raise Wrong(f"De [1, 1, 1, 30], o p75 é o terceiro da fila, 1; veio {got!r}.")
    return "O seu percentil sempre devolve uma duração que aconteceu, e não mexe na lista de ninguém."


def _deadline(answer: Any) -> str:
    _function(answer, "perdeu")
    due = datetime(2026, 2, 10, 22, 0, tzinfo=UTC)
    limit = timedelta(hours=1)

    def run(state: str, minutes: float | None) -> dict[str, Any]:
        end = None if minutes is None else due + timedelta(minutes=minutes)
        return {"run_after": due, "end_date": end, "state": state}

    def at(minutes: float) -> datetime:
        return due + timedelta(minutes=minutes)

    cases = (
        (run("success", 30), at(300), False, "terminou bem em 30 minutos, com prazo de uma hora"),
        (run("success", 90), at(300), True, "terminou bem, mas meia hora depois do prazo"),
        (run("running", None), at(90), True, "ainda está rodando, e o prazo já venceu"),
        (run("running", None), at(30), False, "ainda está rodando, e falta meia hora para o prazo"),
        (run("queued", None), at(90), True, "ainda está na fila, e o prazo já venceu"),
        (run("failed", 10), at(90), True, "falhou cedo, não foi refeito, e o prazo já venceu"),
        (run("failed", 10), at(30), False, "falhou cedo, e ainda dá tempo de refazer"),
        (run("success", 60), at(300), False, "terminou bem exatamente no prazo"),
    )  # fmt: skip
    for one, now, expected, what in cases:
        got = answer(dict(one), now, limit)
        if got is not expected and not isinstance(got, bool):
            raise Wrong(f"Responda True ou False; para um run que {what}, veio {got!r}.")
        if got is not expected:
            verb = "perdeu" if expected else "não perdeu"
            raise Wrong(f"Um run que {what}: ele {verb} o prazo, e a sua função disse {got}.")
    return "Os oito casos saem certos: também o que ainda roda, e o que falhou mas ainda pode ser refeito."


# Challenges of 06b


def _message(answer: Any) -> str:
    _function(answer, "mensagem")
    full: dict[str, Any] = {
        "dag_id": "fechamento",
        "task_id": "consolidar",
        "run_id": "manual__7",
        "log_url": "http://127.0.0.1/log/7",
        "tentativa": 2,
        "data": datetime(2026, 3, 10, 22, 0, tzinfo=UTC),
        "erro": ValueError("faltam linhas da loja 7"),
        "grave": True,
    }
    text = answer(dict(full))
    if not isinstance(text, str):
        raise Wrong(f"A função devolve o texto; veio um {type(text).__name__}. Faltou o return?")
    for key in ("dag_id", "task_id", "run_id", "log_url"):
        if full[key] not in text:
            raise Wrong(f"Falta {key} no texto: quem recebe não sabe onde olhar.")
    if not text.startswith("[grave]"):
        raise Wrong(
            "Com grave=True o texto deve começar com [grave]: é a primeira coisa que se lê na tela do celular."
        )
    if "10/03/2026" not in text:
        raise Wrong("A data deve aparecer como 10/03/2026; f-strings formatam datas: `{data:%d/%m/%Y}`.")
    if "faltam linhas da loja 7" not in text:
        raise Wrong("Havia um motivo (faltam linhas da loja 7), e ele não está no texto.")
    few = {key: full[key] for key in ("dag_id", "task_id", "run_id", "log_url", "tentativa")}
    for context, what in (
        (few, "sem data, erro e grave"),
        (few | {"data": None, "erro": None}, "com data=None e erro=None"),
    ):
        text = answer(dict(context))
        if "None" in text:
            raise Wrong(
                f"Com um contexto {what}, o texto trouxe a palavra None. O que não se sabe, não se escreve."
            )
        if not text.startswith("[aviso]"):
            raise Wrong(f"Com um contexto {what}, o texto deve começar com [aviso].")
    text = answer(full | {"grave": False})
    if not text.startswith("[aviso]"):
        raise Wrong("Com grave=False o texto deve começar com [aviso].")
    if answer(full | {"erro": RuntimeError("x" * 5000)}).count("x") > 210:
        raise Wrong("Um erro de 5.000 letras foi inteiro para a mensagem. Corte o motivo em 200 caracteres.")
    return "O texto diz o quê, quando, por quê e onde olhar, e não quebra quando falta alguma coisa."


def _one_alert(answer: Any) -> str:
    from curso.licao import servico

    if answer != "plantao":
        raise Wrong(f"O DAG se chama `plantao`; veio {answer!r}.")
    airflow, slack = servico("airflow"), servico("slack")
    slack.esvaziar()
    bad = airflow.disparar("plantao", conf={"falhar": True}).esperar(120)
    mapped = [row for row in bad.tasks if row["task"] == "receber"]
    if len(mapped) != 3 or any(row["mapa"] is None for row in mapped):
        raise Wrong(
            f"A task receber deveria ter uma cópia por loja (três, mapeadas); a execução mostrou {len(mapped)}."
        )
    if bad.estado != "failed":
        raise Wrong(
            f"Com falhar=True a execução deveria falhar, e terminou em {bad.estado}. Leia dag_run.conf dentro da task."
        )
    texts = _texts(slack, wanted=1, seconds=60)
    if not texts:
        raise Wrong(
            "A execução falhou, e nada chegou ao Slack em um minuto. O callback está no DAG? A conexão slack_plantao existe?"
        )
    if len(texts) > 1:
        raise Wrong(
            f"Chegaram {len(texts)} mensagens de uma execução só. Callback em task ou em default_args vale para cada cópia."
        )
    if "plantao" not in texts[0] or bad.id not in texts[0]:
        raise Wrong(f"A mensagem precisa do nome do DAG e do run_id; chegou: {texts[0][:150]!r}.")
    slack.esvaziar()
    good = airflow.disparar("plantao", conf={"falhar": False}).esperar(120)
    if good.estado != "success":
        raise Wrong(f"Sem falhar=True a execução deveria dar certo, e terminou em {good.estado}.")
    if texts := _texts(slack, wanted=1, seconds=6):
        raise Wrong(f"A execução deu certo, e mesmo assim chegou: {texts[0][:150]!r}. Avise só na falha.")
    return "Três lojas falharam e chegou um aviso, com DAG e execução; quando deu certo, silêncio."


def _texts(slack: Any, wanted: int, seconds: float) -> list[str]:
    """What arrived; a little longer than the first one takes, so that a second one is seen too."""
    deadline = time.monotonic() + seconds
    while len(slack.mensagens()) < wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    if slack.mensagens():
        time.sleep(4)
    return [str(message.get("text", message)) for message in slack.mensagens()]


def _incidents(answer: Any) -> str:
    _function(answer, "passo")
    start = {"estoque"}
    kept = set(start)
    got = answer(start, [("vendas", "failed"), ("vendas", "failed"), ("estoque", "failed")])
    if start != kept:
        raise Wrong("O conjunto que a função recebeu voltou mudado. Comece com uma cópia: `set(abertos)`.")
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Wrong(f"A função devolve dois valores, (novos_abertos, avisos); veio {got!r}.")
    opened, alerts = got
    if not isinstance(opened, set | frozenset):
        raise Wrong(f"O primeiro valor é o conjunto do que está aberto; veio {type(opened).__name__}.")
    alerts = [tuple(alert) for alert in alerts]
    if alerts.count(("abriu", "vendas")) == 2:
        raise Wrong(
            "vendas falhou duas vezes seguidas, e você avisou duas. A segunda falha é o mesmo incidente."
        )
    if ("abriu", "estoque") in alerts:
        raise Wrong(
            "estoque já estava aberto quando a rodada começou, e você avisou de novo. Use o conjunto que chegou."
        )
    if alerts != [("abriu", "vendas")] or opened != {"estoque", "vendas"}:
        raise Wrong(
            f"vendas falhou (e estoque já estava aberto): esperava abrir só vendas; vieram {alerts} e {sorted(opened)}."
        )
    opened, alerts = answer(
        {"vendas"},
        [("vendas", "running"), ("estoque", "success"), ("vendas", "success"), ("vendas", "success")],
    )
    alerts = [tuple(alert) for alert in alerts]
    if ("voltou", "estoque") in alerts:
        raise Wrong(
            "estoque deu certo sem nunca ter falhado, e você avisou que voltou. Só volta quem tinha ido."
        )
    if alerts.count(("voltou", "vendas")) > 1:
        raise Wrong(
            "vendas deu certo duas vezes, e você avisou a volta duas vezes. Depois da primeira, não há mais incidente."
        )
    if alerts != [("voltou", "vendas")] or set(opened):
        raise Wrong(
            f"vendas estava aberta e deu certo: esperava uma volta e nada aberto; vieram {alerts} e {sorted(opened)}."
        )
    opened, alerts = answer({"vendas"}, [("vendas", "running"), ("vendas", "queued")])
    if alerts or set(opened) != {"vendas"}:
        raise Wrong("running e queued não dizem nada ainda: o incidente continua aberto, em silêncio.")
    opened, alerts = answer(set(), [("vendas", "failed"), ("vendas", "success"), ("vendas", "failed")])
    if [tuple(alert) for alert in alerts] != [("abriu", "vendas"), ("voltou", "vendas"), ("abriu", "vendas")]:
        raise Wrong(f"Falhou, voltou e falhou de novo: são dois incidentes, na ordem. Veio {list(alerts)}.")
    if answer({"vendas"}, [])[0] != {"vendas"}:
        raise Wrong("Sem eventos, o que estava aberto continua aberto.")
    return "Um aviso por incidente, uma volta contada uma vez, e a memória fica do lado de fora."


# Challenges of 06c

_GOOD = [("cx-1", 1, 1990), ("cx-2", 2, 500), ("cx-3", 12, 0)]
_DAMAGED: tuple[tuple[str, list[tuple[str | None, int | None, int | None]]], ...] = (
    ("sem nenhuma linha", []),
    ("com um cupom repetido", [*_GOOD, ("cx-1", 3, 100)]),
    ("com um valor negativo", [*_GOOD, ("cx-4", 3, -5)]),
    ("com um valor vazio (NULL)", [*_GOOD, ("cx-4", 3, None)]),
    ("com uma loja 13, que não existe", [*_GOOD, ("cx-4", 13, 100)]),
)


def _checks(answer: Any) -> str:
    import psycopg

    from curso.licao import servico

    if not isinstance(answer, Mapping) or not answer:
        raise Wrong(f"Entregue o dicionário de verificações; veio {type(answer).__name__}.")
    for name, check in answer.items():
        if not isinstance(check, Mapping) or not isinstance(check.get("check_statement"), str):
            raise Wrong(f'A verificação {name!r} precisa ser {{"check_statement": "uma condição em SQL"}}.')
    with psycopg.connect(servico("postgres").uri) as connection:
        connection.execute("create temp table cupons_do_desafio (cupom text, loja int, centavos int)")
        failed = _failing(connection, answer, _GOOD)
        if failed:
            raise Wrong(
                f"Com dados bons (três cupons, lojas 1, 2 e 12, um deles de valor zero), reprovou: {', '.join(failed)}."
            )
        for what, rows in _DAMAGED:
            if not _failing(connection, answer, rows):
                raise Wrong(f"Uma tabela {what} passou por todas as suas verificações.")
        connection.rollback()
    return f"Com {len(answer)} verificações, os dados bons passam e os cinco defeitos são pegos."


def _failing(connection: Any, checks: Mapping[str, Any], rows: list[Any]) -> list[str]:
    """The checks that a table with these rows fails, asked the way SQLTableCheckOperator asks."""
    import psycopg

    connection.execute("delete from cupons_do_desafio")
    connection.cursor().executemany("insert into cupons_do_desafio values (%s, %s, %s)", rows)
    failed = []
    for name, check in checks.items():
        where = f" where {check['partition_clause']}" if check.get("partition_clause") else ""
        query = f"select min(ok) from (select case when {check['check_statement']} then 1 else 0 end as ok from cupons_do_desafio{where}) as sq"
        try:
            with connection.transaction():
                row = connection.execute(query).fetchone()
        except psycopg.Error as error:
            raise Wrong(
                f"O PostgreSQL não aceitou a verificação {name!r}: {str(error).splitlines()[0]}"
            ) from None
        if row is None or row[0] != 1:
            failed.append(str(name))
    return failed


def _cost(answer: Any) -> str:
    _function(answer, "custo")
    rows = [
        {"task_id": "somar", "try_number": 1, "state": "success", "duration": 900.0},
        {"task_id": "carregar", "try_number": 1, "state": "failed", "duration": 900.0},
        {"task_id": "carregar", "try_number": 2, "state": "success", "duration": 1800.0},
        {"task_id": "esperar", "try_number": 1, "state": "success", "duration": 3600.0},
        {"task_id": "esperar", "try_number": 1, "state": "running", "duration": None},
    ]
    got = answer(copy.deepcopy(rows), 2.0)
    if not isinstance(got, Mapping) or set(got) != {"total", "retrabalho"}:
        raise Wrong(f"Esperava um dicionário com total e retrabalho; veio {got!r}.")
    if _close(got["total"], 7200.0 * 2):
        raise Wrong(
            "O total veio em segundos vezes reais. As durações são em segundos, e o preço é por hora."
        )
    if not _close(got["total"], 4.0):
        raise Wrong(
            f"Duas horas de vaga a R$ 2 são R$ 4,00; veio total = {got['total']!r}. A que ainda está rodando não tem duração."
        )
    if _close(got["retrabalho"], 0.5):
        pass
    elif _close(got["retrabalho"], 1.0):
        raise Wrong(
            "Você contou a tentativa 2, que deu certo. O que foi jogado fora é a tentativa que falhou antes dela."
        )
    elif _close(got["retrabalho"], 0):
        raise Wrong(
            "Uma tentativa de 900 s falhou, e o retrabalho veio 0. Jogado fora é o tempo das tentativas que falharam."
        )
    else:
        raise Wrong(f"O retrabalho é R$ 0,50, dos 900 s que falharam; veio {got['retrabalho']!r}.")
    if not (_close((empty := answer([], 2.0))["total"], 0) and _close(empty["retrabalho"], 0)):
        raise Wrong(f"Sem nenhuma tentativa, não se gastou nada: os dois valem 0. Veio {empty!r}.")
    return "A conta fecha: quanto se pagou, e quanto disso foi trabalho jogado fora."


CHALLENGES = [
    Challenge(
        id="06.taxas",
        title="Taxas que não mentem",
        hints=(
            "Antes de dividir, decida por quanto: quantas linhas merecem estar no divisor?",
            "Filtre primeiro as que terminaram (`success` ou `failed`); as três taxas dividem pela mesma conta. E se ela for zero?",
            'Guarde `fim = [l for l in linhas if l["state"] in ("success", "failed")]`; se `fim` estiver vazia, as três são None; '
            'senão, `com_retry` conta as de `state == "success"` e `try_number > 1`, sobre `len(fim)`.',
        ),
        check=_rates,
    ),
    Challenge(
        id="06.percentil",
        title="O percentil com as suas mãos",
        hints=(
            "O difícil não é a fórmula: é a posição começar em 1, e a lista, em 0.",
            "`sorted` devolve uma lista nova em ordem; `math.ceil` arredonda para cima; e a posição nunca é menor que 1.",
            "Se não há valores, None. Senão, `fila = sorted(valores)`, `posicao = max(1, math.ceil(p / 100 * len(fila)))`, e o valor é `fila[posicao - 1]`.",
        ),
        check=_percentile,
    ),
    Challenge(
        id="06.prazos",
        title="Quem perdeu o prazo até agora?",
        hints=(
            "Só um caso se decide pelo fim da execução: qual?",
            "Se terminou bem, compare `end_date` com o limite. Em todos os outros estados, o que decide é se `agora` já passou do limite.",
            '`limite = run["run_after"] + prazo`; se `state` é `"success"`, devolva `run["end_date"] > limite`; senão, `agora > limite`.',
        ),
        check=_deadline,
    ),
    Challenge(
        id="06.mensagem",
        title="A mensagem que deixa dormir",
        hints=(
            "Monte as linhas em uma lista, e só acrescente as que têm o que dizer.",
            '`contexto.get("data")` devolve None quando não há; um `if` antes de acrescentar a linha resolve. `str(erro)[:200]` corta.',
            "Comece com `linhas = [f\"{'[grave]' if contexto.get('grave') else '[aviso]'} {dag}.{task} falhou\"]`, acrescente data e motivo "
            'se houver, depois execução e log, e devolva `"\\n".join(linhas)`.',
        ),
        check=_message,
    ),
    Challenge(
        id="06.um-aviso",
        title="Um aviso, e só um",
        hints=(
            "Onde se põe um callback que vale para a execução inteira, e não para cada task?",
            "`@dag(on_failure_callback=...)` roda uma vez, quando a execução falha. Na task, a configuração da execução está em `dag_run.conf`.",
            'No `@dag`, `on_failure_callback=SlackWebhookNotifier(slack_webhook_conn_id="slack_plantao", text="{{ dag_run.dag_id }} falhou: {{ run_id }}")`; '
            'em `receber(loja, dag_run=None)`, levante um erro se `dag_run.conf.get("falhar")`; e `consolidar(receber.expand(loja=[...]))`.',
        ),
        check=_one_alert,
        dag=True,
    ),
    Challenge(
        id="06.incidentes",
        title="Um aviso por incidente",
        hints=(
            "Um aviso não depende do evento sozinho: depende do evento e do que já estava aberto.",
            "Só duas combinações avisam: falhou e não estava aberto; deu certo e estava aberto. Trabalhe em uma cópia do conjunto.",
            '`novos, avisos = set(abertos), []`; para cada par: se `"failed"` e `dag not in novos`, acrescente e avise que abriu; '
            'se `"success"` e `dag in novos`, retire e avise que voltou. No fim, devolva os dois.',
        ),
        check=_incidents,
    ),
    Challenge(
        id="06.checagens",
        title="Cinco defeitos, nenhum passa",
        hints=(
            "Uma condição por defeito, cada uma sobre a tabela inteira.",
            "`COUNT(*)` contra `COUNT(DISTINCT cupom)` acha repetidos; `COUNT(centavos)` não conta os vazios; `MIN` e `MAX` dizem o resto.",
            '`"COUNT(*) > 0"`, `"COUNT(*) = COUNT(DISTINCT cupom)"`, `"MIN(centavos) >= 0"`, `"COUNT(*) = COUNT(centavos)"` e '
            '`"MIN(loja) >= 1 AND MAX(loja) <= 12"`, cada uma em um `check_statement`.',
        ),
        check=_checks,
    ),
    Challenge(
        id="06.custo",
        title="Quanto custou, e quanto foi jogado fora",
        hints=(
            "O preço é por hora; o histórico, em segundos.",
            "Some as durações que existem; o retrabalho é a mesma soma, só das tentativas que não deram certo.",
            '`segundos = sum(l["duration"] or 0 for l in tentativas)`; o retrabalho repete a soma com `if l["state"] in ("failed", "up_for_retry")`; '
            "os dois vezes `preco_por_hora / 3600`.",
        ),
        check=_cost,
    ),
]
