# %% certa
testes = '''
import pytest
from caju_regras import com_desconto


@pytest.mark.parametrize(("total", "porcento", "esperado"), [(999, 10, 899), (101, 10, 90), (1000, 50, 500), (1000, 0, 1000)])
def test_vale(total, porcento, esperado):
    assert com_desconto(total, porcento) == esperado


@pytest.mark.parametrize("porcento", [-1, 51])
def test_nao_vale(porcento):
    with pytest.raises(ValueError):
        com_desconto(1000, porcento)
'''
desafio("05a.mutantes", testes)

# %% certa: funções soltas
desafio("05a.mutantes", '''
from caju_regras import com_desconto


def test_tudo():
    assert [com_desconto(t, p) for t, p in ((999, 10), (101, 10), (8, 50), (8, 0))] == [899, 90, 4, 8]


def test_limites():
    for ruim in (-5, 60):
        try:
            com_desconto(100, ruim)
        except ValueError:
            continue
        raise AssertionError(f"{ruim} passou")
''')

# %% errada: só o caso do enunciado | ainda dá 899
desafio("05a.mutantes", '''
from caju_regras import com_desconto


def test_enunciado():
    assert com_desconto(999, 10) == 899
''')

# %% errada: só números redondos | a fração de centavo fica com a loja
desafio("05a.mutantes", '''
from caju_regras import com_desconto


def test_redondo():
    assert com_desconto(1000, 10) == 900
''')

# %% errada: esquece os limites que valem | 50% é recusado
desafio("05a.mutantes", '''
import pytest
from caju_regras import com_desconto


def test_fracao():
    assert com_desconto(999, 10) == 899
    assert com_desconto(101, 10) == 90


def test_fora():
    for ruim in (-1, 51):
        with pytest.raises(ValueError):
            com_desconto(1000, ruim)
''')

# %% errada: esquece o negativo | que aumenta o preço
desafio("05a.mutantes", '''
import pytest
from caju_regras import com_desconto


def test_vale():
    assert [com_desconto(t, p) for t, p in ((999, 10), (101, 10), (8, 50), (8, 0))] == [899, 90, 4, 8]


def test_fora():
    with pytest.raises(ValueError):
        com_desconto(1000, 51)
''')

# %% errada: a conta do teste é que está errada | recusa a função **certa**
desafio("05a.mutantes", '''
from caju_regras import com_desconto


def test_fracao():
    assert com_desconto(999, 10) == 900
''')

# %% errada: o pytest não acha nada | precisam se chamar
desafio("05a.mutantes", '''
from caju_regras import com_desconto


def confere():
    assert com_desconto(999, 10) == 899
''')
