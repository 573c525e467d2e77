# %% certa: uma por defeito
checagens = {
    "chegou": {"check_statement": "COUNT(*) > 0"},
    "sem_repetir": {"check_statement": "COUNT(*) = COUNT(DISTINCT cupom)"},
    "sem_negativo": {"check_statement": "MIN(centavos) >= 0"},
    "sem_vazio": {"check_statement": "COUNT(*) = COUNT(centavos)"},
    "lojas": {"check_statement": "MIN(loja) >= 1 AND MAX(loja) <= 12"},
}
desafio("06.checagens", checagens)
# %% certa: por linha
checagens = {
    "linhas": {"check_statement": "COALESCE(centavos >= 0 AND loja BETWEEN 1 AND 12, FALSE)"},
    "chave": {"check_statement": "COUNT(*) > 0 AND COUNT(*) = COUNT(DISTINCT cupom)"},
}
desafio("06.checagens", checagens)
# %% errada: esqueceu a vazia | sem nenhuma linha passou
checagens = {"chave": {"check_statement": "COUNT(*) = COUNT(DISTINCT cupom)"}}
desafio("06.checagens", checagens)
# %% errada: esqueceu a repetida | cupom repetido passou
checagens = {
    "chegou": {"check_statement": "COUNT(*) > 0"},
    "valores": {"check_statement": "MIN(centavos) >= 0"},
}
desafio("06.checagens", checagens)
# %% errada: min não vê NULL | com um valor vazio (NULL) passou
checagens = {
    "chegou": {"check_statement": "COUNT(*) > 0"},
    "chave": {"check_statement": "COUNT(*) = COUNT(DISTINCT cupom)"},
    "valores": {"check_statement": "MIN(centavos) >= 0"},
    "lojas": {"check_statement": "MAX(loja) <= 12"},
}
desafio("06.checagens", checagens)
# %% errada: zero é válido | Com dados bons
checagens = {"valores": {"check_statement": "MIN(centavos) > 0"}}
desafio("06.checagens", checagens)
# %% errada: não é SQL | não aceitou a verificação
checagens = {"valores": {"check_statement": "centavos nunca negativo"}}
desafio("06.checagens", checagens)
# %% errada: só o texto | precisa ser
checagens = {"chegou": "COUNT(*) > 0"}
desafio("06.checagens", checagens)
