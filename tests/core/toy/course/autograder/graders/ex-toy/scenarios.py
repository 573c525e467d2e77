from autograder.run.world import Scenario


def scenarios(drawn, world):
    return [
        Scenario(
            "escondido",
            lambda folder: world.build(folder, 2 * drawn.number),
            {"execução": world.RUN},
            lambda folder: {"MUNDO": str(folder)},
        )
    ]
