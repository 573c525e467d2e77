"""The worlds of exercise 2, drawn from a seed: two sources of exchange rates that misbehave on cue, an inbox, a warehouse.

Every draw holds every case that tells right from wrong. On the common day (visible) nothing is worth asking for
twice: rates that are text, true, null, too low and too high, a currency that the first source does not know, one
that neither knows, one that both spoil. On the unsteady day nothing is wrong for good except for one currency.
Dates, currencies, rates, addresses, ports and session names are drawn too.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from autograder.run.services.mail import Inbox
from autograder.run.services.web import Answer, Request, WebService
from autograder.run.world import Limits, Observe, Parse, Run, Scenario, WorldService

DAG_ID = "cotacoes"
ZONE = ZoneInfo("America/Sao_Paulo")
SAMPLE_SEED = 2026
SAMPLE_DAYS = ("common", "unsteady")
FIRST, SECOND, CACHE = "principal", "secundaria", "cache"
INBOX = "caixa"
MAX_AGE = 7  # days for which a rate in the warehouse may stand in
HANG = 12.0  # seconds; the statement asks to give up after 3, or a whole task after 10
LIMITS = Limits(wall_seconds=45.0)

SCHEMA = """
CREATE TABLE moedas (moeda TEXT, nome TEXT, minimo REAL, maximo REAL);
CREATE TABLE cotacoes (data TEXT, moeda TEXT, taxa REAL, fonte TEXT);
CREATE TABLE quarentena (data TEXT, moeda TEXT, fonte TEXT, motivo TEXT, registro TEXT);
"""
OBSERVE = Observe(database="armazem.db", tables=("cotacoes", "quarentena"), folders=())
WRONG_TYPE, OUT_OF_RANGE = "tipo_invalido", "fora_da_faixa"

CURRENCIES = (
    ("ARS", "Peso argentino", 0.0062),
    ("AUD", "Dólar australiano", 3.61),
    ("BOB", "Boliviano", 0.91),
    ("CAD", "Dólar canadense", 3.94),
    ("CHF", "Franco suíço", 6.68),
    ("CLP", "Peso chileno", 0.0057),
    ("CNY", "Yuan", 0.86),
    ("EUR", "Euro", 6.24),
    ("GBP", "Libra esterlina", 7.21),
    ("INR", "Rúpia indiana", 0.063),
    ("JPY", "Iene", 0.0367),
    ("MXN", "Peso mexicano", 0.294),
    ("PEN", "Sol", 1.47),
    ("USD", "Dólar americano", 5.42),
    ("UYU", "Peso uruguaio", 0.136),
    ("VND", "Dong vietnamita", 0.00021),
    ("ZAR", "Rand", 0.307),
)
BUSY = (502, 503, 504)  # what a source that is overloaded for a moment says


@dataclass(frozen=True)
class Step:
    """What a source does with one request for one currency."""

    rate: Any = None
    """What the record says; with a `status` of failure there is none."""
    status: int = 200
    retry_after: int = 0
    hang: float = 0.0
    cut: bool = False
    garbage: str = ""


Plan = Mapping[str, tuple[Step, ...]]
"""For each currency what is done with its first request, its second...; the last step is repeated."""


@dataclass(frozen=True)
class Currency:
    """A currency in which Rede Caju buys, and between which rates it is believed."""

    code: str
    name: str
    low: float
    high: float
    rate: float
    """A usual one."""


@dataclass(frozen=True)
class Day:
    """One day in its world."""

    date: date
    currencies: tuple[Currency, ...]
    roles: Mapping[str, str]
    """What each currency is there for."""
    plans: Mapping[str, Plan]
    history: tuple[tuple[str, str, float, str], ...]
    ports: Mapping[str, int]
    bases: Mapping[str, str]
    session: str
    """How the names of its sessions begin."""
    duty: str
    """Whom the mail goes to."""

    @property
    def run_after(self) -> datetime:
        """The instant at which the scheduler starts the run of this day."""
        return datetime.combine(self.date, time(7), tzinfo=ZONE)

    def of(self, *roles: str) -> list[str]:
        """The currencies that are there for this."""
        return [code for code, role in self.roles.items() if role in roles]


@dataclass(frozen=True)
class Draw:
    """The days of one seed, all different."""

    seed: int
    common: Day
    unsteady: Day
    limited: Day
    blackout: Day
    broken: Day


COMMON = (
    "good", "good", "text", "true", "null", "low", "high", "unknown", "nowhere", "spoilt",
)  # fmt: skip
UNSTEADY = ("good", "busy", "dead", "cut", "garbage", "slow")


def draw(seed: int) -> Draw:
    """The worlds of a seed. Equal seeds give equal worlds."""
    rng = random.Random(seed)
    dates = rng.sample([date(2026, 2, 2) + timedelta(days=n) for n in range(250)], 5)
    return Draw(
        seed,
        _day(rng, dates[0], COMMON),
        _day(rng, dates[1], UNSTEADY),
        _day(rng, dates[2], ("good", "limited")),
        _day(rng, dates[3], ("lost",) * 3),
        _day(rng, dates[4], ("good",) * 5),
    )


def _day(rng: random.Random, day: date, roles: Sequence[str]) -> Day:
    chosen = [_currency(*one) for one in rng.sample(CURRENCIES, len(roles))]
    if "true" in roles:
        # True counts as 1 in Python: it is put where 1 is a rate that could be.
        one = _currency(*rng.choice([c for c in CURRENCIES if c[0] in ("BOB", "CNY", "PEN")]))
        chosen = [c for c in chosen if c.code != one.code][: len(roles) - 1]
        chosen.insert(roles.index("true"), one)
    busy = rng.choice(BUSY)
    first: dict[str, tuple[Step, ...]] = {}
    second: dict[str, tuple[Step, ...]] = {}
    for currency, role in zip(chosen, roles, strict=True):
        first[currency.code], second[currency.code] = _steps(rng, currency, role, busy)
    order = list(zip(chosen, roles, strict=True))
    rng.shuffle(order)
    ports = rng.sample(range(20_000, 30_000), 3)
    return Day(
        day,
        tuple(currency for currency, _ in order),
        {currency.code: role for currency, role in order},
        {FIRST: first, SECOND: second},
        tuple(_history(rng, day, [c for c, _ in order], stale="lost" in roles)),
        dict(zip((FIRST, SECOND, INBOX), ports, strict=True)),
        {name: f"/{rng.choice(('cambio', 'taxas', 'moedas'))}-{_word(rng)}/v{rng.randint(1, 9)}" for name in (FIRST, SECOND)},
        _word(rng),
        f"plantao-{_word(rng)}@caju.example",
    )  # fmt: skip


def _currency(code: str, name: str, rate: float) -> Currency:
    return Currency(code, name, _digits(rate * 0.6), _digits(rate * 1.7), rate)


def _digits(value: float) -> float:
    """Five significant digits, as sources write rates."""
    return float(f"{value:.5g}")


def _word(rng: random.Random) -> str:
    return "".join(rng.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(6))


def _steps(rng: random.Random, currency: Currency, role: str, busy: int) -> tuple[tuple[Step, ...], ...]:
    """What the two sources do with a currency in this role."""
    # In bands of their own: no two of them are ever equal, and none is in the warehouse (see _history).
    ours = Step(_digits(currency.rate * rng.uniform(1.00, 1.04)))
    other = Step(_digits(currency.rate * rng.uniform(1.05, 1.09)))
    late = Step(_digits(currency.rate * rng.uniform(1.10, 1.14)), hang=HANG)
    high = Step(_digits(currency.high * rng.uniform(1.01, 30)))
    low = Step(_digits(currency.low * rng.choice((-1.0, 0.0, 0.5, 0.98))))
    gone = Step(status=404)
    fails = Step(status=busy)
    first = {
        "good": (ours,),
        "text": (Step(str(ours.rate)),),
        "true": (Step(True),),
        "null": (Step(None),),
        "low": (low,),
        "high": (high,),
        "unknown": (gone,),
        "nowhere": (gone,),
        "spoilt": (Step(_digits(high.rate * 1.01)),),
        "busy": (fails, fails, ours),
        "dead": (Step(status=500),),
        "cut": (Step(ours.rate, cut=True), ours),
        "garbage": (Step(garbage="<html><body><h1>Em manutenção</h1>Volte já.</body></html>"), ours),
        "slow": (late, ours),
        "limited": (Step(status=429, retry_after=rng.randint(420, 900)), ours),
        "lost": (Step(status=busy),),
    }[role]
    second = {
        "nowhere": (gone,),
        "spoilt": (low,),
        "lost": (Step(status=busy),),
    }.get(role, (other,))
    return first, second


def _history(
    rng: random.Random, day: date, currencies: list[Currency], *, stale: bool
) -> list[tuple[str, str, float, str]]:
    """What earlier runs have left: two days before this one, and one after it (somebody is filling a gap)."""
    recent, older = rng.randint(1, 3), rng.randint(4, MAX_AGE)
    if stale:
        recent, older = recent + MAX_AGE, older + MAX_AGE
    found = []
    # Shuffled: the row that comes first or last in the table is not always the newest.
    for ago in rng.sample([recent, older, -rng.randint(1, 2)], 3):
        for currency in currencies:
            rate = _digits(currency.rate * (0.80 + 0.005 * ago + rng.uniform(0, 0.004)))
            found.append((str(day - timedelta(days=ago)), currency.code, rate, FIRST))
    return found


# --- worlds ------------------------------------------------------------------------------------------


@dataclass
class Source:
    """Answers for one source. The first one wants a session for every question."""

    day: Day
    name: str
    open: set[str] = field(default_factory=set)
    opened: int = 0

    def answer(self, request: Request) -> Answer:
        """What this request is answered."""
        base = self.day.bases[self.name]
        path = request.path.removeprefix(base)
        if not request.path.startswith(base + "/"):
            return _json({"erro": "endereço desconhecido"}, 404)
        if self.name == FIRST and path.startswith("/sessoes"):
            return self._session(request.method, path)
        parts = path.strip("/").split("/")
        plan = self.day.plans[self.name].get(parts[-1])
        if request.method != "GET" or len(parts) != 2 or parts[0] != str(self.day.date) or plan is None:
            return _json({"erro": "não há cotação com este endereço"}, 404)
        if self.name == FIRST and request.query.get("sessao") not in self.open:
            return _json({"erro": "sessão ausente ou já fechada"}, 403)
        return self._rate(parts[-1], plan[min(request.number, len(plan)) - 1])

    def _session(self, method: str, path: str) -> Answer:
        if method == "POST" and path == "/sessoes":
            self.opened += 1
            session = f"{self.day.session}-{self.opened}"
            self.open.add(session)
            return _json({"sessao": session}, 201)
        session = path.removeprefix("/sessoes/")
        if method == "DELETE" and session in self.open:
            self.open.discard(session)
            return Answer(status=204)
        return _json({"erro": "esta sessão não está aberta"}, 404)

    def _rate(self, code: str, step: Step) -> Answer:
        if step.status != 200:
            headers = {"Retry-After": str(step.retry_after)} if step.retry_after else {}
            return _json({"erro": MEANINGS[step.status]}, step.status, headers)
        if step.garbage:
            return Answer(body=step.garbage)
        return Answer(body=record(self.day, code, step.rate), hang=step.hang, cut=step.cut)


MEANINGS = {
    404: "não há cotação desta moeda nesta data",
    429: "pedidos demais: espere o que diz o Retry-After",
    500: "erro interno",
    502: "o serviço atrás deste não respondeu",
    503: "serviço sobrecarregado",
    504: "o serviço atrás deste demorou demais",
}


def record(day: Day, code: str, rate: Any) -> str:
    """A record as a source sends it."""
    return json.dumps({"moeda": code, "data": str(day.date), "taxa": rate})


def _json(content: dict[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(content, ensure_ascii=False), headers or {})


def services(day: Day) -> Callable[[], Sequence[WorldService]]:
    """What listens in this day's world, new for each time it is played."""
    return lambda: [
        WebService(FIRST, day.ports[FIRST], Source(day, FIRST).answer),
        WebService(SECOND, day.ports[SECOND], Source(day, SECOND).answer),
        Inbox(INBOX, day.ports[INBOX]),
    ]


