"""The settings of the service, as ``gouji doctor`` and the documentation show them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from api.settings import PREFIX, Setting
from worker.settings import ServiceSettings, service_settings

_PASSWORD = re.compile(r"(?<=:)[^:@/]+(?=@)")


def service_in_force(environ: Mapping[str, str]) -> tuple[Setting, ...]:
    """Every setting with its value now; passwords in addresses are not shown. Raises UsageError."""
    settings = service_settings()
    return tuple(
        Setting(name, shown(getattr(settings, field)), info.description or "", name in environ)
        for field, info in ServiceSettings.model_fields.items()
        for name in (PREFIX + field.upper(),)
    )


def shown(value: object) -> str:
    """A value as it is written in the environment."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return _PASSWORD.sub("…", str(value))
