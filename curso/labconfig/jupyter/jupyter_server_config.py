"""Read by the server of `curso lab`: the services' own pages, under Lab's address."""

from curso.services.lab import course_pages

c.ServerProxy.servers = course_pages()  # noqa: F821 - Jupyter gives it
