"""Rows as people like to see them: a table in a notebook, aligned text anywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any

MAX_SHOWN = 40


class Tabela(list[dict[str, Any]]):
    """A list of rows (dicts with the same keys) that knows how to show itself."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], columns: Iterable[str] | None = None) -> None:
        super().__init__(dict(row) for row in rows)
        self.colunas = list(columns) if columns is not None else list(self[0]) if self else []

    def _repr_html_(self) -> str:
        if not self.colunas:
            return "<p><em>nenhuma linha</em></p>"
        head = "".join(f"<th style='text-align:left'>{escape(str(name))}</th>" for name in self.colunas)
        body = "".join(
            "<tr>" + "".join(_cell(row.get(name)) for name in self.colunas) + "</tr>"
            for row in self[:MAX_SHOWN]
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{self._more(html=True)}"

    def __repr__(self) -> str:
        if not self.colunas:
            return "nenhuma linha"
        lines = [self.colunas, *([_said(row.get(name)) for name in self.colunas] for row in self[:MAX_SHOWN])]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.colunas))]
        text = "\n".join(
            "  ".join(word.ljust(w) for word, w in zip(line, widths, strict=True)).rstrip() for line in lines
        )
        return text + self._more(html=False)

    def _more(self, *, html: bool) -> str:
        if len(self) <= MAX_SHOWN:
            return "<p><em>nenhuma linha</em></p>" if html and not self else ""
        words = f"... e mais {len(self) - MAX_SHOWN} linhas"
        return f"<p><em>{words}</em></p>" if html else f"\n{words}"


def _cell(value: Any) -> str:
    align = "right" if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else "left"
    return f"<td style='text-align:{align};white-space:pre-wrap'>{escape(_said(value))}</td>"


def _said(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
