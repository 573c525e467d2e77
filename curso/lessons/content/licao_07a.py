"""Lesson 07a: what it asks and what it checks."""

from __future__ import annotations

import ast
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from curso.lessons.challenge import Challenge, Wrong
from curso.lessons.prediction import Prediction

PREDICTIONS = [
    Prediction(
        id="07a.upsert",
        question="O dia 10 tinha 4 vendas, foi corrigido na origem para 3 e rodou de novo. Quantas linhas ele tem em cada destino?",
        options={
            "a": "3 nos quatro: o Airflow desfaz o que a execução anterior gravou",
            "b": "acrescentada 7, e 3 nos outros três",
            "c": "acrescentada 7, upsert 4, trocada 3, particionada 3",
            "d": "4 nos quatro: o dia já estava gravado, e nada muda",
        },
        answer="c",
        why={
            "a": "o Airflow repete a task e nada mais. Ele não sabe o que a sua task gravou, nem como desfazer.",
            "b": "quase: o upsert corrige e insere, mas nada nele apaga a venda que sumiu da origem.",
            "c": "o INSERT somou 4 + 3; o upsert atualizou três e deixou a fantasma; os outros dois trocaram o dia inteiro.",
            "d": "Clear devolve as tasks à fila e elas gravam mesmo, com o que a origem tem agora.",
        },
    ),
    Prediction(
        id="07a.efeitos",
        question="A gravação falha na primeira tentativa e passa na segunda. Quantos avisos o gerente recebe em cada versão?",
        options={
            "a": "dois na versão de dois efeitos, um na de um efeito por task",
            "b": "um em cada: a execução terminou verde uma vez só",
            "c": "dois em cada: as duas versões tentaram duas vezes",
        },
        answer="a",
        why={
            "a": "quem falhou na segunda versão foi só `gravar`; `avisar` esperou por ela e rodou uma vez.",
            "b": "o retry recomeça a task do início, e o aviso vem antes da gravação: ele sai de novo.",
            "c": "na segunda versão só `gravar` tentou duas vezes. `avisar` é outra task, e só começa depois do sucesso.",
        },
    ),
    Prediction(
        id="07a.relogio",
        question="Depois do backfill de 9, 10 e 11 de março, quantos dias diferentes há na tabela da task que usa `date.today()`?",
        options={
            "a": "três: 9, 10 e 11 de março",
            "b": "um só: ontem",
            "c": "nenhum: o Airflow percebe e marca a task como falha",
        },
        answer="b",
        why={
            "a": "seria assim se o dia viesse da execução. O relógio da máquina não sabe que isto é um backfill.",
            "b": "as três execuções perguntaram ao mesmo relógio, hoje, e gravaram o mesmo dia, uma por cima da outra.",
            "c": "para o Airflow a task terminou bem. Ele não tem como saber que o dia estava errado.",
        },
    ),
    Prediction(
        id="07a.topo",
        question="O DAG é diário e está pausado. Com a configuração padrão do Airflow, quantas vezes por dia a pergunta do topo do arquivo chega ao banco?",
        options={
            "a": "nenhuma: pausado, ele não roda",
            "b": "uma: é um DAG diário",
            "c": "umas quatro: uma por loja",
            "d": "milhares: a cada leitura do arquivo, mesmo sem execução nenhuma",
        },
        answer="d",
        why={
            "a": "pausar impede execuções, não leituras: o DAG processor continua lendo o arquivo para saber se ele mudou.",
            "b": "a agenda vale para as tasks. O topo do arquivo não é task.",
            "c": "a lista é pedida uma vez por leitura, e o que conta é o número de leituras.",
            "d": "a cada 30 segundos no padrão, são 2.880 leituras por dia, e cada task que começa faz mais uma.",
        },
    ),
    Prediction(
        id="07a.tentativas",
        question="Com `retries=3` no DAG, quantas vezes cada task é tentada (passageira, permanente, pendurada)?",
        options={
            "a": "4, 4 e 4: uma mais três retries",
            "b": "3, 1 e 2",
            "c": "3, 4 e 1: um timeout não é tentado de novo",
        },
        answer="b",
        why={
            "a": "quem passa para de tentar, a política encurta a permanente, e a pendurada tem `retries=1` só dela.",
            "b": "a passageira acerta na terceira, a política falha a permanente na hora, e a pendurada é cortada duas vezes.",
            "c": "o timeout de execução é uma falha como as outras e vale retry; e a permanente parou na primeira, pela política.",
        },
    ),
    Prediction(
        id="07a.segredo",
        question="A senha está em uma constante do arquivo do DAG. Quem consegue vê-la?",
        options={
            "a": "só quem tem acesso ao repositório",
            "b": "ninguém: o Airflow troca senhas por *** em todo lugar",
            "c": "quem vê o código na interface do Airflow, quem lê o log da task e quem clona o repositório",
        },
        answer="c",
        why={
            "a": "a aba Code da interface mostra o arquivo a qualquer pessoa que possa ver o DAG.",
            "b": "o Airflow só esconde o que sabe ser segredo: senhas de Connections e Variables com nome de segredo.",
            "c": "o arquivo vai inteiro para o banco do Airflow e para a interface, e o print vai para o log.",
        },
    ),
]

