"""From bytes to a report, as a library: ``from extractors import extract``.

``extract(path)`` yields one result for each report in a file or archive and one error object for each source that cannot
be read; it needs no broker and no database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extractors.pipeline import extract_bytes, extract_path

    extract = extract_path

__all__ = ["extract", "extract_bytes", "extract_path"]


def __getattr__(name: str) -> object:
    """The pipeline, loaded when it is asked for: whoever only wants a part of the package does not wait for all of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from extractors import pipeline

    return pipeline.extract_path if name == "extract" else getattr(pipeline, name)
