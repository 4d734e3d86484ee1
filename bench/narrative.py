"""``python -m bench.narrative``: facts in prose against annotated reports, and how fast they are read.

Without options: what ships, on reports that it never learnt from (``held_out``, ``unseen``), and on those that rules and
tagger were made with, where the figures flatter. ``--cross-validate`` trains the tagger five times, each time without a
fifth of the reports, and measures rules and tagger alone and together on those, with and without OCR noise (needs torch;
tens of minutes). ``--fit-certainty`` asks the tagger that ships about reports that neither it nor the rules were made with
(``fit``), and writes how far each is to be trusted. A fact is right when type, value and section agree (and the qualifier,
where named); spans are not asked for.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.narrative_score import (
    Document,
    Key,
    Reader,
    documents,
    f1,
    found,
    model_alone,
    rules_alone,
    wanted,
    without_qualifier,
)
from extractors.narrative.certainty import Certainty
from extractors.narrative.judge import judged
from extractors.narrative.sections import Section
from extractors.narrative.tag import facts
from extractors.narrative.tagger import Tagger, load_tagger
from extractors.options import NO_TAGGER, SHIPPED_TAGGER

#: Noise is drawn so many times: one draw may miss every figure of a small set.
NOISES = (1, 2, 3, 4)
#: Sets that neither rules nor tagger were made with, and those that both were.
APART = ("held_out", "unseen")
LEARNT = ("dev", "more", "further", "phrases")


def main() -> None:
    """Measure what ships, or cross-validate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cross-validate", action="store_true", help="train on four fifths, measure on the last")
    parser.add_argument("--first-step", type=Path, help="file that keeps the model after the invented sentences")
    parser.add_argument("--fit-certainty", type=Path, metavar="FILE", help="write certainty.json for what ships")
    options = parser.parse_args()
    if options.cross_validate:
        cross_validate(options.first_step)
    elif options.fit_certainty:
        fit_certainty(options.fit_certainty)
    else:
        shipped()


def shipped() -> None:
    """What ships, on each set, and its speed."""
    tagger = load_tagger(SHIPPED_TAGGER)
    assert tagger is not None
    for name in (*APART, *LEARNT):
        reports = documents(name)
        of = "rules or tagger were made with it" if name in LEARNT else "neither rules nor tagger were made with it"
        print(f"\n{name}: {len(reports)} reports, {sum(len(one['facts']) for one in reports)} facts, {of}")
        heading()
        for title, reader in readers(tagger).items():
            print_scores(title, reports, [reader] * len(reports))
    print()
    for setting in (NO_TAGGER, SHIPPED_TAGGER):
        print(f"{speed(documents(), setting):.0f} reports a second on one core with the tagger {setting}")


def readers(tagger: Tagger) -> dict[str, Reader]:
    """What is compared."""
    return {
        "rules": rules_alone,
        "tagger": model_alone(tagger),
        "both": both(tagger, None),
    }


def both(tagger: Tagger, certainty: Certainty | None) -> Reader:
    """Rules and tagger together."""
    return lambda passages, year: judged(passages, year, tagger, certainty)


def speed(reports: Sequence[Document], setting: str) -> float:
    """Reports a second, from sections to facts, spaCy and all."""
    parts = [tuple(Section(one["title"], one["text"]) for one in report["sections"]) for report in reports]
    facts(parts[0], year=None, organ=None, tagger=setting)
    started = time.process_time()
    for report, sections in zip(reports, parts, strict=True):
        facts(sections, year=report["year"], organ=report["organ"], tagger=setting)
    return len(reports) / (time.process_time() - started)


def fit_certainty(file: Path) -> None:
    """Fit the confidences of what ships on reports set apart for that."""
    from bench.narrative_folds import certainty_of

    tagger = load_tagger(SHIPPED_TAGGER)
    assert tagger is not None
    file.write_text(json.dumps(certainty_of(tagger, documents("fit")).record(), indent=1) + "\n", encoding="utf-8")


