"""The visible criteria of exercise 3."""

from __future__ import annotations

import json
from typing import Any

from autograder.judge import Unmet, Waits, criterion, expect, step_of
from autograder.judge.deploys import Deployed, deployed, watched
from autograder.judge.workflows import Workflow, starts, workflow_of
from autograder.model.evidence import Evidence, Row, StepEvidence

TARGET, HOOK = "alvo", "airflow"
FIRST, SECOND, BACK = "publicacao/primeira", "publicacao/segunda", "publicacao/volta"
HEALTHY = ("testes/são", "gemeo-um/são", "gemeo-dois/são")
BROKEN = ("a", "b", "c")
PYTHON = "3.12"
MAX_MINUTES = 30
ACTIONS = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97",
    "actions/upload-artifact": "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
    "astral-sh/setup-uv": "20cfd1bf945f4377ade1205e4dbc17946fc9a30d",
}


# --- tests -------------------------------------------------------------------------------------------


def exit_of(evidence: Evidence, name: str) -> int:
    """How pytest ended."""
    report = step_of(evidence, name).tests
    if report is None:
        raise Unmet("Os testes rodam até o fim.", "Não há relato deles.")
    return report.exit


PYTEST_SAID = {
    1: "pelo menos um teste ficou vermelho",
    2: "o pytest parou antes do fim (um erro ao carregar o arquivo de testes?)",
    3: "o pytest teve um erro interno",
    4: "o pytest não aceitou as opções, ou não achou o arquivo",
    5: "o pytest não achou nenhum teste",
}


@criterion("testes-verdes")
def test_healthy_repositories_are_green(evidencia: Evidence) -> None:
    wanted = "Em um repositório que segue todas as regras, os seus testes ficam verdes."
    for name in HEALTHY:
        code = exit_of(evidencia, name)
        which = "Neste repositório" if name == HEALTHY[0] else "Em outro repositório, também são,"
        why = PYTEST_SAID.get(code, f"o pytest terminou com o código {code}")
        expect(not code, wanted, f"{which} {why}.", log=_printed(step_of(evidencia, name)))
    expect(
        any(exit_of(evidencia, f"defeito-{name}/testes") for name in BROKEN),
        "Os seus testes ficam verdes em um repositório são, e só nele.",
        "Eles ficaram verdes também em repositórios com arquivos que nem carregam: parecem não testar nada.",
    )


def _printed(step: StepEvidence) -> str:
    return "\n".join(step.output.values())[-1_500:]


@criterion("carga")
def test_files_that_do_not_load_are_seen(evidencia: Evidence) -> None:
    wanted = "Se um arquivo de dags/ não carrega no Airflow, algum dos seus testes fica vermelho."
    for name in BROKEN:
        code = exit_of(evidencia, f"defeito-{name}/testes")
        expect(
            code,
            wanted,
            "Um arquivo que o Airflow não consegue carregar passou, e os seus testes ficaram verdes.",
        )


# --- publishing --------------------------------------------------------------------------------------


def first_release(evidence: Evidence) -> Deployed:
    """The first deploy, where it has published something. Raises Waits otherwise."""
    run = deployed(evidence, FIRST, TARGET)
    if run.report.exit or not run.live:
        raise Waits("Espera um primeiro deploy que termine verde, com `current` apontando para uma versão.")
    return run


