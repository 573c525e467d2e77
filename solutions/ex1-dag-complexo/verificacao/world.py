"""The world of exercise 1: one day of Rede Caju, drawn from a seed.

Every draw holds each case that tells a right pipeline from a wrong one: repeated lines (one whose last
version is cancelled, one whose first is), prices above a thousand and prices that floats get wrong,
a region and a category without a sale, a tie in the ranking whose names and ids order differently,
a goal that is met exactly.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.run.world import Observe, Parse, Run, Scenario

DAG_ID = "vendas_diarias"
ZONE = ZoneInfo("America/Sao_Paulo")
SAMPLE_SEED = 2026
FIRST = 3  # the lines at the top of a file that nothing is put in between: the tied stores
SAMPLE_DAYS = ("workday",)
ARRIVED = 1_780_000_000  # when the files of a world were last written, in seconds

SCHEMA = """
CREATE TABLE lojas (loja_id INTEGER, nome TEXT, uf TEXT, regiao TEXT);
CREATE TABLE produtos (produto_id INTEGER, nome TEXT, categoria TEXT);
CREATE TABLE feriados (data TEXT, nome TEXT);
CREATE TABLE metas (regiao TEXT, meta_centavos INTEGER);
CREATE TABLE qualidade (data TEXT, aprovado INTEGER, linhas INTEGER, motivo TEXT);
CREATE TABLE vendas (data TEXT, venda_id TEXT, loja_id INTEGER, produto_id INTEGER,
                     quantidade INTEGER, valor_centavos INTEGER);
CREATE TABLE vendas_por_regiao (data TEXT, regiao TEXT, vendas INTEGER, receita_centavos INTEGER);
CREATE TABLE vendas_por_categoria (data TEXT, categoria TEXT, itens INTEGER, receita_centavos INTEGER);
CREATE TABLE ranking_lojas (data TEXT, posicao INTEGER, loja_id INTEGER, receita_centavos INTEGER);
CREATE TABLE metas_do_dia (data TEXT, regiao TEXT, meta_centavos INTEGER, receita_centavos INTEGER,
                           atingiu INTEGER);
CREATE TABLE plantao (data TEXT, motivo TEXT);
CREATE TABLE resumo_diario (data TEXT, tipo_dia TEXT, vendas INTEGER, receita_centavos INTEGER,
                            ticket_medio_centavos INTEGER);
"""
DESTINATIONS = (
    "qualidade", "vendas", "vendas_por_regiao", "vendas_por_categoria", "ranking_lojas", "metas_do_dia",
    "plantao", "resumo_diario",
)  # fmt: skip
OBSERVE = Observe(database="armazem.db", tables=DESTINATIONS, folders=("arquivo", "avisos", "entrada"))

STORES = (
    (1, "Caju Ver-o-Peso", "PA", "Norte"),
    (2, "Caju Ponta Negra", "AM", "Norte"),
    (3, "Caju Boa Viagem", "PE", "Nordeste"),
    (4, "Caju Pelourinho", "BA", "Nordeste"),
    (5, "Caju Aldeota", "CE", "Nordeste"),
    (6, "Caju Asa Sul", "DF", "Centro-Oeste"),
    (7, "Caju Setor Bueno", "GO", "Centro-Oeste"),
    (8, "Caju Pinheiros", "SP", "Sudeste"),
    (9, "Caju Savassi", "MG", "Sudeste"),
    (10, "Caju Tijuca", "RJ", "Sudeste"),
    (11, "Caju Batel", "PR", "Sul"),
    (12, "Caju Bom Fim", "RS", "Sul"),
)
REGIONS = ("Norte", "Nordeste", "Centro-Oeste", "Sudeste", "Sul")
PRODUCTS = (
    (101, "Rede de algodão", "Casa"),
    (102, "Panela de barro", "Casa"),
    (103, "Café em grãos 1 kg", "Mercearia"),
    (104, "Castanha de caju 500 g", "Mercearia"),
    (105, "Caderno universitário", "Papelaria"),
    (106, "Caneta azul", "Papelaria"),
    (107, "Bola de futebol", "Esporte"),
    (108, "Bicicleta aro 29", "Esporte"),
    (109, "Liquidificador", "Eletro"),
    (110, "Ventilador de mesa", "Eletro"),
)
CATEGORIES = ("Casa", "Mercearia", "Papelaria", "Esporte", "Eletro")
# Cents that int(float(price) * 100) gets wrong, and prices written with a thousands separator.
FLOAT_TRAPS = (1999, 435, 29, 115, 5835)
THOUSANDS = (124990, 189900, 230005)

HOLIDAYS = (
    (date(2026, 1, 1), "Confraternização Universal"),
    (date(2026, 4, 3), "Sexta-feira Santa"),
    (date(2026, 4, 21), "Tiradentes"),
    (date(2026, 5, 1), "Dia do Trabalho"),
    (date(2026, 9, 7), "Independência do Brasil"),
    (date(2026, 10, 12), "Nossa Senhora Aparecida"),
    (date(2026, 11, 2), "Finados"),
    (date(2026, 11, 20), "Dia da Consciência Negra"),
    (date(2026, 12, 25), "Natal"),
)


@dataclass(frozen=True)
class Line:
    """One line of a day's file; the value is in cents."""

    sale: str
    store: int
    product: int
    quantity: int
    cents: int
    status: str = "ok"

    def text(self) -> str:
        return ";".join(
            (
                self.sale,
                str(self.store),
                str(self.product),
                str(self.quantity),
                reais(self.cents),
                self.status,
            )
        )


