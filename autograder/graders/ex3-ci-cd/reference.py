"""What a release has to hold, and what a target holds where nothing was published."""

from __future__ import annotations

import hashlib
from types import ModuleType
from typing import Any


def expected(drawn: Any, world: ModuleType) -> dict[str, Any]:
    """For each commit the digest of every file of its release; JSON only."""
    earlier = {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in world.earlier_release().items()
    }
    return {
        "primeira": drawn.own.published(),
        "segunda": drawn.later.published(),
        "no-ar": {f"releases/{world.EARLIER}/{name}": digest for name, digest in earlier.items()},
    }
