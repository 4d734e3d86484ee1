"""What a caller may set, frozen: each option once, with its default and its meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

#: Values of ``tagger_model`` that are no folder: the tagger that comes with gouji, and none.
SHIPPED_TAGGER: Final = "shipped"
NO_TAGGER: Final = "none"


class ExtractOptions(BaseModel):
    """Limits and choices of one extraction."""

    model_config = ConfigDict(frozen=True)

    max_source_mb: int = Field(512, description="largest single source, in MiB")
    max_unpacked_mb: int = Field(4096, description="most that one archive may unpack to, in MiB")
    max_entries: int = Field(50_000, description="most entries of one archive")
    max_archive_depth: int = Field(3, description="how deeply archives may stand inside archives")
    max_pages: int = Field(5_000, description="most pages of one source")
    timeout_seconds: int = Field(300, description="longest time for one external program, in seconds")
    trust_text: bool = Field(
        True, description="take a PDF's text layer for what is printed (off: read every page as a picture)"
    )
    one_wrong_in: int = Field(
        10_000,
        ge=1,
        description="of so many cells that no person looks at, at most one may be wrong: more of them, more review",
    )
    reconciliation: bool = Field(True, description="let the sums of the form decide between readings (off: to measure)")
    calibration: bool = Field(
        True, description="give confidences as they were measured, not as reckoned (off: to measure)"
    )
    tagger_model: str = Field(
        SHIPPED_TAGGER,
        description="what types the figures in prose beside the rules: `shipped`, `none`, or the folder of a checkpoint",
    )

    @field_validator("tagger_model")
    @classmethod
    def _is_there(cls, value: str) -> str:
        if value not in (SHIPPED_TAGGER, NO_TAGGER) and not Path(value, "config.json").is_file():
            raise ValueError("neither `shipped` nor `none` nor a folder with a checkpoint (config.json)")
        return value
