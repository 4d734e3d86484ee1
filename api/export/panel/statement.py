"""The quality statement: one page on what a panel is worth, made of counts and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from api.export.panel.collect import Tally
from api.export.panel.finish import Outcome
from models.audit import interval
from models.calibration import Origin, made_by, measured_on, wrong_share
from models.forms import load_forms
from models.reconcile import Policy
from models.variables import load_variables

#: The level of the interval around a measured error rate.
LEVEL = 0.95


def statement(tally: Tally, outcome: Outcome, notes: Sequence[str]) -> str:
    """The page, as Markdown."""
    parts = (
        ["# Quality of this panel 数据质量说明"],
        _contents(tally, outcome),
        _doubt(tally),
        _errors(tally),
        _checks(tally, outcome),
        _comparability(outcome),
        _open_matters(outcome),
        _notes(tally, notes),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def share(part: int, whole: int) -> str:
    """A share in percent; of nothing, none."""
    return f"{part / whole:.2%}" if whole else "none"


def _contents(tally: Tally, outcome: Outcome) -> list[str]:
    span = f", {outcome.years[0]} to {outcome.years[1]}" if outcome.years else ""
    return [
        "## What is in it 内容",
        "",
        f"- {tally.reports} reports read, {tally.errors} sources not read (table `errors`).",
        f"- {outcome.rows} rows of the panel: {outcome.organs} organs{span}.",
        f"- {outcome.left_out} reports are in no row (table `documents` says why).",
        f"- {sum(outcome.missing.values())} organ years have no report (table `missing`): "
        + _list(outcome.missing)
        + ".",
    ]


def _doubt(tally: Tally) -> list[str]:
    judged = sum(count for status, count in tally.cells.items() if status != "absent")
    review, people = tally.cells["review"], tally.cells["confirmed"] + tally.cells["corrected"]
    return [
        "## What is in doubt 存疑",
        "",
        f"- Cells: {judged}; for review {review} ({share(review, judged)}); "
        f"checked by people {people} ({share(people, judged)}).",
        "- A figure for review stands in `panel` all the same: `panel_status` says what each figure is worth.",
    ]


def _errors(tally: Tally) -> list[str]:
    head = ["## Measured error rate 实测差错率", ""]
    if tally.audited:
        low, high = interval(tally.audited_wrong, tally.audited, LEVEL)
        found = [
            f"- **Audit sample 随机抽查**: of the accepted cells, chance picked {tally.audited} that people have checked since, and "
            f"{tally.audited_wrong} of them were wrong: {share(tally.audited_wrong, tally.audited)} "
            f"({LEVEL:.0%} interval {low:.3%} to {high:.3%})."
        ]
    else:
        found = [
            "- **Not measured on these reports 本批未实测.** No accepted cell that chance had picked was checked by a person.",
            *_benchmark(),
        ]
    if tally.picked:
        found.append(
            f"- Besides, people checked {tally.picked} accepted cells of their own choice, and {tally.picked_wrong} were wrong. "
            "That is no rate: people pick what looks odd."
        )
    return head + found


def _benchmark() -> list[str]:
    """What the installed version was measured at, on documents that are none of these."""
    said = {"digital": "digital documents", "ocr": "scans"}
    origins: tuple[Origin, ...] = ("digital", "ocr")
    asked = Policy().one_wrong_in
    found = [(origin, wrong_share(origin, asked)) for origin in origins]
    told = "; ".join(
        f"{said[origin]}: {wrong:.4%} ({measured_on(origin)} cells)" for origin, wrong in found if wrong is not None
    )
    return [
        f"- **Benchmark 基准测试, not these reports**: on generated pages of known truth, share of accepted cells that is wrong: {told}. "
        f"Measured by `{made_by()}` for the version installed here; real documents vary more."
    ]


def _checks(tally: Tally, outcome: Outcome) -> list[str]:
    made = sum(count for status, count in tally.checks.items() if status != "unknown")
    failed = sum(count for status, count in tally.checks.items() if status.startswith("fail"))
    causes = {"fail source": "wrong in print", "fail extraction": "reading in doubt", "fail unclear": "cause unclear"}
    told = Counter({causes[status]: count for status, count in tally.checks.items() if status in causes})
    over = sum(outcome.checks.values())
    return [
        "## Checks 勾稽核对",
        "",
        f"- Within reports: {made} made, {failed} do not hold ({share(failed, made)}): " + _list(told) + ".",
        f"- Across years and levels: {over} made, {outcome.checks['fail']} do not hold "
        f"({share(outcome.checks['fail'], over)}; table `panel_checks`).",
    ]


def _comparability(outcome: Outcome) -> list[str]:
    variables = load_variables()
    used = [form for form in load_forms() if outcome.forms[form]]
    lines = ["## Comparability 可比性", "", f"- Rows by form: {_list(outcome.forms)}."]
    if outcome.wrong_form:
        lines.append(f"- {outcome.wrong_form} rows use a form that was not the one for their year (`form_of_year`).")
    if len(used) < 2:
        return [*lines, "- One form only: no variable changes its meaning within this panel."]
    every = sum(set(used) <= variable.cells.keys() for variable in variables.by_id.values())
    own = sum(len(set(used) & variable.cells.keys()) == 1 for variable in variables.by_id.values())
    broken = variables.breaks_between(used)
    lines += [
        f"- **BREAK 口径变化: the forms do not ask the same.** {every} variables are asked by all {len(used)} forms, "
        f"{own} by one alone.",
        f"- **{len(broken)} groups of variables look like one series and are not** (codebook, column `breaks`):",
    ]
    return lines + [
        f"  - {' ≠ '.join(f'`{name}`' for name in one.variables)}: {one.why.zh} {one.why.en}" for one in broken
    ]


def _open_matters(outcome: Outcome) -> list[str]:
    if not outcome.review:
        return []
    total = sum(outcome.review.values())
    return ["## For a person to decide 待定事项", "", f"- {total} matters (table `review`): {_list(outcome.review)}."]


def _notes(tally: Tally, notes: Sequence[str]) -> list[str]:
    lines = ["## How it was made 来源", "", f"- Pipeline: {_list(tally.versions)} (reports by version)."]
    return lines + [f"- {note}" for note in notes]


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
