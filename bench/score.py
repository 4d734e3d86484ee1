"""How right the results are: by layout, cells that are exact, errors that nobody would see, and the share for review."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import simplejson


@dataclass
class Tally:
    """Counts of one layout."""

    reports: int = 0
    cells: int = 0
    exact: int = 0
    silent: int = 0
    review: int = 0
    headings: int = 0
    false_fails: int = 0
    checks: int = 0
    planted: int = 0
    found: int = 0
    errors: list[str] = field(default_factory=list)


def score(truth_file: Path, results_file: Path) -> dict[str, Tally]:
    """Tallies by layout, in the order in which layouts appear, and ``all``."""
    results = dict(_results(results_file))
    tallies: dict[str, Tally] = defaultdict(Tally)
    for line in truth_file.read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        got = results.get((truth["source"], truth["part"]))
        for tally in (tallies[truth["layout"]], tallies["all"]):
            _add(tally, truth, got)
    return dict(tallies)


def _results(path: Path) -> Iterator[tuple[tuple[str, int], dict[str, Any]]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        result = simplejson.loads(line, use_decimal=True)
        source = result["source"]
        yield (source["name"].rpartition("/")[2], source.get("part", 1)), result


def _add(tally: Tally, truth: dict[str, Any], got: dict[str, Any] | None) -> None:
    tally.reports += 1
    tally.cells += len(truth["cells"])
    where = f"{truth['source']} ({truth['layout']}, part {truth['part']})"
    if got is None or "cells" not in got:
        tally.errors.append(f"{where}: {(got or {}).get('error', 'no result')}")
        return
    for name, wanted in truth["cells"].items():
        _add_cell(tally, where, name, wanted, got["cells"].get(name))
    tally.review += sum(cell["status"] == "review" for cell in got["cells"].values())
    info = got["report"]
    right = (info["organ"]["value"], info["year"]["value"], info["form"]["value"])
    wanted_heading = (truth["organ"], truth["year"], truth["form"])
    tally.headings += right == wanted_heading
    if right != wanted_heading:
        tally.errors.append(f"{where}: heading {right}, not {wanted_heading}")
    _add_checks(tally, where, truth, got["checks"])


def _add_cell(tally: Tally, where: str, name: str, wanted: dict[str, Any], cell: dict[str, Any] | None) -> None:
    if cell is None:
        tally.errors.append(f"{where}: {name} is missing")
        return
    exact = is_right(cell["state"], cell["value"], wanted)
    tally.exact += exact
    if not exact:
        silent = cell["status"] == "accepted"
        tally.silent += silent
        tally.errors.append(
            f"{where}: {name} is {wanted['printed']!r}, read {cell['state']} {cell['value']}{' SILENT' if silent else ''}"
        )


def is_right(state: str, value: object, wanted: dict[str, Any]) -> bool:
    """Whether a cell is what the truth says, in state and, for a number, in value."""
    right = None if wanted["value"] is None else Decimal(wanted["value"])
    if state != wanted["state"] or (value is None) != (right is None):
        return False
    return right is None or Decimal(str(value)) == right


def _add_checks(tally: Tally, where: str, truth: dict[str, Any], checks: Sequence[dict[str, Any]]) -> None:
    failed = [check for check in checks if check["status"] == "fail"]
    tally.planted += len(truth["planted"])
    for cell in truth["planted"]:
        tally.found += any(cell in check["cells"] and check["cause"] == "source" for check in failed)
    tally.checks += 0 if truth["planted"] else len(checks)
    false = [check for check in failed if not truth["planted"] and check["cause"] == "source"]
    tally.false_fails += len(false)
    tally.errors += [f"{where}: {check['rule']} fails, {check['left']} against {check['right']}" for check in false]


def table(tallies: dict[str, Tally]) -> str:
    """The tallies as text."""
    head = f"{'layout':<32}{'reports':>8}{'cells':>8}{'exact %':>10}{'silent':>8}{'review %':>10}{'heads':>7}{'false':>7}{'planted':>9}"
    rows = [head]
    for name, tally in tallies.items():
        exact = 100 * tally.exact / max(tally.cells, 1)
        review = 100 * tally.review / max(tally.cells, 1)
        rows.append(
            f"{name:<32}{tally.reports:>8}{tally.cells:>8}{exact:>10.3f}{tally.silent:>8}{review:>10.2f}"
            f"{tally.headings:>7}{tally.false_fails:>7}{f'{tally.found}/{tally.planted}':>9}"
        )
    return "\n".join(rows)