def earlier_version(day: Day) -> list[tuple[str, str, float, str]]:
    """What an earlier run of the same day has left, where it has left something."""
    return [(str(day.date), currency.code, currency.rate, CACHE) for currency in day.currencies[:3]]


def environment(day: Day) -> Callable[[Path], dict[str, str]]:
    """The Variables and connections that the statement promises."""

    def given(world: Path) -> dict[str, str]:
        warehouse = {"conn_type": "sqlite", "host": str(world / OBSERVE.database)}
        mail = {
            "conn_type": "smtp", "host": "127.0.0.1", "port": day.ports[INBOX],
            "extra": {"disable_tls": True, "disable_ssl": True, "from_email": "airflow@caju.example"},
        }  # fmt: skip
        return {
            "AIRFLOW_CONN_ARMAZEM": json.dumps(warehouse),
            "AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(mail),
            "AIRFLOW_VAR_FONTE_PRINCIPAL": address(day, FIRST),
            "AIRFLOW_VAR_FONTE_SECUNDARIA": address(day, SECOND),
            "AIRFLOW_VAR_EMAIL_PLANTAO": day.duty,
        }

    return given


def address(day: Day, source: str) -> str:
    """Where a source is, as its Variable says."""
    return f"http://127.0.0.1:{day.ports[source]}{day.bases[source]}"


