"""The worlds of exercise 1 over 50 seeds: every draw tells right from wrong, and the reference agrees with SQL.

The second computation shares nothing with the reference: it reads the day's file as text and lets SQLite
do the sums. Spoiling one piece of its SQL gives the mistakes that students make; a draw is fair when each
of them shows in the rows.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from autograder.judge.graders import graders_of
from curso.places import exercise_folder

FOLDER = exercise_folder("ex1-dag-complexo")
GRADERS = graders_of(FOLDER)
WORLD: Any = GRADERS.world
SEEDS = range(50)
GOOD_DAYS = ("workday", "holiday", "weekend", "broken")
ALL_DAYS = (*GOOD_DAYS, "corrupted")

RIGHT_SQL = {
    "cents": "CAST(REPLACE(REPLACE(valor_unitario, '.', ''), ',', '') AS INTEGER)",
    "version": "n = (SELECT MAX(n) FROM linhas o WHERE o.venda_id = l.venda_id)",
    "status": "status = 'ok'",
    "ranking": "SUM(v.valor_centavos) DESC, l.nome",
    "stores": "5",
    "regions": "LEFT JOIN",
    "sales": "COUNT(v.venda_id)",
    "items": "SUM(v.quantidade)",
    "ticket": "SUM(valor_centavos) / COUNT(*)",
    "met": "r.receita_centavos >= m.meta_centavos",
    "lines": "COUNT(*)",
    "free": "EXISTS (SELECT 1 FROM feriados WHERE data = :data) OR strftime('%w', :data) IN ('0', '6')",
    "reason": "COALESCE((SELECT nome FROM feriados WHERE data = :data), 'fim de semana')",
}

MISTAKES: dict[str, dict[str, str]] = {
    "float and truncate": {
        "cents": "CAST(CAST(REPLACE(REPLACE(valor_unitario, '.', ''), ',', '.') AS REAL) * 100 AS INTEGER)"
    },
    "thousands cut off": {"cents": "CAST(REPLACE(valor_unitario, ',', '.') AS REAL) * 100"},
    "first version": {"version": "n = (SELECT MIN(n) FROM linhas o WHERE o.venda_id = l.venda_id)"},
    "any version": {"version": "1"},
    "cancelled first": {
        "version": "n = (SELECT MAX(n) FROM linhas o WHERE o.venda_id = l.venda_id AND o.status = 'ok')"
    },
    "cancelled counts": {"status": "1"},
    "one cancelled line kills the sale": {
        "status": "venda_id NOT IN (SELECT venda_id FROM linhas WHERE status = 'cancelada')"
    },
    "tie by id": {"ranking": "SUM(v.valor_centavos) DESC, l.loja_id"},
    "tie left to chance": {"ranking": "SUM(v.valor_centavos) DESC"},
    "tie by name, descending": {"ranking": "SUM(v.valor_centavos) DESC, l.nome DESC"},
    "ranking of ten": {"stores": "10"},
    "ranking of three": {"stores": "3"},
    "ranking by number of sales": {"ranking": "COUNT(*) DESC, l.nome"},
    "quiet region missing": {"regions": "JOIN"},
    "items in region": {"sales": "COALESCE(SUM(v.quantidade), 0)"},
    "lines in category": {"items": "COUNT(*)"},
    "ticket with a fraction": {"ticket": "SUM(valor_centavos) * 1.0 / COUNT(*)"},
    "ticket rounded up": {"ticket": "(SUM(valor_centavos) + COUNT(*) - 1) / COUNT(*)"},
    "ticket rounded": {"ticket": "CAST(ROUND(SUM(valor_centavos) * 1.0 / COUNT(*)) AS INTEGER)"},
    "ticket by item": {"ticket": "SUM(valor_centavos) / SUM(quantidade)"},
    "average of prices": {"ticket": "CAST(AVG(valor_centavos / quantidade) AS INTEGER)"},
    "goal only when passed": {"met": "r.receita_centavos > m.meta_centavos"},
    "goal never met": {"met": "0"},
    "goal always met": {"met": "1"},
    "distinct sales as lines": {"lines": "COUNT(DISTINCT venda_id)"},
    "valid lines only": {"lines": "SUM(status = 'ok')"},
    "header counted": {"lines": "COUNT(*) + 1"},
}


def compute(day: Any, **spoiled: str) -> dict[str, Any]:
    """Rows of every destination and the notice, from the file's text."""
    sql = RIGHT_SQL | spoiled
    date = {"data": str(day.date)}
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(WORLD.SCHEMA)
        db.executemany("INSERT INTO lojas VALUES (?, ?, ?, ?)", WORLD.STORES)
        db.executemany("INSERT INTO produtos VALUES (?, ?, ?)", WORLD.PRODUCTS)
        db.executemany("INSERT INTO feriados VALUES (?, ?)", [(str(d), n) for d, n in WORLD.HOLIDAYS])
        db.executemany("INSERT INTO metas VALUES (?, ?)", day.goals)
        head, *lines = day.csv().splitlines()
        db.execute(f"CREATE TABLE linhas (n INTEGER, {head.replace(';', ' TEXT, ')} TEXT)")
        db.executemany(
            "INSERT INTO linhas VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(n, *line.split(";")) for n, line in enumerate(lines)],
        )
        db.execute(
            f"""INSERT INTO vendas SELECT :data, venda_id, CAST(loja_id AS INTEGER), CAST(produto_id AS INTEGER),
                CAST(quantidade AS INTEGER), CAST(quantidade AS INTEGER) * ({sql["cents"]})
                FROM linhas l WHERE {sql["version"]} AND {sql["status"]}""",
            date,
        )
        db.execute(
            f"""INSERT INTO vendas_por_regiao SELECT :data, l.regiao, {sql["sales"]}, COALESCE(SUM(v.valor_centavos), 0)
                FROM lojas l {sql["regions"]} vendas v ON v.loja_id = l.loja_id GROUP BY l.regiao""",
            date,
        )
        db.execute(
            f"""INSERT INTO vendas_por_categoria SELECT :data, p.categoria, {sql["items"]}, SUM(v.valor_centavos)
                FROM vendas v JOIN produtos p ON p.produto_id = v.produto_id GROUP BY p.categoria""",
            date,
        )
        db.execute(
            f"""INSERT INTO ranking_lojas
                SELECT :data, ROW_NUMBER() OVER (ORDER BY {sql["ranking"]}), l.loja_id, SUM(v.valor_centavos)
                FROM vendas v JOIN lojas l ON l.loja_id = v.loja_id GROUP BY l.loja_id
                ORDER BY {sql["ranking"]} LIMIT {sql["stores"]}""",
            date,
        )
        (free,) = db.execute(f"SELECT {sql['free']}", date).fetchone()
        if free:
            db.execute(f"INSERT INTO plantao SELECT :data, {sql['reason']}", date)
        else:
            db.execute(
                f"""INSERT INTO metas_do_dia SELECT :data, m.regiao, m.meta_centavos, r.receita_centavos, {sql["met"]}
                    FROM metas m JOIN vendas_por_regiao r ON r.regiao = m.regiao""",
                date,
            )
        db.execute(
            f"""INSERT INTO resumo_diario SELECT :data, '{"folga" if free else "util"}', COUNT(*),
                SUM(valor_centavos), {sql["ticket"]} FROM vendas""",
            date,
        )
        db.execute(
            f"""INSERT INTO qualidade SELECT :data, NOT (bad OR unknown), n,
                CASE WHEN bad THEN 'quantidade_invalida' ELSE '' END || CASE WHEN bad AND unknown THEN ';' ELSE '' END
                || CASE WHEN unknown THEN 'loja_desconhecida' ELSE '' END
                FROM (SELECT {sql["lines"]} AS n, MAX(CAST(quantidade AS INTEGER) <= 0) AS bad,
                      MAX(loja_id NOT IN (SELECT loja_id FROM lojas)) AS unknown FROM linhas)""",
            date,
        )
        tables = {}
        for table in WORLD.DESTINATIONS:
            cursor = db.execute(f"SELECT * FROM {table}")
            columns = [column[0] for column in cursor.description]
            tables[table] = [dict(zip(columns, row, strict=True)) for row in cursor]
        kind, sales, cents = db.execute(
            "SELECT tipo_dia, vendas, receita_centavos FROM resumo_diario"
        ).fetchone()
    return {"tables": tables, "notice": f"{day.date} {kind} {sales} {cents}"}


