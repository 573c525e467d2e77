"""Lesson 04b: what it asks and what it checks."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from curso.lessons.challenge import Challenge, NotTried, Wrong
from curso.lessons.content.licao_04a import (
    materialize,
    must_be_asset,
    must_depend,
    source,
    upstream,
)
from curso.lessons.prediction import Prediction

BRASILIA = ZoneInfo("America/Sao_Paulo")

PREDICTIONS = [
    Prediction(
        id="04b.quebrado",
        question="Um arquivo novo do projeto levanta NameError ao ser carregado. O que acontece com os assets dos outros arquivos?",
        options={
            "a": "nada: só o arquivo novo fica de fora",
            "b": "ficam, porque o Dagster continua com a última versão boa",
            "c": "somem: o projeto inteiro deixa de carregar até alguém consertar",
        },
        answer="c",
        why={
            "a": "é assim no Airflow, em que cada arquivo de DAG é lido sozinho. Um projeto do Dagster é um pacote só.",
            "b": "seria bom, e não é assim: o code server sobe com o erro, e o inventário fica vazio. O histórico continua lá.",
            "c": "o `definitions.py` junta tudo em um objeto; se uma parte falha, não há objeto. A página continua no ar e mostra o erro.",
        },
    ),
    Prediction(
        id="04b.fila",
        question="O daemon está parado e você pede um run pela página. O que acontece com ele?",
        options={
            "a": "roda do mesmo jeito: quem executa é o webserver",
            "b": "falha na hora, e a página explica",
            "c": "fica em QUEUED, e roda quando o daemon voltar",
        },
        answer="c",
        why={
            "a": "o webserver só anota o pedido na fila.",
            "b": "nada falha: o pedido foi aceito. É por isso que ninguém percebe.",
            "c": "quem tira da fila é o daemon. O pedido espera, sem erro e sem pressa, até alguém notar.",
        },
    ),
    Prediction(
        id="04b.fuso",
        question="A agenda tem o cron `0 2 * * *` e não diz o fuso. A que horas dispara, para quem está em Recife?",
        options={
            "a": "às 23:00 do dia anterior",
            "b": "às 02:00: vale o fuso da máquina",
            "c": "às 05:00",
        },
        answer="a",
        why={
            "a": "02:00 em UTC são 23:00 em Brasília. O fechamento rodaria uma hora antes de o dia acabar.",
            "b": "o Dagster não olha o fuso da máquina: sem `execution_timezone`, vale o UTC.",
            "c": "é a conta ao contrário: 02:00 de Brasília são 05:00 em UTC.",
        },
    ),
    Prediction(
        id="04b.backfill",
        question="Pedimos um backfill de três partições diárias, sem mudar nada no asset. Quantos runs?",
        options={
            "a": "um, que passa pelas três",
            "b": "três, um por partição",
            "c": "trinta e um: o mês inteiro de março",
        },
        answer="b",
        why={
            "a": "é o que faz `backfill_policy=dg.BackfillPolicy.single_run()`, que este asset não tem.",
            "b": "cada partição é um run com a sua própria tag, e pode falhar e ser refeita sozinha.",
            "c": "só o que foi pedido: as outras partições continuam vazias, e isso não é um erro.",
        },
    ),
    Prediction(
        id="04b.run-key",
        question="O arquivo de Belém fica na pasta, e o sensor olha várias vezes. Quantos runs ele provoca?",
        options={
            "a": "um para cada vez que o sensor olhou",
            "b": "dois: um quando ele chega, e outro quando o sensor percebe que continua lá",
            "c": "um só",
        },
        answer="c",
        why={
            "a": "o sensor pediu todas as vezes, com o mesmo `run_key`, e o Dagster reconheceu o pedido repetido.",
            "b": "continuar lá não é novidade: o arquivo não mudou, o `run_key` também não, e o pedido é o mesmo.",
            "c": "o `run_key` é o nome do pedido: feito uma vez, os seguintes com o mesmo nome são ignorados.",
        },
    ),
    Prediction(
        id="04b.on-cron",
        question="O `boletim_do_sul` tem `on_cron` às 02:00, e as vendas de hoje só chegam às 02:40. Quando ele é pedido?",
        options={
            "a": "às 02:00 em ponto, com as vendas de ontem",
            "b": "depois das 02:40, uma vez",
            "c": "às 02:00 e de novo depois das 02:40",
            "d": "só amanhã: perdeu a hora",
        },
        answer="b",
        why={
            "a": "é o que uma agenda faria. O `on_cron` exige que tudo de cima tenha sido atualizado desde o horário.",
            "b": "o horário abre a janela, e a chegada do dado fecha a condição. Depois disso, só no dia seguinte.",
            "c": "uma vez por horário: o pedido das 02:40 já gastou o das 02:00.",
            "d": "o horário fica valendo até ser atendido ou até o próximo.",
        },
    ),
    Prediction(
        id="04b.eager",
        question="A automação está ligada e você materializa só as `metas`. O que acontece com o `painel`, que é `eager`?",
        options={
            "a": "segundos depois, um run novo o materializa sozinho",
            "b": "entra no mesmo run das `metas`",
            "c": "nada: `eager` só avisa na UI que ele está desatualizado",
        },
        answer="a",
        why={
            "a": "na avaliação seguinte o daemon viu que o de cima mudou e pediu o de baixo.",
            "b": "o seu pedido foi só das `metas`. Quem pediu o `painel` foi o daemon, depois, em outro run.",
            "c": "o aviso existe com ou sem `eager`; a condição é o que transforma o aviso em pedido.",
        },
    ),
]

# Challenge 1: a schedule.


def _fires(cron: str, zone: str | None, since: datetime, until: datetime) -> Iterator[datetime]:
    from dagster._utils.schedules import schedule_execution_time_iterator

    for when in schedule_execution_time_iterator(since.timestamp(), cron, zone):
        if when >= until:
            return
        yield when.astimezone(BRASILIA)


def _agenda(answer: object) -> str:
    import dagster as dg

    if not isinstance(answer, dg.ScheduleDefinition):
        raise Wrong(
            f"A resposta é um `dg.ScheduleDefinition`, e recebi um objeto do tipo `{type(answer).__name__}`."
        )
    if answer.name != "dias_uteis":
        raise Wrong(f"A agenda se chama `{answer.name}`; o nome pedido é `dias_uteis`.")
    since = datetime(2026, 3, 2, tzinfo=BRASILIA)
    until = since + timedelta(days=14)
    crons = [answer.cron_schedule] if isinstance(answer.cron_schedule, str) else list(answer.cron_schedule)
    seen = sorted(when for cron in crons for when in _fires(cron, answer.execution_timezone, since, until))
    days = [since + timedelta(days=number) for number in range(14)]
    wanted = [day.replace(hour=2, minute=30) for day in days if day.weekday() < 5]
    if seen != wanted:
        odd = next((when for when in seen if when not in wanted), None)
        if odd is None:
            missing = next(when for when in wanted if when not in seen)
            raise Wrong(f"Ela não dispara em {_said(missing)}, e devia.")
        raise Wrong(f"Ela dispara em {_said(odd)}, no horário de Brasília, e não devia.")
    if answer.default_status != dg.DefaultScheduleStatus.RUNNING:
        raise Wrong("Os horários estão certos, mas ela nasce desligada: ninguém se lembraria de ligá-la.")
    return "Duas semanas de disparos conferidos: às 02:30 de Brasília, sem sábado nem domingo, e já ligada."


def _said(when: datetime) -> str:
    names = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
    return f"{names[when.weekday()]}, {when:%d/%m às %H:%M}"


# Challenge 2: a partition in its own zone.

_RECEIPTS = [
    {"id": "C1", "quando": "2026-03-10T02:59:59+00:00"},  # 23:59:59 of the 9th in Brasília
    {"id": "C2", "quando": "2026-03-10T03:00:00+00:00"},
    {"id": "C3", "quando": "2026-03-10T15:20:00+00:00"},
    {"id": "C4", "quando": "2026-03-11T01:30:00+00:00"},
    {"id": "C5", "quando": "2026-03-11T03:00:00+00:00"},
    {"id": "C6", "quando": "2026-03-11T12:00:00+00:00"},
]
_DAYS = {"2026-03-09": ["C1"], "2026-03-10": ["C2", "C3", "C4"], "2026-03-11": ["C5", "C6"], "2026-03-12": []}


def _particao(answer: object) -> str:
    asset = must_be_asset(answer, "cupons_do_dia")
    must_depend(asset, "cupons_do_dia", "cupons")
    parts = asset.partitions_def
    if parts is None:
        raise Wrong("`cupons_do_dia` não tem partições: falta `partitions_def=` no decorador.")
    first = parts.get_first_partition_key()
    if first != "2026-03-01":
        raise Wrong(f"A primeira partição é {first}, e devia ser 2026-03-01.")
    if str(getattr(parts, "timezone", "")) != "America/Sao_Paulo":
        raise Wrong(
            f"O fuso das partições é {getattr(parts, 'timezone', 'UTC')}: o dia começaria às 21:00 de Brasília. "
            "Diga `timezone=`."
        )
    for day, wanted in _DAYS.items():
        result = materialize([source("cupons", _RECEIPTS), asset], partition_key=day)
        value = result.output_for_node("cupons_do_dia")
        seen = [receipt["id"] for receipt in value] if isinstance(value, list) else value
        if seen == wanted:
            continue
        if isinstance(seen, list) and (odd := [one for one in seen if one not in wanted]):
            raise Wrong(f"Na partição {day} entrou o cupom {_receipt(odd[0])}, que não é desse dia.")
        if isinstance(seen, list) and (lost := [one for one in wanted if one not in seen]):
            raise Wrong(f"Na partição {day} faltou o cupom {_receipt(lost[0])}, que é desse dia.")
        raise Wrong(f"Na partição {day} esperava a lista dos cupons do dia, e recebi {value!r}.")
    return "Quatro dias, com os cupons de virada de dia no lado certo."


def _receipt(name: str) -> str:
    text = next(receipt["quando"] for receipt in _RECEIPTS if receipt["id"] == name)
    return f"{name} ({datetime.fromisoformat(text).astimezone(BRASILIA):%d/%m às %H:%M:%S} em Brasília)"


# Challenge 3: a sensor.


def _sensor(answer: object) -> str:
    import dagster as dg

    if not isinstance(answer, dg.SensorDefinition):
        raise Wrong("A resposta é o sensor `corrigidos`: a função tem `@dg.sensor(...)` em cima?")
    with tempfile.TemporaryDirectory() as name, dg.DagsterInstance.ephemeral() as instance:
        folder = Path(name)

        def look(cursor: str | None) -> Any:
            entrance = SimpleNamespace(pasta=name, arquivos=lambda: sorted(folder.iterdir()))
            context = dg.build_sensor_context(
                instance=instance, cursor=cursor, resources={"entrada": entrance}
            )
            return answer.evaluate_tick(context)

        def keep(file: str, text: str, second: int) -> None:
            (folder / file).write_text(text, encoding="utf-8")
            os.utime(folder / file, (1_772_000_000 + second,) * 2)

        nothing = look(None)
        if nothing.run_requests:
            raise Wrong("Com a pasta vazia, o sensor pediu um run.")
        if not nothing.skip_message or nothing.skip_message == "Sensor function returned an empty result":
            raise NotTried(
                'Com a pasta vazia, o sensor não disse nada. Comece por aí: `return dg.SkipReason("...")`.'
            )
        keep("belem.csv", "a", 0)
        keep("recife.csv", "a", 0)
        keep("natal.tmp", "pela metade", 0)
        first = look(nothing.cursor)
        keys = [request.run_key for request in first.run_requests]
        if len(keys) == 3:
            raise Wrong(
                "Havia dois `.csv` e um `.tmp`, e o sensor pediu três runs: o `.tmp` ainda está sendo gravado."
            )
        if len(keys) != 2:
            raise Wrong(f"Havia dois arquivos `.csv` na pasta, e o sensor pediu {len(keys)} run(s).")
        if len(set(keys)) < 2 or None in keys:
            raise Wrong(
                f"Os dois pedidos têm os `run_key` {keys!r}. Cada arquivo precisa do seu, ou o Dagster "
                "não os distingue."
            )
        second = look(first.cursor)
        if fresh := {request.run_key for request in second.run_requests or []} - set(keys):
            raise Wrong(f"Nada mudou na pasta, e o sensor pediu um run com outro nome ({fresh.pop()!r}).")
        keep("belem.csv", "corrigido", 60)
        third = look(second.cursor)
        fresh = {request.run_key for request in third.run_requests or []} - set(keys)
        if not fresh:
            raise Wrong(
                "`belem.csv` foi corrigido e gravado de novo, e nenhum pedido novo saiu: para o Dagster, o `run_key` "
                "ainda é o de antes. O que, no arquivo, mudou?"
            )
        if len(fresh) > 1:
            raise Wrong("Só `belem.csv` mudou, e o sensor pediu de novo também o outro.")
    return "Pasta vazia, arquivo pela metade, repetido e corrigido: um pedido para cada coisa que mudou."


# Challenge 4: automation conditions.


def _automacao(answer: object) -> str:
    import dagster as dg

    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Wrong("A resposta é a lista dos dois assets: `[alerta, relatorio]`.")
    alert, report = must_be_asset(answer[0], "alerta"), must_be_asset(answer[1], "relatorio")
    for asset, name in ((alert, "alerta"), (report, "relatorio")):
        if "vendas_limpas" not in upstream(asset):
            raise Wrong(f"`{name}` não depende de `vendas_limpas`.")
        if not asset.automation_conditions_by_key:
            raise Wrong(f"`{name}` não tem `automation_condition`: ninguém o refaria.")
    sales = source("vendas_limpas", [1])
    with dg.DagsterInstance.ephemeral() as instance:
        cursor: Any = None
        midnight = datetime(2026, 3, 10, tzinfo=BRASILIA).astimezone(UTC)

        def evaluate(hours: float) -> Any:
            nonlocal cursor
            # In a thread of its own: Dagster opens an event loop, and a notebook's has its own open already.
            with ThreadPoolExecutor(1) as other:
                seen = other.submit(
                    dg.evaluate_automation_conditions,
                    [sales, alert, report],
                    instance,
                    evaluation_time=midnight + timedelta(hours=hours),
                    cursor=cursor,
                ).result()
            cursor = seen.cursor
            return seen

        def at(hours: float) -> set[str]:
            """What is asked for at that hour; it is made at once, as the daemon would."""
            seen = evaluate(hours)
            asked = [asset for asset in (alert, report) if seen.get_num_requested(asset.key)]
            for asset in asked:
                instance.report_runless_asset_event(dg.AssetMaterialization(asset.key))
            evaluate(hours + 0.01)  # sees that they are made, before anything else happens
            return {asset.key.to_user_string() for asset in asked}

        def sales_arrive() -> None:
            instance.report_runless_asset_event(dg.AssetMaterialization("vendas_limpas"))

        at(0.0)
        sales_arrive()
        _expect(at(0.1), {"alerta"}, "à meia-noite e pouco, com vendas novas")
        _expect(at(3.2), set(), "às 03:12, sem nada de novo")
        _expect(at(6.1), set(), "às 06:06, com as vendas ainda de ontem")
        sales_arrive()
        _expect(at(6.5), {"alerta", "relatorio"}, "às 06:30, logo depois de chegarem as vendas de hoje")
        sales_arrive()
        _expect(at(9.0), {"alerta"}, "às 09:00, com uma correção nas vendas")
        sales_arrive()
        _expect(at(27.1), {"alerta"}, "às 03:06 do dia seguinte, com vendas novas")
        _expect(at(30.1), set(), "às 06:06 do dia seguinte, sem vendas desde as 03:06")
    return "Um dia e meio de relógio: o alerta acompanhou cada mudança, e o relatório saiu uma vez, com o dado de hoje."


def _expect(seen: set[str], wanted: set[str], when: str) -> None:
    for name in sorted(seen - wanted):
        raise Wrong(f"O `{name}` foi pedido {when}, e não devia.")
    for name in sorted(wanted - seen):
        raise Wrong(f"O `{name}` não foi pedido {when}, e devia.")


# Challenge 5: a small project, for real.


def _no_ar(answer: object) -> str:
    from curso.licao import servico
    from curso.services.dagster_client import ErroNasDefinicoes

    if answer != "recalcular_metas":
        raise Wrong('A resposta é o nome do job, entre aspas: "recalcular_metas".')
    dagster = servico("dagster")
    if not (dagster.pasta_defs / "desafio_metas.py").exists():
        raise NotTried(
            "Ainda não há o arquivo `desafio_metas.py` no projeto: escreva a célula `%%dagster` e rode-a."
        )
    try:
        content = dagster.recarregar()
    except ErroNasDefinicoes as error:
        raise Wrong(f"O projeto não carrega: `{str(error).splitlines()[-1][:200]}`.") from None
    for kind, name in (
        ("assets", "metas_por_regiao"), ("assets", "metas_em_reais"), ("jobs", "recalcular_metas"),
        ("schedules", "metas_da_semana"),
    ):  # fmt: skip
        if name not in content[kind]:
            raise Wrong(
                f"Não encontrei `{name}` no projeto; há: {', '.join(content[kind]) or 'nada desse tipo'}."
            )
    if dagster.asset("metas_em_reais")["dependencias"] != ["metas_por_regiao"]:
        raise Wrong("`metas_em_reais` não depende de `metas_por_regiao`: o parâmetro tem o nome do asset?")
    next_ones = [when.astimezone(BRASILIA) for when in dagster.proximos("metas_da_semana", 4)]
    if odd := [when for when in next_ones if (when.weekday(), when.hour, when.minute) != (0, 6, 30)]:
        raise Wrong(f"A agenda vai disparar em {_said(odd[0])}, no horário de Brasília.")
    run = dagster.executar("recalcular_metas").esperar(120)
    if run.estado != "SUCCESS":
        failed = [row["passo"] for row in run.passos if row["estado"] == "FAILURE"]
        raise Wrong(
            f"O run do seu job terminou em {run.estado}, no passo {', '.join(failed) or 'nenhum'}: veja-o na UI."
        )
    if lost := {"metas_por_regiao", "metas_em_reais"} - {row["passo"] for row in run.passos}:
        raise Wrong(f"O job rodou e deixou de fora `{lost.pop()}`: olhe a `selection` dele.")
    return f"O daemon executou o seu job (run {run.id[:8]}), e a próxima segunda já está marcada."


CHALLENGES = [
    Challenge(
        id="04b.agenda",
        title="O fechamento dos dias úteis",
        hints=(
            "Em cron, o primeiro campo são os minutos, e o último, o dia da semana (0 é domingo).",
            "São três coisas além do cron: o nome, o fuso e o estado em que ela nasce.",
            '`dg.ScheduleDefinition(name="dias_uteis", target="group:caju", cron_schedule="30 2 * * 1-5", '
            'execution_timezone="America/Sao_Paulo", default_status=dg.DefaultScheduleStatus.RUNNING)`',
        ),
        check=_agenda,
    ),
    Challenge(
        id="04b.particao",
        title="De que dia é este cupom?",
        hints=(
            "O decorador ganha `partitions_def=`, com o começo e o fuso. O corpo não precisa de `strftime`.",
            "`context.partition_time_window` tem `start` e `end`, dois `datetime`s com fuso. O começo entra, o fim não.",
            "`janela = context.partition_time_window` e `return [c for c in cupons if janela.start <= "
            'datetime.fromisoformat(c["quando"]) < janela.end]`.',
        ),
        check=_particao,
    ),
    Challenge(
        id="04b.sensor",
        title="Um sensor que não repete e não esquece",
        hints=(
            "O sensor pode pedir de novo o que já pediu: com o mesmo `run_key`, o Dagster ignora.",
            "O nome não muda quando o arquivo é corrigido. O que muda está em `arquivo.stat()`.",
            '`run_key=f"{arquivo.name}:{arquivo.stat().st_mtime_ns}"` para cada arquivo com `arquivo.suffix == ".csv"`.',
        ),
        check=_sensor,
    ),
    Challenge(
        id="04b.automacao",
        title="Cada um na sua hora",
        hints=(
            "Um acompanha as mudanças; o outro espera uma hora **e** o dado. A tabela do começo da seção tem as duas condições.",
            "`on_cron` tem dois argumentos: o cron e o fuso. Sem o fuso, 06:00 é em UTC.",
            '`dg.AutomationCondition.eager()` no `alerta`, e `dg.AutomationCondition.on_cron("0 6 * * *", '
            'cron_timezone="America/Sao_Paulo")` no `relatorio`.',
        ),
        check=_automacao,
    ),
    Challenge(
        id="04b.no-ar",
        title="Ponha no ar",
        hints=(
            "Comece pelos dois assets e rode a célula: ela diz o que o projeto tem. Depois, o job e a agenda.",
            "Um job é `dg.define_asset_job(nome, selection=[...])`, e a agenda aponta para ele com `job=`.",
            '`dg.ScheduleDefinition(name="metas_da_semana", job=recalcular_metas, cron_schedule="30 6 * * 1", '
            'execution_timezone="America/Sao_Paulo")`.',
        ),
        check=_no_ar,
    ),
]
