"""Who does what to whom, told by the words around two names and a verb (words: `data/roles.toml`).

Thai and Chinese put the verb between the names (with auxiliaries before it and a preposition behind), or say it in the
passive; Tibetan puts it last and marks the one who does it with the ergative. The verbs are learned from the relations
of an example, so that only what it relates has roles.
"""

from __future__ import annotations

from collections.abc import Iterable
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


@dataclass(frozen=True, slots=True)
class _Words:
    before: str
    behind: str
    light: tuple[str, ...]
    passive: regex.Pattern[str] | None
    directed: regex.Pattern[str] | None
    agent: frozenset[str]
    patient: frozenset[str]
    together: frozenset[str]


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
        before,
        rf"\s*(?:(?:{any_of('after')})\s*){{0,2}}",
        tuple(listed("light")),
        at("passive"),
        at("directed"),
        frozenset(listed("agent")),
        frozenset(listed("patient")),
        frozenset(listed("together")),
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
        self.pairs: dict[str, set[tuple[int, int]]] = {}
        self._pattern: tuple[regex.Pattern[str], regex.Pattern[str]] | None = None

    def learn(self, between: str, tail: str, first: Iterable[int], second: Iterable[int], events: set[str]) -> None:
        """Learns the verb of a relation.

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
            found = True, regex.sub(rf"(?<=\w\w){words.behind}\Z", "", between)
        verb = found[1].strip(_MARGIN) if found else ""
        if found is None or len(verb) < 2 or any(verb.startswith(w) or verb.endswith(w) for w in words.together):
            return
        pairs = {(a, b) if found[0] else (b, a) for a in first for b in second}
        shorter = [verb[len(light) :] for light in words.light if verb.startswith(light) and len(verb) > len(light) + 1]
        for written in (verb, *shorter):
            self.pairs.setdefault(written, set()).update(pairs)

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
        if self._pattern is None:
            body = "|".join(map(regex.escape, sorted(self.pairs, key=lambda verb: (-len(verb), verb))))
            whole = r"(?![\u0f40-\u0fbc])" if words.agent else ""
            self._pattern = (
                regex.compile(rf"{words.before}({body}){words.behind}"),
                regex.compile(rf"{words.before}({body}){whole}"),
            )
        between, last = self._pattern
        gap = text[end:start]
        if words.agent:
            found = self._verb_last(gap, text[behind : behind + GAP])
            if found is None:
                return None
            at = behind + len(text[behind : behind + GAP]) - len(found[1])
            match = last.match(text, at, at + GAP)
            return Clause(found[0], match[1], match.start(1), match.end()) if match else None
        match = between.fullmatch(text, end, start)
        if match:
            return Clause(True, match[1], match.start(1), behind)
        for pattern, agent_first in ((words.passive, False), (words.directed, True)):
            if pattern is not None and pattern.fullmatch(gap):
                match = last.match(text, behind, behind + GAP)
                return Clause(agent_first, match[1], match.start(1), match.end()) if match else None
        return None

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
    word = regex.match(r"[\u0f40-\u0fbc]*", rest)
    if word and word.group() in particles:
        return word.group(), rest[word.end() :].lstrip(_MARGIN)
    return "", rest
