"""The panel's doors in the server of a real `curso lab`: who may knock, what may be asked, what is answered."""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from curso.bank import bank_of
from curso.panel.handlers import openable
from curso.panel.standing import KeptState
from curso.terminal import Stop
from lab_browser import ROOT, TOKEN, Lab, running_lab

if TYPE_CHECKING:
    from conftest import Course

EXERCISE = "ex1-dag-complexo"
STATEMENT = f"exercises/{EXERCISE}/{EXERCISE}.ipynb"
COPY = f"trabalho/{EXERCISE}/{EXERCISE}.ipynb"
MISTAKE = "cancelada-conta"
WITH_TOKEN = {"Authorization": f"token {TOKEN}"}
DOORS = [
    ("GET", "situacao", None),
    ("GET", f"dica?exercise={EXERCISE}&criterion=agenda", None),
    ("POST", "abrir", {"path": STATEMENT}),
    ("POST", "dica", {"exercise": EXERCISE, "criterion": "agenda"}),
    ("POST", "dominio", {"item": "dags", "mine": True}),
    ("POST", "servico", {"name": "slack", "verb": "start"}),
    ("POST", "verificar", {"exercise": EXERCISE}),
]


@dataclass
class Panel:
    """What the panel's script can do, done from here."""

    course: Course
    lab: Lab

    def ask(
        self, method: str, name: str, body: object = None, headers: Mapping[str, str] = WITH_TOKEN
    ) -> tuple[int, Any, Mapping[str, str]]:
        """The status, the document and the headers of one answer."""
        content = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.lab.url}/curso/painel/{name}", content, dict(headers), method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.loads(answer.read() or b"null"), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null"), error.headers

    def refused(self, status: int, method: str, name: str, body: object = None, **more: Any) -> str:
        """The one sentence of a refusal."""
        code, document, _ = self.ask(method, name, body, **more)
        assert code == status, document
        assert document.keys() == {"message"}
        sentence: str = document["message"]
        assert sentence.endswith(".")
        assert "\n" not in sentence
        return sentence

    def standing(self) -> dict[str, Any]:
        code, document, _ = self.ask("GET", "situacao")
        assert code == 200, document
        found: dict[str, Any] = document
        return found

    def exercise(self) -> dict[str, Any]:
        return next(one for one in self.standing()["state"]["exercises"] if one["id"] == EXERCISE)

    def criterion(self, name: str) -> dict[str, Any]:
        return next(one for one in self.exercise()["criteria"] if one["id"] == name)

    def wait_for(self, what: Callable[[dict[str, Any]], bool], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not what(now := self.standing()):
            assert time.monotonic() < deadline, now
            time.sleep(0.2)

    def lines(self) -> Iterator[tuple[float, dict[str, Any]]]:
        """Each line of a check, and when it came."""
        connection = http.client.HTTPConnection(self.lab.url.removeprefix("http://"), timeout=280)
        connection.request(
            "POST", "/curso/painel/verificar", json.dumps({"exercise": EXERCISE}), {**WITH_TOKEN}
        )
        answer = connection.getresponse()
        assert answer.status == 200
        try:
            for line in answer:
                yield time.monotonic(), json.loads(line)
        finally:
            answer.close()
            connection.close()


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory, new_course: Callable[[Path], Course]) -> Iterator[Panel]:
    scratch = tmp_path_factory.mktemp("painel")
    course = new_course(scratch / "curso de orquestração")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(course.root))
        with running_lab(scratch, root=course.root) as lab:
            yield Panel(course, lab)


@pytest.mark.parametrize(("method", "name", "body"), DOORS, ids=[f"{door[0]} {door[1]}" for door in DOORS])
def test_no_door_opens_without_the_token(panel: Panel, method: str, name: str, body: object) -> None:
    for headers in ({}, {"Authorization": "token outro"}):
        assert "token" in panel.refused(403, method, name, body, headers=headers)
    assert not panel.course.work.exists()
    assert not panel.course.record.exists()


@pytest.mark.parametrize(("method", "name", "body"), DOORS, ids=[f"{door[0]} {door[1]}" for door in DOORS])
def test_no_door_opens_for_another_site_even_with_the_token(
    panel: Panel, method: str, name: str, body: object
) -> None:
    for origin in ("https://exemplo.org", panel.lab.url.replace("http:", "https:") + "0", "null"):
        told = panel.refused(403, method, name, body, headers={**WITH_TOKEN, "Origin": origin})
        assert told == "O painel só atende às páginas do próprio Lab."
    assert not panel.course.work.exists()
    assert not panel.course.record.exists()


