"""A session drawn: what is known of every criterion, the one to work on, and the keys. Always fits the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.text import Text

from autograder.model.result import Status
from curso import tell
from curso.watch.session import Session

KEYS = (("d", "dica"), ("p", "próximo critério"), ("Enter", "conferir"), ("r", "recomeçar"), ("s", "sair"))


def screen(session: Session, seconds: float) -> RenderableType:
    """`seconds` is how long the check has been running."""
    known = [session.verdicts[c.id] for c in session.exercise.criteria if c.id in session.verdicts]
    old = {verdict.criterion for verdict in known} - session.fresh
    layout = Layout()
    layout.split_column(
        Layout(_head(session, seconds), size=2),
        Layout(tell.so_far(known, dim=old), size=max(len(known), 1)),
        Layout(_body(session), minimum_size=1),
        Layout(_keys(session), size=1),
    )
    return layout


def last_word(session: Session) -> RenderableType:
    """What stays in the terminal after it is over."""
    known = [session.verdicts[c.id] for c in session.exercise.criteria if c.id in session.verdicts]
    old = {verdict.criterion for verdict in known} - session.fresh
    parts: list[RenderableType] = [
        Text(session.exercise.title, style="bold underline"),
        tell.so_far(known, dim=old),
    ]
    if old:
        parts.append(Text("O que está apagado é de antes do último salvamento.", style="grey62"))
    if session.all_passed:
        parts.append(Text(_what_now(session)))
    return Group(*parts)


def _head(session: Session, seconds: float) -> RenderableType:
    head = Text.assemble((session.exercise.title, "bold underline"), "   ")
    if session.running is not None:
        done, total = session.progress.done, session.progress.total
        doing = f"conferindo… {done} de {total} etapas" if done else "preparando…"
        head.append(f"{doing}   {seconds:.0f} s", style="cyan")
    elif session.problem:
        head.append("esperando você terminar de escrever", style="yellow")
    elif session.result is not None:
        here = sum(v.max_points for v in session.result.verdicts if v.status is not Status.WAITING)
        head.append(f"{session.result.points} de {here} pontos", style="bold")
        head.append(f"   {session.result.seconds:.1f} s", style="grey62")
    if session.waiting:
        head.append("   há o que conferir: tecle Enter", style="yellow")
    return head


def _body(session: Session) -> RenderableType:
    parts: list[RenderableType] = []
    if session.notice:
        parts.append(Text(session.notice, style="yellow"))
    if session.problem:
        parts.append(Text(tell.clean(session.problem), style="yellow"))
    if session.result is not None:
        parts += tell.faults(session.result.verdicts)
    if session.hint:
        parts.append(Panel(Text(session.hint), title="Dica", title_align="left", border_style="cyan"))
    if session.all_passed:
        parts.append(Text(_what_now(session), style="green"))
    elif session.focus is not None:
        parts.append(tell.details(session.focus))
    elif not session.verdicts and not session.problem:
        parts.append(Text("Escreva, salve, e os critérios respondem aqui.", style="grey62"))
    return Group(*parts)


def _what_now(session: Session) -> str:
    return (
        "Tudo o que se confere aqui passou. `curso gabarito` mostra a resposta e outros dois jeitos certos ao lado do "
        "seu; `curso progresso` diz o que vem agora."
    )


def _keys(session: Session) -> RenderableType:
    line = Text(no_wrap=True, overflow="ellipsis")
    for key, what in KEYS:
        line.append(f" {key} ", style="reverse")
        line.append(f" {what}   ")
    return line
