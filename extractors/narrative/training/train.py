"""Trains the tagger: ``python -m extractors.narrative.training.train OUT --annotated A.jsonl B.jsonl``. Needs torch and onnxscript.

Two steps: invented sections first (``--start`` keeps or takes up what they taught), then the annotated reports together
with some invented ones. ``OUT`` becomes an ordinary ``transformers`` checkpoint with the same model as ONNX beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch

from extractors.narrative.encoding import MAX_TOKENS
from extractors.narrative.training.learning import Course, fit, new_model, vocabulary
from extractors.narrative.training.samples import Sample, annotated, documents, invented

#: How many invented windows are learnt first, how many of them again beside the annotated ones, and how often those.
INVENTED: Final = 50_000
_AGAIN: Final = 2_000
_TIMES: Final = 4
_FIRST: Final = Course(epochs=4, rate=2e-3, seed=1)
_SECOND: Final = Course(epochs=3, rate=6e-4, seed=2)
#: Two samples of the length that the exporter looks at; any other length works in the end.
_EXAMPLE: Final = (2, 40)


def schooled(made: Sequence[Sample], vocab: dict[str, int]) -> Any:
    """A model that knows the invented sentences."""
    model = new_model(len(vocab))
    fit(model, made, vocab, _FIRST)
    return model


def refine(model: Any, real: Sequence[Sample], made: Sequence[Sample], vocab: dict[str, int]) -> None:
    """Go on with annotated sentences, and some invented ones, so that what those taught is not lost."""
    fit(model, [*list(real) * _TIMES, *random.Random(3).sample(list(made), min(_AGAIN, len(made)))], vocab, _SECOND)


def words_of(made: Sequence[Sample], real: Sequence[Sample]) -> dict[str, int]:
    """The vocabulary of the shipped model."""
    return vocabulary([*made, *real])


def save(model: Any, vocab: dict[str, int], folder: Path) -> None:
    """Write config, weights and tokenizer as ``transformers`` reads them, and ``model.onnx``."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.WordLevel(vocab, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    ends = [("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    names = {
        "unk_token": "[UNK]",
        "pad_token": "[PAD]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
    }
    fast: Any = PreTrainedTokenizerFast
    fast(tokenizer_object=tokenizer, model_max_length=MAX_TOKENS, **names).save_pretrained(folder)
    model.save_pretrained(folder)
    export(model, folder / "model.onnx")


class _Logits(torch.nn.Module):
    """The model as a function from ids and mask to logits."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


def export(model: Any, path: Path) -> None:
    """Write the model as ONNX, for any number of inputs of any length."""
    before = model.config._attn_implementation
    model.config._attn_implementation = "eager"
    ids = torch.randint(5, model.config.vocab_size, _EXAMPLE)
    axes = {0: torch.export.Dim("batch", min=1, max=64), 1: torch.export.Dim("length", min=2, max=MAX_TOKENS)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Logits(model),
            (ids, torch.ones_like(ids)),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_shapes={"input_ids": axes, "attention_mask": axes},
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    model.config._attn_implementation = before


def write_manifest(folder: Path, data: Sequence[Path], command: str) -> None:
    """Write down what the files are and what they were made from."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".json", ".onnx", ".safetensors"))
    record = {
        "command": command,
        "data": {path.name: _digest(path) for path in data},
        "files": {path.name: _digest(path) for path in files if path.name != "manifest.json"},
    }
    (folder / "manifest.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def start(path: Path | None, count: int, real: Sequence[Sample]) -> tuple[Any, dict[str, int], list[Sample]]:
    """The model after the first step, its vocabulary, and the invented samples; ``path`` keeps the model or has it."""
    made = invented(count, seed=1)
    if path is not None and path.is_file():
        kept = torch.load(path)
        model = new_model(len(kept["vocab"]))
        model.load_state_dict(kept["state"])
        return model, kept["vocab"], made
    vocab = words_of(made, real)
    model = schooled(made, vocab)
    if path is not None:
        torch.save({"state": model.state_dict(), "vocab": vocab}, path)
    return model, vocab, made


def main() -> None:
    """Train on everything and write the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="folder of the checkpoint")
    parser.add_argument("--annotated", type=Path, nargs="+", required=True, help="annotated reports, JSON lines")
    parser.add_argument("--start", type=Path, help="file that holds, or will hold, the model after the first step")
    parser.add_argument("--count", type=int, default=INVENTED, help="how many invented windows are learnt first")
    options = parser.parse_args()
    real = [sample for path in options.annotated for sample in annotated(documents(path))]
    model, vocab, made = start(options.start, options.count, real)
    refine(model, real, made, vocab)
    save(model, vocab, options.out)
    names = " ".join(path.name for path in options.annotated)
    command = f"python -m extractors.narrative.training.train {options.out} --annotated {names} --count {options.count}"
    write_manifest(options.out, options.annotated, command)


if __name__ == "__main__":
    main()
