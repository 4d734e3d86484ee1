"""Which row of the form each seen row is: a monotone alignment by labels, strays with an unmistakable label, the rest by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from extractors.alignment.labels import LabelKey, best_similarity, key_of, row_keys
from extractors.alignment.rows import SeenRow
from models.forms import Row

#: A pair less alike than this is never matched.
LEAST_ALIKE = 0.5
#: A row without any number is matched only when its label is plain: it may be a heading.
LEAST_ALIKE_BLANK = 0.9
#: A label alone gives way to the row that has its number, where both look the same.
LABEL_ALONE = 0.2
#: A row out of the form's order is matched only when its label is plain.
LEAST_ALIKE_STRAY = 0.9
#: What a match must be better than, so that leaving both sides unmatched is an option.
BASE = 0.4
#: What a row is taken for whose label says nothing, and whose neighbours leave only one row of the form: never without a person.
BY_PLACE = 0.7
#: A label this alike is plain; one at least as alike as the second is taken for as alike as the third where its place says the same.
PLAIN, LEAST_CONFIRMED, CONFIRMED = 0.9, 0.6, 0.8


@dataclass(frozen=True, slots=True)
class Match:
    """A seen row (index) is a form row (index), with the likeness of their labels; ``stray`` when out of order.

    ``by_place``: the label says nothing, the rows above and below leave no other.
    """

    seen: int
    row: int
    likeness: float
    stray: bool = False
    by_place: bool = False


def match_rows(seen: Sequence[SeenRow], rows: Sequence[Row]) -> list[Match]:
    """The best monotone matching (Needleman and Wunsch 1970, gaps free), then unmistakable strays, then rows by their place."""
    wanted = [(row_keys(row), len(row.columns)) for row in rows]
    scores = [_scores(one, wanted) for one in seen]
    matches = _monotone(scores)
    matches += _strays(scores, {match.seen for match in matches}, {match.row for match in matches})
    matches += _by_place(seen, rows, matches)
    return _confirmed(seen, sorted(matches, key=lambda match: match.row))


def _scores(seen: SeenRow, wanted: Sequence[tuple[Sequence[LabelKey], int]]) -> list[float]:
    """How well a seen row fits each row of the form, given by its wordings and the number of its columns."""
    filled, labels = len(seen.filled), [key_of(label) for label in seen.labels]
    return [_score(filled, labels, keys) if labels and filled <= columns + 3 else 0.0 for keys, columns in wanted]


def _score(filled: int, labels: Sequence[LabelKey], wanted: Sequence[LabelKey]) -> float:
    likeness = best_similarity(labels, wanted)
    if not filled:
        return likeness - LABEL_ALONE if likeness >= LEAST_ALIKE_BLANK else 0.0
    return likeness if likeness >= LEAST_ALIKE else 0.0


def _monotone(scores: Sequence[Sequence[float]]) -> list[Match]:
    height, width = len(scores), len(scores[0]) if scores else 0
    best = [[0.0] * (width + 1) for _ in range(height + 1)]
    for i in range(1, height + 1):
        for j in range(1, width + 1):
            score = scores[i - 1][j - 1]
            diagonal = best[i - 1][j - 1] + score - BASE if score else -1.0
            best[i][j] = max(best[i - 1][j], best[i][j - 1], diagonal)
    matches = []
    i, j = height, width
    while i and j:
        score = scores[i - 1][j - 1]
        if score and best[i][j] == best[i - 1][j - 1] + score - BASE:
            matches.append(Match(i - 1, j - 1, score))
            i, j = i - 1, j - 1
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return matches


def _strays(scores: Sequence[Sequence[float]], seen: set[int], rows: set[int]) -> list[Match]:
    candidates = sorted(
        (
            (-score, i, j)
            for i, line in enumerate(scores)
            for j, score in enumerate(line)
            if i not in seen and j not in rows and score >= LEAST_ALIKE_STRAY
        ),
    )
    found = []
    for negative, i, j in candidates:
        if i not in seen and j not in rows:
            seen.add(i)
            rows.add(j)
            found.append(Match(i, j, -negative, stray=True))
    return found


def _by_place(seen: Sequence[SeenRow], rows: Sequence[Row], matches: Sequence[Match]) -> list[Match]:
    """Rows without a usable label next to known ones of their table, where as many were seen there as the form has."""
    taken, used = {match.row for match in matches}, {match.seen for match in matches}
    known = sorted((match.seen, match.row) for match in matches if not match.stray)
    found: list[Match] = []
    for (above, first), (below, last) in pairwise([(-1, -1), *known, (len(seen), len(rows))]):
        missing = [row for row in range(first + 1, last) if row not in taken]
        unknown = [at for at in range(above + 1, below) if seen[at].filled and seen[at].labels and at not in used]
        for at, row in ((above, first), (below, last)):
            if not 0 <= at < len(seen):
                continue
            pairs = _pairs(
                [one for one in unknown if seen[one].fragment == seen[at].fragment],
                [one for one in missing if _columns(rows[one]) == _columns(rows[row])],
            )
            if pairs and all(_is_as_wide(seen[one], seen[at], rows[other]) for one, other in pairs):
                found += [Match(one, other, BY_PLACE, by_place=True) for one, other in pairs]
                break
    return found


def _confirmed(seen: Sequence[SeenRow], matches: Sequence[Match]) -> list[Match]:
    """The matches, surer where the place of a row says what its label says only weakly.

    So it is between two plain labels of one table with as many rows between them as the form has, each matched in turn.
    """
    plain = [index for index, match in enumerate(matches) if match.likeness >= PLAIN and not match.stray]
    result = list(matches)
    for first, last in pairwise(plain):
        between = range(first + 1, last)
        run = [matches[index] for index in range(first, last + 1)]
        rows = [match.row - run[0].row for match in run]
        placed = [match.seen - run[0].seen for match in run]
        one_table = len({seen[match.seen].fragment for match in run}) == 1
        if one_table and rows == placed == list(range(len(run))):
            for index in between:
                if not matches[index].by_place and matches[index].likeness >= LEAST_CONFIRMED:
                    result[index] = replace(matches[index], likeness=max(matches[index].likeness, CONFIRMED))
    return result


def _pairs(unknown: Sequence[int], missing: Sequence[int]) -> list[tuple[int, int]]:
    """Seen rows and rows of the form one by one, where there are as many of each."""
    return list(zip(unknown, missing, strict=True)) if len(unknown) == len(missing) else []


def _columns(row: Row) -> tuple[str, ...]:
    return tuple(column.id for column in row.columns)


def _is_as_wide(seen: SeenRow, known: SeenRow, row: Row) -> bool:
    """Whether a row has a place for each cell of the form's row, all of them values, or as many as the known row next to it."""
    return len(row.columns) in (len(seen.slots), len(seen.filled)) or len(seen.slots) == len(known.slots)
