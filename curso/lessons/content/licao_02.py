"""Lesson 02's predictions and challenges: operators, SQL, waiting, mapping, branching, assets."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from curso.lessons.challenge import Challenge, Wrong
from curso.lessons.prediction import Prediction

PREDICTIONS = [
    Prediction(
        id="02.segredos",
        question="A task imprime três segredos. Quais deles aparecem legíveis no log?",
        options={
            "a": "Nenhum: o Airflow esconde tudo o que vem de connections e Variables",
            "b": "Só a Variable `senha_frete`",
            "c": "As duas Variables: só a senha da connection é escondida",
            "d": "Os três: quem escolheu imprimir foi o código",
        },
        answer="b",
        why={
            "a": "Senha de connection, sim. Uma Variable, só quando o nome dela parece o de um segredo, em inglês.",
            "b": "A senha da connection é sempre escondida, e `token_frete` contém a palavra `token`. "
            "Só `senha_frete` não parece segredo para quem lê em inglês.",
            "c": "`token_frete` contém a palavra `token`, que está na lista do Airflow; `senha` não está.",
            "d": "Quem escreve no log é o Airflow, e antes de escrever ele troca por *** os segredos que conhece.",
        },
    ),
    Prediction(
        id="02.precedencia",
        question="A Variable `taxa` vale «do banco» no banco do Airflow, e o ambiente da task tem `AIRFLOW_VAR_TAXA` "
        'com «do ambiente». O que `Variable.get("taxa")` devolve?',
        options={
            "a": "do ambiente: ele é consultado antes do banco",
            "b": "do banco: é o que aparece na interface",
            "c": "Um erro: a mesma Variable foi definida duas vezes",
        },
        answer="a",
        why={
            "a": "Cofre, ambiente, banco: vale o primeiro que responder.",
            "b": "O banco é o último lugar consultado. É por isso que um valor do ambiente pode não combinar com o da "
            "interface, o que confunde bastante quem investiga.",
            "c": "Não há conflito: a procura para no primeiro lugar que responder.",
        },
    ),
    Prediction(
        id="02.bash",
        question="O `cp` falha, porque o arquivo não existe, e o `echo` da linha seguinte funciona. "
        "Em que estado fica a task `otimista`?",
        options={
            "a": "`success`",
            "b": "`failed`: um comando falhou",
            "c": "`skipped`: não havia o que copiar",
        },
        answer="a",
        why={
            "a": "O código de saída do shell é o do último comando, e o `echo` deu certo. "
            "Verde, sem nada copiado: é por isso que existe `set -e`.",
            "b": "Só se o shell terminar com erro, e ele devolve o código do último comando. O último foi o `echo`.",
            "c": "Pulada só com o código 99. O `cp` termina com 1, e ninguém olhou para ele.",
        },
    ),
    Prediction(
        id="02.duas-vezes",
        question="Depois de duas execuções da carga ingênua para o mesmo dia, o que há no armazém?",
        options={
            "a": "12 linhas: o banco percebe que são as mesmas",
            "b": "12 linhas, e a segunda execução vermelha, por chave repetida",
            "c": "24 linhas, e as duas execuções verdes",
        },
        answer="c",
        why={
            "a": "O banco só percebe repetição se alguém declarar uma chave única, e aqui não há.",
            "b": "Seria melhor que isso acontecesse! Mas a tabela não tem chave única, e nada reclama.",
            "c": "INSERT só acrescenta. Nada falhou, e o relatório do dia mostra o dobro da receita.",
        },
    ),
    Prediction(
        id="02.transacao",
        question="O DELETE passa e o INSERT é recusado. Quantas linhas do dia 10 sobram na tabela com transação e na "
        "tabela com `autocommit`?",
        options={
            "a": "12 e 12: a task falhou, então nada foi gravado",
            "b": "0 e 0: o DELETE já tinha passado",
            "c": "12 e 0: só a transação desfaz o DELETE",
            "d": "0 e 12: o `autocommit` protege cada comando",
        },
        answer="c",
        why={
            "a": "O estado da task não desfaz nada no banco. Quem desfaz é a transação, e com `autocommit` cada comando "
            "é uma transação própria, já confirmada.",
            "b": "Dentro da transação, o DELETE ainda não valia para ninguém, e foi desfeito junto com o INSERT.",
            "c": "Na transação, os dois valem juntos ou nenhum vale. Com `autocommit`, o DELETE já estava confirmado.",
            "d": "É o contrário: com `autocommit`, o DELETE vale na hora em que roda.",
        },
    ),
    Prediction(
        id="02.onde",
        question="Somar 600 mil vendas por loja: como se comparam a task em Python e a task em SQL?",
        options={
            "a": "Dão na mesma: a conta é a mesma",
            "b": "A em Python é mais rápida, porque o banco está ocupado com outras coisas",
            "c": "A em SQL é mais rápida e quase não usa memória do worker",
        },
        answer="c",
        why={
            "a": "A conta é a mesma; o caminho dos dados, não. Para somar em Python, todas as linhas viajam até o worker "
            "e viram objetos na memória dele.",
            "b": "Só entregar as 600 mil linhas já dá ao banco mais trabalho do que somá-las.",
            "c": "O banco soma onde os dados estão e devolve doze linhas. O worker só espera.",
        },
    ),
    Prediction(
        id="02.pool",
        question="Três tasks de dois segundos, sem dependência entre si, em um pool de uma vaga. O que acontece?",
        options={
            "a": "Uma de cada vez, em fila",
            "b": "Rodam juntas: não há dependência entre elas",
            "c": "A primeira roda; as outras falham, porque não há vaga",
        },
        answer="a",
        why={
            "a": "Quem não tem vaga espera em `scheduled` e entra quando a outra termina.",
            "b": "A dependência diz a ordem; o pool diz quantas cabem ao mesmo tempo. São limites diferentes.",
            "c": "Pool cheio não é erro: a task espera a vez, sem gastar uma tentativa.",
        },
    ),
    Prediction(
        id="02.sensores",
        question="Em modo `poke`, com duas vagas, dois sensores na frente e a task que produz os arquivos atrás: "
        "o que acontece?",
        options={
            "a": "O Airflow percebe e põe a `receber` na frente",
            "b": "Os três revezam as vagas, e tudo termina bem",
            "c": "Os sensores seguram as vagas até desistir, e falham; só depois a `receber` roda",
        },
        answer="c",
        why={
            "a": "O scheduler não sabe o que um sensor espera: para ele, são tasks trabalhando.",
            "b": "Revezar é o que faz o modo `reschedule`. Em `poke`, ninguém devolve a vaga.",
            "c": "Em `poke`, o sensor fica na vaga entre uma pergunta e outra. Quem poderia resolver a espera não tem onde rodar.",
        },
    ),
    Prediction(
        id="02.adiada",
        question="A task está `deferred`, esperando o arquivo. Quantas vagas do `default_pool` ela ocupa?",
        options={
            "a": "Nenhuma",
            "b": "Uma, até o arquivo chegar",
            "c": "Uma a cada dois segundos, só durante a pergunta",
        },
        answer="a",
        why={
            "a": "O processo da task terminou. Quem pergunta é o triggerer, que vigia centenas de esperas em um processo só. "
            "(Um pool pode contar as adiadas, se você pedir com `include_deferred`.)",
            "b": "Isso é o modo `poke`.",
            "c": "Isso é o modo `reschedule`. Aqui a pergunta nem passa pelo worker.",
        },
    ),
    Prediction(
        id="02.vazia",
        question="A lista vem vazia. Em que estado ficam a `somar`, que é mapeada, e a `total`, que vem depois dela?",
        options={
            "a": "somar e total com sucesso, e o total é 0",
            "b": "somar falha, porque não há o que mapear, e total fica `upstream_failed`",
            "c": "somar e total puladas, e a execução verde",
        },
        answer="c",
        why={
            "a": "Quem dera: com zero itens, a somar é pulada, e a total, que pela regra padrão só começa quando tudo antes dela "
            "teve sucesso, é pulada também.",
            "b": "Lista vazia não é erro para o Airflow: não há nada a fazer, e «nada a fazer» se chama `skipped`.",
            "c": "Zero instâncias é `skipped`, e o pulo se espalha. Se o total precisa sair assim mesmo, "
            "a task pede outra regra para começar, que vem logo a seguir.",
        },
    ),
    Prediction(
        id="02.desmontar",
        question="O trabalho falha nos dois DAGs. De que cor fica cada execução: a do remendo (`all_done`) e a certa (teardown)?",
        options={
            "a": "As duas vermelhas: uma task falhou",
            "b": "A do remendo vermelha, a certa verde",
            "c": "As duas verdes: a limpeza funcionou",
            "d": "A do remendo verde, a certa vermelha",
        },
        answer="d",
        why={
            "a": "O estado de uma execução é o das folhas, as últimas tasks. No remendo, a folha é a limpeza, que deu certo.",
            "b": "É o contrário: quem esconde a falha é a limpeza com `all_done`.",
            "c": "A do teardown, não: ele é ignorado quando o Airflow decide a cor da execução.",
            "d": "No remendo, a folha verde esconde a falha. Um teardown não conta: a folha passa a ser a trabalhar.",
        },
    ),
    Prediction(
        id="02.juncao",
        question="A `metas` deu certo, a `plantao` foi pulada. Como ficam a `resumo` e a execução?",
        options={
            "a": "resumo é pulada, execução verde",
            "b": "resumo roda, execução verde",
            "c": "resumo é pulada, execução vermelha",
            "d": "resumo falha, porque falta um dos caminhos",
        },
        answer="a",
        why={
            "a": "O pulo se espalha por `all_success`, e uma execução em que nada falhou é verde. O resumo não saiu, "
            "e ninguém é avisado.",
            "b": "Pela regra padrão, a resumo quer todas com sucesso, e uma delas foi pulada.",
            "c": "Pulada não é falha: nada ficou vermelho, e é isso que torna o engano tão caro.",
            "d": "Pulada e falha são coisas diferentes: a task de cima não falhou, então a de baixo também não.",
        },
    ),
    Prediction(
        id="02.asset",
        question="(1) A task que produz o asset falha. (2) Alguém altera a tabela à mão, fora do Airflow. "
        "Em que casos o painel roda?",
        options={"a": "Nos dois", "b": "Só no 1", "c": "Só no 2", "d": "Em nenhum"},
        answer="d",
        why={
            "a": "O evento nasce do sucesso de uma task com `outlets`; nenhum dos dois casos tem isso.",
            "b": "Sem sucesso não há evento: o painel não acorda com dados pela metade.",
            "c": "O Airflow não olha a tabela. O asset é só um nome.",
            "d": "Só um sucesso com `outlets`, um aviso pela API ou um watcher registram um evento.",
        },
    ),
    Prediction(
        id="02.aviso",
        question="Com `retries=1`, a task falha nas duas tentativas. Quantos e-mails o `on_failure_callback` manda?",
        options={"a": "Nenhum: e-mail só com `email_on_failure`", "b": "Um", "c": "Dois"},
        answer="b",
        why={
            "a": "O notifier é o callback: ele mesmo manda, sem `email_on_failure`.",
            "b": "`on_failure_callback` é só para a falha definitiva; entre as tentativas, quem é chamado é o `on_retry_callback`.",
            "c": "A primeira falha ainda tinha uma tentativa pela frente: o estado foi `up_for_retry`, não `failed`.",
        },
    ),
]


# --- what the checks share ---------------------------------------------------------------------------------------


def _airflow() -> Any:
    from curso.licao import servico

    return servico("airflow")


def _dag(answer: object, example: str, *needed: str) -> tuple[Any, str]:
    """The running Airflow and the learner's DAG, which is there and has these tasks."""
    if not isinstance(answer, str):
        raise Wrong(f'Aqui se espera o nome do DAG, entre aspas: "{example}". Veio {answer!r}.')
    airflow = _airflow()
    found = airflow.api("GET", f"/dags/{answer}/tasks", expect=(404,))
    if "tasks" not in found:
        raise Wrong(
            f"O Airflow não conhece um DAG chamado «{answer}». A célula com o %%dag foi executada, e sem erro de import?"
        )
    tasks = {task["task_id"] for task in found["tasks"]}
    missing = [task for task in needed if task not in tasks]
    if missing:
        seen = ", ".join(sorted(tasks)) or "nenhuma"
        raise Wrong(f"O DAG «{answer}» não tem a task «{missing[0]}». As que ele tem: {seen}.")
    return airflow, answer


