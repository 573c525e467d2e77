# nbgrader reads this file; what it sets, and why, is in curso/classroom/config.py. `turma.toml` is yours.
from curso.classroom.config import configure

configure(c)  # noqa: F821 - Jupyter puts `c` there
