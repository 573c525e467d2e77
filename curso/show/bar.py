"""A progress bar in every front end; it takes itself away at the end."""

from __future__ import annotations

import sys
from html import escape
from typing import Any


class Bar:
    """In a notebook a bar, in a terminal a bar, in a pipe nothing."""

    def __init__(self, words: str) -> None:
        self.words = words
        self._handle: Any = None
        self._live: Any = None

    def __enter__(self) -> Bar:
        if _in_notebook():
            import IPython.display

            shown: Any = IPython.display  # its classes carry no types
            self._html = shown.HTML
            self._handle = shown.display(self._html(self._text(0, 1)), display_id=True)
        elif sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._live = Progress(*columns, console=Console(stderr=True), transient=True)
            self._live.start()
            self._task = self._live.add_task(self.words, total=None)
        return self

    def show(self, done: int, total: int, words: str | None = None) -> None:
        self.words = words or self.words
        if self._handle is not None:
            self._handle.update(self._html(self._text(done, total)))
        if self._live is not None:
            self._live.update(self._task, description=self.words, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            self._handle.update(self._html(""))
        if self._live is not None:
            self._live.stop()

    def _text(self, done: int, total: int) -> str:
        return f"<p><progress value='{done}' max='{total}'></progress> {escape(self.words)}</p>"


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and getattr(shell, "kernel", None) is not None
