"""Which facts of an example stand together, and which of them an output leaves in their places (`metrics.placement`).

The companions of a fact are those of the same sentence of the source, on whichever side: clauses are turned in a
translation. A neighbour in a reference excuses less, for whoever has changed places with the next one still has it:
where a reference tells a fact apart from its sentence, on the side where the reference has it; and of a fact alone in
its sentence. Apart from that a mention is out of place where it stands between the two neighbours that another fact of
its type has in a reference: what changes places takes a place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from metrics.alignment import Alignment
from metrics.matching import SurfaceMatcher
from metrics.normalise import normalise, normalise_surface
from metrics.records import Example

LARGEST_SHARE = 1 / 3
"""A fact of which more of the others are companions could stand nearly anywhere: it has no place of its own."""
_SENTENCE = re.compile(r"[。！？；!?;།༎]+|(?<=[^\W\d])\.(?=\s|$)")

Facts = frozenset[int]
Mention = tuple[str, Facts]
"""The type of what is mentioned, and the facts that it may be."""


@dataclass(frozen=True, slots=True)
class Companions:
    """Per fact of an example what it may stand beside; all empty where it has no place of its own."""

    own: tuple[Facts, ...]
    """The facts of the same sentences of the source, on either side."""
    before: tuple[Facts, ...]
    after: tuple[Facts, ...]
    """Neighbours in a reference that it may have before and behind it."""
    named: tuple[int, ...]
    """How often a text names it that leaves none of its sentences out, at least."""
    spots: Mapping[tuple[str, Facts, Facts], Facts]
    """(type, the facts before, the facts behind) -> the facts that a reference has between them."""

    def of(self, index: int) -> Facts:
        """All companions of one fact."""
        return self.own[index] | self.before[index] | self.after[index]


def companions(example: Example, references: Iterable[Alignment]) -> Companions:
    """The companions of the facts of an example. references: the alignments of its references."""
    facts = example.facts or ()
    most = LARGEST_SHARE * (len(facts) - 1)
    own: list[set[int]] = [set() for _ in facts]
    named: Counter[int] = Counter()
    nowhere = {index for index, fact in enumerate(facts) if fact.type == "relation"}
    for group in _sentences(example):
        named.update(group)
        if len(group) - 1 > most:  # too many to have places; a sentence may name thousands, so they are not paired
            nowhere |= group
            continue
        for index in group:
            own[index] |= group - {index}
    before: list[set[int]] = [set() for _ in facts]
    after: list[set[int]] = [set() for _ in facts]
    spots: dict[tuple[str, Facts, Facts], Facts] = {}
    for told in map(_told, references):
        together = {i for at, (_, some) in enumerate(told) for i in some if _near(told, at, own[i])}
        for (_, one), (_, other) in pairwise(told):
            if one.isdisjoint(other):
                for mine, others, sides in ((one, other, (after, before)), (other, one, (before, after))):
                    for i in mine - together:
                        for side in sides[: 1 if own[i] else 2]:
                            side[i] |= others
        for (_, one), (kind, some), (_, other) in zip(told, told[1:], told[2:], strict=False):
            spots[kind, one, other] = spots.get((kind, one, other), frozenset()) | some
        said = Counter(i for _, some in told for i in some)
        named = Counter({i: min(n, said[i]) for i, n in named.items()})
    nowhere |= {i for i in range(len(facts)) if len(own[i] | before[i] | after[i]) > most}

    def placed(found: Sequence[set[int]]) -> tuple[Facts, ...]:
        return tuple(frozenset(() if i in nowhere else some) for i, some in enumerate(found))

    times = tuple(named[i] for i in range(len(facts)))
    return Companions(placed(own), placed(before), placed(after), times, spots)


@dataclass(frozen=True, slots=True)
class Places:
    """Per fact of an example, in an output."""

    held: tuple[bool, ...]
    """It is stated, has a place of its own, and stands there or where that cannot be told."""
    told: tuple[bool, ...]
    """It is stated and its place can be right or wrong: it stands beside a companion, in the place of another, or away
    from a companion that is named as often as the source has it (a sentence left out takes nobody's place)."""


def places(alignment: Alignment, known: Companions) -> Places:
    """Which of the stated facts stand in their places. known: the companions of the facts of the example."""
    told = _told(alignment)
    stated = {index for index, said in enumerate(alignment.stated) if said}
    right: set[int] = set()
    elsewhere: list[tuple[int, bool, Facts]] = []
    """(fact, whether it stands beside one of its sentence all the same, the facts in whose place it stands)"""
    for at, (kind, some) in enumerate(told):
        one = told[at - 1][1] if at else frozenset()
        other = told[at + 1][1] if at + 1 < len(told) else frozenset()
        spot = known.spots.get((kind, one, other), frozenset()) & stated
        for i in some:
            beside = _near(told, at, known.own[i])
            if spot and i not in spot and known.own[i].isdisjoint(spot):
                elsewhere.append((i, beside, spot))
            elif beside or not (known.before[i].isdisjoint(one) and known.after[i].isdisjoint(other)):
                right.add(i)
    # Turned clauses may bring a fact to where the reference has another, which then stands beside its own, too; who
    # has changed places with it does not.
    turned = right | {i for i, beside, _ in elsewhere if beside}
    right |= {i for i, beside, spot in elsewhere if beside and spot <= turned}
    wrong = {i for i, _, _ in elsewhere}
    said = Counter(i for _, some in told for i in some)

    def can_be_told(i: int) -> bool:
        if i in right or i in wrong:
            return True
        # A fact alone in its sentence may stand anywhere: sentences come in any order.
        return bool(known.own[i]) and any(c in stated and said[c] >= known.named[c] for c in known.of(i))

    has = [any(sides) for sides in zip(known.own, known.before, known.after, strict=True)]
    asked = [has[i] and i in stated and can_be_told(i) for i in range(len(has))]
    held = [has[i] and i in stated and (i in right or not asked[i]) for i in range(len(has))]
    return Places(tuple(held), tuple(asked))


def _near(told: Sequence[Mention], at: int, wanted: Facts | set[int]) -> bool:
    """Whether one of the wanted facts stands beside the mention at this place."""
    return bool(wanted) and any(not wanted.isdisjoint(some) for some in _neighbours(told, at))


def _neighbours(told: Sequence[Mention], at: int) -> Iterator[Facts]:
    """The mentions beside one. Two of a type in a row are one list, and both stand beside what is next to it: "A and B
    said", "3 and 5 people in C"."""
    kind = told[at][0]
    for step in (-1, 1):
        if 0 <= at + step < len(told):
            beside, some = told[at + step]
            yield some
            if 0 <= at + 2 * step < len(told):
                beyond, far = told[at + 2 * step]
                if beside in (kind, beyond):
                    yield far


def _sentences(example: Example) -> list[set[int]]:
    """The facts of each sentence of the source."""
    surfaces: dict[str, set[int]] = {}
    for index, fact in enumerate(example.facts or ()):
        for surface in fact.source:
            surfaces.setdefault(normalise_surface(surface), set()).add(index)
    matcher = SurfaceMatcher(surfaces.keys() - {""})
    return [
        set().union(*(surfaces[sentence[start:end]] for start, end in matcher.find(sentence)))
        for sentence in _SENTENCE.split(normalise(example.source))
    ]


def _told(alignment: Alignment) -> list[Mention]:
    """What a text states, in the order of its mentions; a fact said twice in a row stands there once. Relations are
    clauses around others and have no place of their own."""
    told: list[Mention] = []
    for span in alignment.spans:
        if span.facts and span.type != "relation" and not (told and span.facts == told[-1][1]):
            told.append((span.type, span.facts))
    return told
