"""Steps beside parsing and running: functions that are called, files that are chosen, files that must stay."""

from __future__ import annotations

import shutil
import urllib.request
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from autograder.judge.checks import Unmet, calls_of, deadlines_of
from autograder.judge.messages import Message, mails, mentions, not_kept, number_after, posts, refusals
from autograder.model.evidence import Evidence, Outcome, StepEvidence
from autograder.model.exercise import Exercise
from autograder.run import adapters
from autograder.run.observe import digests
from autograder.run.play import play
from autograder.run.services.web import Answer, Request, WebService
from autograder.run.world import Call, Limits, MissDeadline, Observe, Parse, Run, Scenario, Step, WorldService
from autograder.sandbox import cage
from autograder.sandbox.level import Level
from autograder.submission import Submission

AT = datetime(2026, 3, 2, 5, tzinfo=UTC)
PLAIN = Level.PLAIN


@pytest.fixture
def play_steps(toy_adapter: None, toy_exercise: Exercise, scratch: Path) -> Callable[..., Evidence]:
    """Plays steps of a scenario on a stage without a cage."""

    def run(
        files: dict[str, str],
        steps: dict[str, Step],
        services: Callable[[], Sequence[WorldService]] = tuple,
    ) -> Evidence:
        def build(world: Path) -> None:
            (world / "guardado.bin").write_bytes(b"\xff\x00" * 10)

        return play(
            Submission({name: text.encode() for name, text in files.items()}, {}),
            toy_exercise,
            [Scenario("mundo", build, steps, lambda world: {"MUNDO": str(world)}, services)],
            Observe("nada.db", (), (), kept=("guardado.bin", "outro.bin")),
            seed=1,
            level=PLAIN,
        )

    return run


