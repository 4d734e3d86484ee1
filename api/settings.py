"""The environment, read in one place: ``GOUJI_<FIELD>`` sets the field of the same name of ``ExtractOptions``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from extractors.options import ExtractOptions
from models.errors import UsageError

PREFIX = "GOUJI_"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in force: its variable, value, meaning, and whether the environment set it."""

    name: str
    value: str
    meaning: str
    given: bool


def extract_options(environ: Mapping[str, str]) -> ExtractOptions:
    """Options of an extraction. Raises UsageError when a variable holds something that cannot be its value."""
    given = {field: environ[PREFIX + field.upper()] for field in _fields() if PREFIX + field.upper() in environ}
    try:
        return ExtractOptions.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        field = str(fault["loc"][0])
        message = f"{PREFIX}{field.upper()}={given.get(field)!r}: {fault['msg']}"
        raise UsageError(message, hint="Correct or unset it.") from error


def in_force(environ: Mapping[str, str]) -> tuple[Setting, ...]:
    """Every setting with its value now."""
    options = extract_options(environ)
    return tuple(
        Setting(name, str(getattr(options, field)), info.description or "", name in environ)
        for field, info in ExtractOptions.model_fields.items()
        for name in (PREFIX + field.upper(),)
    )


def _fields() -> tuple[str, ...]:
    return tuple(ExtractOptions.model_fields)
