"""What Airflow finds in a folder of DAGs, read as it stands at this moment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from curso.lessons.museum import rodar

_READ = """
import json as _json, sys as _sys
_sys.path.insert(0, {folder!r})
from airflow.dag_processing.dagbag import DagBag
_bag = DagBag({folder!r})
_errors = {{name: text.strip().splitlines()[-1] for name, text in _bag.import_errors.items()}}
raise SystemExit("LIDO " + _json.dumps([sorted(_bag.dag_ids), _errors]))
"""


@dataclass(frozen=True)
class Leitura:
    """The DAGs that are there, and the error of each file that could not be imported."""

    dags: tuple[str, ...]
    erros: dict[str, str]

    def __repr__(self) -> str:
        errors = "; ".join(f"{Path(name).name}: {text}" for name, text in self.erros.items())
        return f"DAGs: {', '.join(self.dags) or 'nenhum'} · erros: {errors or 'nenhum'}"


def ler_dags(pasta: Path | str) -> Leitura:
    """Reads the folder with Airflow's DagBag, in a process that has read nothing before."""
    said = rodar(_READ.format(folder=str(pasta))).erro
    _, mark, told = said.partition("LIDO ")
    if not mark:
        raise RuntimeError(f"O Airflow não conseguiu ler {pasta}: {said}")
    dags, errors = json.loads(told)
    return Leitura(tuple(dags), errors)
