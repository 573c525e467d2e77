"""Lesson 03b: Prefect outside of the notebook. Schedules, work pools and workers, events, tests."""

from __future__ import annotations

import copy
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from curso.lessons.challenge import Challenge, NotTried, Wrong, is_stub
from curso.lessons.content.licao_03a import server
from curso.lessons.prediction import Prediction
from curso.services.service import ServiceError

PREDICTIONS = [
    Prediction(
        id="03b.fuso",
        question="A agenda `sem-fuso` diz `0 2 * * *` e mais nada. A que horas ela dispara, no relógio de Brasília?",
        options={
            "a": "Às 2h, como a `com-fuso`: o Prefect usa o fuso da máquina",
            "b": "Às 23h do dia anterior",
            "c": "Às 5h",
        },
        answer="b",
        why={
            "a": "o Prefect não olha o fuso de máquina nenhuma: o servidor, o worker e você podem estar em três.",
            "b": "sem `timezone`, o cron é em UTC; e 2h em UTC são 23h em Brasília, três horas antes.",
            "c": "foi para o outro lado: 5h em UTC é que são 2h em Brasília.",
        },
    ),
    Prediction(
        id="03b.parou",
        question="O processo do `serve` foi parado com `Ctrl + C`. O que acontece com a agenda?",
        options={
            "a": "Continua ativa, e as execuções se acumulam até alguém voltar",
            "b": "O deployment é apagado junto com o processo",
            "c": "O deployment fica, e a agenda é pausada",
        },
        answer="c",
        why={
            "a": "seria assim se ele morresse sem aviso (`kill -9`), ou com `pause_on_shutdown=False`.",
            "b": "o deployment é um registro no servidor: ele fica, com a sua história.",
            "c": "ao sair com jeito, o `serve` pausa o que servia, para não deixar execuções sem dono. Ao voltar, ele a reativa.",
        },
    ),
    Prediction(
        id="03b.sem-worker",
        question="O pool existe, a execução foi pedida e não há nenhum worker. O que acontece com ela?",
        options={
            "a": "Falha: não há quem execute",
            "b": "Roda no servidor, que é quem a recebeu",
            "c": "Fica na fila, e depois de um tempo é marcada como atrasada (`Late`)",
        },
        answer="c",
        why={
            "a": "ninguém tentou executá-la ainda. O servidor não sabe se um worker vai aparecer daqui a um minuto.",
            "b": "o servidor nunca executa flows: ele nem tem o seu código.",
            "c": "ela espera. O `Late` só diz que passou da hora; o worker que chegar a pega do mesmo jeito.",
        },
    ),
    Prediction(
        id="03b.silencio",
        question="A carga 7 começou e sumiu; a 8 começou e terminou. Quantas mensagens chegam ao Slack, e quando?",
        options={
            "a": "Uma, da 7, uns dez segundos depois",
            "b": "Nenhuma: sem evento de falha não há o que disparar",
            "c": "Uma, na hora em que a 8 termina, porque a conta das duas é a mesma",
        },
        answer="a",
        why={
            "a": "passado o prazo sem o evento esperado, o gatilho proativo dispara; e o `for_each` deu um prazo a cada carga.",
            "b": "isso vale para o gatilho reativo. O proativo existe para o silêncio.",
            "c": "sem o `for_each`, o fim da 8 até poderia contar como o fim da 7, e ninguém seria avisado.",
        },
    ),
    Prediction(
        id="03b.fn",
        question="O que acontece em `precos.reajustar.fn(1000, 10)`, se a função usa `get_run_logger()`?",
        options={
            "a": "Devolve 1100: o `.fn` liga um servidor temporário",
            "b": "Dá erro: não há execução a que o log pertença",
            "c": "Devolve 1100, e o log vai para a última execução",
        },
        answer="b",
        why={
            "a": "o `.fn` é a função crua: nada de servidor, nada de retry, nada de cache.",
            "b": "o `get_run_logger` procura a execução em curso, e não há. O `disable_run_logger` o troca por um que não escreve.",
            "c": "o log é sempre o da execução em curso; fora dela, não há para onde ir.",
        },
    ),
]


# --- 03b.agenda -----------------------------------------------------------------------------------------------------

_MANAUS = ZoneInfo("America/Manaus")
_SUNDAY = datetime(2026, 3, 8, 12, tzinfo=UTC)
_CLOSING = {(day, 22, 30) for day in range(5)} | {(5, 14, 0)}
_DAYS = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")


