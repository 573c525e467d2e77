"""O núcleo do pipeline: perguntar, limpar, gravar. Funções comuns, que não sabem que existe um orquestrador.

Escreva aqui o que os dois orquestradores têm em comum (o enunciado está no notebook do exercício).
"""
