"""The layout of Stata's ``.dta`` file, release 118 (Stata 14 and later), as Stata's manual gives it (``help dta``).

Written here, and not by a library, for three reasons: pandas refuses the missing values .a to .z; pyreadstat holds every
value of a table as a Python object and stamps the time of writing, so that equal data would not be equal bytes; and both
need all rows at once. A test reads what is written back with both of them.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

#: Limits of the format: bytes of a fixed-width text, characters of a name and of a label.
FIXED_BYTES: Final = 2045
NAME, LABEL = 32, 80
#: Type numbers. A text of fixed width has its number of bytes as its type.
STRL, DOUBLE, LONG, BYTE = 32768, 65526, 65528, 65530
_DTYPES: Final = {DOUBLE: "<f8", LONG: "<i4", BYTE: "i1", STRL: "<u8"}
_FORMATS: Final = {DOUBLE: "%12.0g", LONG: "%12.0g", BYTE: "%8.0g", STRL: "%9s"}
#: The missing value "." of each type; ``.a`` and so on follow it.
SYSMIS: Final = {DOUBLE: 0x7FE0_0000_0000_0000, LONG: 2_147_483_621, BYTE: 101}
_STEP: Final = {DOUBLE: 0x0000_0100_0000_0000, LONG: 1, BYTE: 1}
#: Equal data gives equal bytes, so the header does not carry the time of writing.
TIMESTAMP: Final = b"01 Jan 1980 00:00"
_PARTS: Final = (
    *("stata_dta", "map", "variable_types", "varnames", "sortlist", "formats", "value_label_names"),
    *("variable_labels", "characteristics", "data", "strls", "value_labels", "/stata_dta", "end"),
)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable: name, type number, label, and the name of its value labels if it has any."""

    name: str
    type: int
    label: str
    values: str = ""

    @property
    def dtype(self) -> str:
        """Its NumPy type within a row."""
        return _DTYPES.get(self.type, f"S{self.type}")


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says before its rows. ``labels`` are sets of value labels: name → value → label."""

    variables: tuple[Variable, ...]
    rows: int
    label: str
    notes: tuple[str, ...] = ()
    labels: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    @property
    def dtype(self) -> np.dtype[np.void]:
        """A row."""
        return np.dtype([(variable.name, variable.dtype) for variable in self.variables])


def missing(kind: int, letter: str) -> int:
    """The missing value of a type: "." for an empty letter, otherwise .a to .z; for a double its bits."""
    return SYSMIS[kind] + (_STEP[kind] * (ord(letter) - ord("a") + 1) if letter else 0)


def missing_doubles(letters: Sequence[str]) -> NDArray[np.float64]:
    """The missing values of these letters as doubles."""
    return np.array([missing(DOUBLE, letter) for letter in letters], np.uint64).view(np.float64)


class Writer:
    """Writes a file from beginning to end; rows may come in any number of parts, ``head.rows`` in all."""

    def __init__(self, file: BinaryIO, head: Head) -> None:
        self._file, self._head = file, head
        self._at: dict[str, int] = {"stata_dta": 0}
        self._long_texts: list[tuple[int, int, bytes]] = []
        self._row = 0
        self._write_head()

    def _write_head(self) -> None:
        head = self._head
        label = _cut(head.label, LABEL).encode()
        self._file.write(b"<stata_dta><header><release>118</release><byteorder>LSF</byteorder>")
        self._file.write(b"<K>" + struct.pack("<H", len(head.variables)) + b"</K>")
        self._file.write(b"<N>" + struct.pack("<Q", head.rows) + b"</N>")
        self._file.write(b"<label>" + struct.pack("<H", len(label)) + label + b"</label>")
        self._file.write(b"<timestamp>" + bytes([len(TIMESTAMP)]) + TIMESTAMP + b"</timestamp></header>")
        self._section("map", struct.pack("<14Q", *[0] * 14))
        variables = head.variables
        self._section("variable_types", struct.pack(f"<{len(variables)}H", *(one.type for one in variables)))
        self._section("varnames", b"".join(_fixed(one.name, 129) for one in variables))
        self._section("sortlist", bytes(2 * (len(variables) + 1)))
        formats = (_FORMATS.get(one.type, f"%-{min(one.type, 40)}s") for one in variables)
        self._section("formats", b"".join(_fixed(said, 57) for said in formats))
        self._section("value_label_names", b"".join(_fixed(one.values, 129) for one in variables))
        self._section("variable_labels", b"".join(_fixed(_cut(one.label, LABEL), 321) for one in variables))
        self._section("characteristics", b"".join(_notes(head.notes)))
        self._at["data"] = self._file.tell()
        self._file.write(b"<data>")

    def _section(self, name: str, content: bytes) -> None:
        self._at[name] = self._file.tell()
        self._file.write(f"<{name}>".encode() + content + f"</{name}>".encode())

    def write(self, rows: NDArray[np.void], long_texts: Mapping[str, Sequence[bytes]]) -> None:
        """Add rows of the head's type; ``long_texts`` are the texts of each variable of type strL."""
        for at, variable in enumerate(self._head.variables, 1):
            if variable.type == STRL:
                rows[variable.name] = [self._keep(at, row, text) for row, text in enumerate(long_texts[variable.name])]
        self._file.write(rows.tobytes())
        self._row += len(rows)

    def _keep(self, variable: int, row: int, text: bytes) -> int:
        """Remember a long text; returns what stands in its place: 2 bytes of variable, 6 of observation."""
        if not text:
            return 0
        observation = self._row + row + 1
        self._long_texts.append((variable, observation, text))
        return variable | observation << 16

    def close(self) -> None:
        """Write what stands behind the rows, and the map of the file."""
        if self._row != self._head.rows:
            raise ValueError(f"{self._head.rows} rows were announced and {self._row} written")
        self._file.write(b"</data>")
        self._section("strls", b"".join(_long_text(*text) for text in self._long_texts))
        self._section("value_labels", b"".join(_labels(*pair) for pair in self._head.labels.items()))
        self._at["/stata_dta"] = self._file.tell()
        self._file.write(b"</stata_dta>")
        self._at["end"] = self._file.tell()
        self._file.seek(self._at["map"] + len("<map>"))
        self._file.write(struct.pack("<14Q", *(self._at[part] for part in _PARTS)))


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[: characters - 1] + "…"


