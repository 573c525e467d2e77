# %% certa
agendas = {
    "todo dia às 06:00": "0 6 * * *",
    "de 10 em 10 minutos": "*/10 * * * *",
    "de segunda a sexta às 22:30": "30 22 * * 1-5",
    "dia 1º de cada mês, à meia-noite": "0 0 1 * *",
}
desafio("01b.cron", agendas)

# %% certa: outras grafias
agendas = {
    "todo dia às 06:00": "00 06 * * *",
    "de 10 em 10 minutos": "0,10,20,30,40,50 * * * *",
    "de segunda a sexta às 22:30": "30 22 * * mon-fri",
    "dia 1º de cada mês, à meia-noite": "@monthly",
}
desafio("01b.cron", agendas)

# %% errada: nada preenchido | Falta a agenda
agendas = {
    "todo dia às 06:00": "",
    "de 10 em 10 minutos": "",
    "de segunda a sexta às 22:30": "",
    "dia 1º de cada mês, à meia-noite": "",
}
desafio("01b.cron", agendas)

# %% errada: seis campos | tem 6 campos
agendas = {
    "todo dia às 06:00": "0 0 6 * * *",
    "de 10 em 10 minutos": "*/10 * * * *",
    "de segunda a sexta às 22:30": "30 22 * * 1-5",
    "dia 1º de cada mês, à meia-noite": "0 0 1 * *",
}
desafio("01b.cron", agendas)

# %% errada: esqueceu os minutos | a sua agenda «* 6 * * *» dispara em
agendas = {
    "todo dia às 06:00": "* 6 * * *",
    "de 10 em 10 minutos": "*/10 * * * *",
    "de segunda a sexta às 22:30": "30 22 * * 1-5",
    "dia 1º de cada mês, à meia-noite": "0 0 1 * *",
}
desafio("01b.cron", agendas)

# %% errada: domingo também | a sua agenda «30 22 * * 0-5» dispara em 01/03/2026 22:30
agendas = {
    "todo dia às 06:00": "0 6 * * *",
    "de 10 em 10 minutos": "*/10 * * * *",
    "de segunda a sexta às 22:30": "30 22 * * 0-5",
    "dia 1º de cada mês, à meia-noite": "0 0 1 * *",
}
desafio("01b.cron", agendas)

# %% errada: hora que não existe | não é um cron válido
agendas = {
    "todo dia às 06:00": "0 66 * * *",
    "de 10 em 10 minutos": "*/10 * * * *",
    "de segunda a sexta às 22:30": "30 22 * * 1-5",
    "dia 1º de cada mês, à meia-noite": "0 0 1 * *",
}
desafio("01b.cron", agendas)
