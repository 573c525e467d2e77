"""Lesson 04a: what it asks and what it checks."""

from __future__ import annotations

import copy
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from curso.lessons.challenge import Challenge, NotTried, Wrong, is_stub
from curso.lessons.prediction import Prediction

PREDICTIONS = [
    Prediction(
        id="04a.nome",
        question="`total_de_pedidos` tem o parâmetro `pedido`, e o asset se chama `pedidos`. Quando o erro aparece?",
        options={
            "a": "nunca: o parâmetro recebe None",
            "b": "depois que `pedidos` rodou, quando o segundo asset é chamado",
            "c": "antes de qualquer asset rodar, e a mensagem só diz que o grafo não fecha",
            "d": "antes de qualquer asset rodar, e com uma sugestão do nome certo",
        },
        answer="d",
        why={
            "a": "é o que um xcom_pull com o nome errado faz no Airflow. No Dagster, sem o asset não há grafo.",
            "b": "o grafo é montado antes de executar, e nele esse parâmetro não se liga a nada.",
            "c": "quase: ele compara os nomes e ainda sugere o mais parecido.",
            "d": "o grafo é conferido inteiro na montagem, e a mensagem mostra os nomes parecidos.",
        },
    ),
    Prediction(
        id="04a.deps",
        question="`curioso` tem o parâmetro `planilha`, e a função `planilha` grava um arquivo e não devolve nada. O que ele recebe?",
        options={
            "a": "o texto do arquivo que `planilha` gravou",
            "b": "None: foi isso que a função devolveu",
            "c": "o caminho do arquivo",
            "d": "um erro: um asset precisa devolver alguma coisa",
        },
        answer="b",
        why={
            "a": "o Dagster não sabe que a função gravou um arquivo. Ele só conhece o valor devolvido.",
            "b": "o parâmetro traz o valor devolvido, e aqui ele é None. Para depender sem receber, use `deps=`.",
            "c": "seria assim se a função devolvesse o caminho; é um bom costume, aliás.",
            "d": "não precisa: muitos assets só mexem em um banco ou em um arquivo.",
        },
    ),
    Prediction(
        id="04a.guardado",
        question="Materializamos só o `em_falta`, na mesma instância. O que acontece com o `estoque`?",
        options={
            "a": "roda de novo, porque o outro depende dele",
            "b": "não roda: o valor é lido do que ficou guardado da vez anterior",
            "c": "não roda, e `em_falta` recebe None",
            "d": "dá erro: não se pode materializar um sem o outro",
        },
        answer="b",
        why={
            "a": "só o que foi selecionado roda. A dependência diz de onde vem o valor, e não o que refazer.",
            "b": "o IO manager gravou o valor na primeira vez, e o lê agora. Um passo se refaz sem refazer os de cima.",
            "c": "seria assim se ninguém tivesse guardado o valor.",
            "d": "pode, desde que o de cima já tenha sido materializado alguma vez. Se não foi, aí sim falta o arquivo.",
        },
    ),
    Prediction(
        id="04a.bloqueio",
        question="O check com `blocking=True` reprova o `caixa_do_dia`. O que acontece com ele e com o `fechamento`?",
        options={
            "a": "o `caixa_do_dia` fica gravado, o `fechamento` não roda, e a execução falha",
            "b": "nenhum dos dois é materializado",
            "c": "os dois são materializados, e o check fica vermelho na UI",
            "d": "o `caixa_do_dia` é desfeito, e o `fechamento` usa o de ontem",
        },
        answer="a",
        why={
            "a": "o check roda depois do asset: o dado ruim já está gravado, mas ninguém o leva adiante.",
            "b": "o check lê o asset pronto. Quando ele reprova, o asset já foi materializado.",
            "c": "é o que acontece com um check comum, sem `blocking=True`.",
            "d": "o Dagster não desfaz nada: ele não sabe como se desfaz o que o seu código gravou.",
        },
    ),
    Prediction(
        id="04a.tentativas",
        question="Com `max_retries=2`, quantas vezes roda a `passageira` (acerta na terceira) e a `permanente` (allow_retries=False)?",
        options={
            "a": "2 e 2",
            "b": "3 e 3: uma mais duas",
            "c": "3 e 1",
        },
        answer="c",
        why={
            "a": "`max_retries` conta as **novas** tentativas: são até três execuções.",
            "b": "três é o máximo, mas `dg.Failure(..., allow_retries=False)` avisa que repetir não adianta.",
            "c": "uma mais duas para a que insiste, e uma só para a que já sabe que não vai dar.",
        },
    ),
]

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def materialize(assets: Sequence[Any], **options: Any) -> Any:
    """Runs assets in this process, without a word on the console."""
    import dagster as dg

    return dg.materialize(list(assets), run_config=QUIET, **options)


