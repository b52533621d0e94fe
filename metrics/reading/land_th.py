"""Land as Thai deeds write it: 3-1-50 ไร่ are three rai, one ngan and 50 square wa."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from metrics.reading.mention import Reading
from metrics.reading.patterns import Patterns
from metrics.reading.words import units

_AREA = r"(?<![0-9.,/:-])(?P<rai>[0-9]{1,5})-(?P<ngan>[0-3])-(?P<wa>[0-9]{1,2}(?:\.[0-9]{1,2})?)"
LAND = {"th": Patterns(rf"{_AREA}\s?ไร่(?!นา)", rf"(?:เนื้อที่|ที่ดิน)(?:รวม|ประมาณ|ขนาด|กว่า)?\s?{_AREA}(?![0-9.,/:-])")}
_UNITS = {"rai": "rai", "ngan": "ngan", "wa": "square wa"}


def land(match: re.Match[str], _: str) -> Iterator[Reading]:
    """The parts that are not nothing, each with its unit."""
    text = match.string
    parts = [(match.span(name), word) for name, word in _UNITS.items() if name == "rai" or float(match[name])]
    for at, (span, word) in enumerate(parts):
        found = units("en").starting(word, 0)
        if found is None:
            raise KeyError(word)
        unit, start = found[1], span[0]
        end = match.end() if at == len(parts) - 1 else parts[at + 1][0][0]
        yield Reading(
            start,
            end,
            Fraction(text[slice(*span)]),
            "number",
            text[start:end],
            span,
            unit=unit.id,
            dimension=unit.dimension,
            factor=unit.factor,
        )
