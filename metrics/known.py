"""What one example bears out, beyond its surfaces: values, units and predicates of its numbers, and who has which role.

Everything is worked out when it is first asked for, and kept: many systems are held against one example.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

from metrics.matching import SurfaceMatcher
from metrics.normalise import normalise, normalise_surface
from metrics.numbers import NumberMention, base_language, extract_numbers
from metrics.reading import bears_out, read
from metrics.records import ENTITY_TYPES, QUANTITY_TYPES, Example
from metrics.statements import predicates
from metrics.statements.negation import denials, holds_denial
from metrics.statements.predicates import Classes
from metrics.statements.units import MONEY, Units


@lru_cache(maxsize=65536)
def _numbers_of(surface: str, lang: str) -> tuple[NumberMention, ...]:
    return read(normalise(surface), lang)


@lru_cache(maxsize=64)
def _families(lang: str) -> Units:
    return Units(lang)


@dataclass(slots=True)
class Role:
    """What a relation has around some words."""

    verb: bool
    """The words hold the event itself, and are no mere particle or conjunction."""
    pairs: set[tuple[int, int]] = field(default_factory=set)
    """The facts that stand before and behind them."""
    types: set[tuple[str, str]] = field(default_factory=set)
    """The types of those facts."""

    def fits(self, before: frozenset[int], behind: frozenset[int]) -> bool:
        """May these facts stand there?"""
        return any((a, b) in self.pairs for a in before for b in behind)


class Known:
    """One example as `metrics.inventory` asks it."""

    def __init__(self, example: Example, surfaces: Mapping[str, Sequence[int]], atoms: SurfaceMatcher, units: Units) -> None:
        """surfaces: normalised target surface -> indices of its facts. atoms: all atomic surfaces of the file. units: of the target language."""
        self.example, self.surfaces, self.units = example, surfaces, units
        self.facts = example.facts or ()
        self.lang = base_language(example.target_lang)
        self._atoms = atoms

    @cached_property
    def source(self) -> str:
        """The normalised source text."""
        return normalise(self.example.source)

    @cached_property
    def negative(self) -> bool:
        """Is one of the events or relations itself a denial ("denies the takeover")?"""
        return any(holds_denial(surface, self.lang) for fact in self.facts if fact.type in ("event", "relation") for surface in fact.target)

    @cached_property
    def _told(self) -> list[tuple[int, str, str, NumberMention]]:
        """(fact, language, surface, reading) for every number that the facts name, in both languages."""
        return [
            (index, lang, surface, reading)
            for index, fact in enumerate(self.facts)
            for surfaces, lang in ((fact.target, self.lang), (fact.source, base_language(self.example.source_lang)))
            for surface in surfaces
            for reading in _numbers_of(surface, lang)
        ]

    def bearing(self, mention: NumberMention) -> set[int]:
        """Indices of the facts that bear a number out: same value, in units and currencies that do not exclude each other."""
        return {index for index, _, _, reading in self._told if bears_out(reading, mention)}

    @cached_property
    def _units(self) -> list[frozenset[str]]:
        """Per fact: what its numbers count or measure, by the words at them in both languages."""
        found: list[set[str]] = [set() for _ in self.facts]
        for index, lang, surface, reading in self._told:
            if self.facts[index].type in ("quantity", "money") and reading.kind in ("number", "money"):
                family = (self.units if lang == self.lang else _families(lang)).of(normalise(surface), reading)
                found[index].update(() if family is None else (family,))
        return [frozenset(families) for families in found]

    @cached_property
    def _classes(self) -> list[Classes]:
        """Per fact: what source and references say of its numbers."""
        found: list[dict[str, set[str]]] = [{} for _ in self.facts]
        read = [(self.source, base_language(self.example.source_lang))]
        read += [(normalise(reference), self.lang) for reference in self.example.reference or ()]
        for text, lang in read:
            mentions = extract_numbers(text, lang)
            classes = predicates.classes_of(text, lang, mentions, denials(text, lang, ()), both=True)
            for mention, said in zip(mentions, classes, strict=True):
                for index in self.bearing(mention) if said else ():
                    for group, names in said.items():
                        found[index].setdefault(group, set()).update(names)
        return [{group: frozenset(names) for group, names in one.items()} for one in found]

    def contradicted(self, index: int, unit: str | None, said: Classes) -> bool:
        """Does the place of a number (its unit, its predicates) exclude that it is this fact?"""
        from metrics.statements.units import excluded

        kind = self.facts[index].type
        if (unit == MONEY) != (kind == "money") and unit is not None and kind in ("quantity", "money"):
            return True
        if kind in QUANTITY_TYPES and unit is not None and excluded(unit, self._units[index]):
            return True
        return bool(said) and predicates.excluded(said, self._classes[index])

    def has_predicate(self, index: int) -> bool:
        """Is it known what is said of this fact's number?"""
        return bool(self._classes[index])

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Words between two names in a relation -> who may stand before and behind them."""
        roles: dict[str, Role] = {}
        events = {normalise_surface(surface) for fact in self.facts if fact.type == "event" for surface in fact.target}
        for fact in self.facts:
            for surface in fact.target if fact.type == "relation" else ():
                text = normalise_surface(surface)
                places = [(start, end, self._entities(text[start:end])) for start, end in self._atoms.find(text)]
                named = [place for place in places if place[2]]
                for (_, end, before), (start, _, behind) in pairwise(named):
                    between = text[end:start].strip(" ་")
                    if between:
                        role = roles.setdefault(between, Role(any(event in between for event in events)))
                        role.pairs.update((a, b) for a in before for b in behind)
                        role.types.update((self.facts[a].type, self.facts[b].type) for a in before for b in behind)
        return roles

    def _entities(self, surface: str) -> list[int]:
        return [i for i in self.surfaces.get(surface, ()) if self.facts[i].type in ENTITY_TYPES]

    def mentions_allowed(self, index: int) -> int:
        """How often a text may name this fact: twice as often as source or reference does, and once more."""
        fact = self.facts[index]
        counts = [1, sum(self.source.count(normalise_surface(surface)) for surface in fact.source)]
        for reference in self.example.reference or ():
            text = normalise(reference)
            counts.append(sum(text.count(normalise_surface(surface)) for surface in fact.target))
        return 2 * max(counts) + 1

    @cached_property
    def quantities(self) -> list[tuple[str, list[int]]]:
        """Own surfaces that are numbers with what they count, the longest first."""
        found = [(surface, [i for i in facts if self.facts[i].type in QUANTITY_TYPES]) for surface, facts in self.surfaces.items()]
        return sorted(((s, f) for s, f in found if f), key=lambda pair: (-len(pair[0]), pair[0]))