def source(name: str, value: object) -> Any:
    """An asset of that name that gives a copy of this value."""
    import dagster as dg

    def give() -> object:
        return copy.deepcopy(value)

    return dg.asset(name=name)(give)


def must_be_asset(answer: object, name: str) -> Any:
    """The answer as an asset of that name, with a body."""
    import dagster as dg

    if not isinstance(answer, dg.AssetsDefinition) or isinstance(answer, dg.AssetChecksDefinition):
        raise Wrong(
            f"Esperava o asset `{name}`, e recebi um objeto do tipo `{type(answer).__name__}`. "
            "A função tem `@dg.asset` em cima?"
        )
    keys = [key.to_user_string() for key in answer.keys]
    if keys != [name]:
        raise Wrong(f"Esperava um asset chamado `{name}`, e o seu se chama `{', '.join(keys)}`.")
    not_a_stub(answer, name)
    return answer


def not_a_stub(answer: Any, name: str) -> None:
    function = getattr(answer.op.compute_fn, "decorated_fn", None)
    if function is not None and is_stub(function.__code__):
        raise NotTried(f"O corpo de `{name}` ainda está vazio: escreva-o e rode a célula de novo.")


def upstream(asset: Any) -> set[str]:
    return {key.to_user_string() for key in asset.dependency_keys}


def must_depend(asset: Any, name: str, on: str) -> None:
    found = upstream(asset)
    if found != {on}:
        raise Wrong(
            f"`{name}` precisa depender de `{on}` e só dele, pelo nome do parâmetro; "
            f"hoje ele depende de {', '.join(f'`{one}`' for one in sorted(found)) or 'nada'}."
        )


# Challenge 1: two assets in a row.

_SHOPS = ("Caju Ver-o-Peso", "Caju Pelourinho", "Caju Aldeota", "Caju Tijuca")


def _sale(number: int, shop: str, cents: int) -> dict[str, Any]:
    return {"id": f"V{number}", "loja": shop, "regiao": "Norte", "centavos": cents}


def _cadeia(answer: object) -> str:
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Wrong("A resposta é a lista dos dois assets: `[por_loja, melhor_loja]`.")
    by_shop, best = must_be_asset(answer[0], "por_loja"), must_be_asset(answer[1], "melhor_loja")
    must_depend(by_shop, "por_loja", "vendas_limpas")
    must_depend(best, "melhor_loja", "por_loja")
    days = {
        "um dia comum": [_sale(number, random.choice(_SHOPS), random.randint(100, 9000)) for number in range(12)],
        "um dia com duas lojas empatadas": [
            _sale(1, "Caju Tijuca", 700), _sale(2, "Caju Aldeota", 300), _sale(3, "Caju Aldeota", 400),
        ],
        "um dia sem vendas": [],
    }  # fmt: skip
    for what, sales in days.items():
        result = materialize([source("vendas_limpas", sales), by_shop, best])
        wanted: dict[str, int] = {}
        for sale in sales:
            wanted[sale["loja"]] = wanted.get(sale["loja"], 0) + sale["centavos"]
        seen = result.output_for_node("por_loja")
        if seen != wanted:
            raise Wrong(
                f"Em {what}, `por_loja` deu {seen!r}. Some todas as vendas de cada loja, em centavos."
            )
        seen = result.output_for_node("melhor_loja")
        if seen != (min(wanted, key=lambda shop: (-wanted[shop], shop)) if wanted else None):
            raise Wrong(
                f"Em {what} ({wanted!r}), `melhor_loja` deu {seen!r}. No empate vale a ordem alfabética; sem vendas, None."
            )
    return "Dois assets, uma seta, e três dias diferentes, inclusive o do empate e o sem vendas."


