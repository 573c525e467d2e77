"""A class graded by a Dask cluster: every worker a machine with this course on it, and its own cage.

Which worker has which submission is decided here, one submission a worker at a time. Dask's own scheduling would give
one that takes the cluster down to three workers in a row, and would never take one back from a worker that hangs.
"""

from __future__ import annotations

import contextlib
import logging
import re
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

import distributed
from distributed import Client, Future

from autograder.model.exercise import BrokenExerciseError
from autograder.sandbox.level import Level
from curso.classroom.executors import CEILING_SECONDS
from curso.classroom.remote import perform, refusal
from curso.classroom.work import Work

LOOK_SECONDS = 1.0
CONNECT_SECONDS = 15.0
GREETING_SECONDS = 180.0
GATHER_SECONDS = 30.0
PATIENCE_SECONDS = 120.0
"""How long a cluster may be without a worker that fits: machines restart."""


class ClusterError(BrokenExerciseError):
    """Nobody is left to grade; what was graded is kept. The message says what to do."""


@dataclass
class _Errand:
    """What a worker was given: a submission, or with no name the question whether it fits."""

    name: str | None
    future: Future
    until: float


@dataclass
class _Staff:
    """What is known of the workers, by address."""

    errands: dict[str, _Errand] = field(default_factory=dict)
    fit: set[str] = field(default_factory=set)
    unfit: dict[str, str] = field(default_factory=dict)
    """Why they get no more work, until they leave."""
    ever_fit: bool = False

    def forget_all_but(self, present: set[str]) -> None:
        """Whoever comes back is asked again: it may have been brought up to date."""
        self.fit &= present
        self.unfit = {address: why for address, why in self.unfit.items() if address in present}


class Cluster:
    """The workers of a Dask scheduler. `tell` is called with a sentence for each one that does not take part any more."""

    def __init__(
        self,
        address: str,
        least: Level,
        tell: Callable[[str], None],
        ceiling: float = CEILING_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.least = least
        self._address = address
        self._tell = tell
        self._ceiling = ceiling
        self._patience = patience

    def answers(self, waiting: Mapping[str, Work]) -> Generator[tuple[str, str | None]]:
        """See `Executor`. Raises ClusterError."""
        if not waiting:
            return
        self._check_address()
        with self._client() as client:
            yield from self._dispatch(client, waiting)

    def _check_address(self) -> None:
        """Dask itself would try for a minute, and then say it in its own way."""
        if not re.fullmatch(r"(tcp|tls)://\S+:\d+", self._address):
            raise ClusterError(
                f"«{self._address}» não é o endereço de um scheduler: escreva como em tcp://10.0.0.5:8786."
            )
        certificates = distributed.Security().get_connection_args("client").get("ssl_context")
        if self._address.startswith("tls:") and not certificates:
            raise ClusterError("Para falar com TLS faltam os certificados: veja docs/guia-cluster.md.")

    @contextlib.contextmanager
    def _client(self) -> Iterator[Client]:
        for name in ("distributed", "distributed.client", "distributed.core", "tornado.application"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what there is to say is said here
        try:
            client = Client(self._address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError, RuntimeError):
            raise ClusterError(
                f"Ninguém atende em {self._address}: confira se o `dask scheduler` está de pé nesse endereço"
                " e, com TLS, se os certificados são os dele."
            ) from None
        try:
            yield client
        except (OSError, distributed.core.RPCClosed):
            raise ClusterError(
                f"O scheduler em {self._address} parou de responder. O que já foi corrigido está guardado: rode de novo."
            ) from None
        finally:
            with contextlib.suppress(Exception):
                client.close(timeout=5)

    def _dispatch(self, client: Client, waiting: Mapping[str, Work]) -> Generator[tuple[str, str | None]]:
        to_do = deque(waiting)
        some = next(iter(waiting.values()))
        staff = _Staff()
        news: SimpleQueue[None] = SimpleQueue()
        last_fit = time.monotonic()

        def send(address: str, name: str | None) -> None:
            asked: tuple[object, ...]
            if name is None:
                asked = (refusal, some.exercise, some.grader, self.least.value)
                seconds = GREETING_SECONDS
            else:
                asked = (perform, waiting[name].model_dump_json())
                seconds = self._ceiling
            # Dask would remember an equal call's answer, and give it to whoever is free.
            future = client.submit(
                *asked, workers=[address], allow_other_workers=False, pure=False, retries=0
            )
            staff.errands[address] = _Errand(name, future, time.monotonic() + seconds)
            future.add_done_callback(lambda _: news.put(None))

        try:
            while to_do or any(errand.name is not None for errand in staff.errands.values()):
                present = set(client.nthreads())
                staff.forget_all_but(present)
                for address, errand in list(staff.errands.items()):
                    if not (settled := self._settled(address, errand, present)):
                        continue
                    del staff.errands[address]
                    answer, gone = settled
                    if gone:
                        in_hand = ": a entrega que estava com ele vai para outro" if errand.name else ""
                        self._tell(f"O worker {address} {gone}{in_hand}.")
                        staff.fit.discard(address)
                        staff.unfit[address] = gone
                    elif errand.name is None:
                        self._greeted(address, answer, staff)
                    if errand.name is not None:
                        yield errand.name, answer
                for address in present - staff.errands.keys() - staff.unfit.keys():
                    if address not in staff.fit:
                        send(address, None)
                    elif to_do:
                        send(address, to_do.popleft())
                if staff.fit:
                    last_fit = time.monotonic()
                self._somebody_must_be_left(staff, present, time.monotonic() - last_fit)
                with contextlib.suppress(Empty):
                    news.get(timeout=LOOK_SECONDS)
        finally:
            with contextlib.suppress(Exception):
                client.cancel([errand.future for errand in staff.errands.values()], force=True)

    def _settled(self, address: str, errand: _Errand, present: set[str]) -> tuple[str | None, str] | None:
        """The answer (None where it is lost) and what became of the worker ("" mostly); None while it works."""
        if errand.future.done():
            return _answer(errand.future), ""
        if address in present and time.monotonic() < errand.until:
            return None
        with contextlib.suppress(Exception):
            errand.future.cancel(force=True)
        return None, "não responde há tempo demais" if address in present else "sumiu"

    def _greeted(self, address: str, answer: str | None, staff: _Staff) -> None:
        if answer == "":
            staff.fit.add(address)
            staff.ever_fit = True
        else:
            staff.unfit[address] = why = answer or "não tem este curso instalado, ou tem outra versão dele"
            self._tell(f"O worker {address} foi recusado: {why}.")

    def _somebody_must_be_left(self, staff: _Staff, present: set[str], seconds: float) -> None:
        all_said_no = not staff.ever_fit and present and present <= staff.unfit.keys()
        if not (staff.fit or staff.errands) and (all_said_no or seconds > self._patience):
            raise ClusterError(
                f"Nenhum worker em {self._address} pode corrigir esta turma. O que já foi corrigido está guardado:"
                " ponha workers de pé com a mesma versão do curso e rode de novo."
            )


def _answer(future: Future) -> str | None:
    """A finished call's answer, where it is text; None where it failed, or its worker left with it."""
    if future.status != "finished":
        return None
    try:
        answer = future.result(timeout=GATHER_SECONDS)
    except Exception:
        return None
    return answer if isinstance(answer, str) else None
