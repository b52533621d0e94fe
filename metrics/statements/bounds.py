"""Words beside a number that make it another amount: fewer than, almost, more than, half of, twice (words:
`data/bounds.toml`).

"Fewer than 79" does not say 79, nor does "more than 79". What 79 itself fulfils ("at least 79") and "about" are no
bounds. The kinds of bound are below, above, part, rate, times and not, and the limit of a date ("before", "until"); a
fact has those that source and references write at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import regex

from metrics.normalise import normalise
from metrics.numbers import NumberMention
from metrics.statements.words import alternatives, table
from metrics.stretches import Stretches

_REACH = 32
"""Code points before a number, and behind it, in which its bound stands: no word with its fillers is longer."""
_LETTER = {"bo": r"[\u0f40-\u0fbc]", "en": r"[\p{L}\p{N}]"}
"""What may not be written on to a word, where a script shows where words end."""
_VOWEL_BEFORE, _MARK_BEHIND = "[เแโใไ]", r"[ะาำๅ\p{M}]"
BOUNDED = ("number", "percentage", "money")
"""Kinds of mentions that a word makes another amount; กว่า behind a date begins what is said next."""
DATED = ("th", "bo")
"""Languages of outputs whose dates are asked for a limit."""
_LIMIT = "limit"
_HARMLESS = "harmless"
_MINUS = "minus"
"""Of degrees, or where nothing is measured, it is "not": 15 degrees below zero are not 15."""
_DEGREES = regex.compile(r"\s?(?:องศา|°|℃|เซลเซียส|ฟาเรนไฮต์|[CF]\b|度|摄氏|华氏|\Z|[,.;)…。，；）])")
_NO_NAMES = Stretches(())


@dataclass(frozen=True, slots=True)
class _Words:
    before: regex.Pattern[str]
    after: regex.Pattern[str]
    inside: regex.Pattern[str]
    kinds: dict[str, str]
    parts: tuple[str, ...]
    """A text with none of these has no word of the lists."""


def _any(words: set[str], lang: str) -> str:
    """A pattern of one of the words, the longest first, where it is no part of another word."""
    body = "|".join(regex.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) or "(?!)"
    if lang == "th":
        return f"(?<!{_VOWEL_BEFORE})({body})(?!{_MARK_BEHIND})"
    letter = _LETTER.get(lang)
    written_on = "(?:འི|འང|འམ|འོ|ས|ར)?" if lang == "bo" else ""
    return f"(?<!{letter})({body}){written_on}(?!{letter})" if letter else f"({body})"


@cache
def _words(lang: str) -> _Words | None:
    data = table("bounds").get(lang)
    if data is None:
        return None
    kinds: dict[str, str] = {normalise(word).lower(): _HARMLESS for word in data["words"]["harmless"]}
    harmless = set(kinds)

    def listed(key: str) -> set[str]:
        found = {normalise(word).lower(): kind for kind, words in data.get(key, {}).items() for word in words}
        kinds.update(found)
        return set(found)

    before, tight, after, inside = (listed(key) for key in ("before", "tight", "after", "inside"))
    sign = listed("sign")
    signs = "|".join(map(regex.escape, sorted(sign))) or "(?!)"
    fillers = "|".join(regex.escape(normalise(word)) for word in sorted(data["words"]["filler"], key=len, reverse=True))
    gap = rf"[\s་]*(?:(?:{fillers or '(?!)'})[\s་]*){{0,2}}"

    def pattern(body: str) -> regex.Pattern[str]:
        return regex.compile(body, regex.IGNORECASE)

    # Searched from the left: the first match that reaches the number is the longest word that does.
    return _Words(
        pattern(rf"(?:{_any(before | harmless, lang)}{gap}|{_any(tight, lang)}|(?<![^\s\p{{Ps}}])({signs}))\Z"),
        pattern(rf"[\s་]?{_any(after | harmless, lang)}"),
        pattern(_any(inside | harmless, lang)),
        kinds,
        _parts(before | tight | after | inside | sign),
    )


def _parts(words: set[str]) -> tuple[str, ...]:
    """The words that hold no other one: each of the words holds one of these."""
    return tuple(sorted(word for word in words if not any(other in word for other in words if other != word)))


def _may_hold(words: _Words, text: str) -> bool:
    """Can a text hold one of the words? Quickly told: most have none."""
    searched = text.lower()
    for part in words.parts:  # noqa: SIM110 - a generator costs more than all the tests
        if part in searched:
            return True
    return False


def may_bound(text: str, lang: str) -> bool:
    """Can there be a bound in the text at all?"""
    words = _words(lang)
    return words is not None and _may_hold(words, text)


def holds_rate(text: str, lang: str) -> bool:
    """May a text say how many a day or each?"""
    return any(word in text for word in table("bounds").get(lang, {}).get("words", {}).get("rates", ()))


def bound(
    text: str, lang: str, mention: NumberMention, start: int, end: int, names: Stretches = _NO_NAMES
) -> str | None:
    """The kind of bound at a number of a normalised text, None for none.

    start, end: the stretch that the number and what it counts are written in (a listed surface, or the mention itself).
    names: the names of the text; no word is looked for in them.
    """
    if mention.kind == "date":
        return _LIMIT if _limited(text, lang, min(start, mention.start), max(end, mention.end)) else None
    words = _words(lang)
    if words is None or mention.kind not in BOUNDED:
        return None
    found = _found(words, text, mention, start, end)
    if found is None:
        return None
    word, at = found
    kind = words.kinds[word.lower()]
    if kind == _MINUS:
        kind = "not" if mention.kind == "number" and _DEGREES.match(text, mention.core[1]) else _HARMLESS
    if kind == "rate" and (mention.dimension == "speed" or (mention.kind == "percentage" and at >= mention.core[1])):
        return None  # the unit says so already (ชั่วโมงละ 120 กม.); 3% a year are 3%
    return None if kind == _HARMLESS or names.meet(at, at + len(word)) else kind


@cache
def _limits(lang: str) -> tuple[regex.Pattern[str], regex.Pattern[str]] | None:
    data = table("bounds").get(lang, {}).get("limit")
    if data is None:
        return None

    def any_of(key: str) -> str:
        return alternatives(data.get(key, ()))

    # In Thai where a phrase begins: what is written on to a verb may end it ("arrives", "tells first").
    opens = r"(?:\A|[\s\p{P}])" if lang == "th" else ""
    letter = _LETTER.get(lang)
    return (
        regex.compile(rf"{opens}(?:{any_of('before')})\s?(?:(?:{any_of('filler')})\s?)?\Z"),
        regex.compile(
            rf"[\s་]?(?:(?:{any_of('filler')})[\s་]?)?(?!{any_of('harmless')})(?:{any_of('after')})"
            + (f"(?!{letter})" if letter else "")
        ),
    )


def _limited(text: str, lang: str, start: int, end: int) -> bool:
    """Is a date at text[start:end] one before or until which something is so?"""
    limits = _limits(lang)
    if limits is None:
        return False
    low = max(0, start - _REACH)
    return limits[0].search(text[low:start] if low == 0 else text[low - 1 : start]) is not None or (
        limits[1].match(text, end, end + _REACH) is not None
    )


def _found(words: _Words, text: str, mention: NumberMention, start: int, end: int) -> tuple[str, int] | None:
    """The word at a number, and where it begins."""
    low, high = mention.core
    first, last = min(start, mention.start), max(end, mention.end)
    if not _may_hold(words, text[max(0, first - _REACH) : last + _REACH]):
        return None
    for at in (first, low) if first < low else (low,):
        begin = max(0, at - _REACH)
        found = words.before.search(text[begin:at])
        if found:
            group = next(i for i in (1, 2, 3) if found[i])
            return found[group], begin + found.start(group)
    # What it counts may hold the word already: the reader of numbers takes it (79 คนกว่า).
    found = words.inside.search(text, low, high + 1) or words.after.search(text, high, last + _REACH)
    return (found[1], found.start(1)) if found and found.start() <= last else None
