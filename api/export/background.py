"""Writes a book in a thread of its own: compression in C runs beside the making of the next rows."""

from __future__ import annotations

from queue import Queue
from threading import Thread

from api.export.books import Book, Written
from api.export.columns import Frame, Table

# Frames that may wait: enough to keep both sides busy, few enough that memory stays small.
WAITING = 8


class BackgroundBook:
    """The same rows in the same order as without it. What goes wrong in the thread is raised by the next call."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._queue: Queue[tuple[Table, Frame] | None] = Queue(WAITING)
        self._failed: BaseException | None = None
        self._thread = Thread(target=self._run, name="write a book", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            if self._failed is None:  # after a failure the rest is only taken away, so that nobody waits for ever
                try:
                    self._book.write(*item)
                except BaseException as error:
                    self._failed = error

    def write(self, table: Table, frame: Frame) -> None:
        """Hand the rows over."""
        self._raise()
        self._queue.put((table, frame))

    def close(self) -> Written:
        """Wait until everything is written, and put it in place."""
        self._stop()
        self._raise()
        return self._book.close()

    def abort(self) -> None:
        """Remove what is unfinished."""
        self._stop()
        self._book.abort()

    def _stop(self) -> None:
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _raise(self) -> None:
        if self._failed is not None:
            raise self._failed
