"""Names in WordprocessingML: the same short name for the transitional and the strict namespaces."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element

_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_MATH = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
)
_RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_PREFIXES = {**dict.fromkeys(_WORD, "w:"), _COMPATIBILITY: "mc:", **dict.fromkeys(_MATH, "m:")}


def tag(element: _Element) -> str:
    """``w:p``, ``mc:Choice``, ``m:t``; the bare local name elsewhere; empty for comments and entities."""
    name: object = element.tag
    if not isinstance(name, str):
        return ""
    if name[0] != "{":
        return name
    namespace, local = name[1:].split("}", 1)
    return _PREFIXES.get(namespace, "") + local


def attr(element: _Element, name: str) -> str | None:
    """A Word attribute by its local name."""
    for namespace in _WORD:
        value = element.get(f"{{{namespace}}}{name}")
        if value is not None:
            return value
    return element.get(name)


def relation_id(element: _Element) -> str | None:
    """The ``r:id`` of an element."""
    return next((found for space in _RELATIONS if (found := element.get(f"{{{space}}}id"))), None)


def child(element: _Element | None, *path: str) -> _Element | None:
    """The first descendant along ``path`` of direct children."""
    for name in path:
        if element is None:
            return None
        element = next((each for each in element if tag(each) == name), None)
    return element


def val(element: _Element | None, *path: str) -> str | None:
    """``w:val`` of the element at ``path``; None where it or the attribute is missing."""
    found = child(element, *path)
    return None if found is None else attr(found, "val")


def number(text: str | None, default: int, most: int) -> int:
    """A whole number out of an attribute, held to 0..``most``; ``default`` where it is none."""
    if text is None or not text.strip().isdigit():
        return default
    return min(int(text), most) if len(text) < 10 else most


def is_on(element: _Element | None, *path: str) -> bool:
    """Whether a switch such as ``w:vanish`` is there and not turned off."""
    found = child(element, *path)
    return found is not None and (attr(found, "val") or "1") not in ("0", "false", "off", "none")


def alternatives(element: _Element) -> Iterator[_Element]:
    """Of ``mc:AlternateContent`` one branch: the choice, or what older programs show where there is none."""
    branch = child(element, "mc:Choice")
    if branch is None:
        branch = child(element, "mc:Fallback")
    if branch is not None:
        yield from branch
