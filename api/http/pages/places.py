"""Where things stand, as the script of a document finds them: on a page, in a line, in the rendition of a source."""

from __future__ import annotations

from typing import Any

from api.http.render_content import name_of
from models.report import Evidence, FactRecord


def place_of(evidence: Evidence | FactRecord | None) -> dict[str, Any]:
    """Page and box in points, or line; ``at`` is the name of the place in the rendition."""
    if evidence is None:
        return {"page": None, "bbox": None, "line": None, "at": ""}
    row, column = (evidence.row, evidence.column) if isinstance(evidence, Evidence) else (None, None)
    name = name_of(evidence.page, evidence.bbox, evidence.line, row, column)
    return {"page": evidence.page, "bbox": evidence.bbox, "line": evidence.line, "at": name}