@criterion("publica")
def test_a_push_publishes_a_whole_version(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    run = deployed(evidencia, FIRST, TARGET)
    wanted = (
        "Um push na main publica: $DEPLOY_DIR/releases/VERSÃO tem dags/ e include/ inteiros, e $DEPLOY_DIR/current é "
        "um atalho (link) para essa pasta."
    )
    run.must_be_green(wanted)
    expect(run.link, wanted, "Depois do deploy não há `current` em $DEPLOY_DIR.", log="")
    assert run.link is not None
    expect(run.link.kind == "link", wanted, "`current` não é um link simbólico.")
    expect(
        run.live, wanted, f"`current` aponta para {run.link.content[:80]}, que não é uma pasta de releases/."
    )
    problems = run.differences(run.live, esperado["primeira"])
    told = "; ".join(problems[:3]) + (f"; e mais {len(problems) - 3}" if len(problems) > 3 else "")
    expect(not problems, wanted, f"Na versão publicada, {told}.")
    expect(
        run.commit[:7] in run.live,
        "O nome da versão diz de que commit ela veio: traz os 7 primeiros caracteres do SHA, ou mais.",
        f"O commit era {run.commit[:12]} e a pasta se chama {run.live[:80]}.",
    )


@criterion("troca")
def test_the_switch_is_one_rename(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    before, run = first_release(evidencia), deployed(evidencia, SECOND, TARGET)
    wanted = (
        "O segundo deploy põe a versão nova ao lado da que está no ar e troca `current` de uma vez, com um rename, "
        "quando a cópia já terminou."
    )
    run.must_be_green(wanted)
    expect(
        run.live and run.live != before.live,
        wanted,
        "Depois do segundo deploy, `current` não aponta para uma versão nova.",
    )
    problems = run.differences(run.live, esperado["segunda"])
    expect(not problems, wanted, f"Na versão nova, {'; '.join(problems[:3])}.")
    old = run.differences(before.live, esperado["primeira"])
    expect(not old, "A versão anterior continua em releases/, como estava.", f"Nela, {'; '.join(old[:3])}.")
    for deploy, steps in ((before, watched(before)), (run, watched(run))):
        gone = {"deleted", "moved_from"} & set(steps)
        expect(
            not gone,
            wanted,
            "Houve um instante sem `current`: ele foi apagado (ou levado embora) antes de o novo chegar.",
        )
        assert deploy.link is not None
        late = [p for p, one in deploy.within(deploy.live).items() if one.changed > deploy.link.changed]
        expect(
            not late,
            wanted,
            f"Quando `current` foi trocado, a cópia não tinha terminado: {late[0] if late else ''} mudou depois.",
        )
    expect("moved_to" in watched(run), wanted, "`current` não foi trocado por um rename.")


@criterion("rollback")
def test_a_version_comes_back(evidencia: Evidence, esperado: dict[str, Any]) -> None:
    before, after = first_release(evidencia), deployed(evidencia, SECOND, TARGET)
    if not after.live or after.live == before.live:
        raise Waits("Espera um segundo deploy, para haver de onde voltar.")
    run = deployed(evidencia, BACK, TARGET)
    wanted = "Executar o workflow à mão com `versao` troca `current`, de uma vez, para aquela pasta de releases/, e não mexe no resto."
    run.must_be_green(wanted)
    expect(
        run.live == before.live,
        wanted,
        f"Pedida a versão {before.live[:60]}, `current` aponta para {(run.live or 'nenhuma')[:60]}.",
    )
    problems = run.differences(run.live, esperado["primeira"])
    expect(not problems, wanted, f"Na versão que voltou, {'; '.join(problems[:3])}.")
    left, here = ({p: (e.kind, e.content) for p, e in one.within(after.live).items()} for one in (after, run))
    expect(left == here, wanted, "A versão que saiu do ar não é mais o que era.")
    expect(set(run.releases) == set(after.releases), wanted, "A volta criou ou apagou pastas em releases/.")
    gone = {"deleted", "moved_from"} & set(watched(run))
    expect(not gone, wanted, "Houve um instante sem `current` durante a volta.")


@criterion("aviso")
def test_airflow_hears_of_it_once(evidencia: Evidence) -> None:
    first_release(evidencia)
    wanted = (
        "Depois de cada troca, um POST em $AIRFLOW_URL/recarregar, com o token, diz a versão que ficou no ar."
    )
    for name, when in ((FIRST, "primeiro deploy"), (SECOND, "segundo deploy"), (BACK, "rollback")):
        run = deployed(evidencia, name, TARGET)
        if run.report.exit:
            continue  # its own criterion says so; nobody has to be told of what did not happen
        told = run.step.services.get(HOOK, [])
        refused = [row for row in told if row.get("status") != 200]
        expect(not refused, wanted, f"No {when} o Airflow recusou um pedido ({_refusals(refused)}).")
        expect(len(told) == 1, wanted, f"No {when} chegaram {len(told)} avisos.")
        said = _version(told[0])
        expect(said is not None, wanted, f'No {when} o corpo do aviso não era um JSON com "versao".')
        expect(
            said == run.live, wanted, f"No {when} o aviso diz {str(said)[:60]}, e no ar está {run.live[:60]}."
        )


def _refusals(rows: list[Row]) -> str:
    meanings = {401: "401, token ausente ou errado", 404: "404, outro endereço", 405: "405, outro método"}
    return "; ".join(
        sorted({meanings.get(int(row.get("status") or 0), str(row.get("status"))) for row in rows})
    )


def _version(row: Row) -> Any:
    try:
        body = json.loads(str(row.get("body")))
    except ValueError:
        return None
    return body.get("versao") if isinstance(body, dict) else None


# --- the file ----------------------------------------------------------------------------------------


def read(evidence: Evidence) -> Workflow:
    return workflow_of(evidence, "arquivo/leitura")


@criterion("gatilhos")
def test_what_starts_it(evidencia: Evidence, sorteio: Any) -> None:
    workflow = read(evidencia)
    wanted = (
        "Publica quem faz push na main e mexe no que importa (dags/, include/, tests/, catalogo.csv, requirements.txt ou "
        "o próprio workflow); um pull request para a main testa; à mão, com a entrada `versao`, volta."
    )
    events = workflow.events
    for name in ("push", "pull_request", "workflow_dispatch"):
        expect(name in events, wanted, f"Em `on` falta {name}.")
    push, proposal = events["push"], events["pull_request"]
    a_dag = next(iter(sorted(name for name in sorteio.own.files if name.endswith(".py"))))
    inside = (a_dag, "dags/sub/novo.py", "include/sql/novo.sql", "tests/test_dags.py", "catalogo.csv", "requirements.txt", ".github/workflows/deploy.yml")  # fmt: skip
    expect(starts(push, "branches", "main"), wanted, "Um push na main não inicia o workflow.")
    expect(
        "tags" not in push or "branches" in push,
        wanted,
        "Um push na main não inicia o workflow: só o de uma tag.",
    )
    expect(
        not starts(push, "branches", "ajuste"),
        wanted,
        "Um push em qualquer outro branch (por exemplo, `ajuste`) também inicia.",
    )
    for path in inside:
        expect(starts(push, "paths", path), wanted, f"Um push que só muda {path} não inicia o workflow.")
    for path in ("README.md", "docs/notas.md"):
        expect(not starts(push, "paths", path), wanted, f"Um push que só muda {path} inicia o workflow.")
    expect(
        starts(proposal, "branches", "main") and starts(proposal, "paths", a_dag), wanted,
        "Um pull request para a main que muda um DAG não inicia o workflow.",
    )  # fmt: skip
    inputs = events["workflow_dispatch"].get("inputs")
    expect(
        isinstance(inputs, dict) and "versao" in inputs,
        wanted,
        "O workflow_dispatch não tem a entrada `versao`.",
    )


@criterion("permissoes")
def test_least_permissions(evidencia: Evidence) -> None:
    workflow = read(evidencia)
    wanted = "O workflow diz as permissões do seu token, e não pede mais que `contents: read`."
    expect(workflow.jobs, wanted, "O workflow não tem jobs.")
    for job in workflow.jobs:
        has = workflow.permissions(job)
        expect(
            has is not None,
            wanted,
            f"Nada diz o que o job `{job.id}` pode: valem as permissões padrão do repositório.",
        )
        if isinstance(has, dict):
            more = [f"{k}: {v}" for k, v in has.items() if v != "none" and (k, v) != ("contents", "read")]
        else:
            more = [str(has)] if has else []
        expect(not more, wanted, f"O job `{job.id}` pede {', '.join(more[:3])}.")


@criterion("actions-fixadas")
def test_actions_are_pinned(evidencia: Evidence) -> None:
    workflow = read(evidencia)
    wanted = "Toda action vem da lista do enunciado, fixada pelo SHA completo do commit que está lá."
    used = list(workflow.uses())
    expect(used, wanted, "O workflow não usa nenhuma action: sem actions/checkout não há o que testar.")
    for name, reference, _ in used:
        expect(name in ACTIONS, wanted, f"{name[:80]} não está na lista.")
        expect(
            reference == ACTIONS[name], wanted,
            f"{name} está em @{reference[:50] or '(nada)'}, que não é o SHA da lista.",
        )  # fmt: skip


@criterion("limites")
def test_limits(evidencia: Evidence) -> None:
    workflow = read(evidencia)
    minutes = f"Cada job tem um `timeout-minutes` de até {MAX_MINUTES}."
    for job in workflow.jobs:
        said = str(job.said.get("timeout-minutes", ""))
        expect(said, minutes, f"O job `{job.id}` não tem: vale o padrão do GitHub, 6 horas.")
        number = float(said) if said.replace(".", "", 1).isdigit() else 0
        expect(0 < number <= MAX_MINUTES, minutes, f"O do job `{job.id}` é {said[:30]}.")
    _one_at_a_time(workflow)
    _python(workflow)


def _one_at_a_time(workflow: Workflow) -> None:
    wanted = "Dois deploys nunca acontecem ao mesmo tempo, e um que começou não é cancelado (`concurrency`)."
    for job in [job for job in workflow.jobs if "DEPLOY_TOKEN" in job.text or "DEPLOY_DIR" in job.text]:
        said = job.said.get("concurrency", workflow.said.get("concurrency"))
        expect(
            said,
            wanted,
            f"O job `{job.id}`, que publica, volta ou avisa, não tem `concurrency` (nem o workflow).",
        )
        group = said.get("group", "") if isinstance(said, dict) else said
        each = [
            name
            for name in ("github.run_id", "github.sha", "github.run_number", "github.run_attempt")
            if name in str(group)
        ]
        expect(
            group and not each,
            wanted,
            f"O grupo muda a cada execução ({', '.join(each) or 'está vazio'}): ninguém espera por ninguém.",
        )
        cancels = str(said.get("cancel-in-progress", "")) if isinstance(said, dict) else ""
        expect(
            cancels != "true",
            wanted,
            "Com `cancel-in-progress: true`, um deploy pela metade é interrompido pelo seguinte.",
        )


def _python(workflow: Workflow) -> None:
    wanted = f"A versão do Python é dita, e é a de produção: {PYTHON}."
    found: list[str] = []
    for job in workflow.jobs:
        for step in job.steps:
            if str(step.get("uses", "")).startswith(("actions/setup-python@", "astral-sh/setup-uv@")):
                given = step.get("with")
                said = str(given.get("python-version", "")) if isinstance(given, dict) else ""
                expect(
                    said, wanted, f"No job `{job.id}`, o passo que prepara o Python não diz `python-version`."
                )
                found += workflow.values(job, said)
    expect(found, wanted, "Nenhum passo prepara o Python.")
    expect(
        any(_is_python(version) for version in found), wanted,
        f"O workflow pede {', '.join(found)[:60]}.",
    )  # fmt: skip


def _is_python(version: str) -> bool:
    return version == PYTHON or version.startswith(f"{PYTHON}.")


JUDGED_ELSEWHERE = {"unpinned-uses", "excessive-permissions", "impostor-commit", "ref-version-mismatch"}
MEANINGS = {
    "artipacked": "o checkout deixa o token do GitHub gravado em .git: diga `persist-credentials: false`",
    "template-injection": "um `${{ }}` é colado dentro de um script: passe o valor por `env:`",
    "dangerous-triggers": "este gatilho roda código de fora com os seus segredos",
    "github-env": "escreve em GITHUB_ENV (ou GITHUB_PATH) algo que pode vir de fora",
    "secrets-inherit": "passa todos os segredos adiante, e não só o que é preciso",
    "overprovisioned-secrets": "expõe todos os segredos de uma vez",
    "unredacted-secrets": "transforma um segredo de um jeito que o log não esconde mais",
    "secrets-outside-env": "o segredo é usado fora de um `environment`",
    "self-hosted-runner": "usa um runner próprio",
    "cache-poisoning": "o cache pode ser envenenado por outro workflow",
    "insecure-commands": "liga comandos inseguros do runner",
    "bot-conditions": "confia em quem diz ser um bot",
    "unsound-contains": "a condição com contains() deixa passar mais do que parece",
    "unsound-condition": "a condição é sempre verdadeira",
    "obfuscation": "a expressão é mais enrolada do que precisa",
    "hardcoded-container-credentials": "há uma senha escrita no arquivo",
    # What actionlint calls its findings.
    "syntax-check": "o GitHub não entenderia o arquivo",
    "expression": "há um problema dentro de um `${{ }}`",
    "events": "este gatilho, ou um filtro dele, não existe assim",
    "glob": "este padrão de branch ou de caminho não vale",
    "job-needs": "`needs` fala de um job que não existe, ou anda em círculo",
    "runner-label": "este `runs-on` não existe",
    "matrix": "há um problema na matriz",
    "action": "a action não aceita ser usada assim",
    "permissions": "esta permissão não existe",
    "shell-name": "este `shell` não existe",
    "if-cond": "esta condição é sempre a mesma",
    "id": "há dois nomes iguais",
    "env-var": "este nome de variável não vale",
    "deprecated-commands": "este comando do runner não existe mais",
}
IN_ENGLISH = ("actionlint", "check-jsonschema")
"""Those whose own words help to find the place."""
NOT_FOUND = ("zizmor/secrets-outside-env",)
"""What needs settings on GitHub's side, which no file shows."""


@criterion("sem-alertas")
def test_checkers_find_nothing(evidencia: Evidence) -> None:
    wanted = "O actionlint, o check-jsonschema e o zizmor não têm nada a dizer do seu workflow."
    report = step_of(evidencia, "arquivo/leitura").reading
    if report is None:
        raise Unmet(wanted, "Não há relato da leitura do arquivo.")
    expect(not report.problem, wanted, f"O arquivo {report.problem}.")
    for found in report.findings:
        if found.rule in JUDGED_ELSEWHERE or f"{found.tool}/{found.rule}" in NOT_FOUND:
            continue
        where = f"linha {found.line}" if found.line else f"em {found.rule or 'todo o arquivo'}"
        meaning = MEANINGS.get(found.rule, "isto não está como o GitHub espera")
        words = (
            f" Nas palavras dele: {found.text[:160]}"
            if found.tool in IN_ENGLISH or found.rule not in MEANINGS
            else ""
        )
        raise Unmet(wanted, f"O {found.tool}, {where}: {meaning}.{words}")
    first_release(evidencia)  # of a workflow that does nothing there is nothing to be said
