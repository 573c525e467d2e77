"""What Lab's panel asks of the server. Every door needs the token, and none opens for another site.

A refusal is one sentence in Portuguese, as JSON: `{"message": "…"}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from pydantic import ValidationError
from tornado import web
from tornado.iostream import StreamClosedError

from autograder.model.result import Result, Verdict
from curso import checking
from curso.checking import Step
from curso.panel.standing import standing
from curso.places import ROOT, UnknownExerciseError, exercise_folder
from curso.record import events
from curso.services import background
from curso.start import start_work
from curso.tell import clean
from curso.terminal import Stop, criterion_must_exist, item_named, load_named, sentence_of

T = TypeVar("T")

LONGEST_LINE = 1 << 24  # a verdict brings the end of a log
OPENED_FROM = ("notebooks", "exercises", "trabalho")

_SENTENCES = {
    400: "O Lab não entendeu o pedido do painel: recarregue a página.",
    403: "O Lab recusou o pedido: abra a página de novo pelo endereço que `curso lab` mostrou, com o token.",
    404: "O Lab não conhece esse pedido do painel: reinicie-o com `make lab`.",
}
_DEFECT = "O painel encontrou um defeito do curso; o que o Lab escreveu no terminal diz qual."


class Refused(web.HTTPError):
    """A request that is not granted, and the sentence that says why."""

    def __init__(self, status_code: int, sentence: str) -> None:
        super().__init__(status_code)
        self.sentence = sentence


class PanelHandler(APIHandler):
    """What all of them share."""

    def skip_check_origin(self) -> bool:
        """Jupyter lets another site in that has the token. Here, none."""
        return False

    def check_origin(self, origin_to_satisfy_tornado: str = "") -> bool:
        if not super().check_origin(origin_to_satisfy_tornado):
            raise Refused(403, "O painel só atende às páginas do próprio Lab.")
        return True

    def write_error(self, status_code: int, **about: Any) -> None:
        error = about.get("exc_info", (None, None, None))[1]
        sentence = error.sentence if isinstance(error, Refused) else _SENTENCES.get(status_code, _DEFECT)
        self.finish(json.dumps({"message": sentence}, ensure_ascii=False))

    def body(self) -> dict[str, Any]:
        """The document that came with the request."""
        try:
            document = json.loads(self.request.body)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise Refused(400, _SENTENCES[400])
        return document

    def asked(self, name: str) -> str:
        """A text in that document."""
        value = self.body().get(name)
        if not isinstance(value, str):
            raise Refused(400, _SENTENCES[400])
        return value

    async def work(self, work: Callable[[], T]) -> T:
        """Does in a thread what reads and writes files. What may be expected to fail is told in one sentence."""
        try:
            return await asyncio.to_thread(work)
        except Exception as error:
            sentence = sentence_of(error)
            if sentence is None:
                raise
            raise Refused(404 if isinstance(error, UnknownExerciseError) else 409, sentence) from error


class StandingHandler(PanelHandler):
    """Where the learner stands. Tornado answers 304 to whoever has this already."""

    _track_activity = False  # a page left open is no work

    @web.authenticated
    async def get(self) -> None:
        now = await self.work(standing)
        self.finish(now.model_dump_json())


class OpenHandler(PanelHandler):
    """Which file to open for a lesson or an exercise; the learner's copy of an exercise is made where there is none."""

    @web.authenticated
    async def post(self) -> None:
        path = self.asked("path")
        self.finish({"path": await self.work(lambda: openable(path))})


def openable(path: str, root: Path = ROOT) -> str:
    """The path to open instead of `path`, which must be a file of the course's. Raises Stop with one sentence."""
    try:
        file = (root / path).resolve()
    except (OSError, ValueError, RuntimeError):  # a name that no file can have, a link that turns in circles
        raise Stop("Esse nome não serve para um arquivo.") from None
    inside = next((name for name in OPENED_FROM if file.is_relative_to((root / name).resolve())), None)
    if inside is None:
        raise Stop(f"O painel só abre o que está em {', '.join(OPENED_FROM[:-1])} e {OPENED_FROM[-1]}.")
    relative = file.relative_to((root / inside).resolve())
    if inside == "exercises":
        start_work(exercise_folder(relative.parts[0] if relative.parts else "", root).name)
        inside = "trabalho"
    if not (root / inside / relative).is_file():
        raise Stop(f"Não encontrei o arquivo {path}. O curso está completo? `git status` mostra o que falta.")
    return f"{inside}/{relative.as_posix()}"


