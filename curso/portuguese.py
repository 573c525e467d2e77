"""Typer in Portuguese: its help, and its complaints about how a command was called.

Typer's own sentences are English and mostly fixed in its code, so commands are made with the classes
below, and what it raises is told again in our words.
"""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

_COMPLAINTS = (
    (r"No such command '(.*)'\.(?: Did you mean (.*)\?)?", "não existe o comando «{0}»."),
    (r"No such option: (\S+?)\.?(?: .*)?", "não existe a opção {0}."),
    (r"Missing argument '(.*)'\.", "falta dizer {0}."),
    (r"Missing option '(.*)'\.", "falta a opção {0}."),
    (r"Missing command\.", "falta o comando."),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)", "sobrou o que não foi pedido: {0}."),
    (r"Option '(.*)' requires an argument\.", "a opção {0} pede um valor."),
    (r"Option '(.*)' does not take a value\.", "a opção {0} não leva valor."),
    (r"Invalid value for '(.*)': Input should be a valid integer.*", "{0} pede um número inteiro."),
    (
        r"Invalid value for '(.*)': Input should be greater than or equal to (.*)",
        "{0} pede um número a partir de {1}.",
    ),
    (r"Invalid value for '(.*)': .*", "{0} não aceita esse valor."),
)


_REFUSALS = {
    errno.EACCES: "permissão negada",
    errno.EPERM: "operação não permitida",
    errno.ENOENT: "não existe",
    errno.EEXIST: "já existe",
    errno.ENOTDIR: "há um arquivo onde deveria haver uma pasta",
    errno.EISDIR: "há uma pasta onde deveria haver um arquivo",
    errno.ENOSPC: "o disco está cheio",
    errno.EDQUOT: "a sua cota de disco acabou",
    errno.EROFS: "o disco só permite leitura",
    errno.ENAMETOOLONG: "o nome é longo demais",
    errno.EMFILE: "há arquivos abertos demais",
    errno.ELOOP: "os atalhos (links) apontam em círculo",
}


def refusal(error: OSError) -> str:
    """Why the system refused, in Portuguese; its own words where the reason is a rare one."""
    return _REFUSALS.get(error.errno or 0, error.strerror or str(error))


def complaint(message: str) -> str:
    """Typer's sentence about a wrong call, in Portuguese."""
    for pattern, portuguese in _COMPLAINTS:
        found = re.fullmatch(pattern, message.strip())
        if found:
            return portuguese.format(*(group or "" for group in found.groups()))
    return message


class _Spoken:
    """What commands and groups have in common: the help option and the usage line."""

    def get_usage(self, ctx: Any) -> str:
        usage: str = super().get_usage(ctx)  # type: ignore[misc]
        return usage.replace("Usage:", "Uso:", 1)

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "Mostra esta ajuda e termina."
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        from typer import rich_utils  # heavy, and needed for help alone

        rich_utils.ARGUMENTS_PANEL_TITLE = "Argumentos"
        rich_utils.OPTIONS_PANEL_TITLE = "Opções"
        rich_utils.COMMANDS_PANEL_TITLE = "Comandos"
        rich_utils.REQUIRED_LONG_STRING = "[obrigatório]"
        rich_utils.DEFAULT_STRING = "[padrão: {}]"
        super().format_help(ctx, formatter)  # type: ignore[misc]


class Command(_Spoken, TyperCommand):
    """A verb."""


class Group(_Spoken, TyperGroup):
    """The list of verbs."""


def run(app: typer.Typer, usage_error: int) -> None:
    """Runs the application and ends the process; a wrong call ends with `usage_error` and one sentence."""
    program: Callable[..., Any] = typer.main.get_command(app)
    try:
        code = program(standalone_mode=False)
    except typer.Exit as end:
        code = end.exit_code
    except typer.Abort:
        print("Interrompido. Nada do seu trabalho foi mudado.", file=sys.stderr)
        code = usage_error
    except Exception as error:
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        context = getattr(error, "ctx", None)
        if type(error).__name__ == "NoArgsIsHelpError":
            print(message())
        else:
            path = context.command_path if context else "curso"
            print(f"curso: {complaint(message())} Veja a ajuda com `{path} --help`.", file=sys.stderr)
        code = usage_error
    sys.exit(code if isinstance(code, int) else 0)
