"""The server's side of Lab's panel; the panel itself is TypeScript, in `painel/`.

`standing` is what the panel shows, `handlers` what it can ask for.
"""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "curso.panel"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Called by Jupyter as its server starts."""
    from curso.panel.handlers import handlers
    from curso.panel.standing import warm_up

    server.web_app.add_handlers(".*$", handlers(server.web_app.settings["base_url"]))
    warm_up()
