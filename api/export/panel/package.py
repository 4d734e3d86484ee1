"""The data package: what stands beside the tables so that others can use and check them (Frictionless, version 1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from api.export import words
from api.export.atomic import write_whole
from api.export.columns import Column, Table
from models.variables import load_variables

DESCRIPTOR = "datapackage.json"
STATEMENT = "QUALITY.md"
_TYPES = {"text": "string", "integer": "integer", "real": "number", "number": "number", "count": "integer"}
_MEDIA = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "dta": "application/x-stata-dta",
    "md": "text/markdown",
}
#: Files of these suffixes decide what is read: forms, facts, regions, weights, calibration.
_DATA = frozenset({".yaml", ".tsv", ".json", ".jsonl", ".csv", ".npz", ".onnx", ".txt", ".model", ".bin"})


def write_package(
    folder: Path, tables: Sequence[Table], paths: Sequence[Path], statement: str, about: Mapping[str, Any]
) -> Path:
    """Write the statement and the descriptor of these files; returns the descriptor.

    Files of an earlier export into the folder that this one did not write are removed: they would pass for its own.
    """
    page = write_whole(folder / STATEMENT, statement.encode())
    stale = set(packaged(folder)) - {path.name for path in (*paths, page)}
    by_name = {table.name: table for table in tables}
    described = [_resource(path, by_name.get(path.stem)) for path in sorted((*paths, page))]
    descriptor = {
        "profile": "data-package",
        "name": "gouji-panel",
        "title": "政府信息公开工作年度报告面板 Annual reports on government information disclosure: a panel",
        "description": "See QUALITY.md for what the figures are worth, and the table codebook for what they mean.",
        "gouji": dict(about),
        "resources": described,
    }
    text = json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n"
    done = write_whole(folder / DESCRIPTOR, text.encode())
    for name in stale:
        (folder / name).unlink(missing_ok=True)
    return done


def packaged(folder: Path) -> Iterator[str]:
    """Names of the files in the folder that an earlier descriptor of gouji's lists."""
    try:
        earlier = json.loads((folder / DESCRIPTOR).read_bytes())
        if earlier["name"] == "gouji-panel":
            yield from (name for one in earlier["resources"] if (name := Path(one["path"]).name) == one["path"])
    except (OSError, ValueError, KeyError, TypeError):
        return


def _resource(path: Path, table: Table | None) -> dict[str, Any]:
    suffix = path.suffix.lstrip(".")
    found: dict[str, Any] = {
        "name": path.stem.lower() if suffix == "csv" else path.name.lower().replace(".", "-"),
        "path": path.name,
        "format": suffix,
        "mediatype": _MEDIA[suffix],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{file_digest(path)}",
    }
    if table is not None:
        found["title"] = table.about
    if table is None or suffix != "csv":  # bytes and digest are all that can be validated everywhere
        return {**found, "type": "file"}
    return {
        **found,
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "doubleQuote": True},
        "schema": _schema(table),
    }


def _schema(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    if table.name == "panel":
        schema["primaryKey"] = ["organ_id", "year"]
    if table.name == "organs":
        schema["primaryKey"] = ["organ_id"]
    if table.name in ("panel", "missing", "organ_names", "panel_checks"):
        schema["foreignKeys"] = [_reference("organ_id", "organs")]
    return schema


def _reference(name: str, table: str) -> dict[str, Any]:
    return {"fields": [name], "reference": {"resource": table, "fields": [name]}}


def _field(column: Column) -> dict[str, Any]:
    variable = load_variables().by_id.get(column.name)
    zh = words.COLUMNS.get(column.name) or (variable.label.zh if variable else "")
    en = variable.label.en if variable else column.label
    found: dict[str, Any] = {"name": column.name, "type": _TYPES.get(column.kind, "boolean"), "title": zh or en}
    found["description"] = en
    if column.kind == "flag":
        found.update(trueValues=["1"], falseValues=["0"])
    if column.levels:
        found["constraints"] = {"enum": list(column.levels)}
    return found


def file_digest(path: Path) -> str:
    """SHA-256 of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def data_digests() -> dict[str, str]:
    """SHA-256 of every file of this installation that decides what is read: forms, word lists, weights."""
    found: dict[str, str] = {}
    for package in ("models", "extractors"):
        root = Path(str(resources.files(package)))
        for path in sorted(root.rglob("*")):
            if path.suffix in _DATA and path.is_file():
                found[f"{package}/{path.relative_to(root).as_posix()}"] = file_digest(path)
    return found
