"""Lesson 03a: Prefect's flows. States, retries, caches, concurrency and transactions, each on the real server."""

from __future__ import annotations

import contextlib
import io
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from curso.lessons.challenge import Challenge, NotTried, Wrong, is_stub
from curso.lessons.prediction import Prediction

PREDICTIONS = [
    Prediction(
        id="03a.forma",
        question="No dia 11 nenhuma venda é negativa. Quantas task runs a execução do dia 11 mostra?",
        options={
            "a": "Quatro, com a `avisar` pulada (`Skipped`), como no Airflow",
            "b": "Quatro: o Prefect lê o código do flow antes de rodar e já sabe de todas",
            "c": "Três: a `avisar` não foi chamada, e nesta execução ela não existe",
        },
        answer="c",
        why={
            "a": "quem pula tasks é um orquestrador que conhece o grafo de antemão. Aqui o `if` foi falso, e pronto.",
            "b": "ele não lê o código: ele é avisado, a cada chamada. Antes de rodar, não há desenho nenhum.",
            "c": "o Prefect só conhece o que foi chamado. O desenho de cada execução pode ser outro.",
        },
    ),
    Prediction(
        id="03a.parametro",
        question='O flow pede `loja: int`. O que acontece em `inventario(loja="7")`, com o número entre aspas?',
        options={
            "a": "A função recebe o número `7`",
            "b": "Falha: texto não é inteiro",
            "c": 'A função recebe o texto `"7"`: em Python as anotações não obrigam a nada',
        },
        answer="a",
        why={
            "a": "quem preenche um formulário ou uma variável de ambiente manda texto; a anotação faz a conversão.",
            "b": "o Pydantic, no modo comum, converte o que dá para converter sem perda: o texto `7` vira o inteiro `7`.",
            "c": "isso vale para o Python puro. O Prefect lê as anotações e passa os parâmetros pelo Pydantic antes de chamar.",
        },
    ),
    Prediction(
        id="03a.verde",
        question="Das três tasks enviadas com `.submit`, uma vai falhar, e o flow devolve um texto. Em que estado ele termina?",
        options={
            "a": "`Failed`, porque uma task falhou",
            "b": "Não termina: ele espera a loja 2 para sempre",
            "c": "`Completed`",
        },
        answer="c",
        why={
            "a": "isso seria verdade se a exceção chegasse à função do flow. Com `.submit` ela fica no future, e ninguém o abriu.",
            "b": "o flow espera as tasks que já começaram, e falhar é um jeito de terminar.",
            "c": "a função chegou ao fim e devolveu um valor comum: para o Prefect, deu certo. O vermelho ficou só na task.",
        },
    ),
    Prediction(
        id="03a.retry",
        question="`retries=3` e um `retry_condition_fn` que só aceita `ConnectionError`. Quantas vezes a função roda quando a senha é recusada?",
        options={
            "a": "Quatro: a primeira e três retries",
            "b": "Três",
            "c": "Uma",
        },
        answer="c",
        why={
            "a": "seria assim sem a condição: `retries` conta as tentativas a mais.",
            "b": "três é o número de retries, e não de tentativas; e nenhum deles acontece aqui.",
            "c": "o `PermissionError` não é `ConnectionError`, a condição devolve `False`, e a task falha na hora.",
        },
    ),
    Prediction(
        id="03a.cache",
        question="A task `consultar` não tem opção nenhuma, e o flow a chama duas vezes com a mesma entrada. Quantas vezes a função roda?",
        options={
            "a": "Duas: por padrão o resultado não é guardado, e sem resultado guardado não há o que reaproveitar",
            "b": "Uma: a política padrão reconhece as mesmas entradas, na mesma execução",
            "c": "Duas na primeira execução, nenhuma nas seguintes",
        },
        answer="a",
        why={
            "a": "o cache precisa de chave **e** de resultado guardado. O padrão tem só a chave.",
            "b": "a chave é mesmo igual nas duas chamadas. Mas debaixo dela não há nada: o resultado ficou só na memória.",
            "c": "nem que ele guardasse: a política padrão põe a execução na chave, e outra execução tem outra chave.",
        },
    ),
    Prediction(
        id="03a.colisao",
        question="As duas tasks usam `cache_policy=INPUTS` e são chamadas com o mesmo item. O que o flow devolve como estoque?",
        options={
            "a": "12: cada task tem o seu cache",
            "b": "4990: o preço",
            "c": "Um erro: duas tasks não podem ter a mesma chave",
        },
        answer="b",
        why={
            "a": "teria, se a task entrasse na chave. `INPUTS` olha só o nome e o valor das entradas.",
            "b": "a chave é a mesma, e o que está guardado debaixo dela é o preço. A `estoque_de` nem rodou.",
            "c": "para o Prefect não há nada de errado: uma chave, um resultado, e alguém que o pediu.",
        },
    ),
    Prediction(
        id="03a.map",
        question="Seis tasks de um segundo, com `max_workers=3`. Quanto tempo passa, mais ou menos, entre o começo da primeira e o fim da última?",
        options={"a": "Um segundo", "b": "Dois segundos", "c": "Seis segundos"},
        answer="b",
        why={
            "a": "seria assim com seis vagas ou mais. São três de cada vez.",
            "b": "três na primeira rodada, três na segunda. O resto é o Prefect anotando.",
            "c": "isso é uma de cada vez: o que acontece quando as tasks são chamadas direto, sem `.submit` nem `.map`.",
        },
    ),
    Prediction(
        id="03a.rollback",
        question="Com `certo=False`, a `conferir` falha depois de duas gravações. Quais ganchos de desfazer são chamados, e em que ordem?",
        options={
            "a": "Só o da última gravação, que é a vizinha da falha",
            "b": "Os das duas gravações: primeiro `norte.csv`, depois `sul.csv`, na ordem em que foram feitas",
            "c": "Os das duas gravações: primeiro `sul.csv`, depois `norte.csv`, de trás para a frente",
        },
        answer="c",
        why={
            "a": "a transação inteira é desfeita, e não só o passo vizinho.",
            "b": "as duas, sim, mas desfazer na ordem de fazer deixaria um passo sem aquilo em que ele se apoiava.",
            "c": "como quem desfaz nós: o último é o primeiro. E a `conferir`, que falhou, não tem o que desfazer.",
        },
    ),
]


