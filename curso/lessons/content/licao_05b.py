"""Lesson 05b: what it asks and what it checks."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

from curso.lessons.challenge import Challenge, Wrong
from curso.lessons.prediction import Prediction

PREDICTIONS = [
    Prediction(
        id="05b.meio",
        question="Copiado `caju_regras.py` (novo), e ainda não `vendas_por_loja.py` (antigo), o que o Airflow encontra na pasta?",
        options={
            "a": "o DAG da versão 1: o arquivo dele ainda não mudou",
            "b": "o DAG da versão 2: a regra nova já chegou",
            "c": "nenhum DAG, e um erro de importação",
        },
        answer="c",
        why={
            "a": "o arquivo não mudou, mas o módulo que ele importa, sim: o nome que ele pede não existe mais.",
            "b": "o arquivo do DAG ainda é o antigo, e pede um nome que a regra nova não tem.",
            "c": "DAG antigo com módulo novo é uma terceira versão, que ninguém escreveu e ninguém testou.",
        },
    ),
    Prediction(
        id="05b.link",
        question="O link é trocado seiscentas vezes, e um leitor olha sem parar. Quantas leituras não acham a pasta?",
        options={
            "a": "nenhuma, nos dois jeitos: trocar um link é instantâneo",
            "b": "várias em dois passos, nenhuma com o `rename`",
            "c": "várias nos dois jeitos, e um pouco menos com o `rename`",
        },
        answer="b",
        why={
            "a": "entre o apagar e o criar há um instante em que não há link nenhum, e alguém que lê sempre o encontra.",
            "b": "o `rename` é uma operação só do sistema de arquivos. Não há instante no meio para encontrar.",
            "c": "com o `rename` não é questão de sorte: quem olha vê o antigo ou o novo, e o número é zero.",
        },
    ),
    Prediction(
        id="05b.segredo",
        question="O segredo é moqueca-1234. O que aparece no log nos passos «Direto» e «Ao contrário»?",
        options={
            "a": "*** no primeiro; 4321-aceuqom no segundo",
            "b": "*** nos dois: o GitHub sabe o que é segredo",
            "c": "o valor, nos dois: a máscara só vale no GitHub",
        },
        answer="a",
        why={
            "a": "a máscara troca o texto exato por `***`. Qualquer transformação escapa dela.",
            "b": "ele sabe o **texto** do segredo, e procura por esse texto na saída. De trás para a frente é outro texto.",
            "c": "o `act` também mascara o que recebe como segredo. Mesmo assim, não conte com a máscara.",
        },
    ),
    Prediction(
        id="05b.bundle",
        question="Um commit novo chega ao repositório central. O que diz o bundle logo depois, antes de qualquer `refresh()`?",
        options={
            "a": "a versão nova: ele lê direto do repositório central",
            "b": "um erro: a versão que ele tinha deixou de ser a do ramo",
            "c": "a versão antiga, até o próximo `refresh()`",
        },
        answer="c",
        why={
            "a": "ele lê o clone dele. Se lesse de longe a cada vez, um soluço da rede derrubaria os DAGs.",
            "b": "commits não deixam de existir: a versão antiga continua válida, e as execuções presas a ela também.",
            "c": "o `refresh` busca e troca a pasta; o DAG processor o chama a cada `refresh_interval` segundos. E a versão antiga ainda pode ser aberta, ao lado.",
        },
    ),
]

# Challenge 1: the switch.

_watch: Callable[[str, tuple[Any, ...]], None] | None = None
_hooked = False


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _watch is not None:
        _watch(event, arguments)


@contextmanager
def _watching(watch: Callable[[str, tuple[Any, ...]], None]) -> Iterator[None]:
    """Tells `watch` of what the code inside asks of the system, before it is done; a hook of Python's can't be removed."""
    global _watch, _hooked
    if not _hooked:
        sys.addaudithook(_hear)
        _hooked = True
    _watch = watch
    try:
        yield
    finally:
        _watch = None


class _Died(Exception):
    """The deploy, in the middle of it."""


def _root(folder: str) -> Path:
    root = Path(folder)
    for name in ("v1", "v2", "v3", "v4.parcial"):
        (root / "releases" / name / "dags").mkdir(parents=True)
    return root


def _troca(answer: Callable[[Path, str], object]) -> str:
    if not callable(answer):
        raise Wrong(f"Aqui se pede uma função, e veio {type(answer).__name__}.")
    with tempfile.TemporaryDirectory(prefix="caju-troca-") as folder:
        root = _root(folder)
        link = root / "atual"
        answer(root, "v1")
        if not link.is_symlink():
            raise Wrong(
                'Depois de `trocar(raiz, "v1")` pela primeira vez, `raiz/atual` devia ser um link simbólico.'
            )
        if os.path.isabs(os.readlink(link)):
            raise Wrong(
                f"O alvo do link é absoluto (`{os.readlink(link)}`): se a pasta mudar de lugar, ele se perde."
            )
        if link.resolve() != (root / "releases" / "v1").resolve():
            raise Wrong(f"O link devia levar a `releases/v1`, e leva a `{os.readlink(link)}`.")
        gaps: list[str] = []

        def watch(event: str, arguments: tuple[Any, ...]) -> None:
            if event in ("subprocess.Popen", "os.system"):
                words = str(arguments[1] if event == "subprocess.Popen" else arguments[0])
                if "ln" in words and "-" in words and "f" in words.partition("-")[2][:6]:
                    gaps.append("ln")
            if event.startswith(("os.", "shutil.")) and not os.path.lexists(link):
                gaps.append(event)

        with _watching(watch):
            answer(root, "v2")
        if "ln" in gaps:
            raise Wrong(
                "Você chamou o `ln` com `-f`: neste computador pode ser atômico, no macOS e no Alpine não é. Use `os.replace`."
            )
        if gaps:
            raise Wrong(
                "Houve um instante em que `atual` não existia: você apaga (ou move) o link antes de pôr o outro."
            )
        if not link.is_symlink() or link.resolve() != (root / "releases" / "v2").resolve():
            raise Wrong("Na segunda troca, `atual` devia passar a `releases/v2`, e não passou.")
        before = sorted(path.name for path in root.iterdir())
        for bad, what in (("v9", "uma versão que não existe"), ("v4.parcial", "uma versão ainda `.parcial`")):
            try:
                answer(root, bad)
            except ValueError:
                pass
            else:
                raise Wrong(f"`trocar` aceitou {what} (`{bad}`): devia levantar `ValueError`.")
            if link.resolve() != (root / "releases" / "v2").resolve():
                raise Wrong(
                    f"`trocar` recusou {what}, mas já tinha mexido no link: confira antes de tocar em qualquer coisa."
                )
        if sorted(path.name for path in root.iterdir()) != before:
            raise Wrong(
                "Ao recusar uma versão, sobrou um arquivo na pasta: confira antes de criar o link temporário."
            )
        _dies(answer, root)
        if link.resolve() != (root / "releases" / "v3").resolve():
            raise Wrong(
                "Depois de um deploy que morreu no meio, a troca seguinte não levou `atual` a `releases/v3`."
            )
    return "De uma vez, só para versões inteiras, na primeira vez e depois de um acidente, com alvo relativo."


def _dies(answer: Callable[[Path, str], object], root: Path) -> None:
    """One deploy that ends before its rename, then another."""
    boom = mock.Mock(side_effect=_Died("o computador desligou"))
    with mock.patch("os.replace", boom), mock.patch("os.rename", boom), suppress(_Died):
        answer(root, "v3")
    try:
        answer(root, "v3")
    except FileExistsError as error:
        raise Wrong(
            f"Um deploy morreu no meio e deixou `{Path(str(error.filename2 or error.filename)).name}` para trás; o seguinte parou "
            "com `FileExistsError`. O que sobrou pode ser apagado antes: ninguém o usa."
        ) from None


# Challenge 2: what may go.

_ALL = ["v1", "v2", "v3.parcial", "v4", "v5", "v6", "v7"]
_CLEANINGS: tuple[tuple[str, tuple[Any, ...], list[str]], ...] = (
    ("o caso comum: a mais nova no ar", (_ALL, "v7", set(), 3), ["v1", "v2", "v3.parcial", "v4"]),
    ("depois de um rollback: `v2` no ar", (_ALL, "v2", set(), 3), ["v3.parcial", "v4"]),
    ("uma task ainda roda em `v1`", (_ALL, "v7", {"v1"}, 3), ["v2", "v3.parcial", "v4"]),
    ("a última é `.parcial` (um deploy em andamento)", ([*_ALL, "v8.parcial"], "v7", set(), 3), ["v1", "v2", "v3.parcial", "v4"]),
    ("`manter=0`", (["v1", "v2", "v3"], "v3", set(), 0), ["v1"]),
    ("menos versões do que `manter`", (["v1", "v2"], "v2", set(), 3), []),
    ("antes da atual só há uma `.parcial`, e antes dela a `v1`", (["v0", "v1", "v2.parcial", "v3"], "v3", set(), 1), ["v0", "v2.parcial"]),
    ("a mais antiga de todas no ar", (["v1", "v2", "v3", "v4"], "v1", set(), 2), ["v2"]),
)  # fmt: skip


def _faxina(answer: Callable[..., object]) -> str:
    if not callable(answer):
        raise Wrong(f"Aqui se pede uma função, e veio {type(answer).__name__}.")
    for what, (versions, current, used, keep), wanted in _CLEANINGS:
        given = answer(list(versions), current, set(used), keep)
        shown = (
            f"Com {what}: `apagar({versions}, {current!r}, {used or 'set()'}, {keep})` devolveu `{given!r}`"
        )
        if not isinstance(given, list):
            raise Wrong(f"{shown}, e devia devolver uma lista.")
        if current in given:
            raise Wrong(f"{shown}: apagou a que está no ar.")
        if lost := [version for version in given if version not in wanted]:
            raise Wrong(f"{shown}. `{lost[0]}` não pode ir: releia as regras pensando nela.")
        if left := [version for version in wanted if version not in given]:
            raise Wrong(f"{shown}. `{left[0]}` podia ir, e ficou ocupando disco.")
        if given != wanted:
            raise Wrong(f"{shown}: são essas, mas da mais antiga para a mais nova.")
    return f"Os {len(_CLEANINGS)} casos: sobra disco, e nunca falta para onde voltar."


# Challenge 3: a review.

DEPLOY_PARA_REVISAR = """\
name: Entrega
on:
  push:
    paths: ['dags/**']

