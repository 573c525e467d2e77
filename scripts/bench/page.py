"""The measures as a page with a plot, in Portuguese."""

from __future__ import annotations

from typing import Any

ROWS = (
    ("`nbgrader autograde`: um DAG de dez tasks, uma execução, cinco testes", "nbgrader_seconds", "s"),
    ("`otter run`: o mesmo", "otter_seconds", "s"),
    ("o mesmo trabalho, nosso, aquecido (o processo inteiro)", "same_work_seconds", "s"),
    ("nbgrader ÷ nosso, par a par", "nbgrader_over_same_work", "vezes"),
    ("otter ÷ nosso, par a par", "otter_over_same_work", "vezes"),
    ("exercício 1, aquecido: o primeiro veredito", "first_verdict_seconds", "s"),
    ("exercício 1, aquecido: todos os 13 critérios (seis execuções)", "warm_seconds", "s"),
    ("exercício 1, a frio", "cold_seconds", "s"),
    ("frio ÷ aquecido, par a par", "cold_over_warm", "vezes"),
    ("exercício 1, um processo novo do Airflow por cenário, em fila (duas voltas)", "alone_seconds", "s"),
    ("um processo por cenário ÷ aquecido, par a par", "alone_over_warm", "vezes"),
    ("o limite: só os seis `dag.test()`, em fila, em um processo já aquecido", "bare_seconds", "s"),
    ("aquecido ÷ limite, par a par", "warm_over_bare", "vezes"),
    ("`curso --help`", "help_seconds", "s"),
)
KEYS = {"jeitos": "warm_seconds", "turmas": "live", "maquinas": "overhead_ms", "servicos": "services"}
"""What the page cannot do without, by the part that measures it."""

MACHINE = "bare_seconds"
"""Nothing of ours is in it, so between two rounds it tells how fast the machine was."""
OF_A_SLOWER_MACHINE = (
    MACHINE, "nbgrader_over_same_work", "otter_over_same_work", "nbgrader_over_class", "first_verdict_seconds", "warm_seconds",
)  # fmt: skip


