"""The repositories of exercise 3: DAGs of Rede Caju, drawn from a seed, and the worlds in which they are published.

Released with the exercise: what breaks a repository is told in the hidden scenarios.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.run.services.web import Answer, Request, WebService
from autograder.run.world import Observe, ReadWorkflow, RunTests, RunWorkflow, Scenario, Step

SAMPLE_SEED = 2026
SAMPLE_DAYS = ("primeira", "segunda")
WORKFLOW, TESTS = ".github/workflows/deploy.yml", "tests/test_dags.py"
TARGET = "alvo"
FIRST, SECOND = "repositorio", "repositorio-depois"
OBSERVE = Observe("", (), (), trees=(TARGET,), watched=(TARGET,))
HOOK = "airflow"
EARLIER = "2026-02-27-3f9c1d7"
"""The release that a target already has, where one is there before anything is deployed."""

TEAMS = ("comercial", "logistica", "financeiro", "lojas", "marketing")
STORES = 120  # price lists in a repository that is deployed; the sample shows only the first ones
STORES_SHOWN = 3

# --- the DAGs ----------------------------------------------------------------------------------------

LOAD = '''"""@DOC@"""

import pendulum
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def extrair(ds: str) -> None:
    print(f"lendo o arquivo de {ds}")


def conferir(ds: str) -> None:
    print(f"conferindo {ds}")


with DAG(
    dag_id="@ID@",
    schedule="@CRON@",
    start_date=pendulum.datetime(2026, @MONTH@, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={"owner": "@OWNER@", "retries": @RETRIES@},
    tags=["@TAG@"],
) as dag:
    primeira = PythonOperator(task_id="@TASK1@", python_callable=extrair)
    segunda = PythonOperator(task_id="@TASK2@", python_callable=conferir)
    terceira = PythonOperator(task_id="@TASK3@", python_callable=conferir)
    primeira >> segunda >> terceira
'''

FLOW = '''"""@DOC@"""

from pathlib import Path

import pendulum
from airflow.sdk import Variable, dag, task

CONSULTAS = Path(__file__).parents[1] / "include" / "sql"


@dag(
    dag_id="@ID@",
    schedule="@CRON@",
    start_date=pendulum.datetime(2026, @MONTH@, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={"owner": "@OWNER@", "retries": @RETRIES@},
    tags=["@TAG@", "taskflow"],
)
def pipeline():
    @task
    def @TASK1@() -> str:
        return Variable.get("pasta_de_saida", default="/tmp")

    @task
    def @TASK2@(pasta: str) -> str:
        consulta = (CONSULTAS / "@SQL@.sql").read_text()
        return f"{pasta}: {len(consulta)}"

    @TASK2@(@TASK1@())


pipeline()
'''

WAIT = '''"""@DOC@"""

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG(
    dag_id="@ID@",
    schedule="@CRON@",
    start_date=pendulum.datetime(2026, @MONTH@, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={"owner": "@OWNER@", "retries": @RETRIES@},
    tags=["@TAG@"],
):
    carga = ExternalTaskSensor(
        task_id="esperar_carga",
        external_dag_id="@UPSTREAM@",
        external_task_id="@UPTASK@",
        mode="reschedule",
    )
    outra = ExternalTaskSensor(
        task_id="esperar_@GROUP@",
        external_dag_id="@OTHER@",
        external_task_ids=["@GROUP@.baixar", "@GROUP@.compactar"],
        mode="reschedule",
    )
    tudo = ExternalTaskSensor(task_id="esperar_tudo", external_dag_id="@WHOLE@", mode="reschedule")
    [carga, outra, tudo] >> EmptyOperator(task_id="@TASK1@")
'''

GROUP = '''"""@DOC@"""

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, TaskGroup

with DAG(
    dag_id="@ID@",
    schedule="@CRON@",
    start_date=pendulum.datetime(2026, @MONTH@, 1, tz="America/Sao_Paulo"),
    catchup=True,
    max_active_runs=1,
    default_args={"owner": "@OWNER@"},
    tags={"@TAG@"},
):
    with TaskGroup(group_id="@GROUP@"):
        baixar = BashOperator(task_id="baixar", bash_command="echo {{ var.value.origem }}", retries=@RETRIES@)
        compactar = BashOperator(task_id="compactar", bash_command="echo ok", retries=1)
        baixar >> compactar
    fim = BashOperator(task_id="@TASK1@", bash_command="echo fim", retries=@RETRIES@)
    compactar >> fim
'''

MANY = '''"""@DOC@"""

import pendulum
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def somar(regiao: str) -> None:
    print(f"somando {regiao}")


for regiao in ("@REGION1@", "@REGION2@"):
    with DAG(
        dag_id=f"@ID@_{regiao}",
        schedule="@CRON@",
        start_date=pendulum.datetime(2026, @MONTH@, 1, tz="America/Sao_Paulo"),
        catchup=False,
        default_args={"owner": "@OWNER@", "retries": @RETRIES@},
        tags=["@TAG@", regiao],
    ):
        PythonOperator(task_id="@TASK1@", python_callable=somar, op_kwargs={"regiao": regiao})
'''

HAND = '''"""@DOC@"""

from datetime import UTC, datetime

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param

dag = DAG(
    "@ID@",
    schedule=None,
    start_date=datetime(2026, @MONTH@, 1, tzinfo=UTC),
    catchup=False,
    tags=["@TAG@"],
    params={"loja": Param(1, type="integer")},
)
comeco = EmptyOperator(task_id="@TASK1@", owner="@OWNER@", retries=@RETRIES@, dag=dag)
fim = EmptyOperator(task_id="@TASK2@", owner="@OWNER@", retries=1, dag=dag)
comeco >> fim
'''

TEXTS = {"load": LOAD, "flow": FLOW, "wait": WAIT, "group": GROUP, "many": MANY, "hand": HAND}
NAMES = {
    "load": (("vendas", "Carrega as vendas do dia."), ("estoque", "Carrega o estoque das lojas."), ("compras", "Carrega os pedidos de compra.")),
    "flow": (("fidelidade", "Pontos do programa de fidelidade."), ("cupons", "Cupons que expiram amanhã."), ("perdas", "Perdas por validade.")),
    "wait": (("fechamento", "Fecha o dia depois que tudo chegou."), ("painel", "Atualiza o painel da diretoria."), ("conciliacao", "Concilia vendas e recebimentos.")),
    "group": (("entregas", "Baixa os arquivos das transportadoras."), ("precos", "Baixa as tabelas de preços."), ("notas", "Baixa as notas fiscais.")),
    "many": (("metas", "Soma as metas de cada região."), ("ranking", "Ordena as lojas de cada região."), ("turnos", "Escala os turnos de cada região.")),
    "hand": (("reprocesso", "Reprocessa uma loja, à mão."), ("inventario", "Conta o estoque de uma loja."), ("auditoria", "Confere uma loja a pedido.")),
}  # fmt: skip
SUFFIXES = ("diario", "noturno", "da_rede", "por_loja", "geral", "v2")
TASKS = ("extrair", "ler", "buscar", "validar", "conferir", "limpar", "carregar", "gravar", "publicar", "resumir", "somar", "avisar")  # fmt: skip
GROUPS = ("download", "arquivos", "parceiros", "coleta")
REGIONS = ("norte", "nordeste", "sul", "sudeste", "centro")


@dataclass(frozen=True)
class Dag:
    """One file of DAGs and what its blanks were filled with."""

    role: str
    file: str
    ids: tuple[str, ...]
    owner: str
    blanks: Mapping[str, str]

    @property
    def text(self) -> str:
        text = TEXTS[self.role]
        for name, value in self.blanks.items():
            text = text.replace(f"@{name}@", value)
        return text


@dataclass(frozen=True)
class Repository:
    """A repository without the student's two files."""

    dags: Mapping[str, Dag]
    """By role."""
    files: Mapping[str, str]

    def but(self, changes: Mapping[str, str | None]) -> Repository:
        """The same with these files instead; None takes one away."""
        files = {name: text for name, text in {**self.files, **changes}.items() if text is not None}
        return replace(self, files=files)

    def write(self, folder: Path) -> None:
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def published(self) -> dict[str, str]:
        """SHA-256 of each file that has to be in a release."""
        return {
            name: hashlib.sha256(text.encode()).hexdigest()
            for name, text in self.files.items()
            if name.startswith(("dags/", "include/"))
        }