def _fires(schedule: Any) -> list[datetime]:
    """What a schedule does in the week after a Sunday, as the server works it out."""
    from datetime import timedelta

    from prefect.server.schemas.schedules import CronSchedule
    from prefect.utilities.asyncutils import run_coro_as_sync

    cron = CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
    dates = run_coro_as_sync(cron.get_dates(n=400, start=_SUNDAY, end=_SUNDAY + timedelta(days=7)))
    return [datetime.fromtimestamp(date.timestamp(), _MANAUS) for date in dates or ()]


def _when(moment: tuple[int, int, int]) -> str:
    day, hour, minute = moment
    return f"{_DAYS[day]} às {hour}h{minute:02}"


def _agenda(answer: object) -> str:
    from prefect.schedules import Schedule

    schedules = list(answer) if isinstance(answer, list | tuple) else [answer]
    if not schedules:
        raise Wrong("A lista está vazia: nenhum fechamento dispararia.")
    for one in schedules:
        if isinstance(one, str):
            raise Wrong(f"Veio o texto {one!r}: sem um `Cron(...)` em volta não há onde dizer o fuso.")
        if not isinstance(one, Schedule) or not one.cron:
            raise Wrong(f"Cada item da lista é um `Cron(...)`, e veio {type(one).__name__}.")
        if not one.active:
            raise Wrong(f"A agenda `{one.cron}` está inativa.")
    found = [(d.weekday(), d.hour, d.minute) for one in schedules for d in _fires(one)]
    if len(found) != len(set(found)):
        twice = next(moment for moment in found if found.count(moment) > 1)
        raise Wrong(f"Duas agendas disparam juntas ({_when(twice)}): o fechamento rodaria duas vezes.")
    extra, missing = sorted(set(found) - _CLOSING), sorted(_CLOSING - set(found))
    if extra and missing and len(extra) == len(missing):
        raise Wrong(
            f"São seis disparos por semana, mas o primeiro errado é {_when(extra[0])}, no horário de Manaus, e devia ser "
            f"{_when(missing[0])}. O fuso é o de Manaus? O dia da semana é esse?"
        )
    if extra:
        raise Wrong(f"No horário de Manaus, há um disparo a mais: {_when(extra[0])}.")
    if missing:
        raise Wrong(f"No horário de Manaus, falta um disparo: {_when(missing[0])}.")
    return "Seis fechamentos por semana, cada um na hora de Manaus."


# --- 03b.deploy -----------------------------------------------------------------------------------------------------


def _deploy(answer: object) -> str:
    if not isinstance(answer, str):
        raise Wrong('Deixe a última linha como veio: `desafio("03b.deploy", "inventario-da-loja/diario")`.')
    prefect = server()
    told = prefect.api("GET", f"/deployments/name/{answer}", expect=(404,))
    if "id" not in told:
        raise NotTried(
            f"O deployment «{answer}» ainda não está no servidor: escreva o `await inventario.deploy(...)`."
        )
    if told["work_pool_name"] != "caju":
        raise Wrong(f"Quem executa é o pool {told['work_pool_name'] or 'nenhum'}; o pedido é o `caju`.")
    schedules = [schedule["schedule"] for schedule in told["schedules"] if schedule["active"]]
    if len(schedules) != 1 or "cron" not in schedules[0]:
        raise Wrong(f"O deployment tem {len(schedules)} agenda(s); o pedido é uma, de cron.")
    if schedules[0]["cron"].split() != ["0", "6", "*", "*", "*"]:
        raise Wrong(f"O cron é `{schedules[0]['cron']}`; todo dia às 6h é outro.")
    if schedules[0]["timezone"] != "America/Sao_Paulo":
        raise Wrong(
            f"O fuso da agenda é {schedules[0]['timezone'] or 'UTC, porque nenhum foi dito'}; o pedido é `America/Sao_Paulo`."
        )
    if told["parameters"] != {"loja": 12}:
        raise Wrong(
            f"Os parâmetros do deployment são {told['parameters']}; a agenda precisa contar a loja 12."
        )
    if "inventario" not in told["tags"]:
        raise Wrong(f"As tags são {told['tags']}; falta `inventario`.")
    asked = prefect.api("POST", f"/deployments/{told['id']}/create_flow_run", json={})
    run = prefect.execucao(asked["id"]).esperar(segundos=120)
    if run.estado != "Completed":
        raise Wrong(f"O registro está certo, mas a execução terminou em {run.estado}: {run.mensagem[:200]}")
    return "Registrado, agendado no fuso certo, e executado pelo worker com a loja 12."


# --- 03b.gatilho ----------------------------------------------------------------------------------------------------

