"""Services in a data folder of the test's own; none is left when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from curso.services import control
from curso.services.catalog import MODULES
from curso.services.supervisor import left_by


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with a space and an accent in its name, as people have them."""
    folder = tmp_path_factory.mktemp("serviços da lição")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CURSO_SERVICOS", str(folder))
        patch.delenv("CURSO_LAB_PROCESSO", raising=False)
        yield folder
        for name in MODULES:
            control.stop(name)
            assert left_by(folder / name) == []