def _after(airflow: Any, dag_id: str, task: str) -> set[str]:
    """Every task that comes after this one, directly or not."""
    following = {
        one["task_id"]: one["downstream_task_ids"]
        for one in airflow.api("GET", f"/dags/{dag_id}/tasks")["tasks"]
    }
    found: set[str] = set()
    waiting = [task]
    while waiting:
        new = set(following[waiting.pop()]) - found
        found |= new
        waiting += new
    return found


def _folder(airflow: Any) -> Path:
    """The lesson's data folder, and the Variable that leads to it."""
    folder = Path(airflow.pasta_dags).parent / "dados" / "licao02"
    folder.mkdir(parents=True, exist_ok=True)
    airflow.variavel("pasta_dados", str(folder))
    return folder


def _states(execucao: Any, task: str) -> list[str]:
    return [str(row["estado"]) for row in execucao.tasks if row["task"] == task]


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.5)
    return condition()


def _stop(airflow: Any, execucao: Any) -> None:
    """Ends a run that would go on waiting after the check is over."""
    with_body = {"state": "failed"}
    try:
        airflow.api("PATCH", f"/dags/{execucao.dag}/dagRuns/{execucao.id}", json=with_body)
    except Exception:  # it ended by itself in the meantime
        return


def _wait(execucao: Any, seconds: float = 90) -> Any:
    """The run, ended; a run that does not end is the learner's to look at."""
    from curso.services.service import ServiceError

    try:
        return execucao.esperar(seconds)
    except ServiceError as error:
        if execucao.estado not in ("running", "queued"):
            raise  # Airflow's trouble, not the learner's
        raise Wrong(str(error)) from None