_HEARD, _HEARD_SECONDS = "caju.verificacao.ouvida", 60.0


def _gatilho(answer: object) -> str:
    from prefect.events.schemas.automations import EventTrigger

    if not isinstance(answer, EventTrigger):
        raise Wrong(f"Aqui se pede um `EventTrigger`, e veio {type(answer).__name__}.")
    prefect = server()
    name = f"desafio-{uuid.uuid4().hex[:8]}"
    trigger = answer.model_dump(mode="json")

    def watch(trigger: dict[str, Any]) -> str:
        body = {"name": name, "trigger": trigger, "actions": [{"type": "do-nothing"}], "enabled": True}
        return str(prefect.api("POST", "/automations/", json=body)["id"])

    automation = watch(trigger)
    # Events are looked at in their order: once this one has been heard, so has all that came before.
    heard = watch(
        EventTrigger(expect={_HEARD}, match={"prefect.resource.id": name}, threshold=1).model_dump(
            mode="json"
        )
    )

    def emit(event: str, *resources: str) -> None:
        now = datetime.now(UTC).isoformat()
        events = [
            {
                "occurred": now,
                "event": event,
                "id": str(uuid.uuid4()),
                "resource": {"prefect.resource.id": f"{one}.{name}".lstrip(".")},
            }
            for one in resources
        ]
        prefect.api("POST", "/events", json=events)

    def fired(which: str) -> int:
        asked = {
            "filter": {
                "event": {"name": ["prefect.automation.triggered"]},
                "resource": {"id": [f"prefect.automation.{which}"]},
            }
        }
        return int(prefect.api("POST", "/events/filter", json=asked)["total"])

    def settled() -> bool:
        """Whether it has fired, once all that was sent has been looked at."""
        before = fired(heard)
        emit(_HEARD, "")
        deadline = time.monotonic() + _HEARD_SECONDS
        while fired(heard) == before:
            if time.monotonic() > deadline:
                raise ServiceError(f"O Prefect não olhou os eventos em {_HEARD_SECONDS:.0f} segundos.")
            time.sleep(0.2)
        return bool(fired(automation))

    def quiet(why: str) -> None:
        if settled():
            raise Wrong(why)

    failed = "caju.caixa.falhou"
    try:
        emit(failed, "caju.loja.1", "caju.loja.1")
        quiet("Duas falhas da mesma loja já chamaram o plantão; o pedido são três.")
        emit(failed, "caju.loja.2", "caju.loja.3", "caju.loja.4")
        quiet(
            "Uma falha em cada loja chamou o plantão: a conta precisa ser separada para cada recurso (`for_each`)."
        )
        emit("caju.caixa.abriu", *["caju.loja.5"] * 4)
        quiet("Um caixa que abriu quatro vezes chamou o plantão: só o evento `caju.caixa.falhou` conta.")
        emit(failed, *["caju.teste.1"] * 4)
        quiet("Os testes chamaram o plantão: o recurso precisa ser de uma loja (`match`).")
        emit(failed, *["caju.loja.6"] * 3)
        if not settled():
            raise Wrong(
                "O caixa da mesma loja falhou três vezes em um instante, e o gatilho não disparou. Confira o evento, o "
                "recurso (`caju.loja.*`), o `threshold` e o `within`."
            )
    finally:
        for one in (automation, heard):
            prefect.api("DELETE", f"/automations/{one}", expect=(404,))
    if answer.within.total_seconds() != 60:
        raise Wrong(
            f"O gatilho conta certo, mas a janela é de {answer.within.total_seconds():.0f} segundos; o pedido é um minuto."
        )
    return "Quatro alarmes falsos ficaram quietos, e o de verdade tocou."


# --- 03b.testes -----------------------------------------------------------------------------------------------------

Rows = list[dict[str, int]]


class _OnlyFn:
    """A task as a test of the first kind may use it: its function alone."""

    def __init__(self, function: Callable[[Rows], Any]) -> None:
        self.fn = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise Wrong(
            "O seu teste chamou a task inteira, que precisa do servidor: chame só a função, com `limpar.fn(...)`."
        )


def _right(vendas: Rows) -> Rows:
    return [row for row in vendas if row["centavos"] >= 0]


def _drops_zero(vendas: Rows) -> Rows:
    return [row for row in vendas if row["centavos"] > 0]


def _keeps_all(vendas: Rows) -> Rows:
    return list(vendas)


def _sorts(vendas: Rows) -> Rows:
    return sorted(_right(vendas), key=lambda row: row["centavos"])


def _in_place(vendas: Rows) -> Rows:
    vendas[:] = _right(vendas)
    return list(vendas)


