"""Measures of one amount in several units: 1小时30分钟, 2 ปี 6 เดือน, 5 feet 11 inches.

`read` gives them one by one, as they are written. `joined` makes one reading of those that stand side by side, from the
greater unit to the smaller, so that they agree with 1.5小时 or 90 นาที.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from metrics.reading.mention import Reading
from metrics.reading.words import Unit, units

_MEASURED = frozenset(("duration", "months", "length", "mass", "volume", "area"))
_GAP = {
    "zh": re.compile(r"\s?[零又]?\s?"),
    "th": re.compile(r"\s?(?:กับอีก|กับ|และ|อีก)?\s?"),
    "bo": re.compile(r"[་\s]*(?:དང)?[་\s]*"),
    "en": re.compile(r",?\s(?:and\s)?"),
    "": re.compile(r"\s?"),
}
_LONGEST_GAP = 8
_ZH_MINUTES = re.compile(r"\s?分(?![之钟])")
Parts = tuple[Reading, ...]


def joined(readings: Iterable[Reading], text: str, lang: str) -> tuple[list[Reading], dict[tuple[int, int], Parts]]:
    """The readings with one in the place of several that are one amount; and what such a one is made of, by where it
    stands.

    readings: of the text, in order. The amount is in the unit that comes first. Each further one is below one of the
    unit before it: "7 days 24 hours" are two amounts. Linear in the readings.
    """
    found = list(readings)
    if len(found) < 2 or not _side_by_side(found):
        return found, {}
    kept: list[Reading] = []
    parts: dict[tuple[int, int], Parts] = {}
    last: Reading | None = None
    for reading in found:
        part = reading if last is None else _with_unit(last, reading, text, lang)
        if last is None or not kept or not _continues(last, part, text, lang):
            kept.append(reading)
            last = reading
            continue
        whole = kept.pop()
        before = parts.pop((whole.start, whole.end), (whole,))
        kept.append(_sum(whole, part, text))
        parts[whole.start, part.end] = (*before, part)
        last = part
    return kept, parts


def _side_by_side(readings: list[Reading]) -> bool:
    """Whether anything stands right behind a measure."""
    for one, two in pairwise(readings):  # noqa: SIM110 - a generator costs more than the test
        if one.dimension in _MEASURED and two.start - one.end <= _LONGEST_GAP:
            return True
    return False


def _with_unit(last: Reading, reading: Reading, text: str, lang: str) -> Reading:
    """1小时30分: a 分 behind hours is a minute."""
    if lang != "zh" or last.unit != "hour" or reading.unit or reading.kind != "number" or reading.start - last.end > 1:
        return reading
    word, minute = _ZH_MINUTES.match(text, reading.end), _minute()
    if word is None or minute is None:
        return reading
    return reading._replace(
        end=word.end(),
        surface=text[reading.start : word.end()],
        unit=minute.id,
        dimension=minute.dimension,
        factor=minute.factor,
        hard=True,
        lone=False,
    )


def _minute() -> Unit | None:
    found = units("zh").starting("分钟", 0)
    return found[1] if found else None


def _continues(last: Reading, part: Reading, text: str, lang: str) -> bool:
    """Whether a measure goes on with a smaller unit behind another."""
    return (
        last.kind == part.kind == "number"
        and last.dimension == part.dimension
        and last.dimension in _MEASURED
        and last.high is None
        and not (part.indefinite or last.ordinal or part.ordinal)
        and last.value.denominator == 1
        and part.amount < last.factor
        and part.start - last.end <= _LONGEST_GAP
        and _GAP.get(lang, _GAP[""]).fullmatch(text, last.end, part.start) is not None
    )


def _sum(whole: Reading, part: Reading, text: str) -> Reading:
    more = part.amount / whole.factor
    return whole._replace(
        end=part.end,
        value=whole.value + more,
        high=None if part.high is None else whole.value + part.high * part.factor / whole.factor,
        surface=text[whole.start : part.end],
        core=(whole.core[0], part.core[1]),
        lone=False,
        hard=whole.hard or part.hard,
    )
