"""What every part of the evidence is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Seen(BaseModel):
    """Validated strictly."""

    # What comes from a student's process is validated strictly and never carries unknown keys, nor a number
    # that no comparison judges (NaN is neither over nor under any bound) and no JSON document can keep.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
