"""The region of a report: from its organ's name, and where that is not enough, from what else the source names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from extractors.heading_claims import Claim, Running
from models.evidence import Place
from models.folding import squeeze
from models.organs import NamedRegion, Region, choose, classify, load_regions, named_regions, organ_region

#: How much of the organ's confidence remains for the region, by what settled it.
_BY_NAME: Final = {"name": 1.0, "exact": 0.95, "prefecture": 0.92, "province": 0.88, "year": 0.75}
#: What remains where the region was settled by the running text, which may speak of other places.
_BY_TEXT: Final = 0.85
#: Confidence of a region that no organ's name gives: from the folder or site, and from the places that the text names.
_AROUND, _MENTIONED = 0.55, 0.45
_MENTIONS: Final = 3


@dataclass(frozen=True, slots=True)
class RegionFound:
    """The region's claim, or None with a sentence ``why`` and the ``rivals``' codes; all empty: nothing is named."""

    claim: Claim | None = None
    why: str = ""
    rivals: tuple[str, ...] = ()


def find_region(
    organ: Claim | None,
    year: Claim | None,
    organs: Sequence[Claim],
    running: Running,
    source_name: str,
    hints: Mapping[str, str],
    after: int,
) -> RegionFound:
    """The region of the organ, or of another organ claimed, or of the place that the source is about.

    ``after`` is the index of the title's last line (-1: none): what stands before it is the site's frame.
    """
    reported = year.value if year is not None and isinstance(year.value, int) else None
    frame = [squeeze(line.text) for line in running.lines[: after + 1]]
    outside = [squeeze(text) for text in (source_name, *hints.values())]
    around = [*outside, *frame, *(str(claim.value) for claim in organs)]
    own = [organ] if organ is not None else []
    for claim in (*own, *sorted(organs, key=lambda c: -c.confidence)):
        named = organ_region(str(claim.value))
        if named is not None:
            return _settled(claim, named, reported, around, running)
    if organ is not None and classify(str(organ.value)).level == "nation":
        return RegionFound()
    return _from_surroundings(around, running)


def _settled(claim: Claim, named: NamedRegion, year: int | None, around: list[str], running: Running) -> RegionFound:
    left, settled = choose(named.candidates, year, _single(around))
    share = _BY_NAME.get(settled, 1.0) * (0.9 if named.short else 1.0)
    if len(left) > 1:
        left, settled = choose(left, year, _single([running.text]))
        share *= _BY_NAME.get(settled, 1.0) * _BY_TEXT
    if len(left) > 1:
        where = ", ".join(f"{region.code} ({full_name(region)})" for region in left)
        return RegionFound(None, f"{named.name} can be any of {where}; nothing says which", tuple(r.code for r in left))
    region = left[0]
    confidence = round(claim.confidence * share, 4)
    found = Claim(region.code, confidence, claim.where, claim.quote, claim.place, region.name, kind=claim.kind)
    return RegionFound(found)


def _single(texts: Iterable[str]) -> tuple[Region, ...]:
    """The regions that the texts name without ambiguity."""
    named = (found for text in texts for found in named_regions(text))
    return tuple(found.candidates[0] for found in named if len(found.candidates) == 1)


def _from_surroundings(around: list[str], running: Running) -> RegionFound:
    """No organ names a region: the most precise one that the frame names, else the one that the text names most."""
    framed = _most_precise(_single(around))
    if framed is not None:
        return RegionFound(Claim(framed.code, _AROUND, "header", framed.name, Place(), framed.name, kind="header"))
    counts = Counter(found.candidates[0] for found in named_regions(running.text) if len(found.candidates) == 1)
    ranked = counts.most_common(2)
    if not ranked or ranked[0][1] < _MENTIONS or (len(ranked) > 1 and ranked[0][1] < 2 * ranked[1][1]):
        return RegionFound()
    region = ranked[0][0]
    place = running.place(running.text.index(region.name)) if region.name in running.text else Place()
    return RegionFound(Claim(region.code, _MENTIONED, "text", region.name, place, region.name, kind="text"))


def _most_precise(regions: Sequence[Region]) -> Region | None:
    """The one region that lies inside of all others named; None where they do not nest."""
    for region in regions:
        if all(other == region or region.within(other) for other in regions):
            return region
    return None


def full_name(region: Region) -> str:
    """The region's name with the names above it."""
    index = load_regions()
    return "".join(index.by_code[code].name for code in region.ancestors if code in index.by_code) + region.name
