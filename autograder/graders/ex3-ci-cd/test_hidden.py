"""The hidden criteria of exercise 3. Their messages name the rule that was broken, never how."""

from __future__ import annotations

from typing import Any

from autograder.judge import Unmet, Waits, criterion, expect, step_of
from autograder.judge.deploys import Deployed, deployed, watched
from autograder.model.evidence import Evidence

TARGET, HOOK = "alvo", "airflow"
LOADING = ("a", "b", "c")
CATALOGUE = ("falta", "nunca-chamado", "repetido", "vazio", "fora")
CONVENTIONS = ("dono", "tags", "tentativas")
DATES = ("catchup", "agora", "hoje")
TOUCHING = ("variable", "arquivo")
WAITING = ("task", "grupo")
ALL_FAULTS = (*LOADING, *CATALOGUE, *CONVENTIONS, *DATES, *TOUCHING, *WAITING)


def red(evidence: Evidence, fault: str) -> bool:
    """Whether the student's tests have seen a fault."""
    report = step_of(evidence, f"defeito-{fault}/testes").tests
    if report is None:
        raise Unmet("Os testes rodam até o fim.", "Não há relato deles.")
    return bool(report.exit)


def must_be_red(evidence: Evidence, faults: tuple[str, ...], rule: str) -> None:
    missed = [fault for fault in faults if not red(evidence, fault)]
    many = f" em {len(missed)} de {len(faults)} repositórios" if len(missed) > 1 else ""
    expect(
        not missed,
        f"Quando {rule}, algum dos seus testes fica vermelho.",
        f"Isso foi quebrado de propósito{many}, e os seus testes ficaram verdes.",
    )


@criterion("catalogo")
def test_the_catalogue(evidencia: Evidence) -> None:
    must_be_red(
        evidencia,
        CATALOGUE,
        "os DAGs do repositório não são exatamente os do `catalogo.csv`, uma vez cada um",
    )


@criterion("convencoes")
def test_conventions(evidencia: Evidence) -> None:
    must_be_red(evidencia, CONVENTIONS, "falta dono, tag ou retry onde as regras pedem")


@criterion("datas")
def test_dates(evidencia: Evidence) -> None:
    must_be_red(
        evidencia,
        DATES,
        "`catchup` não está dito ou a `start_date` muda com o dia em que o arquivo é carregado",
    )


@criterion("carga-leve")
def test_loading_touches_nothing(evidencia: Evidence) -> None:
    must_be_red(
        evidencia, TOUCHING, "carregar um arquivo lê algo (Variable, connection, arquivo, banco, rede)"
    )


@criterion("sensores")
def test_what_is_waited_for_exists(evidencia: Evidence) -> None:
    must_be_red(
        evidencia, WAITING, "um ExternalTaskSensor espera um DAG ou uma task que não existe no repositório"
    )


# --- what does not go out ----------------------------------------------------------------------------


def nothing_changed(run: Deployed, live: dict[str, str]) -> str:
    """What became of a target that should be as it was; empty where nothing did."""
    seen = {path: one for path, one in run.entries.items() if one.kind != "folder"}
    link = run.link
    if link is None or not run.live:
        return "`current` não está mais lá, ou não aponta mais para uma versão"
    if any(name in path for path in run.entries for name in ("invadido",)):
        return "um comando escrito no lugar da versão foi executado"
    here = next(iter(live)).split("/")[1]
    if run.live != here:
        return "`current` aponta para outra versão"
    files = {path: one.content for path, one in seen.items() if path != "current"}
    if any(files.get(path) != digest for path, digest in live.items()):
        return "a versão que estava no ar foi alterada"
    if len(run.releases) > 1:
        return "uma versão nova apareceu em releases/"
    if set(files) != set(live):
        return "há arquivos novos em $DEPLOY_DIR"
    if run.switches():
        return "`current` foi trocado, ainda que tenha voltado"
    if any(row.get("status") == 200 for row in run.step.services.get(HOOK, [])):
        return "o Airflow foi avisado de uma versão nova"
    return ""


