"""From StatsD's dotted names to Prometheus' names and labels, as the exporter of Airflow's Helm chart does it.

StatsD has no labels: what is measured, of which DAG and which task are all parts of one name
(`airflow.dag.vendas.extrair.duration`). A rule tells the parts of a name that are labels from those that say
what is measured; the names on the right are the chart's own where it has one, so that dashboards made for it
read ours. Airflow sends each of these measures once more under its bare name, without saying of whom
(`airflow.task.duration`): counting that too would count everything twice, so it is dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RULES = (
    ("airflow.dag.*.*.duration", "airflow_task_duration", "dag_id task_id"),
    ("airflow.dag.*.*.queued_duration", "airflow_task_queued_duration", "dag_id task_id"),
    ("airflow.dag.*.*.scheduled_duration", "airflow_task_scheduled_duration", "dag_id task_id"),
    ("airflow.dagrun.duration.success.*", "airflow_dagrun_duration", "dag_id"),
    ("airflow.dagrun.duration.failed.*", "airflow_dagrun_failed", "dag_id"),
    ("airflow.dagrun.schedule_delay.*", "airflow_dagrun_schedule_delay", "dag_id"),
    ("airflow.dagrun.dependency-check.*", "airflow_dagrun_dependency_check", "dag_id"),
    (
        "airflow.dagrun.*.first_task_scheduling_delay",
        "airflow_dagrun_first_task_scheduling_delay",
        "dag_id",
    ),
    ("airflow.ti.start.*.*", "airflow_ti_start", "dag_id task_id"),
    ("airflow.ti.finish.*.*.*", "airflow_ti_finish", "dag_id task_id state"),
    ("airflow.ti.scheduled.*.*.*", "airflow_ti_scheduled", "queue dag_id task_id"),
    ("airflow.ti.queued.*.*.*", "airflow_ti_queued", "queue dag_id task_id"),
    ("airflow.ti.running.*.*.*", "airflow_ti_running", "queue dag_id task_id"),
    ("airflow.ti.deferred.*.*.*", "airflow_ti_deferred", "queue dag_id task_id"),
    ("airflow.operator_successes_*", "airflow_operator_successes", "operator"),
    ("airflow.operator_failures_*", "airflow_operator_failures", "operator"),
    ("airflow.task_instance_created_*", "airflow_task_instance_created", "operator"),
    ("airflow.task_removed_from_dag.*", "airflow_task_removed_from_dag", "dag_id"),
    ("airflow.task_restored_to_dag.*", "airflow_task_restored_to_dag", "dag_id"),
    # The job's number would make a new series of every task that ever ran.
    (
        "airflow.local_task_job.task_exit.*.*.*.*",
        "airflow_local_task_job_task_exit",
        "- dag_id task_id return_code",
    ),
    ("airflow.dag_processing.last_duration.*.*", "airflow_dag_processing_last_duration", "bundle dag_file"),
    (
        "airflow.dag_processing.last_run.seconds_ago.*",
        "airflow_dag_processing_last_run_seconds_ago",
        "dag_file",
    ),
    ("airflow.pool.open_slots.*", "airflow_pool_open_slots", "pool"),
    ("airflow.pool.queued_slots.*", "airflow_pool_queued_slots", "pool"),
    ("airflow.pool.running_slots.*", "airflow_pool_running_slots", "pool"),
    ("airflow.pool.deferred_slots.*", "airflow_pool_deferred_slots", "pool"),
    ("airflow.pool.scheduled_slots.*", "airflow_pool_scheduled_slots", "pool"),
    ("airflow.pool.starving_tasks.*", "airflow_pool_starving_tasks", "pool"),
    ("airflow.executor.open_slots.*", "airflow_executor_open_slots", "executor"),
    ("airflow.executor.queued_tasks.*", "airflow_executor_queued_tasks", "executor"),
    ("airflow.executor.running_tasks.*", "airflow_executor_running_tasks", "executor"),
    ("airflow.triggers.running.*", "airflow_triggers_running", "hostname"),
    ("airflow.triggerer.capacity_left.*", "airflow_triggerer_capacity_left", "hostname"),
)
_BARE = {re.sub(r"[._]\*", "", match) for match, _, _ in _RULES} | {
    "airflow.task.duration",
    "airflow.task.queued_duration",
    "airflow.task.scheduled_duration",
}


@dataclass(frozen=True)
class Rule:
    pattern: re.Pattern[str]
    name: str
    labels: tuple[str, ...]


_COMPILED = tuple(
    Rule(re.compile(re.escape(match).replace(r"\*", "([^.]+)")), name, tuple(labels.split()))
    for match, name, labels in _RULES
)


def prometheus_name(dotted: str) -> tuple[str, dict[str, str]] | None:
    """Name and labels; None for what is sent twice. A name that no rule knows becomes one with underscores."""
    if dotted in _BARE:
        return None
    for rule in _COMPILED:
        if found := rule.pattern.fullmatch(dotted):
            labels = dict(zip(rule.labels, found.groups(), strict=True))
            labels.pop("-", None)
            return rule.name, labels
    name = re.sub(r"[^a-zA-Z0-9_]", "_", dotted)
    return (f"_{name}" if name[:1].isdigit() else name), {}
