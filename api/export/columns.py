"""What a table is, and how its rows travel: column by column, figures as their digits.

A figure stays the text of its digits until a format needs more (a decimal, a double), so no step on the way can round it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from models.joined import NOTHING, Figures, Words

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

Kind = Literal["text", "integer", "real", "number", "count", "flag"]
Value = str | int | float | Decimal | bool | None
Row = tuple[Value, ...]

#: Why a figure is missing, as the codes that travel beside it. Flags are added: ``DOUBTFUL`` where a person should look,
#: the others where one has.
#: ``NOT_ASKED`` is for a variable that the report's form does not have. ``KIND`` masks the flags off.
GIVEN, BLANK, NA, ABSENT, TEXT, UNREADABLE, NOT_ASKED = range(7)
DOUBTFUL, CONFIRMED, CORRECTED = 16, 32, 64
KIND = 15
#: The words for the codes, in their order.
MARKS = ("number", "blank", "na", "absent", "text", "unreadable", "not_asked")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: name, kind, and a label (at most 80 characters) for formats that have labels.

    ``integer`` and ``real`` are gouji's own (pages, points, probabilities). ``number`` is a figure of a report, exact
    wherever the format allows it; ``count`` is one that is whole in every report that fills in the form rightly.
    ``alias`` is the name where names are short (32 characters), ``levels`` the words a text is limited to, with their
    Chinese.
    """

    name: str
    kind: Kind
    label: str
    alias: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)

    @property
    def short(self) -> str:
        """The name where names are short."""
        return self.alias or self.name

    @property
    def is_figure(self) -> bool:
        """Whether its values travel as digits."""
        return self.kind in ("number", "count")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, what a row is, and its columns. ``frozen`` of them stay in sight in a workbook."""

    name: str
    about: str
    columns: tuple[Column, ...]
    frozen: int = 0

    def at(self, name: str) -> int:
        """The position of the column."""
        return next(at for at, column in enumerate(self.columns) if column.name == name)


@dataclass(frozen=True, slots=True)
class Frame:
    """Some rows of a table: an Arrow array per column, and for some columns of figures a mark per row."""

    columns: tuple[pa.Array, ...]
    marks: Mapping[int, NDArray[np.uint8]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many."""
        return len(self.columns[0]) if self.columns else 0


def columns(*specs: tuple[str, Kind, str] | tuple[str, Kind, str, Mapping[str, str]]) -> tuple[Column, ...]:
    """Columns from name, kind, label and, for a text of few words, these."""
    return tuple(
        Column(spec[0], spec[1], spec[2], levels=spec[3]) if len(spec) == 4 else Column(*spec) for spec in specs
    )


def frame_of(table: Table, rows: Iterable[Row]) -> Frame:
    """Rows as a frame."""
    found = list(rows)
    by_column: Iterable[Sequence[Value]] = zip(*found, strict=True) if found else ((),) * len(table.columns)
    return Frame(tuple(array(column, values) for column, values in zip(table.columns, by_column, strict=True)))


def array(column: Column, values: Sequence[Any]) -> pa.Array:
    """Values of a column as Arrow carries them; every text in it can be encoded."""
    import pyarrow as pa

    if column.is_figure:
        return _figures(values)
    if column.kind == "text":
        return texts(values)
    return pa.array(values, {"integer": pa.int32(), "real": pa.float64(), "flag": pa.bool_()}[column.kind])


def _figures(values: Sequence[int | Decimal | None]) -> pa.Array:
    """Figures as their digits; where all are whole numbers of 64 bits, Arrow writes them itself, which is faster."""
    import pyarrow as pa

    if {type(value) for value in values} <= {int, type(None)}:
        with suppress(OverflowError):
            return pa.array(values, pa.int64()).cast(pa.string())
    return pa.array([None if value is None else digits(value) for value in values], pa.string())


def texts(values: Sequence[str | None]) -> pa.Array:
    """Texts; what UTF-8 cannot hold (a file name on disk need not be valid Unicode) is written out."""
    import pyarrow as pa

    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([None if value is None else encodable(value) for value in values], pa.string())


def shown(figures: Figures) -> pa.Array:
    """Figures as their digits."""
    return replaced(whole_digits(figures), {at: digits(value) for at, value in figures.odd.items()})


def whole_digits(figures: Figures) -> pa.Array:
    """The same, without the odd ones."""
    import pyarrow as pa

    return pa.array(figures.whole, mask=~figures.given).cast(pa.string())


def replaced(array: pa.Array, others: Mapping[int, str]) -> pa.Array:
    """Texts with others in some rows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not others:
        return array
    rows = np.zeros(len(array), np.bool_)
    rows[list(others)] = True
    return pc.replace_with_mask(array, pa.array(rows), texts([others[row] for row in sorted(others)]))


def integers(values: NDArray[np.int32]) -> pa.Array:
    """Integers; null where there is none."""
    import pyarrow as pa

    return pa.array(values, mask=values == NOTHING)


def chosen(found: Words[str]) -> pa.Array:
    """Texts many of which are the same, as ``coded`` gives them: those that there are, in the order of their first rows."""
    import pyarrow as pa

    known, own = _words(found.words)
    codes = np.array([*(own[word] for word in found.words), len(known)], np.int32)[found.codes]  # the last is for -1
    first = np.full(len(known) + 1, len(codes))
    np.minimum.at(first, codes, np.arange(len(codes)))
    there = [code for code in np.argsort(first[:-1], kind="stable").tolist() if first[code] < len(codes)]
    order = np.full(len(known) + 1, -1, np.min_scalar_type(-len(there) - 1))
    order[there] = np.arange(len(there))
    kept = order[codes]
    return pa.DictionaryArray.from_arrays(pa.array(kept, mask=kept < 0), texts([known[code] for code in there]))


def repeated(values: Sequence[str | None], indices: NDArray[np.integer[Any]]) -> pa.Array:
    """Texts of which each stands in many rows, without a copy for every row."""
    import pyarrow as pa

    known, codes = _words(values)
    # Codes as short as they can be: most of what goes from one process to another are these.
    own = np.array([-1 if value is None else codes[value] for value in values], np.min_scalar_type(-len(known) - 1))
    chosen = own[indices]
    absent = chosen < 0 if None in values else None  # without it, Arrow takes the codes as they are
    return pa.DictionaryArray.from_arrays(pa.array(chosen, mask=absent), texts(known))


def coded(values: Sequence[str | None]) -> pa.Array:
    """Texts many of which are the same."""
    return texts(values).dictionary_encode()


def _words(values: Sequence[str | None]) -> tuple[list[str], dict[str, int]]:
    """The different texts, and the code of each; what is missing has none, for a dictionary of Arrow's holds no null."""
    known = [value for value in dict.fromkeys(values) if value is not None]
    return known, {value: code for code, value in enumerate(known)}


def encodable(text: str) -> str:
    """The text with what UTF-8 cannot hold written out, as in ``\\udc80``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def digits(value: int | Decimal) -> str:
    """Every digit of a figure, without an exponent."""
    return str(value) if isinstance(value, int) else format(value, "f")


def precision(value: int | Decimal) -> tuple[int, int]:
    """Significant digits, and digits after the point, without trailing zeros.

    Counted on the digits themselves: ``Decimal.normalize`` would round to the precision of the context first.
    """
    return precision_of(digits(value))


def precision_of(text: str) -> tuple[int, int]:
    """The same of the digits of a figure."""
    whole, _, part = text.lstrip("-").partition(".")
    part = part.rstrip("0")
    return len((whole + part).strip("0") if not part else (whole + part).lstrip("0")), len(part)
