"""Reports by column as bytes: what a store keeps beside the JSON, so that tables are made of it without reading that.

A report that cannot be packed is none the worse: it is read from its JSON, and so is one that was packed by another version of
this module. Names of cells and kinds of checks are not written where they are those of the form; the form is known by a
digest, so a report of a form that has changed since is read from its JSON, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from models.by_column import CheckKind, ColumnCells, ColumnChecks, ColumnFigures, ColumnReport, Numbers
from models.forms import load_forms
from models.identities import identities
from models.light import LightReport

#: The first byte. Another one for every change of what ``models.by_column`` says a report is, or of how it is written here.
VERSION = 1
_DIGEST = 8
#: Places after the point that the pipeline gives.
BOX_PLACES, PROBABILITY_PLACES = 2, 6
#: Below it, every whole number is a real one.
_EXACT = 2.0**53
#: The types that numbers are written as, the shortest first, and the least and greatest number of each.
_RANGES = {
    f"<{sign}{size}": (-first, (1 << 8 * size) - first - 1)
    for size in (1, 2, 4, 8)
    for sign, first in (("u", 0), ("i", 1 << 8 * size - 1))
    if (sign, size) != ("u", 8)
}
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(ColumnReport)


def pack(report: ColumnReport) -> bytes | None:
    """The report as bytes; None where these could not hold it exactly."""
    if not all(map(_is_simple, _claimed(report.head))):
        return None
    form = _form_of(report.head)
    packed = replace(report, cells=_shorter_cells(report.cells, form), checks=_shorter_checks(report.checks, form))
    try:
        return bytes([VERSION]) + form.digest + _ENCODER.encode(packed)
    except (OverflowError, UnicodeEncodeError):  # figures of prose beyond 64 bits; half of a surrogate pair
        return None


def unpack(data: bytes) -> ColumnReport | None:
    """What ``pack`` was given; None where another version packed it, or for a form that has changed since."""
    if data[:1] != bytes([VERSION]):
        return None
    found = _DECODER.decode(memoryview(data)[1 + _DIGEST :])
    form = _form_of(found.head)
    if form.digest != data[1 : 1 + _DIGEST]:
        return None
    if found.cells.states:  # a report without cells has no names, whatever its form
        found.cells.names = found.cells.names or form.names
    found.checks.kinds = (*form.kinds, *found.checks.kinds) if found.checks.kinds else form.kinds
    return found


def _claimed(head: LightReport) -> Iterable[Any]:
    info = head.report
    return (one.value for one in (info.organ, info.region, info.year, info.period, info.form, info.published))


def _is_simple(value: object) -> bool:
    """Whether a claim is the same when it is read again, without its type being known."""
    if isinstance(value, list):
        return all(map(_is_simple, value))
    return value is None or isinstance(value, str | int)


@dataclass(frozen=True, slots=True)
class _Form:
    """What need not be written with each report: the names of a form's cells, the kinds of its checks with the code of each."""

    names: tuple[str, ...]
    kinds: tuple[CheckKind, ...]
    codes: Mapping[CheckKind, int]
    digest: bytes


def _form_of(head: LightReport) -> _Form:
    return _form(str(head.report.form.value))


@cache
def _form(name: str) -> _Form:
    form = load_forms().get(name)
    names = () if form is None else form.cell_ids()
    rules = () if form is None else identities(name)
    kinds = tuple((rule.rule, str(rule.relation), " ".join(rule.cells)) for rule in rules)
    digest = hashlib.blake2b(repr((names, kinds)).encode(), digest_size=_DIGEST).digest()
    return _Form(names, kinds, {kind: code for code, kind in enumerate(kinds, 1)}, digest)


def _shorter_cells(cells: ColumnCells, form: _Form) -> ColumnCells:
    return replace(
        cells,
        names=() if cells.names == form.names else cells.names,
        values=_shorter_figures(cells.values),
        confidences=_real(cells.confidences, PROBABILITY_PLACES),
        boxes=_real(cells.boxes, BOX_PLACES),
        places=_whole(_array(cells.places)),
    )


def _shorter_checks(checks: ColumnChecks, form: _Form) -> ColumnChecks:
    """Kinds that are not those of the form stand behind them."""
    others = tuple(kind for kind in checks.kinds if kind not in form.codes)
    codes = {**form.codes, **{kind: code for code, kind in enumerate(others, len(form.kinds) + 1)}}
    own = np.array([0, *(codes[kind] for kind in checks.kinds)], np.int64)
    kinds, rest = np.split(_array(checks.codes), [len(checks.outcomes)])
    return replace(
        checks,
        codes=_whole(np.concatenate((own[kinds], rest))),
        kinds=others,
        sides=_shorter_figures(checks.sides),
    )


def _shorter_figures(figures: ColumnFigures) -> ColumnFigures:
    return replace(figures, whole=_whole(_array(figures.whole)))


def _array(numbers: Numbers) -> NDArray[Any]:
    """Numbers as they were before they were made shorter."""
    return np.frombuffer(numbers.data, numbers.type)


def _real(numbers: Numbers, places: int) -> Numbers:
    """The numbers times ten to the ``places`` if all are exact when read again; else as they are."""
    values, scale = _array(numbers), 10.0**places
    if np.abs(values).max(initial=0.0) < _EXACT / scale:
        whole = np.rint(values * scale).astype(np.int64)
        if (whole / scale).tobytes() == numbers.data:
            return _whole(whole, places)
    return numbers


def _whole(values: NDArray[Any], places: int = 0) -> Numbers:
    """Whole numbers as short as they can be; first bytes before second ones are more of the same to compress."""
    least, most = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    kind = next(kind for kind, (first, last) in _RANGES.items() if first <= least and most <= last)
    made = values.astype(kind)
    if made.itemsize > 1:
        made = np.ascontiguousarray(made.view(np.uint8).reshape(-1, made.itemsize).T)
    return Numbers(kind, made.tobytes(), places)