# Challenge 1: a day's load that can be repeated.

_DAY = "2026-03-10"
_FIRST = [("V1", "Belém", 5000), ("V2", "Recife", 7000), ("V3", "Curitiba", 3000), ("V4", "Goiânia", 15000)]
_SECOND = [("V1", "Belém", 5000), ("V2", "Recife", 7200), ("V3", "Curitiba", 3000)]
_BROKEN = [("V1", "Belém", 9900), ("V2", "Recife", "sete mil"), ("V3", "Curitiba", 9900)]


def _idempotente(answer: Callable[..., object]) -> str:
    import psycopg

    from curso.licao import servico

    _must_be_function(answer)
    uri = servico("postgres").uri

    def call(sales: list[tuple[str, str, Any]]) -> None:
        # A connection a call: a function may well close the one it got.
        with psycopg.connect(uri, options="-c search_path=licao07_desafio -c lock_timeout=5s") as connection:
            answer(connection, _DAY, list(sales))
            with suppress(psycopg.Error):
                connection.rollback()  # what was not committed is not there

    def day(day: str = _DAY) -> list[tuple[str, str, int]]:
        with psycopg.connect(uri) as connection:
            rows = connection.execute(
                "select venda_id, loja, centavos from licao07_desafio.vendas where dia = %s order by venda_id, centavos",
                (day,),
            ).fetchall()
        return [(str(sale), str(shop), int(cents)) for sale, shop, cents in rows]

    with psycopg.connect(uri) as connection:
        connection.execute("drop schema if exists licao07_desafio cascade")
        connection.execute("create schema licao07_desafio")
        connection.execute(
            "create table licao07_desafio.vendas (dia date, venda_id text, loja text, centavos integer)"
        )
        connection.execute(
            "insert into licao07_desafio.vendas values ('2026-03-09', 'V1', 'Belém', 1), ('2026-03-11', 'V1', 'Recife', 2)"
        )
    call(_FIRST)
    if not (seen := day()):
        raise Wrong(
            "Depois da primeira carga o dia está vazio para quem olha de outra conexão. Houve commit? "
            "Sem ele, o banco desfaz tudo quando a conexão fecha."
        )
    if seen != sorted(_FIRST):
        raise Wrong(f"Mandei 4 vendas e o dia ficou com {_said(seen)}.")
    call(_SECOND)
    seen = day()
    if len(seen) >= len(_FIRST) + len(_SECOND):
        raise Wrong(
            f"Rodei o mesmo dia duas vezes (4 vendas, depois 3) e ele ficou com {len(seen)} linhas: "
            "a segunda carga foi somada à primeira."
        )
    if any(sale == "V4" for sale, _, _ in seen):
        raise Wrong(
            "A V4 sumiu do segundo lote e continua na tabela: uma venda fantasma. "
            "O lote é o dia inteiro, então o que não veio precisa sair."
        )
    if ("V2", "Recife", 7000) in seen:
        raise Wrong("A V2 mudou de 7000 para 7200 na origem, e a tabela ainda tem o valor antigo.")
    if seen != sorted(_SECOND):
        raise Wrong(f"Depois da segunda carga o dia ficou com {_said(seen)}, e o lote tinha 3 vendas.")
    _others(day)
    silent = True
    try:
        call(_BROKEN)
    except Exception:
        silent = False
    seen = day()
    if seen != sorted(_SECOND):
        raise Wrong(
            f"Mandei um lote com defeito na segunda linha e o dia, que tinha 3 vendas boas, ficou com {_said(seen)}. "
            "Entre apagar e gravar tudo não pode haver commit."
        )
    if silent:
        raise Wrong(
            "O lote com defeito não levantou exceção nenhuma: a sua função a engoliu, e a task ficaria verde "
            "sem ter gravado o dia."
        )
    _others(day)
    return "Duas cargas, uma correção, uma venda que sumiu e um lote quebrado: o dia ficou sempre inteiro, e os vizinhos intactos."


def _others(day: Callable[[str], list[tuple[str, str, int]]]) -> None:
    if day("2026-03-09") != [("V1", "Belém", 1)] or day("2026-03-11") != [("V1", "Recife", 2)]:
        raise Wrong(
            "Os dias 9 e 11 também estavam na tabela e mudaram: a carga do dia 10 só pode mexer no dia 10."
        )


