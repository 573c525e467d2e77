"""What the panel shows: the state document, and how the services are. Asked for every few seconds, so it is cheap."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from curso.places import ROOT, state_folder
from curso.services import background, control
from curso.services.catalog import MODULES, service_named
from curso.services.folder import Phase
from curso.services.lab import PAGES
from curso.state import State, state

_WHAT_STATE_RESTS_ON = (
    "docs/checklist.toml",
    "notebooks/*.ipynb",
    "solutions/*/exercise.toml",
    "exercises/*/exercise.toml",
    "trabalho",
    "trabalho/*",
)


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServiceStanding(_Document):
    """One service, as the panel shows it."""

    name: str
    title: str
    phase: Phase
    step: int
    steps: int
    words: str
    """What is being done, or what went wrong."""
    stopping: bool
    page: str
    """Where its own page is, below the Lab's address; "" where it has none."""


class Standing(_Document):
    """Where the learner stands, and where the services do."""

    state: State
    services: tuple[ServiceStanding, ...]


class KeptState:
    """The last state, computed again only when a file that it rests on has changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: object = None
        self._state: State | None = None

    def state(self, root: Path, *, ahead: bool = False) -> State:
        """`ahead` of anybody's looking at it: then a notice, which is given once, waits for who will."""
        with self._lock:
            seen = _fingerprint(root)
            if self._state is None or seen != self._seen:
                self._state = state(root)
                # With a notice, reading has put the record right: its files are other ones now.
                self._seen = _fingerprint(root) if self._state.notice else seen
            if self._state.notice and not ahead:
                self._seen = None
            return self._state


def _fingerprint(root: Path) -> object:
    """Changes when one of the files does: when it was written, which file it is, how long it is."""
    paths = [path for pattern in _WHAT_STATE_RESTS_ON for path in sorted(root.glob(pattern))]
    with contextlib.suppress(OSError):
        paths += sorted(state_folder(root).glob("*.json"))
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            about = path.stat()
            found.append((path, about.st_mtime_ns, about.st_ino, about.st_size))
    return found


_kept = KeptState()


def standing(root: Path = ROOT, *, ahead: bool = False) -> Standing:
    """Raises BrokenExerciseError where the course itself can't be read."""
    return Standing(state=_kept.state(root, ahead=ahead), services=tuple(_service(name) for name in MODULES))


def warm_up() -> None:
    """Loads and computes ahead of the first look at it, which comes with the page."""
    threading.Thread(target=_look_ahead, daemon=True).start()


def _look_ahead() -> None:
    with contextlib.suppress(Exception):  # whoever asks is told
        standing(ahead=True)


def _service(name: str) -> ServiceStanding:
    known = control.status(name)
    starting = background.doing("start", name)
    phase = known.phase if known else Phase.STARTING if starting else Phase.STOPPED
    words = known.words if known and phase is not Phase.READY else ""
    problem = background.problem(name)
    if problem and not starting and phase is not Phase.READY:
        phase, words = Phase.FAILED, problem
    return ServiceStanding(
        name=name,
        title=_without_article(service_named(name).title),
        phase=phase,
        step=known.step if known else 0,
        steps=known.steps if known else 1,
        words=words,
        stopping=background.doing("stop", name),
        page=f"{name}/" if name in PAGES else "",
    )


def _without_article(title: str) -> str:
    """ "Airflow" of "O Airflow": sentences need the article, a list doesn't."""
    article, _, rest = title.partition(" ")
    return rest[:1].upper() + rest[1:] if article in ("O", "A", "Os", "As") and rest else title
