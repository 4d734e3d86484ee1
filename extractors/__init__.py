"""From bytes to a report, as a library: ``from extractors import extract``.

``extract(path)`` yields one result for each report in a file or archive and one error object for each source that cannot
be read; it needs no broker and no database.
"""

from extractors.pipeline import extract_bytes, extract_path

extract = extract_path

__all__ = ["extract", "extract_bytes", "extract_path"]