def _said(rows: list[tuple[str, str, int]]) -> str:
    return f"{len(rows)} linha{'s' * (len(rows) != 1)} ({', '.join(f'{sale}={cents}' for sale, _, cents in rows) or 'nenhuma'})"


# Challenge 2: a file that nobody sees half written.


def _escrita(answer: Callable[..., object]) -> str:
    _must_be_function(answer)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "nova" / "precos.csv"
        fresh.parent.mkdir()
        answer(fresh, iter(["castanha;1250", "açaí;890"]))
        if not fresh.exists():
            raise Wrong(f"Depois de publicar, `{fresh.name}` não existe.")
        text = fresh.read_bytes()
        if text != "castanha;1250\naçaí;890\n".encode():
            raise Wrong(
                f"Publiquei duas linhas e o arquivo tem {text.decode('utf-8', 'replace')!r}. Cada linha termina em \\n, em UTF-8."
            )
        _alone(fresh, "uma publicação que deu certo")
        _while_reading(answer, Path(folder))
        _when_it_breaks(answer, Path(folder))
    return "Quem lia continuou lendo o antigo inteiro, a falha não deixou rastro, e a troca foi de uma vez."


def _while_reading(answer: Callable[..., object], folder: Path) -> None:
    old = "castanha;1000\naçaí;700\n"
    target = folder / "lida" / "precos.csv"
    target.parent.mkdir()
    target.write_text(old, encoding="utf-8")
    seen: list[str | None] = []

    def lines() -> Iterator[str]:
        for price in range(3):
            seen.append(target.read_text(encoding="utf-8") if target.exists() else None)
            yield f"castanha;{price}"

    with target.open(encoding="utf-8") as reader:
        answer(target, lines())
        if any(text is None for text in seen):
            raise Wrong(
                "No meio da gravação o arquivo não existia: a loja que abrisse nessa hora não acharia preço nenhum."
            )
        if any(text != old for text in seen):
            raise Wrong(
                "No meio da gravação já se via o arquivo mexido: quem lesse levaria um preço pela metade."
            )
        if reader.read() != old:
            raise Wrong(
                "Um leitor que já estava com o arquivo aberto viu o conteúdo mudar embaixo dele: você escreveu "
                "por cima do mesmo arquivo. Grave em outro, ao lado, e troque no fim."
            )
    if target.read_text(encoding="utf-8") != "castanha;0\ncastanha;1\ncastanha;2\n":
        raise Wrong("O arquivo já existia e não ficou só com as linhas novas.")
    _alone(target, "uma publicação que deu certo")


def _when_it_breaks(answer: Callable[..., object], folder: Path) -> None:
    for existed in (True, False):
        target = folder / f"falha-{existed}" / "precos.csv"
        target.parent.mkdir()
        if existed:
            target.write_text("castanha;1000\n", encoding="utf-8")

        def lines() -> Iterator[str]:
            yield "castanha;1250"
            raise ConnectionError("a loja caiu")

        try:
            answer(target, lines())
        except ConnectionError:
            pass
        else:
            raise Wrong(
                "O iterador falhou no meio e a sua função não deixou a exceção subir: a task ficaria verde."
            )
        if existed and (not target.exists() or target.read_text(encoding="utf-8") != "castanha;1000\n"):
            raise Wrong("A gravação falhou no meio e o arquivo antigo não está mais inteiro.")
        if not existed and target.exists():
            raise Wrong(
                "A primeira gravação falhou no meio e deixou um arquivo pela metade com o nome definitivo."
            )
        _alone(target, "uma falha")


def _alone(target: Path, after: str) -> None:
    rest = sorted(path.name for path in target.parent.iterdir() if path != target)
    if rest:
        raise Wrong(
            f"Depois de {after} sobrou na pasta: {', '.join(rest)}. Limpe o provisório também quando dá errado."
        )


# Challenge 3: a DAG file that costs nothing to read.

_SHOPS = 4


