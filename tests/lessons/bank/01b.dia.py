# %% certa
def dia_processado(data_interval_end):
    return data_interval_end.in_timezone("America/Sao_Paulo").subtract(days=1).to_date_string()


desafio("01b.dia", dia_processado)

# %% certa: com a biblioteca padrão
from datetime import timedelta
from zoneinfo import ZoneInfo


def dia_processado(data_interval_end):
    return (data_interval_end.astimezone(ZoneInfo("America/Sao_Paulo")).date() - timedelta(days=1)).isoformat()


desafio("01b.dia", dia_processado)

# %% errada: o dia do disparo | É o próprio dia do disparo
def dia_processado(data_interval_end):
    return data_interval_end.to_date_string()


desafio("01b.dia", dia_processado)

# %% errada: em UTC | converta o fuso antes de tirar um dia
def dia_processado(data_interval_end):
    return data_interval_end.subtract(days=1).to_date_string()


desafio("01b.dia", dia_processado)

# %% errada: relógio da parede | a data veio do relógio da parede
import pendulum


def dia_processado(data_interval_end):
    return pendulum.now("America/Sao_Paulo").subtract(days=1).to_date_string()


desafio("01b.dia", dia_processado)

# %% errada: devolve data, e não texto | é preciso um texto
def dia_processado(data_interval_end):
    return data_interval_end.in_timezone("America/Sao_Paulo").subtract(days=1).date()


desafio("01b.dia", dia_processado)
