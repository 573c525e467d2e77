"""As regras da Rede Caju para os DAGs deste repositório."""


def test_todo_arquivo_carrega():
    raise NotImplementedError("comece por aqui: carregue dags/ com o DagBag")
