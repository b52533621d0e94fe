"""An interpolated character n-gram model in sorted arrays: read with numpy alone, many texts at once.

P_n(c | h) = a(h c) + b(h) P_{n-1}(c | h'), with Witten-Bell's a(h c) = C(h c) / (C(h) + T(h)) for the n-grams that are
kept and b(h) whatever they leave (Witten and Bell 1991; T(h): how many characters follow h), so that the probabilities
of all characters after h sum to 1. An n-gram that is not kept has a = 0, a context that is not kept b = 1.

N-grams are found by a 32-bit hash: of 100,000 of an order, one lookup in 40,000 of an unseen one finds another. a and
b are stored as one byte each, exp(-q / 20): a step of 5 per cent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from metrics.normalise import normalise

ORDER = 8
LONG = 200_000
"""Characters that are looked at together."""
STEP = 20.0
"""Stored byte / STEP = -ln of a probability or weight."""
CHARACTERS = 4000
"""What is kept for characters that were never seen is shared by so many: about as many as a reader of news meets."""
BEGIN, END = "\x02", "\x03"
_CLOSING = " .!?…。！？\u0f0b\u0f0d\u0f0e\u0f14"
"""Marks that may close a text or not, tsheg and shad among them."""
_NUMBER = re.compile(r"[0-9](?:[0-9.,:]*[0-9])?")
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Block:
    """Texts one after the other, as the model reads them."""

    codes: np.ndarray
    """(total,) uint64 code points, BEGIN and END of every text included."""
    place: np.ndarray
    """(total,) int64, from 0 at each BEGIN."""
    ends: np.ndarray
    """(n,) int64: where each text ends, exclusive."""

    @cached_property
    def hashed(self) -> list[np.ndarray]:
        """`hashes` of the orders up to ORDER."""
        return hashes(self, ORDER)


def read(text: str) -> str:
    """A text as the model reads it: `normalise`, without closing marks, any number as one 0 (whether it is right is
    not a matter of form)."""
    return _NUMBER.sub("0", normalise(text).replace(BEGIN, "").replace(END, "")).rstrip(_CLOSING)


def block(texts: Sequence[str]) -> Block:
    """Texts that `read` has made, in one array."""
    whole = "".join(f"{BEGIN}{text}{END}" for text in texts)
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(text) + 2 for text in texts], dtype=np.int64)
    ends = np.cumsum(lengths)
    return Block(codes, np.arange(len(codes)) - np.repeat(ends - lengths, lengths), ends)


def portions(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(first, end) of runs of texts that are looked at together: of some LONG characters, so that memory stays flat."""
    first = size = 0
    for i, text in enumerate(texts):
        size += len(text)
        if size >= LONG:
            yield first, i + 1
            first, size = i + 1, 0
    if first < len(texts):
        yield first, len(texts)


def _mixed(keys: np.ndarray) -> np.ndarray:
    """Mixed in place."""
    moved = np.empty_like(keys)
    keys ^= np.right_shift(keys, np.uint64(31), out=moved)
    keys *= np.uint64(0x7FB5D329728EA185)
    keys ^= np.right_shift(keys, np.uint64(27), out=moved)
    keys *= np.uint64(0x81DADEF4BC2DD44D)
    keys ^= np.right_shift(keys, np.uint64(33), out=moved)
    return keys


def hashes(made: Block, order: int) -> list[np.ndarray]:
    """For each order from 1, (total,) uint64: the hash of the n-gram that ends there; of no meaning where `place` is
    less than the order - 1."""
    found = [_mixed(made.codes + _ODD)]
    for n in range(2, order + 1):
        found.append(_mixed(np.roll(found[-1], 1) * _ODD + made.codes + np.uint64(n)))
    return found


def short(keys: np.ndarray) -> np.ndarray:
    """The 32 bits by which an n-gram is stored."""
    return (keys >> np.uint64(32)).astype(np.uint32)


