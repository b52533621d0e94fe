"""One output held against one example's facts: what is stated, what is supported, what is not, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CLAUSE_TYPES = ("relation", "cause")


@dataclass(frozen=True, slots=True)
class Item:
    """One distinct thing that a text states, counted once however often or by whatever alias it is stated."""

    type: str
    surface: str
    """The surface that stated it first, normalised."""
    facts: frozenset[int] = frozenset()
    """Supported: the facts of the example that bear it out."""


@dataclass(frozen=True, slots=True)
class Span:
    """One stated piece of the normalised text."""

    start: int
    end: int
    kind: str
    """covered (the source supports it) | hallucinated"""
    type: str
    surface: str
    facts: frozenset[int] = frozenset()
    """Covered: the facts of the example that it may be."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """One output held against one example's facts."""

    text: str
    """The normalised output, on which spans are measured."""
    stated: tuple[bool, ...]
    """Per fact of the example, in order: is it stated, and nowhere denied?"""
    supported: tuple[Item, ...]
    unsupported: tuple[Item, ...]
    """What the source does not have, or has otherwise: invented, denied, with another unit or predicate, in another
    role."""
    spans: tuple[Span, ...]
    """By start. Relation and cause spans may cover others; all the rest do not overlap."""
    denied: frozenset[int] = frozenset()
    """Facts of the example that the text says are not so."""
    lists: tuple[tuple[int, int], ...] = ()
    """Where the text is a list of keywords, (start, end) of each."""

    @property
    def n_stated(self) -> int:
        """Number of the example's facts that are stated."""
        return sum(self.stated)

    def pieces(self) -> list[tuple[str, Span | None]]:
        """The text cut for highlighting: (piece, its span or None), in order; the pieces joined are the text.

        A clause shows only where nothing smaller does.
        """
        owner: list[Span | None] = [None] * len(self.text)
        for span in sorted(self.spans, key=lambda span: span.type not in CLAUSE_TYPES):
            owner[span.start : span.end] = [span] * (span.end - span.start)
        pieces: list[tuple[str, Span | None]] = []
        start = 0
        for at in range(1, len(owner) + 1):
            if at == len(owner) or owner[at] is not owner[start]:
                pieces.append((self.text[start:at], owner[start]))
                start = at
        return pieces


class Tally:
    """Distinct items: two mentions are one item when something can be meant by both."""

    def __init__(self) -> None:
        self.items: list[tuple[frozenset[object], str, str]] = []

    def add(self, meanings: Iterable[object], type_: str, surface: str) -> None:
        """One more mention, of whichever of `meanings` it is."""
        new = frozenset(meanings)
        for i, (known, kind, first) in enumerate(self.items):
            if known & new:
                self.items[i] = (known & new, kind, first)
                return
        self.items.append((new, type_, surface))

    def result(self, own: bool = False) -> tuple[Item, ...]:
        """The items in the order of their first mention. own: the meanings are facts of the example, and each item
        names its own."""
        facts = (frozenset(m for m in meanings if own and isinstance(m, int)) for meanings, _, _ in self.items)
        return tuple(Item(kind, surface, mine) for (_, kind, surface), mine in zip(self.items, facts, strict=True))