class HintHandler(PanelHandler):
    """The hints of a criterion: those seen so far, and, with POST, one more."""

    @web.authenticated
    async def get(self) -> None:
        exercise, criterion = self.get_query_argument("exercise"), self.get_query_argument("criterion")
        self.finish(await self.work(lambda: _hints(exercise, criterion, one_more=False)))

    @web.authenticated
    async def post(self) -> None:
        exercise, criterion = self.asked("exercise"), self.asked("criterion")
        self.finish(await self.work(lambda: _hints(exercise, criterion, one_more=True)))


def _hints(exercise_id: str, criterion: str, *, one_more: bool) -> dict[str, Any]:
    exercise = load_named(exercise_id)
    criterion_must_exist(exercise, criterion)
    if one_more:
        seen, _, notice = events.next_hint(exercise, criterion)
    else:
        record, notice = events.read()
        seen = record.criterion(exercise.id, criterion).hints_seen
    return {"hints": exercise.criterion(criterion).hints[:seen], "notice": notice}


class MarkHandler(PanelHandler):
    """The learner's own "já domino", set or taken back."""

    @web.authenticated
    async def post(self) -> None:
        item, mine = self.asked("item"), self.body().get("mine")
        if not isinstance(mine, bool):
            raise Refused(400, _SENTENCES[400])
        self.finish({"notice": await self.work(lambda: events.mark(item_named(item), mine=mine))})


class ServiceHandler(PanelHandler):
    """Starts or stops a service, and answers at once: how far it is, the standing tells."""

    @web.authenticated
    async def post(self) -> None:
        name, verb = self.asked("name"), self.asked("verb")
        if verb not in background.VERBS:
            raise Refused(400, _SENTENCES[400])
        await self.work(lambda: background.begin(verb, name))
        self.set_status(202)
        self.finish({})


class CheckHandler(PanelHandler):
    """Checks the learner's copy of an exercise: a line of JSON for each step and verdict, as soon as it is known."""

    _following: asyncio.Task[None] | None = None

    @web.authenticated
    async def post(self) -> None:
        asked = self.asked("exercise")
        exercise = (await self.work(lambda: exercise_folder(asked))).name
        self.set_header("Content-Type", "application/x-ndjson; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self._following = asyncio.create_task(self._follow(exercise))
        with contextlib.suppress(asyncio.CancelledError, StreamClosedError):
            await self._following
            self.finish(set_content_type="application/x-ndjson; charset=utf-8")

    def on_connection_close(self) -> None:
        """Nobody waits any more, so nothing runs on."""
        super().on_connection_close()
        if self._following is not None:
            self._following.cancel()

    async def _follow(self, exercise: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *checking.command(exercise),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            limit=LONGEST_LINE,
        )
        try:
            assert process.stdout is not None and process.stderr is not None
            output = asyncio.create_task(process.stdout.read())
            said: list[str] = []
            async for line in process.stderr:
                match checking.heard(line.decode("utf-8", errors="replace")):
                    case Step(done, total):
                        await self._tell(kind="step", done=done, total=total)
                    case Verdict() as verdict:
                        await self._tell(kind="verdict", verdict=_cleaned(verdict.model_dump(mode="json")))
                    case sentence:
                        said += [sentence] if sentence else []
            try:
                result = Result.model_validate_json(await output)
            except ValidationError:
                await self._tell(kind="problem", message=clean(" ".join(said[-3:])) or checking.NO_RESULT)
            else:
                await self._tell(kind="result", result=_cleaned(result.model_dump(mode="json")), notices=said)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
                _ends.add(end := asyncio.create_task(_end(process)))
                end.add_done_callback(_ends.discard)

    async def _tell(self, **event: Any) -> None:
        self.write(json.dumps(event, ensure_ascii=False) + "\n")
        await self.flush()


_ends: set[asyncio.Task[None]] = set()
"""Held here while they run: the loop itself keeps no task alive."""


async def _end(process: Process) -> None:
    """Waits for a check that was told to stop, and insists."""
    for insist in (process.terminate, process.kill):
        try:
            await asyncio.wait_for(process.wait(), checking.CLEAN_UP_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                insist()
        else:
            return


def _cleaned(value: Any) -> Any:
    """The same, with every text in it as `clean` leaves it: some come from a student's program."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {name: _cleaned(one) for name, one in value.items()}
    return value


def handlers(base_url: str) -> list[tuple[str, type[PanelHandler]]]:
    """Addresses and who answers there."""
    doors: dict[str, type[PanelHandler]] = {
        "situacao": StandingHandler,
        "abrir": OpenHandler,
        "dica": HintHandler,
        "dominio": MarkHandler,
        "servico": ServiceHandler,
        "verificar": CheckHandler,
    }
    return [(url_path_join(base_url, "curso", "painel", name), door) for name, door in doors.items()]