def test_what_one_orchestrator_cannot_bear_the_other_may(
    toy_adapter: None, toy_exercise: Exercise, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = cage.PACKAGE / "run" / "inside"
    shutil.copyfile(inside / "toy.py", inside / "doll.py")
    monkeypatch.setitem(adapters.ADAPTERS, "doll", adapters.Adapter("doll", lambda places: {}, lambda: None))

    def calls(file: str, seconds: float) -> Call:
        return Call(file, lambda world: [], Limits(wall_seconds=seconds))

    files = {"pipeline.py": results(1), "laço.py": "while True: pass"}
    steps = {"laço": calls("laço.py", 0.5), "depois": calls("pipeline.py", 15.0)}
    evidence = play(
        Submission({name: text.encode() for name, text in files.items()}, {}),
        toy_exercise,
        [
            Scenario("um", lambda folder: None, steps),
            Scenario("outro", lambda folder: None, {"chamada": calls("pipeline.py", 15.0)}, adapter="doll"),
            Scenario("mais-um", lambda folder: None, {"chamada": calls("pipeline.py", 15.0)}),
        ],
        Observe("nada.db", (), ()),
        seed=1,
        level=PLAIN,
    )
    assert {name: step.outcome for name, step in evidence.steps.items()} == {
        "um/laço": Outcome.TIMED_OUT,
        "um/depois": Outcome.NOT_PLAYED,
        "outro/chamada": Outcome.OK,
        "mais-um/chamada": Outcome.NOT_PLAYED,
    }
    assert evidence.versions == {"toy": "1"}


def results(value: object) -> str:
    return f"report = {{'results': [{{'value': {value!r}}}]}}"


def test_a_call_brings_back_what_its_file_says(play_steps: Callable[..., Evidence]) -> None:
    script = "report = {'results': [{'value': [arguments['calls'], arguments['root'] in arguments['file']]}]}"
    asked = Call("b.py", lambda world: [("f", {"onde": f"{world}/x"})])
    evidence = play_steps({"pipeline.py": "", "b.py": script}, {"chamada": asked})
    (result,) = calls_of(evidence, "mundo/chamada")
    assert result.value is not None
    ((call,), whole) = result.value  # type: ignore[misc, str-unpack, unused-ignore]
    assert whole is True
    assert call[0] == "f"  # type: ignore[index]
    assert str(call[1]["onde"]).endswith("/x")  # type: ignore[index, call-overload]


def test_a_call_needs_no_dag_that_loads(play_steps: Callable[..., Evidence]) -> None:
    steps = {"chamada": Call("pipeline.py", lambda world: []), "execução": Run("toy", AT)}
    evidence = play_steps({"pipeline.py": "report = {'results': []}"}, steps)
    assert calls_of(evidence, "mundo/chamada") == ()
    assert evidence.steps["mundo/execução"].outcome is Outcome.NOT_PLAYED


@pytest.mark.parametrize(
    "script",
    [
        "report = {'results': 3}",
        "report = {'results': [{'value': 1, 'points': 100}]}",
        "report = {'results': [{'error': None}]}",
        "report = {'state': 'success', 'logical_date': 'x', 'tasks': []}",
        "v = 1\nfor _ in range(600): v = [v]\nreport = {'results': [{'value': v}]}",
        "report = {'results': [{'value': 'x' * 2_000_000}]}",
    ],
    ids=["no list", "one key too many", "no text", "of another job", "deep", "too much"],
)
def test_a_report_of_another_form_is_no_evidence(play_steps: Callable[..., Evidence], script: str) -> None:
    evidence = play_steps({"pipeline.py": script}, {"chamada": Call("pipeline.py", lambda world: [])})
    assert evidence.steps["mundo/chamada"].outcome is Outcome.MALFORMED
    with pytest.raises(Unmet):
        calls_of(evidence, "mundo/chamada")


def test_each_step_says_which_file(play_steps: Callable[..., Evidence]) -> None:
    told = "import os; print('FILE', os.path.basename(arguments['file']))"
    missed = "report = {'missed': []}\n" + told
    steps: dict[str, Step] = {
        "carga": Parse(file="b.py"),
        "primeiro": Run("toy", AT),
        "outro": Run("toy", AT, file="b.py"),
        "prazo": MissDeadline("toy", AT, file="c.py"),
    }
    evidence = play_steps({"pipeline.py": told, "b.py": told, "c.py": missed}, steps)
    printed = {name: "".join(step.output.values()) for name, step in evidence.steps.items()}
    assert "FILE pipeline.py" in printed["mundo/primeiro"]
    assert "FILE b.py" in printed["mundo/outro"]
    assert "FILE c.py" in printed["mundo/prazo"]
    assert deadlines_of(evidence, "mundo/prazo") == ()


def test_a_file_that_must_stay_is_watched(play_steps: Callable[..., Evidence]) -> None:
    touch = (
        "import os\nf = os.environ['MUNDO'] + '/{}'\nopen(f, 'ab').write(b'x')\nreport = {{'results': []}}"
    )
    files = {
        "pipeline.py": "report = {'results': []}",
        "muda.py": touch.format("guardado.bin"),
        "cria.py": touch.format("outro.bin"),
        "apaga.py": "import os\nos.unlink(os.environ['MUNDO'] + '/guardado.bin')\nreport = {'results': []}",
    }
    steps = {name: Call(name, lambda world: []) for name in ("pipeline.py", "muda.py", "cria.py", "apaga.py")}
    evidence = play_steps(files, steps)
    changed = {name.split("/")[1]: step.changed for name, step in evidence.steps.items()}
    assert changed == {
        "pipeline.py": (),
        "muda.py": ("guardado.bin",),
        "cria.py": ("guardado.bin", "outro.bin"),
        "apaga.py": ("guardado.bin", "outro.bin"),
    }


def test_digests_follow_no_link(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    found = digests(tmp_path, ("a", "b", "c"))
    assert len(found["a"]) == 64
    assert (found["b"], found["c"]) == ("", "")


def test_a_service_knows_in_which_step_it_is_asked() -> None:
    import socket

    seen: list[tuple[int, int]] = []

    def answer(request: Request) -> Answer:
        seen.append((request.turn, request.number))
        return Answer(body="ok")

    service = WebService("web", 0, answer)
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            with service.serve(listening):
                for _ in range(2):
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/x", timeout=5) as response:
                        assert response.read() == b"ok"
    assert seen == [(1, 1), (1, 2), (2, 3), (2, 4)]


def test_a_service_that_hangs_tells_who_has_given_up() -> None:
    import socket

    service = WebService("web", 0, lambda request: Answer(hang=0.2 if request.path == "/soon" else 60))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with service.serve(listening):
            with pytest.raises(TimeoutError):
                urllib.request.urlopen(f"{address}/never", timeout=0.2)
            with urllib.request.urlopen(f"{address}/soon", timeout=20):
                pass
        given_up, patient = service.seen()
    assert given_up["left"] is not None
    assert float(given_up["left"]) > float(given_up["at"] or 0)
    assert patient["left"] is None


# --- messages ----------------------------------------------------------------------------------------


def step(**services: list[dict[str, Any]]) -> StepEvidence:
    return StepEvidence(outcome=Outcome.OK, services=services)


def test_mail_is_read_without_its_markup() -> None:
    row = {"sender": "a", "to": "b@c", "subject": "oi", "text": "<p>p95: <b>12,5</b></p><p>x &lt; y</p>"}
    (message,) = mails(step(correio=[row]), "correio")
    assert message.to == "b@c"
    assert number_after(message.text, "p95") == [12.5]
    assert "x < y" in message.text


def test_a_tables_row_is_read_as_one_line() -> None:
    rows = "<table><tr><th>p95</th>\n <td>12.5</td></tr><tr><td>taxa_falha</td><td></td></tr><tr><td>9</td></tr></table>"
    (message,) = mails(step(correio=[{"to": "b@c", "subject": "oi", "text": rows}]), "correio")
    assert number_after(message.text, "p95") == [12.5]
    assert number_after(message.text, "taxa_falha") == []


@pytest.mark.parametrize(
    "body",
    [
        '{"text": "[ALERTA] vendas\\np95: 3"}',
        '{"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "[ALERTA] vendas"}}, {"text": {"text": "p95: 3"}}]}',
        '{"attachments": [{"fallback": "[ALERTA] vendas", "fields": [{"value": "p95: 3"}]}]}',
        "payload=%7B%22text%22%3A+%22%5BALERTA%5D+vendas%5Cnp95%3A+3%22%7D",
    ],
    ids=["text", "blocks", "attachments", "form"],
)
def test_slack_messages_of_every_kind_are_read(body: str) -> None:
    (message,) = posts(step(slack=[{"status": 200, "body": body}]), "slack")
    assert message.head == "[ALERTA] vendas"
    assert number_after(message.text, "p95") == [3]


def test_refused_and_lost_ones_are_told_apart() -> None:
    rows = [{"status": 200, "body": "{}"}, {"status": 503, "body": "{}"}, {"more": 7}]
    one = step(slack=rows)
    assert posts(one, "slack") == [Message("", "")]
    assert [row["status"] for row in refusals(one, "slack")] == [503]
    assert not_kept(one) == 7


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("taxa_falha: 0.667 (limite 0.25)", [0.667]),
        ("taxa_falha = 66,7 %", [0.667]),
        ("a taxa_falha passou\n0.5", []),
        ("minha_taxa_falha: 1, taxa_falha: 2", [2]),
        ("`taxa_falha` *-1*", [-1]),
    ],
)
def test_the_first_number_after_a_word(text: str, numbers: list[float]) -> None:
    assert number_after(text, "taxa_falha") == pytest.approx(numbers)


def test_a_name_is_not_found_in_a_longer_one() -> None:
    assert mentions("[ALERTA] vendas_2.", "vendas_2")
    assert not mentions("[ALERTA] vendas_22", "vendas_2")


def test_limits_of_a_call_are_tight() -> None:
    assert Call("a", lambda world: []).limits.evidence_mb < Limits().evidence_mb
