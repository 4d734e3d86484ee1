"""Fitting the tagger: batches with misread characters, one-cycle training, and what it then says of samples."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch

from extractors.narrative.encoding import EARLIER, LATER, MAX_TOKENS, SAME_YEAR, TARGET
from extractors.narrative.training.samples import Sample, labels

SPECIALS: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_PAD, _UNKNOWN, _START, _END = 0, 1, 2, 3
_IGNORED: Final = -100
#: Marks that misreading never touches.
_SAFE: Final = frozenset({TARGET, "#", "|", SAME_YEAR, EARLIER, LATER})
_HIDDEN, _LAYERS, _HEADS, _INNER = 128, 4, 4, 192
#: Characters that a local layer sees around each character, both sides together.
_NEIGHBOURS: Final = 32
_DROPOUT: Final = 0.1
_BATCH: Final = 64
#: Share of characters that are hidden in training, replaced by another, or dropped, as misread ones are.
_HIDE, _REPLACE, _DROP = 0.05, 0.02, 0.02
#: A character seen less often is unknown, so that the model learns what to make of unknown ones.
_RARE: Final = 2


@dataclass(frozen=True, slots=True)
class Course:
    """How long and how fast to learn."""

    epochs: int
    rate: float
    seed: int


def vocabulary(samples: Sequence[Sample]) -> dict[str, int]:
    """The specials and every character that stands often enough in the samples, with their numbers."""
    counts = Counter(char for sample in samples for char in sample.chars)
    words = [*SPECIALS, *sorted(char for char, count in counts.items() if count >= _RARE or char in _SAFE)]
    return {word: number for number, word in enumerate(words)}


def new_model(size: int) -> Any:
    """An untrained tagger for a vocabulary of ``size`` characters.

    What tells the type stands near the figure, so all layers but the first look at the neighbourhood alone, by relative
    place (ModernBERT); with absolute places the same data taught a model of the same size far less.
    """
    from transformers import ModernBertConfig, ModernBertForTokenClassification

    names = labels()
    configure: Any = ModernBertConfig
    config = configure(
        vocab_size=size,
        hidden_size=_HIDDEN,
        num_hidden_layers=_LAYERS,
        num_attention_heads=_HEADS,
        intermediate_size=_INNER,
        max_position_embeddings=MAX_TOKENS,
        global_attn_every_n_layers=_LAYERS,
        local_attention=_NEIGHBOURS,
        embedding_dropout=_DROPOUT,
        mlp_dropout=_DROPOUT,
        classifier_dropout=_DROPOUT,
        pad_token_id=_PAD,
        cls_token_id=_START,
        bos_token_id=_START,
        sep_token_id=_END,
        eos_token_id=_END,
        id2label=dict(enumerate(names)),
        label2id={name: at for at, name in enumerate(names)},
        attn_implementation="sdpa",
    )
    torch.manual_seed(1)
    return ModernBertForTokenClassification(config)


def fit(model: Any, samples: Sequence[Sample], vocab: dict[str, int], course: Course) -> None:
    """Train in place with a one-cycle rate."""
    rng = random.Random(course.seed)
    torch.manual_seed(course.seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=course.rate, weight_decay=0.01)
    steps = course.epochs * -(-len(samples) // _BATCH) + 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, course.rate, total_steps=steps, pct_start=0.1)
    model.train()
    for epoch in range(course.epochs):
        total = 0.0
        for ids, mask, classes in _batches(samples, vocab, rng):
            logits = model(input_ids=ids, attention_mask=mask).logits
            loss: Any = torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), classes.flatten(), ignore_index=_IGNORED, label_smoothing=0.05
            )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1} of {course.epochs}: loss {total * _BATCH / len(samples):.3f}", flush=True)
    model.eval()


def _batches(samples: Sequence[Sample], vocab: dict[str, int], rng: random.Random) -> Iterator[tuple[Any, Any, Any]]:
    """Shuffled batches of like length: ids, mask, classes (ignored everywhere but at the marks)."""
    names = {name: at for at, name in enumerate(labels())}
    order = sorted(range(len(samples)), key=lambda at: len(samples[at].chars) + rng.randint(0, 16))
    groups = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
    rng.shuffle(groups)
    for group in groups:
        rows = [_misread(samples[at], vocab, names, rng) for at in group]
        width = max(len(ids) for ids, _ in rows)
        ids = torch.tensor([row + [_PAD] * (width - len(row)) for row, _ in rows])
        classes = torch.tensor([row + [_IGNORED] * (width - len(row)) for _, row in rows])
        yield ids, (ids != _PAD).long(), classes


def _misread(
    sample: Sample, vocab: dict[str, int], names: dict[str, int], rng: random.Random
) -> tuple[list[int], list[int]]:
    marks = dict(sample.marks)
    ids, classes = [_START], [_IGNORED]
    for place, char in enumerate(sample.chars):
        number = vocab.get(char, _UNKNOWN)
        if char not in _SAFE:
            luck = rng.random()
            if luck < _DROP:
                continue
            if luck < _DROP + _HIDE:
                number = _UNKNOWN
            elif luck < _DROP + _HIDE + _REPLACE:
                number = rng.randrange(len(SPECIALS), len(vocab))
        ids.append(number)
        classes.append(names.get(marks.get(place, ""), _IGNORED))
    return [*ids, _END], [*classes, _IGNORED]


def probabilities(model: Any, samples: Sequence[Sample], vocab: dict[str, int]) -> list[list[list[float]]]:
    """For each sample and each figure in it, the probability of each class of ``labels``."""
    result = []
    with torch.no_grad():
        for sample in samples:
            ids = torch.tensor([[_START, *(vocab.get(char, _UNKNOWN) for char in sample.chars), _END]])
            logits = model(input_ids=ids).logits[0]
            chosen = logits[[place + 1 for place, _ in sample.marks]]
            result.append(chosen.softmax(-1).tolist())
    return result