# --- What the checks have in common ---------------------------------------------------------------------------------


def server() -> Any:
    """The course's Prefect. Raises ServiceError where it does not run."""
    from curso.services import control

    return control.client("prefect")


def a_flow(answer: object, name: str) -> Any:
    """The answer, which has to be a flow with a body."""
    from prefect import Flow

    if not isinstance(answer, Flow):
        raise Wrong(
            f"Aqui se pede um flow, e veio {type(answer).__name__}: o `@flow` está em cima da função?"
        )
    if is_stub(answer.fn.__code__):
        raise NotTried(f"O flow `{name}` ainda está vazio: escreva o corpo dele e rode a célula de novo.")
    return answer


def quietly(flow: Any, *args: Any, **kwargs: Any) -> Any:
    """Runs a flow, its log lines left to the server, and gives its final state."""
    with contextlib.redirect_stdout(io.StringIO()):
        return flow(*args, **kwargs, return_state=True)


def value(state: Any) -> Any:
    """What a completed run gave back. In a notebook's own loop `state.result()` would be a coroutine."""
    from prefect.utilities.asyncutils import run_coro_as_sync

    return run_coro_as_sync(state.aresult(raise_on_failure=False))


def short(seen: object) -> str:
    text = repr(seen)
    return text if len(text) <= 120 else f"{text[:119]}…"


def said(state: Any) -> str:
    message = str(state.message or "").strip().splitlines()
    return f"«{message[0][:200]}»" if message else state.name


# --- 03a.parametros -------------------------------------------------------------------------------------------------


