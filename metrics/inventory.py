"""What a text states of what its source holds: facts covered, items supported, items made up.

Known items are all target surfaces of the examples file plus the numbers and dates that the extractor finds. Matching is
leftmost-longest without overlap over the atomic surfaces (a place inside a university's name is no place mention); relation
and cause surfaces, which are clauses around them, are matched in a second pass of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from metrics.files import sha256_json
from metrics.matching import SurfaceMatcher
from metrics.normalise import normalise, normalise_surface
from metrics.numbers import NumberMention, extract_numbers
from metrics.reading import bears_out, read
from metrics.records import ENTITY_TYPES, QUANTITY_TYPES, Example
from metrics.words import whole_word

CLAUSE_TYPES = ("relation", "cause")
_TYPE_OF_KIND = {"number": "quantity", "percentage": "percentage", "money": "money", "date": "date", "time": "time", "year": "date",
                 "decade": "date", "century": "date"}


@dataclass(frozen=True, slots=True)
class Item:
    """One distinct thing that a text states, counted once however often or by whatever alias it is stated."""

    type: str
    surface: str
    """The surface that stated it first, normalised."""


@dataclass(frozen=True, slots=True)
class Span:
    """One stated piece of the normalised text."""

    start: int
    end: int
    kind: str
    """covered (the source supports it) | hallucinated"""
    type: str
    surface: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """One output held against one example's facts."""

    text: str
    """The normalised output, on which spans are measured."""
    stated: tuple[bool, ...]
    """Per fact of the example, in order: does any of its target surfaces occur?"""
    supported: tuple[Item, ...]
    unsupported: tuple[Item, ...]
    spans: tuple[Span, ...]
    """By start. Relation and cause spans may cover others; all the rest do not overlap."""

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
            owner[span.start:span.end] = [span] * (span.end - span.start)
        pieces: list[tuple[str, Span | None]] = []
        start = 0
        for at in range(1, len(owner) + 1):
            if at == len(owner) or owner[at] is not owner[start]:
                pieces.append((self.text[start:at], owner[start]))
                start = at
        return pieces


@lru_cache(maxsize=65536)
def _numbers_of(surface: str, lang: str) -> tuple[NumberMention, ...]:
    return read(normalise(surface), lang)


@dataclass(slots=True)
class _Layer:
    """The surfaces of one matching pass."""

    identities: dict[str, set[int]] = field(default_factory=dict)
    """Surface -> the things it may name (a thing is one type with one set of surfaces, in whatever example)."""
    types: dict[str, Counter[str]] = field(default_factory=dict)
    matcher: SurfaceMatcher = field(default_factory=lambda: SurfaceMatcher(()))

    def whole(self, lang: str) -> Callable[[str, int, int], bool] | None:
        """Whether a match is a whole word; what some fact of the file has as a name is held to it strictly."""
        judge = whole_word(lang)
        if judge is None:
            return None
        return lambda text, start, end: judge(text, start, end, not self.types[text[start:end]].keys().isdisjoint(ENTITY_TYPES))

    def type_of(self, surface: str) -> str:
        """The type this surface has most often in the file (ties: alphabetical, so that order of examples is nothing)."""
        return min(self.types[surface].items(), key=lambda item: (-item[1], item[0]))[0]


class _Tally:
    """Distinct items: two mentions are one item when something can be meant by both."""

    def __init__(self) -> None:
        self.items: list[tuple[frozenset[object], Item]] = []

    def add(self, meanings: Iterable[object], item: Item) -> None:
        new = frozenset(meanings)
        for i, (known, first) in enumerate(self.items):
            if known & new:
                self.items[i] = (known & new, first)
                return
        self.items.append((new, item))

    def result(self) -> tuple[Item, ...]:
        return tuple(item for _, item in self.items)


