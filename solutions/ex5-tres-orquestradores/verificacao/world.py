"""The worlds of exercise 5: Rede Caju's sales behind an HTTP API, drawn from a seed, and a warehouse.

Every draw holds each case that tells right from wrong: repeated sales (one whose last version is cancelled, one
whose first is), prices above a thousand and prices that floats get wrong, a store that did not open, a region without
a sale, answers that fail for a while, one that fails for a whole run, and a day with a sale that can't be.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.run.elsewhere import LoadDefinitions, LoadFlow, Materialize, RunFlow
from autograder.run.services.web import Answer, Request, WebService
from autograder.run.world import Limits, Observe, Scenario, Step, WorldService

FLOW_FILE, ASSETS_FILE = "fluxo.py", "ativos.py"
FLOW, DEPLOYMENT = "vendas_diarias", "implantacao"
ASSETS = ("vendas", "vendas_por_regiao")
RESOURCE, PLACE = "armazem", "caminho"
PREFECT, DAGSTER = "prefect", "dagster"
ZONE = ZoneInfo("America/Sao_Paulo")
SAMPLE_SEED = 2026
SAMPLE_DAYS = ("common", "unsteady")
API = "api"
PRODUCTION = "producao.db"
LIMITS = Limits(wall_seconds=30.0)

SCHEMA = """
CREATE TABLE lojas (loja_id INTEGER, nome TEXT, regiao TEXT);
CREATE TABLE vendas (data TEXT, venda_id TEXT, loja_id INTEGER, produto_id INTEGER,
                     quantidade INTEGER, valor_centavos INTEGER);
CREATE TABLE vendas_por_regiao (data TEXT, regiao TEXT, vendas INTEGER, receita_centavos INTEGER);
"""
OBSERVE = Observe(database="armazem.db", tables=ASSETS, folders=(), kept=(PRODUCTION,))

STORES = (
    (1, "Caju Ver-o-Peso", "Norte"),
    (2, "Caju Ponta Negra", "Norte"),
    (3, "Caju Boa Viagem", "Nordeste"),
    (4, "Caju Pelourinho", "Nordeste"),
    (5, "Caju Aldeota", "Nordeste"),
    (6, "Caju Asa Sul", "Centro-Oeste"),
    (7, "Caju Setor Bueno", "Centro-Oeste"),
    (8, "Caju Pinheiros", "Sudeste"),
    (9, "Caju Savassi", "Sudeste"),
    (10, "Caju Tijuca", "Sudeste"),
    (11, "Caju Batel", "Sul"),
    (12, "Caju Bom Fim", "Sul"),
)
REGIONS = ("Norte", "Nordeste", "Centro-Oeste", "Sudeste", "Sul")
PRODUCTS = tuple(range(101, 111))
# Cents that int(float(price) * 100) gets wrong, and prices written with a thousands separator.
FLOAT_TRAPS = (1999, 435, 29, 115, 5835)
THOUSANDS = (124990, 189900, 230005)
BUSY = (500, 502, 503, 504)


@dataclass(frozen=True)
class Line:
    """One line of a store's day; the value is in cents."""

    sale: str
    store: int
    product: int
    quantity: int
    cents: int
    status: str = "ok"

    def told(self) -> dict[str, object]:
        """As the API tells it."""
        return {
            "venda": self.sale,
            "produto": self.product,
            "quantidade": self.quantity,
            "valor_unitario": reais(self.cents),
            "status": self.status,
        }


def reais(cents: int) -> str:
    """124990 -> "1.249,90", as Brazilian systems write it."""
    return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}"


