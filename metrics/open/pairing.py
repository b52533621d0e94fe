"""Which readings of one text can have to do with which of another, without trying all pairs: time stays linear in the
texts.

Two readings that agree share a point (a value, an amount, a date or a part of it, a time of half a day, a word), or one
is a range that holds a point of the other. Of ranges at most MOST are tried: a text with more of them is no text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from metrics.reading import TEXT_KINDS, Reading

FEW = 4096
"""Up to so many pairs, all are tried that share a mark, or of which one is a range."""
MOST = 256
HALF_DAY = 720
Point = tuple[str, object]


def points(reading: Reading) -> set[Point]:
    """What an agreeing reading must share with this one, unless one of them is a range."""
    if reading.kind in TEXT_KINDS:
        return {("text", reading.text)}
    if reading.kind == "date":
        month, day = divmod(int(reading.value), 100)
        return {("date", part) for part in (int(reading.value), 100 * month, day) if part}
    if reading.kind == "time":
        return {("time", int(reading.value) % HALF_DAY)}
    found: set[Point] = {("number", reading.value), ("number", reading.amount), ("text", str(reading.value))}
    if reading.kind == "percentage":
        found.add(("number", reading.value / 100))
    return found


Mark = int | str | tuple[str | int, int]
Marks = frozenset[Mark]
RANGE: Marks = frozenset()
"""Of a range: it may agree with what shares nothing with it."""
_NUMBER = re.compile(r"(-?[0-9]{1,4000})(?:/([0-9]{1,4000}))?")


def _plain(value: Fraction) -> Mark:
    """A number as what is hashed faster than a fraction."""
    return value.numerator if value.denominator == 1 else (value.numerator, value.denominator)


def marks(reading: Reading) -> Marks:
    """As `points`, but made faster, and for all that `bears_out` holds of: a telephone number may be written as a date
    is."""
    if reading.high is not None:
        return RANGE
    if reading.kind in TEXT_KINDS:
        number = _NUMBER.fullmatch(reading.text)
        if number is None:
            return frozenset((reading.text,))
        return frozenset((reading.text, (int(number[1]), int(number[2])) if number[2] else int(number[1])))
    value = reading.value
    found: set[Mark] = {_plain(value)}
    if reading.kind == "date":
        month, day = divmod(int(value), 100)
        found.update((("date", 100 * month), ("date", day)))
        found.discard(("date", 0))
    elif reading.kind == "time":
        found.add(("time", int(value) % HALF_DAY))
    elif reading.kind == "percentage":
        found.add(_plain(value / 100))
    if reading.factor.numerator != 1 or reading.factor.denominator != 1:
        found.add(_plain(reading.amount))
    return frozenset(found)


class Index:
    """The readings of one text, to be asked with those of another."""

    def __init__(self, readings: Sequence[Reading], asked: int, known: Sequence[Marks] | None = None) -> None:
        """asked: how many readings will be asked for. known: the marks of the readings, where they are at hand."""
        self._readings = readings
        self._few = len(readings) * asked <= FEW
        if self._few:
            self._ranges = []
            self._by_mark: dict[Mark, list[int]] = {}
            for i, own in enumerate(map(marks, readings) if known is None else known):
                if own is RANGE:
                    self._ranges.append(i)
                for mark in own:
                    self._by_mark.setdefault(mark, []).append(i)
            return
        self._at: dict[Point, list[int]] = defaultdict(list)
        numbers: list[tuple[Fraction, int]] = []
        for i, reading in enumerate(readings):
            for point in points(reading):
                self._at[point].append(i)
                if isinstance(point[1], Fraction):
                    numbers.append((point[1], i))
        self._numbers = sorted(numbers)
        self._ranges = [i for i, reading in enumerate(readings) if reading.high is not None][:MOST]

    def candidates(self, reading: Reading, own: Marks | None = None) -> Iterable[int]:
        """Places of the readings that can agree with this one, in order. own: its marks, where they are at hand."""
        if self._few:
            own = marks(reading) if own is None else own
            if own is RANGE:
                return range(len(self._readings))
            near = set(self._ranges)
            for mark in own:
                near.update(self._by_mark.get(mark, ()))
            return sorted(near)
        found = {i for point in points(reading) for i in self._at.get(point, ())[:MOST]}
        if reading.kind not in TEXT_KINDS and reading.kind not in ("date", "time"):
            found.update(self._ranges)
            if reading.high is not None:
                for factor in {Fraction(1), reading.factor}:
                    start = bisect_left(self._numbers, (reading.value * factor, -1))
                    for value, i in self._numbers[start : start + MOST]:
                        if value >= reading.high * factor:
                            break
                        found.add(i)
        return sorted(found)


Slot = tuple[object, ...]


def slot(reading: Reading) -> Slot:
    """What two readings have in common that could stand for one another (`metrics.reading.same_place`)."""
    dimension = None if reading.kind in ("date", "time") else reading.dimension
    return (
        reading.key[0] if reading.kind not in TEXT_KINDS else reading.kind,
        reading.kind == "year",
        reading.kind == "money",
        dimension,
    )


class Free:
    """Readings of the output that nothing in the source bears out; each is taken once, as the false one in the place of
    a true one."""

    def __init__(self, readings: Iterable[Reading], length: int) -> None:
        """readings: in the order of the text; length: of the text."""
        self._length = max(length, 1)
        self._by_slot: dict[Slot, list[Reading]] = {}
        for reading in readings:
            self._by_slot.setdefault(slot(reading), []).append(reading)

    def take(self, truth: Reading, where: float) -> Reading | None:
        """The one nearest to a place (0..1) of the text that could stand for the truth; soft ones stand for soft ones
        alone."""
        here = self._by_slot.get(slot(truth)) if self._by_slot else None
        if not here:
            return None
        at = bisect_left(here, where * self._length, key=lambda reading: reading.start)
        near = [i for i in range(max(0, at - MOST), min(len(here), at + MOST)) if here[i].hard or not truth.hard]
        if not near:
            return None
        return here.pop(min(near, key=lambda i: (abs(here[i].start - where * self._length), i)))
