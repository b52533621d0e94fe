"""The sufficient statistics of BLEU and chrF2, segment by segment: sacreBLEU's to the last digit (tests/golden),
counted in arrays.

References are indexed once and kept (`_KEPT` blocks), so that all systems of a file are held against one index.
sacreBLEU counts an output's n-grams by its length alone, so that those no reference holds need no key
(`metrics.ngrams`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise, repeat
from typing import Any

import numpy as np

from metrics import ngrams
from metrics.ngrams import Coder, Counts, Runs, Units, numbered, totals
from metrics.segment import BLEU_ORDER, CHRF_ORDER
from metrics.words import cut

_KEPT = 8
_LONG = 400_000
"""Code points of references from which a block is full."""
References = tuple[tuple[str, ...], ...]
"""Per segment its references, at least one."""


@dataclass(frozen=True)
class _Index:
    """The references of a block of segments; the d-th references of all segments that have so many are one depth."""

    coder: Coder
    unit_id: dict[str, int]
    """Words; empty for characters."""
    characters: np.ndarray
    """(highest code point + 1,) id of each character; empty for words."""
    depths: list[tuple[np.ndarray, np.ndarray]]
    """Per depth (segments that have such a reference, lengths of these references)."""
    counts: list[list[Counts] | Runs]
    """[depth][order - 1]; BLEU: one depth, per n-gram the highest count over a segment's references. Runs where the
    n-grams fit and nothing is to be joined."""

    def of_words(self, rows: Sequence[Sequence[str]]) -> Units:
        """Outputs as ids."""
        lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        found = map(self.unit_id.get, chain.from_iterable(rows), repeat(0))
        return Units(np.fromiter(found, dtype=np.int64, count=int(lengths.sum())), lengths)

    def of_characters(self, texts: Sequence[str]) -> Units:
        """Outputs, without their white space, as ids."""
        points, lengths = _points(texts)
        known = points < len(self.characters)
        return Units(np.where(known, self.characters[np.where(known, points, 0)], 0), lengths)


def _points(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    bare = ["".join(text.split()) for text in texts]
    lengths = np.fromiter(map(len, bare), dtype=np.int64, count=len(bare))
    return np.frombuffer("".join(bare).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64), lengths


def _rows(references: References) -> tuple[np.ndarray, np.ndarray]:
    """(segment of each reference, its depth), references in the order of the segments."""
    numbers = np.fromiter(map(len, references), dtype=np.int64, count=len(references))
    segments = np.repeat(np.arange(len(references)), numbers)
    firsts = np.repeat(np.cumsum(numbers) - numbers, numbers)
    return segments, np.arange(len(segments)) - firsts


def _index(
    units: Units,
    references: References,
    orders: int,
    unit_id: dict[str, int] | None = None,
    characters: np.ndarray | None = None,
) -> _Index:
    """Words are indexed with one depth (see _Index.counts), characters with all."""
    segments, depth = _rows(references)
    coder = Coder(len(references), int(units.ids.max(initial=0)), orders)
    own = [depth == d for d in range(int(depth.max()) + 1)]
    depths = [(segments[mine], units.lengths[mine]) for mine in own]
    counts: list[list[Counts] | Runs]
    if coder.fits and (len(own) == 1 or characters is not None):
        counts = [coder.runs(units.of_rows(mine), segments[mine]) for mine in own]
    else:
        by_order = list(coder.codes(units, segments, learn=True))
        by_depth = [[Counts.of(keys[mine[rows]]) for rows, keys in by_order] for mine in own]
        most = [Counts.most(parts) for parts in zip(*by_depth, strict=True)] if characters is None else []
        counts = [most] if characters is None else [*by_depth]
    return _Index(
        coder, unit_id or {}, np.zeros(1, dtype=np.int64) if characters is None else characters, depths, counts
    )


@lru_cache(maxsize=_KEPT)
def _word_index(references: References, kinds: tuple[str, ...]) -> _Index:
    rows = [cut(text, kind) for own, kind in zip(references, kinds, strict=True) for text in own]
    ids, unit_id = numbered(rows)
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    return _index(Units(ids, lengths), references, BLEU_ORDER, unit_id=unit_id)


@lru_cache(maxsize=_KEPT)
def _character_index(references: References) -> _Index:
    points, lengths = _points([text for own in references for text in own])
    characters = np.zeros(int(points.max(initial=0)) + 1, dtype=np.int64)
    seen = np.unique(points)
    characters[seen] = np.arange(1, len(seen) + 1)
    return _index(Units(characters[points], lengths), references, CHRF_ORDER, characters=characters)


def _matches(index: _Index, counts: Sequence[Counts] | Runs, units: Units) -> np.ndarray:
    """(n, orders) clipped matches of outputs with one depth of an index."""
    n = index.coder.n_segments
    if isinstance(counts, Runs):
        return counts.matches(index.coder.runs(units, np.arange(n)), n)
    found = np.zeros((n, index.coder.orders))
    for i, (_, keys) in enumerate(index.coder.codes(units, np.arange(n))):
        found[:, i] = counts[i].matches(Counts.of(keys), index.coder.bits[i + 1], n)
    return found


def bleu_statistics(outputs: Sequence[str], references: References, kinds: Sequence[str]) -> np.ndarray:
    """(n, 10) float64 rows [output length, length of the closest reference, matches 1..4, totals 1..4], in words.

    Texts in `equal_form`; kinds: per segment the key of `metrics.words.TOKENIZERS` that cuts it. Matches are clipped by
    the highest count in any reference; of two equally close references the shorter one counts. Raises ValueError for
    unequal numbers of segments.
    """
    return _in_blocks(_bleu_block, 2 + 2 * BLEU_ORDER, outputs, references, tuple(kinds))


def _bleu_block(outputs: Sequence[str], references: References, kinds: tuple[str, ...]) -> np.ndarray:
    index = _word_index(references, kinds)
    units = index.of_words([cut(text, kind) for text, kind in zip(outputs, kinds, strict=True)])
    closest = np.full(len(outputs), -1, dtype=np.int64)
    for segments, lengths in index.depths:
        mine, held = units.lengths[segments], closest[segments]
        new, old = np.abs(mine - lengths), np.abs(mine - held)
        better = (held < 0) | (new < old) | ((new == old) & (lengths < held))
        closest[segments] = np.where(better, lengths, held)
    matches = _matches(index, index.counts[0], units)
    return np.column_stack((units.lengths, closest, matches, totals(units.lengths, BLEU_ORDER)))


def chrf_statistics(outputs: Sequence[str], references: References) -> np.ndarray:
    """(n, 18) float64 rows [n-grams of the output, of the reference, matches] for the 6 orders of characters, white
    space apart.

    Of several references the first with the highest sentence chrF2 counts. Raises ValueError for unequal numbers of
    segments.
    """
    return _in_blocks(_chrf_block, 3 * CHRF_ORDER, outputs, references)


def _chrf_block(outputs: Sequence[str], references: References) -> np.ndarray:
    index = _character_index(references)
    units = index.of_characters(outputs)
    best, highest = np.zeros((len(outputs), 3 * CHRF_ORDER)), np.full(len(outputs), -1.0)
    for (segments, lengths), counts in zip(index.depths, index.counts, strict=True):
        matches = _matches(index, counts, units)[segments]
        of_reference = totals(lengths, CHRF_ORDER)
        of_output = np.where(of_reference > 0, totals(units.lengths[segments], CHRF_ORDER), 0)
        rows = np.stack((of_output, of_reference, matches), axis=-1).reshape(len(segments), -1)
        scores = _sentence_chrf(rows) if len(index.depths) > 1 else np.zeros(len(segments))
        better = scores > highest[segments]
        best[segments[better]], highest[segments[better]] = rows[better], scores[better]
    return best


def _sentence_chrf(rows: np.ndarray) -> np.ndarray:
    """chrF2 of each row in sacreBLEU's own order of operations, so that near-ties between references fall alike."""
    precision, recall, orders = (np.zeros(len(rows)) for _ in range(3))
    with np.errstate(divide="ignore", invalid="ignore"):
        for i in range(CHRF_ORDER):
            n_output, n_reference, matched = rows[:, 3 * i], rows[:, 3 * i + 1], rows[:, 3 * i + 2]
            present = (n_output > 0) & (n_reference > 0)
            precision = np.where(present, precision + matched / n_output, precision)
            recall = np.where(present, recall + matched / n_reference, recall)
            orders = orders + present
        precision, recall = (np.where(orders > 0, x / orders, 0.0) for x in (precision, recall))
        score = 100 * ((5.0 * precision * recall) / (4.0 * precision + recall))
    return np.where(precision + recall > 0, score, 0.0)


def _in_blocks(
    work: Callable[..., np.ndarray], width: int, outputs: Sequence[str], *others: tuple[Any, ...]
) -> np.ndarray:
    """work(outputs, *others) a block of segments at a time; others[0]: the references."""
    if any(len(other) != len(outputs) for other in others):
        raise ValueError(f"{len(outputs)} outputs for {', '.join(str(len(other)) for other in others)} segments")
    if not all(others[0]):
        raise ValueError("a segment without a reference has no statistics")
    ends = _block_ends(others[0])
    found = [work(outputs[start:end], *(other[start:end] for other in others)) for start, end in pairwise([0, *ends])]
    return np.concatenate(found) if found else np.zeros((0, width))


def _block_ends(references: References) -> list[int]:
    """Where blocks end: after ngrams.BLOCK segments, or before where their references get long (memory stays flat)."""
    ends: list[int] = []
    size = 0
    for i, own in enumerate(references, 1):
        size += sum(map(len, own))
        if i - (ends[-1] if ends else 0) >= ngrams.BLOCK or size >= _LONG:
            ends.append(i)
            size = 0
    return ends if not references or (ends and ends[-1] == len(references)) else [*ends, len(references)]
