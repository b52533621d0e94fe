"""Tibetan lists whose unit stands once, before the first number: བརྒྱ་ཆ་ 30 དང་ 40, སྒོར་ 300, 400 དང་ 500."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from metrics.reading.mention import LOOSE, Reading, measured_as
from metrics.reading.numerals_bo import magnitude_before

_AND = re.compile(r"(?P<mark>,\s|、\s?|།\s)|[་\s]{0,2}དང[་\s]{1,2}|[་\s]{0,2}དང(?=[0-9])")
# Of a list without its "and" it has to be said that it ends: a full stop may stand between, too.
_ALL = re.compile(r"[་\s]*བཅས(?![\u0f40-\u0fbc])")
# 40 behind བརྒྱ་ཆ་ 30 དང་ is the same measure unless it is the beginning of something else.
_ELSE = re.compile(r"[་\s]?(?:ལོ|ཉིན|ཚེས|ཆ|ལྡབ|པ|པོ)(?:འི|ར|ས)?(?![\u0f40-\u0fbc])|[:./-][0-9]|[་\s]?[A-Za-z]")


def in_lists(readings: Iterable[Reading], text: str) -> Iterator[Reading]:
    """The readings, of which those that continue a list have the unit of its first one."""
    listed: list[Reading] = []
    """A list so far: the first with its unit, the others bare."""
    joined = 0
    """How many of them the last "and" joins."""
    for reading in readings:
        mark = _continues(listed, reading, text) if listed else None
        if mark is None:
            yield from _shared(listed, joined, text)
            listed, joined = [reading], 0
            if not _leads(reading):
                yield reading
                listed = []
            continue
        listed.append(reading)
        if not mark:
            joined = len(listed)
    yield from _shared(listed, joined, text)


def _leads(reading: Reading) -> bool:
    """Does a number with its measure before it begin a list?"""
    if reading.ordinal or reading.indefinite:
        return False
    if reading.kind == "percentage":
        return reading.surface.startswith("བརྒྱ") and not reading.surface.endswith("%")
    measured = reading.kind == "money" or (reading.dimension is not None and reading.dimension not in LOOSE)
    return measured and reading.start < reading.core[0] and reading.end == reading.core[1]


def _continues(listed: list[Reading], reading: Reading, text: str) -> str | None:
    """What joins a bare number to the list before it, nothing for "and"; None where it does not go on."""
    bare = (reading.kind, reading.unit, reading.ordinal, reading.lone, reading.indefinite)
    if bare != ("number", None, False, False, False) or reading.start != reading.core[0]:
        return None
    joint = _AND.fullmatch(text, listed[-1].end, reading.start)
    if joint is None or _ELSE.match(text, reading.end):
        return None
    return joint["mark"] or ""


def _shared(listed: list[Reading], joined: int, text: str) -> Iterator[Reading]:
    """The readings of a list, the first `joined` of which have one unit, and one magnitude if that makes them alike."""
    if len(listed) > 1 and _ALL.match(text, listed[-1].end):
        joined = len(listed)
    scale = magnitude_before(text, listed[0].core[0]) if joined else 1
    for place, reading in enumerate(listed):
        first, factor = listed[0], 1
        if place and scale > 1 and magnitude_before(text, reading.core[0]) == 1:
            factor = scale
        amount = factor * reading.value
        if not place or place >= joined or (factor > 1 and not first.value < 10 * amount < 100 * first.value):
            yield reading  # སྒོར་ཁྲི་5 དང་ 700 is one sum of two parts
            continue
        high = None if reading.high is None else reading.high * factor
        yield measured_as(reading, first, amount)._replace(high=high, hard=True)