def _parametros(answer: object) -> str:
    flow = a_flow(answer, "repor")
    from prefect.exceptions import ParameterTypeError

    def accepts(**parameters: Any) -> bool:
        try:
            flow.validate_parameters({"quantidade": 10} | parameters)
        except ParameterTypeError:
            return False
        return True

    if not accepts(loja="3", produto="castanha", quantidade="20"):
        raise Wrong(
            'Um pedido comum, como `loja="3"` e `quantidade="20"`, foi recusado: os textos deviam virar inteiros.'
        )
    for parameters, why in (
        ({"loja": 0, "produto": "doce"}, "A loja 0 passou: ela vai de 1 a 12."),
        ({"loja": 13, "produto": "doce"}, "A loja 13 passou: ela vai de 1 a 12."),
        ({"loja": "sete", "produto": "doce"}, "A loja «sete» passou: ela é um inteiro, e precisa do tipo."),
        ({"loja": 3, "produto": ""}, "Um produto vazio passou: o texto precisa de um tamanho mínimo."),
        ({"loja": 3, "produto": "doce", "quantidade": 0}, "A quantidade 0 passou: ela é maior que 0."),
        ({"loja": 3, "produto": "doce", "quantidade": -5}, "Uma quantidade negativa passou."),
    ):
        if accepts(**parameters):
            raise Wrong(why)
    for loja in (1, 12):
        if not accepts(loja=loja, produto="doce"):
            raise Wrong(f"A loja {loja} foi recusada, e ela existe: o limite entra na conta (`ge` e `le`).")
    if not accepts(loja=1, produto="a", quantidade=1):
        raise Wrong("Uma unidade foi recusada, e é um pedido válido: maior que 0 inclui o 1.")
    for args, wanted in (((3, "castanha", 20), "loja 3: 20 x castanha"), ((5, "doce"), "loja 5: 10 x doce")):
        state = quietly(flow, *args)
        if not state.is_completed():
            raise Wrong(f"`repor{args}` devia dar certo, e a execução terminou com {said(state)}.")
        if value(state) != wanted:
            raise Wrong(
                f"`repor{args}` devolveu {short(value(state))}. O texto pedido é «loja L: Q x PRODUTO»."
            )
    return "Dez pedidos à porta: os tortos ficaram do lado de fora, sem uma linha de `if`."


# --- 03a.estado -----------------------------------------------------------------------------------------------------


def _estado(answer: object) -> str:
    flow = a_flow(answer, "ler_lojas")
    prefect = server()
    for lojas in ([1, 3, 4], [4, 13, 1, 3], [2, 5], [7]):
        good = [loja for loja in lojas if loja not in (2, 5) and loja <= 12]
        state = quietly(flow, lojas)
        seen = [row for row in prefect.execucao(state).tasks if row["task"].startswith("ler_caixa")]
        if len(seen) < len(lojas):
            raise Wrong(
                f"Com as lojas {lojas}, só {len(seen)} caixa(s) foram lidos: a falha de um não pode impedir os outros, "
                "e cada um é lido pela task `ler_caixa`."
            )
        if len(good) == len(lojas):
            if not state.is_completed():
                raise Wrong(f"Com as lojas {lojas} todas no ar, o flow terminou com {said(state)}.")
            if value(state) != sum(1000 * loja for loja in lojas):
                raise Wrong(
                    f"Com as lojas {lojas}, todas no ar, o flow devolveu {short(value(state))}; o pedido era a soma."
                )
        elif state.is_completed():
            raise Wrong(
                f"Com as lojas {lojas} houve caixa que não respondeu, e o flow ficou verde: é o verde que mente."
            )
    return "Leu todas, somou quando podia e ficou vermelho quando devia."


# --- 03a.retries ----------------------------------------------------------------------------------------------------