def with_part(kept: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The figures that were kept, with those of one part that was measured anew."""
    if MACHINE not in part or MACHINE not in kept:
        return kept | part
    faster, slower = sorted((kept, part), key=lambda one: float(one[MACHINE]["median"]))
    told = {name: slower[name] for name in OF_A_SLOWER_MACHINE}
    # What only one of the two has measured stays, too.
    return kept | part | {name: faster[name] for name in part if name in faster} | {"slower": told}


def as_page(document: dict[str, Any]) -> str:
    machine, versions = document["machine"], document["versions"]
    rows = [
        f"| {what} | {_number(document[name]['median'])} {unit} | "
        f"{_number(document[name]['min'])} a {_number(document[name]['max'])} |"
        for what, name, unit in ROWS
    ]
    said = {name: _number(value) for name, value in document.items() if isinstance(value, int | float)}
    return "\n".join(
        [
            "# Medidas",
            "",
            f"Feitas por `make bench`: o que se compara foi medido em uma rodada só, alternando; n = {document['n']}, mediana, "
            f"mínimo e máximo. Máquina: {machine['cores']} núcleos, {machine['memory_gb']} GB, Python "
            f"{machine['python']}, Airflow {versions['apache-airflow']}, nbgrader {versions['nbgrader']}, otter-grader "
            f"{versions['otter-grader']}, os dois em um ambiente só deles, com as mesmas versões do resto, como o `pip` o "
            "monta (com o Airflow vem o `rfc3987-syntax`, que o curso dispensa e que pesa em cada processo). Os tempos "
            "variam de uma máquina para outra, e as razões também: o jeito usual passa parte do tempo só esperando, e essa parte "
            "não cresce quando o processador é mais lento.",
            "",
            *_slower(document),
            "![Segundos por correção](bench.svg)",
            "",
            "| o que | mediana | mínimo e máximo |",
            "| --- | ---: | --- |",
            *rows,
            "",
            "## Uma turma",
            "",
            f"- {said['class_students']} entregas com esse mesmo trabalho: {said['class_seconds_per_student']} s por entrega, "
            f"**{said['nbgrader_over_class']} vezes** mais entregas por minuto do que uma depois da outra com nbgrader e "
            f"{said['otter_over_class']} vezes mais do que com otter.",
            f"- {said['exercise_students']} entregas do exercício 1 inteiro: {said['exercise_class_seconds_per_student']} s por entrega, "
            f"{said['exercise_class_minutes']} min ao todo. Fora o que é corrigir, cada entrega custa {said['overhead_ms']} ms.",
            f"- {said['by_workers']} entregas do exercício 1 por um cluster: dois workers, com um núcleo cada, fazem "
            f"{_range(document['two_workers_over_one'])} vezes o que faz um.",
            f"- {said['live']} entregas seguidas: o tempo por entrega no último décimo é {said['live_last_over_first']} vezes o do "
            f"primeiro. O palco aquecido ocupa {said['stage_mb_first']} MB no começo e {said['stage_mb_last']} MB no "
            f"fim; uma execução, no máximo {said['child_mb']} MB além do que divide com ele.",
            f"- {said['recorded']} julgamentos de evidência guardada (corretores que mudaram, nada é executado): {said['recorded_ms']} ms "
            f"de processador cada; último décimo ÷ primeiro: {said['recorded_last_over_first']}.",
            f"- `curso relatorio` sobre {said['reported']} resultados: {_range(document['report_seconds'])} s de processador.",
            "",
            "## Os outros exercícios, aquecidos",
            "",
            "| exercício | o primeiro veredito | todos |",
            "| --- | ---: | ---: |",
            *(
                f"| `{name}` | {_range(of['first_seconds'])} s | {_range(of['warm_seconds'])} s |"
                for name, of in document["others"].items()
            ),
            "",
            "## Os serviços das lições",
            "",
            "De uma pasta vazia até responder, e a memória proporcional (PSS) de todos os processos de cada um.",
            "",
            "| serviço | fica pronto em | memória |",
            "| --- | ---: | ---: |",
            *(
                f"| `{name}` | {_range(of['seconds'])} s | {_number(of['memory_mb']['median'])} MB |"
                for name, of in document["services"].items()
            ),
            "",
            *_lessons(document.get("lessons", {})),
        ]
    )


def _slower(document: dict[str, Any]) -> list[str]:
    if "slower" not in document:
        return []
    slower = document["slower"]
    times = slower[MACHINE]["median"] / document[MACHINE]["median"]
    return [
        f"Em outra rodada a máquina estava {_number(round(times, 1))} vezes mais lenta (pelo limite da tabela, que não tem nada "
        f"nosso). Nela, nbgrader ÷ nosso: {_range(slower['nbgrader_over_same_work'])}; otter ÷ nosso: "
        f"{_range(slower['otter_over_same_work'])}; em uma turma, {_number(slower['nbgrader_over_class'])} vezes mais entregas "
        f"por minuto do que com nbgrader. O exercício 1 aquecido: o primeiro veredito em "
        f"{_range(slower['first_verdict_seconds'])} s, todos em {_range(slower['warm_seconds'])} s.",
        "",
    ]


def _lessons(seconds: dict[str, float]) -> list[str]:
    if not seconds:
        return []
    return [
        "## As lições",
        "",
        "Todas as células, da primeira à última, com os serviços partindo do zero.",
        "",
        "| lição | tempo das células |",
        "| --- | ---: |",
        *(f"| `{name}` | {_number(round(of / 60, 1))} min |" for name, of in seconds.items()),
        "",
    ]


def _range(summary: dict[str, float]) -> str:
    """A median with its extremes."""
    return f"{_number(summary['median'])} ({_number(summary['min'])} a {_number(summary['max'])})"


def _number(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def as_plot(document: dict[str, Any]) -> str:
    """Horizontal bars of seconds, as an SVG that needs no library."""
    bars = [
        ("nbgrader, 1 execução", document["nbgrader_seconds"]["median"], "#8b949e"),
        ("otter, 1 execução", document["otter_seconds"]["median"], "#8b949e"),
        ("o mesmo, nosso", document["same_work_seconds"]["median"], "#1a7f37"),
        ("o mesmo, em uma turma", document["class_seconds_per_student"], "#1a7f37"),
        ("exercício 1, processos novos", document["alone_seconds"]["median"], "#8b949e"),
        ("exercício 1 a frio, 6 execuções", document["cold_seconds"]["median"], "#8b949e"),
        ("exercício 1 aquecido", document["warm_seconds"]["median"], "#1a7f37"),
        ("só os dag.test(), em fila", document["bare_seconds"]["median"], "#54aeff"),
    ]
    most = max(seconds for _, seconds, _ in bars)
    height = 30 + 40 * len(bars)
    lines = []
    for number, (what, seconds, colour) in enumerate(bars):
        y, width = 20 + 40 * number, max(round(360 * seconds / most), 2)
        lines += [
            f'<text x="230" y="{y + 17}" text-anchor="end">{what}</text>',
            f'<rect x="240" y="{y}" width="{width}" height="24" rx="3" fill="{colour}"/>',
            f'<text x="{248 + width}" y="{y + 17}">{f"{seconds:.1f}".replace(".", ",")} s</text>',
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="680" height="{height}" font-family="sans-serif" font-size="13">'
        f'<rect width="680" height="{height}" fill="#fff"/>' + "".join(lines) + "</svg>\n"
    )
