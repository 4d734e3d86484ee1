"""ONNX models run by OpenVINO where it is installed (1.7 to 2.5 times as fast here), else by onnxruntime."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Run = Callable[[Array], Array]


@cache
def session(model: Path, threads: int = 1) -> Run:
    """The model as a function from its one input to its first output."""
    try:
        return _openvino(model, threads)
    except ImportError:
        return _onnxruntime(model, threads)


def _openvino(model: Path, threads: int) -> Run:
    import openvino

    core = openvino.Core()
    # Unpinned: pinned threads of two processes share one core and leave the other idle.
    wanted = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False}
    compiled = core.compile_model(str(model), "CPU", wanted)
    request = compiled.create_infer_request()

    def run(batch: Array) -> Array:
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