def _retries(answer: object) -> str:
    from prefect import flow, task

    if not (isinstance(answer, tuple) and len(answer) == 2 and callable(answer[0])):
        raise Wrong('Deixe a última linha como veio: `desafio("03a.retries", (vale, ErroHTTP))`.')
    worth, http_error = answer
    if is_stub(worth.__code__):
        raise NotTried("A função `vale` ainda está vazia: escreva o corpo dela e rode a célula de novo.")
    cases: list[tuple[str, Callable[[], BaseException], bool]] = [
        ("um `ConnectionError`", lambda: ConnectionError("rede"), True),
        ("um `TimeoutError`", lambda: TimeoutError("demorou"), True),
        ("um `ValueError`", lambda: ValueError("dado ruim"), False),
        ("uma resposta 500", lambda: http_error(500), True),
        ("uma resposta 503", lambda: http_error(503), True),
        ("uma resposta 599", lambda: http_error(599), True),
        ("uma resposta 429", lambda: http_error(429), True),
        ("uma resposta 404", lambda: http_error(404), False),
        ("uma resposta 401", lambda: http_error(401), False),
        ("uma resposta 600", lambda: http_error(600), False),
    ]
    tries = dict.fromkeys(range(len(cases)), 0)

    def try_it(case: int) -> None:
        tries[case] += 1
        raise cases[case][1]()

    as_task: Any = task(retries=1, retry_delay_seconds=0, retry_condition_fn=worth)(try_it)

    def all_cases() -> str:
        for case in tries:
            as_task(case, return_state=True)
        return "tentei todos"

    quietly(flow(name="desafio-retries")(all_cases))
    for case, (what, _, again) in enumerate(cases):
        if again and tries[case] == 1:
            raise Wrong(f"A task não tentou de novo diante de {what}, e valia a pena.")
        if not again and tries[case] > 1:
            raise Wrong(f"A task tentou de novo diante de {what}, e não adiantava.")
    return "Dez problemas, e só os passageiros ganharam outra chance."


# --- 03a.cache ------------------------------------------------------------------------------------------------------


def _cache(answer: object) -> str:
    from prefect import Task, flow, task
    from prefect.cache_policies import INPUTS

    if not (isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[0], Task)):
        raise Wrong('Deixe a última linha como veio: `desafio("03a.cache", (cotar, pagas))`.')
    ask, paid = answer
    if ask.cache_policy is ...:
        raise NotTried("Troque os `...` do decorador pela política de cache e rode a célula de novo.")

    def call(task: Any, orders: list[tuple[str, str, int]]) -> list[Any]:
        return [task(*order) for order in orders]

    calls: Any = flow(name="desafio-cache")(call)

    def paid_for(*orders: tuple[str, str, int]) -> tuple[int, list[Any]]:
        paid.clear()
        state = quietly(calls, ask, list(orders))
        if not state.is_completed():
            raise Wrong(f"A execução terminou com {said(state)}.")
        return len(paid), value(state)

    product = f"castanha-{uuid.uuid4().hex[:8]}"
    day, next_day = "2026-03-10", "2026-03-11"

    def other(produto: str, dia: str, pedido: int) -> str:
        return "isto é de outra task"

    for policy in (INPUTS - "pedido", INPUTS):
        quietly(calls, task(cache_policy=policy)(other), [(product, day, 1)])
    times, got = paid_for((product, day, 1))
    if got == ["isto é de outra task"]:
        raise Wrong(
            "A `cotar` devolveu o resultado guardado por outra task com as mesmas entradas. O que separa uma da outra?"
        )
    if times == 0:
        raise Wrong("A primeira consulta de um produto novo não foi feita: a chave não olha o produto?")
    if got != [len(product) * 100 + 10]:
        raise Wrong(f"A `cotar` devolveu {short(got[0])}: o corpo da função mudou?")
    times, _ = paid_for((product, day, 1), (product, day, 1))
    if times:
        raise Wrong(
            "A mesma consulta, em outra execução, foi paga de novo: a chave ou o resultado não atravessa as execuções."
        )
    times, _ = paid_for((product, day, 2), (product, day, 3))
    if times:
        raise Wrong(
            "Com o mesmo produto e dia, e outro número de pedido, a consulta foi paga de novo: o pedido não muda o preço."
        )
    times, got = paid_for((product, next_day, 1))
    if times != 1:
        raise Wrong("No dia seguinte veio o preço de ontem: o dia muda o preço, e precisa estar na chave.")
    times, _ = paid_for((f"{product}-grande", day, 1))
    if times != 1:
        raise Wrong("Outro produto veio com o preço do primeiro: o produto precisa estar na chave.")
    return "Três consultas pagas, uma para cada resposta diferente, e nenhuma task no lugar da outra."


