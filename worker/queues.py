"""The queues by weight of the work, and the order within them. Names of tasks and queues stand here alone."""

from __future__ import annotations

DIGITAL = "digital"
OCR = "ocr"
MAINTENANCE = "maintenance"
READING = (DIGITAL, OCR)
QUEUES = (*READING, MAINTENANCE)

READ_TASK = "gouji.read"
SWEEP_TASK = "gouji.sweep"

#: Redis serves the lowest number first. Somebody who waits at a screen goes ahead of an archive of forty thousand.
URGENT = 0
BULK = 6
PRIORITIES = (URGENT, BULK)
#: Between the name of a queue and the priority, in the name of the list that Redis keeps.
SEPARATOR = ":"

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"GIF8", b"BM")
#: As many bytes as ``queue_for`` looks at.
HEAD = 16


def queue_for(head: bytes) -> str:
    """Where a source is read, by its first bytes alone; a PDF without text is moved once its pages have been seen."""
    picture = head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP")
    return OCR if picture else DIGITAL


def priority(interactive: bool) -> int:
    """The priority of a message."""
    return URGENT if interactive else BULK


def lists(queue: str) -> tuple[str, ...]:
    """The lists in Redis that hold the messages of a queue."""
    return tuple(queue if step == 0 else f"{queue}{SEPARATOR}{step}" for step in PRIORITIES)
