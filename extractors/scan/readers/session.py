"""ONNX models run by OpenVINO where it is installed (1.7 to 2.5 times as fast here), else by onnxruntime."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Run = Callable[[Array], Array]

#: Unpinned, since pinned threads of two processes share one core and leave the other idle. What is kept for each shape of input is
#: bounded, since crops come in any number and width: without it memory grows by a megabyte for each new shape, to no gain.
SETTINGS = {"PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False, "CPU_RUNTIME_CACHE_CAPACITY": "100"}
#: Pages are read in several threads; of a model one is enough.
_LOADING = Lock()


def session(model: Path, threads: int = 1) -> Run:
    """The model as a function from its one input to its first output, for any thread."""
    with _LOADING:
        return _loaded(model, threads)


@cache
def _loaded(model: Path, threads: int) -> Run:
    try:
        return _openvino(model, threads)
    except ImportError:
        return _onnxruntime(model, threads)


def _openvino(model: Path, threads: int) -> Run:
    import openvino

    core = openvino.Core()
    compiled = core.compile_model(str(model), "CPU", {**SETTINGS, "INFERENCE_NUM_THREADS": threads})
    request = compiled.create_infer_request()
    running = Lock()

    def run(batch: Array) -> Array:
        with running:
            request.infer([batch])
            return np.array(request.get_output_tensor(0).data, np.float32)

    return run


def _onnxruntime(model: Path, threads: int) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    loaded = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    name = loaded.get_inputs()[0].name
    return lambda batch: np.asarray(loaded.run(None, {name: batch})[0], np.float32)