# Challenge 2: a resource.


def _recurso(answer: object) -> str:
    import dagster as dg

    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Wrong("A resposta é a dupla, a classe e o asset: `(Cambio, resumo_em_dolar)`.")
    rate, asset = answer
    if not (isinstance(rate, type) and issubclass(rate, dg.ConfigurableResource)):
        raise Wrong("O primeiro da dupla é a classe do resource, que herda de `dg.ConfigurableResource`.")
    if "taxa" not in getattr(rate, "model_fields", {}):
        raise Wrong("O resource precisa do campo `taxa`: uma linha na classe, com o tipo (`taxa: float`).")
    asset = must_be_asset(asset, "resumo_em_dolar")
    if "cambio" in upstream(asset):
        raise Wrong(
            "`cambio` está sem a anotação do tipo, e o Dagster procura um asset com esse nome: escreva `cambio: Cambio`."
        )
    must_depend(asset, "resumo_em_dolar", "resumo")
    if "cambio" not in asset.required_resource_keys:
        raise Wrong(
            "`resumo_em_dolar` não pede o resource `cambio`. Ele entra em um parâmetro com esse nome, anotado com "
            "o tipo da classe."
        )
    cents = {"Norte": 18990, "Nordeste": 17240, "Sul": 1}
    for taken in (5.0, 6.25):
        result = materialize([source("resumo", cents), asset], resources={"cambio": rate(taxa=taken)})
        seen = result.output_for_node("resumo_em_dolar")
        if seen != {region: round(value / taken) for region, value in cents.items()}:
            raise Wrong(
                f"Com a taxa {taken}, o resumo {cents} deu {seen!r}. A conta é `round(centavos / taxa)`, região por "
                "região, com a taxa que vem do resource."
            )
    return "Duas taxas, o mesmo código: quem monta o pipeline decide qual entregar."


# Challenge 3: an IO manager.


def _io(answer: object) -> str:
    import dagster as dg

    if not (isinstance(answer, type) and issubclass(answer, dg.ConfigurableIOManager)):
        raise Wrong("A resposta é a classe `EmJson`, que herda de `dg.ConfigurableIOManager`.")
    for method in ("handle_output", "load_input"):
        if is_stub(getattr(answer, method).__code__):
            raise NotTried(f"O método `{method}` ainda está vazio.")
    stock, price = {"açaí": 12, "castanha": 0}, [{"produto": "cajuína", "centavos": 890, "promocao": True}]
    received: list[object] = []

    def conferencia(estoque: Any, precos: Any) -> int:
        received[:] = [estoque, precos]
        return len(estoque)

    last = dg.asset(conferencia)
    given = [source("estoque", stock), source("precos", price), last]
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral() as instance:
        place = Path(folder) / "ainda" / "não existe"
        materialize(given[:2], resources={"io_manager": answer(pasta=str(place))}, instance=instance)
        found = sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())
        if found != ["estoque.json", "precos.json"]:
            raise Wrong(
                f"Materializei `estoque` e `precos`, e na pasta há {', '.join(found) or 'nada'}. "
                "Esperava um arquivo para cada um: estoque.json e precos.json."
            )
        try:
            kept = json.loads((place / "estoque.json").read_text(encoding="utf-8"))
        except ValueError:
            raise Wrong("O arquivo estoque.json não contém JSON em UTF-8.") from None
        if kept != stock:
            raise Wrong(f"O asset devolveu {stock!r}, e o arquivo guarda {kept!r}.")
        # Another object, as another process would have it: what was kept in memory is not there.
        materialize(
            given,
            selection=[last],
            resources={"io_manager": answer(pasta=str(place))},
            instance=instance,
        )
        if received != [stock, price]:
            raise Wrong(
                f"Em outra execução, só com o asset de baixo, ele recebeu {received!r}, e os de cima tinham gravado "
                f"{[stock, price]!r}. `load_input` lê do arquivo e devolve o objeto, com os tipos."
            )
    return "Cada asset no seu arquivo, e os mesmos tipos de volta, mesmo em outra execução."


