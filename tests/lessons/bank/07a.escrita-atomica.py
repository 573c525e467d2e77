# %% certa
import os


def publicar(destino, linhas):
    provisorio = destino.with_name(destino.name + ".parcial")
    try:
        with provisorio.open("w", encoding="utf-8", newline="") as arquivo:
            for linha in linhas:
                arquivo.write(linha + "\n")
        os.replace(provisorio, destino)
    finally:
        provisorio.unlink(missing_ok=True)


desafio("07a.escrita-atomica", publicar)

# %% certa: junta tudo antes e troca
import os
import tempfile


def publicar(destino, linhas):
    texto = "".join(f"{linha}\n" for linha in linhas)
    descritor, provisorio = tempfile.mkstemp(dir=destino.parent)
    with os.fdopen(descritor, "w", encoding="utf-8") as arquivo:
        arquivo.write(texto)
    os.replace(provisorio, destino)


desafio("07a.escrita-atomica", publicar)


# %% errada: escreve direto | No meio da gravação já se via
def publicar(destino, linhas):
    with destino.open("w", encoding="utf-8") as arquivo:
        for linha in linhas:
            arquivo.write(linha + "\n")


desafio("07a.escrita-atomica", publicar)


# %% errada: junta e escreve por cima | por cima do mesmo arquivo
def publicar(destino, linhas):
    destino.write_text("".join(f"{linha}\n" for linha in linhas), encoding="utf-8")


desafio("07a.escrita-atomica", publicar)

# %% errada: deixa o provisório | sobrou na pasta
import os


def publicar(destino, linhas):
    provisorio = destino.with_name(destino.name + ".parcial")
    with provisorio.open("w", encoding="utf-8") as arquivo:
        for linha in linhas:
            arquivo.write(linha + "\n")
    os.replace(provisorio, destino)


desafio("07a.escrita-atomica", publicar)


# %% errada: apaga o antigo antes | o arquivo não existia
def publicar(destino, linhas):
    destino.unlink(missing_ok=True)
    provisorio = destino.with_name("novo")
    provisorio.write_text("".join(f"{linha}\n" for linha in linhas), encoding="utf-8")
    provisorio.rename(destino)


desafio("07a.escrita-atomica", publicar)


# %% errada: sem a quebra de linha | Cada linha termina em
def publicar(destino, linhas):
    destino.write_text("\n".join(linhas), encoding="utf-8")


desafio("07a.escrita-atomica", publicar)

# %% errada: engole a falha | não deixou a exceção subir
import os


def publicar(destino, linhas):
    provisorio = destino.with_name(destino.name + ".parcial")
    try:
        with provisorio.open("w", encoding="utf-8") as arquivo:
            for linha in linhas:
                arquivo.write(linha + "\n")
        os.replace(provisorio, destino)
    except Exception:
        provisorio.unlink()


desafio("07a.escrita-atomica", publicar)
