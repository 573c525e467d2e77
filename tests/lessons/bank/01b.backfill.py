# %% errada: ainda não fez | Não há nenhuma execução de backfill
desafio("01b.backfill", "caju_diario")

# %% errada: para antes do último dia | Falta o disparo de 2026-03-06
from curso.licao import desafio, servico

airflow = servico("airflow")


def refazer(de, ate):
    """O backfill pedido, até o fim (a lição já deixou o caju_diario pronto)."""
    import time

    pedido = {"dag_id": "caju_diario", "from_date": de, "to_date": ate}
    for _ in range(60):
        try:
            backfill = airflow.api("POST", "/backfills", json=pedido)
            break
        except Exception as recusa:
            if "locked" not in str(recusa) and "already" not in str(recusa):
                raise
            time.sleep(1)
    for execucao in airflow.execucoes("caju_diario"):
        execucao.esperar()
    airflow.api("PUT", f"/backfills/{backfill['id']}/cancel", expect=(200, 409))  # todas terminaram: feche já


refazer("2026-03-02T00:00:00-03:00", "2026-03-06T00:00:00-03:00")
desafio("01b.backfill", "caju_diario")

# %% certa
refazer("2026-03-02T00:00:00-03:00", "2026-03-06T23:59:59-03:00")
desafio("01b.backfill", "caju_diario")

# %% errada: foi além | O backfill foi além do pedido
refazer("2026-03-07T00:00:00-03:00", "2026-03-07T23:59:59-03:00")
desafio("01b.backfill", "caju_diario")