def _taken_for_dead(airflow: Any, execucao: Any) -> str:
    """Whether Airflow 3.3 failed a task that was queued again before its executor told the end of the round before."""
    about = {"dag_id": execucao.dag, "run_id": execucao.id, "event": "state mismatch"}
    if not airflow.api("GET", "/eventLogs", params=about)["total_entries"]:
        return ""
    return (
        " O código dela não falhou: a task voltou à fila antes de o executor contar que a pergunta anterior tinha "
        "acabado, e o scheduler a deu por morta (`state mismatch` no Event Log). Aumente o `poke_interval` e tente de novo."
    )


def _xcom(execucao: Any, task: str) -> Any:
    """What the task returned; None where it returned nothing."""
    from curso.services.service import ServiceError

    try:
        return execucao[task].xcom()
    except ServiceError as error:
        if "(404)" not in str(error):
            raise
        return None


def _last_error(execucao: Any, task: str) -> str:
    """The line of the task's log that says what went wrong, for messages; empty when there is none."""
    try:
        lines = [
            line for line in str(execucao[task].log()).splitlines() if "Error" in line or "Exception" in line
        ]
    except Exception:
        return ""
    return f" O log dela diz: {lines[-1].strip()[:200]}" if lines else ""


# --- 02.comando --------------------------------------------------------------------------------------------------


