# %% certa
gatilho = EventTrigger(
    expect={"caju.caixa.falhou"},
    match={"prefect.resource.id": "caju.loja.*"},
    for_each={"prefect.resource.id"},
    threshold=3,
    within=timedelta(minutes=1),
)
desafio("03b.gatilho", gatilho)

# %% errada: na primeira | Duas falhas da mesma loja
gatilho = EventTrigger(
    expect={"caju.caixa.falhou"},
    match={"prefect.resource.id": "caju.loja.*"},
    for_each={"prefect.resource.id"},
    threshold=1,
    within=timedelta(minutes=1),
)
desafio("03b.gatilho", gatilho)

# %% errada: a conta de todas | Uma falha em cada loja
gatilho = EventTrigger(
    expect={"caju.caixa.falhou"},
    match={"prefect.resource.id": "caju.loja.*"},
    threshold=3,
    within=timedelta(minutes=1),
)
desafio("03b.gatilho", gatilho)

# %% errada: qualquer evento de caixa | Um caixa que abriu quatro vezes
gatilho = EventTrigger(
    expect={"caju.caixa.*"},
    match={"prefect.resource.id": "caju.loja.*"},
    for_each={"prefect.resource.id"},
    threshold=3,
    within=timedelta(minutes=1),
)
desafio("03b.gatilho", gatilho)

# %% errada: os testes também | Os testes chamaram o plantão
gatilho = EventTrigger(
    expect={"caju.caixa.falhou"}, for_each={"prefect.resource.id"}, threshold=3, within=timedelta(minutes=1)
)
desafio("03b.gatilho", gatilho)

# %% errada: o nome inteiro do recurso | não disparou
gatilho = EventTrigger(
    expect={"caju.caixa.falhou"},
    match={"prefect.resource.id": "caju.loja"},
    for_each={"prefect.resource.id"},
    threshold=3,
    within=timedelta(minutes=1),
)
desafio("03b.gatilho", gatilho)
