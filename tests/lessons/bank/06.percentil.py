# %% certa: com ceil
import math


def percentil(valores, p):
    if not valores:
        return None
    fila = sorted(valores)
    return fila[max(1, math.ceil(p / 100 * len(fila))) - 1]


desafio("06.percentil", percentil)
# %% certa: contando
def percentil(valores, p):
    for valor in sorted(valores):
        if 100 * sum(outro <= valor for outro in valores) >= p * len(valores):
            return valor
    return None


desafio("06.percentil", percentil)
# %% errada: interpola | isso é interpolar
import numpy as np


def percentil(valores, p):
    return float(np.percentile(valores, p)) if valores else None


desafio("06.percentil", percentil)
# %% errada: mexe na lista | voltou mudada
def percentil(valores, p):
    valores.sort()
    return valores[len(valores) // 2]


desafio("06.percentil", percentil)
# %% errada: conta a partir de zero | em Python a lista começa em 0
import math


def percentil(valores, p):
    fila = sorted(valores)
    return fila[min(math.ceil(p / 100 * len(fila)), len(fila) - 1)] if fila else None


desafio("06.percentil", percentil)
# %% errada: não ordena | Ponha os valores em fila
import math


def percentil(valores, p):
    return list(valores)[math.ceil(p / 100 * len(valores)) - 3] if valores else None


desafio("06.percentil", percentil)
# %% errada: arredonda para baixo | Confira o arredondamento
def percentil(valores, p):
    fila = sorted(valores)
    return fila[max(1, int(p / 100 * len(fila))) - 1] if fila else None


desafio("06.percentil", percentil)
# %% errada: p zero vira o último | não há posição 0
import math


def percentil(valores, p):
    fila = sorted(valores)
    return fila[math.ceil(p / 100 * len(fila)) - 1] if fila else None


desafio("06.percentil", percentil)
# %% errada: lista vazia | a lista é mais curta
import math


def percentil(valores, p):
    fila = sorted(valores)
    return fila[max(1, math.ceil(p / 100 * len(fila))) - 1]


desafio("06.percentil", percentil)
