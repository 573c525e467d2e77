"""Read by the server of `curso lab`: the panel, and the services' own pages under Lab's address."""

from curso.labconfig import LABEXTENSIONS
from curso.services.lab import course_pages

c = get_config()  # type: ignore[name-defined]  # noqa: F821 - Jupyter gives it to this file
c.ServerProxy.servers = course_pages()
c.ContentsManager.allow_hidden = True  # exercise 3 is a workflow, and GitHub wants it in .github/
c.ServerApp.jpserver_extensions = {"curso.panel": True}
c.LabApp.extra_labextensions_path = [str(LABEXTENSIONS)]
