"""Many files at a time, each in a process that may die without taking anything else with it.

One process per slot, one pipe per process. Who died, and over which file, is therefore always known: that file becomes
an error object, the slot gets a new process, and the others never notice. Results come out in the order of the files.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.report import ErrorInfo, ErrorReport, Result, SourceInfo

if TYPE_CHECKING:
    from extractors.options import ExtractOptions


@dataclass(frozen=True, slots=True)
class File:
    """A file to read, and what its source is called in the output; with ``more`` pictures that may be further pages of it."""

    path: Path
    name: str
    more: tuple[File, ...] = ()


Reader = Callable[[File, "ExtractOptions"], Iterator[Result]]
Message = tuple[Literal["result"], Result] | tuple[Literal["done"], None] | tuple[Literal["defect"], str]

# How far the others may run ahead of the file whose turn it is, in files per slot and in results per file: enough to
# keep all slots busy, little enough that memory does not grow with the number of files.
FILES_AHEAD = 32
RESULTS_AHEAD = 256


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of news about one file: a result, or (``result`` None) that the file is done."""

    file: File
    result: Result | None
    detail: str = ""


@dataclass(slots=True)
class _Task:
    """A file on its way: what it gave and has not been handed on yet."""

    file: File
    results: deque[Step] = field(default_factory=deque)
    given: int = 0
    done: bool = False


class _Slot:
    """A process and the pipe to it."""

    def __init__(self, reader: Reader, options: ExtractOptions) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=serve, args=(theirs, reader, options), daemon=True)
        self.process.start()
        theirs.close()
        self.task: _Task | None = None
        self.heard = time.monotonic()

    def give(self, task: _Task) -> None:
        self.task, self.heard = task, time.monotonic()
        self.pipe.send(task.file)

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def serve(pipe: Connection, reader: Reader, options: ExtractOptions) -> None:
    """The life of a worker process: read a file, send what it gives, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what it means
    os.dup2(2, 1)  # what a foreign library prints must not end up among the JSON lines
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            file = pipe.recv()
            try:
                for result in reader(file, options):
                    pipe.send(("result", result))
            except BrokenPipeError:
                raise
            except Exception:  # the outermost border: a defect over one file must not cost the others
                pipe.send(("defect", traceback.format_exc()))
            else:
                pipe.send(("done", None))


def read_all(
    files: Sequence[File], reader: Reader, options: ExtractOptions, *, jobs: int, silence: float
) -> Iterator[Step]:
    """Read every file in ``jobs`` processes; steps come in the order of ``files``, whatever finishes first.

    ``silence`` is the longest time in seconds for which a process may give no sign over one file before it is ended.
    """
    crew = _Crew(reader, options, jobs, silence)
    try:
        yield from crew.run(files)
    finally:
        crew.stop()


class _Crew:
    def __init__(self, reader: Reader, options: ExtractOptions, jobs: int, silence: float) -> None:
        self._reader, self._options, self._jobs, self._silence = reader, options, jobs, silence
        self._slots: list[_Slot] = []
        self._open: deque[_Task] = deque()  # begun or waiting for its turn to be handed on, in order

    def run(self, files: Sequence[File]) -> Iterator[Step]:
        waiting = deque(files)
        while waiting or self._open:
            self._assign(waiting)
            self._listen()
            yield from self._ready()

    def stop(self) -> None:
        for slot in self._slots:
            slot.stop()

    def _assign(self, waiting: deque[File]) -> None:
        while waiting and len(self._open) < self._jobs * FILES_AHEAD and (slot := self._free_slot()) is not None:
            task = _Task(waiting.popleft())
            self._open.append(task)
            try:
                slot.give(task)
            except OSError:  # it died while idle: the file has not been touched, so another process takes it
                self._open.pop()
                slot.task = None
                waiting.appendleft(task.file)
                self._replace(slot)

    def _free_slot(self) -> _Slot | None:
        for slot in self._slots:
            if slot.task is None:
                return slot
        if len(self._slots) < self._jobs:
            self._slots.append(_Slot(self._reader, self._options))
            return self._slots[-1]
        return None

    def _listen(self) -> None:
        busy = {slot.pipe: slot for slot in self._slots if slot.task is not None and self._has_room(slot.task)}
        now = time.monotonic()
        for slot in self._slots:
            if slot.pipe not in busy:
                slot.heard = now  # not listened to, so its silence is ours
        if not busy:
            return
        patience = max(0.0, min(slot.heard for slot in busy.values()) + self._silence - now)
        for pipe in wait(list(busy), timeout=patience):
            assert isinstance(pipe, Connection)
            self._hear(busy.pop(pipe))
        now = time.monotonic()
        for slot in busy.values():
            if now - slot.heard > self._silence:
                self._lose(slot, "timeout", f"nothing was heard for {self._silence:.0f} seconds")

    def _has_room(self, task: _Task) -> bool:
        """The file whose turn it is always has room, so there is always something to listen to."""
        return task is self._open[0] or len(task.results) < RESULTS_AHEAD

    def _hear(self, slot: _Slot) -> None:
        task = slot.task
        assert task is not None
        try:
            message: Message = slot.pipe.recv()
        except (EOFError, OSError):
            slot.process.join()
            self._lose(slot, "internal", f"the process that read it ended: {_ending(slot.process.exitcode)}")
            return
        slot.heard = time.monotonic()
        if message[0] == "result":
            task.results.append(Step(task.file, message[1]))
            task.given += 1
            return
        if message[0] == "defect":
            last = message[1].strip().splitlines()[-1]
            self._fail(task, "internal", last, detail=message[1])
        task.done, slot.task = True, None

    def _lose(self, slot: _Slot, code: str, why: str) -> None:
        task = slot.task
        assert task is not None
        self._fail(task, code, why)
        task.done = True
        self._replace(slot)

    def _replace(self, slot: _Slot) -> None:
        slot.stop()
        self._slots.remove(slot)

    def _fail(self, task: _Task, code: str, why: str, detail: str = "") -> None:
        after = f" (after {task.given} report(s) of it)" if task.given else ""
        task.results.append(
            Step(task.file, error_report(task.file.name, code, f"Reading stopped: {why}{after}."), detail)
        )

    def _ready(self) -> Iterator[Step]:
        while self._open:
            task = self._open[0]
            while task.results:
                yield task.results.popleft()
            if not task.done:
                return
            self._open.popleft()
            yield Step(task.file, None)


def error_report(name: str, code: str, message: str) -> ErrorReport:
    """An error object for a file of which nothing is known but its name."""
    from models.errors import CODES

    return ErrorReport(source=SourceInfo(name=name), error=ErrorInfo(code=code, message=message, hint=CODES[code]))


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        try:
            return f"signal {-status} ({signal.Signals(-status).name})"
        except ValueError:
            return f"signal {-status}"
    return f"exit status {status}"
