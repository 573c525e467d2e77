"""What a lesson imports: services, questions, challenges, hints."""

from curso.lessons.notebook_door import confira, desafio, dica, preveja
from curso.lessons.shell import welcome_here
from curso.services.notebook_door import parar, servico

welcome_here()

__all__ = ["confira", "desafio", "dica", "parar", "preveja", "servico"]