def reais(cents: int) -> str:
    """124990 -> "1.249,90", as Brazilian systems write it."""
    return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}"


@dataclass(frozen=True)
class Day:
    """A day's file and the goals that go with it."""

    date: date
    lines: tuple[Line, ...]
    goals: tuple[tuple[str, int], ...]

    @property
    def run_after(self) -> datetime:
        """The instant at which the scheduler starts the run that must process this day."""
        return datetime.combine(self.date + timedelta(days=1), time(2), tzinfo=ZONE)

    def csv(self) -> str:
        head = "venda_id;loja_id;produto_id;quantidade;valor_unitario;status"
        return "\n".join((head, *(line.text() for line in self.lines))) + "\n"


@dataclass(frozen=True)
class Draw:
    """The days of one seed, all different."""

    seed: int
    workday: Day
    holiday: Day
    weekend: Day
    corrupted: Day
    broken: Day


def draw(seed: int) -> Draw:
    """The worlds of a seed. Equal seeds give equal worlds."""
    rng = random.Random(seed)
    holidays = {day for day, _ in HOLIDAYS}
    span = [date(2026, 2, 2) + timedelta(days=n) for n in range(145)]
    workdays = rng.sample([d for d in span if d.weekday() < 5 and d not in holidays], 3)
    weekend = rng.choice([d for d in span if d.weekday() >= 5 and d not in holidays])
    # In the calendar's order: a set's order changes from one process to the next.
    holiday = rng.choice([d for d, _ in HOLIDAYS if d in span and d.weekday() < 5])
    days = [_day(rng, day) for day in (workdays[0], holiday, weekend, workdays[1], workdays[2])]
    days[3] = _corrupt(rng, days[3])
    return Draw(seed, *days)


