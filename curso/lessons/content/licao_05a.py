"""Lesson 05a: what it asks and what it checks."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curso.lessons.challenge import Challenge, Wrong
from curso.lessons.prediction import Prediction

PREDICTIONS = [
    Prediction(
        id="05a.agenda",
        question="O cron do DAG está trocado (0h06 em vez de 6h00). O que diz o nível 4, que roda o DAG inteiro com dag.test()?",
        options={
            "a": "passa: dag.test() não olha a agenda",
            "b": "falha: o DAG roda na hora errada",
            "c": "nem chega a rodar: o Airflow recusa o cron",
        },
        answer="a",
        why={
            "a": "ele executa as tasks para a data que você deu. Agenda, fuso e concorrência ficam para o nível 2, que lê a estrutura.",
            "b": "quem decide a hora é o scheduler, e em `dag.test()` não há scheduler: a data é a que você passa.",
            "c": "`6 0 * * *` é um cron perfeitamente válido: todo dia, seis minutos depois da meia-noite.",
        },
    ),
    Prediction(
        id="05a.saida",
        question="O comando roda em uma pasta que não existe, em uma com um arquivo quebrado e na boa. Quais terminam com código de saída 0 (verde)?",
        options={
            "a": "só a boa",
            "b": "a boa e a que não existe",
            "c": "as três",
        },
        answer="c",
        why={
            "a": "seria o desejável. Mas o `DagBag` não levanta exceção: ele anota, e ninguém lê a anotação.",
            "b": "a quebrada também: o erro aparece no log e fica guardado em `import_errors`, e o comando termina bem.",
            "c": "criar um `DagBag` nunca falha. Quem precisa falhar é você, olhando `import_errors` e os `dag_ids`.",
        },
    ),
    Prediction(
        id="05a.caminho",
        question="Ana muda só o `requirements.txt` (outra versão do Airflow) e faz push no `main`, com o filtro `paths: ['dags/**']`. O que o GitHub faz?",
        options={
            "a": "roda os testes: é um push no `main`",
            "b": "não roda nada, e a mudança entra sem teste",
            "c": "roda e falha, porque não há DAG mudado para testar",
        },
        answer="b",
        why={
            "a": "ramo e caminho precisam passar **os dois**. O ramo passa, o caminho não.",
            "b": "nenhum arquivo mudado está em `dags/`. A troca de versão, que pode quebrar todos os DAGs, é a que ninguém testou.",
            "c": "o workflow nem começa: não há nada vermelho para chamar a atenção.",
        },
    ),
    Prediction(
        id="05a.needs",
        question="Um dos jobs de `regras` falha. O que acontece com `publicar` (`needs: [regras, versao]`) e com `avisar` (`if: failure()`)?",
        options={
            "a": "os dois são pulados",
            "b": "`publicar` roda, porque o job `versao` passou, e `avisar` também",
            "c": "`publicar` é pulado, e `avisar` roda",
        },
        answer="c",
        why={
            "a": "`avisar` diz `if: failure()`: ele existe para isso, e roda quando algum dos que ele espera falhou.",
            "b": "`needs` não é «um dos»: basta um falhar, ou um só valor da matriz, para o job ser pulado.",
            "c": "`needs` pede que **todos** passem, a matriz inteira; `if: failure()` troca essa condição pela contrária.",
        },
    ),
]

# Challenge 1: the cheapest level for each defect.

_LEVELS = {
    "owner": (2, "o dono é uma linha da estrutura do DAG: dá para ler sem executar nada, e o arquivo carrega sem ele"),
    "ciclo": (1, "quem recusa o ciclo é o próprio Airflow, ao carregar: não é preciso escrever um teste a mais"),
    "arredonda": (3, "é uma conta: uma função, um caso, milissegundos"),
    "connection": (4, "o nome está dentro da função: só aparece quando a task executa"),
    "sumiu": (1, "a lista dos DAGs esperados sente falta dele ao carregar a pasta"),
    "duplicada": (5, "o código está certo: quem mudou foi o arquivo daquele dia"),
    "chave": (4, "cada task sozinha está certa: é o encaixe, e o encaixe só existe na execução"),
}  # fmt: skip


def _niveis(answer: Mapping[str, int]) -> str:
    if not isinstance(answer, Mapping):
        raise Wrong(f"A resposta é o dicionário `respostas`, e veio {type(answer).__name__}.")
    if set(answer) != set(_LEVELS):
        missing = sorted(set(_LEVELS) - set(answer)) or sorted(map(str, set(answer) - set(_LEVELS)))
        raise Wrong(f"Os defeitos são sete, com os nomes do enunciado. Confira: {', '.join(missing)}.")
    strange = [name for name, level in answer.items() if level not in (1, 2, 3, 4, 5)]
    if strange:
        raise Wrong(f"O nível é um número de 1 a 5. Confira `{strange[0]}`: {answer[strange[0]]!r}.")
    wrong = [name for name, (level, _) in _LEVELS.items() if answer[name] != level]
    if wrong:
        first, told = wrong[0], answer[wrong[0]]
        level = _LEVELS[first][0]
        reason = {
            1: "o arquivo carrega, e os DAGs são os esperados: o nível 1 não acusa nada",
            2: "o que a estrutura mostra (agenda, setas, dono) não revela isso",
            3: "uma função testada sozinha, com dados que você inventou, não revela isso",
            4: "ele pegaria, mas há um nível bem mais barato que também pega"
            if level < 4
            else "o código faz o que deve: a execução de teste, com dados seus, passa",
            5: "não depende do dado do dia: com qualquer arquivo o defeito está lá",
        }[told]
        if told == 2 and level == 1:
            reason = "nem chega lá: ao carregar a pasta já se percebe"
        raise Wrong(
            f"Você acertou {len(_LEVELS) - len(wrong)} de 7. Pense de novo em `{first}` (você disse {told}): {reason}."
        )
    return "Os sete. " + "; ".join(f"`{name}`: {why}" for name, (_, why) in _LEVELS.items()) + "."


# Challenge 2: a test that kills mutants.

_RIGHT = """
def com_desconto(total: int, porcento: int) -> int:
    if not 0 <= porcento <= 50:
        raise ValueError(f"desconto de {porcento}%: vai de 0 a 50")
    return total * (100 - porcento) // 100
