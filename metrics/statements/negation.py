"""What a text denies: scopes of denial and correction, in Thai, Tibetan, Chinese and English (words:
`data/denial.toml`).

Three kinds: a whole statement is denied before or after it ("it is untrue that ...", "... is a hoax"), an event or the
predicate of a number is negated where it stands ("did not sign", "no one died"), and one item is corrected ("not A but
B"). What a fact itself denies (an event "denies the takeover") is part of its surface and no denial of it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import regex

from metrics.statements.words import WordFinder, one_of, table
from metrics.stretches import Stretches

REACH = 400
"""Code points that a denial of a whole statement reaches where no sentence mark ends it; "all of the above" reaches
further."""
EVENT_REACH = 80
"""Code points behind a negated event that its clause takes."""
_NEAR, _ANAPHOR_NEAR, _ANAPHOR_CLOSE = 40, 40, 14
_BREAKS = {"zh": regex.compile(r"[。！？；!?;\n]"), "en": regex.compile(r"[!?;\n]|\.(?=\s|$)")}
_BREAK = regex.compile(r"[!?;。！？\n༎]")
_LEAD = regex.compile(r"[\s!！:：,，、།་\-–—|\"“”'「『]*")
_FINISH = regex.compile(r"[།༎!?;。！？\n.]")
"""Ends a sentence."""
_BARE = regex.compile(r"[\s\p{P}་]*")
_MARK = regex.compile(r"[\s\p{P}་]")
EVENTS = ("event", "relation", "cause")
_LETTER = regex.compile(r"[\p{L}\p{N}]")


@dataclass(frozen=True, slots=True)
class Place:
    """An item of the text, as denial looks at it."""

    start: int
    end: int
    type: str
    own: bool
    """The example states it."""


@dataclass(frozen=True)
class Denials:
    """What a text denies."""

    scopes: tuple[tuple[int, int], ...] = ()
    """(start, end): what lies in it is said not to be so."""
    before: tuple[int, ...] = ()
    """Where words end that negate what follows directly."""
    after: tuple[int, ...] = ()
    """Where words begin that negate what stands directly before."""

    def covers(self, start: int, end: int) -> bool:
        """Does a scope hold some of text[start:end]?"""
        return self._stretches.meet(start, end)

    @cached_property
    def _stretches(self) -> Stretches:
        return Stretches(self.scopes)


NONE = Denials()


@dataclass(frozen=True, slots=True)
class _Words:
    cues: WordFinder
    kinds: dict[str, frozenset[str]]
    contrast: regex.Pattern[str]
    filler: regex.Pattern[str]
    anaphor: regex.Pattern[str]
    whole: regex.Pattern[str]
    breaks: regex.Pattern[str]


_KINDS = ("before", "after", "either", "verb", "verb_after", "item", "item_after", "final", "harmless")
_NEVER = regex.compile(r"(?!)")


@cache
def _words(lang: str) -> _Words | None:
    """The words of a language, None where none are known."""
    from metrics.normalise import normalise

    data = table("denial").get(lang)
    if data is None:
        return None
    kinds: dict[str, set[str]] = {}
    for kind in _KINDS:
        for word in data.get(kind, ()):
            kinds.setdefault(normalise(word).lower(), set()).add(kind)
    filler = regex.compile(
        f"(?:{'|'.join(regex.escape(w) for w in sorted(data['filler'], key=len, reverse=True))}|[\\s་])*"
    )

    def find(key: str) -> regex.Pattern[str]:
        return one_of(data.get(key, ()), lang) or _NEVER

    return _Words(
        WordFinder(kinds, lang),
        {w: frozenset(k) for w, k in kinds.items()},
        find("contrast"),
        filler,
        find("anaphor"),
        find("whole"),
        _BREAKS.get(lang, _BREAK),
    )


def holds_denial(surface: str, lang: str) -> bool:
    """Is there a word of denial in a surface? Then the fact itself is one that something is not so."""
    return bool(_cues(surface, lang))


@lru_cache(maxsize=16)
def _cues(text: str, lang: str) -> tuple[tuple[int, int, frozenset[str]], ...]:
    """(start, end, kinds) of the words of denial in a text; idioms left out."""
    words = _words(lang)
    found = words.cues.find(text) if words else ()
    return tuple((s, e, words.kinds[w]) for s, e, w in found if "harmless" not in words.kinds[w]) if words else ()


def may_deny(text: str, lang: str) -> bool:
    """Is there any word of denial in the text at all?"""
    return bool(_cues(text, lang))


def denials(text: str, lang: str, places: Sequence[Place], negative: bool = False) -> Denials:
    """The scopes of denial in a normalised text.

    places: its items by start (clauses too). negative: the example has a fact that is itself a denial; then a denied
    event that is none of its own, and a "not true" that does not speak of "this report", repeat what the source says.
    """
    words = _words(lang)
    if words is None:
        return NONE
    own = Stretches((p.start, p.end) for p in places if p.own)
    cues = [cue for cue in _cues(text, lang) if not own.hold(cue[0], cue[0] + 1)]
    if not cues:
        return NONE
    reader = _Reader(text, words, places, negative)
    scopes = [scope for start, end, kinds in cues for scope in reader.scopes(start, end, kinds)]
    return Denials(
        tuple(scopes), tuple(e for _, e, k in cues if "verb" in k), tuple(s for s, _, k in cues if "verb_after" in k)
    )


class _Reader:
    """One text while its scopes are read."""

    def __init__(self, text: str, words: _Words, places: Sequence[Place], negative: bool) -> None:
        self.text, self.words, self.places, self.negative = text, words, places, negative
        self._starts = [p.start for p in places]
        self._by_end = sorted((p.end, i) for i, p in enumerate(places))
        self._events = [p for p in places if p.type in EVENTS]
        self._event_starts = [p.start for p in self._events]
        self._breaks = [m.end() for m in words.breaks.finditer(text)]

    def scopes(self, start: int, end: int, kinds: frozenset[str]) -> list[tuple[int, int]]:
        """What the word text[start:end] denies."""
        found = []
        ahead = (end, self._stop(end, REACH))
        follows = _LETTER.search(self.text, *ahead) is not None
        if ("before" in kinds or "either" in kinds) and follows:
            if not self._repeats(end):
                found.append(ahead)
        elif "after" in kinds or "either" in kinds:
            found += self._behind(start)
        if not found and "verb" in kinds:
            event = self._next_event(end)
            if event is not None and not self._repeats(end):
                found.append((end, max(event.end, self._stop(end, event.end - end + EVENT_REACH))))
        if not found and "verb_after" in kinds:
            event = self._event_behind(start)
            if event is not None:
                found.append((self._clause_start(event.start), event.end))
        if not found and "item" in kinds:
            found += [
                (p.start, p.end)
                for p in self.places[bisect_left(self._starts, end) :][:1]
                if _BARE.fullmatch(self.text, end, p.start)
            ]
        if not found and "item_after" in kinds:
            found += self._item_behind(start)
        if not found and "final" in kinds and not self.negative and self._closes(end):
            low = self._clause_start(start)
            # A denial that is a sentence of its own is of all that was said.
            found.append((low if _LETTER.search(self.text, low, start) else 0, start))
        return found

    def _item_behind(self, at: int) -> list[tuple[int, int]]:
        """The last item before which nothing but marks stands behind `at`."""
        low = at
        while low and _MARK.match(self.text, low - 1):
            low -= 1
        ends = self._by_end[bisect_left(self._by_end, (low, -1)) : bisect_right(self._by_end, (at, len(self.places)))]
        if not ends:
            return []
        last = self.places[max(i for _, i in ends)]
        return [(last.start, last.end)]

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
        if (
            self.negative
            and not whole
            and not self.words.anaphor.search(self.text, max(0, start - _ANAPHOR_CLOSE), start)
        ):
            return []
        before = bisect_right(self._breaks, start)
        low = self._breaks[before - 1] if before else 0
        if self.words.breaks.match(self.text, max(0, start - 1), start):
            low = start
        if (
            whole
            or self.words.anaphor.search(self.text, near, start)
            or bisect_left(self._starts, low) >= bisect_left(self._starts, start)
        ):
            low = 0
        else:
            low = max(low, start - REACH)
        return [(low, start)]

    def _next_event(self, at: int) -> Place | None:
        """The event or clause that is negated by a word ending at `at`: only fillers and names stand between."""
        cursor = at
        for i in range(bisect_left(self._starts, at), len(self.places)):
            place = self.places[i]
            if place.start < cursor:
                continue
            if place.start - at > _NEAR or not self.words.filler.fullmatch(self.text, cursor, place.start):
                return None
            if place.type in EVENTS:
                return place
            if place.type in ("person", "organisation", "place"):
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

    def _clause_start(self, at: int) -> int:
        return max(self.text.rfind("།", 0, at), self.text.rfind("\n", 0, at)) + 1

    def _repeats(self, at: int) -> bool:
        """Does a denial that begins here repeat one that the source makes: it speaks of an event that is none of the
        example's?"""
        event = self._next_event(at)
        return self.negative and event is not None and not event.own
