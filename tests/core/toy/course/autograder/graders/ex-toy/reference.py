def expected(drawn, world):
    return {"valor": drawn.number}
