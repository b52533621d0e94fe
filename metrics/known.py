"""What one example bears out, beyond its surfaces: values, units and predicates of its numbers, and who has which role.

Everything is worked out when it is first asked for, and kept: many systems are held against one example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, wraps
from itertools import pairwise
from typing import Any, TypeVar

from metrics.matching import SurfaceMatcher, may_begin, may_end
from metrics.normalise import normalise, normalise_surface
from metrics.numbers import NumberMention, base_language, extract_numbers
from metrics.reading import bears_out, read
from metrics.records import ENTITY_TYPES, QUANTITY_TYPES, Example
from metrics.statements import predicates
from metrics.statements.bounds import bound, holds_rate
from metrics.statements.heard import Heard
from metrics.statements.negation import denials, holds_denial
from metrics.statements.predicates import Classes
from metrics.statements.roles import Role, Verbs
from metrics.statements.times import Times
from metrics.statements.units import MONEY, Units, excluded, same
from metrics.statements.wordings import group_of
from metrics.sums import narrowed, of_another_currency
from metrics.values import HOME, same_amount, says_by_itself, unit_unsaid

T = TypeVar("T")


@lru_cache(maxsize=65536)
def _numbers_of(surface: str, lang: str) -> tuple[NumberMention, ...]:
    return read(normalise(surface), lang)


@lru_cache(maxsize=64)
def _families(lang: str) -> Units:
    return Units(lang)


def cache_by_index(method: Callable[[Known, int], T]) -> Callable[[Known, int], T]:
    """A method of one fact's index that is worked out once."""

    @wraps(method)
    def ask(self: Known, index: int) -> T:
        key = (method.__name__, index)
        if key not in self._by_index:
            self._by_index[key] = method(self, index)
        return self._by_index[key]

    return ask


