"""How a notebook shows Prefect's log: one line each, without the sixty lines of traceback of a failure that was meant.

The whole record goes to the server, as always; `execucao.log()` and Prefect's pages have it.
"""

from __future__ import annotations

import copy
import logging
import sys
from typing import Any


def plain_output() -> None:
    """What Prefect prints through rich becomes text. `flow.deploy` else draws its bar with a widget that nbclient,
    which makes the site and runs the tests, can't follow."""
    import rich.console

    rich.console._is_jupyter = lambda: False


class Curto(logging.Handler):
    """In the place of Prefect's console handler."""

    def __init__(self, **_: Any) -> None:  # Prefect gives it colours and a stream
        super().__init__()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            shown = copy.copy(record)  # another handler sends the same record to the server
            shown.exc_info = shown.exc_text = None
            sys.stdout.write(f"{self.format(shown).splitlines()[0]}\n")
        except Exception:
            self.handleError(record)