def _comando(answer: object) -> str:
    if not isinstance(answer, str):
        raise Wrong(
            f"O comando é uma string, como a que iria em `bash_command`. Veio {type(answer).__name__}."
        )
    if "ARQUIVO" not in answer:
        raise Wrong(
            'O seu comando não usa a variável de ambiente `ARQUIVO`: no bash, ela se lê com `"$ARQUIVO"`.'
        )
    with tempfile.TemporaryDirectory() as folder:

        def run(name: str, text: str | None) -> tuple[int, str]:
            path = Path(folder, name)
            if text is not None:
                path.write_text(text, encoding="utf-8")
            try:
                done = subprocess.run(
                    [shutil.which("bash") or "bash", "-c", answer],
                    env=os.environ | {"ARQUIVO": str(path)},
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    timeout=10,
                )
            except subprocess.TimeoutExpired:
                raise Wrong(f"Com o arquivo «{name}», o comando não terminou em 10 segundos.") from None
            lines = done.stdout.strip().splitlines()
            return done.returncode, lines[-1].strip() if lines else ""

        for rows in (3, 1):
            code, last = run(f"vendas_{rows}.csv", "venda_id;valor\n" + "1;9,90\n" * rows)
            if code == 99:
                raise Wrong(
                    f"Com um arquivo de {rows} venda(s), a task ficaria pulada. Confira a conta: o cabeçalho não é venda."
                )
            if code:
                raise Wrong(
                    f"Com um arquivo bom, de {rows} venda(s), o comando terminou com o código {code}: a task falharia."
                )
            if last == str(rows + 1):
                raise Wrong(
                    f"O arquivo tem {rows} venda(s) e o comando devolveu {last}: o cabeçalho foi contado."
                )
            if last != str(rows):
                raise Wrong(
                    f"O arquivo tem {rows} venda(s), e a última linha escrita foi «{last}». Ela deve ser só o número: "
                    "o `wc`, por exemplo, escreve também o nome do arquivo se recebe um."
                )
        code, last = run("loja de são luís.csv", "venda_id;valor\n1;9,90\n2;5,00\n")
        if (code, last) != (0, "2"):
            raise Wrong(
                f"Com o arquivo «loja de são luís.csv», de 2 vendas, o código foi {code} e a última linha, «{last}». "
                "Sem aspas duplas, o bash parte `$ARQUIVO` nos espaços."
            )
        code, last = run("loja_fechada.csv", "venda_id;valor\n")
        if code == 0:
            raise Wrong(
                f"Com um arquivo só de cabeçalho, o comando teve sucesso e devolveu «{last}». O pedido era pular: "
                "qual código de saída faz isso?"
            )
        if code != 99:
            raise Wrong(
                f"Com um arquivo só de cabeçalho, o código foi {code}: a task falharia, e o pedido era pular. "
                "(Com `set -e`, um `grep` que não acha nada também derruba o script.)"
            )
        code, last = run("nao_chegou.csv", None)
        if code == 0:
            raise Wrong(
                f"O arquivo não existia, e mesmo assim a task ficaria verde, devolvendo «{last}». "
                "Em um pipe, só conta o código do último comando, a não ser que você peça outra coisa."
            )
        if code == 99:
            raise Wrong(
                "O arquivo não existia, e a task ficaria pulada, como se a loja não tivesse vendido. "
                "Verifique se ele existe antes de contar."
            )
    return (
        "Os cinco arquivos tiveram o destino certo, até o de nome com espaço: contado, pulado ou recusado, "
        "e nunca verde por engano."
    )


# --- 02.carga ----------------------------------------------------------------------------------------------------


