"""Measure and finish: what a family finds in a block of segments, and how blocks become one metric of a system.

`measure` looks at some segments and returns a column for each metric: statistics and reasons, nothing that depends on
other blocks (what the whole examples file is like it is told by an `metrics.outline.Outline`). `finish` decides what
only the whole can tell: whether a metric has a value at all. One block or a thousand give the same metric, to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from metrics.segment import COMBINERS, WIDTHS, SegmentStats, unscorable


@dataclass(frozen=True, eq=False)
class Reasons:
    """Why segments have no value, as numbers: few reasons stand for many segments."""

    codes: np.ndarray
    """(n,) int32: 0 where the segment was scored, else 1 + the place of the reason in `texts`."""
    texts: tuple[str, ...]

    @classmethod
    def none(cls, n: int) -> Reasons:
        """All scored."""
        return cls(np.zeros(n, dtype=np.int32), ())

    @classmethod
    def of(cls, reasons: Iterable[str | None]) -> Reasons:
        """From one reason or None for each segment."""
        places: dict[str | None, int] = {None: 0}
        codes = np.array([places.setdefault(why, len(places)) for why in reasons], dtype=np.int32)
        return cls(codes, tuple(why for why in places if why is not None))

    @classmethod
    def all(cls, n: int, reason: str) -> Reasons:
        """None scored, for one cause."""
        return cls(np.ones(n, dtype=np.int32), (reason,))

    @property
    def scored(self) -> np.ndarray:
        """(n,) bool."""
        return self.codes == 0

    def where(self, at: np.ndarray, reason: str) -> Reasons:
        """With another reason at some segments. at: (n,) bool."""
        if not at.any():
            return self
        texts = self.texts if reason in self.texts else (*self.texts, reason)
        return Reasons(np.where(at, texts.index(reason) + 1, self.codes).astype(np.int32), texts)

    def distinct(self) -> set[str]:
        """The reasons of this many segments, without those that none has."""
        return {self.texts[code - 1] for code in np.unique(self.codes).tolist() if code}

    def told(self) -> tuple[str | None, ...]:
        """One reason or None for each segment."""
        if not self.codes.any():
            return (None,) * len(self.codes)
        words = (None, *self.texts)
        return tuple(map(words.__getitem__, self.codes.tolist()))

    @classmethod
    def joined(cls, parts: Sequence[Reasons]) -> Reasons:
        """One after the other."""
        texts = tuple(dict.fromkeys(text for part in parts for text in part.texts))
        codes = []
        for part in parts:
            places = np.array([0, *(texts.index(text) + 1 for text in part.texts)], dtype=np.int32)
            codes.append(places[part.codes])
        return cls(np.concatenate(codes) if codes else np.zeros(0, dtype=np.int32), texts)


@dataclass(frozen=True, eq=False)
class Column:
    """One metric of a block of segments."""

    metric: str
    stats: np.ndarray
    """(n, k) float64, as in SegmentStats."""
    reasons: Reasons
    combiner: str
    """Key of COMBINERS."""
    signature: str
    """The same in all blocks."""
    higher_is_better: bool | None
    undefined: str | None = None
    """Why the whole has no value where the sums give none (0 / 0); None: then it is told segment by segment."""
    like: str | None = None
    """Metric whose reasons tell, in a block where this one was not met, which segments it could not be asked of."""


def from_numbers(
    metric: str, values: np.ndarray, reasons: Reasons, signature: str, higher_is_better: bool | None
) -> Column:
    """A `mean` from one number per segment, (n,)."""
    stats = np.column_stack((np.where(reasons.scored, values, 0.0), reasons.scored.astype(np.float64)))
    return Column(metric, stats, reasons, "mean", signature, higher_is_better)


def absent(metric: str, n: int, reason: str, signature: str, combiner: str = "mean") -> Column:
    """A metric for which there are no means at all; higher would be better."""
    return Column(metric, np.zeros((n, WIDTHS[combiner])), Reasons.all(n, reason), combiner, signature, True, reason)


def finish(column: Column, ids: Sequence[str]) -> SegmentStats:
    """The metric of a system from the column of all its segments. ids: one for each."""
    reasons, ids = column.reasons, tuple(ids)
    scored = reasons.scored
    if column.undefined is None:
        kinds = reasons.distinct()
        common = next(iter(kinds)) if len(kinds) == 1 and not scored.any() else None
        return SegmentStats(
            column.metric,
            ids,
            column.stats,
            column.combiner,
            reasons.told(),
            column.signature,
            column.higher_is_better,
            common,
        )
    if not scored.any() or not np.isfinite(COMBINERS[column.combiner](column.stats[scored].sum(axis=0))):
        told = reasons.distinct()
        outside = bool(told) and not scored.any() and column.undefined not in told
        why = min(told) if outside else column.undefined
        return unscorable(column.metric, ids, why, column.signature, column.higher_is_better, column.combiner)
    return SegmentStats(
        column.metric, ids, column.stats, column.combiner, reasons.told(), column.signature, column.higher_is_better
    )


def joined(name: str, blocks: Sequence[Mapping[str, Column]]) -> Column:
    """A metric's columns of all blocks as one. Raises KeyError where no block has it."""
    one = next(block[name] for block in blocks if name in block)
    parts = [block[name] if name in block else _not_met(one, block) for block in blocks]
    return replace(
        one,
        stats=np.concatenate([part.stats for part in parts]) if len(parts) > 1 else parts[0].stats,
        reasons=Reasons.joined([part.reasons for part in parts]),
    )


def _not_met(column: Column, block: Mapping[str, Column]) -> Column:
    """The column in a block in which nothing of its kind was met."""
    if column.like is None or column.undefined is None:
        raise ValueError(f"{column.metric}: a block lacks it, and nothing tells why its segments have no value")
    like = block[column.like]
    codes = [bool(text != like.undefined) for text in like.reasons.texts]
    outside = np.array([False, *codes])[like.reasons.codes]
    reasons = like.reasons.where(~outside, column.undefined)
    return replace(column, stats=np.zeros((len(outside), WIDTHS[column.combiner])), reasons=reasons)


def finished(columns: Sequence[Column], ids: Sequence[str]) -> list[SegmentStats]:
    """The metrics of a system that was measured in one block."""
    return [finish(column, ids) for column in columns]