# Challenge 4: a check that stops what comes next.

_GOOD = [_sale(1, "Caju Aldeota", 100), _sale(2, "Caju Tijuca", 250)]
_DAYS: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "um dia bom": (_GOOD, True),
    "um dia sem vendas": ([], False),
    "um dia com um id repetido": ([*_GOOD, _sale(2, "Caju Tijuca", 250)], False),
    "um dia com uma venda negativa": ([*_GOOD, _sale(3, "Caju Tijuca", -80)], False),
    "um dia com uma venda de zero centavos": ([*_GOOD, _sale(3, "Caju Tijuca", 0)], False),
}


def _check(answer: object) -> str:
    import dagster as dg

    if not isinstance(answer, dg.AssetChecksDefinition):
        raise Wrong("A resposta é o check `vendas_prontas`: a função tem `@dg.asset_check(...)` em cima?")
    not_a_stub(answer, "vendas_prontas")
    (key,) = answer.check_keys
    if key.asset_key.to_user_string() != "vendas_limpas":
        raise Wrong(f"O seu check é sobre `{key.asset_key.to_user_string()}`, e não sobre `vendas_limpas`.")

    def depois(vendas_limpas: Any) -> int:
        return len(vendas_limpas)

    after = dg.asset(depois)
    for what, (sales, fine) in _DAYS.items():
        result = materialize([source("vendas_limpas", sales), after, answer], raise_on_error=False)
        told = result.get_asset_check_evaluations()
        if not told:
            _raise_what_failed(result)
            raise Wrong(f"Em {what}, o check não disse nada. Ele devolve um `dg.AssetCheckResult`.")
        made = {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()}
        if told[0].passed is not fine:
            raise Wrong(
                f"Em {what}, o check {'aprovou' if told[0].passed else 'reprovou'}, e devia ser o contrário."
            )
        if not fine and "depois" in made:
            raise Wrong(
                f"Em {what}, o check reprovou e o asset que depende de `vendas_limpas` foi feito assim mesmo. "
                "O que falta para ele barrar?"
            )
    return "Um dia bom passou, e quatro ruins pararam antes de virar relatório."


def _raise_what_failed(result: Any) -> None:
    """The learner's own error, as they would see it."""
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            said = (error.cause or error).message.strip()
            raise Wrong(f"O seu código parou com `{said[:200]}`.")


# Challenge 5: a test that finds a defect.