def _carga(answer: object) -> str:
    from curso.licao import servico

    airflow, dag_id = _dag(answer, "carga_segura")
    postgres = servico("postgres")
    postgres.sql("""
        CREATE SCHEMA IF NOT EXISTS staging;
        CREATE SCHEMA IF NOT EXISTS armazem;
        DROP TABLE IF EXISTS staging.vendas_brutas, armazem.vendas_limpas;
        CREATE TABLE staging.vendas_brutas (dia DATE, venda_id INTEGER, loja_id INTEGER, valor_centavos INTEGER, status TEXT);
        CREATE TABLE armazem.vendas_limpas (
            dia DATE, venda_id INTEGER, loja_id INTEGER CHECK (loja_id < 100), valor_centavos INTEGER
        );
        INSERT INTO staging.vendas_brutas
        SELECT DATE '2026-03-10' + n % 3, n, 1 + n % 12, 100 * n, CASE WHEN n % 5 = 0 THEN 'cancelada' ELSE 'ok' END
        FROM generate_series(1, 30) AS n;
        INSERT INTO armazem.vendas_limpas VALUES ('2026-03-10', 901, 1, 500), ('2026-03-11', 902, 2, 700), ('2026-03-12', 903, 3, 900);
    """)
    day = "2026-03-12"  # not the default of the parameter: a day written in the code is found out

    def rows(where: str) -> list[tuple[int, int]]:
        table = postgres.sql(
            f"SELECT venda_id, valor_centavos FROM armazem.vendas_limpas WHERE {where} ORDER BY 1, 2"
        )
        return [(row["venda_id"], row["valor_centavos"]) for row in table or []]

    def expected() -> list[tuple[int, int]]:
        table = postgres.sql(
            f"SELECT venda_id, valor_centavos FROM staging.vendas_brutas WHERE dia = '{day}' AND status = 'ok' ORDER BY 1, 2"
        )
        return [(row["venda_id"], row["valor_centavos"]) for row in table or []]

    others = rows(f"dia <> '{day}'")

    def load() -> Any:
        return _wait(airflow.disparar(dag_id, conf={"dia": day}))

    first = load()
    if first.estado != "success":
        failed = next((row["task"] for row in first.tasks if row["estado"] == "failed"), "")
        raise Wrong(
            f"A primeira carga terminou {first.estado}.{_last_error(first, failed) if failed else ''}"
        )
    seen = rows(f"dia = '{day}'")
    if rows(f"dia <> '{day}'") != others:
        raise Wrong(
            f"Pedi o dia {day}, e as linhas dos outros dias mudaram. O WHERE está no DELETE e no SELECT? "
            "O dia vem do parâmetro ou está escrito no código?"
        )
    if (903, 900) in seen:
        raise Wrong(
            f"A venda 903, que estava no armazém e não existe na origem, continua lá depois da carga de {day}. "
            "O dia é trocado inteiro: o que havia antes sai."
        )
    if any(sale % 5 == 0 for sale, _ in seen):
        raise Wrong("Entrou no armazém uma venda cancelada: só valem as que têm `status = 'ok'`.")
    if seen != expected():
        raise Wrong(
            f"Depois da primeira carga o dia {day} tem {len(seen)} venda(s), e deveria ter {len(expected())}."
        )

    postgres.sql(f"""
        UPDATE staging.vendas_brutas SET status = 'cancelada' WHERE venda_id = 2;
        UPDATE staging.vendas_brutas SET valor_centavos = 12345 WHERE venda_id = 8 AND dia = '{day}';
    """)
    if load().estado != "success":
        raise Wrong("A primeira carga deu certo; a segunda, do mesmo dia, falhou.")
    seen = rows(f"dia = '{day}'")
    if len(seen) > len(expected()) + 1:
        raise Wrong(
            f"Depois da segunda carga do mesmo dia, há {len(seen)} linhas onde deveria haver {len(expected())}: "
            "a carga soma em vez de trocar."
        )
    if any(sale == 2 for sale, _ in seen):
        raise Wrong(
            "A venda 2 foi cancelada depois da primeira carga, e continua no armazém depois da segunda."
        )
    if seen != expected():
        raise Wrong(
            "A venda 8 mudou de valor na origem, e o armazém não mostra o valor novo depois da segunda carga."
        )

    postgres.sql(f"INSERT INTO staging.vendas_brutas VALUES ('{day}', 999, 999, 100, 'ok')")
    third = load()
    after = rows(f"dia = '{day}'")
    if after != seen:
        raise Wrong(
            f"O banco recusou uma linha (a loja 999 não existe), e o dia ficou com {len(after)} de {len(seen)} linhas. "
            "O apagar e o inserir precisam valer juntos: qual opção faz cada comando valer na hora?"
        )
    if third.estado == "success":
        raise Wrong(
            "O banco recusaria a loja 999, mas a execução ficou verde: a linha foi descartada em silêncio, "
            "e ninguém saberia que falta uma venda."
        )
    return (
        "Três cargas do mesmo dia, uma delas recusada pelo banco: nada dobrou, nada sobrou e nada se perdeu."
    )


# --- 02.espera ---------------------------------------------------------------------------------------------------


