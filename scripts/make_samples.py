"""Write samples/: small invented reports in the formats that offices use. Organs and figures are made up.

Needs LibreOffice and Chromium. One report prints a wrong total on purpose, one file is damaged on purpose.
"""

from __future__ import annotations

import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from html import escape
from pathlib import Path

from models.forms import Table, load_forms
from scripts.sample_forms import Box, Printed, Values, filled, invent, printed

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
SECTIONS = ("一、总体情况", "五、存在的主要问题及改进情况", "六、其他需要报告的事项")
STYLE = (
    "body{font-family:'AR PL SungtiL GB',serif;font-size:11pt}h1,h2{font-weight:normal}"
    "table{border-collapse:collapse;width:100%;font-size:9pt}td{border:1px solid}"
)


@dataclass(frozen=True, slots=True)
class Sample:
    """An invented report."""

    organ: str
    year: int
    form: str
    seed: int
    website: int
    wechat: int
    wrong: str = ""

    @property
    def title(self) -> str:
        """Its title."""
        return f"{self.organ}{self.year}年政府信息公开工作年度报告"

    @property
    def values(self) -> Values:
        """Its figures; the cell named in ``wrong`` is printed one too high."""
        found = invent(load_forms()[self.form], self.seed)
        if self.wrong:
            found[self.wrong] = str(int(found[self.wrong]) + 1)
        return found

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of its form."""
        return load_forms()[self.form].tables

    def overview(self) -> str:
        """The first section."""
        cells = self.values
        asked = cells.get("requests.new.total") or cells.get("statistics.requests.value")
        return (
            f"{self.year}年，{self.organ}认真贯彻《中华人民共和国政府信息公开条例》。全年通过门户网站主动公开政府信息{self.website}条，"
            f"通过微信公众号发布信息{self.wechat}条。全年共收到政府信息公开申请{asked}件，均按期办理。"
            f"本报告所列数据的统计期限自{self.year}年1月1日起至{self.year}年12月31日止。"
        )

    def problems(self) -> str:
        """The last but one section."""
        return f"公开的及时性还有待提高。{self.year + 1}年将加强业务培训，规范答复文书。"


def html(sample: Sample) -> str:
    """The report as a page."""
    tables = "".join(
        f"<h2>{escape(table.title)}</h2>{_table(printed(table, sample.values))}" for table in sample.tables
    )
    return (
        f"<!DOCTYPE html><html lang='zh'><head><meta charset='utf-8'><title>{sample.title}</title>"
        f"<style>{STYLE}</style></head><body><h1>{sample.title}</h1><h2>{SECTIONS[0]}</h2><p>{sample.overview()}</p>{tables}"
        f"<h2>{SECTIONS[1]}</h2><p>{sample.problems()}</p><h2>{SECTIONS[2]}</h2><p>无其他需要报告的事项。</p>"
        f"<p>{sample.organ}</p><p>{sample.year + 1}年1月20日</p></body></html>"
    )


def _table(rows: Printed) -> str:
    lines = ("".join(map(_td, row)) for row in rows)
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def _td(box: Box) -> str:
    spans = f' colspan="{box.columns}"' * (box.columns > 1) + f' rowspan="{box.rows}"' * (box.rows > 1)
    return f"<td{spans}>{escape(box.text)}</td>"


def flattened(sample: Sample) -> str:
    """The report as text in which every cell stands on a line of its own, as copying from a word processor gives."""
    parts = [sample.title, "", SECTIONS[0], sample.overview()]
    for table in sample.tables:
        parts.append(table.title)
        for row in printed(table, sample.values):
            parts.extend("\t" + box.text for box in row)
            parts.append("")
    parts += [SECTIONS[1], sample.problems(), SECTIONS[2], "无。", sample.organ, f"{sample.year + 1}年1月18日", ""]
    return "\n".join(parts)


def markdown(sample: Sample) -> str:
    """The report as Markdown with pipe tables; a merged cell stands in its first place, the others are blank."""
    parts = [f"# {sample.title}", f"## {SECTIONS[0]}", sample.overview()]
    for table in sample.tables:
        rows = filled(printed(table, sample.values))
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|" + " --- |" * len(rows[0]))
        parts += [f"## {table.title}", "\n".join(lines)]
    parts += [
        f"## {SECTIONS[1]}",
        sample.problems(),
        f"## {SECTIONS[2]}",
        "无。",
        sample.organ,
        f"{sample.year + 1}年1月26日",
    ]
    return "\n\n".join(parts) + "\n"


def workbook(sample: Sample, target: Path) -> None:
    """The report as a sheet with merged cells."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "年度报告"
    for text in (sample.title, SECTIONS[0], sample.overview()):
        sheet.append([text])
    for table in sample.tables:
        sheet.append([table.title])
        top = sheet.max_row + 1
        rows = printed(table, sample.values)
        for row in filled(rows):
            sheet.append([int(text) if text.isdecimal() else text or None for text in row])
        merge(sheet, rows, top)
    for text in (SECTIONS[1], sample.problems(), sample.organ, f"{sample.year + 1}年1月22日"):
        sheet.append([text])
    book.save(target)


