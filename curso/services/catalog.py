"""Which services there are. Each module is imported when its service is asked for."""

from __future__ import annotations

from importlib import import_module

from curso.services.service import Service, ServiceError

MODULES = {
    "airflow": "curso.services.airflow",
    "dagster": "curso.services.dagster",
    "postgres": "curso.services.postgres",
    "caixa-postal": "curso.services.inbox",
    "slack": "curso.services.slack",
    "metricas": "curso.services.metrics",
    "prefect": "curso.services.prefect",
}


def service_named(name: str) -> Service:
    """Raises ServiceError for a name that is none."""
    if name not in MODULES:
        raise ServiceError(f"Não conheço o serviço «{name}». Os que existem: {', '.join(MODULES)}.")
    service = import_module(MODULES[name]).SERVICE
    assert isinstance(service, Service)
    return service
