"""A table as rows and columns of cells: what every table route ends in."""

from __future__ import annotations

from dataclasses import dataclass

from models.evidence import Place
from models.readings import Reading

#: A cell whose place is not known.
NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: its text (line breaks inside a cell kept as ``\\n``), its first row and column (from 0), its spans.

    ``readings`` is empty where the text is certain (a text layer); a recogniser puts its n-best there, best first.
    """

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    place: Place = NOWHERE
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Each position is covered by at most one cell; positions may be uncovered.

    ``spatial`` says that positions can be trusted (rulings, HTML, Word, spreadsheets); it is false for text flattened
    from a table, where merged cells may have shifted a row. ``route`` names how the grid was found (``lattice``,
    ``stream``, ``html``, ``docx``, ``xlsx``, ``text`` …), ``engines`` which programs read it.
    """

    cells: tuple[GridCell, ...]
    n_rows: int
    n_columns: int
    route: str
    engines: tuple[str, ...]
    spatial: bool = True
