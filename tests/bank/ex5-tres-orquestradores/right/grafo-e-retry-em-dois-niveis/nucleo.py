"""Regras e SQL. As linhas são dicionários, como vêm do JSON."""

PREPARA = """
CREATE TEMP TABLE cruas AS
SELECT :dia AS data, json_extract(r.value, '$.loja') AS loja_id, l.key AS ordem,
       json_extract(l.value, '$.venda') AS venda_id, json_extract(l.value, '$.produto') AS produto_id,
       json_extract(l.value, '$.quantidade') AS quantidade, json_extract(l.value, '$.status') AS status,
       CAST(REPLACE(REPLACE(json_extract(l.value, '$.valor_unitario'), '.', ''), ',', '') AS INTEGER) AS unitario
FROM json_each(:respostas) AS r, json_each(r.value, '$.linhas') AS l
"""
ESQUECE = "DELETE FROM vendas WHERE data = :dia"
GRAVA = """
INSERT INTO vendas (data, venda_id, loja_id, produto_id, quantidade, valor_centavos)
SELECT data, venda_id, loja_id, produto_id, quantidade, quantidade * unitario
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY loja_id, venda_id ORDER BY ordem DESC) AS n FROM cruas)
WHERE n = 1 AND status <> 'cancelada'
"""
ESQUECE_RESUMO = "DELETE FROM vendas_por_regiao WHERE data = :dia"
RESUME = """
INSERT INTO vendas_por_regiao (data, regiao, vendas, receita_centavos)
SELECT :dia, regiao, COUNT(venda_id), TOTAL(valor_centavos)
FROM lojas LEFT JOIN (SELECT * FROM vendas WHERE data = :dia) USING (loja_id) GROUP BY regiao
"""
RESUME = RESUME.replace("TOTAL(valor_centavos)", "CAST(TOTAL(valor_centavos) AS INTEGER)")


def vendas(conexao, dia, respostas):
    conexao.execute(PREPARA, {"dia": dia, "respostas": respostas})
    conexao.execute(ESQUECE, {"dia": dia})
    conexao.execute(GRAVA)
    conexao.execute("DROP TABLE cruas")


def resumo(conexao, dia):
    conexao.execute(ESQUECE_RESUMO, {"dia": dia})
    conexao.execute(RESUME, {"dia": dia})
