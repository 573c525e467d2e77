"""What every part of the evidence is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Seen(BaseModel):
    """Validated strictly."""

    # What comes from a student's process is validated strictly and never carries unknown keys.
    model_config = ConfigDict(extra="forbid", frozen=True)
