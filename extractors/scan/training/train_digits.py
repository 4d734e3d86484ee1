"""``python -m extractors.scan.training.train_digits``: train the digit reader on degraded renderings and write its ONNX."""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from extractors.scan.strips import ALPHABET, Strip, batch_of, strip_of
from extractors.scan.training.network import DigitReader
from extractors.scan.training.render import crop_of
from extractors.scan.training.strings import text_to_print, text_to_read

TARGET = Path(__file__).parents[1] / "model" / "digits.onnx"
#: Frames are four pixels wide; a strip needs one for each character and one between equal ones.
FRAME = 4


def sample(dice: random.Random) -> tuple[Strip, str]:
    """A strip and its text, long enough for CTC."""
    while True:
        printed = text_to_print(dice)
        wanted = text_to_read(printed)
        strip = strip_of(crop_of(printed, dice))
        repeats = sum(a == b for a, b in itertools.pairwise(wanted))
        if strip.shape[1] // FRAME >= len(wanted) + repeats:
            return strip, wanted


class Strips(IterableDataset[tuple[Tensor, Tensor, Tensor]]):
    """Endless batches, strips of like width together."""

    def __init__(self, batch: int, seed: int) -> None:
        self.batch, self.seed = batch, seed

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        worker = torch.utils.data.get_worker_info()
        dice = random.Random(self.seed * 1000 + (worker.id if worker else 0))
        while True:
            pool = sorted((sample(dice) for _ in range(self.batch * 8)), key=lambda one: one[0].shape[1])
            chunks = [pool[at : at + self.batch] for at in range(0, len(pool), self.batch)]
            dice.shuffle(chunks)
            for chunk in chunks:
                yield as_tensors(chunk)


def as_tensors(chunk: list[tuple[Strip, str]]) -> tuple[Tensor, Tensor, Tensor]:
    """Strips, targets in one row, lengths of the targets."""
    strips = torch.from_numpy(batch_of([strip for strip, _ in chunk]))
    targets = [1 + ALPHABET.index(char) for _, text in chunk for char in text]
    return strips, torch.tensor(targets, dtype=torch.long), torch.tensor([len(text) for _, text in chunk])


def read(logs: Tensor) -> list[str]:
    """The best path of each strip."""
    texts = []
    for path in logs.argmax(2).tolist():
        kept = [index for index, before in zip(path, [0, *path], strict=False) if index and index != before]
        texts.append("".join(ALPHABET[index - 1] for index in kept))
    return texts


def accuracy(network: DigitReader, count: int, seed: int) -> float:
    """Share of strips of a held-apart seed that are read without any error."""
    dice = random.Random(seed)
    network.eval()
    right = 0
    with torch.no_grad():
        for _ in range(count // 64):
            chunk = [sample(dice) for _ in range(64)]
            texts = read(network(as_tensors(chunk)[0]))
            right += sum(text == wanted for text, (_, wanted) in zip(texts, chunk, strict=True))
    network.train()
    return right / (count // 64 * 64)


def train(minutes: float, batch: int, seed: int, start: Path | None) -> DigitReader:
    """Train for a while with a rate that rises and falls (Smith and Topin 2018)."""
    torch.manual_seed(seed)
    torch.set_num_threads(2)
    network = DigitReader()
    if start is not None:
        network.load_state_dict(torch.load(start, weights_only=True))
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-3)
    loss_of = nn.CTCLoss(zero_infinity=True)
    began, seconds, step, running = time.monotonic(), minutes * 60, 0, 0.0
    for strips, targets, lengths in DataLoader(Strips(batch, seed), batch_size=None, num_workers=1, prefetch_factor=8):
        done = (time.monotonic() - began) / seconds
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * min(done / 0.08, (1 - done) / 0.92) + 1e-6
        logs = network(strips).transpose(0, 1)
        loss = loss_of(logs, targets, torch.full((strips.shape[0],), logs.shape[0]), lengths)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        running, step = 0.98 * running + 0.02 * float(loss.detach()), step + 1
        if step % 250 == 0:
            print(f"{done:4.0%} step {step} loss {running:.4f} held-apart {accuracy(network, 256, 99):.4f}", flush=True)
            torch.save(network.state_dict(), "/tmp/digits.pt")
    return network


def export(network: DigitReader, target: Path) -> None:
    """Write ONNX with free count and width."""
    network.eval()
    target.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        network,
        (torch.zeros(2, 1, 40, 80),),
        str(target),
        input_names=["strips"],
        output_names=["logs"],
        dynamic_axes={"strips": {0: "count", 3: "width"}, "logs": {0: "count", 1: "frames"}},
        dynamo=False,
    )


def main() -> int:
    """Train, measure on held-apart renderings, write."""
    parser = argparse.ArgumentParser(prog="python -m extractors.scan.training.train_digits", description=__doc__)
    parser.add_argument("--minutes", type=float, default=25.0)
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--out", type=Path, default=TARGET)
    args = parser.parse_args()
    network = train(args.minutes, args.batch, args.seed, args.start)
    export(network, args.out)
    torch.save(network.state_dict(), args.out.with_suffix(".pt"))
    print(f"held-apart {accuracy(network, 4096, 7):.4f}, {np.sum([p.numel() for p in network.parameters()])} weights")
    return 0


if __name__ == "__main__":
    sys.exit(main())
