# %% certa
@dg.asset(deps=["vendas_limpas"], automation_condition=dg.AutomationCondition.eager())
def alerta():
    return "mudou"


@dg.asset(
    deps=["vendas_limpas"],
    automation_condition=dg.AutomationCondition.on_cron("0 6 * * *", cron_timezone="America/Sao_Paulo"),
)
def relatorio():
    return "bom dia"


desafio("04b.automacao", [alerta, relatorio])
# %% errada: os dois acompanham | O `relatorio` foi pedido à meia-noite
@dg.asset(deps=["vendas_limpas"], automation_condition=dg.AutomationCondition.eager())
def alerta():
    return "mudou"


@dg.asset(deps=["vendas_limpas"], automation_condition=dg.AutomationCondition.eager())
def relatorio():
    return "bom dia"


desafio("04b.automacao", [alerta, relatorio])
# %% errada: seis horas em UTC | O `relatorio` foi pedido
@dg.asset(deps=["vendas_limpas"], automation_condition=dg.AutomationCondition.eager())
def alerta():
    return "mudou"


@dg.asset(deps=["vendas_limpas"], automation_condition=dg.AutomationCondition.on_cron("0 6 * * *"))
def relatorio():
    return "bom dia"


desafio("04b.automacao", [alerta, relatorio])
# %% errada: o alerta espera a hora | O `alerta` não foi pedido
@dg.asset(
    deps=["vendas_limpas"],
    automation_condition=dg.AutomationCondition.on_cron("0 6 * * *", cron_timezone="America/Sao_Paulo"),
)
def alerta():
    return "mudou"


@dg.asset(
    deps=["vendas_limpas"],
    automation_condition=dg.AutomationCondition.on_cron("0 6 * * *", cron_timezone="America/Sao_Paulo"),
)
def relatorio():
    return "bom dia"


desafio("04b.automacao", [alerta, relatorio])
# %% errada: sem condição | não tem `automation_condition`
@dg.asset(deps=["vendas_limpas"], automation_condition=dg.AutomationCondition.eager())
def alerta():
    return "mudou"


@dg.asset(deps=["vendas_limpas"])
def relatorio():
    return "bom dia"


desafio("04b.automacao", [alerta, relatorio])
# %% errada: só o horário, sem esperar o dado | com as vendas ainda de ontem
@dg.asset(deps=["vendas_limpas"], automation_condition=dg.AutomationCondition.eager())
def alerta():
    return "mudou"


@dg.asset(
    deps=["vendas_limpas"],
    automation_condition=dg.AutomationCondition.cron_tick_passed("0 6 * * *", cron_timezone="America/Sao_Paulo"),
)
def relatorio():
    return "bom dia"


desafio("04b.automacao", [alerta, relatorio])
