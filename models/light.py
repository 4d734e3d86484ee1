"""Results as light as they can be read: the same fields by the same names as in ``models.report``, checked as strictly.

Whoever reads results by the hundred thousand takes these: decoding one costs a tenth of making the models. Figures are the
same exact numbers. What this decoder does not take goes through ``from_json``, which knows more (half of a surrogate pair in
a file name) and says what is wrong.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

from models.report import Report, Result, from_json

Figure = int | Decimal
_Probability = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
_Box = tuple[float, float, float, float]
_State = Literal["number", "blank", "na", "text", "absent"]
_Status = Literal["accepted", "review", "confirmed", "corrected"]


class _Light(msgspec.Struct, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """None of these can be part of a cycle, so the collector need not look at them."""


class LightSource(_Light):
    """See ``SourceInfo``."""

    name: str
    sha256: str | None = None
    media_type: str | None = None
    pages: tuple[int, int] | None = None
    part: int = 1
    parts: int = 1
    files: tuple[str, ...] | None = None


class LightEvidence(_Light):
    """See ``Evidence``."""

    page: int | None = None
    bbox: _Box | None = None
    line: int | None = None
    column: int | None = None
    row: int | None = None
    route: str | None = None
    engines: tuple[str, ...] = ()


class LightAlternative(_Light):
    """See ``Alternative``."""

    value: Figure | None
    p: _Probability
    state: _State = "number"


class LightCell(_Light):
    """See ``Cell``."""

    value: Figure | None
    state: _State
    printed: str
    confidence: _Probability
    status: _Status
    evidence: LightEvidence | None = None
    alternatives: tuple[LightAlternative, ...] = ()
    unit: str | None = None


class LightClaim(_Light):
    """See ``Claim``."""

    value: Any = None
    confidence: _Probability = 0.0
    code: str | None = None
    quote: str | None = None
    where: str | None = None
    evidence: LightEvidence | None = None
    alternatives: tuple[Any, ...] = ()


class LightInfo(_Light):
    """See ``ReportInfo``."""

    organ: LightClaim
    region: LightClaim
    year: LightClaim
    period: LightClaim
    form: LightClaim
    published: LightClaim


class LightFact(_Light, kw_only=True):
    """See ``FactRecord``."""

    type: str
    value: Figure | None
    unit: str | None = None
    qualifier: Literal["exact", "about", "over", "under"]
    scope: Literal["year", "cumulative", "prior_year"]
    sentence: str
    span: tuple[int, int]
    page: int | None = None
    bbox: _Box | None = None
    line: int | None = None
    section: int | None = None
    confidence: _Probability
    status: _Status


class LightCheck(_Light):
    """See ``CheckRecord``."""

    rule: str
    status: Literal["pass", "fail", "unknown"]
    cells: tuple[str, ...]
    left: Figure | None = None
    right: Figure | None = None
    cause: Literal["source", "extraction", "unclear"] | None = None
    relation: Literal["=", ">=", "text"] = "="
    facts: tuple[int, ...] = ()
    message: str | None = None


class LightSection(_Light):
    """See ``NarrativeSection``."""

    section: str
    text: str
    page: int | None = None
    line: int | None = None


class LightReason(_Light):
    """See ``ReviewReason``."""

    cell: str | None
    why: str
    code: str = "doubt"


class LightReview(_Light):
    """See ``Review``."""

    needed: bool
    reasons: tuple[LightReason, ...] = ()


class LightNote(_Light, kw_only=True):
    """See ``PageNote``."""

    page: int | None = None
    code: str
    message: str


class LightPipeline(_Light):
    """See ``Pipeline``."""

    version: str
    route: dict[str, str] = {}
    notes: dict[str, str] = {}
    seconds: float = 0.0
    problems: tuple[LightNote, ...] = ()


class LightReport(_Light, kw_only=True, tag_field="schema", tag="gouji.report/1"):
    """See ``Report``."""

    id: str
    source: LightSource
    report: LightInfo
    cells: dict[str, LightCell]
    facts: tuple[LightFact, ...] = ()
    checks: tuple[LightCheck, ...] = ()
    narrative: tuple[LightSection, ...] = ()
    review: LightReview
    pipeline: LightPipeline


class LightError(_Light):
    """See ``ErrorInfo``."""

    code: str
    message: str
    hint: str = ""


class LightErrorReport(_Light, tag_field="schema", tag="gouji.error/1"):
    """See ``ErrorReport``."""

    source: LightSource
    error: LightError


LightResult = LightReport | LightErrorReport


def light(result: Result) -> LightResult:
    """A result that is there as a model."""
    fields = {"schema" if name == "schema_" else name: value for name, value in vars(result).items()}
    made: LightResult = msgspec.convert(fields, LightResult, from_attributes=True)
    return made


def heavy(report: LightReport) -> Report:
    """The model of a report that is there as a light one: in half of the time that ``from_json`` takes."""
    fields = msgspec.to_builtins(report, builtin_types=(Decimal,))
    return Report.model_validate(fields)


def read_light(text: str | bytes) -> LightResult:
    """Read what ``to_json`` wrote, decimals exact. Raises what ``from_json`` raises on anything else."""
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return light(from_json(text.decode() if isinstance(text, bytes) else text))


_DECODER: msgspec.json.Decoder[LightResult] = msgspec.json.Decoder(LightResult)