def _espera(answer: object) -> str:
    airflow, dag_id = _dag(answer, "espera_gerente", "esperar", "fechar")
    if "fechar" not in _after(airflow, dag_id, "esperar"):
        raise Wrong("A fechar não espera pela esperar: falta a ligação entre as duas.")
    release = _folder(airflow) / "liberado.txt"
    release.unlink(missing_ok=True)
    execucao = airflow.disparar(dag_id)

    def state() -> str:
        return str(execucao["esperar"].estado)

    freed = {"deferred", "up_for_reschedule"}
    try:
        if not _until(lambda: state() in freed | {"running", "success", "failed", "skipped"}, 45):
            raise Wrong(f"A task esperar não começou em 45 segundos; o estado dela é «{state()}».")
        # Two sights of `running` in a row for this long is no sensor between two questions.
        _until(lambda: state() in freed | {"success", "failed", "skipped"}, 15)
        now = state()
        if now == "success":
            raise Wrong(
                "A task esperar terminou com sucesso sem que o arquivo existisse: ela não está olhando `liberado.txt`."
            )
        if now in {"failed", "skipped"}:
            why = _taken_for_dead(airflow, execucao) or _last_error(execucao, "esperar")
            raise Wrong(f"A task esperar ficou «{now}» sem esperar.{why}")
        if now == "running":
            raise Wrong(
                "Quinze segundos depois, a task esperar continua `running`: ela segura a vaga enquanto espera. "
                "O modo padrão de um sensor é `poke`."
            )
        release.write_text("  pode fechar\n", encoding="utf-8")
        if not _until(lambda: state() not in freed | {"running", "scheduled", "queued", "None"}, 90):
            raise Wrong(
                "O arquivo está lá há 90 segundos e a esperar não viu. O caminho é o da Variable? E o `poke_interval`?"
            )
        _wait(execucao, 60)
        if state() != "success":
            why = _taken_for_dead(airflow, execucao) or _last_error(execucao, "esperar")
            raise Wrong(f"Com o arquivo no lugar, a esperar ficou «{state()}».{why}")
        if execucao["fechar"].estado != "success":
            raise Wrong(f"A fechar ficou «{execucao['fechar'].estado}».{_last_error(execucao, 'fechar')}")
        text = _xcom(execucao, "fechar")
        if text != "pode fechar":
            raise Wrong(f"O arquivo diz «pode fechar», com espaços em volta; a fechar devolveu {text!r}.")
    finally:
        if str(execucao.estado) not in {"success", "failed"}:
            _stop(airflow, execucao)
        release.unlink(missing_ok=True)
    how = "com o triggerer de vigia" if now == "deferred" else "voltando à fila a cada pergunta"
    return f"A espera não prendeu vaga nenhuma ({now}: {how}), e a fechar rodou assim que o arquivo chegou."


# --- 02.mapear ---------------------------------------------------------------------------------------------------


def _mapear(answer: object) -> str:
    airflow, dag_id = _dag(answer, "estoque_regioes", "contar", "resumo")
    folder = _folder(airflow) / "estoque"

    def run(stock: dict[str, int]) -> Any:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for region, amount in stock.items():
            (folder / f"estoque_{region}.txt").write_text(f"{amount}\n", encoding="utf-8")
        (folder / "leia-me.txt").write_text("não é estoque\n", encoding="utf-8")
        return _wait(airflow.disparar(dag_id))

    for stock in (
        {"norte": 5, "sul": 7, "sudeste": 9},
        {"norte": 5, "sul": 7, "nordeste": 20, "centro": 1, "ilhas": 2},
    ):
        execucao = run(stock)
        found = [row for row in execucao.tasks if row["task"] == "contar"]
        if len(found) == 1 and found[0]["mapa"] in (None, -1, ""):
            raise Wrong(
                "A contar rodou uma vez só, para todos os arquivos: ela não foi mapeada com `expand`."
            )
        if len(found) != len(stock):
            raise Wrong(
                f"Havia {len(stock)} arquivos de estoque, e a contar rodou {len(found)} vez(es). "
                "A lista é feita por uma task, na hora? E só com os arquivos `estoque_*.txt`?"
            )
        if any(row["estado"] != "success" for row in found):
            raise Wrong(
                f"Uma das instâncias da contar ficou «{next(r['estado'] for r in found if r['estado'] != 'success')}»."
            )
        total = _xcom(execucao, "resumo")
        if total != sum(stock.values()):
            raise Wrong(
                f"Com {len(stock)} regiões que somam {sum(stock.values())}, a resumo devolveu {total!r}."
            )
    execucao = run({})
    state = execucao["resumo"].estado
    if state == "skipped":
        raise Wrong(
            "Sem arquivo nenhum, a resumo foi pulada junto com a contar. Que trigger rule aceita quem foi pulado, "
            "mas não quem falhou?"
        )
    if state != "success":
        raise Wrong(f"Sem arquivo nenhum, a resumo ficou «{state}».{_last_error(execucao, 'resumo')}")
    if _xcom(execucao, "resumo") != 0:
        raise Wrong(f"Sem arquivo nenhum, a resumo devolveu {execucao['resumo'].xcom()!r}; o pedido era 0.")
    return "Três arquivos, cinco, nenhum: o DAG teve sempre o tamanho do dia."


