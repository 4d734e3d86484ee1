"""What stays of a report when the rows of its cells, facts and checks have been made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from api.export.columns import Row
from api.export.keys import keys
from models.light import LightCheck, LightReport


@dataclass(frozen=True, slots=True)
class Head:
    """A report without cells, facts, checks and prose; what its rows begin with; and how many checks had which outcome.

    Outcomes are ``pass``, ``unknown``, and ``fail`` with the cause behind it.
    """

    report: LightReport
    keys: Row
    checks: Counter[str]

    @property
    def failed(self) -> int:
        """Checks that do not hold, whatever the cause."""
        return sum(count for outcome, count in self.checks.items() if outcome.startswith("fail"))


def head_of(report: LightReport) -> Head:
    """The head of a report, which does not keep the report in memory."""
    bare = replace(report, cells={}, facts=(), checks=(), narrative=())
    return Head(bare, keys(report), _outcomes(report.checks))


def _outcomes(checks: Iterable[LightCheck]) -> Counter[str]:
    found = Counter([check.status for check in checks])
    told: Counter[str] = Counter({status: count for status, count in found.items() if status != "fail"})
    if found["fail"]:
        told.update(f"fail {check.cause or 'unclear'}" for check in checks if check.status == "fail")
    return told
