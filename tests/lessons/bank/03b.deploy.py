# %% certa
servidor.apagar_deployment("inventario-da-loja/diario")
await inventario.deploy(
    "diario",
    work_pool_name="caju",
    schedule=Cron("0 6 * * *", timezone="America/Sao_Paulo"),
    parameters={"loja": 12},
    tags=["inventario"],
    print_next_steps=False,
    ignore_warnings=True,
)
desafio("03b.deploy", "inventario-da-loja/diario")

# %% errada: sem fuso | UTC, porque nenhum foi dito
servidor.apagar_deployment("inventario-da-loja/diario")
await inventario.deploy(
    "diario", work_pool_name="caju", cron="0 6 * * *", parameters={"loja": 12}, tags=["inventario"],
    print_next_steps=False, ignore_warnings=True,
)
desafio("03b.deploy", "inventario-da-loja/diario")

# %% errada: sem a loja | precisa contar a loja 12
servidor.apagar_deployment("inventario-da-loja/diario")
await inventario.deploy(
    "diario", work_pool_name="caju", schedule=Cron("0 6 * * *", timezone="America/Sao_Paulo"), tags=["inventario"],
    print_next_steps=False, ignore_warnings=True,
)
desafio("03b.deploy", "inventario-da-loja/diario")

# %% errada: sem agenda | tem 0 agenda(s)
servidor.apagar_deployment("inventario-da-loja/diario")
await inventario.deploy(
    "diario", work_pool_name="caju", parameters={"loja": 12}, tags=["inventario"],
    print_next_steps=False, ignore_warnings=True,
)
desafio("03b.deploy", "inventario-da-loja/diario")

# %% errada: todo minuto das seis | todo dia às 6h é outro
servidor.apagar_deployment("inventario-da-loja/diario")
await inventario.deploy(
    "diario", work_pool_name="caju", schedule=Cron("* 6 * * *", timezone="America/Sao_Paulo"),
    parameters={"loja": 12}, tags=["inventario"], print_next_steps=False, ignore_warnings=True,
)
desafio("03b.deploy", "inventario-da-loja/diario")
