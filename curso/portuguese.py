"""Makes click and typer speak Portuguese. Import it before either of them: they bind gettext at import."""

from __future__ import annotations

import gettext

_MESSAGES = {
    "Usage:": "Uso:",
    "Options": "Opções",
    "Arguments": "Argumentos",
    "Commands": "Comandos",
    "Error": "Erro",
    "Error:": "Erro:",
    "Aborted.": "Interrompido.",
    "Aborted!": "Interrompido!",
    "required": "obrigatório",
    "default": "padrão",
    "[default: {}]": "[padrão: {}]",
    "default: {default}": "padrão: {default}",
    "(dynamic)": "(calculado)",
    "Show this message and exit.": "Mostra esta ajuda e termina.",
    "Show this message and exit": "Mostra esta ajuda e termina",
    "Missing argument": "Falta o argumento",
    "Missing option": "Falta a opção",
    "Missing parameter": "Falta o parâmetro",
    "Missing command.": "Falta o comando.",
    "No such command {name!r}.": "Não existe o comando {name!r}.",
    "No such option: {name}": "Não existe a opção {name}",
    "Did you mean {possibility}?": "Você quis dizer {possibility}?",
    "(Possible options: {possibilities})": "(Parecidas: {possibilities})",
    "Did you mean one of: {possibilities}?": "Você quis dizer uma destas: {possibilities}?",
    "Invalid value: {message}": "Valor inválido: {message}",
    "Invalid value for {param_hint}: {message}": "Valor inválido para {param_hint}: {message}",
    "Try '{command} {option}' for help.": "Veja a ajuda com '{command} {option}'.",
    "Option {name!r} requires an argument.": "A opção {name!r} pede um valor.",
    "{name} {filename!r} does not exist.": "{name} {filename!r} não existe.",
    "{name} {filename!r} is a file.": "{name} {filename!r} é um arquivo, não uma pasta.",
    "{name} {filename!r} is a directory.": "{name} {filename!r} é uma pasta, não um arquivo.",
    "{name} {filename!r} is not readable.": "{name} {filename!r} não pode ser lido.",
    "{value!r} is not a valid {number_type}.": "{value!r} não é um número válido.",
    "File": "O arquivo",
    "Directory": "A pasta",
    "Path": "O caminho",
}
_PLURALS = {
    "Got unexpected extra argument ({args})": ("Argumento a mais ({args})", "Argumentos a mais ({args})"),
}


def _singular(message: str) -> str:
    return _MESSAGES.get(message, message)


def _plural(msgid1: str, msgid2: str, n: int) -> str:
    if msgid1 in _PLURALS:
        return _PLURALS[msgid1][n != 1]
    return msgid1 if n == 1 else msgid2


gettext.gettext = _singular
gettext.ngettext = _plural
