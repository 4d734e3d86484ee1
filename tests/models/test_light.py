"""Light results: the same as the models field by field, exact, and refused where these refuse."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import simplejson
from pydantic import BaseModel, ValidationError

from models import light, report
from models.light import LightErrorReport, LightReport, read_light
from models.light import light as light_of
from models.report import Report, from_json, to_json

PAIRS: dict[type[msgspec.Struct], type[BaseModel]] = {
    light.LightSource: report.SourceInfo,
    light.LightEvidence: report.Evidence,
    light.LightAlternative: report.Alternative,
    light.LightCell: report.Cell,
    light.LightClaim: report.Claim,
    light.LightInfo: report.ReportInfo,
    light.LightFact: report.FactRecord,
    light.LightCheck: report.CheckRecord,
    light.LightSection: report.NarrativeSection,
    light.LightReason: report.ReviewReason,
    light.LightReview: report.Review,
    light.LightNote: report.PageNote,
    light.LightPipeline: report.Pipeline,
    light.LightReport: report.Report,
    light.LightError: report.ErrorInfo,
    light.LightErrorReport: report.ErrorReport,
}
CLAIMS = ("organ", "region", "year", "period", "form", "published")


def text_of(**given: Any) -> str:
    """A report with one cell, as JSON; what is given stands in the cell."""
    cell = {"value": 1, "state": "number", "printed": "1", "confidence": 1, "status": "accepted", **given}
    return str(
        simplejson.dumps(
            {
                "schema": "gouji.report/1",
                "id": "1",
                "source": {"name": "a.pdf"},
                "report": {name: {"value": ["2023-01-01", 2023]} for name in CLAIMS},
                "cells": {"requests.new.total": cell},
                "facts": [
                    {"type": "t", "value": 2, "qualifier": "exact", "scope": "year", "sentence": "", "span": [0, 1],
                     "confidence": 0.1, "status": "review", "bbox": [0, 0.1, 1e2, 3]},
                ],
                "checks": [{"rule": "r", "status": "fail", "cells": ["a", "b"], "left": 1, "cause": "unclear"}],
                "review": {"needed": True, "reasons": [{"cell": None, "why": "w"}]},
                "pipeline": {"version": "1", "problems": [{"code": "c", "message": "m"}]},
            },
            use_decimal=True,
        )
    )  # fmt: skip


@pytest.mark.parametrize(("own", "model"), PAIRS.items())
def test_fields_are_those_of_the_model_with_the_same_defaults(
    own: type[msgspec.Struct], model: type[BaseModel]
) -> None:
    fields = {name: field for name, field in model.model_fields.items() if name != "schema_"}
    found = {field.name: field for field in msgspec.structs.fields(own)}
    assert found.keys() == fields.keys()
    for name, field in fields.items():
        assert found[name].required == field.is_required(), name
        if not field.is_required():
            given = found[name].default
            default = found[name].default_factory() if given is msgspec.NODEFAULT else given
            assert default == field.default, name


@pytest.mark.parametrize(
    "value",
    ["1", "-0", "0.10", "12.50", "1E+5", "0.1e-400", "1e400", "9" * 30, "9" * 4000, "9" * 40 + "." + "9" * 40, "null"],
)
def test_a_figure_keeps_every_digit(value: str) -> None:
    text = text_of().replace('"value": 1,', f'"value": {value},')
    read = read_light(text)
    model = from_json(text)
    assert isinstance(read, LightReport) and isinstance(model, Report)
    figures = [read.cells["requests.new.total"].value, model.cells["requests.new.total"].value]
    assert str(figures[0]) == str(figures[1]) and type(figures[0]) is type(figures[1])
    assert read == light_of(model) == read_light(to_json(model).encode())


@pytest.mark.parametrize(
    "given",
    [{"confidence": 1.5}, {"state": "odd"}, {"status": "odd"}, {"printed": None}, {"more": 1}, {"value": "x"}],
)
def test_what_is_no_result_is_refused_as_the_models_refuse_it(given: dict[str, Any]) -> None:
    for read in (read_light, from_json):
        with pytest.raises(ValidationError):
            read(text_of(**given))


@pytest.mark.parametrize("text", ["{", "", b"{"])
def test_what_is_no_json_is_refused_so(text: str | bytes) -> None:
    with pytest.raises(simplejson.JSONDecodeError):
        read_light(text)


def test_a_file_name_that_is_no_unicode_comes_through() -> None:
    text = '{"schema":"gouji.error/1","source":{"name":"\\udc80.pdf"},"error":{"code":"c","message":"m"}}'
    read = read_light(text)
    assert isinstance(read, LightErrorReport) and read.source.name == "\udc80.pdf"
    assert read == light_of(from_json(text)) == read_light(to_json(from_json(text)))
