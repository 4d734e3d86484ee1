"""The members of a 7z archive, through py7zr, unpacked into a private folder and counted while they are written."""

from __future__ import annotations

import io
import lzma
import struct
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from extractors.sources.archives import LostMember, Member, refusal
from extractors.sources.limits import MEBIBYTE, Budget
from extractors.sources.members import is_junk, is_page_part
from models.errors import LimitExceeded, UnreadableSource

if TYPE_CHECKING:
    from py7zr import SevenZipFile

#: What py7zr lets through from its decoders and parser when an archive is damaged.
_DAMAGE = (
    OSError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, NotImplementedError,
    struct.error, zlib.error, lzma.LZMAError, RuntimeError,
)  # fmt: skip


@dataclass
class _Sink:
    """Where one member is written to; ``whole`` once py7zr says that it was complete and its checksum right."""

    name: str
    path: Path
    budget: Budget
    written: int = 0
    whole: bool = False

    def write(self, data: bytes | bytearray) -> int:
        self.budget.spend(len(data))
        self.written += len(data)
        if not self.too_large:
            with self.path.open("ab") as stream:
                stream.write(data)
        return len(data)

    @property
    def too_large(self) -> bool:
        return self.written > self.budget.max_member

    def read(self, size: int | None = None) -> bytes:
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return offset

    def seekable(self) -> bool:
        return False

    def flush(self) -> None:
        """Nothing is held back."""

    def size(self) -> int:
        return self.written

    def close(self) -> None:
        self.whole = True


class _Sinks:
    """The factory that py7zr asks for one sink per member, by the name as py7zr cleaned it."""

    def __init__(self, folder: Path, budget: Budget) -> None:
        self._folder = folder
        self._budget = budget
        self.made: list[_Sink] = []

    def create(self, filename: str) -> Any:
        sink = _Sink(filename, self._folder / str(len(self.made)), self._budget)
        self.made.append(sink)
        return sink


def sevenzip_members(data: bytes, budget: Budget) -> Iterator[Member | LostMember]:
    """Members of a 7z; of a damaged one, those that came out whole before the damage."""
    from py7zr import SevenZipFile
    from py7zr.exceptions import ArchiveError, PasswordRequired

    try:
        archive = SevenZipFile(io.BytesIO(data), max_extract_size=max(1, budget.left))
        locked = archive.needs_password()
    except PasswordRequired:
        locked = True
    except (ArchiveError, *_DAMAGE) as error:
        code = "truncated" if _is_cut(data) else "corrupt"
        yield LostMember("", UnreadableSource("the 7z archive is damaged or cut off", code=code, detail=repr(error)))
        return
    if locked:
        yield LostMember("", UnreadableSource("the archive needs a password", code="encrypted_archive"))
        return
    with archive, tempfile.TemporaryDirectory(prefix="gouji-7z-") as folder:
        yield from _unpack(archive, Path(folder), budget)


def _is_cut(data: bytes) -> bool:
    """The signature header says where the end header stands (7z format, signature header)."""
    if len(data) < 32:
        return True
    offset, size = struct.unpack_from("<QQ", data, 12)
    return bool(32 + offset + size > len(data))


def _unpack(archive: SevenZipFile, folder: Path, budget: Budget) -> Iterator[Member | LostMember]:
    wanted: list[str] = []
    entries = archive.list()
    names = {entry.filename for entry in entries}
    for entry in entries:
        budget.count_entry()
        if entry.is_directory or is_junk(entry.filename) or is_page_part(entry.filename, names):
            continue
        refused = refusal(entry.filename, link=entry.is_symlink or not entry.is_file)
        if refused:
            yield refused
        else:
            wanted.append(entry.filename)
    yield from _extracted(archive, wanted, folder, budget)


def _extracted(archive: SevenZipFile, wanted: list[str], folder: Path, budget: Budget) -> Iterator[Member | LostMember]:
    """Unpack the wanted members in one pass (a solid archive is one stream) and hand them on in order."""
    from py7zr.exceptions import ArchiveError, DecompressionBombError

    sinks = _Sinks(folder, budget)
    damage = ""
    try:
        archive.extract(targets=set(wanted), factory=sinks)  # type: ignore[arg-type]
    except DecompressionBombError as error:
        raise LimitExceeded("the archive unpacks to more than is allowed", code="archive_bomb") from error
    except (ArchiveError, *_DAMAGE) as error:
        damage = repr(error)
    made = {sink.name: sink for sink in sinks.made}
    seen: dict[str, int] = {}
    for name in wanted:
        plain = PurePosixPath(name).as_posix()
        # py7zr numbers the later ones of several members of one name.
        key = plain if name not in seen else f"{plain}_{seen[name]}"
        seen[name] = seen.get(name, -1) + 1
        yield _result(name, made.get(key), damage)


def _result(name: str, sink: _Sink | None, damage: str) -> Member | LostMember:
    if sink is None or not sink.whole:
        return LostMember(name, UnreadableSource("damaged in the archive", code="corrupt", detail=damage))
    if sink.too_large:
        limit = sink.budget.max_member // MEBIBYTE
        return LostMember(name, LimitExceeded(f"larger than {limit} MiB when unpacked"))
    return Member(name, sink.path.read_bytes() if sink.path.exists() else b"")