def _nothing_for_empty(vendas: Rows) -> Rows | None:
    return _right(vendas) or None


def _abs(vendas: Rows) -> Rows:
    return [row | {"centavos": abs(row["centavos"])} for row in vendas]


_DEFECTS: list[tuple[str, Callable[[Rows], Any]]] = [
    ("deixa passar os valores negativos", _keeps_all),
    ("joga fora as vendas de valor zero", _drops_zero),
    ("troca o sinal dos negativos em vez de tirá-los", _abs),
    ("devolve as vendas em outra ordem (do menor valor para o maior)", _sorts),
    ("muda a lista que recebeu", _in_place),
    ("devolve `None` quando não sobra nenhuma venda", _nothing_for_empty),
]


def _testes(answer: object) -> str:
    if not callable(answer):
        raise Wrong(f"Aqui se pede a função `testar`, e veio {type(answer).__name__}.")
    if is_stub(getattr(answer, "__code__", _right.__code__)):
        raise NotTried("A função `testar` ainda está vazia: escreva os `assert` e rode a célula de novo.")
    try:
        answer(_OnlyFn(copy.copy(_right)))
    except AssertionError as error:
        raise Wrong(
            f"A versão certa reprovou no seu teste ({str(error)[:120] or 'um assert falso'}): ele cobra algo a mais."
        ) from None
    for what, function in _DEFECTS:
        try:
            answer(_OnlyFn(function))
        except Wrong:
            raise
        except Exception:
            continue
        raise Wrong(f"Uma versão que {what} passou no seu teste.")
    return f"A versão certa passou, e as {len(_DEFECTS)} defeituosas foram pegas, sem servidor nenhum."


CHALLENGES = [
    Challenge(
        id="03b.agenda",
        title="Manaus fecha em outra hora",
        hints=(
            "São dois horários diferentes: um `Cron` para os dias de semana, outro para o sábado.",
            "No cron, os campos são minuto, hora, dia, mês e dia da semana; `1-5` é de segunda a sexta, e `6`, sábado. "
            "O fuso vai em `timezone=`, em cada um dos dois.",
            'Quase a resposta: `[Cron("30 22 * * 1-5", timezone="America/Manaus"), Cron(...)]`, com o sábado no lugar dos pontos.',
        ),
        check=_agenda,
    ),
    Challenge(
        id="03b.deploy",
        title="O inventário das seis",
        hints=(
            "É o mesmo desenho do deploy do fechamento: um nome e, em seguida, quem executa, quando, com o quê e com que etiqueta.",
            "O nome é o primeiro argumento. Depois, `work_pool_name=`, `schedule=Cron(..., timezone=...)`, `parameters={...}` "
            "e `tags=[...]`. E não esqueça o `await`.",
            'Quase a resposta: `await inventario.deploy("diario", work_pool_name="caju", schedule=Cron("0 6 * * *", '
            'timezone="America/Sao_Paulo"), parameters={"loja": 12}, ...)`, com as tags no lugar dos pontos.',
        ),
        check=_deploy,
    ),
    Challenge(
        id="03b.gatilho",
        title="Três vezes a mesma loja",
        hints=(
            "Quatro perguntas: que evento, de que recurso, quantos, em quanto tempo. E mais uma: a conta é de quem?",
            "`expect` é o conjunto de eventos, `match` filtra o recurso (`caju.loja.*`), `threshold` é quantos, `within` a janela, "
            "e `for_each` separa a conta por recurso.",
            'Quase a resposta: `EventTrigger(expect={"caju.caixa.falhou"}, match={"prefect.resource.id": "caju.loja.*"}, '
            'for_each={"prefect.resource.id"}, threshold=..., within=timedelta(...))`, com os números no lugar dos pontos.',
        ),
        check=_gatilho,
    ),
    Challenge(
        id="03b.testes",
        title="O teste que pega o defeito",
        hints=(
            "Leia o enunciado como uma lista de promessas, e escreva um `assert` para cada uma. As beiradas: o zero, a lista vazia, a ordem.",
            "`limpar.fn(vendas)` chama só a função. Para ver se a lista recebida mudou, guarde uma cópia antes "
            "(`antes = list(vendas)`) e compare depois.",
            "Quase a resposta: uma lista com valores 500, -1, 0 e 300, nessa ordem; `assert limpar.fn(vendas) == [vendas[0], "
            "vendas[2], vendas[3]]`; `assert vendas == antes`; `assert limpar.fn([]) == []`.",
        ),
        check=_testes,
    ),
]