def rows(tables: dict[str, Any]) -> dict[str, list[str]]:
    """Rows that compare whatever their order."""
    return {
        table: sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in found)
        for table, found in tables.items()
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_agrees_with_sql(seed: int) -> None:
    drawn = WORLD.draw(seed)
    expected = GRADERS.expected(drawn)
    for name in GOOD_DAYS:
        ours = compute(getattr(drawn, name))
        assert rows(ours["tables"]) == rows(expected[name]["tables"]), name
        assert ours["notice"] == expected[name]["notice"]
        assert expected[name]["file"] == getattr(drawn, name).csv()
    refused = compute(drawn.corrupted)["tables"]["qualidade"]
    assert rows({"qualidade": refused}) == rows(expected["corrupted"]["tables"])


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_draw_shows_the_mistake(mistake: str) -> None:
    passed = []
    for seed in SEEDS:
        day = WORLD.draw(seed).workday
        if rows(compute(day, **MISTAKES[mistake])["tables"]) == rows(compute(day)["tables"]):
            passed.append(seed)
    assert not passed, f"{len(passed)} of {len(SEEDS)} draws let it pass: {passed[:10]}"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_draw_holds_every_case(seed: int) -> None:
    drawn = WORLD.draw(seed)
    assert len({getattr(drawn, name).date for name in ALL_DAYS}) == len(ALL_DAYS)
    for name in GOOD_DAYS:
        day = getattr(drawn, name)
        versions: dict[str, list[Any]] = defaultdict(list)
        for line in day.lines:
            versions[line.sale].append(line)
        states = {tuple(line.status for line in of_one) for of_one in versions.values()}
        assert ("ok", "cancelada") in states, "confirmed first, cancelled last"
        assert ("cancelada", "ok") in states, "cancelled first, confirmed last"
        assert ("ok", "ok") in states, "sent again with another value"
        assert ("cancelada",) in states, "cancelled from the beginning"
        sold = [of_one[-1] for of_one in versions.values() if of_one[-1].status == "ok"]
        assert any(int(float(f"{line.cents / 100:.2f}") * 100) != line.cents for line in sold), "float trap"
        assert any(line.cents >= 100_000 for line in sold), "thousands separator"
        assert all(line.quantity > 0 and line.cents > 0 for line in day.lines)

        region = {store: where for store, _, _, where in WORLD.STORES}
        called = {store: name_ for store, name_, _, _ in WORLD.STORES}
        revenue: Counter[int] = Counter()
        for line in sold:
            revenue[line.store] += line.quantity * line.cents
        assert len({region[store] for store in revenue}) == 4, "one region sells nothing"
        category = {product: kind for product, _, kind in WORLD.PRODUCTS}
        assert len({category[line.product] for line in sold}) < len(WORLD.CATEGORIES), (
            "a category sells nothing"
        )
        top = max(revenue.values())
        tied = [store for store in revenue if revenue[store] == top]
        assert len(tied) == 3, "a tie for first place"
        by_name = sorted(tied, key=called.__getitem__)
        assert by_name not in (sorted(tied), sorted(tied, reverse=True)), "names and ids order differently"
        assert len(revenue) > 5, "more stores than the ranking shows"

        by_region: Counter[str] = Counter()
        for store, cents in revenue.items():
            by_region[region[store]] += cents
        goals = dict(day.goals)
        assert set(goals) == set(WORLD.REGIONS)
        assert any(by_region[where] == goal for where, goal in goals.items()), "a goal met exactly"
        assert any(by_region[where] == goal - 1 for where, goal in goals.items()), "a goal missed by a cent"


