"""What a source itself tells as a rumour or a condition, or denies: no output is blamed for doing so, too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import regex

from metrics.normalise import normalise_surface
from metrics.records import Fact
from metrics.statements.denial_words import cues, words_of
from metrics.statements.negation import OPENS, denials
from metrics.statements.scopes import Place
from metrics.stretches import Stretches

_ENDS = "།༎!?;。！？\n."
_FINISH = regex.compile(f"[{_ENDS}]")


@lru_cache(maxsize=4096)
def hedged(text: str, lang: str, told: tuple[Fact, ...]) -> frozenset[int]:
    """The facts that a source tells as a rumour, a condition or put off , or denies, wherever it has them.

    text: the normalised source; told: its facts.
    """
    found = cues(text, lang)
    if not found or words_of(lang) is None:
        return frozenset()
    marked = _places(text, told)
    places, facts = [place for place, _ in marked], [index for _, index in marked]
    sentences = []
    for start, end, kinds in found:
        if kinds & OPENS:
            behind = _FINISH.search(text, end)
            low = max(text.rfind(mark, 0, start) for mark in _ENDS) + 1
            sentences.append((low, behind.start() if behind else len(text)))
    rumours, denied = Stretches(sentences), denials(text, lang, places)
    stated = {
        i
        for p, i in zip(places, facts, strict=True)
        if not (rumours.meet(p.start, p.end) or denied.covers(p.start, p.end))
    }
    return frozenset(set(facts) - stated)


def _places(text: str, told: Sequence[Fact]) -> list[tuple[Place, int]]:
    """Where the facts stand in a source, by start, each with its index."""
    found: list[tuple[Place, int]] = []
    for index, fact in enumerate(told):
        for surface in map(normalise_surface, fact.source):
            at = text.find(surface) if surface else -1
            while at >= 0:
                found.append((Place(at, at + len(surface), fact.type, True), index))
                at = text.find(surface, at + len(surface))
    return sorted(found, key=lambda pair: (pair[0].start, -pair[0].end))
