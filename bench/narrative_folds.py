"""Cross-validation of the tagger: every report is read by a model that was trained without it, and so is the certainty."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.narrative_score import Document, Reader, noisy
from extractors.narrative.certainty import Certainty
from extractors.narrative.encoding import Window
from extractors.narrative.judge import by_rules, guess
from extractors.narrative.passages import Passage, passage
from extractors.narrative.tagger import Guess, Tagger, ranked
from extractors.narrative.training.calibrate import Trial, fitted
from extractors.narrative.training.learning import probabilities
from extractors.narrative.training.samples import SHARED, Sample, annotated, kind_at, labels
from extractors.narrative.training.train import INVENTED, refine, start
from models.facts import OTHER

FOLDS = 5


class Learned:
    """A model fresh from training as a tagger."""

    def __init__(self, model: Any, vocab: dict[str, int]) -> None:
        self._model, self._vocab = model, vocab

    def guesses(self, windows: Sequence[Window]) -> dict[int, Guess]:
        samples = [Sample(window.chars, tuple((place, "") for place, _ in window.marks)) for window in windows]
        return {
            index: ranked(row, labels())
            for window, rows in zip(windows, probabilities(self._model, samples, self._vocab), strict=True)
            for (_, index), row in zip(window.marks, rows, strict=True)
        }


@dataclass(frozen=True, slots=True)
class Fold:
    """Reports that a tagger and a certainty have not seen, by their numbers among all."""

    numbers: tuple[int, ...]
    tagger: Tagger
    certainty: Certainty


def folds(
    reports: Sequence[Document], unread: Sequence[Document], first_step: Path | None, count: int = INVENTED
) -> list[Fold]:
    """The folds over all reports; the certainty of each is fitted on ``unread``, which no rule was written with."""
    model, vocab, made = start(first_step, count, annotated(reports))
    groups = [tuple(range(at, len(reports), FOLDS)) for at in range(FOLDS)]
    result = []
    for number, group in enumerate(groups, 1):
        print(f"fold {number} of {FOLDS}", flush=True)
        pupil = copy.deepcopy(model)
        refine(pupil, annotated([reports[at] for at in range(len(reports)) if at not in group]), made, vocab)
        tagger = Learned(pupil, vocab)
        result.append(Fold(group, tagger, certainty_of(tagger, unread)))
    return result


def certainty_of(tagger: Tagger, unread: Sequence[Document]) -> Certainty:
    """How far to trust rules and tagger, from reports that neither was made with."""
    return fitted([trial for report in unread for trial in trials_of(report, tagger)])


def trials_of(report: Document, tagger: Tagger, dice: random.Random | None = None) -> list[Trial]:
    """What rules and tagger say of each figure of a report, beside what it is. With ``dice`` the text is noisy."""
    parts = [passage(one["title"], noisy(one["text"], dice) if dice else one["text"]) for one in report["sections"]]
    said = guess(parts, report["year"], tagger)
    return [
        trial
        for section, (part, guesses) in enumerate(zip(parts, said, strict=True))
        for trial in _trials(part, guesses, _marks(report, section), report["year"])
    ]


def _marks(report: Document, section: int) -> list[tuple[int, int, str]]:
    return [(*fact["span"], fact["type"]) for fact in report["facts"] if fact["section"] == section]


def _trials(part: Passage, guesses: dict[int, Guess], marks: list[tuple[int, int, str]], year: int) -> list[Trial]:
    result = []
    for index, typed in enumerate(by_rules(part, year)):
        truth = kind_at(part.flat.span(part.found[index].start, part.found[index].end), marks)
        if index in guesses and len(typed) == 1 and truth != SHARED:
            result.append(Trial(typed[0].kind, typed[0].why, guesses[index], truth))
    return result


def sure_and_right(report: Document, read: Reader) -> list[tuple[float, bool]]:
    """For each fact that is found its confidence, and whether the annotators gave that stretch the type."""
    parts = [passage(one["title"], one["text"]) for one in report["sections"]]
    result = []
    for section, (part, findings) in enumerate(zip(parts, read(parts, report["year"]), strict=True)):
        for one in findings:
            start, end = part.flat.span(one.mention.start, one.mention.end)
            kinds = {kind for a, b, kind in _marks(report, section) if a < end and start < b}
            if one.kind != OTHER:
                result.append((one.confidence, one.kind in kinds))
    return result
