"""`curso certificado`: one HTML page with what was proven, when, and with which versions. It says what it is not."""

from __future__ import annotations

import html
import subprocess
import tomllib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from autograder.model.exercise import Exercise
from curso import atomic, tell
from curso.places import ROOT, state_folder
from curso.record import kept
from curso.record.model import Record, Tried
from curso.state import State, state
from curso.syllabus import Syllabus, read_syllabus

HONEST = (
    "Este registro foi feito pelo programa do curso, no computador de quem estudou, a partir do arquivo de progresso "
    "que fica nele. Ninguém acompanhou, e quem tem o arquivo pode mudá-lo: não é diploma nem nota. O que há de "
    "verificável é isto: com os arquivos da entrega e a semente de cada critério, quem tem o curso repete a correção "
    "e vê o mesmo veredito."
)


def write_certificate(target: Path | None, name: str = "", root: Path = ROOT) -> Path:
    """Writes the page and says where. Raises FileExistsError where something is there already."""
    now = state(root)
    record, _ = kept.load(state_folder(root))
    page = certificate(now, record, read_syllabus(root), name, course_version(root))
    path = target or _free(root / "trabalho")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        raise FileExistsError(17, "File exists", str(path))
    atomic.write_text(path, page)
    path.chmod(0o644)
    return path


def certificate(now: State, record: Record, syllabus: Syllabus, name: str, version: str) -> str:
    """The page. Everything in it that is not ours is escaped."""
    who = f"<p class='who'>{_text(name)}</p>" if name.strip() else ""
    exercises = "".join(_exercise(exercise, record) for exercise in syllabus.exercises)
    return f"""<!doctype html>
<html lang="pt-BR"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Módulo 4: Orquestração e Workflows. Registro de evidências</title><style>{_STYLE}</style></head><body><main>
<h1>Módulo 4: Orquestração e Workflows</h1><p>Registro de evidências</p>{who}
<p>Feito em {_when(datetime.now().astimezone())}, com o curso na versão {_text(version)}.</p>
<p class="honest">{_text(HONEST)}</p>
<h2>Checklist</h2>{_checklist(now)}
<h2>Exercícios</h2>{exercises or "<p>Nenhum critério foi provado ainda.</p>"}
<h2>Lições</h2>{_lessons(now)}
</main></body></html>
"""


def course_version(root: Path = ROOT) -> str:
    """The version that the project names, and the commit where there is one."""
    try:
        named = str(
            tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        )
    except (OSError, KeyError, ValueError):
        named = "desconhecida"
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return named
    commit = done.stdout.strip() if done.returncode == 0 and (root / ".git").exists() else ""
    return f"{named} ({commit})" if commit else named


def _checklist(now: State) -> str:
    rows = []
    for item in now.checklist:
        if item.done:
            standing = "☑ provado"
        elif item.mine:
            standing = "◆ já domino (declarado por quem estuda, sem prova do curso)"
        else:
            standing = "☐ em andamento" if item.points else "☐ não começado"
        rows.append((standing, item.title, f"{item.points} de {item.max_points}"))
    return _table(("situação", "item", "pontos"), rows)


def _exercise(exercise: Exercise, record: Record) -> str:
    known = record.exercises.get(exercise.id)
    proven = [
        (criterion, tried)
        for criterion in exercise.criteria
        if (tried := record.criterion(exercise.id, criterion.id)).proof is not None
    ]
    if not proven:
        return ""
    made = sum(criterion.points for criterion, _ in proven)
    rows = [
        (criterion.title, str(criterion.points), *_proof(tried), str(tried.tries), str(tried.hints_seen))
        for criterion, tried in proven
    ]
    claim = f"<p>{_text(exercise.proves)}</p>" if made == exercise.max_points else ""
    heads = ("critério", "pontos", "provado em", "semente", "isolamento", "entrega", "tentativas", "dicas")
    notes = [f"<p>Versões: {_text(line)}.</p>" for line in _versions(tried for _, tried in proven)]
    if known and known.answer and known.answer.before_passing:
        notes.append(f"<p>A resposta foi aberta em {_when(known.answer.at)}, antes de tudo passar.</p>")
    return (
        f"<h3>{_text(exercise.title)}: {made} de {exercise.max_points} pontos</h3>"
        f"{claim}{_table(heads, rows)}{''.join(notes)}"
    )


def _proof(tried: Tried) -> tuple[str, str, str, str]:
    proof = tried.proof
    assert proof is not None
    seed = "" if proof.seed is None else str(proof.seed)
    return _when(proof.at), seed, proof.level, proof.submission[:12]


def _versions(tried: Iterable[Tried]) -> list[str]:
    """Each set of versions once."""
    sets = (one.proof.versions for one in tried if one.proof and one.proof.versions)
    return list(
        dict.fromkeys(", ".join(f"{name} {number}" for name, number in sorted(one.items())) for one in sets)
    )


def _lessons(now: State) -> str:
    rows = [
        (
            lesson.title,
            f"{lesson.challenges_done} de {lesson.challenges_total}",
            f"{lesson.predictions_done} de {lesson.predictions_total}",
        )
        for lesson in now.lessons
        if lesson.challenges_total or lesson.predictions_total
    ]
    return _table(("lição", "desafios", "previsões"), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{_text(cell)}</th>" for cell in heads)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _when(at: datetime) -> str:
    return f"{at.astimezone():%d/%m/%Y às %H:%M (UTC%z)}"


def _text(value: str) -> str:
    return html.escape(tell.clean(value))


def _free(folder: Path) -> Path:
    """A name that says when, and that nothing has yet."""
    number, path = 1, folder / f"certificado-{datetime.now():%Y-%m-%d}.html"
    while path.exists():
        number += 1
        path = folder / f"certificado-{datetime.now():%Y-%m-%d}-{number}.html"
    return path


_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
.who { font-size: 1.5rem; font-weight: bold; }
.honest { border-left: .25rem solid #9a6700; padding-left: 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #8886; vertical-align: top; }
"""
