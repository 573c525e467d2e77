"""The programs that a workflow finds warm: what each does with its arguments, in a process that was just forked."""

from __future__ import annotations

import atexit
import os
import runpy
import sys
import threading
import time
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from autograder.run.inside import packages

PYTHONS = ("python", "python3", f"python3.{sys.version_info.minor}", "python3.12")
NAMES = (*PYTHONS, "pytest", "py.test", "pip", "pip3", "uv", "uvx", "airflow")

MAX_DESCRIPTORS = 1_024

_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")
_OURS = "/curso"


def become(request: dict[str, Any], files: list[int], folder: Path) -> NoReturn:
    """Is the program that was asked for, from its open files to its exit status."""
    code = 1
    try:
        os.setsid()
        for number, descriptor in enumerate(files):
            os.dup2(descriptor, number)
        os.closerange(3, MAX_DESCRIPTORS)  # as after an exec: what this process was forked from keeps its own
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        time.tzset()
        sys.executable = str(folder / "python")
        name, arguments = str(request["name"]), [str(one) for one in request["arguments"]]
        code = _ended(lambda: _start(name, arguments))
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                if not stream.closed:
                    stream.flush()
            except OSError:  # nobody reads it any more
                code = code or 120
        os._exit(code)


def _ended(program: Callable[[], object]) -> int:
    """The exit status that the interpreter would give."""
    try:
        program()
    except SystemExit as end:
        if end.code is None:
            return 0
        if isinstance(end.code, int):
            return end.code & 0xFF
        print(end.code, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _start(name: str, arguments: list[str]) -> None:
    if name in PYTHONS:
        _python(arguments)
    elif name in ("pip", "pip3"):
        sys.exit(packages.pip(arguments))
    elif name in ("uv", "uvx"):
        _uv(["tool", "run", *arguments] if name == "uvx" else arguments)
    else:
        _module({"py.test": "pytest"}.get(name, name), arguments, None)


def _python(arguments: list[str]) -> None:
    arguments = list(arguments)
    while arguments and arguments[0].startswith("-") and arguments[0] != "-":
        option = arguments.pop(0)
        if option in ("-V", "--version", "-VV"):
            print(f"Python {sys.version.split()[0]}")
            return
        if option in _WITH_VALUE:
            arguments = arguments[1:]
        elif not option.startswith("--") and option[1:2] not in ("W", "X") and option[-1] in "cm":
            if not arguments:
                sys.exit(f"Argument expected for the -{option[-1]} option")
            what = arguments.pop(0)
            if option[-1] == "m":
                _module(what, arguments, os.getcwd())
            else:
                _code(what, "<string>", ["-c", *arguments])
            return
    if not arguments or arguments[0] == "-":
        _code(sys.stdin.read(), "<stdin>", arguments or [""])
    elif not os.path.exists(arguments[0]):
        print(
            f"python: can't open file '{os.path.abspath(arguments[0])}': [Errno 2] No such file or directory",
            file=sys.stderr,
        )
        sys.exit(2)
    else:
        _settle(arguments, os.path.dirname(os.path.abspath(arguments[0])))
        runpy.run_path(arguments[0], run_name="__main__")


def _code(source: str, name: str, argv: list[str]) -> None:
    _settle(argv, "")
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    exec(compile(source, name, "exec"), main.__dict__)


def _module(name: str, arguments: list[str], first: str | None) -> None:
    if name in ("pip", "uv"):
        _start(name, arguments)
        return
    if name in ("venv", "virtualenv"):
        _environment([one for one in arguments if not one.startswith("-")][-1:] or [".venv"])
        return
    _settle([name, *arguments], first)
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def _settle(argv: list[str], first: str | None) -> None:
    """Arguments and import path as a fresh interpreter has them."""
    sys.argv = argv
    own = [
        path for path in sys.path if path and path not in (_OURS, str(Path(__file__).resolve().parents[3]))
    ]
    said = os.environ.get("PYTHONPATH", "")
    given = [os.path.abspath(path) for path in said.split(os.pathsep) if path]
    safe = first is None or os.environ.get("PYTHONSAFEPATH")
    sys.path[:] = [*([] if safe else [str(first)]), *given, *own]


# --- uv and virtual environments ---------------------------------------------------------------------


def _uv(arguments: list[str]) -> None:
    words = [one for one in arguments if not one.startswith("-")]
    if words[:1] == ["pip"]:
        sys.exit(packages.pip(arguments[arguments.index("pip") + 1 :]))
    if words[:1] == ["venv"]:
        _environment(words[1:2] or [".venv"])
    elif words[:1] == ["run"] or words[:2] == ["tool", "run"]:
        rest = arguments[arguments.index("run") + 1 :]
        _run_after_options(rest)
    elif not words:
        print("uv (o do corretor, que não baixa nada)")
    else:
        sys.exit(f"uv {words[0]}: aqui só há `uv pip install`, `uv venv` e `uv run`.")


def _run_after_options(arguments: list[str]) -> None:
    with_value = ("--with", "--from", "--python", "-p", "--with-requirements", "--project", "--directory")
    arguments = list(arguments)
    while arguments and arguments[0].startswith("-"):
        option = arguments.pop(0)
        if option in with_value and arguments:
            value = arguments.pop(0)
            if option in ("--with", "--from") and (code := packages.pip(["install", value])):
                sys.exit(code)
            if option == "--with-requirements" and (code := packages.pip(["install", "-r", value])):
                sys.exit(code)
        elif option == "-m":
            _module(arguments[0], arguments[1:], os.getcwd())
            return
    if not arguments:
        sys.exit("uv run: falta o comando.")
    name = arguments[0]
    if name.endswith(".py"):
        _python(arguments)
    elif name in NAMES:
        _start(name, arguments[1:])
    else:
        os.execvp(name, arguments)


def _environment(folders: list[str]) -> None:
    """A virtual environment whose programs are the stand-ins: with them everything that is installed here."""
    binaries = Path(folders[0]) / "bin"
    binaries.mkdir(parents=True, exist_ok=True)
    where = Path(sys.executable).parent
    for name in NAMES:
        (binaries / name).unlink(missing_ok=True)
        (binaries / name).symlink_to(where / name)
    activate = f'VIRTUAL_ENV="{binaries.parent.resolve()}"\nPATH="$VIRTUAL_ENV/bin:$PATH"\nexport VIRTUAL_ENV PATH\ndeactivate() {{ :; }}\n'
    (binaries / "activate").write_text(activate, encoding="utf-8")
