# %% certa
%%dag espera_gerente.py
from pathlib import Path

from airflow.sdk import DAG, Variable, task

with DAG("espera_gerente", schedule=None, tags=["licao02"]):

    @task.sensor(poke_interval=6, timeout=120, mode="reschedule")
    def esperar():
        return (Path(Variable.get("pasta_dados")) / "liberado.txt").exists()

    @task
    def fechar():
        return (Path(Variable.get("pasta_dados")) / "liberado.txt").read_text(encoding="utf-8").strip()

    esperar() >> fechar()

# %% certa (2)
desafio("02.espera", "espera_gerente")

# %% certa: adiada
%%dag espera_gerente.py
from pathlib import Path

from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk import DAG, Variable, task

with DAG("espera_gerente", schedule=None, tags=["licao02"]):
    esperar = FileSensor(
        task_id="esperar",
        fs_conn_id="pasta_caju",
        filepath="{{ var.value.pasta_dados }}/liberado.txt",
        deferrable=True,
        poke_interval=2,
        timeout=120,
    )

    @task
    def fechar():
        return (Path(Variable.get("pasta_dados")) / "liberado.txt").read_text(encoding="utf-8").strip()

    esperar >> fechar()

# %% certa: adiada (2)
desafio("02.espera", "espera_gerente")

# %% errada: poke segura a vaga | segura a vaga enquanto espera
%%dag espera_gerente.py
from pathlib import Path

from airflow.sdk import DAG, Variable, task

with DAG("espera_gerente", schedule=None, tags=["licao02"]):

    @task.sensor(poke_interval=3, timeout=120)
    def esperar():
        return (Path(Variable.get("pasta_dados")) / "liberado.txt").exists()

    @task
    def fechar():
        return (Path(Variable.get("pasta_dados")) / "liberado.txt").read_text(encoding="utf-8").strip()

    esperar() >> fechar()

# %% errada: poke segura a vaga (2)
desafio("02.espera", "espera_gerente")

# %% errada: não espera | não está olhando `liberado.txt`
%%dag espera_gerente.py
from pathlib import Path

from airflow.sdk import DAG, Variable, task

with DAG("espera_gerente", schedule=None, tags=["licao02"]):

    @task
    def esperar():
        return (Path(Variable.get("pasta_dados")) / "liberado.txt").exists()

    @task
    def fechar():
        return "pode fechar"

    esperar() >> fechar()

# %% errada: não espera (2)
desafio("02.espera", "espera_gerente")

# %% errada: devolve com os espaços | com espaços em volta
%%dag espera_gerente.py
from pathlib import Path

from airflow.sdk import DAG, Variable, task

with DAG("espera_gerente", schedule=None, tags=["licao02"]):

    @task.sensor(poke_interval=6, timeout=120, mode="reschedule")
    def esperar():
        return (Path(Variable.get("pasta_dados")) / "liberado.txt").exists()

    @task
    def fechar():
        return (Path(Variable.get("pasta_dados")) / "liberado.txt").read_text(encoding="utf-8")

    esperar() >> fechar()

# %% errada: devolve com os espaços (2)
desafio("02.espera", "espera_gerente")

# %% errada: sem ligação | falta a ligação entre as duas
%%dag espera_gerente.py
from pathlib import Path

from airflow.sdk import DAG, Variable, task

with DAG("espera_gerente", schedule=None, tags=["licao02"]):

    @task.sensor(poke_interval=6, timeout=120, mode="reschedule")
    def esperar():
        return (Path(Variable.get("pasta_dados")) / "liberado.txt").exists()

    @task
    def fechar():
        return "pode fechar"

    esperar()
    fechar()

# %% errada: sem ligação (2)
desafio("02.espera", "espera_gerente")
