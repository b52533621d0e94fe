"""A text as its clauses are read: without what stands between a name and its verb and parts nothing.

Cut out are the quotation marks around a name, what stands in brackets right behind one (but for who belongs to it: "A
(a customer) buys B"), the legal form of a company (words: `form` of `data/roles.toml`), and dates and sums that are
items themselves, with the words that lead to them; and between a word that denies and what it denies, what the news is
called ("dismisses rumours of a takeover": `metrics.statements.denying`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Protocol

import regex

from metrics.statements.denying import denying
from metrics.statements.negation import may_deny
from metrics.statements.words import alternatives, table
from metrics.stretches import Stretches

OPENS, SHUTS = "\"“„«‹「『《〈‘'*_", "\"”“»›」』》〉’'*_"
"""What may open and shut a quotation; both hold what does either."""
_BRACKET = regex.compile(
    r"\s*(?:\(([^()\n]{1,40})\)|\[([^\[\]\n]{1,40})\]|【([^【】\n]{1,40})】|（([^（）\n]{1,40})）)"
)
_LED = 24
"""Code points before a date or sum in which the words that lead to it stand."""
_AMOUNTS = frozenset({"date", "time", "money", "percentage"})


class Mention(Protocol):
    """An item of the text (`metrics.mentions.Hit`)."""

    @property
    def start(self) -> int:
        """Its first code point."""

    @property
    def end(self) -> int:
        """Behind its last one."""

    @property
    def type(self) -> str:
        """The type of its fact."""

    @property
    def facts(self) -> frozenset[int]:
        """The facts that it may be."""


@dataclass(frozen=True, slots=True)
class _Words:
    form: regex.Pattern[str]
    leads: regex.Pattern[str]
    trails: regex.Pattern[str]
    own: regex.Pattern[str]
    belongs: regex.Pattern[str]


@cache
def _words(lang: str) -> _Words | None:
    data = table("roles").get(lang)
    if data is None:
        return None

    def any_of(key: str) -> str:
        return alternatives(data.get(key, ()))

    return _Words(
        regex.compile(rf"[\s་]*(?:{any_of('form')})(?!การ|[\p{{M}}ะาำ])"),
        regex.compile(rf"(?r)(?:(?:{any_of('leads')})[\s་]*){{1,3}}"),
        regex.compile(rf"[\s་]*(?:{any_of('trails')})(?![\p{{M}}ะาำ\u0f40-\u0f6c])"),
        regex.compile(rf"(?r)(?:{any_of('own')})\s*"),
        regex.compile(alternatives(word for part in table("roles").values() for word in part["belongs"])),
    )


class Plain:
    """A text without some of its stretches, and where its places lie in the whole one."""

    def __init__(self, text: str, cuts: Iterable[tuple[int, int]] = ()) -> None:
        """cuts: stretches that are left out, in any order; they may overlap."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted(cuts):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        self.cuts = Stretches(merged)
        self._starts = [start for start, _ in merged]
        self._gone = [0, *accumulate(end - start for start, end in merged)]
        self._joints = [start - gone for start, gone in zip(self._starts, self._gone, strict=False)]
        ends = [0, *(end for _, end in merged)]
        self.text = "".join(text[a:b] for a, b in zip(ends, [*self._starts, len(text)], strict=True))
        self._ends = ends[1:]

    def at(self, place: int) -> int:
        """Where a place of the whole text is in this one."""
        before = bisect_right(self._starts, place)
        if before and place < self._ends[before - 1]:
            return self._joints[before - 1]
        return place - self._gone[before]

    def whole(self, place: int) -> int:
        """Where the end of something of this text is in the whole one: before a cut, not behind it."""
        return place + self._gone[bisect_right(self._joints, place - 1)]

    def begin(self, place: int) -> int:
        """Where the beginning of something of this text is in the whole one: behind a cut."""
        return place + self._gone[bisect_right(self._joints, place)]


def plain(text: str, lang: str, names: Sequence[Mention], hits: Sequence[Mention]) -> Plain:
    """The text without what parts no clause. names: its names, hits: all its items, both by start."""
    words = _words(lang)
    if words is None:
        return Plain(text)
    cuts: list[tuple[int, int]] = []
    denier = denying(lang)
    last = first = names[0].end if names else len(text)
    for hit in hits:
        if hit.type in _AMOUNTS and hit.start >= first:
            cuts.append(_amount(text, words, hit, last))
        elif hit.type == "event" and hit.facts and denier and (gap := denier.gap(text, hit.start, hit.end)):
            cuts.append(gap)
        last = max(last, hit.end)
    others: Stretches | None = None
    for i, name in enumerate(names):
        quoted, end = _opening(text, words, name), name.end
        while end < len(text):
            if quoted and text[end] in SHUTS:
                stop = end + (2 if text[end : end + 2] == text[end] * 2 else 1)
                cuts.append(quoted)
                quoted = None
            elif match := words.form.match(text, end):
                stop = match.end()
            elif match := _BRACKET.match(text, end):
                stop = match.end()
                inside = next(group for group in match.groups() if group)
                if others is None:
                    others = Stretches((hit.start, hit.end) for hit in hits if hit.facts and hit.type not in _AMOUNTS)
                again = i + 1 < len(names) and names[i + 1].start < stop and bool(names[i + 1].facts & name.facts)
                if (others.meet(end, stop) and not again) or may_deny(inside, lang) or words.belongs.search(inside):
                    break
            else:
                break
            cuts.append((end, stop))
            end = stop
    return Plain(text, cuts)


def _opening(text: str, words: _Words, name: Mention) -> tuple[int, int] | None:
    """The quotation mark before a name, or before the word of its class."""
    at = name.start
    if at and text[at - 1] not in OPENS and (own := words.own.match(text, max(0, at - _LED), at)):
        at = own.start()
    if not at or text[at - 1] not in OPENS:
        return None
    return (at - 2 if at > 1 and text[at - 2] == text[at - 1] else at - 1), at


def _amount(text: str, words: _Words, hit: Mention, last: int) -> tuple[int, int]:
    """A date or sum with the words that lead to it, and the blanks around. last: where the item before it ends."""
    lead = words.leads.match(text, max(last, hit.start - _LED), hit.start)
    start = lead.start() if lead else hit.start
    trail = words.trails.match(text, hit.end)
    end = trail.end() if trail else hit.end
    while start and text[start - 1] == " ":
        start -= 1
    while text[end : end + 1] == " ":
        end += 1
    return start, end