def _day(rng: random.Random, day: date) -> Day:
    quiet_category = rng.choice(CATEGORIES[:4])
    # Three stores tie for first place; in order of their names, their ids neither rise nor fall.
    tied = rng.choice([(8, 10, 11), (1, 6, 7), (3, 4, 5), (9, 11, 12), (2, 6, 8)])
    tied_regions = {region for store, _, _, region in STORES if store in tied}
    quiet_region = rng.choice([region for region in REGIONS if region not in tied_regions])
    stores = [store for store, _, _, region in STORES if region != quiet_region]
    products = [product for product, _, category in PRODUCTS if category != quiet_category]

    sold: list[tuple[int, int, int, int]] = []
    for store in stores:
        for _ in range(rng.randint(3, 6)):
            sold.append((store, rng.choice(products), rng.randint(1, 4), rng.randint(300, 25_000)))
    sold += [(rng.choice(stores), rng.choice(products), 1, cents) for cents in (*FLOAT_TRAPS, *THOUSANDS)]
    revenue: Counter[int] = Counter()
    for store, _, quantity, cents in sold:
        revenue[store] += quantity * cents
    top = max(revenue.values()) + 10_000
    sold += [(store, rng.choice(products), 1, top - revenue[store]) for store in tied]
    rng.shuffle(sold)
    # The tied stores come first in the file, in the order that a ranking without a tie-break would keep.
    names = {store: name for store, name, _, _ in STORES}
    for store in sorted(tied, key=names.__getitem__):
        sold.insert(0, sold.pop(next(n for n, sale in enumerate(sold) if sale[0] == store)))
    sold.append(_makes_the_ticket_uneven(rng, sold, [s for s in stores if s not in tied], products))
    prefix = f"V{day:%m%d}"
    numbers = rng.sample(range(1000, 9999), len(sold))
    valid = [Line(f"{prefix}-{number}", *sale) for number, sale in zip(numbers, sold, strict=True)]
    lines = _with_noise(rng, valid, prefix, stores, products)
    return Day(day, tuple(lines), _goals(rng, valid))