def _topo(dag_id: str) -> str:
    from curso.licao import servico

    if not isinstance(dag_id, str):
        raise Wrong('A resposta é o nome do DAG, entre aspas: "desafio_topo".')
    airflow, postgres = servico("airflow"), servico("postgres")

    def asked() -> int:
        return int(postgres.sql("select count(*) as n from licao07.perguntas_campanha")[0]["n"])

    known = airflow.api("GET", f"/dags/{dag_id}/details")
    source = airflow.api("GET", f"/dagSources/{dag_id}")["content"]
    before = asked()
    airflow.escrever_dag(Path(known["fileloc"]).name, source)
    if asked() > before:
        raise Wrong(
            f"Mandei ler o arquivo outra vez, sem executar nada, e o banco recebeu {asked() - before} pergunta(s). "
            "Ainda há uma consulta que roda quando o arquivo é lido: ponha-a dentro de uma task."
        )
    if _variable_at_top(source):
        raise Wrong(
            "O banco ficou em paz, mas `Variable.get` ainda roda a cada leitura do arquivo. Leia-a dentro da task, "
            "ou use o template `{{ var.value.campanha_caju }}`."
        )
    campaign = f"campanha-{int(time.time())}"
    postgres.sql("truncate licao07.visitas")
    airflow.variavel("campanha_caju", campaign)
    try:
        for turn in ("primeira", "segunda"):
            state = airflow.disparar(dag_id).esperar(90).estado
            if state != "success":
                raise Wrong(
                    f"Executei `{dag_id}` e a {turn} execução terminou em `{state}`: abra o log da task vermelha."
                )
            rows = [
                (row["loja"], row["campanha"])
                for row in postgres.sql("select * from licao07.visitas order by loja")
            ]
            if not rows:
                raise Wrong(
                    "O DAG rodou verde e não deixou nenhuma linha em `licao07.visitas`: o efeito se perdeu na mudança."
                )
            if len(rows) > _SHOPS:
                raise Wrong(
                    f"Depois da {turn} execução há {len(rows)} linhas para {_SHOPS} lojas: rodar de novo duplicou (seção 1)."
                )
            if len({shop for shop, _ in rows}) < _SHOPS:
                raise Wrong(
                    f"São {_SHOPS} lojas abertas e só {len({shop for shop, _ in rows})} foram visitadas."
                )
            if {seen for _, seen in rows} != {campaign}:
                raise Wrong(
                    f"Mudei a Variable para `{campaign}` antes de executar, e as linhas dizem {sorted({seen for _, seen in rows})}: "
                    "o valor foi fixado em outra hora."
                )
    finally:
        airflow.variavel("campanha_caju", "festa-junina")
    seconds = airflow.api("GET", f"/dags/{dag_id}/details")["last_parse_duration"]
    return f"Ler o arquivo não incomoda mais ninguém ({seconds:.2f} s), e duas execuções deixaram quatro visitas."


def _variable_at_top(source: str) -> bool:
    """Whether a Variable.get runs when the file is read: one that stands in no task."""
    inside: set[int] = set()
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_dag_function(node):
            inside |= {id(part) for statement in node.body for part in ast.walk(statement)}
    return any(
        isinstance(node, ast.Call)
        and id(node) not in inside
        and ast.unparse(node.func).endswith("Variable.get")
        for node in ast.walk(tree)
    )


def _is_dag_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    names = (ast.unparse(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list)
    return any(name.rpartition(".")[2] == "dag" for name in names)


def _must_be_function(answer: object) -> None:
    if not callable(answer):
        raise Wrong(
            f"Aqui se pede uma função, e veio {type(answer).__name__}: escreva o nome dela, sem parênteses."
        )


CHALLENGES = [
    Challenge(
        id="07a.idempotente",
        title="A carga que pode repetir",
        hints=(
            "O lote é o dia inteiro. O que precisa acontecer com o dia que já está na tabela, antes de o lote entrar?",
            "Apague o dia e grave o lote na mesma transação. No psycopg, `with conexao.transaction():` faz o commit no fim "
            "do bloco e desfaz tudo se houver exceção.",
            'Dentro do bloco: `conexao.execute("delete from vendas where dia = %s", (dia,))` e, para cada venda, um '
            '`conexao.execute("insert into vendas values (%s, %s, %s, %s)", (dia, *venda))`. Sem try/except: deixe a falha subir.',
        ),
        check=_idempotente,
    ),
    Challenge(
        id="07a.escrita-atomica",
        title="O preço que ninguém vê pela metade",
        hints=(
            "Se ninguém pode ver o meio, o meio não pode ter o nome que todos leem.",
            "Escreva em um arquivo ao lado e, depois da última linha, troque com `os.replace`. E se falhar antes da troca?",
            '`provisorio = destino.with_name(destino.name + ".parcial")`; dentro de um `try`, grave e faça '
            "`os.replace(provisorio, destino)`; no `finally`, `provisorio.unlink(missing_ok=True)`.",
        ),
        check=_escrita,
    ),
    Challenge(
        id="07a.topo-leve",
        title="Um topo que não pergunta nada",
        hints=(
            "O que está fora de qualquer task roda a cada leitura. Quais são as duas linhas que perguntam algo a alguém?",
            "Uma task que devolve a lista de lojas e outra mapeada sobre ela: `visitar.expand(loja=listar())`. E rodar duas "
            "vezes não pode deixar oito linhas: o que vem antes do insert?",
            'Em `visitar(loja)`: leia `Variable.get("campanha_caju")` e rode, em um só `hook.run([...], parameters=...)`, o '
            "`delete from licao07.visitas where loja = %(loja)s` e o `insert into licao07.visitas values (%(loja)s, %(campanha)s)`.",
        ),
        check=_topo,
        dag=True,
    ),
]
