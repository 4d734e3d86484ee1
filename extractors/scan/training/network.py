"""The digit reader's network: a small convolutional recogniser with CTC (Graves et al. 2006; Shi et al. 2015)."""

from __future__ import annotations

from torch import Tensor, nn

from extractors.scan.strips import ALPHABET


def _layer(inputs: int, outputs: int, pool: tuple[int, int] | None) -> list[nn.Module]:
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return [*layers, nn.MaxPool2d(pool)] if pool else layers


class DigitReader(nn.Module):
    """(count, 1, 40, width) to log probabilities (count, width // 4, 1 + len(ALPHABET)); index 0 is CTC's blank."""

    def __init__(self) -> None:
        super().__init__()
        self.see = nn.Sequential(
            *_layer(1, 24, (2, 2)),
            *_layer(24, 48, (2, 2)),
            *_layer(48, 80, None),
            *_layer(80, 80, (2, 1)),
            *_layer(80, 112, (5, 1)),
        )
        self.join = nn.Sequential(
            nn.Conv1d(112, 128, 5, padding=2, bias=False),
            nn.BatchNorm1d(128),
            nn.ReLU(),
            nn.Conv1d(128, 128, 3, padding=1, bias=False),
            nn.BatchNorm1d(128),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Conv1d(128, 1 + len(ALPHABET), 1),
        )

    def forward(self, strips: Tensor) -> Tensor:
        """Log probabilities by frame."""
        seen = self.see(strips).squeeze(2)
        return self.join(seen).transpose(1, 2).log_softmax(2)