# --- 03a.map --------------------------------------------------------------------------------------------------------


def _map(answer: object) -> str:
    flow = a_flow(answer, "precos_de_todos")
    prefect = server()
    products = ["castanha", "doce", "suco", "rapadura", "farinha", "mel"]
    for asked, currency in ((products, "R$"), (products[:2], "US$"), ([], "R$")):
        state = quietly(flow, asked, currency)
        if not state.is_completed():
            raise Wrong(f"Com {len(asked)} produto(s), o flow terminou com {said(state)}.")
        wanted = {product: f"{currency} {10 * len(product)}" for product in asked}
        if value(state) != wanted:
            raise Wrong(
                f"Com {asked} e a moeda {currency}, o flow devolveu {short(value(state))}. O pedido é um dicionário de produto "
                "para preço, com todos, na moeda que veio."
            )
        rows = [row for row in prefect.execucao(state).tasks if row["task"].startswith("preco_em")]
        if len(rows) != len(asked):
            raise Wrong(f"Para {len(asked)} produto(s), a task `preco_em` rodou {len(rows)} vez(es).")
        most = max(
            (sum(a["inicio"] <= b["inicio"] < a["fim"] for a in rows) for b in rows), default=0
        )  # how many were under way when each began
        if len(asked) > 3 and most < 4:
            raise Wrong(
                f"No máximo {most} consulta(s) aconteciam ao mesmo tempo; o pedido são quatro ou mais. "
                "Quem pede o resultado antes de enviar a próxima volta à fila indiana."
            )
    return "Todos os preços de uma vez, cada um com o seu dono."


# --- 03a.transacao --------------------------------------------------------------------------------------------------


def _transacao(answer: object) -> str:
    flow = a_flow(answer, "publicar_precos")
    with tempfile.TemporaryDirectory(prefix="caju-precos-") as name:
        folder = Path(name)
        (folder / "antigo.txt").write_text("100", encoding="utf-8")

        def files() -> dict[str, str]:
            return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}

        good = {"castanha": 4990, "doce": 1250}
        state = quietly(flow, str(folder), good)
        if not state.is_completed():
            raise Wrong(f"Com preços bons, a execução terminou com {said(state)}.")
        wanted = {"antigo.txt": "100", "castanha.txt": "4990", "doce.txt": "1250"}
        if files() != wanted:
            raise Wrong(f"Com os preços {good}, a pasta ficou com {sorted(files())}.")
        tasks = [row["task"].rsplit("-", 1)[0] for row in server().execucao(state).tasks]
        if "validar" not in tasks or tasks.count("escrever") != 2:
            raise Wrong("O flow precisa chamar a task `escrever` para cada preço e, depois, a `validar`.")
        if tasks[-1] != "validar":
            raise Wrong(
                "A ordem pedida é gravar primeiro e conferir depois: é para isso que existe o desfazer."
            )
        bad = {"suco": 800, "mel": -1, "rapadura": 300}
        state = quietly(flow, str(folder), bad)
        if state.is_completed():
            raise Wrong(
                "Com um preço negativo a execução ficou verde: alguém engoliu a exceção da `validar`."
            )
        left = sorted(set(files()) - set(wanted))
        if left:
            raise Wrong(
                f"A conferência falhou, e na pasta ainda há {', '.join(left)}. As gravações estão dentro de `with transaction()`? "
                "E o gancho apaga o arquivo da sua task?"
            )
        gone = sorted(set(wanted) - set(files()))
        if gone:
            raise Wrong(f"Ao desfazer, sumiu também {', '.join(gone)}, que não era desta execução.")
    return "Publica tudo ou nada: a pasta ficou como estava antes da execução ruim."


