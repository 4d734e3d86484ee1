from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from models.forms import load_forms
from models.readings import CellState
from models.report import (
    Cell,
    CheckRecord,
    Claim,
    ErrorInfo,
    ErrorReport,
    Evidence,
    FactRecord,
    Pipeline,
    Report,
    ReportInfo,
    Review,
    SourceInfo,
)

MakeReport = Callable[..., Report]


def _cells(value: int | Decimal, printed: str) -> dict[str, Cell]:
    seen = Evidence(page=4, bbox=(1.5, 2.0, 3.25, 4.0), route="lattice", engines=("pdfium",))
    typed = Evidence(line=12, column=3, route="flattened")
    number, blank = CellState.NUMBER, CellState.BLANK
    return {
        "proactive.fees.amount": Cell(
            value=value, state=number, printed=printed, confidence=0.98, status="accepted", evidence=seen, unit="万元"
        ),
        "requests.new.total": Cell(
            value=3001, state=number, printed="3001", confidence=0.6, status="review", evidence=typed
        ),
        "requests.new.other": Cell(value=None, state=blank, printed="", confidence=0.9, status="accepted"),
    }


@pytest.fixture
def make_report() -> MakeReport:
    """Builds a small report by hand; what a test is about is passed in."""

    def make(
        name: str = "报告.pdf",
        *,
        id: str = "r1",
        organ: str = "青禾县人民政府",
        value: int | Decimal = Decimal("25.10"),
        printed: str = "25.10",
        sentence: str = "全年公开信息余100条。",
    ) -> Report:
        fact = FactRecord(
            type="disclosed_total",
            value=100,
            unit="条",
            qualifier="over",
            scope="year",
            sentence=sentence,
            span=(7, 10),
            page=1,
            confidence=0.97,
            status="accepted",
        )
        failing = CheckRecord(
            rule="requests.row_total.new",
            status="fail",
            cells=("requests.new.total",),
            left=3000,
            right=3001,
            cause="source",
        )
        info = ReportInfo(
            organ=Claim(value=organ, confidence=0.99),
            region=Claim(value="青禾县", code="320999", confidence=0.9),
            year=Claim(value=2024, confidence=0.99),
            period=Claim(value={"from": "2024-01-01"}, confidence=0.9),
            form=Claim(value="2021", confidence=1.0),
            published=Claim(),
        )
        return Report(
            id=id,
            source=SourceInfo(name=name, sha256="ab" * 32, media_type="application/pdf", pages=(1, 6)),
            report=info,
            cells=_cells(value, printed),
            facts=(fact,),
            checks=(failing,),
            review=Review(needed=True),
            pipeline=Pipeline(version="1"),
        )

    return make


@pytest.fixture
def error() -> ErrorReport:
    """An error object."""
    return ErrorReport(
        source=SourceInfo(name="坏.pdf"), error=ErrorInfo(code="truncated", message="=cut", hint="again")
    )


FullReport = Callable[..., Report]


@pytest.fixture
def full_report() -> FullReport:
    """Builds a report with every cell of its form (0 unless said otherwise), as a panel is made of."""

    def make(
        organ: str | None = "清河县水利局",
        year: int | None = 2023,
        *,
        form: str = "2021",
        region: str | None = "130534",
        file: str = "",
        cells: dict[str, int | Decimal | CellState] | None = None,
        status: dict[str, str] | None = None,
        sure: float = 0.99,
        checks: tuple[CheckRecord, ...] = (),
    ) -> Report:
        name = file or f"{organ}{year}.pdf"
        info = ReportInfo(
            organ=Claim(value=organ, confidence=sure if organ else 0.0),
            region=Claim(value=None, code=region, confidence=0.9, where="title" if region else None),
            year=Claim(value=year, confidence=sure if year else 0.0),
            period=Claim(),
            form=Claim(value=form, confidence=1.0),
            published=Claim(),
        )
        return Report(
            id=f"id of {name}",
            source=SourceInfo(name=name, sha256=name.encode().hex()[:64]),
            report=info,
            cells={
                cell: _full_cell((cells or {}).get(cell, 0), (status or {}).get(cell, "accepted"))
                for cell in load_forms()[form].cell_ids()
            },
            checks=checks,
            review=Review(needed=False),
            pipeline=Pipeline(version="1"),
        )

    return make


def _full_cell(value: int | Decimal | CellState, status: str) -> Cell:
    if isinstance(value, CellState):
        return Cell.model_validate({"value": None, "state": value, "printed": "", "confidence": 0.9, "status": status})
    return Cell.model_validate(
        {"value": value, "state": "number", "printed": str(value), "confidence": 0.99, "status": status}
    )
