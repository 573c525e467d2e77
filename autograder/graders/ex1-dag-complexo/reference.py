"""The right rows of a day, computed from its file alone."""

from __future__ import annotations

from types import ModuleType
from typing import Any

Rows = list[dict[str, Any]]


def expected(drawn: Any, world: ModuleType) -> dict[str, Any]:
    """For each day of the draw the rows that must be in each destination, and the notice; JSON only."""
    return {
        name: of_day(getattr(drawn, name), world) for name in ("workday", "holiday", "weekend", "broken")
    } | {
        "corrupted": {"date": str(drawn.corrupted.date), "tables": {"qualidade": [refused(drawn.corrupted)]}}
    }


def of_day(day: Any, world: ModuleType) -> dict[str, Any]:
    """Rows and notice of one day that passes the gate."""
    data = str(day.date)
    region = {store: where for store, _, _, where in world.STORES}
    name = {store: called for store, called, _, _ in world.STORES}
    category = {product: kind for product, _, kind in world.PRODUCTS}
    last = {line.sale: line for line in day.lines}
    sold = [line for line in last.values() if line.status == "ok"]
    total = sum(line.quantity * line.cents for line in sold)
    reason = _day_off(day, world)

    def revenue(of: dict[int, str], key: str, wanted: str) -> tuple[list[Any], int]:
        chosen = [line for line in sold if of[getattr(line, key)] == wanted]
        return chosen, sum(line.quantity * line.cents for line in chosen)

    by_region = {where: revenue(region, "store", where) for where in world.REGIONS}
    by_category = {kind: revenue(category, "product", kind) for kind in world.CATEGORIES}
    by_store = {store: sum(x.quantity * x.cents for x in sold if x.store == store) for store in name}
    ranked = sorted((s for s in by_store if by_store[s]), key=lambda s: (-by_store[s], name[s]))[:5]
    goals: Rows = [
        {
            "data": data, "regiao": where, "meta_centavos": goal,
            "receita_centavos": by_region[where][1], "atingiu": int(by_region[where][1] >= goal),
        }
        for where, goal in day.goals
    ]  # fmt: skip
    kind = "folga" if reason else "util"
    return {
        "date": data,
        "tables": {
            "qualidade": [{"data": data, "aprovado": 1, "linhas": len(day.lines), "motivo": ""}],
            "vendas": [
                {
                    "data": data, "venda_id": x.sale, "loja_id": x.store, "produto_id": x.product,
                    "quantidade": x.quantity, "valor_centavos": x.quantity * x.cents,
                }
                for x in sold
            ],
            "vendas_por_regiao": [
                {"data": data, "regiao": where, "vendas": len(chosen), "receita_centavos": cents}
                for where, (chosen, cents) in by_region.items()
            ],
            "vendas_por_categoria": [
                {
                    "data": data, "categoria": kind_, "itens": sum(x.quantity for x in chosen),
                    "receita_centavos": cents,
                }
                for kind_, (chosen, cents) in by_category.items()
                if chosen
            ],
            "ranking_lojas": [
                {"data": data, "posicao": n, "loja_id": store, "receita_centavos": by_store[store]}
                for n, store in enumerate(ranked, 1)
            ],
            "metas_do_dia": [] if reason else goals,
            "plantao": [{"data": data, "motivo": reason}] if reason else [],
            "resumo_diario": [
                {
                    "data": data, "tipo_dia": kind, "vendas": len(sold), "receita_centavos": total,
                    "ticket_medio_centavos": total // len(sold),
                }
            ],
        },
        "notice": f"{data} {kind} {len(sold)} {total}",
        "file": day.csv(),
    }  # fmt: skip


def refused(day: Any) -> dict[str, Any]:
    """The row that the gate leaves for the corrupted day."""
    return {
        "data": str(day.date),
        "aprovado": 0,
        "linhas": len(day.lines),
        "motivo": "quantidade_invalida;loja_desconhecida",
    }


def _day_off(day: Any, world: ModuleType) -> str:
    for when, name in world.HOLIDAYS:
        if when == day.date:
            return str(name)
    return "fim de semana" if day.date.weekday() >= 5 else ""