@criterion("nada-publicado")
def test_nothing_broken_goes_out(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    wanted = "Quando os seus testes ficam vermelhos, o workflow termina vermelho e nada muda em $DEPLOY_DIR."
    caught = [fault for fault in ALL_FAULTS if red(evidencia, fault)]
    if not caught:
        raise Waits("Espera testes que peguem algum defeito.")
    for fault in caught:
        run = deployed(evidencia, f"defeito-{fault}/push", TARGET)
        changed = nothing_changed(run, esperado["no-ar"])
        expect(not changed, wanted, f"Em um repositório com defeito, {changed}.")
        expect(run.report.exit, wanted, "Em um repositório com defeito, o workflow terminou verde.")


@criterion("proposta")
def test_a_proposal_publishes_nothing(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    wanted = "Um pull request é testado, e não publica nada."
    run = deployed(evidencia, "proposta/proposta", TARGET)
    run.must_be_green(wanted)
    changed = nothing_changed(run, esperado["no-ar"])
    expect(not changed, wanted, f"Depois de um pull request, {changed}.")
    expect(
        run.step.output and any("Main" in text for text in run.step.output.values()), wanted,
        "Um pull request não executou nenhum passo.",
    )  # fmt: skip


@criterion("versao-estranha")
def test_an_unknown_version_changes_nothing(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    wanted = "Pedida uma versão que não existe, o workflow termina vermelho e nada muda em $DEPLOY_DIR."
    for name, words in (("desconhecida", "uma versão que não existe"), ("vazia", "uma versão vazia")):
        run = deployed(evidencia, f"versoes/{name}", TARGET)
        changed = nothing_changed(run, esperado["no-ar"])
        expect(not changed, wanted, f"Pedida {words}, {changed}.")
        expect(run.report.exit, wanted, f"Pedida {words}, o workflow terminou verde.")


@criterion("de-novo")
def test_the_same_commit_once_more(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    wanted = "Publicar de novo o mesmo commit termina bem, e não mexe na versão que está no ar."
    before, run = (
        deployed(evidencia, "de-novo/primeira", TARGET),
        deployed(evidencia, "de-novo/segunda", TARGET),
    )
    if before.report.exit or not before.live:
        raise Waits("Espera um primeiro deploy que publique.")
    run.must_be_green(wanted)
    expect(run.live, wanted, "Depois da segunda vez, `current` não aponta para uma versão.")
    problems = run.differences(run.live, esperado["primeira"])
    expect(
        not problems,
        wanted,
        "Depois da segunda vez, a versão que está no ar não tem exatamente o que há no commit.",
    )
    away = {"deleted", "moved_from"}
    if not away & set(
        watched(deployed(evidencia, "publicacao/segunda", TARGET))
    ):  # else that is what `troca` says
        expect(not away & set(watched(run)), wanted, "Houve um instante sem `current`.")
    then, now = before.within(before.live), run.within(before.live)
    touched = [path for path, one in then.items() if path not in now or now[path].written != one.written]
    expect(not touched, wanted, "A versão que estava no ar foi reescrita enquanto estava no ar.")


@criterion("segredo")
def test_the_token_is_never_told(evidencia: Evidence) -> None:
    wanted = "O token não aparece em lugar nenhum: nem no log, nem no que é publicado, nem disfarçado (base64, invertido)."
    names = (
        "publicacao/primeira",
        "publicacao/segunda",
        "publicacao/volta",
        "proposta/proposta",
        "defeito-a/push",
    )
    for name in names:
        leaks = step_of(evidencia, name).leaks
        expect("saída" not in leaks, wanted, "Ele foi escrito no log do workflow.")
        expect(not leaks, wanted, "Ele ficou em um arquivo de $DEPLOY_DIR.")
    used = step_of(evidencia, names[0]).services.get(HOOK, [])
    if not any(row.get("status") == 200 for row in used):
        raise Waits("Espera um workflow que use o token para avisar o Airflow.")