def build(folder: Path, day: Day) -> None:
    """Lays the warehouse out as the day's run finds it."""
    with closing(sqlite3.connect(folder / OBSERVE.database)) as connection, connection:
        fill(connection, day)


def fill(connection: sqlite3.Connection, day: Day) -> None:
    """The currencies, and the rates of other days."""
    connection.executescript(SCHEMA)
    connection.executemany(
        "INSERT INTO moedas VALUES (?, ?, ?, ?)", [(c.code, c.name, c.low, c.high) for c in day.currencies]
    )
    connection.executemany("INSERT INTO cotacoes VALUES (?, ?, ?, ?)", day.history)
    before = day.history[0]
    connection.execute(
        "INSERT INTO quarentena VALUES (?, ?, ?, ?, ?)",
        (before[0], before[1], FIRST, OUT_OF_RANGE, json.dumps({"moeda": before[1], "taxa": -1})),
    )


def scenarios(drawn: Draw) -> list[Scenario]:
    """What a student may see: the file loads, a common day run twice, and an unsteady one."""
    common, unsteady = drawn.common, drawn.unsteady
    run = Run(DAG_ID, common.run_after, LIMITS, skip_sleeps=True)
    return [
        Scenario("carga", lambda folder: None, {"hoje": Parse()}),
        scenario("instavel", unsteady, {"execução": Run(DAG_ID, unsteady.run_after, LIMITS, skip_sleeps=True)}),
        scenario("dia-comum", common, {"primeira": run, "segunda": run}),
    ]  # fmt: skip


