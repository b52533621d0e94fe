"""Is a clause the tail of a noun phrase, its first name only what another noun belongs to ("the rival of A lends B")?

In Thai such a noun is written on to the name, so the rule is about what is written on before a clause: titles and words
of its class are the name's own (`own` of `data/roles.toml`); before them stands nothing, an item of the text, or a
word that opens a clause (`opens`). Every other word makes the name a part of something else. Across a blank or a
quotation mark, where the sentence before may end, only a word that calls for a noun (`genitive`) does so, and words
that mean one who belongs to somebody (`belongs`) where they stand alone. In Chinese the noun follows the second name
(`belongs_behind`); in Tibetan it stands between a name and its particle, where no clause is found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import regex

from metrics.normalise import normalise
from metrics.statements.plain import OPENS, SHUTS
from metrics.statements.words import table
from metrics.words import thai_cut

_REACH = 48
"""Code points that are looked at before a clause."""
_BLANK = regex.compile(rf"(?r)[\s(\[{regex.escape(OPENS + SHUTS)}]*")


@dataclass(frozen=True, slots=True)
class _Words:
    own: regex.Pattern[str]
    speaks: regex.Pattern[str]
    opening: regex.Pattern[str]
    across: regex.Pattern[str]
    behind: regex.Pattern[str] | None


@cache
def _words(lang: str) -> _Words | None:
    data = table("roles").get(lang)
    if data is None or not (data.get("opens") or data.get("belongs_behind")):
        return None

    def any_of(*keys: str) -> str:
        listed = sorted({normalise(w) for key in keys for w in data.get(key, ())}, key=lambda w: (-len(w), w))
        return "|".join(map(regex.escape, listed)) or "(?!)"

    return _Words(
        regex.compile(rf"(?r)(?:{any_of('own')})"),
        regex.compile(rf"(?r)(?:{any_of('speakers')})"),
        regex.compile(rf"(?:{any_of('opens')})\Z"),
        regex.compile(rf"(?:{any_of('genitive')})\Z|\A(?:{any_of('belongs')}){{1,3}}\Z"),
        regex.compile(rf"\s*(?:{any_of('belongs_behind')})") if data.get("belongs_behind") else None,
    )


def is_tail(
    text: str, lang: str, start: int, end: int, taken: Sequence[bool], says: Callable[[int, int], bool]
) -> bool:
    """Is the clause text[start:end] the tail of a noun phrase?

    taken: per code point, does a mention cover it? says: does text[start:end] say or deny something, as a
    speaker may for whom it names? Asked where a speaker stands.
    """
    words = _words(lang)
    if words is None:
        return False
    if words.behind is not None:
        return words.behind.match(text, end) is not None
    if not start:
        return False
    if start > 1 and text[start - 1] == " " and taken[start - 2]:
        return False  # behind an item and a blank
    at, apart = start, False
    while True:
        blank = _BLANK.match(text, max(0, at - _REACH), at)
        assert blank is not None
        apart, at = apart or blank.start() < at, blank.start()
        own = words.own.match(text, max(0, at - _REACH), at)
        if own is None and (own := words.speaks.match(text, max(0, at - _REACH), at)) and not says(start, end):
            own = None
        if own is None or (not apart and any(taken[own.start() : own.end()])):
            break
        at = own.start()
    low = at
    while low > max(0, at - _REACH) and not taken[low - 1] and "\u0e01" <= text[low - 1] <= "\u0e4e":
        low -= 1
    run = text[low:at]
    if not run:
        return False
    if apart:
        return words.across.search(run) is not None
    opening = words.opening.search(run)
    # A word that only ends like one that opens a clause (เจ้าหน้าที่, ที่) is cut nowhere inside.
    return opening is None or opening.start() not in {first for first, _, _ in thai_cut(run)}
