"""What every row of a report's tables begins with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
import simplejson
from numpy.typing import NDArray

from api.export import words
from api.export.columns import Row, columns, repeated
from models.light import LightClaim, LightReport
from models.report import Claim

if TYPE_CHECKING:
    import pyarrow as pa

KEY_COLUMNS = columns(
    ("document", "text", "Id of the report: same bytes and same version, same id"),
    ("source", "text", "Name of the file that the report stands in"),
    ("part", "integer", "Number of the report within its file"),
    ("organ", "text", "Organ that reports"),
    ("region_code", "text", "GB/T 2260 code of its region"),
    ("year", "integer", "Year reported on"),
    ("form", "text", "Form that the report uses: 2014, 2019 or 2021", words.FORM),
)


def keys(report: LightReport) -> Row:
    """The values of ``KEY_COLUMNS``."""
    info = report.report
    return (
        report.id,
        report.source.name,
        report.source.part,
        claimed(info.organ),
        info.region.code,
        info.year.value if isinstance(info.year.value, int) else None,
        claimed(info.form),
    )


def repeated_keys(of_reports: Sequence[Row], per_row: NDArray[np.int32]) -> Iterator[pa.Array]:
    """The columns of ``KEY_COLUMNS``, for rows of which ``per_row`` says to which report each belongs."""
    import pyarrow as pa

    for column, values in zip(KEY_COLUMNS, zip(*of_reports, strict=True), strict=True):
        if column.kind == "text":
            yield repeated(cast("tuple[str | None, ...]", values), per_row)
        else:
            yield pa.array(values, pa.int32()).take(pa.array(per_row))


def claimed(claim: Claim | LightClaim) -> str | None:
    """A claim as text; one that is a structure (a period) as JSON."""
    if claim.value is None or isinstance(claim.value, str):
        return claim.value
    return str(simplejson.dumps(claim.value, ensure_ascii=False, use_decimal=True, default=str))
