"""What a normalised text mentions: known surfaces, numbers, names that are almost known, names that nobody knows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from metrics.alignment import CLAUSE_TYPES
from metrics.known import Known
from metrics.layers import Layers
from metrics.matching import may_begin, may_end
from metrics.normalise import normalise_surface
from metrics.numbers import NumberMention, claims
from metrics.records import ENTITY_TYPES, QUANTITY_TYPES
from metrics.statements.denying import denials_of, denying
from metrics.statements.invented import invented_names
from metrics.statements.wordings import group_of
from metrics.stretches import Stretches

_TYPE_OF_KIND = {
    "number": "quantity",
    "percentage": "percentage",
    "money": "money",
    "date": "date",
    "time": "time",
    "year": "date",
    "decade": "date",
    "century": "date",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One mention: a known surface, a number, or a name that is unknown."""

    start: int
    end: int
    type: str
    surface: str
    facts: frozenset[int]
    """What may bear it out; empty: nothing."""
    meanings: frozenset[object]
    """What it may mean when nothing bears it out."""
    states: bool = False
    """Its surface is listed, or a number written otherwise: it states its facts when it stands in its place."""
    number: NumberMention | None = None
    negated: bool = False
    """It is written with a negation inside: it says that its facts are not so."""


class Mentions:
    """The mentions of one text: `hits` by start without overlap (invented names last), `clauses` around them."""

    def __init__(self, layers: Layers, known: Known, text: str) -> None:
        """Finds them: numbers, then surfaces, then near names, then what is left of the numbers, then invented
        names."""
        self.layers, self.known, self.text = layers, known, text
        self.facts = known.facts
        lang = known.example.target_lang
        self.numbers = claims(text, known.lang)
        self._cores = sorted((number.core[0], i) for i, number in enumerate(self.numbers))
        self.taken = [False] * len(text)
        """Per code point: does a mention cover it?"""
        inside = {at for number in self.numbers for at in range(number.core[0] + 1, number.core[1])}
        atoms = self._own_first(layers.atoms.matcher.find(text, inside, layers.atoms.whole(lang)))
        sums = Stretches((number.start, number.end) for number in self.numbers if number.kind == "money")
        # The country of a currency (ཨ་རིའི་སྒོར) is no mention of it.
        atoms = [(s, e) for s, e in atoms if not (sums.hold(s, e) and layers.atoms.type_of(text[s:e]) == "place")]
        self._names = {start for start, end in atoms if layers.atoms.type_of(text[start:end]) in ENTITY_TYPES}
        reworded = self._reworded(atoms)
        if reworded:
            inside_of = Stretches((hit.start, hit.end) for hit in reworded)
            atoms = [(s, e) for s, e in atoms if not inside_of.hold(s, e)]
        for start, end in [*atoms, *((hit.start, hit.end) for hit in reworded)]:
            self.taken[start:end] = [True] * (end - start)
        near = self._near_names(atoms)
        if near:
            names = Stretches((n.start, n.end) for n in near)
            atoms = [(s, e) for s, e in atoms if not names.hold(s, e)]
        hits = [self._surface(start, end) for start, end in atoms] + near + reworded
        found = layers.clauses.matcher.find(text, inside, layers.clauses.whole(lang))
        self.clauses = [self._surface(start, end, clause=True) for start, end in found]
        if self.known.lang == "bo":
            hits += self._negated()
        hits += self._left_numbers()
        hits.sort(key=lambda hit: hit.start)
        self.hits = hits + self._invented()

    def before_name(self, mention: NumberMention) -> str:
        """The text, up to a name that stands right behind a number: what begins it is no counting word (8.3 พันล้าน
        บริษัทไป่เฉ่า)."""
        end = mention.core[1]
        end += self.text[end : end + 1] == " "
        return self.text[:end] if end in self._names else self.text

    def _reworded(self, atoms: Sequence[tuple[int, int]]) -> list[Hit]:
        """Own events in words that are no surface: denials, and what `statements.wordings` finds."""
        lang = self.known.lang
        denier = denying(lang)
        denied = denier is not None and denier.led.search(self.text) is not None
        atoms = sorted(atoms)
        starts, ends = [start for start, _ in atoms], [end for _, end in atoms]
        names = {start: end for start, end in atoms if self._is_name(start, end)}
        said: dict[tuple[int, int], set[int]] = {}
        for index, fact in enumerate(self.facts):
            if fact.type != "event":
                continue
            pattern = denials_of(tuple(map(normalise_surface, fact.target)), lang) if denied else None
            for match in pattern.finditer(self.text) if pattern else ():
                end = match.end()
                if match["verb"] is None or end in names or (self.text[end : end + 1] == " " and end + 1 in names):
                    said.setdefault(match.span(), set()).add(index)
            group = group_of(fact.target, lang)
            for span in group.found(self.text, lang, names) if group else ():
                said.setdefault(span, set()).add(index)
        hits, low = [], 0
        for (start, end), facts in sorted(said.items(), key=lambda item: (item[0][0], -item[0][1])):
            near = atoms[bisect_right(ends, start) : bisect_left(starts, end)]
            # What is denied is no event of its own: "denies the takeover" of one story, a takeover in another.
            if start >= low and all(start <= s and e <= end and e - s < end - start for s, e in near):
                low = end
                hits.append(Hit(start, end, "event", self.text[start:end], frozenset(facts), frozenset(), True))
        return hits

    def _is_name(self, start: int, end: int) -> bool:
        facts = self.known.surfaces.get(self.text[start:end], ())
        return any(self.facts[i].type in ENTITY_TYPES for i in facts)

    def _own_first(self, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Where a longer surface of another example swallows a number of this one with what it counts, this one's is
        read.

        "สายการผลิต 29 สาย" says 29 สาย. Names stay leftmost-longest: a university is no place.
        """
        own, out, at = self.known.surfaces, [], 0
        for start, end in found:
            if start < at:
                continue
            if self.text[start:end] not in own and self.layers.atoms.type_of(self.text[start:end]) in QUANTITY_TYPES:
                for surface, _ in self.known.quantities:
                    low = self.text.find(surface, start, end + len(surface) - 1)
                    if 0 <= low < end and may_begin(self.text, low) and may_end(self.text, low, low + len(surface)):
                        start, end = low, low + len(surface)
                        break
            out.append((start, end))
            at = end
        return out

    def _surface(self, start: int, end: int, clause: bool = False) -> Hit:
        layer = self.layers.clauses if clause else self.layers.atoms
        surface = self.text[start:end]
        facts = [i for i in self.known.surfaces.get(surface, ()) if (self.facts[i].type in CLAUSE_TYPES) == clause]
        first, last = bisect_left(self._cores, (start, -1)), bisect_left(self._cores, (end + 1, -1))
        within = [m for _, i in self._cores[first:last] if (m := self.numbers[i]).core[1] <= end]
        number = within[0] if len(within) == 1 else None
        facts = [i for i in facts if not any(self.known.other_currency(i, mention) for mention in within)]
        if facts:
            states = not (number and self.known.units.cuts(self.text, *number.core, end))
            return Hit(start, end, self.facts[facts[0]].type, surface, frozenset(facts), frozenset(), states, number)
        kind = layer.type_of(surface)
        said = (
            self.known.saying(number, self.before_name(number)) if number is not None and kind in QUANTITY_TYPES else ()
        )
        if said:  # in the words of another example: 17,000 people for 17,000 patients
            return Hit(start, end, kind, surface, frozenset(said), frozenset(layer.identities[surface]), True, number)
        # A count does not qualify: "37 cars" is not borne out by 37 people.
        bearing: set[int] = set()
        if kind in QUANTITY_TYPES and within and not any(mention.kind == "number" for mention in within):
            found = [self.known.bearing(mention) for mention in within]
            bearing = set().union(*found) if all(found) else set()
        elif kind == "quantity" and number is not None:
            bearing = self.known.holding(number, self.before_name(number))
        return Hit(start, end, kind, surface, frozenset(bearing), frozenset(layer.identities[surface]), False, number)

    def _near_names(self, atoms: Sequence[tuple[int, int]]) -> list[Hit]:
        """Names that are almost known; what lies wholly inside one is no mention of its own."""
        gaps, low = [], 0
        covered = sorted([*atoms, *(m.core for m in self.numbers)])
        for start, end in [*covered, (len(self.text), len(self.text))]:
            if start - low > 1:
                gaps.append((low, start))
            low = max(low, end)
        hits, others = [], Stretches(covered)
        for near in self.layers.near.find(self.text, gaps):
            if not (others.meet(near.start, near.start) or others.meet(near.end, near.end)):  # none reaches out of it
                surface = self.text[near.start : near.end]
                hits.append(Hit(near.start, near.end, near.type, surface, frozenset(), frozenset({("near", surface)})))
                self.taken[near.start : near.end] = [True] * (near.end - near.start)
        return hits

    def _negated(self) -> list[Hit]:
        """Own events with a negation before their verb, which no surface covers: in Tibetan it stands inside."""
        hits = []
        for start, end, index in self.known.negated(self.text):
            if not any(self.taken[start:end]):
                self.taken[start:end] = [True] * (end - start)
                surface = self.text[start:end]
                hits.append(Hit(start, end, "event", surface, frozenset({index}), frozenset(), negated=True))
        return hits

    def _left_numbers(self) -> list[Hit]:
        """Numbers that no surface covers."""
        hits = []
        for mention in self.numbers:
            if any(self.taken[mention.core[0] : mention.core[1]]):
                continue
            start, end = mention.start, mention.end
            if any(self.taken[start:end]):
                start, end = mention.core
            meaning = frozenset({(mention.key, mention.currency)})
            bearing = frozenset(self.known.bearing(mention))
            said = frozenset(self.known.saying(mention, self.before_name(mention))) if bearing else bearing
            kind, surface = _TYPE_OF_KIND[mention.kind], self.text[start:end]
            hits.append(Hit(start, end, kind, surface, said or bearing, meaning, bool(said), mention))
        for hit in hits:
            self.taken[hit.start : hit.end] = [True] * (hit.end - hit.start)
        return hits

    def _invented(self) -> list[Hit]:
        found = invented_names(self.text, self.known.lang, self.known.source, self.taken)
        hits = []
        for name in found:
            surface = self.text[name.start : name.end]
            hits.append(Hit(name.start, name.end, name.type, surface, frozenset(), frozenset({("invented", surface)})))
        return hits
