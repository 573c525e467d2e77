"""A picture of Dagster assets that live in a notebook, before any project holds them."""

from __future__ import annotations

from typing import Any

from curso.show.graph import Mermaid, graph


def desenhar(*assets: Any) -> Mermaid:
    """What depends on what. An asset that is only depended on is drawn too."""
    after: dict[str, set[str]] = {}
    for asset in assets:
        for key, upstream in asset.asset_deps.items():
            after.setdefault(key.to_user_string(), set())
            for one in upstream:
                after.setdefault(one.to_user_string(), set()).add(key.to_user_string())
    return graph([{"task_id": name, "downstream_task_ids": names} for name, names in after.items()])
