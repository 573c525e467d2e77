# %% certa
class Cambio(dg.ConfigurableResource):
    taxa: float


@dg.asset
def resumo_em_dolar(resumo, cambio: Cambio):
    return {regiao: round(centavos / cambio.taxa) for regiao, centavos in resumo.items()}


desafio("04a.recurso", (Cambio, resumo_em_dolar))
# %% certa: com um método
class Cambio(dg.ConfigurableResource):
    taxa: float

    def converter(self, centavos: int) -> int:
        return round(centavos / self.taxa)


@dg.asset
def resumo_em_dolar(context: dg.AssetExecutionContext, resumo, cambio: Cambio):
    return {regiao: cambio.converter(centavos) for regiao, centavos in resumo.items()}


desafio("04a.recurso", [Cambio, resumo_em_dolar])
# %% errada: a taxa é uma global | não pede o resource
class Cambio(dg.ConfigurableResource):
    taxa: float


TAXA = 5.0


@dg.asset
def resumo_em_dolar(resumo):
    return {regiao: round(centavos / TAXA) for regiao, centavos in resumo.items()}


desafio("04a.recurso", (Cambio, resumo_em_dolar))
# %% errada: multiplica | round(centavos / taxa)
class Cambio(dg.ConfigurableResource):
    taxa: float


@dg.asset
def resumo_em_dolar(resumo, cambio: Cambio):
    return {regiao: round(centavos * cambio.taxa) for regiao, centavos in resumo.items()}


desafio("04a.recurso", (Cambio, resumo_em_dolar))
# %% errada: uma classe comum | herda de `dg.ConfigurableResource`
class Cambio:
    taxa = 5.0


@dg.asset
def resumo_em_dolar(resumo):
    return resumo


desafio("04a.recurso", (Cambio, resumo_em_dolar))
# %% errada: sem anotação | está sem a anotação do tipo
class Cambio(dg.ConfigurableResource):
    taxa: float


@dg.asset
def resumo_em_dolar(resumo, cambio):
    return {regiao: round(centavos / cambio.taxa) for regiao, centavos in resumo.items()}


desafio("04a.recurso", (Cambio, resumo_em_dolar))
