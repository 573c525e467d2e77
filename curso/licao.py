"""What a lesson imports: services, questions, challenges, hints."""

from curso.services.notebook_door import parar, servico

__all__ = ["parar", "servico"]