class Inventory:
    """All known items of an examples file; `align` holds a text against one of the examples."""

    def __init__(self, examples: Sequence[Example]) -> None:
        """Reads the facts of all examples (those without facts add nothing). Raises ValueError for a doubled id."""
        self._atoms, self._clauses = _Layer(), _Layer()
        self._examples: dict[str, Example] = {}
        self._surfaces: dict[str, dict[str, list[int]]] = {}
        self._values: dict[str, list[tuple[NumberMention, int]]] = {}
        numbering: dict[tuple[str, tuple[str, ...]], int] = {}
        for example in examples:
            if example.id in self._examples:
                raise ValueError(f"example {example.id} is in the list twice")
            self._examples[example.id] = example
            own = self._surfaces[example.id] = {}
            for index, fact in enumerate(example.facts or ()):
                layer = self._layer(fact.type)
                targets = sorted({normalise_surface(surface) for surface in fact.target})
                thing = numbering.setdefault((fact.type, tuple(targets)), len(numbering))
                for surface in targets:
                    layer.identities.setdefault(surface, set()).add(thing)
                    layer.types.setdefault(surface, Counter())[fact.type] += 1
                    own.setdefault(surface, []).append(index)
        for layer in (self._atoms, self._clauses):
            layer.matcher = SurfaceMatcher(layer.identities)
        # Known items decide precision: scores of different inventories are not comparable, so the hash goes into signatures.
        types = [*self._atoms.types.items(), *self._clauses.types.items()]
        known = sorted((kind, surface) for surface, kinds in types for kind in kinds)
        self.fingerprint: str = sha256_json(known)[:12]

    def _layer(self, fact_type: str) -> _Layer:
        return self._clauses if fact_type in CLAUSE_TYPES else self._atoms

    def align(self, example: Example, text: str) -> Alignment:
        """Holds one output against one example of this inventory.

        A surface is supported when a fact of the example lists it. A number that no surface covers is supported when its
        value is among those of the example's fact surfaces, target or source (in the same currency, where both name one);
        so is a known percentage, sum, date, time or year of another example. Raises ValueError for an example that is not
        part of the inventory or has no facts.
        """
        known = self._examples.get(example.id)
        if known is None or known.facts != example.facts:
            raise ValueError(f"example {example.id} is not the one this inventory was built with")
        if example.facts is None:
            raise ValueError(f"example {example.id} has no gold facts to align with")
        text = normalise(text)
        mentions = extract_numbers(text, example.target_lang)
        inside = {at for mention in mentions for at in range(mention.core[0] + 1, mention.core[1])}
        stated = [False] * len(example.facts)
        supported, unsupported = _Tally(), _Tally()
        spans: list[Span] = []
        own = self._surfaces[example.id]

        taken = [False] * len(text)
        for layer in (self._atoms, self._clauses):
            for start, end in layer.matcher.find(text, inside, layer.whole(example.target_lang)):
                surface = text[start:end]
                facts = [i for i in own.get(surface, ()) if self._layer(example.facts[i].type) is layer]
                if facts:
                    for index in facts:
                        stated[index] = True
                    meanings: set[int] = set(facts)
                    kind = example.facts[facts[0]].type
                else:
                    kind = layer.type_of(surface)
                    meanings = self._supported_by_value(example, kind, [m for m in mentions if start <= m.core[0] and m.core[1] <= end])
                spans.append(Span(start, end, "covered" if meanings else "hallucinated", kind, surface))
                (supported if meanings else unsupported).add(meanings or layer.identities[surface], Item(kind, surface))
                if layer is self._atoms:
                    taken[start:end] = [True] * (end - start)
        for mention in mentions:
            if any(taken[mention.core[0]:mention.core[1]]):
                continue
            start, end = mention.start, mention.end
            if any(taken[start:end]):
                start, end = mention.core
            kind, surface = _TYPE_OF_KIND[mention.kind], text[start:end]
            bearing = self._facts_with_value(example, mention)
            spans.append(Span(start, end, "covered" if bearing else "hallucinated", kind, surface))
            (supported if bearing else unsupported).add(bearing or {(mention.key, mention.currency)}, Item(kind, surface))
        spans.sort(key=lambda span: (span.start, -span.end))
        return Alignment(text, tuple(stated), supported.result(), unsupported.result(), tuple(spans))

    def _facts_with_value(self, example: Example, mention: NumberMention) -> set[int]:
        """Indices of the facts that bear a number out: same value, in units and currencies that do not exclude each other."""
        told = self._values.get(example.id)
        if told is None:
            told = self._values[example.id] = [
                (reading, index)
                for index, fact in enumerate(example.facts or ())
                for surfaces, lang in ((fact.target, example.target_lang), (fact.source, example.source_lang))
                for surface in surfaces
                for reading in _numbers_of(surface, lang)
            ]
        return {index for reading, index in told if bears_out(reading, mention)}

    def _supported_by_value(self, example: Example, kind: str, mentions: Sequence[NumberMention]) -> set[int]:
        """For a surface of another example: facts that bear out every number in it, when the numbers are all it says.

        A count does not qualify: "37 cars" is not borne out by 37 people.
        """
        if kind not in QUANTITY_TYPES or not mentions or any(mention.kind == "number" for mention in mentions):
            return set()
        found = [self._facts_with_value(example, mention) for mention in mentions]
        return set().union(*found) if all(found) else set()


def highlight(alignment: Alignment) -> list[tuple[str, str, str]]:
    """The output in pieces for a reader: (text, "" | "covered" | "hallucinated", fact type or "")."""
    return [(piece, span.kind if span else "", span.type if span else "") for piece, span in alignment.pieces()]
