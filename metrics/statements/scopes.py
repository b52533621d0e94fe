"""Where the items of a text stand, and which of them it says not to be so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from metrics.stretches import Stretches

_NOTHING = Stretches(())


@dataclass(frozen=True, slots=True)
class Place:
    """An item of the text, as denial looks at it."""

    start: int
    end: int
    type: str
    own: bool
    """The example states it."""
    told: bool = False
    """The source itself tells it as a rumour or a condition, or denies it."""


@dataclass(frozen=True)
class Denials:
    """What a text denies."""

    scopes: tuple[tuple[int, int], ...] = ()
    """(start, end): what lies in it is said not to be so."""
    before: tuple[int, ...] = ()
    """Where words end that negate what follows directly."""
    after: tuple[int, ...] = ()
    """Where words begin that negate what stands directly before."""
    directly: frozenset[int] = frozenset()
    """Where what begins is negated by a particle before it, in one word with it or not (མ་ཤི, did not die)."""
    repeated: tuple[tuple[int, int], ...] = ()
    """(start, end) of events that the example does not have, denied where the example itself has a denial."""
    averted: Stretches = _NOTHING
    """Events that have not happened where they stand (almost, a drill), but may have elsewhere."""

    def covers(self, start: int, end: int) -> bool:
        """Does a scope hold some of text[start:end]?"""
        return self._stretches.meet(start, end)

    def denies(self, start: int, end: int) -> bool:
        """Is some of text[start:end] said not to be so, be it that the source says so, too?"""
        return self.covers(start, end) or any(start < stop and low < end for low, stop in self.repeated)

    @cached_property
    def _stretches(self) -> Stretches:
        return Stretches(self.scopes)


NONE = Denials()
"""Nothing is denied."""
