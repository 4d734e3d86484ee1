"""Pages saved as MHTML (RFC 2557): the HTML parts, each with its declared charset and address."""

from __future__ import annotations

from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser

from models.errors import UnreadableSource


@dataclass(frozen=True, slots=True)
class HtmlPart:
    """One HTML part; frames of a page are parts of their own."""

    data: bytes
    charset: str | None
    url: str


def html_parts(data: bytes) -> tuple[HtmlPart, ...]:
    """The HTML parts in order, the page itself first.

    Raises ``UnreadableSource`` (``corrupt``) when there is none.
    """
    try:
        # The tolerant policy: the modern one refuses headers that old browsers wrote.
        message = BytesParser(policy=policy.compat32).parsebytes(data.lstrip())
    except (MessageError, ValueError, LookupError) as error:
        raise UnreadableSource("the saved page is damaged", code="corrupt", detail=repr(error)) from error
    parts = tuple(_html_part(part) for part in message.walk() if part.get_content_type() == "text/html")
    if not parts:
        raise UnreadableSource("the saved page holds no HTML part", code="corrupt")
    return parts


def _html_part(part: Message) -> HtmlPart:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset()
    return HtmlPart(content, charset, str(part.get("Content-Location", "")))
