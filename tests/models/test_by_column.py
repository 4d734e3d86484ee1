"""Results by column: what is taken apart is what was there, and packing changes nothing."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from models import packed
from models.by_column import OUTCOMES, STATES, STATUSES, ColumnReport, ColumnResult, by_column
from models.forms import load_forms
from models.identities import identities
from models.joined import NOTHING, Cells, Checks, Figures, Words, join_cells, join_checks
from models.light import (
    LightAlternative,
    LightCell,
    LightCheck,
    LightClaim,
    LightError,
    LightErrorReport,
    LightEvidence,
    LightFact,
    LightInfo,
    LightNote,
    LightPipeline,
    LightReason,
    LightReport,
    LightReview,
    LightSection,
    LightSource,
)
from models.packed import pack, unpack

FIGURES = (
    *(0, 1, -1, 17, 255, 256, -129, 70_000, 2**31, 2**63 - 1, -(2**63), 2**63, -(2**63) - 1, 10**40),
    *map(Decimal, ("0.10", "-12.50", "1E+5", "1E-9", "123456789012345678901234567890.25", "0E+2")),
)
TEXTS = ("", "0", "1", "-1", "0.10", "a\0b", "两\n行", "ﬀ \u2028", "，", "/", "a" * 300)
REALS = (0.0, 1.0, 80.25, 0.1 + 0.2, 1 / 3, 841.89, 1e-7, -0.0, -3.5, 70000.01, 1e300)
SHARES = (0.0, 1.0, 0.99, 0.999871, 1 / 3, 1e-9)


def figure(dice: random.Random) -> Any:
    return dice.choice((None, dice.randrange(100), dice.choice(FIGURES)))


def evidence(dice: random.Random) -> LightEvidence | None:
    def maybe(value: Any) -> Any:
        return value if dice.random() < 0.7 else None

    box: Any = tuple(dice.choice(REALS) for _ in range(4))
    if dice.random() < 0.3:
        return None
    return LightEvidence(
        page=maybe(dice.choice((1, 3, 400, 0, -1, -7))),
        bbox=maybe(box),
        line=maybe(dice.randrange(2000)),
        column=maybe(dice.choice((1, 70000, 2**31 - 1))),
        row=maybe(4),
        route=maybe(dice.choice(("lattice", "text"))),
        engines=("pdfium",),
    )


def cell(dice: random.Random) -> LightCell:
    value = figure(dice)
    printed = str(value) if value is not None and dice.random() < 0.5 else dice.choice(TEXTS)
    state: Any = dice.choice(STATES)
    status: Any = dice.choice(STATUSES)
    unit, other = dice.choice((None, "万元", "件")), LightAlternative(figure(dice), 0.5)
    return LightCell(value, state, printed, dice.choice(SHARES), status, evidence(dice), (other,), unit)


def check(dice: random.Random, form: str) -> LightCheck:
    rules = identities(form) if form in load_forms() else ()
    rule = dice.choice(rules) if rules and dice.random() < 0.8 else None
    outcome: Any = dice.choice(OUTCOMES)
    cause: Any = dice.choice((None, "source", "extraction", "unclear"))
    return LightCheck(
        rule=rule.rule if rule else dice.choice(("prose.x", "own")),
        status=outcome,
        cells=rule.cells if rule else dice.choice(((), ("a", "b c"))),
        left=figure(dice),
        right=figure(dice),
        cause=cause,
        relation=rule.relation if rule else "text",
        facts=(0,),
        message=dice.choice((None, None, "正文：“2”", "a\0\n")),
    )


def fact(dice: random.Random) -> LightFact:
    value = dice.choice((None, 4, Decimal("2.50"), 2**63 - 1))
    box: Any = dice.choice((None, (1.0, 2.25, 1 / 3, 4.0)))
    return LightFact(
        type="disclosed_total",
        value=value,
        unit=dice.choice((None, "条")),
        qualifier="about",
        scope="year",
        sentence=dice.choice(TEXTS),
        span=(1, 2),
        page=dice.choice((None, 2)),
        bbox=box,
        confidence=dice.choice(SHARES),
        status="review",
    )


def report(dice: random.Random, number: int = 0) -> LightReport:
    """A report with everything that may be odd in it; forms and their cells by chance, unknown ones among them."""
    form: Any = dice.choice(("2014", "2019", "2021", "2021", "2030", None))
    names = list(load_forms()[form].cell_ids()) if form in load_forms() else ["x.y", "请.求"]
    kind = dice.random()
    if kind < 0.2:
        names = dice.sample(names, len(names) // 2)
    elif kind < 0.3:
        names = []
    elif kind < 0.5:
        names.append("no.such.cell")
    organ, region = dice.choice((("甲县财政局", "110101"), ("乙市", None), (None, None)))
    info = LightInfo(
        organ=LightClaim(organ, 0.99, quote="甲", where="title", evidence=LightEvidence(page=1)),
        region=LightClaim("甲县", 0.5, code=region, alternatives=({"p": 0.25},)),
        year=LightClaim(dice.choice((2019, 2020, 2021, None, "二〇")), 0.9),
        period=LightClaim(dice.choice((None, ["2020-01-01", "2020-12-31"]))),
        form=LightClaim(form, 1.0),
        published=LightClaim(dice.choice((None, "2021-01-20"))),
    )
    note = LightNote(page=2, code="page_unread", message="第2页\0")
    return LightReport(
        id=f"{number:032x}",
        source=LightSource(f"a{number}.pdf", f"{number:064x}", pages=dice.choice((None, (1, 6)))),
        report=info,
        cells={name: cell(dice) for name in names},
        facts=tuple(fact(dice) for _ in range(dice.choice((0, 3)))),
        checks=tuple(check(dice, str(form)) for _ in range(dice.choice((0, 1, 40)))),
        narrative=(LightSection("一", "文"),),
        review=LightReview(dice.random() < 0.5, (LightReason("a", "why"),)),
        pipeline=LightPipeline("1", {"1": "text"}, {"1": "x"}, 0.5, dice.choice(((), (note,)))),
    )


def words_of(found: Words[Any]) -> list[Any]:
    return [None if code < 0 else found.words[code] for code in found.codes.tolist()]


def figures_of(found: Figures) -> list[str | None]:
    """With their types, and every digit."""
    known = [repr(value) if given else None for value, given in zip(found.whole.tolist(), found.given, strict=True)]
    for at, value in found.odd.items():
        assert known[at] is None
        known[at] = repr(value)
    return known


def plain(result: ColumnResult) -> Any:
    """What a result by column says, as values that can be compared."""
    if isinstance(result, LightErrorReport):
        return result
    return result.head, cells_of(join_cells([result.cells])), result.facts, checks_of(join_checks([result.checks]))


def cells_of(cells: Cells) -> list[Any]:
    shown = [
        cells.printed.get(at, str(value) if given else "")
        for at, (value, given) in enumerate(zip(cells.values.whole.tolist(), cells.values.given, strict=True))
    ]
    numbers = [
        [None if value == NOTHING else value for value in column.tolist()]
        for column in (cells.pages, cells.lines, cells.columns)
    ]
    boxes = [None if math.isnan(box[0]) else repr(tuple(box)) for box in cells.boxes.T.tolist()]
    texts = [words_of(cells.units), words_of(cells.routes), shown]
    codes = [cells.states.tolist(), cells.statuses.tolist()]
    return [cells.names, figures_of(cells.values), *codes, *texts, *numbers, boxes, cells.confidences.tolist()]


def checks_of(checks: Checks) -> list[Any]:
    texts: tuple[Words[Any], ...] = (checks.kinds, checks.causes, checks.messages)
    return [*map(words_of, texts), checks.outcomes.tolist(), figures_of(checks.left), figures_of(checks.right)]


def columns(found: LightReport) -> ColumnReport:
    made = by_column(found)
    assert isinstance(made, ColumnReport)
    return made


@pytest.mark.parametrize("seed", range(40))
def test_a_report_is_the_same_taken_apart_packed_and_unpacked(seed: int) -> None:
    given = report(random.Random(seed))
    made = columns(given)
    cells, places = list(given.cells.values()), [one.evidence or LightEvidence() for one in given.cells.values()]
    assert cells_of(join_cells([made.cells])) == [
        tuple(given.cells),
        [None if one.value is None else repr(one.value) for one in cells],
        [STATES.index(one.state) for one in cells],
        [STATUSES.index(one.status) for one in cells],
        [one.unit for one in cells],
        [one.route for one in places],
        [one.printed for one in cells],
        [one.page for one in places],
        [one.line for one in places],
        [one.column for one in places],
        [None if one.bbox is None else repr(tuple(one.bbox)) for one in places],
        [one.confidence for one in cells],
    ]
    assert checks_of(join_checks([made.checks])) == [
        [(one.rule, one.relation, " ".join(one.cells)) for one in given.checks],
        [one.cause for one in given.checks],
        [one.message for one in given.checks],
        [OUTCOMES.index(one.status) for one in given.checks],
        [None if one.left is None else repr(one.left) for one in given.checks],
        [None if one.right is None else repr(one.right) for one in given.checks],
    ]
    data = pack(made)
    assert data is not None
    again = unpack(data)
    assert again is not None and plain(again) == plain(made)


def test_joined_are_those_of_the_reports_one_behind_the_other() -> None:
    dice = random.Random(1)
    made = [columns(report(dice)) for _ in range(40)]
    found = [one if at % 2 else unpack(pack(one) or b"") or one for at, one in enumerate(made)]
    joined = checks_of(join_checks([one.checks for one in found]))
    parts = [checks_of(join_checks([one.checks])) for one in found]
    assert joined == [[item for part in parts for item in part[at]] for at in range(len(joined))]
    names = load_forms()["2021"].cell_ids()
    same = [one.cells for one in found if one.cells.names == names]
    assert len(same) > 3
    cells, own = cells_of(join_cells(same)), [cells_of(join_cells([one])) for one in same]
    assert cells[1:] == [[item for part in own for item in part[at]] for at in range(1, len(cells))]


def test_an_error_has_no_columns() -> None:

    error = LightErrorReport(LightSource("a"), LightError("c", "m"))
    assert by_column(error) is error


@pytest.mark.parametrize(
    "change",
    [
        lambda one: setattr(one.source, "name", "\udc80.pdf"),
        lambda one: setattr(one.report.period, "value", [0.5]),
        lambda one: setattr(one.report.period, "value", {"from": 1}),
        lambda one: setattr(one, "facts", (fact_of(2**70),)),
    ],
    ids=["half a surrogate pair", "a fraction in a claim", "a claim of another kind", "a fact beyond 64 bits"],
)
def test_what_cannot_be_kept_exactly_is_not_packed(change: Callable[[LightReport], None]) -> None:
    given = report(random.Random(3))
    assert pack(columns(given)) is not None
    change(given)
    assert pack(columns(given)) is None


def test_a_page_beyond_32_bits_is_no_page() -> None:
    given = report(random.Random(3))
    given.cells["x"] = LightCell(1, "number", "1", 1.0, "accepted", LightEvidence(page=2**31))
    with pytest.raises(OverflowError):
        join_cells([columns(given).cells])


def fact_of(value: int) -> LightFact:
    made = fact(random.Random(0))
    made.value = value
    return made


def test_another_version_and_a_form_that_changed_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    given = report(random.Random(5))
    given.report.form.value = "2021"
    data = pack(columns(given))
    assert data is not None and unpack(data) is not None
    assert unpack(bytes([packed.VERSION + 1]) + data[1:]) is None
    assert unpack(b"") is None
    packed._form.cache_clear()
    monkeypatch.setattr(packed, "identities", lambda form: identities(form)[1:])
    try:
        assert unpack(data) is None
    finally:
        packed._form.cache_clear()