concurrency:
  group: deploy-producao
  cancel-in-progress: true

jobs:
  testes:
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-python@v7
        with:
          python-version: 3.10
      - run: pip install -r requirements.txt
      - run: python -m pytest tests || true

  deploy:
    needs: testes
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    environment: producao
    permissions: write-all
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: echo "Publicando ${{ github.event.head_commit.message }}"
      - name: Publicar
        env:
          CHAVE: ${{ secrets.CHAVE }}
        run: scp -i "$CHAVE" -r dags airflow@servidor:/opt/airflow/
"""
_DEFECTS = {
    "paths:": "mudar o `requirements.txt` ou um teste não dispara nada",
    "cancel-in-progress: true": "o push seguinte mata o deploy no meio",
    "setup-python@v7": "uma etiqueta, que pode mudar de lugar, no lugar do SHA",
    "python-version: 3.10": "sem aspas é o número 3.1 (e o 3.10 já não recebe correções)",
    "|| true": "teste vermelho, passo verde",
    "write-all": "o token do deploy pode tudo, e só precisa ler",
    "head_commit.message": "a mensagem do commit vira comando",
    "scp -i": "copia por cima da pasta que o Airflow está lendo",
}
_INNOCENT = {
    "push:": "qualquer ramo dispara, mas só os testes: o `if:` do deploy cuida do resto",
    "group:": "um nome fixo é o certo para o deploy: um por vez, venha de onde vier",
    "checkout@3d3c": "está preso pelo SHA, com a versão no comentário",
    "persist-credentials": "é a proteção que o zizmor pede",
    "contents: read": "é o mínimo para o `checkout`",
    "pip install": "instalar do `requirements.txt` é o certo, se as versões estão presas nele",
    "needs: testes": "é o portão; quem o deixou sem fechadura foi a linha dos testes",
    "if: github.ref": "é o que impede o ramo do João de publicar",
    "timeout-minutes": "um prazo curto é bom",
    "environment:": "pede os segredos e a aprovação de produção",
    "CHAVE: ${{": "segredo pelo nome, e só no passo que o usa: é assim mesmo",
    "runs-on": "uma versão fixa do sistema não muda sozinha",
}


def _lines(fragments: Iterable[str]) -> dict[int, str]:
    numbered = list(enumerate(DEPLOY_PARA_REVISAR.splitlines(), start=1))
    return {number: one for one in fragments for number, line in numbered if one in line}


def _revisao(answer: Iterable[int]) -> str:
    if isinstance(answer, str | int) or not isinstance(answer, Iterable):
        raise Wrong("A resposta é um conjunto com os números das linhas, como {1, 2, 3}.")
    said = set(answer)
    if not all(isinstance(number, int) for number in said):
        raise Wrong("Use os números das linhas, que estão à esquerda do texto.")
    defects, innocent = _lines(_DEFECTS), _lines(_INNOCENT)
    right, wrong = said & set(defects), sorted(said - set(defects))
    if len(said) > 12:
        raise Wrong(f"Você marcou {len(said)} linhas, e são oito defeitos: quem aponta tudo não aponta nada.")
    score = f"Você achou {len(right)} dos 8"
    if wrong:
        raise Wrong(
            f"{score}. Veja a linha {wrong[0]}: {_INNOCENT.get(innocent.get(wrong[0], ''), 'ela não é um dos oito')}."
        )
    if missing := sorted(set(defects) - said):
        line = missing[0]
        part = "antes dos jobs" if line < 10 else "no job `testes`" if line < 26 else "no job `deploy`"
        raise Wrong(f"{score}, e tudo o que marcou é defeito. Falta ao menos um {part}.")
    return (
        "Os oito: " + "; ".join(f"{number}, {_DEFECTS[defects[number]]}" for number in sorted(defects)) + "."
    )


# Challenge 4: what to do next.


def _places(*rows: tuple[str, str, bool | None, bool]) -> list[dict[str, Any]]:
    return [dict(zip(("nome", "no_ar", "fumaca", "aprovado"), row, strict=True)) for row in rows]


_PROMOTIONS: tuple[tuple[str, list[dict[str, Any]], tuple[str, str]], ...] = (
    (
        "a versão nova não está em lugar nenhum, e `dev` está aprovado",
        _places(
            ("dev", "v1", True, True), ("homologacao", "v1", True, True), ("producao", "v1", True, False)
        ),
        ("publicar", "dev"),
    ),
    (
        "acaba de entrar em `dev`, e a fumaça ainda não rodou",
        _places(
            ("dev", "v2", None, True), ("homologacao", "v1", True, True), ("producao", "v1", True, False)
        ),
        ("esperar", "dev"),
    ),
    (
        "`dev` passou, `homologacao` está aprovado",
        _places(
            ("dev", "v2", True, True), ("homologacao", "v1", True, True), ("producao", "v1", True, False)
        ),
        ("publicar", "homologacao"),
    ),
    (
        "os dois primeiros passaram, e ninguém aprovou `producao`",
        _places(
            ("dev", "v2", True, True), ("homologacao", "v2", True, True), ("producao", "v1", True, False)
        ),
        ("esperar", "producao"),
    ),
    (
        "`producao` foi aprovada antes da hora, e `homologacao` ainda tem a versão antiga, sem aprovação",
        _places(
            ("dev", "v2", True, True), ("homologacao", "v1", True, False), ("producao", "v1", True, True)
        ),
        ("esperar", "homologacao"),
    ),
    (
        "a fumaça falhou em `homologacao`",
        _places(
            ("dev", "v2", True, True), ("homologacao", "v2", False, True), ("producao", "v1", True, True)
        ),
        ("reverter", "homologacao"),
    ),
    (
        "a fumaça falhou em `dev` e em `producao`",
        _places(
            ("dev", "v2", False, True), ("homologacao", "v2", True, True), ("producao", "v2", False, True)
        ),
        ("reverter", "producao"),
    ),
    (
        "a fumaça que falhou em `producao` é da versão antiga",
        _places(
            ("dev", "v2", True, True), ("homologacao", "v2", True, True), ("producao", "v1", False, True)
        ),
        ("publicar", "producao"),
    ),
    (
        "todos a têm, e a fumaça de `producao` ainda não rodou",
        _places(("dev", "v2", True, True), ("homologacao", "v2", True, True), ("producao", "v2", None, True)),
        ("esperar", "producao"),
    ),
    (
        "todos a têm, e todos passaram",
        _places(("dev", "v2", True, True), ("homologacao", "v2", True, True), ("producao", "v2", True, True)),
        ("pronto", "producao"),
    ),
    (
        "há um ambiente só, que ainda não a tem",
        _places(("servidor", "v1", None, True)),
        ("publicar", "servidor"),
    ),
)


def _promover(answer: Callable[..., object]) -> str:
    if not callable(answer):
        raise Wrong(f"Aqui se pede uma função, e veio {type(answer).__name__}.")
    missed = []
    for what, places, wanted in _PROMOTIONS:
        given = answer("v2", [dict(place) for place in places])
        if given != wanted:
            missed.append((what, given, wanted))
    if missed:
        what, given, wanted = missed[0]
        kind = "" if isinstance(given, tuple) else " (a resposta é uma tupla, com a ação e o nome)"
        raise Wrong(
            f"Certo em {len(_PROMOTIONS) - len(missed)} de {len(_PROMOTIONS)} situações. Quando {what}, você devolveu `{given!r}`{kind}. "
            f"{_why(given, wanted)}"
        )
    return f"As {len(_PROMOTIONS)} situações: nada avança sem prova e sem aprovação, e o que dói mais volta primeiro."


def _why(given: object, wanted: tuple[str, str]) -> str:
    action = given[0] if isinstance(given, tuple) and given else None
    if wanted[0] == "reverter":
        return (
            "Há uma versão ruim no ar: o que vem antes de tudo?" if action != "reverter" else "Onde dói mais?"
        )
    if action == "reverter":
        return "A fumaça que falhou é da versão que você está promovendo?"
    if wanted[0] == "esperar":
        return "Falta uma prova, ou uma aprovação: de qual ambiente?"
    return "Não falta nada para andar."


CHALLENGES = [
    Challenge(
        id="05b.troca",
        title="A troca",
        hints=(
            "Confira primeiro, sem tocar em nada: a pasta existe, e o nome não termina em `.parcial`. Só depois crie o link com outro nome.",
            "São três passos: apagar a sobra (`unlink(missing_ok=True)`) do link temporário, criá-lo com alvo relativo, e renomeá-lo por cima de `atual`.",
            'novo = raiz / "atual.novo"; novo.unlink(missing_ok=True); novo.symlink_to(f"releases/{versao}"); os.replace(novo, raiz / "atual")',
        ),
        check=_troca,
    ),
    Challenge(
        id="05b.faxina",
        title="A faxina",
        hints=(
            "Separe as inteiras das parciais, junte em um conjunto as que ficam, e devolva as que sobram na ordem em que vieram.",
            "Ficam: as `manter` últimas inteiras, a atual, as em uso, e a inteira que vem logo antes da atual. Cuidado: `lista[-0:]` é a lista inteira.",
            'Com `inteiras = [v for v in versoes if not v.endswith(".parcial")]` e `i = inteiras.index(atual)`, a anterior é `inteiras[i - 1]` se `i > 0`; as mais novas, `inteiras[len(inteiras) - manter:]` se `manter` couber.',
        ),
        check=_faxina,
    ),
    Challenge(
        id="05b.revisao",
        title="Revise este deploy",
        hints=(
            "Vá de cima para baixo perguntando: quando dispara? o que faz um segundo push? que código e que Python rodam? o que um teste vermelho causa? quem pode o quê? o que vem de fora?",
            "Dois estão antes dos jobs, três no job `testes` e três no job `deploy`.",
            "Procure: um filtro que deixa de fora, um cancelamento, uma etiqueta, uma versão sem aspas, um código de saída engolido, uma permissão larga, um texto de fora e uma cópia por cima.",
        ),
        check=_revisao,
    ),
    Challenge(
        id="05b.promover",
        title="A promoção segura",
        hints=(
            "São duas passadas pela lista: uma só para achar o que reverter, e outra, na ordem, para achar o primeiro que segura.",
            "Na primeira, de trás para a frente, só conta a fumaça de quem tem a `versao` no ar. Na segunda, pare no primeiro ambiente que não a tem, ou cuja fumaça é `None`.",
            'No laço em ordem: se `no_ar != versao`, devolva `("publicar", nome)` se aprovado, ou `("esperar", nome)`; senão, se `fumaca is None`, `("esperar", nome)`. Acabou o laço: `("pronto", ultimo)`.',
        ),
        check=_promover,
    ),
]
