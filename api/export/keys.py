"""What every row of a report's tables begins with."""

from __future__ import annotations

import simplejson

from api.export import words
from api.export.columns import Row, columns
from models.report import Claim, Report

KEY_COLUMNS = columns(
    ("document", "text", "Id of the report: same bytes and same version, same id"),
    ("source", "text", "Name of the file that the report stands in"),
    ("part", "integer", "Number of the report within its file"),
    ("organ", "text", "Organ that reports"),
    ("region_code", "text", "GB/T 2260 code of its region"),
    ("year", "integer", "Year reported on"),
    ("form", "text", "Form that the report uses: 2014, 2019 or 2021", words.FORM),
)


def keys(report: Report) -> Row:
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


def claimed(claim: Claim) -> str | None:
    """A claim as text; one that is a structure (a period) as JSON."""
    if claim.value is None or isinstance(claim.value, str):
        return claim.value
    return str(simplejson.dumps(claim.value, ensure_ascii=False, use_decimal=True, default=str))
