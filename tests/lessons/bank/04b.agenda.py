# %% certa
dias_uteis = dg.ScheduleDefinition(
    name="dias_uteis",
    target="group:caju",
    cron_schedule="30 2 * * 1-5",
    execution_timezone="America/Sao_Paulo",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
desafio("04b.agenda", dias_uteis)
# %% certa: com o decorador
@dg.schedule(
    target="group:caju",
    cron_schedule="30 2 * * MON-FRI",
    execution_timezone="America/Recife",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def dias_uteis(context):
    return dg.RunRequest()


desafio("04b.agenda", dias_uteis)
# %% errada: sem fuso | às 23:30
desafio(
    "04b.agenda",
    dg.ScheduleDefinition(
        name="dias_uteis",
        target="group:caju",
        cron_schedule="30 2 * * 1-5",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    ),
)
# %% errada: todos os dias | sábado
desafio(
    "04b.agenda",
    dg.ScheduleDefinition(
        name="dias_uteis",
        target="group:caju",
        cron_schedule="30 2 * * *",
        execution_timezone="America/Sao_Paulo",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    ),
)
# %% errada: esquece a sexta | não dispara em sexta
desafio(
    "04b.agenda",
    dg.ScheduleDefinition(
        name="dias_uteis",
        target="group:caju",
        cron_schedule="30 2 * * 1-4",
        execution_timezone="America/Sao_Paulo",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    ),
)
# %% errada: desligada | nasce desligada
desafio(
    "04b.agenda",
    dg.ScheduleDefinition(
        name="dias_uteis",
        target="group:caju",
        cron_schedule="30 2 * * 1-5",
        execution_timezone="America/Sao_Paulo",
    ),
)
# %% errada: só o cron | do tipo `str`
desafio("04b.agenda", "30 2 * * 1-5")
