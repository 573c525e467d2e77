#!/bin/sh
# Make .venv from uv.lock, with the learner's own Python and a local uv when there is none.
# Arguments go to `uv sync`. Run from the course root.
set -eu

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

suits() {
    # A pyenv shim exists even when its version doesn't, so each candidate has to run.
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python; do
        if suits "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    # One that the learner once had uv install counts too; a download is never started from here.
    if command -v uv >/dev/null 2>&1; then
        uv python find --no-python-downloads --no-project '>=3.11,<3.14' 2>/dev/null && return 0
    fi
    return 1
}

how_to_get_python() {
    if [ "$(uname -s)" = Darwin ]; then
        echo 'instale com "brew install python@3.13" ou pelo instalador de python.org'
    elif command -v apt-get >/dev/null 2>&1; then
        echo 'no Debian e no Ubuntu, instale com "sudo apt install python3 python3-venv"'
    else
        echo 'instale um deles pelo gerenciador de pacotes do seu sistema'
    fi
}

if ! python=$(find_python); then
    found=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || found=
    if [ -n "$found" ]; then
        fail "O curso precisa do Python 3.11, 3.12 ou 3.13 e só encontrei o $found: $(how_to_get_python)."
    fi
    fail "O curso precisa do Python 3.11, 3.12 ou 3.13 e não encontrei nenhum: $(how_to_get_python)."
fi

if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    uv=uv
else
    uv=.uv/bin/uv
    if ! "$uv" --version >/dev/null 2>&1; then
        if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
            fail "Falta o módulo venv do Python $version: no Debian e no Ubuntu, instale com \"sudo apt install python$version-venv\"."
        fi
        echo 'Preparando o uv, que instala o resto (só na primeira vez)...'
        rm -rf .uv
        "$python" -m venv .uv
        .uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1' ||
            fail 'Não consegui baixar o uv do PyPI: confira a sua conexão com a internet e rode de novo.'
    fi
fi

# An environment left over from a Python that is gone or doesn't suit is made anew.
if [ -e .venv ] && ! suits .venv/bin/python; then
    rm -rf .venv
fi
if [ ! -e .venv ]; then
    echo 'Preparando o ambiente do curso (só na primeira vez; baixa algumas centenas de MB)...'
    "$uv" venv --quiet --python "$python" --no-python-downloads .venv
fi
UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never "$uv" sync --frozen --quiet --compile-bytecode \
    --python .venv/bin/python "$@" ||
    fail 'Não consegui instalar o ambiente: leia a mensagem acima, confira a sua conexão e rode de novo.'
