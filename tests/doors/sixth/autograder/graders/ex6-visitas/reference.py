def expected(drawn, world):
    return {"visitas": drawn.visits}
