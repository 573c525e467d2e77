"""As regras da Rede Caju para os DAGs deste repositório."""

import pytest


def test_todo_arquivo_carrega():
    pytest.fail("comece por aqui: carregue dags/ com o DagBag")
