"""Which facts of an example stand together, and which of them an output leaves in their places (`metrics.placement`).

The companions of a fact are those of the same sentence of the source, and its neighbours in a reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from metrics.alignment import Alignment
from metrics.matching import SurfaceMatcher
from metrics.normalise import normalise, normalise_surface
from metrics.records import Example

LARGEST_SHARE = 1 / 3
"""A fact of which more of the others are companions could stand nearly anywhere: it has no place of its own."""
_SENTENCE = re.compile(r"[。！？；!?;།༎]+|(?<=[^\W\d])\.(?=\s|$)")

Companions = tuple[frozenset[int], ...]
"""Per fact of an example the facts that it may stand beside; empty where it has no place of its own."""


def companions(example: Example, references: Iterable[Alignment]) -> Companions:
    """The companions of each fact of an example. references: the alignments of its references."""
    facts = example.facts or ()
    most = LARGEST_SHARE * (len(facts) - 1)
    found: list[set[int]] = [set() for _ in facts]
    crowded: set[int] = set()
    groups = _sentences(example) + [
        set(one | other) for told in references for one, other in pairwise(_told(told)) if one.isdisjoint(other)
    ]
    for group in groups:
        if len(group) - 1 > most:  # too many to have places; a sentence may name thousands, so they are not paired
            crowded |= group
            continue
        for index in group:
            found[index] |= group - {index}
    return tuple(
        frozenset(own if len(own) <= most and i not in crowded and facts[i].type != "relation" else ())
        for i, own in enumerate(found)
    )


@dataclass(frozen=True, slots=True)
class Places:
    """Per fact of an example, in an output."""

    held: tuple[bool, ...]
    """It is stated, has a place of its own, and stands beside a companion or none of them is stated."""
    told: tuple[bool, ...]
    """It is stated and so is a companion: where it stands can be right or wrong."""


def places(alignment: Alignment, known: Companions) -> Places:
    """Which of the stated facts stand in their places. known: the companions of each fact of the example."""
    beside = [False] * len(known)
    for one, other in pairwise(_told(alignment)):
        for mine, others in ((one, other), (other, one)):
            for index in mine:
                beside[index] = beside[index] or not known[index].isdisjoint(others)
    stated = {index for index, said in enumerate(alignment.stated) if said}
    told = [index in stated and not own.isdisjoint(stated) for index, own in enumerate(known)]
    held = [bool(own) and index in stated and (beside[index] or not told[index]) for index, own in enumerate(known)]
    return Places(tuple(held), tuple(told))


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


def _told(alignment: Alignment) -> list[frozenset[int]]:
    """The facts that a text states, in the order of their mentions; a fact said twice in a row stands there once.
    Relations are clauses around others and have no place of their own."""
    told: list[frozenset[int]] = []
    for span in alignment.spans:
        if span.facts and span.type != "relation" and not (told and span.facts == told[-1]):
            told.append(span.facts)
    return told