class Known:
    """One example as `metrics.inventory` asks it."""

    def __init__(
        self, example: Example, surfaces: Mapping[str, Sequence[int]], atoms: SurfaceMatcher, units: Units
    ) -> None:
        """surfaces: normalised target surface -> its facts. atoms: of the file. units: of the target language."""
        self.example, self.surfaces, self.units = example, surfaces, units
        self.facts = example.facts or ()
        self.lang, self.source_lang = base_language(example.target_lang), base_language(example.source_lang)
        self._by_index: dict[tuple[str, int], Any] = {}
        self._atoms = atoms
        self._verbs = Verbs(self.lang)  # learned with the roles

    @cached_property
    def source(self) -> str:
        """The normalised source text."""
        return normalise(self.example.source)

    @cached_property
    def _in_source(self) -> list[NumberMention]:
        return extract_numbers(self.source, self.source_lang)

    def in_source(self, mention: NumberMention | None, written: Iterable[Sequence[str]]) -> bool:
        """Does the source itself hold a number, or a name in one of the ways that sources write it?"""
        if mention is not None:
            return any(bears_out(reading, mention) for reading in self._in_source)
        return any(normalise_surface(name) in self.source for names in written for name in names)

    @cached_property
    def negative(self) -> bool:
        """Is a salient event or relation itself a denial ("denies the takeover")?"""
        told = (fact for fact in self.facts if fact.type in ("event", "relation") and fact.salient)
        return any(holds_denial(normalise_surface(surface), self.lang) for fact in told for surface in fact.target)

    @cached_property
    def _told(self) -> list[tuple[int, NumberMention]]:
        """(fact, reading) for every number that the facts name, in both languages."""
        return [
            (index, reading)
            for index, fact in enumerate(self.facts)
            for reading in narrowed(
                [reading for surface in fact.source for reading in _numbers_of(surface, self.source_lang)],
                [reading for surface in fact.target for reading in _numbers_of(surface, self.lang)],
            )
        ]

    @cached_property
    def _negated(self) -> list[tuple[str, int]]:
        """(what it is with a negation before its verb, fact) of the Tibetan events: the verb is the last syllable."""
        found = []
        for index, fact in enumerate(self.facts if self.lang == "bo" else ()):
            for surface in fact.target if fact.type == "event" else ():
                head, _, verb = normalise_surface(surface).rpartition("་")
                if head:
                    found += [(f"{head}་{particle}་{verb}", index) for particle in ("མ", "མི")]
        return found

    def negated(self, text: str) -> Iterator[tuple[int, int, int]]:
        """(start, end, fact) of the events that a text writes with a negation before their verb."""
        for said, index in self._negated:
            at = text.find(said)
            while at >= 0:
                if may_begin(text, at) and may_end(text, at, at + len(said)):
                    yield at, at + len(said), index
                at = text.find(said, at + len(said))

    def bearing(self, mention: NumberMention) -> set[int]:
        """Indices of the facts that bear a number out: the same value, in units and currencies that allow it."""
        return {i for i, reading in self._told if bears_out(reading, mention)}

    def other_currency(self, index: int, mention: NumberMention) -> bool:
        """Is a sum in none of the currencies in which a fact has it?"""
        return bool(mention.currencies) and of_another_currency(mention, (r for i, r in self._told if i == index))

    def saying(self, mention: NumberMention, text: str) -> set[int]:
        """Indices of the facts that a number states though no surface lists it: 79 ชีวิต, 79 คน, 16% in words."""
        if not mention.exact:
            return set()
        near = [(i, r) for i, r in self._told if r.kind == mention.kind and r.exact and bears_out(r, mention)]
        if says_by_itself(mention):
            others = {i for i, r in self._told if not (same_amount(r, mention) or unit_unsaid(r, mention))}
            return {i for i, _ in near if i not in others and self.facts[i].type in QUANTITY_TYPES}
        equal, family = [i for i, r in near if r.value == mention.value], self.units.counted(text, mention)
        if family is not None:
            return {i for i in equal if same(family, self._units(i))}
        if mention.kind != "number" or mention.ordinal:  # a share, a sum of another currency, the 184th
            return set()
        sums = ((i, r) for i, r in self._told if r.kind == "money" and HOME.get(self.lang) in r.currencies)
        equal += [i for i, r in sums if r.value == mention.value]
        told = predicates.right_before(text, self.lang, mention) if equal else ()
        return {i for i in equal if any(name in self._classes(i).get(group, ()) for group, name in told)}

    def holding(self, mention: NumberMention, text: str) -> set[int]:
        """Indices of the facts whose exact count an inexact one of the same holds (over 2,000 people: 2,600)."""
        family = None if mention.exact else self.units.of(text, mention)
        told = {i for i, r in self._told if family and r.exact and r.kind == mention.kind and bears_out(r, mention)}
        return {i for i in told if same(family or "", self._units(i))}

    @cache_by_index
    def _units(self, index: int) -> frozenset[str]:
        """What a fact's numbers count or measure, by the words at them in both languages."""
        fact = self.facts[index]
        if fact.type not in ("quantity", "money"):
            return frozenset()
        found = {
            units.of(normalise(surface), reading)
            for surfaces, lang, units in (
                (fact.target, self.lang, self.units),
                (fact.source, self.source_lang, _families(self.source_lang)),
            )
            for surface in surfaces
            for reading in _numbers_of(surface, lang)
            if reading.kind in ("number", "money")
        }
        return frozenset(family for family in found if family is not None)

    @cached_property
    def _evidence(self) -> list[tuple[str, bool, list[tuple[NumberMention, Classes]]]]:
        """(text, is it the source, its numbers with what is said of them) for source and references."""
        references = [(normalise(reference), self.lang, False) for reference in self.example.reference or ()]
        out = []
        for text, lang, is_source in [(self.source, self.source_lang, True), *references]:
            mentions = self._in_source if is_source else extract_numbers(text, lang)
            classes = predicates.classes_of(text, lang, mentions, denials(text, lang, ()), both=True)
            out.append((text, is_source, [(m, c) for m, c in zip(mentions, classes, strict=True) if c]))
        return out

    @cache_by_index
    def _classes(self, index: int) -> Classes:
        """What source and references say of a fact's number, wherever they write it."""
        fact, found = self.facts[index], dict[str, set[str]]()
        for text, is_source, said in self._evidence:
            for surface in map(normalise_surface, fact.source if is_source else fact.target) if said else ():
                at = text.find(surface)
                while at >= 0:
                    for mention, classes in said:
                        if at <= mention.core[0] and mention.core[1] <= at + len(surface):
                            for group, names in classes.items():
                                found.setdefault(group, set()).update(names)
                    at = text.find(surface, at + 1)
        return {group: frozenset(names) for group, names in found.items()}

    def contradicted(self, index: int, unit: str | None, said: Classes) -> bool:
        """Does the place of a number (its unit, its predicates) exclude that it is this fact?"""
        kind = self.facts[index].type
        if (
            unit is not None
            and kind in ("quantity", "money")
            and ((unit == MONEY) != (kind == "money") or excluded(unit, self._units(index), "jobs" in said))
        ):
            return True
        return bool(said) and predicates.excluded(said, self._classes(index), self._heard.lacking(kind))

    @cached_property
    def _heard(self) -> Heard:
        return Heard(self.source, self.source_lang, map(normalise, self.example.reference or ()), self.lang)

    @cached_property
    def times(self) -> Times:
        """What source and references tell of another time."""
        references = tuple(map(normalise, self.example.reference or ()))
        return Times(self.source, self.source_lang, references, self.lang, self.facts, lambda: self._in_source)

    @cached_property
    def _bounded(self) -> list[tuple[NumberMention, str]]:
        """The numbers that source, references and the facts' surfaces write with a bound (fewer than), and its kind."""
        texts = {(self.source, self.source_lang), *((normalise(r), self.lang) for r in self.example.reference or ())}
        for fact in self.facts:
            texts.update((normalise(surface), self.lang) for surface in fact.target)
            texts.update((normalise(surface), self.source_lang) for surface in fact.source)
        found = []
        for text, lang in texts:
            for mention in extract_numbers(text, lang):
                kind = bound(text, lang, mention, mention.start, mention.end)
                if kind is not None:
                    found.append((mention, kind))
        return found

    @cached_property
    def _rated(self) -> bool:
        """May source or references say how many a day or each, be the word beside its number or not?"""
        return holds_rate(self.source, self.source_lang) or any(
            holds_rate(reference, self.lang) for reference in self.example.reference or ()
        )

    def outside(self, index: int, mention: NumberMention, kind: str) -> bool:
        """Does a bound at a number make it another amount than this fact's? Not where source or references bound it,
        too; "more than 70" is borne out by 79, but not by 70."""
        exact = mention._replace(high=None)
        same = any(i == index and bears_out(reading, exact) for i, reading in self._told)
        if (kind == "above" and not same) or (kind == "rate" and self._rated):
            return False
        return not any(kind == known and bears_out(truth, exact) for truth, known in self._bounded)

    def has_predicate(self, index: int) -> bool:
        """Is it known what is said of this fact's number?"""
        return any(group != predicates.WHO for group in self._classes(index))

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Words between two names in a relation -> who may stand before and behind them."""
        roles: dict[str, Role] = {}
        events = {normalise_surface(surface) for fact in self.facts if fact.type == "event" for surface in fact.target}
        for index, fact in enumerate(self.facts):
            for surface in fact.target if fact.type == "relation" else ():
                text = normalise_surface(surface)
                places = [(start, end, self._entities(text[start:end])) for start, end in self._atoms.find(text)]
                named = [place for place in places if place[2]]
                for (_, end, before), (start, stop, behind) in pairwise(named):
                    between = text[end:start].strip(" ་")
                    self._verbs.learn(index, text[end:start], text[stop:], before, behind, events)
                    if between:
                        role = roles.setdefault(between, Role(any(event in between for event in events)))
                        role.pairs.update((a, b) for a in before for b in behind)
                        role.types.update((self.facts[a].type, self.facts[b].type) for a in before for b in behind)
        return roles

    @property
    def verbs(self) -> Verbs:
        """The verbs of its relations, with who does it to whom."""
        return self._verbs if self.roles else Verbs(self.lang)

    def _entities(self, surface: str) -> list[int]:
        return [i for i in self.surfaces.get(surface, ()) if self.facts[i].type in ENTITY_TYPES]

    def mentions_allowed(self, index: int) -> int:
        """How often a text may name this fact: twice as often as source or reference does, and once more."""
        fact = self.facts[index]
        counts = [1, sum(self.source.count(normalise_surface(surface)) for surface in fact.source)]
        group = group_of(fact.target, self.lang) if fact.type == "event" else None
        for reference in self.example.reference or ():
            text = normalise(reference)
            counts.append(sum(text.count(normalise_surface(surface)) for surface in fact.target))
            counts.append(group.count(text, self.lang) if group else 0)
        return 2 * max(counts) + 1

    @cached_property
    def quantities(self) -> list[tuple[str, list[int]]]:
        """Own surfaces that are numbers with what they count, the longest first."""
        found = [
            (surface, [i for i in facts if self.facts[i].type in QUANTITY_TYPES])
            for surface, facts in self.surfaces.items()
        ]
        return sorted(((s, f) for s, f in found if f), key=lambda pair: (-len(pair[0]), pair[0]))
