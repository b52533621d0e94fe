"""What a text tells of another time than its source: the figures of the last time as those of now, and what happens now
as of last year (words: `data/past.toml`).

A past word is borne out where anything from it to the first number or event is told near such a word by the source or a
reference, and said of nothing where it is only compared with. Where another clause may lie between, or the word belongs
to a noun, nothing is blamed unless neither source nor references speak of another time at all. A number of the last
time needs no word of its own: one before it does, if no number of now stands between.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Protocol

import regex

from metrics.numbers import NumberMention
from metrics.statements.times import DIRECT, END, Times, Words, words_of

_REACH, _BACK = 80, 48
"""Code points behind a past word, and before one, in which what it is said of stands."""
_FAR, _NEAR = 160, 25
"""Code points before a number of the last time, and behind it, in which a word may show that it is one."""
_STEPS = 8
_COUNTED = ("number", "percentage", "money")
_SHUT = regex.compile(r"[\s་]*(?:\Z|[。！？!?;；།༎\n)）\]”\"」]|\.(?=\s|\Z))")
_BEGIN = regex.compile(r"(?:\A|[\s\p{P}--[་]])\Z", regex.V1)
_BLANK = regex.compile(r"[\s་]*")


class Mention(Protocol):
    """What the text mentions, as `metrics.mentions.Hit` has it."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def type(self) -> str: ...
    @property
    def facts(self) -> frozenset[int]: ...
    @property
    def number(self) -> NumberMention | None: ...


def out_of_time(text: str, lang: str, mentions: Iterable[Mention], times: Times) -> frozenset[int]:
    """Where the mentions begin that a text tells of another time than source and references."""
    words = words_of(lang)
    if words is None or not times.asked:
        return frozenset()
    searched = text.lower()
    past = words.said.find(text) if any(piece in searched for piece in words.pieces) else []
    if not past and not times.has_last:
        return frozenset()
    reader = _Reader(text, words, sorted(mentions, key=lambda m: m.start), times, lang)
    found = reader.said_past(past) if past else set()
    return frozenset(found | reader.said_now() if times.has_last else found)


class _Reader:
    """The past words of one text and what they are said of."""

    def __init__(self, text: str, words: Words, mentions: Sequence[Mention], times: Times, lang: str) -> None:
        self._text, self._words, self._mentions, self._times, self._lang = text, words, mentions, times, lang
        self._starts = [m.start for m in mentions]

    def said_past(self, past: Iterable[tuple[int, int, str]]) -> set[int]:
        """What is told as past and is not. past: (start, end, word) of the past words."""
        found = set()
        for at, end, word in past:
            kind = self._words.kinds[word]
            lead = self._words.lead.search(self._text, max(0, at - DIRECT), at)
            start = lead.start() if lead else at
            if any(self._words.compared.search(self._text, max(0, at - DIRECT), at) for at in {start, at}):
                continue
            if self._words.yearly.match(self._text, end):
                continue
            if kind == "recent" and (not self._times.silent(False) or self._times.dated):
                continue
            opens = _BEGIN.search(self._text[max(0, start - DIRECT) : start]) is not None
            wrong = self._wrong(start, end, opens, kind == "opens", self._times.silent(kind == "said"))
            if wrong is not None:
                found.add(wrong.start)
        return found

    def _wrong(self, start: int, end: int, opens: bool, seldom_closes: bool, silent: bool) -> Mention | None:
        """What the past word text[start:end] is wrongly said of."""
        ends = _SHUT.match(self._text, end) is not None
        behind, before = ([] if ends else self._behind(end)), self._before(start)
        directly = bool(before) and not self._text[before[0].end : start].strip(" ་")
        if opens and _counts(behind) and (silent or self._clear(end, behind)):
            doubtful = directly and not seldom_closes and self._text[end : end + 1].isspace()
            return self._blamed(behind, before if doubtful else ())
        if (directly or (ends and silent)) and (ends or not opens):
            return self._blamed(before, ())
        return None

    def _blamed(self, row: Sequence[Mention], others: Sequence[Mention]) -> Mention | None:
        """The number or event of a row, when nothing of the rows may be of another time."""
        if not _counts(row) or not row[-1].facts:
            return None
        if any(self._times.may_be_past(i) for m in (*row, *others) for i in m.facts):
            return None
        return row[-1]

    def _behind(self, at: int) -> list[Mention]:
        """The mentions behind a past word up to the first number or event."""
        stop = min(len(self._text), at + _REACH)
        for pattern in (END, self._words.now):
            match = pattern.search(self._text, at, stop)
            stop = match.start() if match else stop
        first, row = bisect_left(self._starts, at), []
        for mention in self._mentions[first : first + _STEPS]:
            if mention.start >= stop:
                break
            row.append(mention)
            if _counts(row):
                break
        return row

    def _before(self, at: int) -> list[Mention]:
        """The mentions before a past word back to the last number or event."""
        low = at - _BACK
        for match in END.finditer(self._text, max(0, low), at):
            low = match.end()
        last, row = bisect_left(self._starts, at), []
        for mention in reversed(self._mentions[max(0, last - _STEPS) : last]):
            if mention.end <= low or mention.end > at:
                break
            row.append(mention)
            if _counts(row):
                break
        return row

    def _clear(self, at: int, row: Sequence[Mention]) -> bool:
        """Does no other clause lie between a past word and what it is said of?"""
        blank = _BLANK.match(self._text, at)
        low = blank.end() if blank else at
        if self._lang in ("zh", "en"):
            low += self._text.startswith((",", "，"), low)
        for mention in row:
            high = mention.start
            if mention.number is not None:
                high -= self._text[high - 1 : high] == " "
            if low < high and self._words.parts.search(self._text, low, high):
                return False
            low = mention.end
            low += self._text.startswith(" ", low)
        return True

    def said_now(self) -> set[int]:
        """The numbers of the last time that are told as of now."""
        found: set[int] = set()
        counted = [m for m in self._mentions if m.number is not None and m.number.kind in _COUNTED]
        lasting = [bool(m.facts) and m.number is not None and self._times.only_last(m.facts, m.number) for m in counted]
        if not any(lasting):
            return found
        low, told = 0, -1
        for at, mention in enumerate(counted):
            if not lasting[at]:
                if mention.facts and not any(map(self._times.may_be_past, mention.facts)):
                    low, told = mention.end, -1
                continue
            high = counted[at + 1].start if at + 1 < len(counted) else len(self._text)
            near = told >= 0 and mention.start - told <= _FAR
            if near or self._shown(mention, max(low, mention.start - _FAR), min(high, mention.end + _NEAR)):
                told = mention.end
            else:
                found.add(mention.start)
        return found

    def _shown(self, mention: Mention, low: int, high: int) -> bool:
        """Does a word between show that a number is not of now?"""
        before = self._text[max(low, mention.start - DIRECT) : mention.start]
        return (
            any(word not in self._words.current for _, _, word in self._words.loose.find(self._text[low:high]))
            or self._words.year.search(self._text, low, high) is not None
            or self._words.direct.search(before) is not None
            or self._words.behind.match(self._text, mention.end) is not None
        )


def _counts(row: Sequence[Mention]) -> bool:
    """Does a row end with a number of something, or an event?"""
    if not row:
        return False
    last = row[-1]
    return last.type == "event" or (last.number is not None and last.number.kind in _COUNTED)
