"""Minutes and seconds of a stopwatch, or hours and minutes, which are no clock time: 4:51 นาที is four minutes and 51
seconds, 1:30 ชั่วโมง an hour and 30 minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from metrics.reading.mention import Reading

_TIME = r"(?<![0-9])(?<![0-9][.:])(?P<minutes>[0-9]{1,3}):(?P<seconds>[0-5][0-9])"
STOPWATCH: dict[str, tuple[re.Pattern[str], ...]] = {
    "th": (
        # 1:52.69 นาที, 2.05.13 ชั่วโมง: what stands third are seconds, or what is less than one
        re.compile(
            r"(?<![0-9])(?<![0-9][.:,])(?P<minutes>[0-9]{1,3})[.:](?P<seconds>[0-5][0-9])[.:](?P<third>[0-9]{1,2})"
            r"(?P<unit>\s?(?:นาที|(?P<hours>ชั่วโมง|ชม\.)))"
        ),
        re.compile(_TIME + r"(?P<unit>\s?(?:นาที|(?P<hours>ชั่วโมง|ชม\.)))"),
    ),
    "zh": (
        re.compile(_TIME + r"(?P<unit>\s?分钟)"),
        re.compile(
            r"(?<![0-9.])(?:(?P<minutes>[0-9]{1,3})\s?分钟?\s?)?(?P<seconds>[0-9]{1,2})\s?秒(?P<part>[0-9]{1,2})"
            r"(?![0-9.%:]|\s?[秒分时点米公人名个次位辆年月日元块万亿千百级])"  # 9秒83, 1分52秒69
        ),
    ),
    "en": (re.compile(_TIME + r"(?P<unit>\s?min(?:utes)?\b)"),),
}


def stopwatch(match: re.Match[str], lang: str) -> Iterator[Reading]:
    """The minutes (hours), and the seconds (minutes) behind them with the word; or seconds with their decimals."""
    part = match.groupdict().get("part")
    if part is not None:
        value = Fraction(f"{match.group('seconds')}.{part}")
        start, end = match.start("seconds"), match.end()
        if match.group("minutes"):
            yield Reading(
                match.start(),
                start,
                Fraction(match.group("minutes")),
                "number",
                match.string[match.start() : start],
                match.span("minutes"),
                unit="minute",
                dimension="duration",
                factor=Fraction(60),
            )
        yield Reading(
            start,
            end,
            value,
            "number",
            match.string[start:end],
            (start, end),
            unit="second",
            dimension="duration",
        )
        return
    named, text = match.groupdict(), match.string
    hours = named.get("hours") is not None  # 1:30 ชั่วโมง
    spans = [match.span("minutes"), match.span("seconds")]
    if named.get("third") and hours:
        spans.append(match.span("third"))
    elif named.get("third"):
        spans[1] = (match.start("seconds"), match.end("third"))
    units = [("hour", 3600)] * hours + [("minute", 60), ("second", 1)]
    for span, (unit, factor) in zip(spans, units, strict=False):
        start, end = span[0], match.end() if span == spans[-1] else span[1]
        value = Fraction(text[slice(*span)].replace(":", "."))
        yield Reading(
            start, end, value, "number", text[start:end], span, unit=unit, dimension="duration", factor=Fraction(factor)
        )
