"""What stays of a report when the rows of its cells, facts and checks have been made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from api.export.columns import Row
from api.export.keys import keys
from models.by_column import OUTCOMES, ColumnChecks, ColumnReport
from models.joined import join_checks
from models.light import LightReport

_FAIL = OUTCOMES.index("fail")


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


def head_of(report: ColumnReport) -> Head:
    """The head of a report, which does not keep the report in memory."""
    return Head(report.head, keys(report.head), _outcomes(report.checks))


def _outcomes(checks: ColumnChecks) -> Counter[str]:
    codes = checks.outcomes
    found = Counter({word: codes.count(code) for code, word in enumerate(OUTCOMES) if code in codes})
    if found.pop("fail", 0):
        joined = join_checks([checks])
        causes = (*joined.causes.words, "unclear")  # the last, for none is -1
        found.update(f"fail {causes[code]}" for code in joined.causes.codes[joined.outcomes == _FAIL].tolist())
    return found