def test_the_lab_s_own_pages_are_let_in(panel: Panel) -> None:
    assert panel.ask("GET", "situacao", headers={**WITH_TOKEN, "Origin": panel.lab.url})[0] == 200


def test_a_cookie_alone_changes_nothing(panel: Panel) -> None:
    """A form on another page would bring the browser's cookies, and not what protects from forgery."""
    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    browser.open(panel.lab.address("/lab"), timeout=60).close()
    forgery = {cookie.name: cookie.value for cookie in cookies}.get("_xsrf")
    assert forgery
    address, body = (
        f"{panel.lab.url}/curso/painel/dominio",
        json.dumps({"item": "dags", "mine": True}).encode(),
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        browser.open(urllib.request.Request(address, body), timeout=60)
    assert refused.value.code == 403
    assert not panel.course.record.exists()
    with browser.open(urllib.request.Request(address, body, {"X-XSRFToken": forgery}), timeout=60) as answer:
        assert answer.status == 200
    assert panel.ask("POST", "dominio", {"item": "dags", "mine": False})[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../fora.ipynb",
        "notebooks/../../fora.ipynb",
        "notebooks/../.curso/progresso.json",
        "solutions/ex1-dag-complexo/gabarito/dags/vendas_diarias.py",
        ".",
        "",
        "~/x.ipynb",
    ],
)
def test_only_what_one_studies_is_opened(panel: Panel, path: str) -> None:
    told = panel.refused(409, "POST", "abrir", {"path": path})
    assert told == "O painel só abre o que está em notebooks, exercises e trabalho."


def test_other_paths_that_lead_nowhere(panel: Panel) -> None:
    told = panel.refused(409, "POST", "abrir", {"path": "notebooks/99-nada.ipynb"})
    assert told.startswith("Não encontrei o arquivo notebooks/99-nada.ipynb.")
    assert panel.refused(409, "POST", "abrir", {"path": "notebooks/\0"}).startswith("Esse nome não serve")
    assert "«nada»" in panel.refused(404, "POST", "abrir", {"path": "exercises/nada/nada.ipynb"})


def test_a_link_out_of_the_course_is_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "curso", tmp_path / "fora.ipynb"
    (root / "notebooks").mkdir(parents=True)
    outside.write_text("{}", encoding="utf-8")
    (root / "notebooks" / "atalho.ipynb").symlink_to(outside)
    (root / "notebooks" / "volta.ipynb").symlink_to(root / "notebooks" / "volta.ipynb")
    for name in ("atalho", "volta"):
        with pytest.raises(Stop):
            openable(f"notebooks/{name}.ipynb", root)


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"3", b'{"path": 3}', b"{}", b"\xff", b"", b"[" * 100_000],
    ids=lambda body: repr(body[:9]),
)
def test_a_request_that_makes_no_sense(panel: Panel, body: bytes) -> None:
    assert "recarregue a página" in panel.refused(400, "POST", "abrir", body)


def test_what_does_not_exist_is_told_in_one_sentence(panel: Panel) -> None:
    unknown = {"exercise": "ex9", "criterion": "agenda"}
    assert "«ex9»" in panel.refused(404, "POST", "verificar", unknown)
    assert "«ex9»" in panel.refused(404, "POST", "dica", unknown)
    assert "«nada»" in panel.refused(409, "POST", "dica", {"exercise": EXERCISE, "criterion": "nada"})
    assert "«nada»" in panel.refused(409, "POST", "servico", {"name": "nada", "verb": "start"})
    assert "recarregue" in panel.refused(400, "POST", "servico", {"name": "slack", "verb": "formatar"})
    assert "«nada»" in panel.refused(409, "POST", "dominio", {"item": "nada", "mine": True})
    assert "recarregue" in panel.refused(400, "POST", "dominio", {"item": "dags", "mine": "sim"})


def test_hints_come_one_at_a_time_and_are_remembered(panel: Panel) -> None:
    asked = {"exercise": EXERCISE, "criterion": "agenda"}
    seen = f"dica?exercise={EXERCISE}&criterion=agenda"
    assert panel.ask("GET", seen)[1]["hints"] == []
    given = [panel.ask("POST", "dica", asked)[1]["hints"] for _ in range(4)]
    assert [len(hints) for hints in given] == [1, 2, 3, 3]
    assert given[0] == given[3][:1]
    assert panel.ask("GET", seen)[1]["hints"] == given[3]
    assert panel.criterion("agenda")["hints_seen"] == 3