@dataclass(frozen=True)
class Draw:
    """What one seed gives."""

    seed: int
    own: Repository
    """The one that is published, tested here and shown as the sample."""
    later: Repository
    """Its next commit."""
    others: tuple[Repository, ...]
    """Those whose twins have a fault."""
    token: str
    port: int
    prefix: str


def draw(seed: int) -> Draw:
    """The repositories of a seed. Equal seeds give equal ones."""
    rng = random.Random(seed)
    own = _repository(rng)
    return Draw(
        seed, own, _next(rng, own), (_repository(rng), _repository(rng)),
        "tok_" + "".join(rng.choices("abcdefghjkmnpqrstuvwxyz23456789", k=28)),
        rng.randint(20_000, 29_999), f"/api-{rng.randint(100, 999)}",
    )  # fmt: skip


def _repository(rng: random.Random) -> Repository:
    names = {role: rng.choice(options) for role, options in NAMES.items()}
    ids = {role: f"{name}_{rng.choice(SUFFIXES)}" for role, (name, _) in names.items()}
    group, regions = rng.choice(GROUPS), rng.sample(REGIONS, 2)
    tasks = {role: rng.sample(TASKS, 3) for role in names}
    dags: dict[str, Dag] = {}
    for role, (_, doc) in names.items():
        blanks = {
            "ID": ids[role], "DOC": doc, "OWNER": rng.choice(TEAMS), "TAG": rng.choice(("diario", "rede", "critico")),
            "CRON": f"{rng.randrange(0, 60, 5)} {rng.randint(1, 6)} * * *", "MONTH": str(rng.randint(1, 3)),
            "RETRIES": str(rng.randint(2, 4)), "SQL": ids["flow"],
            "GROUP": group, "REGION1": regions[0], "REGION2": regions[1],
            "UPSTREAM": ids["load"], "UPTASK": tasks["load"][2], "OTHER": ids["group"], "WHOLE": ids["flow"],
            **{f"TASK{number}": task for number, task in enumerate(tasks[role], 1)},
        }  # fmt: skip
        all_ids = tuple(f"{ids[role]}_{region}" for region in regions) if role == "many" else (ids[role],)
        dags[role] = Dag(role, f"dags/{ids[role]}.py", all_ids, blanks["OWNER"], blanks)
    files = {dag.file: dag.text for dag in dags.values()}
    files["catalogo.csv"] = catalogue(
        [(one, dag.file, dag.owner) for dag in dags.values() for one in dag.ids]
    )
    files[f"include/sql/{ids['flow']}.sql"] = (
        f"SELECT loja_id, SUM(pontos) AS pontos\nFROM {names['flow'][0]}\nGROUP BY loja_id;\n"
    )
    for store in range(1, STORES + 1):
        lines = "".join(f"P{rng.randint(100, 999)},{rng.randint(199, 9999)}\n" for _ in range(3))
        files[f"include/precos/loja_{store:03}.csv"] = "produto,centavos\n" + lines
    files["dags/README.md"] = "Um arquivo por pipeline. O `catalogo.csv` diz quais DAGs precisam existir.\n"
    files["README.md"] = (
        "# Pipelines da Rede Caju\n\nOs DAGs moram em `dags/`; o que eles leem, em `include/`.\n"
    )
    files["requirements.txt"] = "apache-airflow==3.3.2\napache-airflow-providers-standard\npytest\n"
    return Repository(dags, files)


