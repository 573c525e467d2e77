"""StatsD in, Prometheus out: Airflow's names become labels, and a restart goes on counting."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from statsd import StatsClient

from curso.services.metrics import KEPT_IN, Metricas, load, save
from curso.services.statsd_lines import read
from curso.services.statsd_names import prometheus_name
from curso.services.tally import SERIES, Tally

SERVICE = "metrics"


@pytest.fixture
def metrics(small: Any) -> Metricas:
    return Metricas(small.port, small.http)


def soon(metrics: Metricas, name: str, value: float, **labels: str) -> None:
    """UDP says nothing back: what was sent is there a moment later, or never."""
    deadline = time.monotonic() + 30
    while (seen := metrics.valor(name, **labels)) != value:
        assert time.monotonic() < deadline, f"{name} is {seen}, not {value}"
        time.sleep(0.05)


def test_what_airflow_sends_is_read_with_labels(metrics: Metricas) -> None:
    client = StatsClient("127.0.0.1", metrics.porta, prefix="airflow")
    client.incr("ti.finish.vendas.carga__extrair.failed")
    client.incr("ti.finish.vendas.carga__extrair.success", 2)
    client.incr("ti.finish.vendas.carregar.success", 4)
    client.incr("ti.finish", 7)  # the same once more, of no one
    client.timing("dag.vendas.extrair.duration", 1200)
    client.timing("dag.vendas.extrair.duration", 90_000)
    client.gauge("pool.open_slots.default_pool", 127)
    client.incr("caju.pedidos")
    soon(metrics, "airflow_caju_pedidos", 1)
    soon(metrics, "airflow_ti_finish", 7)
    soon(metrics, "airflow_ti_finish", 6, dag_id="vendas", state="success")
    soon(metrics, "airflow_ti_finish_total", 1, task_id="carga__extrair", state="failed")
    soon(metrics, "airflow_task_duration_count", 2, dag_id="vendas", task_id="extrair")
    soon(metrics, "airflow_task_duration_bucket", 1, le="2.5")
    assert metrics.valor("airflow_task_duration_sum") == pytest.approx(91.2)
    assert metrics.valor("airflow_pool_open_slots", pool="default_pool") == 127
    assert metrics.valor("airflow_nunca_visto") is None


def test_the_text_is_prometheus_own(metrics: Metricas) -> None:
    client = StatsClient("127.0.0.1", metrics.porta)
    client.gauge("fila", 3)
    client.gauge("fila", 2, delta=True)
    client.incr("pedidos_total")
    soon(metrics, "pedidos_total", 1)
    soon(metrics, "fila", 5)
    text = metrics.texto()
    assert "# TYPE pedidos_total counter\npedidos_total 1.0" in text
    assert "# TYPE fila gauge\nfila 5.0" in text
    assert text.count("# TYPE fila ") == 1


def test_a_restart_goes_on_counting(metrics: Metricas, small: Any) -> None:
    client = StatsClient("127.0.0.1", metrics.porta)
    client.incr("pedidos")
    client.timing("carga", 40)
    soon(metrics, "pedidos", 1)
    small.restart()
    client.incr("pedidos")
    soon(metrics, "pedidos", 2)
    soon(metrics, "carga_bucket", 1, le="0.05")


def test_a_kill_loses_a_second_at_most(metrics: Metricas, small: Any) -> None:
    StatsClient("127.0.0.1", metrics.porta).incr("pedidos", 3)
    soon(metrics, "pedidos", 3)
    time.sleep(1.5)
    small.kill()
    small.start()
    assert metrics.valor("pedidos") == 3


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\xff\xfe",
        b"a",
        b"a:",
        b"a:1",
        b":1|c",
        b"a:x|c",
        b"a:nan|g",
        b"a:inf|c",
        b"a:1|h",
        b"a:1|c|@0",
        b"a:1|c|@x",
        b"a:-1|c",
    ],
)
def test_what_is_no_statsd_is_passed_over(packet: bytes) -> None:
    assert list(read(packet)) == []


def test_a_packet_holds_many_lines_and_a_sampled_counter_counts_in_full() -> None:
    first, second, third = read(b"a:1|c|@0.1\nbroken\nb:250|ms\r\nc:-2|g")
    assert (first.value, second.value, third.value) == (10, 0.25, -2)
    assert third.relative


def test_a_name_that_means_two_things_means_the_first(tmp_path: Path) -> None:
    tally = Tally()
    for event in read(b"a:1|c\na:7|g\na:1|c"):
        tally.add(event)
    assert [series.value for series in tally.snapshot().series] == [2]


def test_series_have_a_limit() -> None:
    tally = Tally()
    for number in range(SERIES + 10):
        for event in read(f"pedido_{number}:1|c".encode()):
            tally.add(event)
    assert len(tally.snapshot().series) == SERIES


@pytest.mark.parametrize(
    "content",
    ["", "{", '{"series": [{"kind": "x"}]}', '{"series": [{"kind": "timer", "name": "a", "labels": {}}]}'],
)
def test_a_damaged_file_is_a_fresh_start(tmp_path: Path, content: str) -> None:
    (tmp_path / KEPT_IN).write_text(content, encoding="utf-8")
    assert load(tmp_path / KEPT_IN).snapshot().series == []


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    tally = Tally()
    for event in read(b"airflow.ti.start.vendas.extrair:1|c\nx:30|ms"):
        tally.add(event)
    save(tally, tmp_path / KEPT_IN)
    again = load(tmp_path / KEPT_IN)
    assert again.snapshot() == tally.snapshot()
    assert not list(tmp_path.glob(".*"))


def test_every_family_is_well_formed() -> None:
    from prometheus_client import CollectorRegistry, generate_latest

    tally = Tally()
    for event in read(b"airflow.ti.start.a.b:1|c\nairflow.ti.start.a.c:1|c\nlimpo,x=1:1|c\n9a:1|g\nt:1|ms"):
        tally.add(event)
    registry = CollectorRegistry()
    registry.register(tally)
    names = {family.name for family in text_string_to_metric_families(generate_latest(registry).decode())}
    assert names == {"airflow_ti_start", "limpo_x_1", "_9a", "t"}


def test_names_of_airflow_3_3_are_known() -> None:
    assert prometheus_name("airflow.dagrun.duration.failed.vendas") == (
        "airflow_dagrun_failed",
        {"dag_id": "vendas"},
    )
    assert prometheus_name("airflow.dagrun.duration.failed") is None
    assert prometheus_name("airflow.task.duration") is None
    assert prometheus_name("airflow.operator_failures_PythonOperator") == (
        "airflow_operator_failures",
        {"operator": "PythonOperator"},
    )
    assert prometheus_name("airflow.scheduler_heartbeat") == ("airflow_scheduler_heartbeat", {})
    assert prometheus_name("airflow.local_task_job.task_exit.81.vendas.extrair.0") == (
        "airflow_local_task_job_task_exit",
        {"dag_id": "vendas", "task_id": "extrair", "return_code": "0"},
    )
