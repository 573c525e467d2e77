SELECT loja_id, SUM(pontos) AS pontos
FROM cupons
GROUP BY loja_id;