def _makes_the_ticket_uneven(
    rng: random.Random, sold: list[tuple[int, int, int, int]], stores: list[int], products: list[int]
) -> tuple[int, int, int, int]:
    """One more sale, after which the mean ticket is neither whole nor rounded down by rounding."""
    sales = len(sold) + 1
    total = sum(quantity * cents for _, _, quantity, cents in sold)
    wanted = rng.randint(sales // 2 + 1, sales - 1)
    cents = 500 + (wanted - total - 500) % sales
    return rng.choice(stores), rng.choice(products), 1, cents


def _with_noise(
    rng: random.Random, valid: list[Line], prefix: str, stores: list[int], products: list[int]
) -> list[Line]:
    """Older versions of some sales before their last one, and cancelled sales."""
    lines = list(valid)
    again = rng.sample(valid[FIRST:], 4)
    for n, line in enumerate(again):
        status = "cancelada" if n == 0 else "ok"  # cancelled first, confirmed last
        older = Line(line.sale, line.store, line.product, line.quantity + 1, line.cents + 100, status)
        lines.insert(rng.randint(FIRST, lines.index(line)), older)
    for n in range(3):
        sale = f"{prefix}-C{n:03d}"
        store, product = rng.choice(stores), rng.choice(products)
        cancelled = Line(sale, store, product, rng.randint(1, 3), rng.randint(500, 9000), "cancelada")
        at = rng.randint(5, len(lines))
        lines.insert(at, cancelled)
        if n == 0:  # confirmed first, cancelled last: it must not count at all
            lines.insert(rng.randint(FIRST, at), Line(sale, store, product, 2, 4_200, "ok"))
    return lines


def _goals(rng: random.Random, valid: list[Line]) -> tuple[tuple[str, int], ...]:
    """Goals of which one is met exactly, one missed and the others close."""
    of = {store: region for store, _, _, region in STORES}
    revenue: Counter[str] = Counter()
    for line in valid:
        revenue[of[line.store]] += line.quantity * line.cents
    selling = [region for region in REGIONS if revenue[region]]
    rng.shuffle(selling)
    goals = {region: max(1_000, revenue[region] + rng.randint(-20_000, 20_000)) for region in REGIONS}
    goals[selling[0]] = revenue[selling[0]]
    goals[selling[1]] = revenue[selling[1]] + 1
    goals[selling[2]] = revenue[selling[2]] - 1
    return tuple(goals.items())


def _corrupt(rng: random.Random, day: Day) -> Day:
    """A line that sells nothing and one from a store that nobody opened, neither of which would be loaded.

    The first is an older version of a good sale and the second is cancelled: the gate looks at every line.
    """
    lines = list(day.lines)
    good = rng.choice(
        [
            line
            for line in lines[FIRST:]
            if sum(line.sale == x.sale for x in lines) == 1 and line.status == "ok"
        ]
    )
    empty = replace(good, quantity=0)
    lines.insert(rng.randint(FIRST, lines.index(good)), empty)
    unknown = Line("V-X2", 900 + rng.randint(1, 99), 104, 1, 1_000, "cancelada")
    lines.insert(rng.randint(FIRST, len(lines)), unknown)
    return Day(day.date, tuple(lines), day.goals)


# --- worlds ------------------------------------------------------------------------------------------


def build(folder: Path, day: Day, other_files: tuple[Day, ...] = (), history: date | None = None) -> None:
    """Lays a world out: the day's file (and those of other days), the warehouse, and rows of an earlier day."""
    for name in ("entrada", "arquivo", "avisos"):
        (folder / name).mkdir()
    for minutes, known in enumerate((day, *other_files)):
        path = folder / "entrada" / f"vendas_{known.date}.csv"
        path.write_text(known.csv(), encoding="utf-8")
        # Neither the name nor the time of a file tells which day is asked for.
        os.utime(path, (ARRIVED + 60 * minutes,) * 2)
    with closing(sqlite3.connect(folder / OBSERVE.database)) as connection, connection:
        fill(connection, day, history or day.date - timedelta(days=1))


def fill(connection: sqlite3.Connection, day: Day, history: date) -> None:
    """The warehouse as the day's run finds it."""
    connection.executescript(SCHEMA)
    connection.executemany("INSERT INTO lojas VALUES (?, ?, ?, ?)", STORES)
    connection.executemany("INSERT INTO produtos VALUES (?, ?, ?)", PRODUCTS)
    connection.executemany("INSERT INTO feriados VALUES (?, ?)", [(str(d), name) for d, name in HOLIDAYS])
    connection.executemany("INSERT INTO metas VALUES (?, ?)", day.goals)
    for table, row in history_rows(history):
        connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def history_rows(day: date) -> list[tuple[str, tuple[object, ...]]]:
    """What an earlier run left behind: it must still be there afterwards."""
    return [
        ("qualidade", (str(day), 1, 2, "")),
        ("vendas", (str(day), "V-antiga-1", 3, 104, 2, 5_980)),
        ("vendas", (str(day), "V-antiga-2", 8, 108, 1, 149_900)),
        *(("vendas_por_regiao", (str(day), region, 1, 1_000)) for region in REGIONS),
        ("vendas_por_categoria", (str(day), "Mercearia", 2, 5_980)),
        ("ranking_lojas", (str(day), 1, 8, 149_900)),
        ("metas_do_dia", (str(day), "Sul", 1_000, 1_000, 1)),
        ("resumo_diario", (str(day), "util", 2, 155_880, 77_940)),
    ]


def environment(world: Path) -> dict[str, str]:
    """The Variable and the connection that the statement promises."""
    connection = {"conn_type": "sqlite", "host": str(world / OBSERVE.database)}
    return {"AIRFLOW_VAR_PASTA_DADOS": str(world), "AIRFLOW_CONN_ARMAZEM": json.dumps(connection)}


def scenarios(drawn: Draw) -> list[Scenario]:
    """What a student may see: the file loads, and one workday run twice."""

    def workday(folder: Path) -> None:
        build(folder, drawn.workday)

    run = Run(DAG_ID, drawn.workday.run_after)
    return [
        Scenario("carga", workday, {"hoje": Parse(), "outro-dia": Parse(days_ahead=37)}, environment),
        Scenario("vazio", lambda folder: None, {"hoje": Parse()}),
        Scenario("dia-util", workday, {"primeira": run, "segunda": run}, environment),
    ]


def write_sample(folder: Path, drawn: Draw) -> None:
    """The sample day as a learner looks at it: the file of the day, and the warehouse as SQL."""
    day = drawn.workday
    (folder / f"vendas_{day.date}.csv").write_text(day.csv(), encoding="utf-8")
    with closing(sqlite3.connect(":memory:")) as connection:
        fill(connection, day, day.date - timedelta(days=1))
        dump = "\n".join(connection.iterdump())
    (folder / "armazem.sql").write_text(dump + "\n", encoding="utf-8")