@dataclass(frozen=True)
class Day:
    """What the API says of one day. A store without lines did not open."""

    date: date
    lines: Mapping[int, tuple[Line, ...]]
    busy: Mapping[int, int] = field(default_factory=dict)
    """Stores whose first two answers are this status."""
    cut: frozenset[int] = frozenset()
    """Stores whose first answer is cut half way."""
    dead: frozenset[int] = frozenset()
    """Stores that answer 503 to everything during a scenario's first step."""

    @property
    def run_after(self) -> datetime:
        """When the run that processes this day is due."""
        return datetime.combine(self.date + timedelta(days=1), time(2), tzinfo=ZONE)

    @property
    def open(self) -> list[int]:
        return [store for store, lines in self.lines.items() if lines]

    @property
    def closed(self) -> list[int]:
        return [store for store, lines in self.lines.items() if not lines]


@dataclass(frozen=True)
class Draw:
    """The days of one seed, all different, and where the API is."""

    seed: int
    stores: tuple[tuple[int, str, str], ...]
    common: Day
    next: Day
    unsteady: Day
    fallen: Day
    scheduled: Day
    partition: Day
    spoilt: Day
    replaced: Day
    port: int
    base: str


def draw(seed: int) -> Draw:
    """The worlds of a seed. Equal seeds give equal worlds."""
    rng = random.Random(seed)
    # Seven stores in all the regions, of which one region has a single one.
    lonely = rng.choice(REGIONS)
    chosen = [rng.choice([s for s in STORES if s[2] == region]) for region in REGIONS]
    others = [s for s in STORES if s not in chosen and s[2] != lonely]
    chosen += rng.sample(others, 2)
    rng.shuffle(chosen)
    stores = tuple(chosen)
    (quiet,) = [store for store, _, region in stores if region == lonely]
    numbers = rng.sample(range(145), 8)
    days = [_day(rng, date(2026, 1, 20) + timedelta(days=n), stores, quiet) for n in numbers]
    # Not beside the common day: that one's world has rows of both of its neighbours.
    days[1] = _day(rng, days[0].date + timedelta(days=rng.randint(5, 20)), stores, quiet)
    first, second = rng.sample(days[2].open, 2)
    days[2] = replace(days[2], busy={first: rng.choice(BUSY)}, cut=frozenset({second}))
    in_order = [store for store, _, _ in stores if store in days[3].open]
    days[3] = replace(days[3], dead=frozenset({in_order[len(in_order) // 2]}))
    days[6] = _spoil(rng, days[6])
    base = f"/{rng.choice(('vendas', 'caju', 'lojas'))}/v{rng.randint(1, 9)}"
    return Draw(seed, stores, *days, port=rng.randint(8000, 8999), base=base)


def _day(rng: random.Random, day: date, stores: Sequence[tuple[int, str, str]], quiet: int) -> Day:
    """A day on which the lonely region's store and one more did not open."""
    others = [store for store, _, _ in stores if store != quiet]
    also_closed = rng.choice(others)
    lines: dict[int, tuple[Line, ...]] = {store: () for store, _, _ in stores}
    prices = [*FLOAT_TRAPS, *THOUSANDS]
    rng.shuffle(prices)
    numbers = iter(rng.sample(range(1000, 9999), 60))
    selling = [store for store in others if store != also_closed]
    for store in selling:
        cents = [rng.randint(300, 25_000) for _ in range(3)] + [prices.pop() for _ in range(2) if prices]
        sold = [
            Line(f"V{day:%m%d}-{next(numbers)}", store, rng.choice(PRODUCTS), rng.randint(1, 4), price)
            for price in cents
        ]
        lines[store] = tuple(sold)
    for store in rng.sample(selling, 3):
        lines[store] = _with_versions(rng, lines[store], f"V{day:%m%d}-{next(numbers)}")
    return Day(day, lines)


def _with_versions(rng: random.Random, lines: tuple[Line, ...], cancelled: str) -> tuple[Line, ...]:
    """Older versions before the last one (one of them cancelled), and a sale that ends cancelled."""
    told = list(lines)
    first, second = rng.sample(lines, 2)
    for line, status in ((first, "cancelada"), (second, "ok")):
        older = replace(line, quantity=line.quantity + 1, cents=line.cents + 100, status=status)
        told.insert(rng.randint(0, told.index(line)), older)
    gone = Line(cancelled, lines[0].store, rng.choice(PRODUCTS), 2, rng.randint(500, 9000))
    at = rng.randint(0, len(told))
    told.insert(at, gone)
    told.insert(rng.randint(at + 1, len(told)), replace(gone, status="cancelada"))
    return tuple(told)


def _spoil(rng: random.Random, day: Day) -> Day:
    """A sale that counts, of nothing or less."""
    store = rng.choice(day.open)
    lines = list(day.lines[store])
    bad = Line(
        f"V{day.date:%m%d}-0{rng.randint(100, 999)}", store, rng.choice(PRODUCTS), rng.choice((0, -1)), 990
    )
    lines.insert(rng.randint(0, len(lines)), bad)
    return replace(day, lines={**day.lines, store: tuple(lines)})


# --- the API -----------------------------------------------------------------------------------------


class Sales:
    """What the API answers: each (day, store) has an address."""

    def __init__(self, drawn: Draw, days: Sequence[Day]) -> None:
        self._base = drawn.base
        self._days = {str(day.date): day for day in days}

    def answer(self, request: Request) -> Answer:
        """One request, of which it knows how many came before for the same store and day."""
        parts = request.path.removeprefix(self._base).strip("/").split("/")
        day = self._days.get(parts[0]) if len(parts) == 2 else None
        known = {str(store): store for store in day.lines} if day else {}
        if request.method != "GET" or day is None or parts[1] not in known:
            return _json({"erro": "não há nada neste endereço"}, 400)
        store = known[parts[1]]
        if store in day.dead and request.turn == 1:
            return _json({"erro": "serviço sobrecarregado"}, 503)
        if request.number <= 2 and store in day.busy:
            return _json({"erro": "tente de novo daqui a pouco"}, day.busy[store])
        if not day.lines[store]:
            return _json({"erro": "a loja não abriu neste dia"}, 404)
        return replace(_json(told(day, store), 200), cut=store in day.cut and request.number == 1)


def told(day: Day, store: int) -> dict[str, object]:
    """A store's day as the API tells it."""
    return {"dia": str(day.date), "loja": store, "linhas": [line.told() for line in day.lines[store]]}


def _json(content: Mapping[str, object], status: int) -> Answer:
    return Answer(status, json.dumps(content, ensure_ascii=False))


# --- worlds ------------------------------------------------------------------------------------------


def earlier_version(day: Day, drawn: Draw) -> list[tuple[str, tuple[object, ...]]]:
    """What an earlier run of the same day has left, where it has left something."""
    store = drawn.stores[0][0]
    return [
        *(("vendas", (str(day.date), f"V-previa-{n}", store, 104, 1, 1_000 + n)) for n in range(3)),
        *(("vendas_por_regiao", (str(day.date), region, 7, 7_000)) for region in REGIONS),
    ]


def history(day: Day, drawn: Draw) -> list[tuple[str, tuple[object, ...]]]:
    """What the runs of the days around have left: it must still be there afterwards."""
    rows: list[tuple[str, tuple[object, ...]]] = []
    for away in (-1, 1):
        other = str(day.date + timedelta(days=away))
        store = drawn.stores[1][0]
        rows.append(("vendas", (other, f"V-antiga-{away}", store, 103, 2, 5_980)))
        rows += [("vendas_por_regiao", (other, region, 1, 1_000)) for region in REGIONS]
    return rows


def build(folder: Path, day: Day, drawn: Draw, *, earlier: bool = False, production: bool = False) -> None:
    """Lays the warehouse out as the day's run finds it; `production` adds another one that nobody may touch."""
    for name in (OBSERVE.database, *((PRODUCTION,) if production else ())):
        with closing(sqlite3.connect(folder / name)) as connection, connection:
            fill(connection, day, drawn, earlier=earlier)


def fill(connection: sqlite3.Connection, day: Day, drawn: Draw, *, earlier: bool = False) -> None:
    """The stores, and the rows of other days."""
    connection.executescript(SCHEMA)
    connection.executemany("INSERT INTO lojas VALUES (?, ?, ?)", drawn.stores)
    rows = history(day, drawn) + (earlier_version(day, drawn) if earlier else [])
    for table, row in rows:
        connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def environment(drawn: Draw, database: str = OBSERVE.database) -> Callable[[Path], dict[str, str]]:
    """What the statement promises; Prefect's results stay in the world, as they would on a machine's disk."""

    def given(world: Path) -> dict[str, str]:
        return {
            "CAJU_API": address(drawn),
            "CAJU_ARMAZEM": str(world / database),
            "PREFECT_LOCAL_STORAGE_PATH": str(world / "resultados"),
        }

    return given


def address(drawn: Draw) -> str:
    """Where the API is."""
    return f"http://127.0.0.1:{drawn.port}{drawn.base}"


def scenario(
    name: str,
    adapter: str,
    drawn: Draw,
    days: Sequence[Day],
    steps: Mapping[str, Step],
    *,
    earlier: bool = False,
    production: bool = False,
) -> Scenario:
    """The world of the first of these days, with an API that knows them all."""

    def services() -> Sequence[WorldService]:
        return [WebService(API, drawn.port, Sales(drawn, days).answer)]

    return Scenario(
        name,
        lambda folder: build(folder, days[0], drawn, earlier=earlier, production=production),
        steps,
        environment(drawn, PRODUCTION if production else OBSERVE.database),
        services,
        adapter=adapter,
    )


def run(day: Day) -> RunFlow:
    """The flow, told which day."""
    return RunFlow(FLOW_FILE, FLOW, {"dia": str(day.date)}, limits=LIMITS)


def materialize(day: Day, **resources: Mapping[str, str]) -> Materialize:
    """The day's partition of both assets."""
    return Materialize(ASSETS_FILE, ASSETS, str(day.date), resources, limits=LIMITS)


def scenarios(drawn: Draw) -> list[Scenario]:
    """What a student may see: both files load, a day in each orchestrator, and an unsteady one."""
    common, unsteady = drawn.common, drawn.unsteady
    nowhere: Callable[[Path], None] = lambda folder: None  # noqa: E731
    return [
        Scenario(
            "ativos", nowhere, {"carga": LoadDefinitions(ASSETS_FILE)}, environment(drawn), adapter=DAGSTER
        ),
        Scenario(
            "fluxo", nowhere, {"carga": LoadFlow(FLOW_FILE, DEPLOYMENT)}, environment(drawn), adapter=PREFECT
        ),
        scenario("dagster-dia", DAGSTER, drawn, [common], {"execução": materialize(common)}),
        scenario(
            "prefect-dia",
            PREFECT,
            drawn,
            [common, drawn.next],
            {"primeira": run(common), "segunda": run(common), "outro-dia": run(drawn.next)},
        ),
        scenario("prefect-instavel", PREFECT, drawn, [unsteady], {"execução": run(unsteady)}),
    ]


def write_sample(folder: Path, drawn: Draw) -> None:
    """The sample's common day as a learner looks at it: the warehouse as SQL, and what the API answers."""
    day = drawn.common
    with closing(sqlite3.connect(":memory:")) as connection:
        fill(connection, day, drawn)
        dump = "\n".join(connection.iterdump())
    (folder / "armazem.sql").write_text(dump + "\n", encoding="utf-8")
    answers = {
        f"/{day.date}/{store}": {"status": 200, "corpo": told(day, store)}
        if day.lines[store]
        else {"status": 404, "corpo": {"erro": "a loja não abriu neste dia"}}
        for store in day.lines
    }
    text = json.dumps(answers, ensure_ascii=False, indent=1)
    (folder / "respostas.json").write_text(text + "\n", encoding="utf-8")
