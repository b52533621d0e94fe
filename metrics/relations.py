"""The relations of one text: who does what to whom, in the example's words or in others, and where that is false."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

import regex

from metrics.alignment import Span, Tally
from metrics.mentions import Hit, Mentions
from metrics.records import ENTITY_TYPES
from metrics.statements import predicates
from metrics.statements.denial_words import Words as DenialWords
from metrics.statements.denial_words import cues, words_of
from metrics.statements.denying import refutes
from metrics.statements.heads import is_tail
from metrics.statements.negation import holds_denial
from metrics.statements.plain import Plain, plain
from metrics.statements.roles import Clause
from metrics.statements.scopes import Denials
from metrics.statements.unrealised import Cue, affirmed
from metrics.stretches import Stretches

_ROLE_WORDS = 6
"""Letters that may stand beside an event between one name and the same name again."""
_DENIAL_REACH = 80
"""Code points before or behind a clause in which a word that denies it begins at most."""
_BEHIND = frozenset({"after", "either", "final", "verb_after", "verb_end", "averted_end", "open_end"})
_BEFORE = frozenset({"verb", "averted"})
_WITHIN = _BEHIND | _BEFORE | {"before", "clause"}
_NEGATED = regex.compile("(?:མེད|མིན|མི་འདུག)$|་(?:མ|མི)་")
"""In a word of Tibetan that holds a verb: it is denied."""
_NOMINAL = regex.compile(r"\A་?[པབ](?![\u0f40-\u0fbc])")
_LETTER = regex.compile(r"[\p{L}\p{M}]")


class Relations:
    """The clauses of one text that stand between two names."""

    def __init__(self, mentions: Mentions, denied: Denials) -> None:
        """denied: what the text denies."""
        self.known, self.text, self.hits, self.clauses = mentions.known, mentions.text, mentions.hits, mentions.clauses
        self._taken, self.denied = mentions.taken, denied

    def of_another(self, start: int, end: int) -> bool:
        """Is the clause text[start:end] the tail of a noun phrase (the rival of A sues B)?"""
        if self._inside.meet(start, start + 1):
            return True
        return is_tail(self.text, self.known.lang, start, end, self._taken, self._says)

    def _says(self, start: int, end: int) -> bool:
        """Does text[start:end] say or deny something?"""
        clause = self.text[start:end]
        return self.known.verbs.says(clause) or holds_denial(clause, self.known.lang)

    def said(self, lists: Stretches) -> Iterator[tuple[int, Span]]:
        """The relations that stand in other words than any surface has, each with its clause, and the events that their
        verbs hold: the two names in their roles, the verb between or behind them; no keywords."""
        if not self.known.roles:
            return
        for one, other in pairwise(self._named):
            if not one.facts or not other.facts or other.start < one.end:
                continue
            clause = self._clause(one, other)
            if clause is None:
                yield from self._listed(one, other)
                continue
            start, end = one.start, max(self._plain.whole(clause.end), other.end)
            # In a list of keywords, only words written on to each other make a clause.
            apart = " " in self.text[one.end : other.start]
            if (
                (apart and lists.meet(start, end))
                or self.denied.denies(start, end)
                or self.denied.averted.meet(start, end)
                or self._unrealised(one, other, clause)
            ):
                continue
            agent, patient = (one, other) if clause.agent_first else (other, one)
            found = self.known.verbs.said(clause, agent.facts, patient.facts)
            if not found or self.of_another(start, end):
                continue
            for index in found:
                yield index, Span(start, end, "covered", "relation", self.text[start:end])
            verb = self._verb(clause)
            for index in self._events(clause.verb):
                yield index, Span(*verb, "covered", "event", self.text[slice(*verb)])

    def _unrealised(self, one: Hit, other: Hit, clause: Clause) -> bool:
        """Does a word of denial stand in the clause of two names, right before it or at its end?

        Its verb may be no event of the example, so that the scopes of denial do not see it.
        """
        text, words = self.text, words_of(self.known.lang)
        if words is None:
            return False
        low, high = self._plain.begin(clause.start), self._plain.whole(clause.verb_end)
        stop = max(self._plain.whole(clause.end), other.end)
        names = ((one.start, one.end), (other.start, other.end), (low, high))
        found = []
        near = bisect_left(self._cues, (one.start - _DENIAL_REACH,)), bisect_right(self._cues, (stop + _DENIAL_REACH,))
        for cue in self._cues[slice(*near)]:
            if low <= cue[0] < high < cue[1] and not _NEGATED.search(text, cue[0], cue[1]):
                stop = max(stop, cue[1])  # the verb itself is one of failing, and goes on
            elif not any(a <= cue[0] and cue[1] <= b for a, b in names) and not refutes(
                text, self.known.lang, cue[:2], low, frozenset({one.end})
            ):
                found.append(cue)
        for start, end, kinds in affirmed(text, found, words, self.known.lang in predicates.VERB_LAST):
            if end <= one.start:
                if (
                    kinds & _BEFORE
                    and " " not in text[end : one.start]
                    and words.filler.fullmatch(text, end, one.start)
                ):
                    return True
            elif start >= stop:
                if kinds & _BEHIND and self._closes(stop, start, end, words):
                    return True
            elif end > one.end and kinds & _WITHIN and "\0" not in clause.verb:
                return True
        return False

    def _closes(self, stop: int, start: int, end: int, words: DenialWords) -> bool:
        """Does the word text[start:end] close the clause that ends at `stop`: only items that are no events and fillers
        between?"""
        if start - stop > _DENIAL_REACH:
            return False
        if (
            self.text[start:end] in words.end_only
            and _LETTER.match(self.text, end)
            and not words.tail.match(self.text, end)
        ):
            return False
        first, last = bisect_left(self._hit_starts, stop), bisect_left(self._hit_starts, start)
        between = [hit for hit in self.hits[first:last] if hit.end <= start]
        if any(hit.type in ("event", "cause") for hit in between):
            return False
        rest = "".join(" " if self._taken[at] else self.text[at] for at in range(stop, start))
        rest = _NOMINAL.sub("", rest)
        return words.back.fullmatch(rest) is not None or words.filler.fullmatch(rest) is not None

    def _listed(self, one: Hit, other: Hit) -> Iterator[tuple[int, Span]]:
        """The relations that a surface has word for word, but for what parts no clause."""
        start, end = one.start, other.end
        if len(self._plain.text) == len(self.text) or self.denied.denies(start, end):
            return
        found = self.known.surfaces.get(self._plain.text[self._plain.at(start) : self._plain.at(end)], ())
        found = [index for index in found if self.known.facts[index].type == "relation"]
        if found and not self.denied.averted.meet(start, end) and not self.of_another(start, end):
            for index in found:
                yield index, Span(start, end, "covered", "relation", self.text[start:end])

    def _verb(self, clause: Clause) -> tuple[int, int]:
        """Where the verb of a clause stands in the text."""
        start = self._plain.begin(clause.start)
        stop = next((at for at in range(start, len(self.text)) if self._taken[at]), len(self.text))
        return start, min(stop, self._plain.whole(clause.verb_end))

    def _events(self, verb: str) -> Iterator[int]:
        for surface in self.known.verbs.events.get(verb, ()):
            yield from (i for i in self.known.surfaces.get(surface, ()) if self.known.facts[i].type == "event")

    def false(self, unsupported: Tally) -> list[Span]:
        """Roles exchanged or doubled: names around the words of a relation that the source has around other names.

        Returns the spans that are wrong for it; kind "excess" marks a mention that is one too many.
        """
        spans = []
        stated = {(clause.start, clause.end) for clause in self.clauses}
        for one, other in pairwise(self._named):
            if other.start < one.end:
                continue
            between = self._plain.text[self._plain.at(one.end) : self._plain.at(other.start)].strip(" ་")
            doubled = bool(one.facts & other.facts)
            whole = self.text[one.end : other.start].strip(" ་")  # a surface may have what is left out
            role = (self.known.roles.get(between) or self.known.roles.get(whole)) if between else None
            if (role is None or not role.verb) and (wrong := self._exchanged(one, other)):
                unsupported.add({("relation", wrong.surface)}, "relation", wrong.surface)
                spans.append(wrong)
                continue
            if role is not None and not doubled and not role.verb:
                continue  # a particle or a conjunction alone, as it stands between any two names
            if role is not None:
                if role.fits(one.facts, other.facts) or (one.type, other.type) not in role.types:
                    continue
                if (one.start, other.end) not in stated:
                    surface = self.text[one.start : other.end]
                    unsupported.add({("relation", surface)}, "relation", surface)
                    spans.append(Span(one.start, other.end, "hallucinated", "relation", surface))
            elif not (doubled and self._around_event(one, other)):
                continue
            if doubled:
                unsupported.add({("doubled", *sorted(other.facts))}, other.type, other.surface)
                spans.append(Span(other.start, other.end, "excess", other.type, other.surface))
        return spans

    @cached_property
    def _cues(self) -> tuple[Cue, ...]:
        return cues(self.text, self.known.lang)

    @cached_property
    def _hit_starts(self) -> list[int]:
        return [hit.start for hit in self.hits]

    @cached_property
    def _places(self) -> dict[int, int]:
        """Mention, by its identity -> its place among all of them."""
        return {id(hit): at for at, hit in enumerate(self.hits)}

    @cached_property
    def _names(self) -> list[Hit]:
        return [hit for hit in self.hits if hit.type in ENTITY_TYPES]

    @cached_property
    def _inside(self) -> Stretches:
        """Where names go on: what begins there is no name of its own."""
        return Stretches((hit.start + 1, hit.end) for hit in self._names)

    @cached_property
    def _named(self) -> list[Hit]:
        """The names but those that only explain another (in brackets behind it)."""
        return [hit for hit in self._names if not self._plain.cuts.hold(hit.start, hit.end)]

    @cached_property
    def _plain(self) -> Plain:
        """The text as its clauses are read; as it is where nothing is related."""
        if not self.known.roles or len(self._names) < 2:
            return Plain(self.text)
        return plain(self.text, self.known.lang, self._names, self.hits)

    def _clause(self, one: Hit, other: Hit) -> Clause | None:
        at = self._plain.at
        return self.known.verbs.clause(self._plain.text, at(one.end), at(other.start), at(other.end))

    def _exchanged(self, one: Hit, other: Hit) -> Span | None:
        """The clause of two own names that has their roles exchanged, in words that no relation of the example has."""
        if not (one.facts and other.facts and self.known.roles):
            return None
        clause = self._clause(one, other)
        if clause is None:
            return None
        start, end = self._plain.begin(clause.start), max(self._plain.whole(clause.end), other.end)
        if self.denied.covers(min(start, end), end) or self._unrealised(one, other, clause):
            return None
        agent, patient = (one, other) if clause.agent_first else (other, one)
        if not self.known.verbs.exchanged(clause.verb, agent.facts, patient.facts):
            return None
        return Span(one.start, end, "hallucinated", "relation", self.text[one.start : end])

    def _around_event(self, one: Hit, other: Hit) -> bool:
        """Is there one event and hardly anything else between two mentions of one name, in one clause?"""
        if self.known.lang in predicates.VERB_LAST:
            return False  # the second mention begins another clause
        at = self._places[id(one)]
        if at + 2 >= len(self.hits) or self.hits[at + 2] != other or self.hits[at + 1].type != "event":
            return False
        event = self.hits[at + 1]
        rest = self.text[event.end : other.start]
        return not rest.startswith(" ") and other.start - one.end - (event.end - event.start) <= _ROLE_WORDS
