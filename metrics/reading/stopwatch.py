"""Minutes and seconds of a stopwatch, which are no clock time: 4:51 นาที is four minutes and 51 seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from metrics.reading.mention import Reading

_TIME = r"(?<![0-9])(?<![0-9][.:])(?P<minutes>[0-9]{1,3}):(?P<seconds>[0-5][0-9])"
STOPWATCH: dict[str, tuple[re.Pattern[str], ...]] = {
    "th": (re.compile(_TIME + r"(?P<unit>\s?นาที)"),),
    "zh": (re.compile(_TIME + r"(?P<unit>\s?分钟)"),),
    "en": (re.compile(_TIME + r"(?P<unit>\s?min(?:utes)?\b)"),),
}


def stopwatch(match: re.Match[str], lang: str) -> Iterator[Reading]:
    """The minutes, and the seconds behind them with the word."""
    for group, end, unit, factor in (
        ("minutes", match.end("minutes"), "minute", 60),
        ("seconds", match.end(), "second", 1),
    ):
        start = match.start(group)
        yield Reading(
            start,
            end,
            Fraction(match.group(group)),
            "number",
            match.string[start:end],
            match.span(group),
            unit=unit,
            dimension="duration",
            factor=Fraction(factor),
        )
