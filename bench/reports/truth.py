"""What a generated report says: organ, year, and every cell with what is printed, what it means, and its state."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from models.forms import Form, load_forms
from models.numeral_print import Style
from models.organs import load_regions
from models.quantities import print_quantity
from scripts.sample_forms import Values, invent

DEPARTMENTS = (
    *(
        "人民政府",
        "人民政府办公室",
        "教育局",
        "民政局",
        "财政局",
        "水利局",
        "农业农村局",
        "卫生健康局",
        "统计局",
        "司法局",
    ),
    *("住房和城乡建设局", "市场监督管理局", "生态环境局", "文化广电和旅游局", "医疗保障局", "应急管理局", "审计局"),
)
TOWNS = ("柳湾镇人民政府", "石桥乡人民政府", "南浦街道办事处", "长亭镇人民政府", "北苑街道办事处")
#: What offices print where there is nothing: mostly 0.
NOTHING = ("0", "0", "0", "0", "0", "0", "", "—", "/", "无")


@dataclass(frozen=True, slots=True)
class CellTruth:
    """A cell: state, value (a decimal as text, so that JSON keeps it), and the print."""

    state: str
    value: str | None
    printed: str


@dataclass(frozen=True, slots=True)
class Truth:
    """A generated report. ``planted`` are cells printed wrong on purpose; their truth is what is printed."""

    form: str
    organ: str
    year: int
    region: str
    cells: dict[str, CellTruth]
    planted: tuple[str, ...] = ()
    marks: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The report's title."""
        return f"{self.organ}{self.year}年政府信息公开工作年度报告"

    @property
    def printed(self) -> Values:
        """What stands in each cell."""
        return {name: cell.printed for name, cell in self.cells.items()}

    def value(self, cell: str) -> str | None:
        """The value of a cell as text, None where it has none."""
        found = self.cells.get(cell)
        return found.value if found else None


def invent_truth(seed: int, *, form: str | None = None, zeros_only: bool = False) -> Truth:
    """A report whose figures tie up. ``zeros_only``: nothing is printed as a blank (for layouts that cannot show one)."""
    dice = random.Random(seed)
    form_id = form or dice.choice(("2021", "2021", "2021", "2019", "2014"))
    years = {"2014": (2014, 2018), "2019": (2019, 2021), "2021": (2021, 2025)}[form_id]
    region, organ = _organ(dice)
    values = _sparse(invent(load_forms()[form_id], seed), load_forms()[form_id], dice)
    planted = _plant(values, dice) if form_id != "2014" and dice.random() < 0.15 else ()
    nothing = dice.choice([sign for sign in NOTHING if sign or not zeros_only])
    styles: tuple[Style, ...] = ("arabic", "arabic", "arabic", "arabic", "thousands", "fullwidth")
    style = dice.choice(styles)
    cells = {name: _cell(name, value, nothing, style, dice) for name, value in values.items()}
    return Truth(form_id, organ, dice.randint(*years), region, cells, planted)


def _organ(dice: random.Random) -> tuple[str, str]:
    regions = [region for region in load_regions().by_code.values() if region.last is None and region.level == "county"]
    region = dice.choice(sorted(regions, key=lambda region: region.code))
    name = dice.choice(TOWNS) if dice.random() < 0.15 else dice.choice(DEPARTMENTS)
    return region.code, region.name + name


def _sparse(values: Values, form: Form, dice: random.Random) -> Values:
    """A small organ's report is nearly all zeros; a whole table of zeros is what most pages show."""
    if form.id == "2014" or dice.random() < 0.4:
        return values
    return {name: "0" if name.startswith(("requests.", "remedies.")) else value for name, value in values.items()}


def _plant(values: Values, dice: random.Random) -> tuple[str, ...]:
    cells = [name for name in values if name.startswith("requests.") and ".carried_out." not in name]
    cell = dice.choice(cells)
    values[cell] = str(int(values[cell]) + dice.randint(1, 9))
    return (cell,)


def _cell(name: str, value: str, nothing: str, style: Style, dice: random.Random) -> CellTruth:
    number = Decimal(value)
    if name.endswith("items_change") and number:
        return _change(int(number), dice)
    if number == 0 and value == "0":
        state = {"0": "number", "": "blank"}.get(nothing, "na")
        return CellTruth(state, "0" if state == "number" else None, nothing)
    printed = value if "." in value else print_quantity(int(value), style)
    return CellTruth("number", value, printed)


def _change(number: int, dice: random.Random) -> CellTruth:
    printed = dice.choice((f"+{number}", f"增{number}", f"-{number}", f"减{number}", str(number)))
    sign = -1 if printed[0] in "-减" else 1
    return CellTruth("number", str(sign * number), printed)
