# %% certa
import json


class EmJson(dg.ConfigurableIOManager):
    pasta: str

    def arquivo(self, context):
        return Path(self.pasta) / f"{'_'.join(context.asset_key.path)}.json"

    def handle_output(self, context, obj):
        destino = self.arquivo(context)
        destino.parent.mkdir(parents=True, exist_ok=True)
        destino.write_text(json.dumps(obj, ensure_ascii=False), encoding="utf-8")

    def load_input(self, context):
        return json.loads(self.arquivo(context).read_text(encoding="utf-8"))


desafio("04a.io", EmJson)
# %% errada: guarda na memória | na pasta há nada
guardado = {}


class EmJson(dg.ConfigurableIOManager):
    pasta: str

    def handle_output(self, context, obj):
        guardado[context.asset_key] = obj

    def load_input(self, context):
        return guardado[context.asset_key]


desafio("04a.io", EmJson)
# %% errada: um arquivo para todos | um arquivo para cada um
class EmJson(dg.ConfigurableIOManager):
    pasta: str

    def handle_output(self, context, obj):
        Path(self.pasta).mkdir(parents=True, exist_ok=True)
        (Path(self.pasta) / "tudo.json").write_text(json.dumps(obj), encoding="utf-8")

    def load_input(self, context):
        return json.loads((Path(self.pasta) / "tudo.json").read_text(encoding="utf-8"))


desafio("04a.io", EmJson)
# %% errada: grava o repr | não contém JSON
class EmJson(dg.ConfigurableIOManager):
    pasta: str

    def handle_output(self, context, obj):
        Path(self.pasta).mkdir(parents=True, exist_ok=True)
        (Path(self.pasta) / f"{context.asset_key.path[-1]}.json").write_text(repr(obj), encoding="utf-8")

    def load_input(self, context):
        return eval((Path(self.pasta) / f"{context.asset_key.path[-1]}.json").read_text(encoding="utf-8"))


desafio("04a.io", EmJson)
# %% errada: lê o texto | com os tipos
class EmJson(dg.ConfigurableIOManager):
    pasta: str

    def handle_output(self, context, obj):
        Path(self.pasta).mkdir(parents=True, exist_ok=True)
        (Path(self.pasta) / f"{context.asset_key.path[-1]}.json").write_text(json.dumps(obj), encoding="utf-8")

    def load_input(self, context):
        return (Path(self.pasta) / f"{context.asset_key.path[-1]}.json").read_text(encoding="utf-8")


desafio("04a.io", EmJson)
# %% errada: não cria a pasta | FileNotFoundError
class EmJson(dg.ConfigurableIOManager):
    pasta: str

    def handle_output(self, context, obj):
        (Path(self.pasta) / f"{context.asset_key.path[-1]}.json").write_text(json.dumps(obj), encoding="utf-8")

    def load_input(self, context):
        return json.loads((Path(self.pasta) / f"{context.asset_key.path[-1]}.json").read_text(encoding="utf-8"))


desafio("04a.io", EmJson)
