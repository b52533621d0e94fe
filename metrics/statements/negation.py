"""What a text denies: scopes of denial and correction, in Thai, Tibetan, Chinese and English (words:
`data/denial.toml`, `data/unrealised.toml`).

Three kinds: a whole statement is denied before or after it ("it is untrue that ...", "... is a hoax"), an event or the
predicate of a number is negated where it stands ("did not sign", "no one died"), and one item is corrected ("not A but
B"). What a fact itself denies (an event "denies the takeover") is part of its surface and no denial of it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property

import regex

from metrics.records import ENTITY_TYPES
from metrics.statements.denial_words import KINDS, Words, cues, foreign_cues, words_of
from metrics.statements.denying import refutes
from metrics.statements.scopes import NONE, Denials, Place
from metrics.statements.unrealised import REACH as CLAUSE_REACH
from metrics.statements.unrealised import Clauses, affirmed, begins_phrase, parted
from metrics.stretches import Stretches

REACH = 400
"""Code points that a denial of a whole statement reaches where no sentence mark ends it; "all of the above" reaches
further."""
EVENT_REACH = 80
"""Code points behind a negated event that its clause takes."""
_NEAR, _ANAPHOR_NEAR, _ANAPHOR_CLOSE = 40, 40, 14
_LEAD = regex.compile(r"[\s!！:：,，、།་\-–—|\"“”'「『]*")
_ENDS = "།༎!?;。！？\n."
_FINISH = regex.compile(f"[{_ENDS}]")
"""Ends a sentence."""
_BARE = regex.compile(r"[\s\p{P}་]*")
EVENTS = ("event", "relation", "cause")
_LETTER = regex.compile(r"[\p{L}\p{N}]")

_PARTICLE = frozenset({"particle"})
OPENS = frozenset({"near", "averted", "averted_end", "open", "open_end", "told"})
_DENIES = frozenset(KINDS) - _PARTICLE - OPENS - {"former"}
_BEFORE_VERB = frozenset({"particle", "verb_after"})
_PARTICLES = ("མ་", "མི་")
"""What begins a negated verb in Tibetan."""


def holds_denial(surface: str, lang: str) -> bool:
    """Is a word of denial in a surface (no particle alone, which may end a noun)? Then the fact itself is a denial."""
    alone, none = words.alone if (words := words_of(lang)) else (), frozenset[int]()
    found = [(at, surface[at:end]) for at, end, kinds in cues(surface, lang) if kinds & _DENIES]
    return any(word not in alone or begins_phrase(surface, at, none) for at, word in found)


def may_deny(text: str, lang: str) -> bool:
    """Is there any word of denial in the text at all?"""
    return bool(cues(text, lang) or foreign_cues(text, lang))


def denials(text: str, lang: str, places: Sequence[Place], negative: bool = False) -> Denials:
    """The scopes of denial in a normalised text.

    places: its items by start (clauses too). negative: the example has a fact that is itself a denial; then a denied
    event that is none of its own, and a "not true" that does not speak of "this report", repeat what the source says.
    """
    words = words_of(lang)
    if words is None:
        return NONE
    own = Stretches((p.start, p.end) for p in places if p.own)
    names = Stretches((p.start, p.end) for p in places if p.type in ENTITY_TYPES)
    found = [
        cue
        for cue in cues(text, lang)
        if not (own.hold(cue[0], cue[0] + 1) or (cue[2] & _BEFORE_VERB and names.hold(cue[0], cue[0] + 1)))
    ]
    if any(text[start:end] in words.alone for start, end, _ in found):
        ends = frozenset(p.end for p in places)
        found = [c for c in found if text[c[0] : c[1]] not in words.alone or begins_phrase(text, c[0], ends)]
    found = affirmed(text, found, words, lang == "bo")
    foreign = [cue for cue in foreign_cues(text, lang) if not own.hold(cue[1], cue[1] + 1)]
    if not found and not foreign:
        return NONE
    reader = _Reader(text, words, places, negative, lang)
    scopes = [scope for start, end, kinds in found for scope in reader.scopes(start, end, kinds)]
    scopes += [scope for _, start, end, kinds in foreign for scope in reader.scopes(start, end, kinds)]
    return Denials(
        tuple(scopes),
        tuple(e for _, e, k in found if "verb" in k and not (lang == "th" and parted(text, e, words))),
        tuple(s for s, _, k in found if "verb_after" in k),
        frozenset(_behind_particle(text, s) for s, _, k in found if k & _BEFORE_VERB),
        tuple(reader.repeated),
        Stretches(reader.averted),
    )


def _behind_particle(text: str, start: int) -> int:
    """Where the verb of a negation begins: behind its particle, or with it (མ་ཤི, ཤི་མེད)."""
    return next((start + len(word) for word in _PARTICLES if text.startswith(word, start)), start)


class _Reader:
    """One text while its scopes are read."""

    def __init__(self, text: str, words: Words, places: Sequence[Place], negative: bool, lang: str) -> None:
        self.text, self.words, self.places, self.negative, self._lang = text, words, places, negative, lang
        self.repeated: list[tuple[int, int]] = []
        self.averted: list[tuple[int, int]] = []
        self._starts = [p.start for p in places]
        self._events = [p for p in places if p.type in EVENTS]
        self._event_starts = [p.start for p in self._events]
        self._breaks = [m.end() for m in words.breaks.finditer(text)]

    @cached_property
    def _place_ends(self) -> frozenset[int]:
        return frozenset(p.end for p in self.places)

    @cached_property
    def _clauses(self) -> Clauses:
        return Clauses(self.text, self.words, self.places, self._lang)

    def scopes(self, start: int, end: int, kinds: frozenset[str]) -> list[tuple[int, int]]:
        """What the word text[start:end] denies."""
        found = []
        ahead = (end, self._stop(end, REACH))
        follows = _LETTER.search(self.text, *ahead) is not None
        if ("before" in kinds or "either" in kinds) and follows:
            if not self._repeats(start, end):
                found.append(ahead)
        elif "after" in kinds or "either" in kinds:
            found += self._behind(start)
        if not found and "verb" in kinds:
            event = self._next_event(end, self._own_phrase(start, end))
            if event is not None and not self._source_denies(event):
                found.append((end, max(event.end, self._stop(end, event.end - end + EVENT_REACH))))
        if not found and kinds & _BEFORE_VERB:
            event = self._event_at(_behind_particle(self.text, start))
            if event is not None:
                found.append((self._clause_start(start), event.end))
        if not found and "verb_after" in kinds:
            event = self._event_behind(start)
            if event is not None and not self._denied_beside(event):
                found.append((self._clause_start(event.start), event.end))
        if not found and "verb_end" in kinds and self._clauses.closes(start, end):
            failed = self._clauses.behind(start)
            if failed is not None and not self._source_denies(failed):
                found.append((failed.start, start))
        if not found and "clause" in kinds and not self._repeats(start, end):
            found.append(self._clauses.ahead(end, self._stop(end, CLAUSE_REACH)))
        if kinds & OPENS:
            self._open(start, end, kinds)
        if not found and "item" in kinds:
            found += [
                (p.start, p.end)
                for p in self.places[bisect_left(self._starts, end) :][:1]
                if _BARE.fullmatch(self.text, end, p.start)
            ]
        if not found and "item_after" in kinds:
            found += self._clauses.item_behind(start)
        if not found and "name_after" in kinds and self._clauses.closes(start, end):
            found += [(p.start, p.end) for p in self._clauses.written_on(start) if p.type in ENTITY_TYPES]
        if kinds & {"misreport", "former"} and (number := self._clauses.number_ahead(end, self._stop(end, _NEAR))):
            if "misreport" in kinds:
                found.append((end, number.end))
            elif not number.own and _BARE.fullmatch(self.text, end, number.start):
                self.repeated.append((number.start, number.end))
        if not found and "final" in kinds and not self.negative and self._closes(end):
            low = self._clause_start(start)
            # A denial that is a sentence of its own is of all that was said.
            found.append((low if _LETTER.search(self.text, low, start) else 0, start))
        return found

    def _open(self, start: int, end: int, kinds: frozenset[str]) -> None:
        """What the word text[start:end] leaves open: averted, put off, asked, a rumour, a condition."""
        if kinds & {"averted", "near"}:
            own_phrase = self.text[start:end] in self.words.own_phrase
            event = ("averted" in kinds and self._next_event(end, own_phrase)) or self._clauses.missed(end)
            if event is not None and not event.told:
                self.averted.append((event.start, event.end))
        if kinds & {"averted_end", "open_end"} and (place := self._ends_at(start)) is not None and not place.told:
            self.averted.append((place.start, place.end))
        if "open" in kinds:
            low, high = self._clauses.ahead(end, self._stop(end, CLAUSE_REACH))
            held = self._clauses.within(low, high)
            # A rumour that the source tells, or denies ("denies that it buys B"), may be told.
            if all(p.type not in (*EVENTS, *ENTITY_TYPES) for p in held):  # "unless pay rises 16%" is no rumour
                held = [p for p in held if self._clauses.befalls(p, low)]
            if not self.negative and not any(p.told and p.type in EVENTS for p in held):
                self.averted += [(p.start, p.end) for p in held if not p.told]

    def _own_phrase(self, start: int, end: int) -> bool:
        """Does a blank behind this word end its reach: one of modals, or behind a verb ("cannot agree")?"""
        word = self.text[start:end]
        if word in self.words.own_phrase:
            return True
        return word in self.words.end_only and not begins_phrase(self.text, start, self._place_ends)

    def _ends_at(self, at: int) -> Place | None:
        """The event whose clause ends there."""
        return self._event_behind(at) or self._clauses.behind(at)

    def _source_denies(self, event: Place) -> bool:
        """Does the source deny this event itself, or tell it as a rumour?"""
        return event.told or self._denied_beside(event)

    def _denied_beside(self, event: Place) -> bool:
        """Is it none of the example's, where that has a denial of its own?"""
        if self.negative and not event.own:
            self.repeated.append((event.start, event.end))
        return self.negative and not event.own

    def _closes(self, at: int) -> bool:
        """Does nothing but marks stand between here and the end of the sentence?"""
        letter = _LETTER.search(self.text, at)
        return letter is None or _FINISH.search(self.text, at, letter.start()) is not None

    def _stop(self, at: int, reach: int) -> int:
        """Where a scope from `at` on ends: at a sentence mark, a word of contrast, or after `reach` code points."""
        stop = min(len(self.text), at + reach)
        lead = _LEAD.match(self.text, at)
        first = lead.end() if lead else at
        for pattern in (self.words.breaks, self.words.contrast):
            match = pattern.search(self.text, first, stop)
            if match:
                stop = min(stop, match.start())
        return stop

    def _behind(self, start: int) -> list[tuple[int, int]]:
        near = max(0, start - _ANAPHOR_NEAR)
        whole = self.words.whole.search(self.text, near, start)
        anaphor = whole or self.words.anaphor.search(self.text, max(0, start - _ANAPHOR_CLOSE), start)
        if self.negative and not anaphor:
            if (told := self._clauses.told_behind(start)) is not None:
                self._denied_beside(told)
            return []
        low = self._breaks[before - 1] if (before := bisect_right(self._breaks, start)) else 0
        if self.words.breaks.match(self.text, max(0, start - 1), start):
            low = start
        if not whole and self._clauses.about(low, start):
            low = max(low, start - REACH)
        elif not whole and (rumour := self._clauses.rumour(low, start)) is not None:
            low = rumour
        elif (
            whole
            or self.words.anaphor.search(self.text, near, start)
            or bisect_left(self._starts, low) >= bisect_left(self._starts, start)
        ):
            low = 0
        else:
            low = max(low, start - REACH)
        return [(low, start)]

    def _next_event(self, at: int, joined: bool = False) -> Place | None:
        """The event or clause that is negated by a word ending at `at`: only fillers and names stand between.

        joined: no blank directly behind it. Where blanks part phrases, a name behind one begins another clause.
        """
        cursor = at
        blank = self.text[at : at + 1].isspace()
        if joined and blank:
            return None
        for i in range(bisect_left(self._starts, at), len(self.places)):
            place = self.places[i]
            if place.start < cursor:
                continue
            if place.start - at > _NEAR or not self.words.joined.fullmatch(self.text, cursor, place.start):
                return None
            if blank and self._lang == "th" and place.type in ("relation", *ENTITY_TYPES):
                return None
            if place.type in EVENTS:
                return place
            if place.type in ENTITY_TYPES:
                cursor = place.end
                continue
            return None
        return None

    def _event_behind(self, at: int) -> Place | None:
        for i in range(bisect_right(self._event_starts, at) - 1, -1, -1):
            place = self._events[i]
            if place.end <= at:
                fits = at - place.end <= _NEAR and self.words.filler.fullmatch(self.text, place.end, at)
                return place if fits else None
        return None

    def _event_at(self, at: int) -> Place | None:
        """The event that begins there."""
        i = bisect_left(self._event_starts, at)
        return self._events[i] if i < len(self._events) and self._events[i].start == at else None

    def _clause_start(self, at: int) -> int:
        return max(self.text.rfind("།", 0, at), self.text.rfind("\n", 0, at)) + 1

    def _repeats(self, start: int, end: int) -> bool:
        """Does the denial text[start:end] repeat one that the source makes: of an event that is none of the example's,
        or one that follows in the example's own words?"""
        event = self._next_event(end)
        if self.negative and (event := event or self._clauses.event_ahead(end, end + _NEAR)) and event.own:
            return refutes(self.text, self._lang, (start, end), event.start, self._place_ends)
        return event is not None and self._denied_beside(event)
