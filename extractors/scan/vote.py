"""Several engines on one crop: a number or words, and which number."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

from extractors.scan.readers.protocol import Readings
from extractors.scan.strips import OTHER
from models.readings import Reading

#: What a reading is worth to an engine that did not name it.
UNNAMED = 1e-4
#: How much each engine's word counts beside the others (fitted on degraded pages, see bench.scans).
WEIGHTS = {"digits": 0.7, "rapidocr": 0.5, "tesseract": 0.25}
#: Signs that engines use for a dash.
DASHES = frozenset("-—－–_―一")
MOST = 6
#: No number is taken for two ideographs with this probability; the digit reader has seen few ideographs.
LIKELY = 0.3


def number_or_words(free: Readings, digits: Readings) -> bool:
    """Whether a short crop holds a number (a dash and a slash among them) rather than words.

    ``free`` is the general engine's reading, ``digits`` the digit reader's, which marks a foreign glyph by a box.
    """
    if not digits or not digits[0].text:
        return False
    words = free[0] if free else Reading("", 0.0)
    if OTHER in digits[0].text or (words.p >= LIKELY and sum(map(is_ideograph, words.text)) >= 2):
        return False
    if all(char in "0123456789.,+-/%，．" or char in DASHES for char in words.text):
        return True
    return digits[0].p > words.p


def fused(votes: dict[str, Readings]) -> Readings:
    """One list of readings from several engines: a weighted product of their probabilities, made to sum to one.

    An engine without any reading is left out. Texts in which a foreign glyph was seen are dropped.
    """
    heard = {engine: {r.text: r.p for r in readings} for engine, readings in votes.items() if readings}
    texts = {text for named in heard.values() for text in named if text and OTHER not in text}
    if not texts:
        return ()
    scores = {
        text: sum(WEIGHTS[engine] * log(max(named.get(text, 0.0), UNNAMED)) for engine, named in heard.items())
        for text in texts
    }
    top = max(scores.values())
    weights = {text: exp(score - top) for text, score in scores.items()}
    total = sum(weights.values())
    ranked = sorted(weights.items(), key=lambda item: -item[1])[:MOST]
    return tuple(Reading(as_printed(text), weight / total) for text, weight in ranked)


def is_ideograph(char: str) -> bool:
    """Whether a sign is an ideograph, the level stroke 一 not counted: it is also a dash."""
    return "\u4e01" <= char <= "\u9fff"


def as_printed(text: str) -> str:
    """A lone dash is a dash, however the engine spells it."""
    return "—" if text and all(char in DASHES for char in text) else text


def agree(votes: Sequence[Readings]) -> bool:
    """Whether all engines that read anything name the same text first."""
    firsts = {as_printed(readings[0].text) for readings in votes if readings}
    return len(firsts) == 1
