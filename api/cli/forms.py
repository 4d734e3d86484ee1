"""``gouji forms``: the national forms, and every cell of one of them."""

from __future__ import annotations

import argparse
import json
from typing import Any

from api.exits import Exit
from models.errors import UsageError
from models.forms import Form, load_forms


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A form, or none for the list; text or JSON."""
    parser.add_argument("form", nargs="?", help="id of a form: list its cells")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print the list of forms, or the cells of one. Raises UsageError for a form that there is not."""
    forms = load_forms()
    if args.form is not None and args.form not in forms:
        raise UsageError(f"There is no form {args.form!r}.", hint=f"Known are {', '.join(forms)}.")
    chosen = list(forms.values()) if args.form is None else [forms[args.form]]
    if args.json:
        whole = _about(chosen[0]) | {"list": _cells(chosen[0])}
        print(
            json.dumps([_about(form) for form in chosen] if args.form is None else whole, ensure_ascii=False, indent=2)
        )
        return Exit.OK
    for form in chosen:
        print(_line(form))
    if args.form is not None:
        _print_cells(chosen[0])
    return Exit.OK


def _about(form: Form) -> dict[str, Any]:
    years = {"from": form.first_year, "to": form.last_year}
    return {"form": form.id, "authority": form.authority, "years": years, "cells": len(form.cell_ids())}


def _cells(form: Form) -> list[dict[str, Any]]:
    return [{"cell": cell.id, "label": cell.label, "unit": cell.unit} for cell in form.labels().values()]


def _line(form: Form) -> str:
    years = f"{form.first_year}-{form.last_year}" if form.last_year else f"{form.first_year} on"
    return f"{form.id}  {years:<10} {len(form.cell_ids()):>4} cells  {form.authority}".rstrip()


def _print_cells(form: Form) -> None:
    labels = form.labels().values()
    width = max(len(cell.id) for cell in labels)
    for cell in labels:
        unit = f"  [{cell.unit}]" if cell.unit else ""
        print(f"  {cell.id:<{width}}  {cell.label}{unit}")
