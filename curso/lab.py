"""`curso lab`: JupyterLab in the course root, in Portuguese, opened on the welcome page.

Whatever Jupyter keeps for itself (settings, workspaces, signatures) goes under `.curso/`, so that the
learner's own Jupyter stays as it was. A variable that the learner has already set wins.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from urllib.parse import quote

from curso.places import ROOT
from curso.portuguese import refusal
from curso.services.folder import me
from curso.services.supervisor import OWNER

WELCOME = "notebooks/00-comece-aqui.ipynb"
_PACK = "jupyterlab_language_pack_pt_BR"
_DEFAULT_URL_FLAGS = ("--LabApp.default_url", "--ServerApp.default_url")
_LABCONFIG = Path(__file__).parent / "labconfig"
_Contexts = dict[str, dict[str, str | list[str]]]  # context, English, Portuguese (or singular and plural)


def start(args: list[str], root: Path = ROOT) -> int:
    """Run JupyterLab until it is stopped; `args` go to Jupyter untouched."""
    if not (root / "notebooks").is_dir():
        return _fail(f"Não há lições em {root}: rode `make lab` na pasta do curso.")
    if importlib.util.find_spec("jupyterlab") is None:
        return _fail("O JupyterLab não está instalado neste Python: rode `make lab` na pasta do curso.")
    state = root / ".curso" / "jupyter"
    try:
        state.mkdir(parents=True, exist_ok=True)
        language = build_language_pack(state)
    except OSError as error:
        return _fail(f"Não consegui escrever em {state}: {refusal(error)}.")
    prepare_environment(os.environ, state)
    os.environ[OWNER] = ":".join(map(str, me()))  # services started from this Lab end with it
    if language is not None:
        sys.path.insert(0, str(language))  # this process only: kernels don't inherit it
    os.chdir(root)
    from jupyterlab.labapp import LabApp
    from jupyterlab_server import settings_utils

    # The server itself translates settings and context menus, and doesn't see the default settings: where
    # the learner chose no language it takes the system's, which may be English or none.
    settings_utils.SYS_LOCALE = "pt_BR"  # type: ignore[attr-defined]
    # Jupyter reads sys.argv in more than one place: giving them to launch_instance alone isn't enough.
    sys.argv = ["jupyter-lab", *jupyter_arguments(args, root)]
    LabApp.launch_instance()
    return 0


def prepare_environment(environ: MutableMapping[str, str], state: Path) -> None:
    environ.setdefault("JUPYTER_CONFIG_DIR", str(state / "config"))
    environ.setdefault("JUPYTER_DATA_DIR", str(state / "data"))
    # Our settings are only defaults: what the learner changes in Settings still wins.
    ours = [str(_LABCONFIG / "jupyter")]
    theirs = [path for path in environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep) if path]
    environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(theirs + ours)
    # A kernel called "python3" left in the user's home must not take the place of the course's.
    environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    environ.setdefault("PYTHONSTARTUP", str(_LABCONFIG / "startup.py"))
    # `!curso ...` in a cell and `curso ...` in Lab's terminal are this environment's.
    scripts = str(Path(sys.executable).parent)
    paths = environ.get("PATH", os.defpath).split(os.pathsep)
    if paths[0] != scripts:
        environ["PATH"] = os.pathsep.join([scripts, *paths])


def jupyter_arguments(args: Sequence[str], root: Path) -> list[str]:
    """The learner's arguments, plus ours where they said nothing. A notebook of the course is what opens first."""
    result = list(args)
    opened = next((arg for arg in args if arg.endswith(".ipynb") and _is_ours(root / arg, root)), None)
    if opened is not None:
        result.remove(opened)  # Jupyter itself would take the file's folder for the root of everything
    page = (root / opened).resolve().relative_to(root.resolve()).as_posix() if opened else WELCOME
    if not any(arg.split("=", 1)[0] in _DEFAULT_URL_FLAGS for arg in args) and (root / page).is_file():
        result.append(f"--LabApp.default_url=/lab/tree/{quote(page)}")
    if _is_root() and "--allow-root" not in args:
        result.append("--allow-root")
    return result


def _is_ours(path: Path, root: Path) -> bool:
    return path.is_file() and path.resolve().is_relative_to(root.resolve())


def build_language_pack(state: Path) -> Path | None:
    """The installed pt-BR pack with the course's additions, as a folder to put first on `sys.path`.

    Jupyter takes one pack per locale, and its own merging of catalogues fails on this pack (its version is
    the word "jupyterlab"), so we make a merged copy under the pack's own name; the first one found wins.
    """
    spec = importlib.util.find_spec(_PACK)
    if spec is None or spec.origin is None:
        return None
    source = Path(spec.origin).parent
    additions_text = (_LABCONFIG / "pt_BR.json").read_text(encoding="utf-8")
    additions: dict[str, _Contexts] = json.loads(additions_text)
    key = hashlib.sha256(f"{source}\n{source.stat().st_mtime_ns}\n{additions_text}".encode()).hexdigest()[:12]
    target = state / "language" / key
    if target.is_dir():
        return target
    target.parent.mkdir(exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent))
    shutil.copytree(source, scratch / _PACK, ignore=shutil.ignore_patterns("__pycache__"))
    catalogues = scratch / _PACK / "locale" / "pt_BR" / "LC_MESSAGES"
    for domain, contexts in additions.items():
        _add_translations(catalogues / f"{domain}.json", domain, contexts)
    info = scratch / f"{_PACK}-9999.dist-info"
    info.mkdir()
    name = _PACK.replace("_", "-")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 9999\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[jupyterlab.languagepack]\npt_BR = {_PACK}\n", encoding="utf-8")
    try:
        scratch.rename(target)
    except OSError:  # another Lab has just made the same one
        shutil.rmtree(scratch, ignore_errors=True)
        if not target.is_dir():
            raise
    return target


def _add_translations(path: Path, domain: str, contexts: _Contexts) -> None:
    """Add to one catalogue what it lacks or gets wrong."""
    catalogue: dict[str, object]
    if path.is_file():
        catalogue = json.loads(path.read_text(encoding="utf-8"))
    else:
        plural = "nplurals=2; plural=(n != 1);"
        catalogue = {"": {"domain": domain, "language": "pt-BR", "plural_forms": plural, "version": "curso"}}
    for context, messages in contexts.items():
        for english, portuguese in messages.items():
            forms = [portuguese] if isinstance(portuguese, str) else portuguese
            catalogue[f"{context}\u0004{english}" if context else english] = forms
    path.write_text(json.dumps(catalogue, ensure_ascii=False), encoding="utf-8")


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 2
