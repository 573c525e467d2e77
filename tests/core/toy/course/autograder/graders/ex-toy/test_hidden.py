from autograder.judge import criterion, expect, run_of


@criterion("dobra")
def test_doubles(evidencia, esperado):
    rows = run_of(evidencia, "escondido/execução").step.tables.get("numeros", [])
    values = [row["valor"] for row in rows if row["nome"] == "visto"]
    expect(values == [2 * esperado["valor"]], "O outro número está na tabela.", "Não está.", log="segredo")