def stored(values: np.ndarray) -> np.ndarray:
    """Probabilities or weights in 0..1 as bytes."""
    with np.errstate(divide="ignore"):
        return np.clip(np.round(-np.log(values) * STEP), 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Grams:
    """The model of one language."""

    keys: tuple[np.ndarray, ...]
    """For each order from 1: sorted uint32."""
    own: tuple[np.ndarray, ...]
    """For each order a(n-gram), uint8 as stored; 255 for what is only a context."""
    rest: tuple[np.ndarray, ...]
    """For each order b(n-gram as a context), uint8 as stored."""
    unseen: float
    """Probability of a character that was never seen."""

    @property
    def order(self) -> int:
        """Longest n-gram, characters."""
        return len(self.keys)

    @cached_property
    def tables(self) -> tuple[_Table, ...]:
        """For each order where its n-grams lie and what they are worth."""
        return tuple(_Table.of(*order) for order in zip(self.keys, self.own, self.rest, strict=True))

    def _hashed(self, made: Block) -> list[np.ndarray]:
        return made.hashed[: self.order] if self.order <= ORDER else hashes(made, self.order)

    def chances(self, made: Block) -> np.ndarray:
        """(total,) ln P of each character, of no meaning at BEGIN."""
        chance = np.full(len(made.codes), self.unseen)
        weight: np.ndarray | None = None
        for n, (table, key) in enumerate(zip(self.tables, self._hashed(made), strict=True), 1):
            inside = made.place >= n - 1
            at = table.find(short(key), inside)
            if weight is None:
                chance = chance + table.own[at]
            else:
                chance = np.where(inside, table.own[at] + weight * chance, chance)
            weight = np.roll(table.rest[at], 1)
        return np.log(chance)

    def seen(self, made: Block, piece: int) -> np.ndarray:
        """(total,) bool: whether a kept n-gram of `piece` characters or more ends there; of no meaning at BEGIN."""
        found, hashed = np.zeros(len(made.codes), dtype=bool), self._hashed(made)
        for n in range(piece, self.order + 1):
            table = self.tables[n - 1]
            left = np.flatnonzero(~found & (made.place >= n - 1))
            found[left] = table.own[table.find(short(hashed[n - 1][left]))] > 0
        return found


@dataclass(frozen=True)
class _Table:
    """The n-grams of one order: buckets by their first bits, and what each is worth. The last place is that of all
    n-grams that are not kept."""

    keys: np.ndarray
    """(kept + 1,) sorted uint32; none is above the last, which is none of them."""
    first: np.ndarray
    """(buckets,) int64: the place from which a bucket's n-grams lie."""
    shift: int
    own: np.ndarray
    """(kept + 1,) a(n-gram)."""
    rest: np.ndarray
    """(kept + 1,) b(n-gram as a context)."""

    @classmethod
    def of(cls, keys: np.ndarray, own: np.ndarray, rest: np.ndarray) -> _Table:
        table = np.exp(np.arange(256) / -STEP)
        table_own = np.append(table[:255], 0.0)
        shift = 32 - min(len(keys).bit_length() + 2, 20)
        sizes = np.bincount(keys >> np.uint32(shift), minlength=1 << (32 - shift))
        return cls(
            np.append(keys, np.uint32(2**32 - 1)),
            np.cumsum(sizes) - sizes,
            shift,
            np.append(table_own[own], 0.0),
            np.append(table[rest], 1.0),
        )

    def find(self, wanted: np.ndarray, inside: np.ndarray | None = None) -> np.ndarray:
        """(n,) int64: the place of each wanted key, or the last one. inside: (n,) bool, where there is anything to be
        found. A bucket holds less than one n-gram in the mean, so that this is several times as fast as a search by
        halves."""
        at = self.first.take(wanted >> np.uint32(self.shift))
        held = self.keys.take(at)
        left = np.flatnonzero(held < wanted)
        while len(left):
            at[left] += 1
            held[left] = self.keys.take(at[left])
            left = left[held[left] < wanted[left]]
        hit = held == wanted
        return np.where(hit if inside is None else hit & inside, at, len(self.keys) - 1)


def per_text(made: Block, model: Grams) -> tuple[np.ndarray, np.ndarray]:
    """(n,) mean ln P per character of each text, its end included; (n,) ln P of its end."""
    chance = model.chances(made)
    chance = np.where(made.place > 0, chance, 0.0)
    sums = np.add.reduceat(chance, np.concatenate([[0], made.ends[:-1]])) if len(made.ends) else np.zeros(0)
    return sums / made.place[made.ends - 1], chance[made.ends - 1]


def strange(made: Block, model: Grams, piece: int) -> tuple[int, int]:
    """(pieces of `piece` characters that the model never saw, all pieces): their ratio is the out-of-vocabulary
    rate."""
    inside = made.place >= piece
    inside[made.ends - 1] = False
    return int((~model.seen(made, piece) & inside).sum()), int(inside.sum())
