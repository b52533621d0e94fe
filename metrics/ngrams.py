"""n-grams of many segments at once, counted in arrays instead of loops.

Every n-gram of a block of segments gets one exact integer key, segment * 2^bits + code, so that counting is sorting:
equal keys lie side by side. A code is the code of the n-gram without its last unit, shifted, plus that unit; where it
would outgrow the key, the shorter n-grams are first renumbered by their rank among those that were learned (in BLEU and
chrF the references' own). What was not learned has no key: it can match nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

BLOCK = 1024
"""Segments whose n-grams are counted together."""
KEY_BITS = 62


@dataclass(frozen=True)
class Units:
    """Rows of units (characters or words), one after the other."""

    ids: np.ndarray
    """(total,) int64 from 1; 0 for a unit that was not learned."""
    lengths: np.ndarray
    """(rows,) int64."""

    def of_rows(self, mine: np.ndarray) -> Units:
        """Some of the rows. mine: (rows,) bool."""
        return self if mine.all() else Units(self.ids[np.repeat(mine, self.lengths)], self.lengths[mine])

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """(row of each unit, units from it to the end of its row, itself included)."""
        rows = np.repeat(np.arange(len(self.lengths)), self.lengths)
        ends = np.repeat(np.cumsum(self.lengths), self.lengths)
        return rows, ends - np.arange(len(self.ids))


@dataclass
class Coder:
    """How the n-grams of a block become integers; learned from the texts that are held against, then used for the
    others."""

    n_segments: int
    n_units: int
    """Largest id of a unit."""
    orders: int
    ranks: dict[int, np.ndarray] = field(default_factory=dict)
    """Order -> the learned codes of that order, sorted, where a code is renumbered before it grows."""
    bits: dict[int, int] = field(default_factory=dict)
    """Order -> bits of its codes."""

    @property
    def _unit_bits(self) -> int:
        return int(self.n_units).bit_length()

    @property
    def fits(self) -> bool:
        """Whether the longest n-grams need no renumbering: then `runs` counts those of all orders at once."""
        return self.orders * self._unit_bits + int(self.n_segments).bit_length() <= KEY_BITS

    def runs(self, units: Units, segments: np.ndarray) -> Runs:
        """All n-grams of rows of units, where they fit. segments: as for `codes`."""
        bits = self._unit_bits
        # A 0 behind each row: no n-gram reaches over it, nor over a unit that is not known.
        ends = np.cumsum(units.lengths)
        ids = np.insert(units.ids, ends, 0)
        known = np.where(ids > 0, -1, 0)
        found = ids
        for order in range(1, self.orders):
            following = np.append(found[1:], 0) & known
            found = (ids << (order * bits)) | following
        at = np.flatnonzero(known)
        owner = np.repeat(segments, units.lengths + 1)[at]
        # Keys come segment by segment: sorting by runs is several times faster than quicksort on them.
        keys = np.sort((owner << (self.orders * bits)) | found[at], kind="stable")
        return Runs(keys, bits, self.orders)

    def codes(self, units: Units, segments: np.ndarray, learn: bool = False) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """For each order (rows, keys) of the n-grams whose units are all known. segments: (rows,) the segment of each
        row."""
        rows, left = units.places()
        unit_bits, segment_bits = self._unit_bits, int(self.n_segments).bit_length()
        at = np.flatnonzero(units.ids > 0)
        code, bits = units.ids[at], unit_bits
        for order in range(1, self.orders + 1):
            if order > 1:
                if bits + unit_bits + segment_bits > KEY_BITS:
                    at, code = self._renumber(order - 1, at, code, learn)
                    bits = len(self.ranks[order - 1]).bit_length()
                fits = left[at] >= order
                at, code = at[fits], code[fits]
                last = units.ids[at + order - 1]
                at, code, last = at[last > 0], code[last > 0], last[last > 0]
                code, bits = (code << unit_bits) | last, bits + unit_bits
            self.bits[order] = bits
            yield rows[at], (segments[rows[at]] << bits) | code

    def _renumber(self, order: int, at: np.ndarray, code: np.ndarray, learn: bool) -> tuple[np.ndarray, np.ndarray]:
        if learn:
            self.ranks[order], rank = np.unique(code, return_inverse=True)
            return at, rank + 1
        known = self.ranks[order]
        if len(known) == 0:
            return at[:0], code[:0]
        rank = np.searchsorted(known, code)
        same = known[np.minimum(rank, len(known) - 1)] == code
        return at[same], rank[same] + 1


@dataclass(frozen=True)
class Runs:
    """The n-grams of all orders at once: at each unit the longest one that begins there, in one sorted array.

    The key of a shorter n-gram is the beginning of a longer one's, so that what is sorted by the longest is sorted by
    all. Where an n-gram ends before the longest, zeros stand for what it lacks.
    """

    keys: np.ndarray
    """(places,) sorted int64: segment and the ids of `orders` units, `bits` each."""
    bits: int
    orders: int

    def matches(self, other: Runs, n_segments: int) -> np.ndarray:
        """(n_segments, orders) sum over the n-grams of both of the lower count."""
        # The last bit says whose a key is; two sorted runs are merged in one pass.
        both = np.sort(np.concatenate((self.keys << 1, (other.keys << 1) | 1)), kind="stable")
        found = np.zeros((n_segments, self.orders))
        if len(both) == 0:
            return found
        last, of_other = np.arange(len(both)), np.cumsum(both & 1)
        changed = np.append(both[1:] ^ both[:-1], -1).view(np.uint64)
        for order in range(self.orders, 0, -1):
            shift = (self.orders - order) * self.bits + 1
            # Where the next key has another beginning, the n-grams of this order end that are one; where those of a
            # longer one do not end, neither do these.
            ends = np.flatnonzero(changed >= np.uint64(1 << shift))
            last, of_other, changed = last[ends], of_other[ends], changed[ends]
            n_other = np.diff(of_other, prepend=0)
            lower = np.minimum(n_other, np.diff(last, prepend=-1) - n_other)
            at = np.flatnonzero(lower)
            keys = both[last[at]] >> shift
            whole = np.where(keys & ((1 << self.bits) - 1) > 0, lower[at], 0)
            found[:, order - 1] = np.bincount(keys >> (order * self.bits), weights=whole, minlength=n_segments)
        return found

    def distinct(self, n_segments: int) -> np.ndarray:
        """(n_segments,) int64 number of different n-grams of the longest order."""
        keys = self.keys[self.keys & ((1 << self.bits) - 1) > 0]
        first = np.flatnonzero(keys[1:] != keys[:-1]) + 1
        rows = keys[np.append(0, first)] >> (self.orders * self.bits) if len(keys) else keys
        return np.bincount(rows, minlength=n_segments)


@dataclass(frozen=True)
class Counts:
    """Distinct keys and how often each occurs."""

    keys: np.ndarray
    counts: np.ndarray

    @staticmethod
    def of(keys: np.ndarray) -> Counts:
        # Keys come segment by segment: sorting by runs is several times faster than quicksort on them.
        keys = np.sort(keys, kind="stable")
        first = (
            np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
            if len(keys)
            else np.zeros(0, dtype=np.int64)
        )
        return Counts(keys[first], np.diff(np.append(first, len(keys))).astype(np.int32))

    @staticmethod
    def most(parts: Sequence[Counts]) -> Counts:
        """Per key the highest of its counts."""
        if len(parts) == 1:
            return parts[0]
        keys = np.concatenate([p.keys for p in parts])
        counts = np.concatenate([p.counts for p in parts])
        order = np.argsort(keys, kind="stable")
        keys, counts = keys[order], counts[order]
        if len(keys) == 0:
            return Counts(keys, counts)
        first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        return Counts(keys[first], np.maximum.reduceat(counts, first))

    def matches(self, other: Counts, bits: int, n_segments: int) -> np.ndarray:
        """(n_segments,) sum over the keys of both of the lower count."""
        if len(self.keys) == 0 or len(other.keys) == 0:
            return np.zeros(n_segments)
        place = np.minimum(np.searchsorted(self.keys, other.keys), len(self.keys) - 1)
        both = self.keys[place] == other.keys
        lower = np.minimum(self.counts[place[both]], other.counts[both])
        return np.bincount(other.keys[both] >> bits, weights=lower, minlength=n_segments)


def totals(lengths: np.ndarray, orders: int) -> np.ndarray:
    """(n, orders) number of n-grams of rows of these lengths."""
    return np.maximum(lengths[:, None] - np.arange(orders), 0)


def numbered(rows: Iterable[Sequence[str]]) -> tuple[np.ndarray, dict[str, int]]:
    """(ids of the units of all rows, one after the other; unit -> its id, from 1 in the order of their coming)."""
    units = list(chain.from_iterable(rows))
    number = {unit: i for i, unit in enumerate(dict.fromkeys(units), 1)}
    return np.fromiter(map(number.__getitem__, units), dtype=np.int64, count=len(units)), number


def distinct_ngrams(rows: Sequence[Sequence[str]], order: int) -> tuple[np.ndarray, np.ndarray]:
    """(distinct n-grams of one order in each row of units, all of them), (n,) int64 each."""
    distinct = []
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        ids, number = numbered(block)
        coder = Coder(len(block), len(number), order)
        units = Units(ids, lengths[start : start + BLOCK])
        if coder.fits:
            distinct.append(coder.runs(units, np.arange(len(block))).distinct(len(block)))
            continue
        *_, (_, keys) = coder.codes(units, np.arange(len(block)), learn=True)
        distinct.append(np.bincount(Counts.of(keys).keys >> coder.bits[order], minlength=len(block)))
    return np.concatenate(distinct) if distinct else np.zeros(0, dtype=np.int64), totals(lengths, order)[:, -1]
