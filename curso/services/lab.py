"""The orchestrators' own pages inside JupyterLab: a card in the launcher, an address under Lab's own.

The first look starts the service: until it is ready, a page tells how far it is and reloads itself.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jupyter_server_proxy.config import ServerProcess
from jupyter_server_proxy.handlers import NamedLocalProxyHandler
from tornado import web

from curso.services import background, control
from curso.services.catalog import service_named
from curso.services.folder import Phase

PAGES = ("airflow", "prefect", "dagster")
ICONS = Path(__file__).parents[1] / "labconfig" / "icones"
RELOAD_SECONDS = 1.5


class PageHandler(NamedLocalProxyHandler):  # type: ignore[misc]
    """Passes requests on to the service's port of the moment."""

    name = ""

    @property
    def port(self) -> int:
        return urlsplit(control.page(self.name) or "").port or 0

    async def proxy(self, port: int, path: str) -> Any:
        state = control.status(self.name)
        if state is not None and state.phase is Phase.READY:
            there = urlsplit(control.page(self.name) or "").path
            if not self.request.path.startswith(there):
                self._say(
                    f"{service_named(self.name).title} foi iniciado fora deste Lab e não responde neste endereço.",
                    f"Rode `curso servicos parar {self.name}` e abra esta página de novo.",
                )
                return None
            return await super().proxy(port, path)
        if self.request.method != "GET" or "text/html" not in self.request.headers.get("Accept", ""):
            raise web.HTTPError(503, "o serviço está iniciando")
        self._start(state.words if state and state.phase is Phase.FAILED else "")
        return None

    def _start(self, failure: str) -> None:
        """Starts the service, and shows how far it is. What failed is told, and started again when asked to."""
        title = service_named(self.name).title
        starting = background.doing("start", self.name)
        if failure and not starting and not self.get_query_argument("de-novo", ""):
            self._say(f"{title} não está no ar: {failure}.", "<a href='?de-novo=1'>Tentar de novo</a>")
            return
        background.begin("start", self.name)
        state = control.status(self.name)
        done, total = (state.step, state.steps) if state else (0, 1)
        words = state.words if state and state.phase is Phase.STARTING else "preparando"
        self._say(
            f"{title} está iniciando…",
            f"<progress value='{done}' max='{total}'></progress> {escape(words)}. "
            "Da primeira vez leva meio minuto; esta página se abre sozinha.",
            reload=True,
        )

    def _say(self, headline: str, more: str, *, reload: bool = False) -> None:
        refresh = (
            f"<meta http-equiv='refresh' content='{RELOAD_SECONDS};url={self.request.path}'>"
            if reload
            else ""
        )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(
            f"<!doctype html><html lang='pt-BR'><head><meta charset='utf-8'>{refresh}<title>{escape(headline)}</title>"
            "</head><body style='font-family:system-ui;max-width:40em;margin:20vh auto;text-align:center'>"
            f"<h1 style='font-weight:500'>{escape(headline)}</h1><p>{more}</p></body></html>"
        )


class CoursePage(ServerProcess):  # type: ignore[misc]
    """A service as jupyter-server-proxy knows it: no command and no port of its own, since `control` has both."""

    def get_proxy_base_class(self) -> tuple[type, dict[str, Any]]:
        return PageHandler, {}

    def get_proxy_attributes(self) -> dict[str, Any]:
        attributes = super().get_proxy_attributes()
        del attributes["port"]
        return dict(attributes)


def course_pages() -> dict[str, ServerProcess]:
    """For `c.ServerProxy.servers`."""
    return {
        name: CoursePage(
            name=name,
            absolute_url=True,
            new_browser_tab=True,
            launcher_entry={
                "title": name.capitalize(),
                "path_info": f"{name}/",
                "category": "Serviços do curso",
                "icon_path": str(ICONS / f"{name}.svg"),
            },
        )
        for name in PAGES
    }