def catalogue(rows: list[tuple[str, str, str]]) -> str:
    """`catalogo.csv` of these DAGs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("dag_id", "arquivo", "dono"))
    writer.writerows(sorted(rows))
    return text.getvalue()


def _next(rng: random.Random, before: Repository) -> Repository:
    """The next commit: a DAG does more tries, a store is new, another one is closed."""
    dag = before.dags["load"]
    tries = f'"retries": {dag.blanks["RETRIES"]}'
    assert tries in dag.text
    closed, new = rng.randint(10, STORES), STORES + rng.randint(1, 50)
    return before.but({
        dag.file: dag.text.replace(tries, '"retries": 5'),
        f"include/precos/loja_{closed:03}.csv": None,
        f"include/precos/loja_{new:03}.csv": "produto,centavos\nP100,990\n",
    })  # fmt: skip


# --- worlds ------------------------------------------------------------------------------------------


def build(folder: Path, *commits: Repository, earlier: bool = False) -> None:
    """Lays out the commits and the target, which may have a release already."""
    for name, repository in zip((FIRST, SECOND), commits, strict=False):
        repository.write(folder / name)
    (folder / TARGET).mkdir()
    if earlier:
        for name, text in earlier_release().items():
            path = folder / TARGET / "releases" / EARLIER / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (folder / TARGET / "current").symlink_to(f"releases/{EARLIER}")


def earlier_release() -> dict[str, str]:
    """What is live where something is."""
    return {"dags/antigo.py": "# o que está no ar\n", "include/sql/antigo.sql": "SELECT 1;\n"}


def push(
    drawn: Draw, *commits: str, event: str = "push", inputs: Mapping[str, str] | None = None
) -> RunWorkflow:
    """The workflow, for what has happened to these commits."""

    def variables(world: Path) -> dict[str, str]:
        return {
            "DEPLOY_DIR": str(world / TARGET),
            "AIRFLOW_URL": f"http://127.0.0.1:{drawn.port}{drawn.prefix}",
        }

    return RunWorkflow(
        commits or (FIRST,), WORKFLOW, event, inputs or {}, TARGET, {"DEPLOY_TOKEN": drawn.token}, variables
    )


def hook(drawn: Draw) -> Callable[[], list[WebService]]:
    """Airflow's door: takes word of a new release from who knows the token."""

    def answer(request: Request) -> Answer:
        if request.path != f"{drawn.prefix}/recarregar":
            return Answer(404, json.dumps({"erro": "endereço desconhecido"}))
        if request.method != "POST":
            return Answer(405, json.dumps({"erro": "use POST"}))
        if request.headers.get("authorization") != f"Bearer {drawn.token}":
            return Answer(401, json.dumps({"erro": "token ausente ou errado"}))
        return Answer(200, json.dumps({"ok": True}))

    return lambda: [WebService(HOOK, drawn.port, answer)]