def _sum(sales: list[dict[str, Any]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for sale in sales:
        total[sale["regiao"]] = total.get(sale["regiao"], 0) + sale["centavos"]
    return total


def _sum_sorted(sales: list[dict[str, Any]]) -> dict[str, int]:
    regions = sorted({sale["regiao"] for sale in sales})
    return {region: sum(s["centavos"] for s in sales if s["regiao"] == region) for region in regions}


def _last_wins(sales: list[dict[str, Any]]) -> dict[str, int]:
    return {sale["regiao"]: sale["centavos"] for sale in sales}


def _in_reais(sales: list[dict[str, Any]]) -> dict[str, float]:
    return {region: cents / 100 for region, cents in _sum(sales).items()}


def _none_when_empty(sales: list[dict[str, Any]]) -> dict[str, int] | None:
    return _sum(sales) if sales else None


def _empties_its_list(sales: list[dict[str, Any]]) -> dict[str, int]:
    total: dict[str, int] = {}
    while sales:
        sale = sales.pop()
        total[sale["regiao"]] = total.get(sale["regiao"], 0) + sale["centavos"]
    return total


def _only_the_largest(sales: list[dict[str, Any]]) -> dict[str, int]:
    total = _sum(sales)
    return {region: cents for region, cents in total.items() if cents == max(total.values())}


_BROKEN: dict[str, Callable[[list[dict[str, Any]]], object]] = {
    "em que a última venda da região apaga as outras, em vez de somar": _last_wins,
    "que devolve só a região que mais vendeu": _only_the_largest,
    "que devolve reais, e não centavos": _in_reais,
    "que devolve None quando não há vendas": _none_when_empty,
    "que esvazia a lista que recebe": _empties_its_list,
}


def _teste(answer: Callable[..., object]) -> str:
    if not callable(answer):
        raise Wrong("A resposta é a função `testar`.")
    for fine in (_sum, _sum_sorted):
        try:
            answer(fine)
        except AssertionError as error:
            raise Wrong(
                f"O seu teste reprovou uma versão boa ({str(error).splitlines()[0] if str(error) else 'assert'}). "
                "Ele confere algo que o combinado não diz, como a ordem das regiões?"
            ) from None
    for what, broken in _BROKEN.items():
        try:
            answer(broken)
        except AssertionError:
            continue
        raise Wrong(f"O seu teste aprovou uma versão {what}.")
    return f"Duas versões boas passaram e {len(_BROKEN)} com defeito foram pegas: este teste serve para alguma coisa."


CHALLENGES = [
    Challenge(
        id="04a.cadeia",
        title="Qual loja vendeu mais?",
        hints=(
            "O primeiro asset é quase igual ao `resumo`: mude só a chave em que soma.",
            "O segundo recebe um dicionário pelo parâmetro `por_loja`. A ordem desejada é: mais centavos primeiro e, "
            "no empate, nome menor. Uma tupla como chave de ordenação resolve as duas coisas.",
            "`if not por_loja: return None` e depois `return min(por_loja, key=lambda loja: (-por_loja[loja], loja))`.",
        ),
        check=_cadeia,
    ),
    Challenge(
        id="04a.recurso",
        title="A taxa do dia",
        hints=(
            "São duas peças: uma classe com um campo, e um asset com dois parâmetros.",
            "O parâmetro do resource se chama `cambio` e leva a anotação do tipo: é por ela que o Dagster sabe que não "
            "é um asset. Dentro da função, o valor é `cambio.taxa`.",
            "`def resumo_em_dolar(resumo, cambio: Cambio): return {regiao: round(centavos / cambio.taxa) for regiao, "
            'centavos in resumo.items()}` e a última linha `desafio("04a.recurso", (Cambio, resumo_em_dolar))`.',
        ),
        check=_recurso,
    ),
    Challenge(
        id="04a.io",
        title="Um IO manager em JSON",
        hints=(
            "Comece do `EmCsv`: os dois métodos usam o mesmo caminho, que vale um método à parte.",
            "`context.asset_key.path` é a lista dos pedaços do nome do asset, tanto ao gravar como ao ler. "
            "`json.dumps` e `json.loads` cuidam dos tipos.",
            "Em `handle_output`: `destino.parent.mkdir(parents=True, exist_ok=True)` e "
            '`destino.write_text(json.dumps(obj, ensure_ascii=False), encoding="utf-8")`. Em `load_input`, '
            '`return json.loads(arquivo.read_text(encoding="utf-8"))`.',
        ),
        check=_io,
    ),
    Challenge(
        id="04a.check",
        title="O check que protege o resumo",
        hints=(
            "São três motivos de reprovação. Escreva cada um como um `bool` com nome, e junte-os no fim.",
            "O que faz um check barrar está no decorador, e não no resultado.",
            '`@dg.asset_check(asset=vendas_limpas, blocking=True)`; no corpo, `ids = [v["id"] for v in '
            'vendas_limpas]` e `passed=bool(ids) and len(ids) == len(set(ids)) and all(v["centavos"] > 0 for v in '
            "vendas_limpas)`.",
        ),
        check=_check,
    ),
    Challenge(
        id="04a.teste",
        title="Um teste que pega o erro",
        hints=(
            "Cada linha do combinado vira ao menos um `assert`.",
            "Para a soma, use uma região com duas vendas e outra com uma. Para a lista, guarde uma cópia antes de chamar.",
            '`vendas = [...]`, `copia = list(vendas)`, `assert resumo(vendas) == {"Norte": 150, "Sul": 7}`, '
            "`assert vendas == copia`, `assert resumo([]) == {}`.",
        ),
        check=_teste,
    ),
]
