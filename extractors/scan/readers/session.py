"""ONNX models run by OpenVINO where it is installed (1.7 to 2.5 times as fast here), else by onnxruntime."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Kept = TypeVar("Kept")
#: Runs a batch and gives what the second argument makes of the model's output, which is overwritten afterwards.
Run = Callable[[Array, Callable[[Array], Kept]], Kept]

#: Batches that are run at a time, each by one core: two cores on one batch wait for each other.
AT_ONCE = 2
#: Unpinned, since pinned threads of two processes share one core and leave the other idle. What is kept for each shape of input (about a
#: hundred entries) is bounded, and readers give few shapes: making it anew takes a fifth of the time.
SETTINGS = {
    "NUM_STREAMS": AT_ONCE,
    "INFERENCE_NUM_THREADS": AT_ONCE,
    "ENABLE_CPU_PINNING": False,
    "CPU_RUNTIME_CACHE_CAPACITY": "1500",
}
#: Pages are read in several threads; of a model one is enough.
_LOADING = Lock()


def run_all(model: Path, batches: Sequence[Array], kept: Callable[[Array], Kept]) -> list[Kept]:
    """What ``kept`` makes of the model's first output for each batch. It must not keep the output itself."""
    with _LOADING:
        run, pool = _loaded(model), _pool()
    return list(pool.map(partial(_kept, run, kept), batches))


def _kept(run: Run[Kept], kept: Callable[[Array], Kept], batch: Array) -> Kept:
    return run(batch, kept)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="model")


@cache
def _loaded(model: Path) -> Run[Any]:
    try:
        return _openvino(model)
    except ImportError:
        return _onnxruntime(model)


def _openvino(model: Path) -> Run[Any]:
    import openvino

    compiled = openvino.Core().compile_model(str(model), "CPU", SETTINGS)
    free: SimpleQueue[openvino.InferRequest] = SimpleQueue()
    for _ in range(AT_ONCE):
        free.put(compiled.create_infer_request())

    def run(batch: Array, kept: Callable[[Array], Kept]) -> Kept:
        request = free.get()
        try:
            request.infer([batch], share_inputs=True)
            return kept(request.get_output_tensor(0).data)
        finally:
            free.put(request)

    return run


def _onnxruntime(model: Path) -> Run[Any]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    loaded = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    name = loaded.get_inputs()[0].name
    return lambda batch, kept: kept(np.asarray(loaded.run(None, {name: batch})[0], np.float32))
