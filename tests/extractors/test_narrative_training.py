"""What the tagger learns from: invented sentences with true marks, annotated reports, and the fit of certainty."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from bench.narrative_score import documents
from extractors.narrative.certainty import shipped_certainty
from extractors.narrative.tagger import ranked
from extractors.narrative.training.calibrate import Trial, fitted
from extractors.narrative.training.generator import grammar, kinds, make_section
from extractors.narrative.training.samples import SHARED, annotated, invented, labels, missed
from models.facts import OTHER, fact_types


def test_the_grammar_defines_what_it_refers_to() -> None:
    used = {token[1:-1] for rule in grammar().values() for part in rule for token in part if token.startswith("<")}
    assert used | {kind.rule for kind in kinds()} <= set(grammar())


def test_marks_lie_on_figures_and_every_type_is_written() -> None:
    dice = random.Random(7)
    seen: Counter[str] = Counter()
    for _ in range(3000):
        made = make_section(dice)
        for start, end, kind in made.marks:
            assert made.text[start:end].strip()
            seen[kind] += 1
    assert set(seen) == {OTHER, *fact_types()}


def test_equal_seeds_write_equal_sentences() -> None:
    assert invented(50, seed=3) == invented(50, seed=3)
    assert invented(50, seed=3) != invented(50, seed=4)


def test_samples_point_at_marks_and_hold_known_types() -> None:
    for sample in annotated(documents()[:5]):
        for place, kind in sample.marks:
            assert sample.chars[place] == "◎"
            assert kind == SHARED or kind in labels()


@pytest.mark.parametrize("name", ["dev", "more", "further", "phrases", "fit", "held_out", "unseen"])
def test_the_figures_of_facts_are_found_at_all(name: str) -> None:
    """What no mention covers can be typed by nothing."""
    reports = documents(name)
    assert len(missed(reports)) <= 0.01 * sum(len(report["facts"]) for report in reports)


def trial(kind: str, guessed: str, sure: float, truth: str, why: str = "own words") -> Trial:
    rest = (1 - sure) / (len(labels()) - 1)
    return Trial(kind, why, ranked([sure if name == guessed else rest for name in labels()], labels()), truth)


def test_certainty_follows_what_was_right_more_often() -> None:
    rules_win = [trial("reviews", "litigations", 0.6, "reviews", "own words") for _ in range(40)]
    model_wins = [trial("reviews", "litigations", 0.95, "litigations", "heading") for _ in range(40)]
    agreed = [trial("reviews", "reviews", 0.9, "reviews" if number else "other") for number in range(40)]
    known = fitted([*rules_win, *model_wins, *agreed])
    assert known.of("rule", "own words", 0.3) > known.of("model", "own words", 0.6)
    assert known.of("model", "heading", 0.95) > known.of("rule", "heading", 0.01)
    assert known.of("both", "own words", 0.9) > 0.9


def test_the_shipped_certainty_is_a_share_that_grows_with_the_taggers_own() -> None:
    known = shipped_certainty()
    assert 0 < known.of("both", "own words", 0.4) < known.of("both", "own words", 0.99) < 1
