"""The document that is stored, sent and shown: one report, or the reason why there is none."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import simplejson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, WithJsonSchema

from models.readings import CellState

ExactNumber = Annotated[int | Decimal, WithJsonSchema({"type": "number"})]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
BBox = Annotated[tuple[float, float, float, float], Field(description="x0, y0, x1, y1 in points, origin top left")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SourceInfo(_Frozen):
    """The source that a report was read from; ``part`` of ``parts`` when it holds several reports."""

    name: str
    sha256: str | None = None
    media_type: str | None = None
    pages: tuple[int, int] | None = Field(None, description="first and last page of this report")
    part: int = 1
    parts: int = 1
    files: tuple[str, ...] | None = Field(None, description="all files, where pictures of pages form one source")


class Evidence(_Frozen):
    """Where a value stands and how it was read: page and bbox, or line and column of a text source."""

    page: int | None = None
    bbox: BBox | None = None
    line: int | None = None
    column: int | None = None
    row: int | None = Field(None, description="row of the table, where `line` is a block of a format without pages")
    route: str | None = None
    engines: tuple[str, ...] = ()


class Alternative(_Frozen):
    """Another value that what is seen supports."""

    value: ExactNumber | None
    p: Probability
    state: CellState = CellState.NUMBER


class Cell(_Frozen):
    """One cell of the form."""

    value: ExactNumber | None
    state: CellState
    printed: str
    confidence: Probability
    status: Literal["accepted", "review", "confirmed", "corrected"]
    evidence: Evidence | None = None
    alternatives: tuple[Alternative, ...] = ()
    unit: str | None = Field(None, description="unit of the value, where the form fixes one")


class Claim(_Frozen):
    """Something said of the whole report, with how sure it is and where it stands."""

    value: Any = None
    confidence: Probability = 0.0
    code: str | None = Field(None, description="for a region: its GB/T 2260 code")
    quote: str | None = Field(None, description="the words it was read from")
    where: str | None = Field(None, description="title, text, signature, seal, file_name …")
    evidence: Evidence | None = None
    alternatives: tuple[Any, ...] = ()


class ReportInfo(_Frozen):
    """Who reports on which year, on which form."""

    organ: Claim
    region: Claim
    year: Claim
    period: Claim
    form: Claim
    published: Claim


class FactRecord(_Frozen):
    """A figure stated in prose. ``span`` counts characters in the sentence."""

    type: str
    value: ExactNumber | None
    unit: str | None = None
    qualifier: Literal["exact", "about", "over", "under"]
    scope: Literal["year", "cumulative", "prior_year"]
    sentence: str
    span: tuple[int, int]
    page: int | None = None
    bbox: BBox | None = None
    line: int | None = None
    section: int | None = Field(None, description="index into narrative")
    confidence: Probability
    status: Literal["accepted", "review", "confirmed", "corrected"]


class CheckRecord(_Frozen):
    """A rule that figures must satisfy: the identity ``left = right``, or a rule of its own kind."""

    rule: str
    status: Literal["pass", "fail", "unknown"]
    cells: tuple[str, ...]
    left: ExactNumber | None = None
    right: ExactNumber | None = None
    cause: Literal["source", "extraction", "unclear"] | None = None
    relation: Literal["=", ">=", "text"] = "="
    facts: tuple[int, ...] = Field((), description="indices into facts")
    message: str | None = None


class NarrativeSection(_Frozen):
    """A section of prose."""

    section: str
    text: str
    page: int | None = None
    line: int | None = None


class ReviewReason(_Frozen):
    """Why a person should look: at a cell, or at the report (``cell`` is null)."""

    cell: str | None
    why: str
    code: str = "doubt"


class Review(_Frozen):
    """Whether a person is needed, and why."""

    needed: bool
    reasons: tuple[ReviewReason, ...] = ()


class PageNote(_Frozen):
    """A page or part that was not read, with the reason."""

    page: int | None = None
    code: str
    message: str


class Pipeline(_Frozen):
    """How the report was made. ``notes`` tells by page why it was read as a picture, and what was repaired first."""

    version: str
    route: dict[str, str] = {}
    notes: dict[str, str] = {}
    seconds: float = 0.0
    problems: tuple[PageNote, ...] = ()


class Report(_Frozen):
    """One report."""

    schema_: Literal["gouji.report/1"] = Field("gouji.report/1", alias="schema")
    id: str
    source: SourceInfo
    report: ReportInfo
    cells: dict[str, Cell]
    facts: tuple[FactRecord, ...] = ()
    checks: tuple[CheckRecord, ...] = ()
    narrative: tuple[NarrativeSection, ...] = ()
    review: Review
    pipeline: Pipeline


class ErrorInfo(_Frozen):
    """A stable code, what happened, and the remedy."""

    code: str
    message: str
    hint: str = ""


class ErrorReport(_Frozen):
    """What stands in place of a report when a source cannot be read."""

    schema_: Literal["gouji.error/1"] = Field("gouji.error/1", alias="schema")
    source: SourceInfo
    error: ErrorInfo


Result = Report | ErrorReport


def to_json(result: Result) -> str:
    """One line of JSON, UTF-8; decimals keep every printed digit."""
    return str(simplejson.dumps(to_dict(result), use_decimal=True, ensure_ascii=False, separators=(",", ":")))


def to_dict(result: Result) -> dict[str, Any]:
    """The same as plain values: dicts, lists, strings, int, float, Decimal."""
    plain = _plain(result)
    assert isinstance(plain, dict)
    return {"schema" if key == "schema_" else key: value for key, value in plain.items()}


def from_json(text: str) -> Result:
    """Read back what ``to_json`` wrote, decimals exact. Raises pydantic's ValidationError on anything else."""
    return _RESULT.validate_python(simplejson.loads(text, use_decimal=True))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a report or an error object."""
    schema = _RESULT.json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "gouji result", **schema}


_RESULT: TypeAdapter[Result] = TypeAdapter(Result)


def _plain(value: Any) -> Any:
    """The value, which is a model, a dict or a list for the most part: a report has thousands of others, and none needs a call.

    Places carry either page and bbox or line and column; the other pair is left out rather than null.
    """
    if isinstance(value, BaseModel):
        value = vars(value)
    if isinstance(value, dict):
        return {
            key: item if type(item) in _PLAIN else _plain(item)
            for key, item in value.items()
            if item is not None or key not in _OPTIONAL
        }
    if isinstance(value, (list, tuple)):
        return [item if type(item) in _PLAIN else _plain(item) for item in value]
    return str(value) if isinstance(value, CellState) else value


_PLAIN = frozenset({str, int, float, bool, Decimal, type(None)})
_OPTIONAL = frozenset(
    {
        "page",
        "bbox",
        "line",
        "column",
        "row",
        "files",
        "unit",
        "message",
        "quote",
        "where",
        "evidence",
        "code",
        "section",
    }
)