def _fixed(text: str, size: int) -> bytes:
    data = text.encode()
    if len(data) >= size:
        raise ValueError(f"too long for Stata: {text}")
    return data.ljust(size, b"\0")


def _notes(notes: Sequence[str]) -> list[bytes]:
    """Notes on the whole data set: ``note0`` counts them, ``note1`` is the first."""
    said = (
        {"note0": str(len(notes)), **{f"note{number}": note for number, note in enumerate(notes, 1)}} if notes else {}
    )
    found = []
    for name, text in said.items():
        content = _fixed("_dta", 129) + _fixed(name, 129) + text.encode() + b"\0"
        found.append(b"<ch>" + struct.pack("<I", len(content)) + content + b"</ch>")
    return found


def _long_text(variable: int, observation: int, text: bytes) -> bytes:
    return b"GSO" + struct.pack("<IQBI", variable, observation, 130, len(text) + 1) + text + b"\0"


def _labels(name: str, labels: Mapping[int, str]) -> bytes:
    """A set of value labels. Offsets point into the texts, each of which ends in a zero."""
    values = sorted(labels)
    texts = [labels[value].encode() + b"\0" for value in values]
    offsets = [sum(map(len, texts[:at])) for at in range(len(texts))]
    whole = b"".join(texts)
    table = struct.pack("<II", len(values), len(whole))
    table += struct.pack(f"<{len(values)}i", *offsets) + struct.pack(f"<{len(values)}i", *values) + whole
    return b"<lbl>" + struct.pack("<I", len(table)) + _fixed(name, 129) + bytes(3) + table + b"</lbl>"
