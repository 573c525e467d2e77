"""The learning side of the course: terminal, notebook, progress, packaging."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from curso.notebook import verificar

__all__ = ["verificar"]


def __getattr__(name: str) -> object:
    # Imported on first use: the terminal must answer before the notebook's libraries are there.
    if name == "verificar":
        from curso.notebook import verificar

        return verificar
    raise AttributeError(name)