"""
_MUTANTS = {
    "a fração de centavo fica com a loja (10% sobre 999 dá 900)": (
        "total * (100 - porcento) // 100",
        "total - total * porcento // 100",
    ),
    "a fração é arredondada para o mais próximo (10% sobre 999 ainda dá 899; e sobre 101?)": (
        "total * (100 - porcento) // 100",
        "total - round(total * porcento / 100)",
    ),
    "50% é recusado, e deveria valer": ("<= 50", "< 50"),
    "0% é recusado, e deveria valer": ("0 <= porcento", "0 < porcento"),
    "um desconto acima de 50% é aceito": ("0 <= porcento <= 50", "0 <= porcento"),
    "um desconto negativo, que aumenta o preço, é aceito": ("0 <= porcento <= 50", "porcento <= 50"),
}  # fmt: skip


def _mutantes(answer: str) -> str:
    from curso.lessons import pytest_runs

    if not isinstance(answer, str):
        raise Wrong(f"A resposta é o texto de um arquivo de testes, e veio {type(answer).__name__}.")
    with tempfile.TemporaryDirectory(prefix="caju-mutantes-") as folder:
        space = Path(folder)
        (space / "pyproject.toml").write_text(
            '[tool.pytest.ini_options]\npythonpath = ["."]\n', encoding="utf-8"
        )
        (space / "test_desconto.py").write_text(answer, encoding="utf-8")

        def run(source: str) -> pytest_runs.Testes:
            (space / "caju_regras.py").write_text(source, encoding="utf-8")
            return pytest_runs.run(space, "test_desconto.py", airflow=False)

        seen = run(_RIGHT)
        if not seen:
            raise Wrong(
                "O pytest não achou nenhum teste no seu texto: as funções precisam se chamar `test_...`. "
                "E um arquivo sem testes passa sempre, o que já é uma lição."
            )
        if not seen.passou:
            row = next(row for row in seen if row["resultado"] != "passou")
            raise Wrong(f"O seu teste recusa a função **certa**: `{row['teste']}` falhou ({row['motivo']}).")
        alive = [what for what, (old, new) in _MUTANTS.items() if run(_RIGHT.replace(old, new)).passou]
    if alive:
        raise Wrong(
            f"Morreram {len(_MUTANTS) - len(alive)} de {len(_MUTANTS)} mutantes. Sobreviveu este: {alive[0]}. "
            "Que caso o denunciaria?"
        )
    return f"A função certa passou, e os {len(_MUTANTS)} mutantes morreram. Este teste merece confiança."


# Challenge 3: the triggers.

_MD, _DAG = "dags/LEIAME.md", "dags/vendas_por_loja.py"
_PUSHES: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    ("push", "main", (_DAG,), True),
    ("push", "entrega/2026-03", (_DAG,), True),
    ("push", "entrega/2026/natal", (_DAG,), True),
    ("push", "joao", (_DAG,), False),
    ("push", "main", ("README.md",), False),
    ("push", "main", (_MD,), False),
    ("push", "main", ("docs/img/desenho.png", "docs/index.md"), False),
    ("push", "main", ("README.md", _DAG), True),
    ("push", "main", ("requirements.txt",), True),
    ("push", "main", ("sql/totais.sql",), True),
    ("push", "main", ("tests/test_regras.py",), True),
    ("push", "main", (".github/workflows/ci.yml",), True),
    ("pull_request", "main", (_DAG,), True),
    ("pull_request", "main", ("requirements.txt",), True),
    ("pull_request", "homologacao", (_DAG,), False),
    ("pull_request", "main", ("docs/guia.md", "README.md"), False),
    ("workflow_dispatch", "main", (), True),
)
_JOBS = "\njobs:\n  testes:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo oi\n"


def _gatilho(answer: str) -> str:
    from curso.lessons.checkers import actionlint
    from curso.lessons.triggers import WorkflowError, dispara

    if not isinstance(answer, str):
        raise Wrong(f"A resposta é um texto YAML que começa por `on:`, e veio {type(answer).__name__}.")
    text = answer.strip("\n") + ("" if "\njobs:" in answer else _JOBS)
    try:
        results = [(one, dispara(text, one[0], one[1], one[2])) for one in _PUSHES]
    except WorkflowError as error:
        raise Wrong(str(error)) from None
    if found := actionlint(text):
        raise Wrong(f"O GitHub recusaria o arquivo: linha {found[0]['linha']}, {found[0]['diz']}.")
    for (event, branch, files, wanted), decided in results:
        if bool(decided) is wanted:
            continue
        right = sum(bool(decided) is one[3] for one, decided in results)
        what = f" com {', '.join(files)}" if files else ""
        where = (
            f" {'para' if event == 'pull_request' else 'em'} `{branch}`"
            if event != "workflow_dispatch"
            else ""
        )
        raise Wrong(
            f"Certo em {right} de {len(_PUSHES)} situações. `{event}`{where}{what}: devia {'rodar' if wanted else 'ficar quieto'}, "
            f"e {'não roda' if wanted else 'roda'} ({decided.motivo})."
        )
    return f"As {len(_PUSHES)} situações: roda quando deve, e só quando deve."


# Challenges 4 and 5: workflows that are run.

_BROKEN = ('cents.ljust(2, "0") or 0', "cents or 0")


def _workflow(answer: Any) -> str:
    if not isinstance(answer, str):
        raise Wrong(f"A resposta é o texto do workflow, entre aspas triplas, e veio {type(answer).__name__}.")
    return answer


def _portao(answer: str) -> str:
    from curso.lessons.actions import Corrida, Repositorio
    from curso.lessons.triggers import WorkflowError, read

    text = _workflow(answer)

    def world(*, event: str, branch: str, red: bool) -> Corrida:
        repository = Repositorio.da_caju()
        repository.escrever(".github/workflows/portao.yml", text)
        if red:
            repository.trocar("dags/caju_regras.py", *_BROKEN)
        repository.commit("O portão")
        return repository.rodar(
            event,
            ramo=branch,
            workflow="portao.yml",
            arquivos=["dags/caju_regras.py"],
            titulo="Um título",
            mostrar=False,
        )

    try:
        main = world(event="push", branch="main", red=False)
        if {"testes", "publicar"} - set(main.jobs):
            raise Wrong(
                "Precisa haver os jobs `testes` e `publicar`, e um push no `main` precisa disparar o workflow."
            )
        if main.jobs["testes"] != "success":
            raise Wrong(f"Com o código certo, o job `testes` devia passar:\n{main.saida('testes')[-300:]}")
        if main.jobs["publicar"] != "success":
            raise Wrong("Push no `main`, testes verdes, e `publicar` não rodou: o portão fechou demais.")
        bad = world(event="push", branch="main", red=True)
        if bad.jobs.get("testes") == "success":
            raise Wrong(
                "Quebramos uma regra e o job `testes` continuou verde: o passo dos testes ainda engole o código de saída."
            )
        if bad.jobs.get("publicar") == "success" and "needs" in read(text)["jobs"]["publicar"]:
            raise Wrong(
                "Com os testes vermelhos, `publicar` esperou por eles e rodou mesmo assim: o `if:` dele fura o portão."
            )
        if bad.jobs.get("publicar") == "success":
            raise Wrong(
                "Com os testes vermelhos, `publicar` rodou assim mesmo: ele não depende do resultado de `testes`."
            )
        pull = world(event="pull_request", branch="main", red=False)
        if pull.jobs.get("testes") != "success":
            raise Wrong(
                "Em um *pull request* para o `main`, os testes precisam rodar (e passar): é para isso que ele serve."
            )
        if pull.jobs.get("publicar") == "success":
            raise Wrong(
                "Um *pull request*, que ninguém revisou ainda, publicou. Em que evento `publicar` pode rodar?"
            )
        other = world(event="push", branch="joao", red=False)
        if other.jobs.get("publicar") == "success":
            raise Wrong("Um push no ramo `joao` publicou. Em que ramo `publicar` pode rodar?")
    except WorkflowError as error:
        raise Wrong(str(error)) from None
    return "Verde no `main` publica; teste vermelho, *pull request* e outro ramo, não. Isto é um portão."


_TITLE = 'Acento"; echo INVADIDO; echo "'


def _limpo(answer: str) -> str:
    from curso.lessons.actions import Repositorio
    from curso.lessons.checkers import actionlint, esquema, zizmor
    from curso.lessons.triggers import WorkflowError, read

    text = _workflow(answer)
    try:
        document = read(text)
        for name, checker in (("actionlint", actionlint), ("zizmor", zizmor), ("esquema", esquema)):
            if found := checker(text):
                one = found[0]
                line = f"linha {one['linha']}, " if one["linha"] else ""
                raise Wrong(
                    f"O {name} ainda acha {len(found)}. {line}{one['regra']}: {one['em português'] or one['diz']}."
                )
        jobs = document["jobs"]
        if not {"testes", "publicar"} <= set(jobs):
            raise Wrong("Precisa haver os jobs `testes` e `publicar`.")
        if "actions/setup-python@" not in str(jobs["testes"]):
            raise Wrong(
                "O job `testes` usa o Python que a máquina tiver: falta o `actions/setup-python`, que diz qual."
            )
        if "needs.testes.outputs." not in str(jobs["publicar"]):
            raise Wrong(
                "`publicar` precisa receber o nome da versão de `testes`, por `needs.testes.outputs`."
            )
        repository = Repositorio.da_caju()
        repository.ramo("acento")
        repository.escrever(".github/workflows/limpo.yml", text)
        repository.trocar("dags/vendas_por_loja.py", "Todo dia às 6h:", "Todo dia, às 6h:")
        repository.commit("Limpo")
        run = repository.pull_request(_TITLE, workflow="limpo.yml", mostrar=False)
    except WorkflowError as error:
        raise Wrong(str(error)) from None
    if not run.disparo:
        raise Wrong(f"Um *pull request* que muda um DAG precisa disparar o workflow: {run.disparo.motivo}.")
    if run.jobs.get("testes") != "success":
        raise Wrong(f"Os leitores se calaram, e o job `testes` não passa:\n{run.saida('testes')[-300:]}")
    said = run.saida("testes")
    if any(line.strip() == "INVADIDO" for line in said.splitlines()):
        raise Wrong("O título do *pull request* virou comando: saiu um INVADIDO. Passe-o por `env:`.")
    if _TITLE not in said:
        raise Wrong("O job `testes` precisa mostrar o título do *pull request*, do jeito que ele é.")
    if "passed" not in said:
        raise Wrong(
            "O job `testes` passou sem rodar o pytest: falta `python -m pytest tests/test_regras.py`."
        )
    if run.jobs.get("publicar") != "success":
        raise Wrong(f"`publicar` devia rodar depois dos testes, e ficou «{run.jobs.get('publicar')}».")
    if not run.saida("publicar").strip():
        raise Wrong(
            "`publicar` não mostrou nada: o nome da versão chegou vazio. O passo que o escreve tem `id`?"
        )
    return "Os três leitores calados, os jobs verdes, e o título malicioso virou só um título."


CHALLENGES = [
    Challenge(
        id="05a.niveis",
        title="O nível mais barato",
        hints=(
            "Para cada defeito pergunte: dá para perceber sem executar nada? E sem importar o Airflow?",
            "Carregar já recusa ciclos e sente falta de DAGs. A estrutura mostra dono e agenda. O que está dentro de uma função só aparece ao executá-la.",
            "Dois são de carregar, um de estrutura, um de unidade, dois de execução e um de dados.",
        ),
        check=_niveis,
    ),
    Challenge(
        id="05a.mutantes",
        title="Um teste que mata",
        hints=(
            "Comece pelo caso do enunciado, 10% sobre 999. Depois pense nas beiradas: o menor e o maior desconto que valem.",
            "Cada limite pede dois casos: o último que vale (0, 50) e o primeiro que não vale (-1, 51). Para o que não vale, `pytest.raises(ValueError)`.",
            "Um caso de arredondamento não basta: 999 com 10% dá 899 também para quem arredonda ao mais próximo. Com 101 e 10% o certo é 90, e o arredondado dá 91.",
        ),
        check=_mutantes,
    ),
    Challenge(
        id="05a.gatilho",
        title="O gatilho certo",
        hints=(
            "São três eventos debaixo de `on:`: `push`, `pull_request` e `workflow_dispatch`. Os dois primeiros têm filtros; o terceiro não precisa de nada.",
            "«Só mudou documentação» é o que `paths-ignore` sabe dizer: ele só cala o workflow se **todos** os arquivos mudados casarem. E `*` não atravessa barra.",
            "Ramos: `branches: [main, 'entrega/**']`. Caminhos, nos dois eventos: `paths-ignore: ['**.md', 'docs/**']`.",
        ),
        check=_gatilho,
    ),
    Challenge(
        id="05a.portao",
        title="O portão",
        hints=(
            "Um dos defeitos está no passo dos testes, e os outros dois no job `publicar`: um é uma linha que sobra, e o outro, uma que falta.",
            "`|| true` troca o código de saída por 0. `if: always()` roda aconteça o que acontecer. E quem diz «espere os testes» é `needs:`.",
            "Em `publicar`: `needs: testes` e `if: github.event_name == 'push' && github.ref == 'refs/heads/main'`. No passo, só `python -m pytest -q tests/test_regras.py`.",
        ),
        check=_portao,
    ),
    Challenge(
        id="05a.limpo",
        title="Nenhum achado",
        hints=(
            "Comece pelo `actionlint(limpo)`, depois `zizmor(limpo)`: conserte um achado por vez e rode de novo. O modelo da lição tem quase tudo.",
            "Título por `env:`; actions pelo SHA; `permissions: {}` no alto e `contents: read` no job do checkout, com `persist-credentials: false`; e `setup-python` antes de usar o Python.",
            'Em `testes`, um passo com `id: versao` que faz `echo "nome=v1" >> "$GITHUB_OUTPUT"`, e no job `outputs: {nome: "${{ steps.versao.outputs.nome }}"}`. Em `publicar`, `needs: testes` e uma variável `VERSAO` em `env:` com `${{ needs.testes.outputs.nome }}`.',
        ),
        check=_limpo,
    ),
]
