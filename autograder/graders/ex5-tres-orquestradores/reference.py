"""The right rows of a day, computed from what the API tells."""

from __future__ import annotations

from types import ModuleType
from typing import Any

DAYS = ("common", "next", "unsteady", "fallen", "scheduled", "partition", "spoilt", "replaced")


def expected(drawn: Any, world: ModuleType) -> dict[str, Any]:
    """For each day its rows, and what its stores do; JSON only."""
    return {name: of_day(getattr(drawn, name), drawn, world) for name in DAYS} | {
        "regions": {region: store for store, _, region in drawn.stores}
    }


def of_day(day: Any, drawn: Any, world: ModuleType) -> dict[str, Any]:
    """Rows of both tables, and the stores by what the API does with them."""
    data = str(day.date)
    region = {store: where for store, _, where in drawn.stores}
    sold = [line for lines in day.lines.values() for line in counted(lines)]
    return {
        "date": data,
        "base": drawn.base,
        "open": day.open,
        "closed": day.closed,
        "busy": {str(store): status for store, status in day.busy.items()},
        "cut": sorted(day.cut),
        "dead": sorted(day.dead),
        # Told once: whatever a cleaning does with versions, these count.
        "certain": {
            str(store): [line.sale for line in counted(lines) if sum(x.sale == line.sale for x in lines) == 1]
            for store, lines in day.lines.items()
        },
        "vendas": [
            {
                "data": data, "venda_id": line.sale, "loja_id": line.store, "produto_id": line.product,
                "quantidade": line.quantity, "valor_centavos": line.quantity * line.cents,
            }
            for line in sold
        ],
        "vendas_por_regiao": [
            {
                "data": data, "regiao": where,
                "vendas": sum(region[line.store] == where for line in sold),
                "receita_centavos": sum(
                    line.quantity * line.cents for line in sold if region[line.store] == where
                ),
            }
            for where in world.REGIONS
        ],
        "history": _rows(world.history(day, drawn), world),
        "earlier": _rows(world.earlier_version(day, drawn), world),
    }  # fmt: skip


def counted(lines: Any) -> list[Any]:
    """The last version of each sale, where it is not cancelled."""
    return [line for line in {line.sale: line for line in lines}.values() if line.status == "ok"]


def _rows(found: Any, world: ModuleType) -> dict[str, list[dict[str, Any]]]:
    columns = {
        "vendas": ("data", "venda_id", "loja_id", "produto_id", "quantidade", "valor_centavos"),
        "vendas_por_regiao": ("data", "regiao", "vendas", "receita_centavos"),
    }
    return {
        table: [dict(zip(names, row, strict=True)) for where, row in found if where == table]
        for table, names in columns.items()
    }
