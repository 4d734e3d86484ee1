"""Bytes to text: which encoding a Chinese document is in, told by its bytes and by how plausible the result reads."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

#: Byte order marks; UTF-32 first, since its little-endian mark begins with that of UTF-16.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
#: What pages call gb2312 and gbk is in truth whatever Windows wrote; gb18030 holds both. Big5 likewise.
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "hz": "gb18030",
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "cp950": "big5hkscs",
}
#: Python counts much as a codec that is no charset of a text: base64, idna, rot13.
_TEXT_CODEC = re.compile(
    r"utf-(?!7)|ascii|iso8859|latin|cp\d|gb18030|big5|euc|shift_jis|iso2022|johab|koi8|mac|tis|ptcp"
)
#: Frequent in simplified prose, in reports and in table labels.
_SIMPLIFIED = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之"
    "进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与"
    "关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军情者最立代想已通并提直题党程展五果料象员革位入常文"
    "总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手根期论运农指几九区强放决西被干做必战先回则任取据处府省市县信息"
    "申请依受予以收费复议诉讼答依据规章许可强制机关通报局厅"
)
#: The forms that only traditional prose has.
_TRADITIONAL = (
    "這為個國時來們於對會發動過說產種後經進著電裡現實體機當點從業應開還間樣與關線內數質氣變條沒結題問見計別論運農幾強決戰則處隊門規領"
    "導壓爭濟階術極認權證轉單風車務報達議類離華確張馬節話溫傳許廣記觀織眾書復複容須際驗連斷難億廳縣請資訊獎費總額辦長該頁網"
)
_MARKS_OF_PROSE = "，。、；：（）《》“”？！—％　０１２３４５６７８９"
_FREQUENT = frozenset(_SIMPLIFIED + _TRADITIONAL + _MARKS_OF_PROSE)
#: UTF-8 with a few broken bytes (cut off in the middle, one bad character) is still UTF-8: at least so many good
#: characters for each bad one. GBK or Big5 read as UTF-8 gives hardly any good one.
_GOOD_PER_BAD = 20
#: How much of the head is enough to choose an encoding by.
_SAMPLE = 200_000


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Text of ``data`` and the name of the encoding it was read with.

    The order: byte order mark, UTF-16 by its NUL bytes, UTF-8, the declared charset where it fits the bytes, and
    then the more plausible of GB 18030 and Big5. Bytes that fit nothing become U+FFFD; nothing is ever raised.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), name
    wide = _utf16(data)
    if wide is not None:
        return data.decode(wide, "replace"), wide
    if _is_utf8(data):
        return data.decode("utf-8", "replace"), "utf-8"
    name = _by_declaration(data, declared) or _most_plausible(data, ("gb18030", "big5hkscs"))
    return data.decode(name, "replace"), name


def decode_name(raw: bytes) -> str:
    """A file name out of an archive that does not say its encoding: UTF-8 if it is that, else the Chinese ones."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(_most_plausible(raw, ("gb18030", "big5hkscs")), "replace")


def normal_charset(declared: str | None) -> str | None:
    """The codec for a declared charset, widened (``gb2312`` → ``gb18030``); None for one that does not exist."""
    if not declared:
        return None
    try:
        name = codecs.lookup(declared.strip().strip("\"'").lower()).name
    except (LookupError, ValueError):
        return "gb18030" if "gb" in declared.lower() else None
    name = _WIDER.get(name, name)
    return name if _TEXT_CODEC.match(name) else None


def plausibility(text: str) -> float:
    """How much ``text`` reads like Chinese: from -1 (broken) to 1; 0 where it has nothing beyond ASCII."""
    foreign = [char for char in text if char > "\x7f"]
    if not foreign:
        return 0.0
    frequent = sum(char in _FREQUENT for char in foreign)
    broken = sum(char == "\ufffd" or "\ue000" <= char <= "\uf8ff" for char in foreign)
    return (frequent - broken) / len(foreign)


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: text in 8-bit encodings has no NUL bytes, UTF-16 has them in every line break."""
    sample = data[: _SAMPLE & ~1]
    if b"\0" not in sample or len(sample) < 4:
        return None
    sample = sample[: len(sample) & ~1]
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    best = max(("utf-16-le", "utf-16-be"), key=lambda name: _readable_share(sample.decode(name, "replace")))
    readable = _readable_share(sample.decode(best, "replace"))
    # NUL bytes on one side alone, or text that reads as Chinese: else they are debris in an 8-bit text.
    if readable > 0.9 and (high > 0 if best == "utf-16-le" else low > 0):
        return best
    return None


def _readable_share(text: str) -> float:
    """Share of characters that are ASCII text, CJK ideographs or full-width punctuation."""
    good = sum(
        " " <= char <= "~" or char in "\t\n\r\f\x0b" or "\u3000" <= char <= "\u303f" or "\u4e00" <= char <= "\u9fff"
        or "\uff00" <= char <= "\uffef" or "\u2010" <= char <= "\u203b"
        for char in text
    )  # fmt: skip
    return good / max(1, len(text))


def _is_utf8(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        good = sum(char > "\x7f" and char != "\ufffd" for char in text)
        return good >= _GOOD_PER_BAD * text.count("\ufffd")
    return not _is_short_gbk(data, text)


def _is_short_gbk(data: bytes, text: str) -> bool:
    """A few GBK bytes may happen to be valid UTF-8 (联通 is the known case): no ideograph, yet frequent ones in GBK."""
    foreign = [char for char in text if char > "\x7f"]
    if not 0 < len(foreign) < 16 or any(char >= "\u2000" for char in foreign):
        return False
    return plausibility(data.decode("gb18030", "replace")) > 0.9


def _by_declaration(data: bytes, declared: str | None) -> str | None:
    """The declared charset if the bytes fit it. Declared Latin-1 fits all bytes and is mostly a template's lie."""
    name = normal_charset(declared)
    if name is None or name in ("utf-8", "ascii") or name.startswith("utf-16") or name.startswith("utf-32"):
        return None
    chinese = _most_plausible(data, ("gb18030", "big5hkscs"))
    text, rival = (data[:_SAMPLE].decode(codec, "replace") for codec in (name, chinese))
    if name in _WIDER.values() and text.count("\ufffd") <= len(text) // 100:
        return name if plausibility(text) >= plausibility(rival) - 0.3 else None
    return name if plausibility(rival) < 0.1 and "\ufffd" not in text else None


def _most_plausible(data: bytes, names: Iterable[str]) -> str:
    """The encoding under which the text reads most like Chinese; the first one at a tie."""
    sample = data[:_SAMPLE]
    return max(names, key=lambda name: plausibility(sample.decode(name, "replace")))
