"""Frames that wait in a file until something about all of them is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from api.export.columns import Frame

if TYPE_CHECKING:
    import pyarrow as pa


class Spool:
    """Takes frames of one table and gives them back in their order, from a file of Arrow batches.

    Marks are kept as columns behind the others.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None
        self.rows = 0

    def write(self, frame: Frame) -> None:
        """Add a frame."""
        import pyarrow as pa

        arrays = [_plain(array) for array in frame.columns]
        marked = sorted(frame.marks)
        arrays += [pa.array(frame.marks[at]) for at in marked]
        names = [str(at) for at in range(len(frame.columns))] + [f"marks {at}" for at in marked]
        batch = pa.RecordBatch.from_arrays(arrays, names)
        if self._file is None:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._file = pa.ipc.new_stream(str(self._path), batch.schema, options=options)
        self._file.write_batch(batch)
        self.rows += frame.rows

    def read(self) -> Iterator[Frame]:
        """All frames; nothing can be added afterwards."""
        import pyarrow as pa

        if self._file is None:
            return
        self._file.close()
        with pa.OSFile(str(self._path)) as file, pa.ipc.open_stream(file) as batches:
            for batch in batches:
                yield _frame(batch)

    def discard(self) -> None:
        """Remove the file."""
        if self._file is not None:
            self._file.close()
        self._path.unlink(missing_ok=True)


def _plain(array: pa.Array) -> pa.Array:
    """A stream of batches wants one dictionary for all of them, so texts are written out."""
    import pyarrow as pa

    return array.cast(array.type.value_type) if isinstance(array, pa.DictionaryArray) else array


def _frame(batch: pa.RecordBatch) -> Frame:
    plain = [array for name, array in zip(batch.schema.names, batch.columns, strict=True) if " " not in name]
    marks = {
        int(name.split()[1]): np.asarray(array.to_numpy(), np.uint8)
        for name, array in zip(batch.schema.names, batch.columns, strict=True)
        if " " in name
    }
    return Frame(tuple(plain), marks)
