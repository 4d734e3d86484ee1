"""``gouji schema``: the JSON Schema of both objects that an extraction can give."""

from __future__ import annotations

import argparse
import json

from api.exits import Exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are none: one schema describes both objects."""
    del parser


def run(args: argparse.Namespace) -> int:
    """Print the schema."""
    from models.report import json_schema

    del args
    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return Exit.OK
