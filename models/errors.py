"""Every way in which gouji can refuse or fail, with a stable code and a remedy.

::

    GoujiError
    ├── UsageError              the call itself is wrong
    ├── SourceError             a source cannot be read; becomes an error object, never a traceback
    │   ├── UnreadableSource    encrypted, truncated, empty, unknown type, broken
    │   ├── LimitExceeded       too large, a bomb, too many entries, too many pages, out of time
    │   └── NoReport            read, but there is no such report inside
    ├── DependencyError         a program that this source needs is not installed
    ├── ServiceError            the running service refuses a request, or a part of it does not answer
    │   ├── ServiceUnavailable  it may pass: try again
    │   │   └── StoreUnavailable · BrokerUnavailable · BlobsUnavailable
    │   ├── NotFound            there is no such thing
    │   └── Conflict            somebody else was first, or the state does not allow it
    └── UnusableModel           the checkpoint that a setting names cannot be used
"""

from __future__ import annotations

from typing import ClassVar


class GoujiError(Exception):
    """An expected failure: ``code`` is stable, ``message`` says what, ``hint`` says what to do about it.

    ``detail`` is for the log alone and is never shown to a caller.
    """

    default_code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, code: str | None = None, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.message = message
        self.hint = hint or CODES.get(self.code, "")
        self.detail = detail


class UsageError(GoujiError):
    """The call is wrong: an unknown option, a path that does not exist."""

    default_code = "usage"


class SourceError(GoujiError):
    """One source cannot become a report."""

    default_code = "unreadable"


class UnreadableSource(SourceError):
    """The bytes are not what can be read."""

    default_code = "unreadable"


class LimitExceeded(SourceError):
    """Reading on would cost more than the limits allow."""

    default_code = "too_large"


class NoReport(SourceError):
    """The source was read, but no annual report on information disclosure stands in it."""

    default_code = "no_report"


class DependencyError(SourceError):
    """A program or an extra that this source needs is missing on this machine."""

    default_code = "missing_dependency"
    retryable = True


class ServiceError(GoujiError):
    """The service, and no source, is the matter: a request that cannot be answered, a part that does not work."""

    default_code = "invalid_request"


class ServiceUnavailable(ServiceError):
    """A part of the service does not answer now; the same may work later."""

    default_code = "unavailable"
    retryable = True


class StoreUnavailable(ServiceUnavailable):
    """The database does not answer, is full, or stays locked."""


class BrokerUnavailable(ServiceUnavailable):
    """Redis does not answer. What was recorded is safe: the sweep sends it when Redis is back."""


class BlobsUnavailable(ServiceUnavailable):
    """The place where the bytes of sources are kept cannot be read or written."""


class NotFound(ServiceError):
    """There is no such batch, document, page or cell."""

    default_code = "no_such_thing"


class Conflict(ServiceError):
    """Somebody else was first, or the state of the thing does not allow what was asked."""

    default_code = "conflict"


class UnusableModel(SourceError):
    """The checkpoint that a setting names is none, or was made for something else."""

    default_code = "unusable_model"


#: Every stable code with its remedy. A test holds docs/errors.md to this table.
CODES: dict[str, str] = {
    "usage": "See `gouji --help`.",
    "internal": "This is a defect of gouji: please report it with the source, if it may be shared.",
    "unreadable": "Open the file in its own program; if that fails too, obtain it again.",
    "not_found": "Check the path.",
    "permission_denied": "Give the user who runs gouji the right to read the file.",
    "empty_file": "The file holds no bytes: obtain it again.",
    "unknown_type": "Supported are PDF, OFD, DOCX, DOC, WPS, RTF, ODT, HTML, XLSX, XLS, Markdown, text, TIFF, PNG, JPEG, WebP, BMP, and zip, tar and 7z archives of these.",
    "truncated": "The end of the file is missing: obtain it again.",
    "corrupt": "The file is damaged: obtain it again.",
    "encrypted_pdf": "Remove the password (for example: qpdf --decrypt in.pdf out.pdf) and submit it again.",
    "encrypted_archive": "Unpack the archive with its password and submit the files.",
    "encrypted_document": "Save the document without a password and submit it again.",
    "too_large": "Split the source, or raise the limit (GOUJI_MAX_SOURCE_MB).",
    "archive_bomb": "The archive unpacks to more than is allowed: unpack it yourself and submit what is needed.",
    "archive_too_many": "The archive holds more entries than is allowed: split it.",
    "archive_too_deep": "Archives stand inside archives too deeply: unpack the outer ones.",
    "unsafe_name": "An entry of the archive points outside of it, or is a link: it was not unpacked.",
    "too_many_pages": "Split the document, or raise the limit (GOUJI_MAX_PAGES).",
    "timeout": "Reading took too long: submit the document alone, or raise GOUJI_TIMEOUT_SECONDS.",
    "no_text": "The pages hold no text that can be read: it is a scan or its text layer is unusable.",
    "no_report": "No annual report on government information disclosure was found: check that this is the right document.",
    "quarantined": "Reading it ended its process again and again: look at it by itself, then retry it.",
    "out_of_memory": "Split the document, or raise GOUJI_MEMORY_MB.",
    "invalid_request": "Correct the request: the message says where.",
    "no_such_thing": "Check the id.",
    "conflict": "Read the current state, then decide again.",
    "unauthorized": "Send `Authorization: Bearer KEY` with a key of this service.",
    "forbidden": "Call the service from its own pages or without an Origin header.",
    "rate_limited": "Wait for the seconds in Retry-After, then go on.",
    "unavailable": "A part of the service does not answer: try again later, and see /readyz.",
    "missing_dependency": "Run `gouji doctor`: it names the missing program and the command that installs it.",
    "unusable_model": "Set GOUJI_TAGGER_MODEL to a checkpoint for token classification whose labels are the fact types, or unset it.",
}
