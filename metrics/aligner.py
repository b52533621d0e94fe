"""Holds one normalised text against one example: decides in which place each mention stands, and what is stated,
supported or false."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from metrics.alignment import CLAUSE_TYPES, Alignment, Span, Tally
from metrics.keywords import is_list, rows
from metrics.mentions import Hit, Mentions
from metrics.numbers import NumberMention
from metrics.records import ENTITY_TYPES
from metrics.relations import Relations
from metrics.statements import predicates
from metrics.statements.bounds import DATED, bound, may_bound
from metrics.statements.hedges import hedged
from metrics.statements.negation import denials, may_deny
from metrics.statements.past import out_of_time
from metrics.statements.plain import OPENS, SHUTS
from metrics.statements.predicates import Classes
from metrics.statements.scopes import NONE, Denials, Place
from metrics.statements.units import is_measure, unit_word
from metrics.stretches import Stretches


class Aligner:
    """The mentions of one text on their way to an `Alignment`."""

    def __init__(self, mentions: Mentions, lists: Iterable[tuple[int, int]] = ()) -> None:
        """lists: where the text, before it was cut to what it is now, is a list of keywords (`Alignment.lists`)."""
        self._was_list, self._mentions = Stretches(lists), mentions
        self.known, self.text, self.facts, self.layers = mentions.known, mentions.text, mentions.facts, mentions.layers
        self.hits, self.clauses, self.numbers, self.taken = (
            mentions.hits,
            mentions.clauses,
            mentions.numbers,
            mentions.taken,
        )
        self.denied = self._denials()
        self._relations = Relations(mentions, self.denied)
        self._may_bound = may_bound(self.text, self.known.lang)
        self._said: dict[NumberMention, Classes] | None = None

    def align(self) -> Alignment:
        """The alignment."""
        supported, unsupported = Tally(), Tally()
        stated, said_not = [False] * len(self.facts), set[int]()
        spans: list[Span] = []
        judged: list[tuple[Hit, frozenset[int]]] = []
        lists = self._lists()
        listed = self._in_list(lists)
        mistimed = out_of_time(self.text, self.known.lang, self.hits, self.known.times)
        for hit in (*self.hits, *self.clauses):
            true = hit.facts
            if hit.facts and self.denied.averted.meet(hit.start, hit.end):
                continue  # almost, a drill: it has not happened here, and may have elsewhere
            if hit.facts and (hit.negated or self.denied.covers(hit.start, hit.end)):
                said_not |= hit.facts
                true = frozenset()
            elif hit.facts and hit.type == "relation" and self._relations.of_another(hit.start, hit.end):
                continue  # "the rival of A sues B": not false for certain, and not what the source says
            elif hit.start in mistimed and hit.type not in CLAUSE_TYPES:
                true = frozenset()
            elif hit.number is not None and hit.facts:
                true = self._in_place(hit)
            elif not hit.facts and self.denied.denies(hit.start, hit.end) and self._in_source(hit):
                continue  # rightly said not to be so ("79, not 82"), which is neither stated nor false
            judged.append((hit, true))
        for hit, true in judged:
            true -= said_not
            spans.append(Span(hit.start, hit.end, "covered" if true else "hallucinated", hit.type, hit.surface, true))
            if not true:
                unsupported.add(hit.meanings or {("false", i) for i in hit.facts}, hit.type, hit.surface)
                continue
            supported.add(true, hit.type, hit.surface)
            if hit.states and hit not in listed:
                for index in true:
                    stated[index] = True
        listing = Stretches((row[0].start, row[-1].end) for row in lists)
        for index, span in self._relations.said(listing):
            if index not in said_not and not stated[index]:
                stated[index] = True
                supported.add({index}, span.type, span.surface)
                spans.append(span)
        spans += self._relations.false(unsupported) + self._too_often(unsupported)
        over = {(span.start, span.end) for span in spans if span.kind == "excess"}
        spans = [
            replace(span, kind="hallucinated") if (span.start, span.end) in over else span
            for span in spans
            if span.kind != "excess"
        ]
        spans.sort(key=lambda span: (span.start, -span.end))
        return Alignment(
            self.text,
            tuple(stated),
            supported.result(own=True),
            unsupported.result(),
            tuple(spans),
            frozenset(said_not),
            tuple((row[0].start, row[-1].end) for row in lists),
        )

    def _denials(self) -> Denials:
        if not may_deny(self.text, self.known.lang):
            return NONE
        told = hedged(self.known.source, self.known.source_lang, self.facts)
        places = [
            Place(hit.start, hit.end, hit.type, bool(hit.facts), bool(hit.facts & told))
            for hit in (*self.hits, *self.clauses)
        ]
        return denials(self.text, self.known.lang, sorted(places, key=lambda p: (p.start, -p.end)), self.known.negative)

    def _in_source(self, hit: Hit) -> bool:
        """Does the source hold what is none of the example's facts?"""
        layer = self.layers.clauses if hit.type in CLAUSE_TYPES else self.layers.atoms
        return self.known.in_source(hit.number, layer.sources.get(hit.surface, ()))

    def _bound(self, hit: Hit, mention: NumberMention) -> str | None:
        if self.known.lang not in DATED if mention.kind == "date" else not self._may_bound:
            return None
        return bound(self.text, self.known.lang, mention, hit.start, hit.end, self._names)

    @cached_property
    def _names(self) -> Stretches:
        return Stretches((hit.start, hit.end) for hit in self.hits if hit.type in ENTITY_TYPES)

    def _in_place(self, hit: Hit) -> frozenset[int]:
        """The facts that a number can be, with the unit, the bound and the predicates that it has here."""
        mention = hit.number
        assert mention is not None
        said, text = self._classes()[mention], self._mentions.before_name(mention)
        unit = self.known.units.of(text, mention)
        if unit is None and mention.kind == "number":
            bare = predicates.right_before(text, self.known.lang, mention)
            said = {group: frozenset({name}) for group, name in bare} | said
        core = mention.core
        # A listed surface brings its unit. Where that stands on the other side (ขนาด 54), only a measure makes it
        # something else.
        brings = hit.states and hit.surface in self.known.surfaces and hit.surface != self.text[slice(*core)]
        if brings and (
            unit_word(hit.surface, core[0] - hit.start, core[1] - hit.start, self.known.lang) or not is_measure(unit)
        ):
            unit = None
        limit = self._bound(hit, mention)
        return frozenset(
            i
            for i in hit.facts
            if not self.known.contradicted(i, unit, said)
            and not (limit is not None and self.known.outside(i, mention, limit))
        )

    def _classes(self) -> dict[NumberMention, Classes]:
        if self._said is None:
            found = predicates.classes_of(self.text, self.known.lang, self.numbers, self.denied)
            self._said = dict(zip(self.numbers, found, strict=True))
        return self._said

    def _lists(self) -> list[list[Hit]]:
        """The rows of mentions that are lists of keywords, or what a cut has left of one."""
        return [
            row
            for row in rows(self.text, self.hits)
            if self._was_list.meet(row[0].start, row[0].end) or is_list(self.text, row)
        ]

    def _in_list(self, lists: Iterable[list[Hit]]) -> set[Hit]:
        """Mentions that stand in a list of keywords and state nothing: an event without argument, a number of which
        nothing is said.

        In a list, an event is a keyword unless it is written on to its argument or is part of a clause, a number when
        source or references say of it what the output does not.
        """
        listed = set()
        for hit in (hit for row in lists for hit in row):
            if not hit.states or any(c.facts and c.start <= hit.start and hit.end <= c.end for c in self.clauses):
                continue
            if hit.type == "event":
                before, behind = hit.start - 1, hit.end
                before -= before >= 0 and self.text[before] in SHUTS
                behind += behind < len(self.text) and self.text[behind] in OPENS
                out_of_place = not (self._written_on(before) or self._written_on(behind))
            elif hit.number is not None and hit.number.kind in predicates.COUNTED:
                said = self._classes()[hit.number].keys() - {predicates.WHO}
                out_of_place = not said and all(self.known.has_predicate(i) for i in hit.facts)
            else:
                out_of_place = False
            if out_of_place:
                listed.add(hit)
        return listed

    def _written_on(self, at: int) -> bool:
        return 0 <= at < len(self.text) and self.taken[at]

    def _too_often(self, unsupported: Tally) -> list[Span]:
        """Items that are mentioned more often than source and references allow, and the mentions that are too many."""
        mentions: dict[int, list[Hit]] = {}
        for hit in self.hits:
            if hit.facts:
                mentions.setdefault(min(hit.facts), []).append(hit)
        spans = []
        for index, found in mentions.items():
            allowed = self.known.mentions_allowed(index) if len(found) > 3 else len(found)
            if len(found) > allowed:
                unsupported.add({("too often", index)}, self.facts[index].type, found[0].surface)
                spans += [Span(hit.start, hit.end, "excess", hit.type, hit.surface) for hit in found[allowed:]]
        return spans
