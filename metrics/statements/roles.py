"""Who does what to whom, told by the words around two names and a verb (words: `data/roles.toml`).

Thai and Chinese put the verb between the names (with auxiliaries before it and a preposition behind), or say it in the
passive; Tibetan puts it last and marks the one who does it with the ergative. The verbs are learned from the relations
of an example, so that only what it relates has roles. Some verbs have a converse that says the same from the other side
(A beats B, B loses to A); what two do together is learned with all that stands between and behind them. Texts are read
as `metrics.statements.plain` leaves them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import regex

from metrics.statements.denying import denying
from metrics.statements.role_words import AT_MOST, Converse, words_of
from metrics.statements.wordings import other_events, other_verbs

GAP = 60
"""Code points between two names of a clause at most."""
_MARGIN = " ་"
_ERGATIVE = "-"
"""Any particle of the one who does it, between two who do something together."""
_SYLLABLE = regex.compile(r"[\u0f40-\u0fbc]*")
_TWO_SYLLABLES = regex.compile(r"[\u0f40-\u0fbc]+་[\u0f40-\u0fbc]+")


@dataclass(frozen=True, slots=True)
class Clause:
    """Two names and a verb: who does it, and where the verb stands."""

    agent_first: bool
    verb: str
    start: int
    end: int
    verb_end: int
    before: str
    """What stands between the first name and the verb, names left out."""


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


class Verbs:
    """The verbs of an example's relations, each with (who does it, to whom) as indices of facts."""

    def __init__(self, lang: str) -> None:
        self._lang, self._words = lang, words_of(lang)
        self.pairs: dict[str, dict[tuple[int, int], set[int]]] = {}
        """verb -> (who does it, to whom) -> the relations that say so."""
        self.events: dict[str, set[str]] = {}
        """verb -> the surfaces of events that it holds."""
        self._converse: dict[str, list[tuple[str, Converse]]] = {}
        """what says the same from the other side -> (the verb, with which words)."""
        self._joint: dict[str, set[str]] = {}
        """what stands between two who do something together -> what stands behind them; the verb is both."""

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
        shorter: list[str] = []
        if found is None or any(verb.startswith(w) or verb.endswith(w) for w in words.together):
            one, other = self._together(between, tail)
            if not one or not any(event in between or event in tail for event in events):
                return
            found = True, ""
            ways = self._ways(one, other, events)
            for way in ways:
                self._joint.setdefault(way[0], set()).add(way[1])
            verb, *shorter = (_both(*way) for way in ways)
        elif len(verb) < 2:
            return
        else:
            lights = [light for light in words.light if verb.startswith(light) and len(verb) > len(light) + 1]
            shorter = [verb[len(light) :] for light in lights] + list(other_verbs(verb, self._lang))
            if (denial := denying(self._lang)) is not None:
                shorter += denial.variants(verb)
            for row in words.converse:
                for other in row.others if row.verbs.intersection((verb, *shorter)) else ():
                    self._converse.setdefault(other, []).append((verb, row))
        pairs = {(a, b) if found[0] else (b, a) for a in first for b in second}
        if "\0" in verb:  # what both do together, whoever is named first
            pairs |= {(b, a) for a, b in pairs}
        told = [e for e in events if e in between or e in tail]
        told = [e for e in told if not any(e in other and e != other for other in told)]  # no buying in a denial of it
        for written in (verb, *shorter):
            self.events.setdefault(written, set()).update(told)
            known = self.pairs.setdefault(written, {})
            for pair in pairs:
                known.setdefault(pair, set()).add(index)

    def _together(self, between: str, tail: str) -> tuple[str, str]:
        """What stands between and behind two names, each without a particle of its own."""
        words = self._words
        assert words is not None
        one, other = between.strip(_MARGIN), tail.strip(_MARGIN)
        if words.agent:
            one = _ERGATIVE if one in words.agent else one
            other = _particle(other, words.agent)[1] if other else other
        return one, other

    def _ways(self, one: str, other: str, events: set[str]) -> list[tuple[str, str]]:
        """What may stand between and behind two who do something together instead of one and the other: any of the
        particles, and an object between a verb and its particle ("signs an agreement with")."""
        words = self._words
        assert words is not None
        ways = [(one, other)]
        if words.agent:
            return ways
        event = max((e for e in events if e in one or e in other), key=len, default="")
        others = other_events(event, self._lang)
        ways += [(one.replace(event, e), other.replace(event, e)) for e in others]
        said = events.union(others)
        for one, other in list(ways):
            if other:
                ways += [(w, other) for w in sorted(words.together - {one}) if one in words.together]
            elif at := next((w for w in words.together if one.endswith(w) and one.removesuffix(w) in said), None):
                ways += [(f"{one.removesuffix(at)}{thing}{at}", "") for thing in words.object]
        return ways

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
        if words.agent:
            return self._clause_of_last(text, end, start, behind) or self._joint_clause(text, end, start, behind)
        for verb, at, stop in self._words_at(text, end, self.pairs):
            if stop <= start and words.behind.match(text, stop, start):
                return Clause(True, verb, at, behind, stop, text[end:at])
        gap = text[end:start]
        for pattern, agent_first in ((words.passive, False), (words.directed, True)):
            if pattern is None:
                continue
            if pattern.fullmatch(gap):
                for verb, at, stop in self._words_at(text, behind, self.pairs):
                    return Clause(agent_first, verb, at, stop, stop, gap + text[behind:at])
            led = pattern.match(text, end, start) if words.by is not None and not agent_first else None
            for verb, at, stop in self._words_at(text, led.end(), self.pairs) if led else ():
                if words.by is not None and stop <= start and words.by.match(text, stop, start):
                    return Clause(False, verb, at, behind, stop, text[end:at])
        for other, at, stop in self._words_at(text, end, self._converse):
            for verb, row in self._converse[other] if stop <= start else ():
                if row.by.match(text, stop, start):
                    return Clause(False, verb, at, behind, stop, text[end:at])
        return self._joint_clause(text, end, start, behind)

    def _clause_of_last(self, text: str, end: int, start: int, behind: int) -> Clause | None:
        """The same where the verb comes last."""
        words = self._words
        assert words is not None
        gap, tail = text[end:start], text[behind : behind + GAP]
        found = self._verb_last(gap, tail)
        particle, rest = _particle(tail, words.agent | words.patient)
        one = gap.strip(_MARGIN)
        at = behind + len(tail) - len(rest)
        for other, low, stop in self._words_at(text, at, self._converse):
            for verb, row in self._converse[other]:
                longer = len(verb) > len(other) and text.startswith(verb, low)
                if particle in row.particles and one in row.of_other and not longer:
                    return Clause(False, verb, low, stop, stop, "")
                if one in row.particles and particle in row.of_other and not longer:
                    return Clause(True, verb, low, stop, stop, "")
        if found is None:
            return None
        at = behind + len(tail) - len(found[1])
        for verb, low, stop in self._words_at(text, at, self.pairs):
            if not (particle in words.of and words.doer.match(text, stop)):
                return Clause(found[0], verb, low, stop, stop, "")
        return None

    def _joint_clause(self, text: str, end: int, start: int, behind: int) -> Clause | None:
        """The clause of what two do together."""
        words = self._words
        if words is None or not self._joint:
            return None
        ones: list[tuple[str, int]]
        if words.agent:
            one = text[end:start].strip(_MARGIN)
            ones = [(one if one not in words.agent else _ERGATIVE, start)]
        else:
            ones = [
                (one, at) for one, at, stop in self._words_at(text, end, self._joint) if not text[stop:start].strip()
            ]
        for one, at in ones:
            for other in self._joint.get(one, ()):
                low = behind
                if words.agent:
                    tail = text[behind : behind + GAP]
                    low += len(tail) - len(_particle(tail, words.agent)[1])
                if not other:
                    return Clause(True, _both(one, other), at, behind, start, text[end:at])
                for _, at_other, stop in self._words_at(text, low, (other,)):
                    return Clause(True, _both(one, other), at_other, stop, stop, text[end:at] + text[behind:at_other])
        return None

    def _words_at(self, text: str, at: int, wanted: Iterable[str]) -> Iterator[tuple[str, int, int]]:
        """(verb, start, end) of the wanted verbs that begin there, or behind some auxiliaries."""
        words = self._words
        assert words is not None
        for _ in range(AT_MOST + 1):
            while at < len(text) and text[at] in _MARGIN:
                at += 1
            for verb in wanted:
                stop = at + len(verb)
                if text.startswith(verb, at) and not (words.agent and "\u0f40" <= text[stop : stop + 1] <= "\u0fbc"):
                    yield verb, at, stop
            auxiliary = words.auxiliary.match(text, at)
            if auxiliary is None:
                return
            at = auxiliary.end()

    def said(self, clause: Clause, agent: frozenset[int], patient: frozenset[int]) -> set[int]:
        """The relations that a clause states of who does it and to whom; none where a word before its verb leaves it
        open (may, threatens to)."""
        if self._words is None or self._words.unsure.search(clause.before):
            return set()
        pairs = self.pairs[clause.verb]
        return {index for a in agent for b in patient for index in pairs.get((a, b), ())}

    def says(self, text: str) -> bool:
        """Is there a word of speech?"""
        return self._words is not None and self._words.speech.search(text) is not None

    def exchanged(self, verb: str, agent: frozenset[int], patient: frozenset[int]) -> bool:
        """Does the verb stand with its roles exchanged, or, where it comes last, with one name in both?

        Elsewhere the second mention of a name around an event is one too many.
        """
        if "\0" in verb:
            return False
        pairs = self.pairs[verb]
        if any((a, b) in pairs for a in agent for b in patient):
            return False
        doubled = agent & patient if self._words and self._words.agent else frozenset()
        return any((b, a) in pairs for a in agent for b in patient) or any(i in doubled for pair in pairs for i in pair)


def _both(one: str, other: str) -> str:
    """What stands between and behind two who do something together, as one verb."""
    return f"{one}\0{other}"


def _particle(tail: str, particles: frozenset[str]) -> tuple[str, str]:
    """The case particle that begins a text, "" for none, and what follows it; one may be written on to the name."""
    rest = tail.lstrip(_MARGIN)
    for form in (_TWO_SYLLABLES, _SYLLABLE):  # གཉིས་ཀྱིས, both of them, before ཀྱིས
        word = form.match(rest)
        if word and word.group() in particles:
            return word.group(), rest[word.end() :].lstrip(_MARGIN)
    return "", rest
