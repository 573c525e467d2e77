"""What was last put into the learner's copy of an exercise: the digest of each file, as it was given.

With it an update can tell what the learner changed from what the course did.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from curso import atomic
from curso.places import state_folder

FOLDER = "entregues"


def digest(name: str, content: bytes) -> str:
    """Of what was written. To run a notebook changes the file, and nothing that anybody wrote."""
    if name.endswith(".ipynb"):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(content)["cells"]]
            content = json.dumps(cells).encode()
    return hashlib.sha256(content).hexdigest()


def delivered(exercise_id: str, root: Path) -> dict[str, str]:
    """Digests by relative path; {} where nothing is known."""
    try:
        known = json.loads(_file(exercise_id, root).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {str(name): str(value) for name, value in known.items()}


def note_delivered(exercise_id: str, root: Path, names: Iterable[str]) -> None:
    """These files of `exercises/<exercise>` are in the learner's copy now. Where it can't be noted work goes on."""
    source = root / "exercises" / exercise_id
    with contextlib.suppress(OSError):
        known = delivered(exercise_id, root)
        known |= {name: digest(name, (source / name).read_bytes()) for name in names}
        path = _file(exercise_id, root)
        path.parent.mkdir(exist_ok=True)
        atomic.write_text(path, json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True))


def _file(exercise_id: str, root: Path) -> Path:
    return state_folder(root) / FOLDER / f"{exercise_id}.json"