# --- 02.ramos ----------------------------------------------------------------------------------------------------


def _ramos(answer: object) -> str:
    ways = ("barco", "moto", "caminhao")
    airflow, dag_id = _dag(answer, "frete", *ways, "etiqueta")
    orders = [
        ("norte", "barco", False),
        ("sudeste", "moto", False),
        ("sul", "caminhao", False),
        ("norte", "barco", True),
    ]
    runs = [
        airflow.disparar(dag_id, conf={"regiao": region, "quebrado": broken}) for region, _, broken in orders
    ]
    for (region, chosen, broken), execucao in zip(orders, runs, strict=True):
        _wait(execucao, 120)
        states = {str(row["task"]): str(row["estado"]) for row in execucao.tasks}
        if broken:
            if states[chosen] != "failed":
                raise Wrong(
                    f"Com `quebrado=True`, a task {chosen} deveria falhar, e ficou «{states[chosen]}»."
                )
            if states["etiqueta"] == "success":
                raise Wrong(
                    "O transporte falhou e a etiqueta foi impressa assim mesmo. A regra precisa aceitar quem foi pulado, "
                    "e não quem falhou."
                )
            continue
        if states[chosen] != "success":
            raise Wrong(
                f"Para a região {region}, a task {chosen} ficou «{states[chosen]}».{_last_error(execucao, chosen)}"
            )
        extra = [way for way in ways if way != chosen and states[way] != "skipped"]
        if extra:
            raise Wrong(
                f"Para a região {region}, só a {chosen} deveria rodar; a {extra[0]} ficou «{states[extra[0]]}». "
                "A task de branch vem logo antes das três?"
            )
        if states["etiqueta"] == "skipped":
            raise Wrong(
                f"Para a região {region}, a {chosen} deu certo e a etiqueta foi pulada: é a regra padrão, `all_success`, "
                "diante de caminhos pulados."
            )
        if states["etiqueta"] != "success":
            raise Wrong(
                f"Para a região {region}, a etiqueta ficou «{states['etiqueta']}».{_last_error(execucao, 'etiqueta')}"
            )
        if _xcom(execucao, "etiqueta") != "etiqueta impressa":
            raise Wrong(
                f"A etiqueta devolveu {execucao['etiqueta'].xcom()!r}; o pedido era «etiqueta impressa»."
            )
    return "Quatro pedidos, quatro caminhos certos: a etiqueta saiu quando devia e, na falha, não saiu."


# --- 02.asset ----------------------------------------------------------------------------------------------------


def _asset(answer: object) -> str:
    airflow, dag_id = _dag(answer, "relatorio_frete", "montar")
    names = ("frete_vendas", "frete_proprio", "frete_parceiro")
    known = airflow.api("GET", "/assets", params={"dag_ids": dag_id, "limit": 100})["assets"]
    ids = {asset["name"]: asset["id"] for asset in known}
    for name in names:
        if name not in ids:
            raise Wrong(
                f"O DAG «{dag_id}» não está agendado pelo asset «{name}». Os que achei: {', '.join(sorted(ids)) or 'nenhum'}."
            )
    airflow.ativar(dag_id)
    airflow.api("DELETE", f"/dags/{dag_id}/assets/queuedEvents", expect=(204, 404))  # left by an earlier try

    def count() -> int:
        return len(airflow.execucoes(dag_id))

    def woke(before: int, seconds: float) -> bool:
        return _until(lambda: count() > before, seconds)

    def event(name: str) -> None:
        airflow.api("POST", "/assets/events", json={"asset_id": ids[name], "extra": {}})

    try:
        for alone, then in (("frete_parceiro", "frete_vendas"), ("frete_vendas", "frete_proprio")):
            before = count()
            event(alone)
            if woke(before, 6):
                raise Wrong(
                    f"Só com o evento de {alone}, o DAG já rodou: ele não esperou o resto. Para «este e aquele» o sinal é `&`; "
                    "para «um ou outro», `|`. Cuidado com os parênteses."
                )
            event(then)
            if not woke(before, 40):
                raise Wrong(
                    f"Com {alone} e {then} prontos, o DAG não rodou em 40 segundos: ele espera mais do que devia?"
                )
            execucao = _wait(airflow.execucoes(dag_id)[-1], 60)
            if execucao.estado != "success":
                raise Wrong(f"O DAG acordou na hora certa e falhou.{_last_error(execucao, 'montar')}")
            got = _xcom(execucao, "montar")
            if got != sorted((alone, then)):
                raise Wrong(
                    f"Acordado por {alone} e {then}, a montar devolveu {got!r}; o pedido era {sorted((alone, then))!r}."
                )
    finally:
        airflow.pausar(dag_id)
    return "Duas combinações diferentes, e o DAG só acordou quando havia o bastante."


