# %% certa
agendas = [
    Cron("30 22 * * 1-5", timezone="America/Manaus"),
    Cron("0 14 * * 6", timezone="America/Manaus"),
]
desafio("03b.agenda", agendas)

# %% certa: por extenso
agendas = [
    Cron("30 22 * * MON-FRI", timezone="America/Manaus"),
    Cron("0 14 * * SAT", timezone="America/Manaus"),
]
desafio("03b.agenda", agendas)

# %% errada: o fuso da matriz | segunda às 21h30
agendas = [
    Cron("30 22 * * 1-5", timezone="America/Sao_Paulo"),
    Cron("0 14 * * 6", timezone="America/Sao_Paulo"),
]
desafio("03b.agenda", agendas)

# %% errada: sem fuso | segunda às 18h30
agendas = [Cron("30 22 * * 1-5"), Cron("0 14 * * 6")]
desafio("03b.agenda", agendas)

# %% errada: só os dias de semana | falta um disparo: sábado às 14h00
agendas = [Cron("30 22 * * 1-5", timezone="America/Manaus")]
desafio("03b.agenda", agendas)

# %% errada: o domingo também | há um disparo a mais: domingo às 14h00
agendas = [
    Cron("30 22 * * 1-5", timezone="America/Manaus"),
    Cron("0 14 * * 6,0", timezone="America/Manaus"),
]
desafio("03b.agenda", agendas)

# %% errada: textos | sem um `Cron(...)` em volta
agendas = ["30 22 * * 1-5", "0 14 * * 6"]
desafio("03b.agenda", agendas)