def test_a_stable_sort_does_not_settle_the_tie_by_chance() -> None:
    lucky = []
    for seed in SEEDS:
        day = WORLD.draw(seed).workday
        ranking = compute(day)["tables"]["ranking_lojas"]
        last = {line.sale: line for line in day.lines}
        appeared = list(dict.fromkeys(line.store for line in last.values() if line.status == "ok"))
        if appeared.index(ranking[0]["loja_id"]) < appeared.index(ranking[1]["loja_id"]):
            lucky.append(seed)
    assert not lucky, f"{len(lucky)} draws let a ranking without a tie-break pass: {lucky[:10]}"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_days_are_of_the_kind_they_are_drawn_for(seed: int) -> None:
    drawn = WORLD.draw(seed)
    holidays = {day for day, _ in WORLD.HOLIDAYS}
    for name in ("workday", "corrupted", "broken"):
        day = getattr(drawn, name).date
        assert day.weekday() < 5
        assert day not in holidays
    assert drawn.holiday.date in holidays
    assert drawn.holiday.date.weekday() < 5, "else a pipeline that knows only weekends would pass"
    assert drawn.weekend.date.weekday() >= 5
    assert drawn.weekend.date not in holidays, "else a pipeline that knows only holidays would pass"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_corrupted_day_has_both_reasons(seed: int) -> None:
    day = WORLD.draw(seed).corrupted
    stores = {store for store, *_ in WORLD.STORES}
    bad = [line for line in day.lines if line.quantity <= 0]
    unknown = [line for line in day.lines if line.store not in stores]
    assert bad
    assert unknown
    assert {line.sale for line in bad}.isdisjoint(line.sale for line in unknown)