def merge(sheet: object, rows: Printed, top: int) -> None:
    """Merge the cells of a table whose first row is ``top``."""
    taken: set[tuple[int, int]] = set()
    for down, row in enumerate(rows):
        left = 1
        for box in row:
            while (down, left) in taken:
                left += 1
            taken |= {(down + d, left + r) for d in range(box.rows) for r in range(box.columns)}
            if box.rows * box.columns > 1:
                sheet.merge_cells(  # type: ignore[attr-defined]
                    start_row=top + down,
                    start_column=left,
                    end_row=top + down + box.rows - 1,
                    end_column=left + box.columns - 1,
                )


def pdf(page: str, target: Path) -> None:
    """Print a page with Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_text(page, encoding="utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
        command += [
            "--disable-background-networking",
            "--disable-component-update",
            f"--user-data-dir={folder}/profile",
        ]
        command += ["--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def docx(page: str, target: Path) -> None:
    """Convert a page with LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, target.with_suffix(".html").name)
        source.write_text(page, encoding="utf-8")
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        command += ["--infilter=HTML (StarWriter)", "--convert-to", "docx:MS Word 2007 XML", "--outdir", folder]
        subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=180)
        target.write_bytes(Path(folder, target.name).read_bytes())


def bundle(members: dict[str, bytes], target: Path) -> None:
    """Zip members, names in UTF-8, without the time of writing."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)


#: Name of the source → what was invented for it.
INVENTED = {
    "samples/青禾县人民政府2024年年报.pdf": Sample("青禾县人民政府", 2024, "2021", 11, 2318, 846),
    "samples/云岭市教育局2023.docx": Sample("云岭市教育局", 2023, "2021", 12, 512, 233),
    "samples/临溪区民政局2022（合计有误）.html": Sample(
        "临溪区民政局", 2022, "2021", 13, 187, 64, wrong="requests.granted.total"
    ),
    "samples/白石县统计局2020.txt": Sample("白石县统计局", 2020, "2019", 14, 96, 40),
    "samples/柳湾镇人民政府2024.md": Sample("柳湾镇人民政府", 2024, "2021", 15, 73, 120),
    "samples/石桥县财政局2021.xlsx": Sample("石桥县财政局", 2021, "2021", 16, 341, 58),
    "samples/历年年报.zip/2017/青禾县人民政府.html": Sample("青禾县人民政府", 2017, "2014", 17, 1503, 377),
    "samples/历年年报.zip/2023/长亭镇人民政府.txt": Sample("长亭镇人民政府", 2023, "2021", 18, 45, 31),
    "samples/历年年报.zip/2023/南浦街道办事处.html": Sample("南浦街道办事处", 2023, "2021", 19, 62, 18),
}
DAMAGED = "samples/损坏的文件.pdf"


def main() -> None:
    """Write every sample."""
    SAMPLES.mkdir(exist_ok=True)
    archives: dict[str, dict[str, bytes]] = {}
    for name, sample in INVENTED.items():
        archive, _, member = name.removeprefix("samples/").rpartition(".zip/")
        if archive:
            archives.setdefault(f"{archive}.zip", {})[member] = encoded(sample, member)
        else:
            write(sample, SAMPLES / member)
    for archive, members in archives.items():
        bundle(members, SAMPLES / archive)
    whole = next(SAMPLES.glob("*年年报.pdf")).read_bytes()
    (SAMPLES / Path(DAMAGED).name).write_bytes(whole[: len(whole) // 3])


def write(sample: Sample, target: Path) -> None:
    """Write one sample in the format that its name asks for."""
    match target.suffix:
        case ".pdf":
            pdf(html(sample), target)
        case ".docx":
            docx(html(sample), target)
        case ".xlsx":
            workbook(sample, target)
        case _:
            target.write_bytes(encoded(sample, target.name))


def encoded(sample: Sample, name: str) -> bytes:
    """A text format; the earlier the year, the likelier the old encoding, as on real sites."""
    if name.endswith(".md"):
        return markdown(sample).encode()
    if name.endswith(".txt"):
        return flattened(sample).encode("gb18030" if sample.year < 2022 else "utf-8")
    page = html(sample)
    return (
        page.replace("charset='utf-8'", "charset='gb18030'").encode("gb18030") if sample.year < 2020 else page.encode()
    )


if __name__ == "__main__":
    main()
