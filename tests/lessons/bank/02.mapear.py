# %% certa
%%dag estoque_regioes.py
from pathlib import Path

from airflow.sdk import Variable, dag, task


@dag(schedule=None, tags=["licao02"])
def estoque_regioes():
    @task
    def listar():
        pasta = Path(Variable.get("pasta_dados")) / "estoque"
        return sorted(str(arquivo) for arquivo in pasta.glob("estoque_*.txt"))

    @task
    def contar(arquivo):
        return int(Path(arquivo).read_text(encoding="utf-8"))

    @task(trigger_rule="none_failed")
    def resumo(valores):
        return sum(valores)

    resumo(contar.expand(arquivo=listar()))


estoque_regioes()

# %% certa (2)
desafio("02.mapear", "estoque_regioes")

# %% errada: o vazio pula o resumo | a resumo foi pulada
%%dag estoque_regioes.py
from pathlib import Path

from airflow.sdk import Variable, dag, task


@dag(schedule=None, tags=["licao02"])
def estoque_regioes():
    @task
    def listar():
        pasta = Path(Variable.get("pasta_dados")) / "estoque"
        return sorted(str(arquivo) for arquivo in pasta.glob("estoque_*.txt"))

    @task
    def contar(arquivo):
        return int(Path(arquivo).read_text(encoding="utf-8"))

    @task
    def resumo(valores):
        return sum(valores)

    resumo(contar.expand(arquivo=listar()))


estoque_regioes()

# %% errada: o vazio pula o resumo (2)
desafio("02.mapear", "estoque_regioes")

# %% errada: sem mapear | não foi mapeada
%%dag estoque_regioes.py
from pathlib import Path

from airflow.sdk import Variable, dag, task


@dag(schedule=None, tags=["licao02"])
def estoque_regioes():
    @task
    def contar():
        pasta = Path(Variable.get("pasta_dados")) / "estoque"
        return [int(arquivo.read_text(encoding="utf-8")) for arquivo in pasta.glob("estoque_*.txt")]

    @task
    def resumo(valores):
        return sum(valores)

    resumo(contar())


estoque_regioes()

# %% errada: sem mapear (2)
desafio("02.mapear", "estoque_regioes")

# %% errada: lista escrita no código | a contar rodou 3 vez(es)
%%dag estoque_regioes.py
from pathlib import Path

from airflow.sdk import Variable, dag, task


@dag(schedule=None, tags=["licao02"])
def estoque_regioes():
    @task
    def contar(regiao):
        pasta = Path(Variable.get("pasta_dados")) / "estoque"
        return int((pasta / f"estoque_{regiao}.txt").read_text(encoding="utf-8"))

    @task(trigger_rule="none_failed")
    def resumo(valores):
        return sum(valores)

    resumo(contar.expand(regiao=["norte", "sul", "sudeste"]))


estoque_regioes()

# %% errada: lista escrita no código (2)
desafio("02.mapear", "estoque_regioes")

# %% errada: pega todos os arquivos da pasta | só com os arquivos `estoque_*.txt`
%%dag estoque_regioes.py
from pathlib import Path

from airflow.sdk import Variable, dag, task


@dag(schedule=None, tags=["licao02"])
def estoque_regioes():
    @task
    def listar():
        return [str(arquivo) for arquivo in (Path(Variable.get("pasta_dados")) / "estoque").iterdir()]

    @task
    def contar(arquivo):
        texto = Path(arquivo).read_text(encoding="utf-8").strip()
        return int(texto) if texto.isdigit() else 0

    @task(trigger_rule="none_failed")
    def resumo(valores):
        return sum(valores)

    resumo(contar.expand(arquivo=listar()))


estoque_regioes()

# %% errada: pega todos os arquivos da pasta (2)
desafio("02.mapear", "estoque_regioes")
