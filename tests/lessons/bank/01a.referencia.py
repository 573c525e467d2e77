# %% certa
%%dag meu_endereco.py
import json
import tempfile
from pathlib import Path

from airflow.sdk import dag, task

PASTA = Path(tempfile.gettempdir()) / "caju-licao-01"


@dag(dag_id="caju_endereco")
def caju_endereco():
    @task
    def extrair():
        vendas = [{"venda_id": n, "centavos": n % 500} for n in range(20_000)]
        PASTA.mkdir(exist_ok=True)
        arquivo = PASTA / "vendas.json"
        arquivo.write_text(json.dumps(vendas))
        return str(arquivo)

    @task
    def somar(caminho):
        return sum(venda["centavos"] for venda in json.loads(Path(caminho).read_text()))

    somar(extrair())


caju_endereco()

# %% certa (2)
desafio("01a.referencia", "caju_endereco")

# %% errada: manda tudo | O recado de extrair ainda tem
%%dag meu_endereco.py
from airflow.sdk import dag, task


@dag(dag_id="caju_endereco")
def caju_endereco():
    @task
    def extrair():
        return [{"venda_id": n, "centavos": n % 500} for n in range(20_000)]

    @task
    def somar(vendas):
        return sum(venda["centavos"] for venda in vendas)

    somar(extrair())


caju_endereco()

# %% errada: manda tudo (2)
desafio("01a.referencia", "caju_endereco")

# %% errada: devolve o arquivo aberto | A task extrair terminou failed
%%dag meu_endereco.py
import json
import tempfile
from pathlib import Path

from airflow.sdk import dag, task

PASTA = Path(tempfile.gettempdir()) / "caju-licao-01"


@dag(dag_id="caju_endereco")
def caju_endereco():
    @task
    def extrair():
        PASTA.mkdir(exist_ok=True)
        arquivo = open(PASTA / "vendas.json", "w+")
        json.dump([{"venda_id": n, "centavos": n % 500} for n in range(20_000)], arquivo)
        return arquivo

    @task
    def somar(arquivo):
        return sum(venda["centavos"] for venda in json.load(arquivo))

    somar(extrair())


caju_endereco()

# %% errada: devolve o arquivo aberto (2)
desafio("01a.referencia", "caju_endereco")

# %% errada: conta as vendas em vez de somar | o total das 20 mil vendas
%%dag meu_endereco.py
import json
import tempfile
from pathlib import Path

from airflow.sdk import dag, task

PASTA = Path(tempfile.gettempdir()) / "caju-licao-01"


@dag(dag_id="caju_endereco")
def caju_endereco():
    @task
    def extrair():
        PASTA.mkdir(exist_ok=True)
        arquivo = PASTA / "vendas.json"
        arquivo.write_text(json.dumps([{"centavos": n % 500} for n in range(20_000)]))
        return str(arquivo)

    @task
    def somar(caminho):
        return len(json.loads(Path(caminho).read_text()))

    somar(extrair())


caju_endereco()

# %% errada: conta as vendas em vez de somar (2)
desafio("01a.referencia", "caju_endereco")
