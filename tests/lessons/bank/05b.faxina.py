# %% certa
def apagar(versoes, atual, em_uso, manter=3):
    inteiras = [versao for versao in versoes if not versao.endswith(".parcial")]
    onde = inteiras.index(atual)
    ficam = {atual, *em_uso, *inteiras[max(0, len(inteiras) - manter) :], *inteiras[max(0, onde - 1) : onde], versoes[-1]}
    if manter == 0 and versoes[-1] != atual and not versoes[-1].endswith(".parcial"):
        ficam -= {versoes[-1]} - set(em_uso)
    return [versao for versao in versoes if versao not in ficam]


desafio("05b.faxina", apagar)

# %% certa: uma regra por linha
def apagar(versoes, atual, em_uso, manter=3):
    inteiras = [v for v in versoes if not v.endswith(".parcial")]
    novas = inteiras[-manter:] if manter else []
    i = inteiras.index(atual)
    anterior = inteiras[i - 1] if i else None

    def pode(v):
        if v.endswith(".parcial"):
            return v != versoes[-1]
        return v not in em_uso and v not in novas and v not in (atual, anterior)

    return [v for v in versoes if pode(v)]


desafio("05b.faxina", apagar)

# %% errada: guarda só as mais novas | apagou a que está no ar
def apagar(versoes, atual, em_uso, manter=3):
    return versoes[: len(versoes) - manter]


desafio("05b.faxina", apagar)

# %% errada: esquece as em uso | `v1` não pode ir
def apagar(versoes, atual, em_uso, manter=3):
    inteiras = [v for v in versoes if not v.endswith(".parcial")]
    i = inteiras.index(atual)
    ficam = {atual, *(inteiras[-manter:] if manter else []), *inteiras[max(0, i - 1) : i]}
    return [v for v in versoes if v not in ficam and v != versoes[-1]]


desafio("05b.faxina", apagar)

# %% errada: apaga o deploy em andamento | `v8.parcial` não pode ir
def apagar(versoes, atual, em_uso, manter=3):
    inteiras = [v for v in versoes if not v.endswith(".parcial")]
    i = inteiras.index(atual)
    ficam = {atual, *em_uso, *(inteiras[-manter:] if manter else []), *inteiras[max(0, i - 1) : i]}
    return [v for v in versoes if v not in ficam]


desafio("05b.faxina", apagar)

# %% errada: menos zero | `v1` podia ir
def apagar(versoes, atual, em_uso, manter=3):
    inteiras = [v for v in versoes if not v.endswith(".parcial")]
    i = inteiras.index(atual)
    ficam = {atual, *em_uso, *inteiras[-manter:], *inteiras[max(0, i - 1) : i]}
    return [v for v in versoes if v not in ficam and not (v.endswith(".parcial") and v == versoes[-1])]


desafio("05b.faxina", apagar)

# %% errada: não tem para onde voltar | depois de um rollback
def apagar(versoes, atual, em_uso, manter=3):
    inteiras = [v for v in versoes if not v.endswith(".parcial")]
    ficam = {atual, *em_uso, *(inteiras[-manter:] if manter else [])}
    return [v for v in versoes if v not in ficam and not (v.endswith(".parcial") and v == versoes[-1])]


desafio("05b.faxina", apagar)

# %% errada: as parciais contam como novas | `v4` podia ir
def apagar(versoes, atual, em_uso, manter=3):
    i = versoes.index(atual)
    ficam = {atual, *em_uso, *(versoes[-manter:] if manter else []), *versoes[max(0, i - 1) : i], "v4"}
    return [v for v in versoes if v not in ficam]


desafio("05b.faxina", apagar)

# %% errada: devolve um conjunto | devia devolver uma lista
def apagar(versoes, atual, em_uso, manter=3):
    return set(versoes) - {atual}


desafio("05b.faxina", apagar)