def test_a_mark_of_one_s_own_is_no_proof(panel: Panel) -> None:
    assert panel.ask("POST", "dominio", {"item": "deploys", "mine": True})[0] == 200
    item = {one["item"]: one for one in panel.standing()["state"]["checklist"]}["deploys"]
    assert (item["mine"], item["done"], item["points"]) == (True, False, 0)
    assert panel.ask("POST", "dominio", {"item": "deploys", "mine": False})[0] == 200
    assert not any(one["mine"] for one in panel.standing()["state"]["checklist"])


def test_the_standing_is_sent_again_only_when_something_happened(panel: Panel) -> None:
    _, _, headers = panel.ask("GET", "situacao")
    known = {**WITH_TOKEN, "If-None-Match": headers["ETag"]}
    assert panel.ask("GET", "situacao", headers=known)[0] == 304
    assert panel.course.curso("dica", EXERCISE, "desvio").code == 0  # in a terminal
    code, _, _ = panel.ask("GET", "situacao", headers=known)
    assert code == 200
    assert panel.criterion("desvio")["hints_seen"] == 1


def test_a_notice_waits_for_who_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server looks ahead; what reading put right is told to the first who really looks, and once."""
    monkeypatch.setenv("CURSO_ESTADO", str(tmp_path))
    (tmp_path / "progresso.json").write_text("{", encoding="utf-8")
    kept = KeptState()
    assert "danificado" in kept.state(ROOT, ahead=True).notice
    assert [("danificado" in kept.state(ROOT).notice) for _ in range(2)] == [True, False]


def test_a_service_starts_and_stops(panel: Panel) -> None:
    def phase(now: dict[str, Any]) -> str:
        return str({one["name"]: one["phase"] for one in now["services"]}["slack"])

    assert phase(panel.standing()) == "parado"
    assert panel.ask("POST", "servico", {"name": "slack", "verb": "start"})[0] == 202
    panel.wait_for(lambda now: phase(now) == "pronto")
    assert panel.ask("POST", "servico", {"name": "slack", "verb": "stop"})[0] == 202
    panel.wait_for(lambda now: phase(now) == "parado")


def test_an_exercise_not_begun_is_told_so(panel: Panel) -> None:
    (line,) = [line for _, line in panel.lines()] if not panel.course.work.exists() else [None]
    assert line
    assert line["kind"] == "problem"
    assert "ainda não começou" in line["message"]


def test_beginning_makes_the_copy_once_and_checking_streams(panel: Panel, tmp_path: Path) -> None:
    assert panel.ask("POST", "abrir", {"path": STATEMENT})[1] == {"path": COPY}
    mine = panel.course.work / "dags" / "vendas_diarias.py"
    bank_of(EXERCISE, panel.course.root).build_wrong(MISTAKE, tmp_path)
    mine.write_text((tmp_path / "dags" / "vendas_diarias.py").read_text(encoding="utf-8"), encoding="utf-8")
    written = mine.read_text(encoding="utf-8")
    for path in (STATEMENT, COPY):
        assert panel.ask("POST", "abrir", {"path": path})[1] == {"path": COPY}
    assert mine.read_text(encoding="utf-8") == written

    came = list(panel.lines())
    kinds = [line["kind"] for _, line in came]
    assert kinds[-1] == "result"
    assert kinds.count("result") == 1
    verdicts = [at for at, line in came if line["kind"] == "verdict"]
    assert len(verdicts) >= 5
    assert len(set(verdicts)) > 1
    assert verdicts[0] < came[-1][0], "the first verdict came before the last was known"
    lost = {one["criterion"] for one in came[-1][1]["result"]["verdicts"] if one["status"] == "failed"}
    assert lost == set(bank_of(EXERCISE, panel.course.root).wrong()[MISTAKE].loses)
    assert {one["id"] for one in panel.exercise()["criteria"] if one["status"] == "failed"} == lost


def test_a_check_nobody_waits_for_ends(panel: Panel) -> None:
    def running() -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter(["cmdline"]):
            line = process.info["cmdline"] or []
            if line[-4:] == ["verificar", EXERCISE, "--json", "--progresso"]:
                found.append(process)
        return found

    tries = panel.criterion("carrega")["tries"]
    lines = panel.lines()
    next(lines)
    assert running()
    lines.close()  # the page is gone
    deadline = time.monotonic() + 60
    while running() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not running()
    assert panel.criterion("carrega")["tries"] == tries, "it was ended, and did not come to its end"