CHALLENGES = [
    Challenge(
        id="03a.parametros",
        title="O pedido que não entra torto",
        hints=(
            "Nenhum `if`: quem confere são as anotações de tipo, como no `inventario`.",
            "`Annotated[tipo, Field(...)]` junta o tipo e os limites: `ge` e `le` incluem o limite, `gt` não; "
            "em texto, `min_length`. O valor padrão vem depois, com `= 10`.",
            "Quase a resposta: `loja: Annotated[int, Field(ge=1, le=12)], produto: Annotated[str, Field(min_length=1)], "
            'quantidade: Annotated[int, Field(gt=0)] = 10`, e o corpo `return f"loja {loja}: {quantidade} x {produto}"`.',
        ),
        check=_parametros,
    ),
    Challenge(
        id="03a.estado",
        title="Todas as lojas, e a verdade no fim",
        hints=(
            "São dois momentos: primeiro mandar ler todas, depois olhar o que aconteceu.",
            "Com `.submit` (ou `.map`), a falha de uma não para as outras. Depois, `future.result()` levanta a exceção "
            "de quem falhou: é o jeito mais curto de ficar vermelho.",
            "Quase a resposta: `futures = ler_caixa.map(lojas)`, `futures.wait()`, e então "
            "`return sum(future.result() for future in futures)`.",
        ),
        check=_estado,
    ),
    Challenge(
        id="03a.retries",
        title="Vale a pena tentar de novo?",
        hints=(
            "Primeiro pegue a exceção; depois decida pelo tipo dela e, no caso do `ErroHTTP`, pelo código.",
            "`erro = state.result(raise_on_failure=False)` dá a exceção. `isinstance(erro, (A, B))` aceita vários tipos; "
            "o código está em `erro.codigo`.",
            "Quase a resposta: `if isinstance(erro, ErroHTTP): return erro.codigo == 429 or 500 <= erro.codigo <= 599`, "
            "e no fim `return isinstance(erro, (ConnectionError, TimeoutError))`.",
        ),
        check=_retries,
    ),
    Challenge(
        id="03a.cache",
        title="Pague uma vez só",
        hints=(
            "Diga em voz alta o que muda a resposta: o produto, o dia e qual task é. O que não muda: o pedido e a execução.",
            'As políticas se somam, e um parâmetro se tira com `-`: `INPUTS - "nome"`. Para separar as tasks, há uma política '
            "que olha o código da função.",
            'Quase a resposta: `@task(cache_policy=INPUTS - "pedido" + ...)`, com `TASK_SOURCE` no lugar dos pontos.',
        ),
        check=_cache,
    ),
    Challenge(
        id="03a.map",
        title="Os preços de todos, de uma vez",
        hints=(
            "Envie todas as consultas antes de pedir o primeiro resultado.",
            "`preco_em.map(produtos, unmapped(moeda))` cria uma task para cada produto, e `.result()` espera por todas, "
            "na ordem dos produtos. `zip` junta produtos e preços.",
            "Quase a resposta: `precos = preco_em.map(produtos, unmapped(moeda)).result()` e "
            "`return dict(zip(produtos, precos))`.",
        ),
        check=_map,
    ),
    Challenge(
        id="03a.transacao",
        title="Ou publica, ou não deixa rastro",
        hints=(
            "Três pedaços: a task deixa um recado com o caminho do arquivo, o gancho o lê e apaga, o flow abre a transação.",
            'Na `escrever`, `get_transaction().set("arquivo", caminho)`; no gancho, `transacao.get("arquivo")`. '
            "As gravações e a `validar` ficam dentro do mesmo `with transaction():`.",
            'Quase a resposta: o gancho faz `Path(transacao.get("arquivo")).unlink(missing_ok=True)`, e o flow, dentro do '
            "`with`, um `for produto, preco in precos.items(): escrever(pasta, produto, preco)` e depois `validar(precos)`.",
        ),
        check=_transacao,
    ),
]
