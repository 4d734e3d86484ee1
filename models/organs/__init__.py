"""Who reports: administrative regions with their GB/T 2260 codes, and what an organ's name says of level and kind."""

from __future__ import annotations

from models.organs.kinds import (
    NameShape,
    OrganKind,
    classify,
    is_short_form,
    level_in,
    looks_like_organ,
    name_shape,
    same_organ,
)
from models.organs.names import NamedRegion, choose, named_regions, organ_region, regions_at_start
from models.organs.regions import Region, RegionIndex, load_regions

__all__ = [
    "NameShape",
    "NamedRegion",
    "OrganKind",
    "Region",
    "RegionIndex",
    "choose",
    "classify",
    "is_short_form",
    "level_in",
    "load_regions",
    "looks_like_organ",
    "name_shape",
    "named_regions",
    "organ_region",
    "regions_at_start",
    "same_organ",
]
