# %% certa
def trocar(raiz, versao):
    if versao.endswith(".parcial") or not (raiz / "releases" / versao).is_dir():
        raise ValueError(f"{versao} não está pronta em releases/")
    novo = raiz / "atual.novo"
    novo.unlink(missing_ok=True)
    novo.symlink_to(f"releases/{versao}")
    os.replace(novo, raiz / "atual")


desafio("05b.troca", trocar)

# %% certa: um nome novo a cada vez
import uuid


def trocar(raiz, versao):
    if versao not in {p.name for p in (raiz / "releases").iterdir() if p.suffix != ".parcial"}:
        raise ValueError(versao)
    novo = raiz / f".atual-{uuid.uuid4().hex}"
    os.symlink(Path("releases") / versao, novo)
    novo.rename(raiz / "atual")


desafio("05b.troca", trocar)

# %% errada: apaga e cria | Houve um instante
def trocar(raiz, versao):
    if versao.endswith(".parcial") or not (raiz / "releases" / versao).is_dir():
        raise ValueError(versao)
    (raiz / "atual").unlink(missing_ok=True)
    (raiz / "atual").symlink_to(f"releases/{versao}")


desafio("05b.troca", trocar)

# %% errada: o ln do sistema | no macOS e no Alpine
def trocar(raiz, versao):
    if versao.endswith(".parcial") or not (raiz / "releases" / versao).is_dir():
        raise ValueError(versao)
    subprocess.run(["ln", "-sfn", f"releases/{versao}", str(raiz / "atual")], check=True)


desafio("05b.troca", trocar)

# %% errada: alvo absoluto | O alvo do link é absoluto
def trocar(raiz, versao):
    novo = raiz / "atual.novo"
    novo.unlink(missing_ok=True)
    novo.symlink_to(raiz / "releases" / versao)
    os.replace(novo, raiz / "atual")


desafio("05b.troca", trocar)

# %% errada: não confere | uma versão que não existe
def trocar(raiz, versao):
    novo = raiz / "atual.novo"
    novo.unlink(missing_ok=True)
    novo.symlink_to(f"releases/{versao}")
    os.replace(novo, raiz / "atual")


desafio("05b.troca", trocar)

# %% errada: aceita a parcial | uma versão ainda `.parcial`
def trocar(raiz, versao):
    if not (raiz / "releases" / versao).is_dir():
        raise ValueError(versao)
    novo = raiz / "atual.novo"
    novo.unlink(missing_ok=True)
    novo.symlink_to(f"releases/{versao}")
    os.replace(novo, raiz / "atual")


desafio("05b.troca", trocar)

# %% errada: confere depois de criar | sobrou um arquivo
def trocar(raiz, versao):
    novo = raiz / "atual.novo"
    novo.unlink(missing_ok=True)
    novo.symlink_to(f"releases/{versao}")
    if versao.endswith(".parcial") or not (raiz / "releases" / versao).is_dir():
        raise ValueError(versao)
    os.replace(novo, raiz / "atual")


desafio("05b.troca", trocar)

# %% errada: a sobra atrapalha | deixou `atual.novo` para trás
def trocar(raiz, versao):
    if versao.endswith(".parcial") or not (raiz / "releases" / versao).is_dir():
        raise ValueError(versao)
    novo = raiz / "atual.novo"
    novo.symlink_to(f"releases/{versao}")
    os.replace(novo, raiz / "atual")


desafio("05b.troca", trocar)