def scenario(
    name: str,
    day: Day,
    steps: dict[str, Parse | Run],
    build_more: Callable[[Path], None] = lambda folder: None,
) -> Scenario:
    """This day's world, and something more done to it."""

    def lay_out(folder: Path) -> None:
        build(folder, day)
        build_more(folder)

    return Scenario(name, lay_out, steps, environment(day), services(day))


def write_sample(folder: Path, drawn: Draw) -> None:
    """The sample's common day as a learner looks at it: the warehouse as SQL, and what each source answers."""
    day = drawn.common
    with closing(sqlite3.connect(":memory:")) as connection:
        fill(connection, day)
        dump = "\n".join(connection.iterdump())
    (folder / "armazem.sql").write_text(dump + "\n", encoding="utf-8")
    answers = {
        name: {f"/{day.date}/{code}": _shown(day, code, steps[-1]) for code, steps in day.plans[name].items()}
        for name in (FIRST, SECOND)
    }
    text = json.dumps(answers, ensure_ascii=False, indent=1)
    (folder / "respostas.json").write_text(text + "\n", encoding="utf-8")


def _shown(day: Day, code: str, step: Step) -> dict[str, Any]:
    if step.status != 200:
        return {
            "status": step.status,
            "corpo": json.dumps({"erro": MEANINGS[step.status]}, ensure_ascii=False),
        }
    return {"status": 200, "corpo": record(day, code, step.rate)}