def scenario(drawn: Draw, name: str, build_it: Callable[[Path], None], steps: Mapping[str, Step]) -> Scenario:
    """A scenario in which somebody may talk to Airflow, and nobody tells the token."""
    return Scenario(name, build_it, steps, services=hook(drawn), secrets=disguises(drawn.token))


def disguises(secret: str) -> tuple[str, ...]:
    """A secret, and what is still the secret for who wants to read it."""
    plain = secret.encode()
    in_threes = plain[: len(plain) // 3 * 3]  # what follows has no say in how these are written
    return (secret, secret[::-1], plain.hex(), base64.b64encode(in_threes).decode())


def scenarios(drawn: Draw) -> list[Scenario]:
    """What a student may see: the file is read, the tests are run, two versions go out and one comes back."""
    own, later, others = drawn.own, drawn.later, drawn.others
    return [
        Scenario("arquivo", lambda folder: (folder / TARGET).mkdir(), {"leitura": ReadWorkflow(WORKFLOW)}),
        # Whatever surrounds the tests is the same where a rule is broken: only the repository can tell.
        scenario(drawn, "testes", lambda folder: build(folder, own, earlier=True), {"são": RunTests(FIRST, TESTS)}),
        scenario(drawn, "gemeo-um", lambda folder: build(folder, others[0], earlier=True), {"são": RunTests(FIRST, TESTS)}),
        scenario(drawn, "gemeo-dois", lambda folder: build(folder, others[1], earlier=True), {"são": RunTests(FIRST, TESTS)}),
        scenario(
            drawn, "publicacao", lambda folder: build(folder, own, later),
            {
                "primeira": push(drawn, FIRST),
                "segunda": push(drawn, FIRST, SECOND),
                "volta": push(drawn, FIRST, SECOND, event="workflow_dispatch", inputs={"versao": "{1}"}),
            },
        ),
        *(faulty(drawn, name, own.but(changes)) for name, changes in shown_faults(own).items()),
    ]  # fmt: skip


def faulty(drawn: Draw, name: str, broken: Repository) -> Scenario:
    """A repository that must not go out."""
    steps = {"testes": RunTests(FIRST, TESTS), "push": push(drawn, FIRST)}
    return scenario(drawn, f"defeito-{name}", lambda folder: build(folder, broken, earlier=True), steps)


def shown_faults(own: Repository) -> dict[str, dict[str, str | None]]:
    """Files that Airflow cannot load, each in its own way."""
    load, group = own.dags["load"], own.dags["group"]
    return {
        "a": {
            load.file: load.text.replace("def conferir(ds: str) -> None:", "def conferir(ds: str) -> None")
        },
        "b": {
            group.file: group.text.replace("import pendulum\n", "import pendulum\nimport caju_utilitarios\n")
        },
        "c": {load.file: load.text.replace("segunda >> terceira\n", "segunda >> terceira >> primeira\n")},
    }


def write_sample(folder: Path, drawn: Draw) -> None:
    """What the second commit changes: the first is the exercise's own folder (see `shown`)."""
    before, after = shown(drawn.own), shown(drawn.later)
    new = {name: text for name, text in after.items() if before.get(name) != text}
    assert new
    replace(drawn.later, files=new).write(folder / "segundo-commit")


def shown(repository: Repository) -> dict[str, str]:
    """The files of a repository, with few of its many price lists."""
    last = f"include/precos/loja_{STORES_SHOWN:03}.csv"
    return {
        name: text for name, text in repository.files.items()
        if not name.startswith("include/precos/") or name <= last
    }  # fmt: skip
