# %% certa
@dg.sensor(target="*", minimum_interval_seconds=5)
def corrigidos(context: dg.SensorEvaluationContext, entrada: Entrada):
    arquivos = [arquivo for arquivo in entrada.arquivos() if arquivo.suffix == ".csv"]
    if not arquivos:
        return dg.SkipReason("nenhum arquivo na pasta")
    return [dg.RunRequest(run_key=f"{a.name}:{a.stat().st_mtime_ns}") for a in arquivos]


desafio("04b.sensor", corrigidos)
# %% certa: com yield e o conteúdo
import hashlib


@dg.sensor(target="*", minimum_interval_seconds=5)
def corrigidos(context: dg.SensorEvaluationContext, entrada: Entrada):
    nenhum = True
    for arquivo in entrada.arquivos():
        if arquivo.name.endswith(".csv"):
            nenhum = False
            yield dg.RunRequest(run_key=f"{arquivo.name}-{hashlib.sha256(arquivo.read_bytes()).hexdigest()}")
    if nenhum:
        yield dg.SkipReason("a pasta está vazia")


desafio("04b.sensor", corrigidos)
# %% certa: com cursor
@dg.sensor(target="*", minimum_interval_seconds=5)
def corrigidos(context: dg.SensorEvaluationContext, entrada: Entrada):
    vistos = set((context.cursor or "").split("|"))
    agora = {f"{a.name}:{a.stat().st_mtime_ns}" for a in entrada.arquivos() if a.suffix == ".csv"}
    if not agora - vistos:
        return dg.SkipReason("nada de novo")
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=chave) for chave in sorted(agora - vistos)], cursor="|".join(sorted(agora))
    )


desafio("04b.sensor", corrigidos)
# %% errada: só o nome | nenhum pedido novo saiu
@dg.sensor(target="*", minimum_interval_seconds=5)
def corrigidos(context: dg.SensorEvaluationContext, entrada: Entrada):
    arquivos = [arquivo for arquivo in entrada.arquivos() if arquivo.suffix == ".csv"]
    if not arquivos:
        return dg.SkipReason("nenhum arquivo na pasta")
    return [dg.RunRequest(run_key=arquivo.name) for arquivo in arquivos]


desafio("04b.sensor", corrigidos)
# %% errada: a hora no run_key | Nada mudou na pasta
import time


@dg.sensor(target="*", minimum_interval_seconds=5)
def corrigidos(context: dg.SensorEvaluationContext, entrada: Entrada):
    arquivos = [arquivo for arquivo in entrada.arquivos() if arquivo.suffix == ".csv"]
    if not arquivos:
        return dg.SkipReason("nenhum arquivo na pasta")
    return [dg.RunRequest(run_key=f"{arquivo.name}:{time.time_ns()}") for arquivo in arquivos]


desafio("04b.sensor", corrigidos)
# %% errada: pega o .tmp | ainda está sendo gravado
@dg.sensor(target="*", minimum_interval_seconds=5)
def corrigidos(context: dg.SensorEvaluationContext, entrada: Entrada):
    arquivos = entrada.arquivos()
    if not arquivos:
        return dg.SkipReason("nenhum arquivo na pasta")
    return [dg.RunRequest(run_key=f"{a.name}:{a.stat().st_mtime_ns}") for a in arquivos]


desafio("04b.sensor", corrigidos)
# %% errada: sem run_key | Cada arquivo precisa do seu
@dg.sensor(target="*", minimum_interval_seconds=5)
def corrigidos(context: dg.SensorEvaluationContext, entrada: Entrada):
    arquivos = [arquivo for arquivo in entrada.arquivos() if arquivo.suffix == ".csv"]
    if not arquivos:
        return dg.SkipReason("nenhum arquivo na pasta")
    return [dg.RunRequest() for arquivo in arquivos]


desafio("04b.sensor", corrigidos)
# %% errada: só o primeiro | pediu 1 run
@dg.sensor(target="*", minimum_interval_seconds=5)
def corrigidos(context: dg.SensorEvaluationContext, entrada: Entrada):
    for arquivo in entrada.arquivos():
        if arquivo.suffix == ".csv":
            return dg.RunRequest(run_key=f"{arquivo.name}:{arquivo.stat().st_mtime_ns}")
    return dg.SkipReason("nenhum arquivo na pasta")


desafio("04b.sensor", corrigidos)
