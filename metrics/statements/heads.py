"""Is a clause the tail of a noun phrase, its first name only what another noun belongs to ("the rival of A lends B")?

In Thai such a noun is written on to the name, so the rule is about what stands before a clause: titles and words of the
name's class are its own (`own` of `data/roles.toml`). Before them, a listed word for one who belongs to somebody
(`belongs`) makes the name a part of something else, a quotation mark between or not; so does a word that calls for a
noun (`genitive`), be it across a blank. Behind a blank, where the sentence before may end, a noun of `belongs` counts
where it stands alone, and not where the name itself may be what it says (`apposed`: "the former partner A sues B").
Every other word may open the clause or be in apposition, and takes no relation from a true text. In Chinese the noun
follows the second name (`belongs_behind`); in Tibetan it stands between a name and its particle, where no clause is
found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import regex

from metrics.statements.plain import OPENS, SHUTS
from metrics.statements.words import alternatives, table

_QUOTES = frozenset(OPENS + SHUTS)
_REACH = 48
"""Code points that are looked at before a clause."""
_BLANK = regex.compile(rf"(?r)[\s(\[{regex.escape(OPENS + SHUTS)}]*")


@dataclass(frozen=True, slots=True)
class _Words:
    own: regex.Pattern[str]
    speaks: regex.Pattern[str]
    direct: regex.Pattern[str]
    across: regex.Pattern[str]
    behind: regex.Pattern[str] | None


@cache
def _words(lang: str) -> _Words | None:
    data = table("roles").get(lang)
    if data is None or not (data.get("genitive") or data.get("belongs_behind")):
        return None

    def any_of(*keys: str, but: str = "") -> str:
        return alternatives({word for key in keys for word in data.get(key, ())} - set(data.get(but, ())))

    alone = any_of("belongs", but="apposed")
    return _Words(
        regex.compile(rf"(?r)(?:{any_of('own')})"),
        regex.compile(rf"(?r)(?:{any_of('speakers')})"),
        regex.compile(rf"(?:{any_of('genitive', 'belongs')})\Z"),
        regex.compile(rf"(?:{any_of('genitive')})\Z|\A(?:{alone}){{1,3}}\Z"),
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
        apart, at = apart or not _QUOTES.issuperset(blank.group()), blank.start()
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
    return (words.across if apart else words.direct).search(run) is not None
