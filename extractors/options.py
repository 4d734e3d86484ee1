"""What a caller may set, frozen: each option once, with its default and its meaning."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ExtractOptions(BaseModel):
    """Limits and choices of one extraction."""

    model_config = ConfigDict(frozen=True)

    max_source_mb: int = Field(512, description="largest single source, in MiB")
    max_unpacked_mb: int = Field(4096, description="most that one archive may unpack to, in MiB")
    max_entries: int = Field(50_000, description="most entries of one archive")
    max_archive_depth: int = Field(3, description="how deeply archives may stand inside archives")
    max_pages: int = Field(5_000, description="most pages of one source")
    timeout_seconds: int = Field(300, description="longest time for one external program, in seconds")
