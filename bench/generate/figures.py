"""Figures for every cell of a form, tied together by all of its identities."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal

from models.forms import Form, Table

Number = int | Decimal
Figures = dict[str, Number]

#: How large the counts of an organ of some weight are: most for a total, about.
REQUESTS = ((0, 0, 0, 1, 2, 5), (0, 1, 3, 12, 40), (0, 4, 30, 150, 400), (20, 300, 1500, 5200, 31000))
STOCK = ((0, 0, 0, 2), (0, 3, 12, 40), (2, 20, 90, 300), (15, 120, 900, 2400))
DECISIONS = ((0, 0, 0, 8, 160), (0, 90, 800, 4100), (0, 260, 4078, 12500), (12, 3800, 64000, 1203400))
#: Shares of the applicants in form order, before noise.
APPLICANTS = (70, 14, 1, 2, 6, 7)
#: Shares of the outcomes: granted and not held stand out, the others are rare.
OUTCOMES = {"granted": 46, "partial": 8, "unavailable_not_held": 22, "rejected_petition": 4, "unavailable_needs_creation": 4}


def invent_figures(form: Form, weight: int, dice: random.Random) -> Figures:
    """Every cell of the form; ``weight`` 0 (a village office) to 3 (a province)."""
    makers = {"proactive": _proactive, "requests": _requests, "remedies": _remedies, "statistics": _statistics}
    figures: Figures = {}
    for table in form.tables:
        figures.update(makers[table.id](table, weight, dice))
    return figures


def _about(top: int, dice: random.Random) -> int:
    return round(top * dice.uniform(0.3, 1.4)) if top > 3 else dice.randint(0, top)


def _split(total: int, shares: Sequence[float], dice: random.Random) -> list[int]:
    """A total over parts, at random in about these shares."""
    if total > 2000:
        noisy = [share * dice.uniform(0.2, 1.8) for share in shares]
        parts = [int(total * share / sum(noisy)) for share in noisy]
        parts[parts.index(max(parts))] += total - sum(parts)
        return parts
    parts = [0] * len(shares)
    for pick in dice.choices(range(len(shares)), shares, k=total):
        parts[pick] += 1
    return parts


def _proactive(table: Table, weight: int, dice: random.Random) -> Figures:
    rules_made = weight >= 2 and dice.random() < 0.5
    return {
        f"{table.id}.{row.id}.{column.id}": _disclosed(row.id, column.id, weight if row.id != "rules" or rules_made else -1, dice)
        for row in table.rows
        for column in row.columns
    }


def _disclosed(row: str, column: str, weight: int, dice: random.Random) -> Number:
    if weight < 0:
        return 0
    if column == "amount":
        return _money(weight, dice)
    if column == "items_change":
        return dice.choice((0, 0, 0, 1, -1, 2, -2, 5, -7, 12, -23))
    if column in ("decisions", "items_last_year"):
        return _about(dice.choice(DECISIONS[weight]), dice) if row != "coercion" else _about(dice.choice(STOCK[weight]), dice)
    if row == "rules":
        return dice.randint(0, 3) if column in ("issued", "repealed", "made", "newly_disclosed") else dice.randint(3, 90)
    return _about(dice.choice(STOCK[weight]), dice) + (5 if column in ("in_force", "disclosed_total") and weight else 0)


def _money(weight: int, dice: random.Random) -> Number:
    """万元 with up to six decimals, trailing zeros kept."""
    if dice.random() < (0.6, 0.4, 0.3, 0.2)[weight]:
        return 0
    places = dice.choice((0, 0, 1, 2, 2, 2, 4, 5, 6))
    number = Decimal(dice.randint(1, 10 ** (3 + weight) * 10**places)).scaleb(-places)
    return int(number) if places == 0 else number


def _requests(table: Table, weight: int, dice: random.Random) -> Figures:
    outcomes = [row.id for row in table.rows if row.id not in ("new", "carried_in", "handled_total", "carried_out")]
    columns = [column.id for column in table.rows[0].columns]
    asked = _about(dice.choice(REQUESTS[weight]), dice)
    held = asked // 20 if asked > 60 else (1 if dice.random() < 0.12 else 0)
    shares = [OUTCOMES.get(outcome, 1) * dice.uniform(0.3, 1.7) for outcome in outcomes]
    figures: Figures = {}
    new, old = _split(asked, APPLICANTS, dice), _split(held, APPLICANTS, dice)
    for column, fresh, kept in zip(columns[:-1], new, old, strict=True):
        left = sum(dice.random() < 0.06 for _ in range(min(fresh + kept, 3000)))
        column_figures = {"new": fresh, "carried_in": kept, "handled_total": fresh + kept - left, "carried_out": left}
        column_figures |= dict(zip(outcomes, _split(fresh + kept - left, shares, dice), strict=True))
        figures |= {f"{table.id}.{row.id}.{column}": column_figures[row.id] for row in table.rows}
    for row in table.rows:
        figures[f"{table.id}.{row.id}.{columns[-1]}"] = sum(figures[f"{table.id}.{row.id}.{name}"] for name in columns[:-1])
    return figures


def _remedies(table: Table, weight: int, dice: random.Random) -> Figures:
    tops = ((0, 0, 0, 1), (0, 0, 2, 5), (0, 3, 8, 20), (5, 30, 120, 400))[weight]
    figures: Figures = {}
    for row in table.rows:
        names = [f"{table.id}.{row.id}.{column.id}" for column in row.columns]
        parts = _split(_about(dice.choice(tops), dice), (8, 2, 2, 2), dice)
        figures |= dict(zip(names, [*parts, sum(parts)], strict=True))
    return figures


def _statistics(table: Table, weight: int, dice: random.Random) -> Figures:
    """Bottom up: rows with sub-rows that must add up are their sums, ``其中`` rows are at most their parent."""
    parents = {row.id: row.parent for row in table.rows}
    scale = (6, 60, 700, 9000)[weight]
    found: dict[str, Number] = {}
    for row in reversed(table.rows):
        children = [name for name, parent in parents.items() if parent == row.id]
        if row.id in ("disclosed", "press_conferences", "online_interviews"):
            found[row.id] = max((found[name] for name in children), default=0) + _about(scale, dice)
        elif children:
            found[row.id] = sum(found[name] for name in children)
        else:
            found[row.id] = _indicator(row.id, scale, dice)
    return {f"{table.id}.{row.id}.value": found[row.id] for row in table.rows}


def _indicator(row: str, scale: int, dice: random.Random) -> Number:
    if row in ("request_fees", "budget"):
        return _money({6: 0, 60: 1, 700: 2, 9000: 3}[scale], dice)
    if row in ("by_website", "disclosed_normative", "trained_people", "by_wechat", "by_weibo"):
        return _about(scale * 3, dice)
    rare = row.startswith(("denied", "answer", "review", "litigation", "complaints", "handled_extended"))
    top = scale // 60 if rare else scale // 6
    return _about(max(top, 1), dice) if dice.random() < (0.25 if rare else 0.7) else 0