def cross_validate(first_step: Path | None) -> None:
    """Rules and tagger alone and together on reports that the tagger has not seen."""
    from bench.narrative_folds import folds

    sets = {name: documents(name) for name in LEARNT}
    reports = [report for some in sets.values() for report in some]
    parts = folds(reports, documents("fit"), first_step)
    home = {at: part for part in parts for at in part.numbers}
    together = [both(home[at].tagger, home[at].certainty) for at in range(len(reports))]
    alone = [model_alone(home[at].tagger) for at in range(len(reports))]
    first = 0
    for title, some in sets.items():
        chosen = range(first, first + len(some))
        first += len(some)
        print(f"\n{title}: {len(some)} reports, each read by a tagger trained without it")
        heading()
        print_scores("rules (written with these at hand)", some, [rules_alone] * len(some))
        print_scores("tagger", some, [alone[at] for at in chosen])
        print_scores("both", some, [together[at] for at in chosen])
    dev = sets["dev"]
    print_types(dev, together[: len(dev)])
    print_calibration(reports, together)


def heading() -> None:
    """Names of the columns."""
    print(f"{'':<46}{'precision':>10}{'recall':>8}{'F1':>8}")


def print_scores(title: str, reports: Sequence[Document], read: Sequence[Reader]) -> None:
    """Three lines for one way of reading: with and without the qualifier, and with OCR noise."""
    truth = truth_of(reports)
    got = keys_of(reports, read)
    heard = [key for seed in NOISES for key in keys_of(reports, read, random.Random(seed))]
    line(f"{title}: type, value", without_qualifier(got), without_qualifier(truth))
    line(f"{title}: type, value, qualifier", Counter(got), Counter(truth))
    line(f"{title}: type, value, with OCR noise", without_qualifier(heard), without_qualifier(truth * len(NOISES)))


def keys_of(reports: Sequence[Document], read: Sequence[Reader], dice: random.Random | None = None) -> list[Key]:
    """What the readers find, each in its report."""
    pairs = enumerate(zip(reports, read, strict=True))
    return [key for number, (report, reader) in pairs for key in found(report, number, reader, dice)]


def truth_of(reports: Iterable[Document]) -> list[Key]:
    """What stands there."""
    return [key for number, report in enumerate(reports) for key in wanted(report, number)]


def line(title: str, got: Counter[Any], truth: Counter[Any]) -> None:
    """One line of the table."""
    precision, recall, both = f1(got, truth)
    print(f"{title:<46}{precision:>10.3f}{recall:>8.3f}{both:>8.3f}", flush=True)


def print_types(reports: Sequence[Document], read: Sequence[Reader]) -> None:
    """The table by type."""
    truth, got = truth_of(reports), keys_of(reports, read)
    print("\nby type, rules and tagger together, dev")
    heading()
    for kind in sorted({key[1] for key in truth}):
        ours, theirs = ([key for key in keys if key[1] == kind] for keys in (got, truth))
        line(f"  {kind} ({len(theirs)})", without_qualifier(ours), without_qualifier(theirs))


def print_calibration(reports: Sequence[Document], read: Sequence[Reader]) -> None:
    """How often facts of a confidence are right."""
    from bench.narrative_folds import sure_and_right

    pairs = [pair for report, reader in zip(reports, read, strict=True) for pair in sure_and_right(report, reader)]
    print(f"\n{'confidence':<14}{'facts':>7}{'mean':>8}{'right':>8}")
    for low, high in ((0.0, 0.5), (0.5, 0.8), (0.8, 0.9), (0.9, 0.97), (0.97, 1.01)):
        inside = [(sure, right) for sure, right in pairs if low <= sure < high]
        if inside:
            mean = sum(sure for sure, _ in inside) / len(inside)
            share = sum(right for _, right in inside) / len(inside)
            print(f"{low:.2f} to {min(high, 1):.2f}  {len(inside):>6}{mean:>8.3f}{share:>8.3f}")


if __name__ == "__main__":
    main()
