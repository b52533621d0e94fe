"""Who does what to whom, told by the words around two names and a verb (words: `data/roles.toml`).

Thai and Chinese put the verb between the names (with auxiliaries before it and a preposition behind), or say it in the
passive; Tibetan puts it last and marks the one who does it with the ergative. The verbs are learned from the relations
of an example, so that only what it relates has roles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from metrics.normalise import normalise
from metrics.statements.words import table

_AT_MOST = 4
"""Auxiliaries in a row: more are no way to say it, and would have to be tried in too many ways."""
GAP = 60
"""Code points between two names of a clause at most."""
_MARGIN = " ་"
_SYLLABLE = regex.compile(r"[\u0f40-\u0fbc]*")


@dataclass(frozen=True, slots=True)
class _Words:
    auxiliary: regex.Pattern[str]
    behind: regex.Pattern[str]
    light: tuple[str, ...]
    passive: regex.Pattern[str] | None
    directed: regex.Pattern[str] | None
    agent: frozenset[str]
    patient: frozenset[str]
    together: frozenset[str]
    unsure: regex.Pattern[str]


@cache
def _words(lang: str) -> _Words | None:
    data: dict[str, Any] | None = table("roles").get(lang)
    if data is None:
        return None

    def listed(key: str) -> list[str]:
        return sorted({normalise(word) for word in data.get(key, ())}, key=lambda word: (-len(word), word))

    def any_of(key: str) -> str:
        return "|".join(map(regex.escape, listed(key))) or "(?!)"

    before = rf"\s*(?:(?:{any_of('auxiliary')})\s*){{0,{_AT_MOST}}}?"

    def at(key: str) -> regex.Pattern[str] | None:
        return regex.compile(rf"{before}(?:{any_of(key)})\s*") if data.get(key) else None

    return _Words(
        regex.compile(any_of("auxiliary")),
        regex.compile(rf"\s*(?:(?:{any_of('after')})\s*){{0,2}}\Z"),
        tuple(listed("light")),
        at("passive"),
        at("directed"),
        frozenset(listed("agent")),
        frozenset(listed("patient")),
        frozenset(listed("together")),
        regex.compile(any_of("unsure")),
    )


@dataclass(frozen=True, slots=True)
class Clause:
    """Two names and a verb: who does it, and where the verb stands."""

    agent_first: bool
    verb: str
    start: int
    end: int


class Verbs:
    """The verbs of an example's relations, each with (who does it, to whom) as indices of facts."""

    def __init__(self, lang: str) -> None:
        self._lang, self._words = lang, _words(lang)
        self.pairs: dict[str, dict[tuple[int, int], set[int]]] = {}
        """verb -> (who does it, to whom) -> the relations that say so."""

    def learn(
        self, index: int, between: str, tail: str, first: Iterable[int], second: Iterable[int], events: set[str]
    ) -> None:
        """Learns the verb of the relation that is fact `index`.

        between, tail: what stands between its two names and behind the second. first, second: the facts that these
        name. events: the surfaces of the example's events; a verb between names holds one of them.
        """
        words = self._words
        if words is None:
            return
        found: tuple[bool, str] | None = None
        if words.agent:
            found = self._verb_last(between, tail)
        elif words.passive and words.passive.fullmatch(between):
            found = False, tail
        elif words.directed and words.directed.fullmatch(between):
            found = True, tail
        elif any(event in between for event in events):
            at = words.behind.search(between, 2)
            found = True, between[: at.start()] if at else between
        verb = found[1].strip(_MARGIN) if found else ""
        if found is None or len(verb) < 2 or any(verb.startswith(w) or verb.endswith(w) for w in words.together):
            return
        pairs = {(a, b) if found[0] else (b, a) for a in first for b in second}
        shorter = [verb[len(light) :] for light in words.light if verb.startswith(light) and len(verb) > len(light) + 1]
        for written in (verb, *shorter):
            known = self.pairs.setdefault(written, {})
            for pair in pairs:
                known.setdefault(pair, set()).add(index)

    def _verb_last(self, between: str, tail: str) -> tuple[bool, str] | None:
        """Whether the first name is the one who does it, and what follows both names with their particles."""
        words = self._words
        assert words is not None
        one, (other, rest) = between.strip(_MARGIN), _particle(tail, words.agent | words.patient)
        if one in words.agent and other not in words.agent:
            return True, rest
        if one in words.patient and other in words.agent:
            return False, rest
        return None

    def clause(self, text: str, end: int, start: int, behind: int) -> Clause | None:
        """The clause of two names: the first ends at `end`, the second stands in text[start:behind]."""
        words = self._words
        if words is None or not self.pairs or start - end > GAP:
            return None
        gap = text[end:start]
        if words.agent:
            found = self._verb_last(gap, text[behind : behind + GAP])
            if found is None:
                return None
            at = behind + len(text[behind : behind + GAP]) - len(found[1])
            return next((Clause(found[0], verb, at, stop) for verb, at, stop in self._verbs_at(text, at)), None)
        for verb, at, stop in self._verbs_at(text, end):
            if stop <= start and words.behind.match(text, stop, start):
                return Clause(True, verb, at, behind)
        for pattern, agent_first in ((words.passive, False), (words.directed, True)):
            if pattern is not None and pattern.fullmatch(gap):
                for verb, at, stop in self._verbs_at(text, behind):
                    return Clause(agent_first, verb, at, stop)
        return None

    def _verbs_at(self, text: str, at: int) -> Iterator[tuple[str, int, int]]:
        """(verb, start, end) of the known verbs that begin there, or behind some auxiliaries."""
        words = self._words
        assert words is not None
        for _ in range(_AT_MOST + 1):
            while text[at : at + 1] == " ":
                at += 1
            for verb in self.pairs:
                stop = at + len(verb)
                if text.startswith(verb, at) and not (words.agent and "\u0f40" <= text[stop : stop + 1] <= "\u0fbc"):
                    yield verb, at, stop
            auxiliary = words.auxiliary.match(text, at)
            if auxiliary is None:
                return
            at = auxiliary.end()

    def said(self, verb: str, agent: frozenset[int], patient: frozenset[int], between: str) -> set[int]:
        """The relations that a verb states of who does it and to whom, `between` being all that stands between the two;
        none where a word there leaves it open (may, threatens to)."""
        if self._words is None or self._words.unsure.search(between):
            return set()
        pairs = self.pairs[verb]
        return {index for a in agent for b in patient for index in pairs.get((a, b), ())}

    def exchanged(self, verb: str, agent: frozenset[int], patient: frozenset[int]) -> bool:
        """Does the verb stand with its roles exchanged, or, where it comes last, with one name in both?

        Elsewhere the second mention of a name around an event is one too many.
        """
        pairs = self.pairs[verb]
        if any((a, b) in pairs for a in agent for b in patient):
            return False
        doubled = agent & patient if self._words and self._words.agent else frozenset()
        return any((b, a) in pairs for a in agent for b in patient) or any(i in doubled for pair in pairs for i in pair)


def _particle(tail: str, particles: frozenset[str]) -> tuple[str, str]:
    """The case particle that begins a text, "" for none, and what follows it; one may be written on to the name."""
    rest = tail.lstrip(_MARGIN)
    word = _SYLLABLE.match(rest)
    if word and word.group() in particles:
        return word.group(), rest[word.end() :].lstrip(_MARGIN)
    return "", rest
