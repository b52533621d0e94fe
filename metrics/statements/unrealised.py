"""Clauses of which a text does not say that they happen: the event that a failure behind it denies ("... failed"), the
clause that a rumour or a condition opens, and two negations in a row (words: `data/unrealised.toml`)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property

import regex

from metrics.records import ENTITY_TYPES, QUANTITY_TYPES
from metrics.statements.denial_words import Words
from metrics.statements.predicates import happenings
from metrics.statements.scopes import Place

REACH = 160
"""Code points behind a word of rumour or condition that its clause takes at most."""
_BACK = 80
"""Code points between an event and the failure behind it at most."""
_STEPS = 8
_EVENTS = ("event", "cause")
_BLANK = regex.compile(r"\s")
_PHRASE = regex.compile(r"(?:\A|[\s\p{P}\p{N}]|ว่า|แต่|และ|จะ|ต้อง|จึง|ก็|เลย|แล้ว|คือ|ที่|จน)\Z")
"""Behind these a phrase may begin."""
_SENTENCE = regex.compile(r"[།\n。！？]")
_LETTER = regex.compile(r"[\p{L}\p{M}]")
_MARK = regex.compile(r"[\s\p{P}་]")
_KINDS = {"quantity": "number", "money": "money"}
"""Types of numbers of which something happens -> their kind of mention."""
_WORD = 24
"""Code points of a word of what happened at most, with the fillers at it."""

Cue = tuple[int, int, frozenset[str]]
_BLOCKS = frozenset({"verb", "before", "either", "averted", "verb_end", "verb_after", "clause"})


def begins_phrase(text: str, at: int, ends: frozenset[int]) -> bool:
    """May a phrase begin there: behind a blank, a mark, an item or a word that is followed by one?"""
    return at in ends or _PHRASE.search(text, max(0, at - 4), at) is not None


def parted(text: str, at: int, words: Words) -> bool:
    """Does a blank stand between a negation that ends there and what it could negate?"""
    between = words.filler.match(text, at)
    return between is not None and _BLANK.search(text, at, between.end()) is not None


def affirmed(text: str, found: Sequence[Cue], words: Words, last: bool) -> list[Cue]:
    """The words of denial without those that two in a row take back ("does not deny", "was not blocked").

    last: the verb comes last, and so the negation stands behind what it negates.
    """
    kept: list[Cue] = []
    at = 0
    while at < len(found):
        one, other = found[at], found[at + 1] if at + 1 < len(found) else None
        if other is not None and other[0] - one[1] <= _STEPS * 2 and one[2] & _BLOCKS and other[2] & _BLOCKS:
            negation, blocked = (other, one) if last else (one, other)
            if (
                _negates(text, negation, words)
                and not _negates(text, blocked, words)
                and words.filler.fullmatch(text, one[1], other[0])
            ):
                at += 2
                continue
        kept.append(one)
        at += 1
    return kept


def _negates(text: str, cue: Cue, words: Words) -> bool:
    said = text[cue[0] : cue[1]]
    return any(said.startswith(word) or (word.isascii() and word in said) for word in words.negator) or (
        any(said.endswith(word) for word in ("མེད", "མིན", "མི་འདུག"))
    )


class Clauses:
    """The items of one text by where they end."""

    def __init__(self, text: str, words: Words, places: Sequence[Place], lang: str) -> None:
        """lang: in English, blanks part words and not phrases."""
        self._text, self._words, self._places, self._lang = text, words, places, lang
        self._starts = [p.start for p in places]
        self._by_end = sorted(((p.end, p.start, i) for i, p in enumerate(places)), key=lambda k: (k[0], k[1]))
        self._ends = [end for end, _, _ in self._by_end]

    def closes(self, start: int, end: int) -> bool:
        """Does a failure text[start:end] close its clause, and is no negation of what follows?"""
        if self._text[start:end] not in self._words.end_only:
            return True
        return _LETTER.match(self._text, end) is None or self._words.tail.match(self._text, end) is not None

    def told_behind(self, at: int) -> Place | None:
        """The event that a "not true" at `at` may be said of: the last one before it, in the same sentence and near."""
        last = bisect_right(self._ends, at) - 1
        for i in range(last, max(-1, last - _STEPS), -1):
            place = self._places[self._by_end[i][2]]
            if place.end + _BACK < at or _SENTENCE.search(self._text, place.end, at):
                return None
            if place.type in _EVENTS:
                return place
        return None

    def behind(self, at: int) -> Place | None:
        """The event whose clause ends at `at`: only names, numbers and fillers stand between."""
        cursor, clause = at, None
        for _ in range(_STEPS):
            while cursor and (self._text[cursor - 1].isspace()):
                cursor -= 1
            last = bisect_right(self._ends, cursor)
            if not last:
                break
            end = self._ends[last - 1]
            if at - end > _BACK or not self._words.back.fullmatch(self._text, end, cursor):
                break
            same = [self._places[i] for _, _, i in self._by_end[bisect_left(self._ends, end) : last]]
            event = next((p for p in reversed(same) if p.type in _EVENTS), None)
            if event is not None:
                return event
            clause = clause or next((p for p in same if p.type == "relation"), None)
            inner = [p for p in same if p.type != "relation"]
            if not inner:
                break
            cursor = min(p.start for p in inner)
        return clause

    def ahead(self, at: int, stop: int) -> tuple[int, int]:
        """The clause that begins at `at`, at most to `stop`: to the first blank behind its event that divides no item,
        behind its first item where it has no event; before it, to a blank behind what is no item."""
        stop = self._phrase_end(at, stop)
        first = bisect_left(self._starts, at)
        held = [p for p in self._places[first : bisect_left(self._starts, stop)] if p.end <= stop]
        event = next((p for p in held if p.type in _EVENTS), held[0] if held else None)
        if event is None:
            return at, stop
        for blank in _BLANK.finditer(self._text, event.end, stop):
            if not any(p.start <= blank.start() < p.end or p.start == blank.end() for p in held):
                return at, blank.start()
        return at, stop

    def _phrase_end(self, at: int, stop: int) -> int:
        """The first blank up to `stop` behind letters that are no item, where blanks part phrases."""
        if self._lang == "en":
            return stop
        first = bisect_left(self._starts, at)
        held = [p for p in self._places[first : bisect_left(self._starts, stop)] if p.end <= stop]
        for blank in _BLANK.finditer(self._text, at, stop):
            if any(p.start <= blank.start() < p.end for p in held):
                continue
            if any(p.start == blank.end() and self._says(p, at, blank.start()) for p in held):
                continue  # the blank that Thai writes before figures ("that 79 were hurt")
            last = max((p.end for p in held if p.end <= blank.start()), default=at)
            if _LETTER.search(self._text, last, blank.start()) is not None:
                return blank.start()
        return stop

    def _says(self, number: Place, low: int, high: int) -> bool:
        """Does text[low:high] end with what happened to a number behind it?"""
        kind = _KINDS.get(number.type)
        return kind is not None and any(
            kind in kinds and self._words.back.fullmatch(self._text, end, high)
            for _, end, kinds in happenings(self._text, self._lang, max(low, high - _WORD), high)
        )

    def befalls(self, number: Place, low: int) -> bool:
        """Is it people, and is said between `low` and them what happens to them?"""
        return number.type == "quantity" and self._says(number, low, number.start)

    def missed(self, at: int) -> Place | None:
        """The number whose predicate is written on to a word of a near miss that ends at `at` ("nearly killed 12")."""
        if self._lang != "th":
            return None
        place = next((p for p in self._places[bisect_left(self._starts, at) :][:1] if p.type in _KINDS), None)
        if place is None or place.start - at > _WORD * 2:
            return None
        filler = self._words.filler.match(self._text, at, place.start)
        begins = {at} if filler is None or _BLANK.search(filler[0]) else {at, filler.end()}
        for start, end, kinds in happenings(self._text, self._lang, at, place.start):
            joined = start in begins and _KINDS[place.type] in kinds
            if joined and self._words.back.fullmatch(self._text, end, place.start):
                return place
        return None

    def within(self, low: int, high: int) -> list[Place]:
        """The items that lie there, clauses left out."""
        found = self._places[bisect_left(self._starts, low) : bisect_left(self._starts, high)]
        return [p for p in found if p.type != "relation"]

    def item_behind(self, at: int) -> list[tuple[int, int]]:
        """The last item before which nothing but marks stands behind `at`."""
        low = at
        while low and _MARK.match(self._text, low - 1):
            low -= 1
        ends = [i for _, _, i in self._by_end[bisect_left(self._ends, low) : bisect_right(self._ends, at)]]
        return [(self._places[max(ends)].start, self._places[max(ends)].end)] if ends else []

    def written_on(self, at: int) -> list[Place]:
        """The items that end there."""
        ends = self._by_end[bisect_left(self._ends, at) : bisect_right(self._ends, at)]
        return [self._places[i] for _, _, i in ends]

    def number_ahead(self, at: int, stop: int) -> Place | None:
        """The next number, where it begins before `stop`."""
        for place in self._places[bisect_left(self._starts, at) : bisect_left(self._starts, stop)]:
            if place.type in QUANTITY_TYPES:
                return place
        return None

    def event_ahead(self, at: int, stop: int) -> Place | None:
        """The next item but names, where it is an event that begins before `stop`."""
        for place in self._places[bisect_left(self._starts, at) : bisect_left(self._starts, stop)]:
            if place.type not in (*ENTITY_TYPES, "relation"):
                return place if place.type in _EVENTS else None
        return None

    def rumour(self, low: int, at: int) -> int | None:
        """Where the last word of a rumour stands in text[low:at] that an item follows: what denies it there is of that
        one alone."""
        said = self._last(self._rumours, at)
        if said < low or self._words.anaphor.search(self._text, said, at):
            return None
        return said if bisect_left(self._starts, said) < bisect_left(self._starts, at) else None

    def about(self, low: int, at: int) -> bool:
        """Does text[low:at] hold a word that opens the denial of a rumour?"""
        return self._last(self._abouts, at) >= low

    @staticmethod
    def _last(spans: tuple[list[int], list[int]], at: int) -> int:
        """Where the last one begins that ends at `at` or before; -1 for none."""
        last = bisect_right(spans[1], at) - 1
        return spans[0][last] if last >= 0 else -1

    # Both are looked for once, not behind every denial.
    @cached_property
    def _rumours(self) -> tuple[list[int], list[int]]:
        return self._places_of(self._words.rumour)

    @cached_property
    def _abouts(self) -> tuple[list[int], list[int]]:
        return self._places_of(self._words.about)

    def _places_of(self, pattern: regex.Pattern[str] | None) -> tuple[list[int], list[int]]:
        spans = [match.span() for match in pattern.finditer(self._text)] if pattern else []
        return [start for start, _ in spans], [end for _, end in spans]
