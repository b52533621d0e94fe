"""What Chinese says once for several amounts: currency, unit, per cent sign or magnitude, in lists (600、700和1000元,
12、15和18万吨) and in what something rose or fell from and to (从800万增至1000万英镑, 从2.1亿美元降为1.8亿).

Deviation: the amounts of a list are taken to be of one kind wherever nothing stands behind the earlier ones.
"""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading.mention import Reading, measured_as

_AND = re.compile(r"\s?(?:、|和|及|与|或|以及)\s?")
_TO = re.compile(
    r"[，,]?\s?(?:再|又|已|进一步|大幅|小幅|逐步|一路|直接)?"
    r"[猛激骤锐陡飙攀暴急剧提上调下削缩扩回滑更修增升涨加降跌减变高低少大小长落压整改正抬拉]{1,4}(?:至|到|为|成)了?\s?"
    r"(?:(?:今年|目前|现在|如今)的?)?(?:大?约|近|逾|超过|超)?\s?"
)
_BEGINS = frozenset(
    " 、和及与或以，,再又已进大小逐一直元"
    "猛激骤锐陡飙攀暴急剧提上调下削缩扩回滑更修增升涨加降跌减变高低少长落压整改正抬拉"
)
"""What stands between two of them begins with one of these."""
_LONGEST = 16
"""No longer text between two amounts is one of these."""
_FROM = re.compile(r"(?:[从由自]|原来?的?)[^，。；！？、0-9]{0,12}\Z")
# What may stand behind an amount that takes its unit from the one before.
_ENDS = re.compile(r"\Z|[，。、；！？,;!?)）”」』\s]|左右|以上|以下|起(?![来步伏点])")
_MAGNITUDE = re.compile(r"[百千]?[万亿]+\Z|(?<=[0-9])[百千]\Z")
_MAGNITUDES = {"百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_NAMED_BEFORE = re.compile("(?:新台|台|港|澳门)币")
_STANDS_FIRST = re.compile(r"(?:\A|[。；;：:！!？?\s，,])\Z")
_LATIN_BEFORE = re.compile(r"[A-Za-z]\s?\Z")
_PARTS = re.compile("[角毛钱成‰]|(?<![百公])分(?![钟米])")
"""What is written so is not the number with its unit behind it."""
_COUNTS = ("person", "household", "fold")
_NEAR = 5
"""Figures of a list share a magnitude where none is so many times the last one's: 500和1万元 do not."""
_FAR, _FAR_FROM, _FAR_IN_LIST = 30, 100, 1000
"""Of two amounts that far apart one counts something else."""
_SMALL = 10


def shared(found: list[Reading], text: str) -> list[Reading]:
    """The amounts of a text, in order, with what the others beside them say for them."""
    if len(found) < 2:
        return found
    pairs = [
        at
        for at in range(len(found) - 1)
        if text[found[at].end] in _BEGINS and 0 < found[at + 1].start - found[at].end <= _LONGEST
    ]
    if not pairs:
        return found
    new = list(found)
    length, scale, last = 1, 1, -1
    for at in reversed(pairs):
        one, other = new[at], new[at + 1]
        if at + 1 != last:
            length = 1
        if length == 1:
            scale = _magnitude(text, other)
        taken = _from_behind(text, one, other, length, scale) if _plain(one) else None
        length, last = length + 1 if taken else 1, at
        new[at] = taken or one
    for at in pairs:
        new[at + 1] = _from_before(text, new[at], new[at + 1])
    return new


def _from_behind(text: str, one: Reading, other: Reading, length: int, scale: int) -> Reading | None:
    """`one` with what the next amount says, of a list of `length` with such a magnitude; None where it says nothing."""
    if not _says(other, scale):
        return None
    join, most = _AND.fullmatch(text, one.end, other.start), _FAR_FROM
    if join is None and not _came_from(text, one, other):
        return None
    if join is not None:
        mark = "、" in join.group()
        # 1、罚款 and "1、2000元" number what follows; iPhone 15和1000元 is no list
        if length == 1 and (
            (
                mark
                and one.value < _SMALL
                and (one.value + 1) * scale != other.value
                and _STANDS_FIRST.search(text, max(0, one.start - 1), one.start)
            )
            or _LATIN_BEFORE.search(text, max(0, one.start - 2), one.start)
        ):
            return None
        most = _FAR_IN_LIST if mark else _FAR
    value = one.value
    if scale > 1 and _magnitude(text, one) == 1 and value * scale < _NEAR * other.value:
        value *= scale
    return _of_kind(one, other, value) if _near(value, other.value, most) else None


def _from_before(text: str, one: Reading, other: Reading) -> Reading:
    """`other` with what the amount before says: 从2.1亿美元降为1.8亿; 新台币80万元增至120万元 are both of Taiwan."""
    if one.currencies and other.currencies == {"CNY"} and other.surface[-1] in "元块":
        own = _NAMED_BEFORE.match(one.surface) and other.core[0] == other.start
        end = one.end + text.startswith("元", one.end)  # which 新台币80万元 leaves out
        joined = own and (_AND.fullmatch(text, end, other.start) or _TO.fullmatch(text, end, other.start))
        return other._replace(currencies=one.currencies) if joined else other
    if (
        (one.currencies or (one.kind == "percentage" and not _PARTS.search(one.surface)))
        and _plain(other)
        and _ENDS.match(text, other.end)
        and _came_from(text, one, other)
        and _near(one.value, other.value, _FAR_FROM)
    ):
        return _of_kind(other, one, other.value)
    return other


def _plain(reading: Reading) -> bool:
    """Does nothing say what is counted?"""
    return (
        reading.kind == "number"
        and reading.unit is None
        and reading.high is None
        and not (reading.ordinal or reading.indefinite)
        and reading.core == (reading.start, reading.end)
        and not (reading.surface[0] == "0" and reading.value.denominator == 1)  # 000001 is a name
    )


def _says(reading: Reading, scale: int) -> bool:
    """Does an amount say behind its figures what it counts, or how many of them?"""
    if reading.ordinal or reading.indefinite or _PARTS.search(reading.surface):
        return False
    if reading.kind == "percentage":
        return not reading.surface.startswith(tuple(_MAGNITUDES))  # 百分之五
    return reading.core[0] == reading.start and (reading.kind == "money" or reading.unit is not None or scale > 1)


def _came_from(text: str, one: Reading, other: Reading) -> bool:
    """从800万增至1000万: does the text between and before say that the one became the other?"""
    if _TO.fullmatch(text, one.end, other.start) is None:
        return False
    return _FROM.search(text, max(0, one.start - 14), one.start) is not None


def _magnitude(text: str, reading: Reading) -> int:
    """10**4 for the 18万 of 18万吨; 1 where the figures say it all."""
    value, found = 1, _MAGNITUDE.search(text, *reading.core)
    for char in found.group() if found else "":
        value *= _MAGNITUDES[char]
    return value


def _near(one: Fraction, other: Fraction, most: int) -> bool:
    return min(one, other) > 0 and max(one, other) <= most * min(one, other)


def _of_kind(reading: Reading, other: Reading, value: Fraction) -> Reading:
    measured = other.kind != "number" or (other.dimension is not None and other.dimension not in _COUNTS)
    hard = measured or value > _SMALL or value.denominator > 1
    return measured_as(reading, other, value)._replace(lone=False, hard=hard)