CHALLENGES = [
    Challenge(
        id="02.comando",
        title="O comando que não mente",
        hints=(
            "Teste as situações uma a uma: primeiro «o arquivo existe?», depois «tem alguma venda?», por fim «quantas?».",
            '`[ -f "$ARQUIVO" ]` pergunta se o arquivo existe, e `exit N` termina com o código que você quiser: '
            "99 pula, qualquer outro diferente de 0 falha. Para contar sem o cabeçalho, `tail -n +2` mostra da segunda linha em diante.",
            'Quase a resposta: `[ -f "$ARQUIVO" ] || exit 1`; depois `vendas=$(tail -n +2 "$ARQUIVO" | wc -l)`; '
            'se `"$vendas"` for 0, `exit 99`; no fim, `echo $((vendas))`.',
        ),
        check=_comando,
    ),
    Challenge(
        id="02.carga",
        title="A carga que se pode repetir",
        hints=(
            "Pense no dia como uma gaveta: antes de pôr as vendas de hoje, o que fazer com as que já estão lá?",
            "Uma lista em `sql=` vai em uma transação só. Os dois comandos usam o mesmo parâmetro, `%(dia)s`, "
            'e `parameters` aceita Jinja: `{"dia": "{{ params.dia }}"}`.',
            'Quase a resposta: `sql=["DELETE FROM armazem.vendas_limpas WHERE dia = %(dia)s", '
            '"INSERT INTO armazem.vendas_limpas SELECT dia, venda_id, loja_id, valor_centavos FROM staging.vendas_brutas '
            'WHERE dia = %(dia)s AND …"]`, sem `autocommit`.',
        ),
        check=_carga,
        dag=True,
    ),
    Challenge(
        id="02.espera",
        title="Espere sem prender a vaga",
        hints=(
            "Há dois jeitos de esperar sem ocupar a vaga, e os dois apareceram nesta lição. O modo padrão não é nenhum deles.",
            'Um `PythonSensor` (ou `@task.sensor`) com `mode="reschedule"`, ou um `FileSensor` com `deferrable=True`. '
            "O `filepath` pode ser o caminho completo: `{{ var.value.pasta_dados }}/liberado.txt`. "
            "Escolha um `poke_interval` curto, de uns 5 segundos, e um `timeout`.",
            'Quase a resposta: `@task.sensor(task_id="esperar", poke_interval=5, timeout=120, mode="reschedule")` em uma função '
            'que devolve `(Path(Variable.get("pasta_dados")) / "liberado.txt").exists()`; depois, `esperar() >> fechar()`, '
            "em que a `fechar` devolve o `read_text().strip()` do mesmo arquivo.",
        ),
        check=_espera,
        dag=True,
    ),
    Challenge(
        id="02.mapear",
        title="Uma task por região",
        hints=(
            "São três tasks: uma lista os arquivos, uma trata um arquivo, uma soma os resultados.",
            "`contar.expand(arquivo=listar())` cria uma instância para cada item. Com a lista vazia, a contar é pulada; "
            "a resumo precisa de uma trigger rule que aceite quem foi pulado.",
            'Quase a resposta: `@task(trigger_rule="none_failed")` na `resumo`, que devolve `sum(valores)`, '
            'e `resumo(contar.expand(arquivo=listar()))`. A `listar` devolve `[str(a) for a in (pasta / "estoque").glob("estoque_*.txt")]`.',
        ),
        check=_mapear,
        dag=True,
    ),
    Challenge(
        id="02.ramos",
        title="O frete de cada pedido",
        hints=(
            "Uma task escolhe e devolve o nome de outra. As três possíveis vêm logo depois dela, e a etiqueta vem depois das três.",
            'A `@task.branch` devolve `"barco"`, `"moto"` ou `"caminhao"`. Na etiqueta, qual trigger rule exige que ninguém tenha falhado '
            "e que ao menos uma tenha dado certo?",
            "Quase a resposta: `escolher() >> [barco(), moto(), caminhao()] >> etiqueta()`, com "
            '`@task(trigger_rule="none_failed_min_one_success")` na etiqueta, e `if params["quebrado"]: raise ValueError("quebrou")` '
            "em cada transporte.",
        ),
        check=_ramos,
        dag=True,
    ),
    Challenge(
        id="02.asset",
        title="Só com tudo pronto",
        hints=(
            "Diga a condição em voz alta: vendas, e também uma das duas entregas. Ela tem um «e» e um «ou».",
            "O `schedule` aceita uma expressão com `&` e `|`, entre parênteses. E a task pode pedir `triggering_asset_events`, "
            "um dicionário em que as chaves são os assets que acordaram o DAG.",
            'Quase a resposta: `schedule=(Asset("frete_vendas") & (Asset("frete_proprio") | Asset("frete_parceiro")))`, '
            "e a `montar` devolve `sorted(asset.name for asset in triggering_asset_events)`.",
        ),
        check=_asset,
        dag=True,
    ),
]
