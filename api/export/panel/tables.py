"""The tables of the panel beside those that follow from reports alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from api.export import words
from api.export.columns import Column, Frame, Row, Table, array, columns
from api.export.keys import KEY_COLUMNS
from api.export.panel.checks import PanelCheck
from api.export.panel.index import Chosen, Entry, LeftOut
from api.export.panel.organs import NameDoubt, Organ
from api.export.panel.source import Correction
from api.export.tables import CHECK_COLUMNS, REPORTS, check_columns
from models.forms import load_forms
from models.light import LightReport
from models.organs import load_regions
from models.variables import load_variables

WHERE_MISSING = {"before_first": "首份之前", "gap": "中间缺", "after_last": "末份之后"}
WHAT_TO_REVIEW = {
    "no_organ": "未识别机关",
    "no_year": "未识别年度",
    "no_region": "未识别地区",
    "not_told_apart": "同名机关无法区分",
    "versions_differ": "同年多份报告内容不同",
    "short_form": "简称",
    "office": "政府与其办公室",
    "same_year": "同年不同文件",
    "ambiguous": "简称有歧义",
    "renamed": "可能更名",
    "level": "层级不明",
}
PANEL_KEYS = columns(
    ("organ_id", "text", "Organ: region code and a digest of its name"),
    ("organ_number", "integer", "Number of the organ in this panel, from 1"),
    ("organ", "text", "Name of the organ"),
    ("year", "integer", "Year reported on"),
    ("region_code", "text", "GB/T 2260 code of its region"),
    ("region", "text", "Name of its region"),
    ("province_code", "text", "Code of the province"),
    ("prefecture_code", "text", "Code of the prefecture, where the region is within one"),
    ("level", "text", "Level of the organ", words.LEVEL),
    ("kind", "text", "Kind of the organ", words.ORGAN_KIND),
    ("field", "text", "What a department is for, by words of its name"),
    ("form", "text", "Form that the report uses: 2014, 2019 or 2021", words.FORM),
    ("form_of_year", "flag", "Whether that is the form for the year"),
    ("document", "text", "Id of the report"),
    ("source", "text", "Name of the file that the report stands in"),
    ("part", "integer", "Number of the report within its file"),
    ("versions", "integer", "Reports that there are for the organ and the year"),
    ("key_in_doubt", "flag", "Whether organ, region or year should be looked at"),
    ("cells_review", "integer", "Cells that a person should look at"),
    ("cells_by_people", "integer", "Cells that a person confirmed or corrected"),
    ("checks_failed", "integer", "Checks of the report that do not hold"),
)
_ORGAN_KEYS = columns(
    ("organ_id", "text", "Organ: region code and a digest of its name"),
    ("organ", "text", "Name of the organ"),
    ("region_code", "text", "GB/T 2260 code of its region"),
)
DOCUMENTS = Table(
    "documents",
    "one row per report, also of those that are in no row of the panel",
    (
        *REPORTS.columns,
        *columns(
            ("organ_id", "text", "Organ: region code and a digest of its name"),
            ("in_panel", "flag", "Whether the report stands in the panel"),
            ("why_not", "text", "Why it does not"),
        ),
    ),
    frozen=4,
)
CORRECTIONS = Table(
    "corrections",
    "one row per cell that a person confirmed or corrected",
    (
        *KEY_COLUMNS,
        *columns(
            ("variable", "text", "Name of the question"),
            ("cell", "text", "Id of the cell: table.row.column"),
            ("action", "text", "confirmed or corrected", {"confirmed": "确认", "corrected": "更正"}),
            ("read_state", "text", "State that was read", words.STATE),
            ("read_value", "number", "Value that was read"),
            ("read_status", "text", "Whether the reading had been accepted", words.STATUS),
            ("state", "text", "State that the person says", words.STATE),
            ("value", "number", "Value that the person says"),
            ("who", "text", "Who decided"),
            ("why", "text", "Reason given"),
            ("at", "text", "When, UTC"),
            ("drawn", "flag", "Whether chance had picked the cell for people to look at"),
        ),
    ),
    frozen=4,
)
ORGANS = Table(
    "organs",
    "one row per organ",
    (
        *PANEL_KEYS[:3],
        *PANEL_KEYS[4:11],
        *columns(
            ("first_year", "integer", "First year in the panel"),
            ("last_year", "integer", "Last year in the panel"),
            ("reports", "integer", "Reports of the organ, all versions"),
            ("names", "text", "Its names, separated by ;"),
            ("evidence", "text", "What region, level and field were told by"),
        ),
    ),
    frozen=3,
)
ORGAN_NAMES = Table(
    "organ_names",
    "one row per name of an organ",
    (
        *_ORGAN_KEYS,
        *columns(
            ("name", "text", "Name as reports print it"),
            (
                "how",
                "text",
                "How it was taken to be the organ's",
                {
                    "same": "同名",
                    "region": "地区全称或简称",
                    "short_form": "简称",
                    "office": "办公室",
                    "person": "人工",
                },
            ),
            ("reports", "integer", "Reports under this name"),
            ("years", "text", "Years of these reports"),
        ),
    ),
    frozen=2,
)
PANEL_CHECKS = Table(
    "panel_checks",
    "one row per check across years or levels that could be made",
    (*_ORGAN_KEYS, *columns(("year", "integer", "Year"), ("document", "text", "Id of the report")), *CHECK_COLUMNS),
    frozen=2,
)
MISSING = Table(
    "missing",
    "one row per organ and year without a report",
    (
        *_ORGAN_KEYS,
        *columns(
            ("level", "text", "Level of the organ", words.LEVEL),
            ("kind", "text", "Kind of the organ", words.ORGAN_KIND),
            ("year", "integer", "Year without a report"),
            ("where", "text", "Beside the reports that there are", WHERE_MISSING),
        ),
    ),
    frozen=2,
)
REVIEW = Table(
    "review",
    "one row per matter that a person should decide before the panel is used",
    columns(
        ("code", "text", "What kind of matter", WHAT_TO_REVIEW),
        ("organ", "text", "Name of the organ"),
        ("region_code", "text", "GB/T 2260 code of its region"),
        ("year", "integer", "Year, where it is about one"),
        ("document", "text", "Id of the report, where it is about one"),
        ("source", "text", "Name of its file"),
        ("why", "text", "What is in doubt"),
    ),
    frozen=2,
)


def panel_table(fractional: Collection[str]) -> Table:
    """The wide table; variables of which some figure is not whole are columns of exact decimals."""
    made = []
    for variable in load_variables().by_id.values():
        whole = variable.kind == "count" and variable.id not in fractional
        label = f"{variable.label.zh} [{variable.unit.zh}]"
        made.append(Column(variable.id, "count" if whole else "number", label, variable.alias))
    return Table("panel", "one row per organ and year, one column per variable", (*PANEL_KEYS, *made), frozen=4)


def status_table() -> Table:
    """The wide table of what each figure of the panel is worth, or why it is missing."""
    keys_of_row = tuple(column for column in PANEL_KEYS if column.name in ("organ_id", "year", "document"))
    made = (
        Column(variable.id, "text", f"{variable.label.zh}：状态", variable.alias, words.WORTH)
        for variable in load_variables().by_id.values()
    )
    return Table(
        "panel_status", "what each figure of the panel is worth, or why it is missing", (*keys_of_row, *made), 3
    )


def panel_key(number: int, row: Chosen) -> Row:
    """The values of ``PANEL_KEYS``."""
    entry, forms = row.entry, load_forms()
    form = forms.get(entry.form)
    of_year = (
        form is not None and form.first_year <= row.year and (form.last_year is None or row.year <= form.last_year)
    )
    return (
        row.organ.id,
        number,
        row.organ.name,
        row.year,
        *_described(row.organ),
        entry.form,
        of_year,
        entry.document,
        entry.source,
        entry.part,
        1 + len(row.others),
        entry.in_doubt,
        entry.review,
        entry.by_people,
        entry.failed,
    )


def _described(organ: Organ) -> Row:
    known = load_regions().by_code.get(organ.region or "")
    code = None if known is None else known.code
    prefecture = f"{code[:4]}00" if code and not code.endswith("0000") else None
    return (
        organ.region,
        None if known is None else known.name,
        None if code is None else f"{code[:2]}0000",
        prefecture if prefecture in load_regions().by_code else None,
        organ.level,
        organ.kind,
        " ".join(organ.fields) or None,
    )


def organ_row(number: int, organ: Organ) -> Row:
    """A row of ``ORGANS``."""
    years = sorted({year for use in organ.names for year in use.years})
    span = (years[0], years[-1]) if years else (None, None)
    reports = sum(use.reports for use in organ.names)
    names = "; ".join(use.name for use in organ.names)
    return (organ.id, number, organ.name, *_described(organ), *span, reports, names, organ.evidence)


def name_rows(organ: Organ) -> Iterator[Row]:
    """Rows of ``ORGAN_NAMES``."""
    for use in organ.names:
        years = " ".join(map(str, use.years)) or None
        yield (organ.id, organ.name, organ.region, use.name, use.how, use.reports, years)


def check_frame(found: Sequence[PanelCheck]) -> Frame:
    """Rows of ``PANEL_CHECKS``."""
    organs, rows = [one.row.organ for one in found], [one.row for one in found]
    by_column: list[Sequence[Any]] = [
        [organ.id for organ in organs],
        [organ.name for organ in organs],
        [organ.region for organ in organs],
        [row.year for row in rows],
        [row.entry.document for row in rows],
        *check_columns([one.check for one in found]),
    ]
    return Frame(tuple(array(column, values) for column, values in zip(PANEL_CHECKS.columns, by_column, strict=True)))


def missing_row(organ: Organ, year: int, where: str) -> Row:
    """A row of ``MISSING``."""
    return (organ.id, organ.name, organ.region, organ.level, organ.kind, year, where)


def correction_rows(report: LightReport, made: Iterable[Correction]) -> Iterator[Row]:
    """Rows of ``CORRECTIONS``, without the keys of the report."""
    variables = load_variables().of_cell.get(str(report.report.form.value), {})
    for one in made:
        at = None if one.at is None else datetime.fromtimestamp(one.at, UTC).isoformat(timespec="seconds")
        read = (None if one.read_state is None else str(one.read_state), one.read_value, one.read_status)
        said = (str(one.state), one.value, one.who, one.why, at, one.drawn)
        yield (variables.get(one.cell), one.cell, one.action, *read, *said)


def doubt_row(doubt: NameDoubt) -> Row:
    """A doubt about names as a row of ``REVIEW``."""
    return (doubt.code, doubt.organ, doubt.region, None, None, None, doubt.why)


def left_out_row(left: LeftOut) -> Row:
    """A report that is in no row as a row of ``REVIEW``."""
    return _entry_row(left.code, left.entry, left.why)


def versions_row(row: Chosen, other: Entry, differing: int) -> Row:
    """Two versions of a report that differ as a row of ``REVIEW``."""
    why = f"{differing} variable(s) differ from those in {row.entry.source}, which stands in the panel"
    return _entry_row("versions_differ", other, why)


def _entry_row(code: str, entry: Entry, why: str) -> Row:
    return (code, entry.organ, entry.region, entry.year, entry.document, entry.source, why)
