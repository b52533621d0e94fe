"""Stretches of a text that are asked about many times: in a logarithm of how many there are, not one by one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Stretches:
    """Half-open stretches (start, end) in any order; they may overlap."""

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        """Sorts them."""
        ordered = sorted(stretches)
        self._starts = [start for start, _ in ordered]
        self._furthest = list(accumulate((end for _, end in ordered), max))
        """The largest end among this one and those before."""

    def meet(self, start: int, end: int) -> bool:
        """Whether one begins before `end` and ends behind `start`."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._furthest[before - 1] > start

    def hold(self, start: int, end: int) -> bool:
        """Whether one holds all of text[start:end]."""
        before = bisect_right(self._starts, start)
        return before > 0 and self._furthest[before - 1] >= end
