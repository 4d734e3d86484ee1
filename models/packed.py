"""Reports by column as bytes: what a store keeps beside the JSON, so that tables are made of it without reading that.

A report that cannot be packed is none the worse: it is read from its JSON, and so is one that was packed by another version of
this module. Names of cells and rules are not written where they are those of the form; the form is known by a digest, so
a report of a form that has changed since is read from its JSON, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.by_column import NOTHING, Cells, Checks, ColumnReport, Figures, Words, halves, join_figures
from models.forms import load_forms
from models.identities import identities
from models.light import Figure, LightFact, LightReport

#: The first byte. Another one for every change of what follows, ``_Record`` and all that is in it.
VERSION = 1
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


class _Struct(msgspec.Struct, array_like=True, gc=False):
    """Fields by their order."""


class _Numbers(_Struct):
    """Numbers as the ``type`` of NumPy that is the shortest for them; ``gap`` is the number that stands where there is none.

    Real ones are times ten to the ``places``, or as they are where that is None.
    """

    type: str
    data: bytes
    places: int | None = 0
    gap: int | None = None


class _Figures(_Struct):
    """See ``Figures``: ``given`` a bit for each, odd ones as texts."""

    whole: _Numbers
    given: bytes
    odd: dict[int, str]


class _Cells(_Struct):
    """See ``Cells``; no names where they are those of the form.

    ``whole`` are one behind the other pages, lines, columns, and the codes of units and of routes, one more than they are.
    """

    names: tuple[str, ...] | None
    values: _Figures
    states: bytes
    statuses: bytes
    units: tuple[str, ...]
    printed: dict[int, str]
    confidences: _Numbers
    boxes: _Numbers
    routes: tuple[str, ...]
    whole: _Numbers


class _Checks(_Struct):
    """See ``Checks``: rule, relation and cells together are a kind, which is one of the form's or one of ``others`` behind them.

    ``codes`` are one behind the other those of kinds, causes and messages, one more than they are; ``sides`` what is on the
    left and what is on the right.
    """

    others: tuple[tuple[str, str, str], ...]
    outcomes: bytes
    causes: tuple[str, ...]
    sides: _Figures
    messages: tuple[str, ...]
    codes: _Numbers


class _Record(_Struct):
    head: LightReport
    form: bytes
    facts: tuple[LightFact, ...]
    cells: _Cells
    checks: _Checks


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Record)


def pack(report: ColumnReport) -> bytes | None:
    """The report as bytes; None where these could not hold it exactly."""
    form = _form_of(report.head)
    if not all(map(_is_simple, _claimed(report.head))):
        return None
    cells, checks = _packed_cells(report.cells, form), _packed_checks(report.checks, form)
    try:
        return bytes([VERSION]) + _ENCODER.encode(_Record(report.head, form.digest, report.facts, cells, checks))
    except (OverflowError, UnicodeEncodeError):  # figures of prose beyond 64 bits; half of a surrogate pair
        return None


def unpack(data: bytes) -> ColumnReport | None:
    """What ``pack`` was given; None where another version packed it, or for a form that has changed since."""
    if data[:1] != bytes([VERSION]):
        return None
    found = _DECODER.decode(memoryview(data)[1:])
    form = _form_of(found.head)
    if form.digest != found.form:
        return None
    return ColumnReport(
        found.head, _unpacked_cells(found.cells, form), found.facts, _unpacked_checks(found.checks, form)
    )


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
    """What need not be written with each report: the cells of a form; rule, relation and cells of its checks; a digest of them."""

    names: tuple[str, ...]
    rules: tuple[str, ...]
    relations: tuple[str, ...]
    cells: tuple[str, ...]
    kinds: Mapping[tuple[str, str, str], int]
    digest: bytes


def _form_of(head: LightReport) -> _Form:
    return _form(str(head.report.form.value))


@cache
def _form(name: str) -> _Form:
    form = load_forms().get(name)
    names = () if form is None else form.cell_ids()
    rules = () if form is None else identities(name)
    kinds = [(rule.rule, str(rule.relation), " ".join(rule.cells)) for rule in rules]
    digest = hashlib.blake2b(repr((names, kinds)).encode(), digest_size=8).digest()
    parts = zip(*kinds, strict=True) if kinds else ((), (), ())
    own, relations, cells = (tuple(part) for part in parts)
    return _Form(names, own, relations, cells, {kind: at for at, kind in enumerate(kinds)}, digest)


def _packed_cells(cells: Cells, form: _Form) -> _Cells:
    whole = np.concatenate((cells.pages, cells.lines, cells.columns, cells.units.codes + 1, cells.routes.codes + 1))
    return _Cells(
        None if cells.names == form.names else cells.names,
        _packed_figures(cells.values),
        cells.states.tobytes(),
        cells.statuses.tobytes(),
        cells.units.words,
        dict(cells.printed),
        _packed_reals(cells.confidences, PROBABILITY_PLACES),
        _packed_reals(cells.boxes.T.ravel(), BOX_PLACES),
        cells.routes.words,
        _whole(whole, whole == NOTHING),
    )


def _unpacked_cells(cells: _Cells, form: _Form) -> Cells:
    pages, lines, columns, units, routes = _integers(cells.whole).reshape(5, -1)
    return Cells(
        form.names if cells.names is None else cells.names,
        _figures(cells.values),
        np.frombuffer(cells.states, np.uint8),
        np.frombuffer(cells.statuses, np.uint8),
        Words(cells.units, units - 1),
        cells.printed,
        _reals(cells.confidences),
        pages,
        _reals(cells.boxes).reshape(4, -1).T,
        lines,
        columns,
        Words(cells.routes, routes - 1),
    )


def _packed_checks(checks: Checks, form: _Form) -> _Checks:
    columns = (checks.rules, checks.relations, checks.cells)
    kinds = list(zip(*([one.words[code] for code in one.codes.tolist()] for one in columns), strict=True))
    others = tuple(dict.fromkeys(kind for kind in kinds if kind not in form.kinds))
    known = {**form.kinds, **{kind: len(form.kinds) + at for at, kind in enumerate(others)}}
    codes = np.array([known[kind] for kind in kinds], np.int32)
    return _Checks(
        others,
        checks.outcomes.tobytes(),
        checks.causes.words,
        _packed_figures(join_figures((checks.left, checks.right))),
        checks.messages.words,
        _whole(np.concatenate((codes, checks.causes.codes, checks.messages.codes)) + 1),
    )


def _unpacked_checks(checks: _Checks, form: _Form) -> Checks:
    kinds, causes, messages = (_integers(checks.codes) - 1).reshape(3, -1)
    rules, relations, cells = form.rules, form.relations, form.cells
    if checks.others:
        more = tuple(zip(*checks.others, strict=True))
        rules, relations, cells = (*rules, *more[0]), (*relations, *more[1]), (*cells, *more[2])
    left, right = halves(_figures(checks.sides))
    return Checks(
        Words(rules, kinds),
        Words(relations, kinds),
        np.frombuffer(checks.outcomes, np.uint8),
        Words(checks.causes, causes),
        left,
        right,
        Words(cells, kinds),
        Words(checks.messages, messages),
    )


def _packed_figures(found: Figures) -> _Figures:
    odd = {at: str(value) for at, value in found.odd.items()}
    return _Figures(_whole(found.whole), np.packbits(found.given).tobytes(), odd)


def _figures(packed: _Figures) -> Figures:
    whole = _read(packed.whole).astype(np.int64)
    given = np.unpackbits(np.frombuffer(packed.given, np.uint8), count=len(whole)).view(np.bool_)
    return Figures(whole, given, {at: _figure(text) for at, text in packed.odd.items()})


def _figure(text: str) -> Figure:
    """What JSON makes of the same text: without point and exponent it is a whole number."""
    return int(text) if text.lstrip("-").isdecimal() else Decimal(text)


def _integers(packed: _Numbers) -> NDArray[np.int32]:
    found = _read(packed).astype(np.int32)
    if packed.gap is not None:
        found[found == packed.gap] = NOTHING
    return found


def _reals(packed: _Numbers) -> NDArray[np.float64]:
    found = _read(packed)
    if packed.places is None:
        return found
    real = found / 10.0**packed.places
    if packed.gap is not None:
        real[found == packed.gap] = np.nan
    return real


def _packed_reals(values: NDArray[np.float64], places: int) -> _Numbers:
    """The numbers times ten to the ``places`` if all are exact when read again; else as they are."""
    gaps, scale = np.isnan(values), 10.0**places
    known = np.where(gaps, 0.0, values)
    if np.abs(known).max(initial=0.0) < _EXACT / scale:
        whole = np.rint(known * scale).astype(np.int64)
        if (whole / scale).tobytes() == known.tobytes():
            return _whole(whole, gaps, places)
    return _Numbers("<f8", values.tobytes(), None)


def _whole(values: NDArray[Any], gaps: NDArray[np.bool_] | None = None, places: int = 0) -> _Numbers:
    """Whole numbers as short as they can be, all first bytes before all second ones, which is more of the same to compress.

    In gaps stands the number above all others.
    """
    gap = None
    if gaps is not None and gaps.any():
        gap = int(values[~gaps].max(initial=0)) + 1
        values = np.where(gaps, gap, values)
    least, most = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    kind = next(kind for kind, (first, last) in _RANGES.items() if first <= least and most <= last)
    made = values.astype(kind)
    if made.itemsize > 1:
        made = np.ascontiguousarray(made.view(np.uint8).reshape(-1, made.itemsize).T)
    return _Numbers(kind, made.tobytes(), places, gap)


def _read(packed: _Numbers) -> NDArray[Any]:
    size = int(packed.type[-1])
    if size == 1 or packed.places is None:
        return np.frombuffer(packed.data, packed.type)
    return np.ascontiguousarray(np.frombuffer(packed.data, np.uint8).reshape(size, -1).T).view(packed.type).ravel()