def test_the_gate_must_look_at_cancelled_and_repeated_lines() -> None:
    for seed in SEEDS:
        day = WORLD.draw(seed).corrupted
        stores = {store for store, *_ in WORLD.STORES}
        last = {line.sale: line for line in day.lines}
        counted = [line for line in last.values() if line.status == "ok"]
        assert not any(line.quantity <= 0 or line.store not in stores for line in counted)


def test_zero_is_among_the_bad_quantities() -> None:
    bad = [[x.quantity for x in WORLD.draw(seed).corrupted.lines if x.quantity <= 0] for seed in SEEDS]
    assert any(quantities == [0] for quantities in bad)


def test_the_load_breaks_well_inside_the_file(tmp_path: Path) -> None:
    early = []
    for seed in SEEDS:
        day = WORLD.draw(seed).broken
        folder = tmp_path / str(seed)
        folder.mkdir()
        (scenario,) = [s for s in GRADERS.scenarios(WORLD.draw(seed)) if s.id == "queda"]
        scenario.build(folder)
        with closing(sqlite3.connect(folder / WORLD.OBSERVE.database)) as db:
            (trap,) = db.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchone()
        refused = trap.split("'")[1]
        in_file = list({line.sale: None for line in day.lines})
        by_id = sorted(in_file)
        for order in (in_file, by_id):
            if not 0.2 < order.index(refused) / len(order) < 0.8:
                early.append(seed)
    assert not early, f"{len(early)} draws break near an end: {early[:10]}"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_newer_file_lies_beside_another_day(seed: int, tmp_path: Path) -> None:
    drawn = WORLD.draw(seed)
    built = {s.id: s for s in GRADERS.scenarios(drawn)}
    for scenario, day in (("feriado", drawn.holiday), ("fim-de-semana", drawn.weekend)):
        folder = tmp_path / scenario
        folder.mkdir()
        built[scenario].build(folder)
        files = sorted((folder / "entrada").iterdir())
        assert files[0].name == f"vendas_{day.date}.csv"
        assert len(files) == 2, "one that is newer by its name"
        lines = [set(file.read_text(encoding="utf-8").splitlines()[1:]) for file in files]
        assert lines[0].isdisjoint(lines[1])


def test_the_days_file_is_not_the_one_written_last(tmp_path: Path) -> None:
    drawn = WORLD.draw(1)
    (scenario,) = [s for s in GRADERS.scenarios(drawn) if s.id == "feriado"]
    scenario.build(tmp_path)
    newest = max((tmp_path / "entrada").iterdir(), key=lambda file: file.stat().st_mtime_ns)
    assert newest.name != f"vendas_{drawn.holiday.date}.csv"


def test_draws_repeat_and_differ() -> None:
    assert WORLD.draw(7) == WORLD.draw(7)
    assert len({WORLD.draw(seed).workday.csv() for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_a_draw_is_the_same_in_another_process(hash_seed: str) -> None:
    program = (
        "import sys; from pathlib import Path; from autograder.judge.graders import graders_of\n"
        "print(graders_of(Path(sys.argv[1])).world.draw(7))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(FOLDER)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(FOLDER.parents[1])},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    ours = repr(WORLD.draw(7))
    # The module's name carries a hash of its path; the values are what must agree.
    assert done.stdout.strip() == ours


@pytest.mark.parametrize("cents", [5, 29, 435, 1999, 99_999, 100_000, 124_990, 123_456_789])
def test_reais_are_written_the_brazilian_way(cents: int) -> None:
    text = WORLD.reais(cents)
    assert text.count(",") == 1
    assert int(text.replace(".", "").replace(",", "")) == cents
    assert all(len(part) == 3 for part in text.split(",")[0].split(".")[1:])
