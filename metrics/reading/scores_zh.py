"""Scores in Chinese: 三比二, 七胜二平一负, 两死三伤, and 25:21、23:25, of which each alone could be a clock time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from metrics.reading.dates import small_number
from metrics.reading.mention import Reading
from metrics.reading.needs import Behind

_SMALL = "(?:[一二两三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九])"
_FREE = "(?<![零〇一二两三四五六七八九十百千万亿点第之统唯单不0-9])"
_END = "(?![零〇一二两三四五六七八九十百千万亿点0-9])"
_PAIR = "[0-9]{1,2}:[0-9]{2}(?![0-9:.])"
SCORES: dict[str, tuple[re.Pattern[str], ...]] = {
    "zh": (
        re.compile(rf"{_FREE}(?P<one>{_SMALL})比(?P<two>{_SMALL}){_END}(?!分之|[个位名家折倍成])"),
        re.compile(
            rf"{_FREE}(?:(?P<one>{_SMALL})[战局场盘])?(?P<two>{_SMALL})胜(?P<three>{_SMALL})[平负](?:(?P<four>{_SMALL})负)?"
        ),
        re.compile(
            rf"{_FREE}(?P<one>{_SMALL})"
            rf"(?:[战局场盘](?P<two>{_SMALL})[胜负平](?!利|责)|[死亡](?P<three>{_SMALL})[伤失](?!寒|逝))"
        ),
        re.compile(rf"(?<![0-9:.])(?P<list>{_PAIR}(?:\s?[,、，；;和/]\s?{_PAIR}){{0,9}})"),
    )
}
"""Groups: one to four numbers of a score; list: several scores with a colon."""
_POINTS = re.compile("([0-9]+):([0-9]+)")
# What makes 21:18 a score: words before it, as of the sets won, and behind it.
_WON = (
    "(?:战胜|击败|险胜|力克|大胜|完胜|横扫|逆转|不敌|负于|惜败|告负|落败|取胜|获胜|胜出|领先|落后|拿下"
    "|胜(?!利)|负(?!责)|[输赢])"
)
_SCORE_BEFORE = Behind(
    re.compile(rf"(?:(?<![可得所难加])以|比分(?:分别)?(?:[为是]|定格在|改写为|扳成|追成|来到)?|{_WON}了?)\s?\Z")
)
_SCORE_BEHIND = re.compile(rf"\s?(?:的?比分|的(?:总?成绩|优势)|[轻力惊再先]?{_WON})")


def scores(match: re.Match[str], _: str) -> Iterator[Reading]:
    """The numbers of a score, in the order in which they stand; nothing for what may be clock times."""
    text = match.string
    if not match.groupdict().get("list"):
        for name in ("one", "two", "three", "four"):
            if match.groupdict().get(name):
                yield _number(text, match.span(name))
        return
    pairs = [found.span(half) for found in _POINTS.finditer(text, *match.span()) for half in (1, 2)]
    hours, minutes = ([int(text[slice(*span)]) for span in pairs[first::2]] for first in (0, 1))
    if (  # 以9:00为准 is a clock time
        any(hour > 24 for hour in hours)
        or (len(hours) > 2 and hours != sorted(hours))  # clock times ascend
        or any(minute > 59 for minute in minutes)
        or (
            text[match.end() : match.end() + 1] not in tuple("为起后前开至到-~")
            and _SCORE_BEFORE.search(text, max(0, match.start() - 8), match.start())
        )
        or _SCORE_BEHIND.match(text, match.end())
    ):
        for span in pairs:
            yield _number(text, span)


def _number(text: str, span: tuple[int, int]) -> Reading:
    written = text[slice(*span)]
    value = Fraction(0 if written in "零〇" else small_number(written) or 0)
    return Reading(*span, value, "number", written, span, hard=value > 10)
