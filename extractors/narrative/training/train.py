"""Trains the tagger: ``python -m extractors.narrative.training.train OUT``. Needs torch and transformers.

Two steps: invented sections from the grammar first, then those together with the annotated documents. The result is an
ordinary ``transformers`` checkpoint (config, tokenizer, safetensors).
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch

from extractors.narrative.encoding import MAX_TOKENS
from extractors.narrative.training.samples import Sample, annotated, documents, invented, labels

SPECIALS: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_HIDDEN, _LAYERS, _HEADS, _INNER = 128, 3, 4, 384
_BATCH: Final = 64
_RATE: Final = 1.2e-3
#: Share of characters that are hidden in training, as misread ones are.
_DROPPED: Final = 0.06
_RARE: Final = 2


def vocabulary(samples: Sequence[Sample]) -> list[str]:
    """The specials and every character that stands often enough in the samples."""
    counts = Counter(char for sample in samples for char in sample.line.split())
    return [*SPECIALS, *sorted(char for char, count in counts.items() if count >= _RARE)]


def new_model(vocab: Sequence[str]) -> Any:
    """An untrained tagger."""
    from transformers import BertConfig, BertForSequenceClassification

    names = labels()
    config = BertConfig(
        vocab_size=len(vocab),
        hidden_size=_HIDDEN,
        num_hidden_layers=_LAYERS,
        num_attention_heads=_HEADS,
        intermediate_size=_INNER,
        max_position_embeddings=MAX_TOKENS,
        hidden_dropout_prob=0.1,
        id2label=dict(enumerate(names)),
        label2id={name: at for at, name in enumerate(names)},
    )
    return BertForSequenceClassification(config)


def batches(samples: Sequence[Sample], vocab: dict[str, int], rng: random.Random) -> Any:
    """Shuffled batches of like length: token ids, mask, classes."""
    names = {name: at for at, name in enumerate(labels())}
    order = sorted(range(len(samples)), key=lambda at: len(samples[at].line) + rng.randint(0, 16))
    groups = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
    rng.shuffle(groups)
    for group in groups:
        rows = [_ids(samples[at].line, vocab, rng) for at in group]
        width = max(map(len, rows))
        ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
        yield ids, (ids != 0).long(), torch.tensor([names[samples[at].kind] for at in group])


def _ids(line: str, vocab: dict[str, int], rng: random.Random) -> list[int]:
    ids = [vocab.get(char, 1) for char in line.split()]
    kept = [1 if rng.random() < _DROPPED and at not in (vocab["◎"], vocab["#"]) else at for at in ids]
    return [2, *kept[-(MAX_TOKENS - 2) :], 3]


def fit(model: Any, samples: Sequence[Sample], vocab: dict[str, int], epochs: int, rate: float, seed: int) -> None:
    """Train in place with a one-cycle rate."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    steps = epochs * (-(-len(samples) // _BATCH))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps + 1, pct_start=0.1)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for ids, mask, classes in batches(samples, vocab, rng):
            loss = torch.nn.functional.cross_entropy(
                model(input_ids=ids, attention_mask=mask).logits, classes, label_smoothing=0.05
            )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total * _BATCH / len(samples):.3f}", flush=True)
    model.eval()


def save(model: Any, vocab: Sequence[str], folder: Path) -> None:
    """Write config, tokenizer and weights as ``transformers`` reads them."""
    from transformers import BertTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    words = folder / "vocab.txt"
    words.write_text("\n".join(vocab) + "\n", encoding="utf-8")
    tokenizer = BertTokenizer(
        vocab={word: at for at, word in enumerate(vocab)},
        do_lower_case=False,
        strip_accents=False,
        model_max_length=MAX_TOKENS,
        truncation_side="left",
    )
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)


def main() -> None:
    """Train on everything and write the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--annotated", type=Path, required=True)
    parser.add_argument("--count", type=int, default=60_000)
    options = parser.parse_args()
    made = invented(options.count, seed=1)
    real = annotated(documents(options.annotated))
    vocab = vocabulary([*made, *real])
    model = new_model(vocab)
    ids = {word: at for at, word in enumerate(vocab)}
    fit(model, made, ids, epochs=4, rate=_RATE, seed=1)
    fit(model, [*real * 3, *made[: len(real) * 3]], ids, epochs=6, rate=_RATE / 2, seed=2)
    save(model, vocab, options.out)


if __name__ == "__main__":
    main()
