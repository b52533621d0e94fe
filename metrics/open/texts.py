"""What is read of a source or an output, remembered: many outputs are held against one source."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from metrics.open.pairing import Marks
from metrics.open.pairing import marks as marks_of
from metrics.reading import TEXT_KINDS, Reading, read
from metrics.reading.compounds import Parts, joined
from metrics.reading.words import base_language

_GLOSS = 60
"""Characters before a Latin name within which its bracket may have opened."""


@lru_cache(maxsize=1 << 14)
def _joined(text: str, lang: str) -> tuple[tuple[Reading, ...], dict[tuple[int, int], Parts]]:
    kept = [
        r
        for r in read(text, lang)
        if r.kind != "name" or (len(r.surface) > 1 and r.surface != r.surface.lower() and not _glossed(text, r))
    ]
    kept, parts = joined(kept, text, base_language(lang))
    return tuple(kept), parts


def readings(text: str, lang: str) -> tuple[Reading, ...]:
    """What is read, 1小时30分钟 as one; a Latin name only if it has a capital letter and is no gloss in brackets of
    what stands before it."""
    return _joined(text, lang)[0]


def parts_of(text: str, lang: str) -> dict[tuple[int, int], Parts]:
    """The readings of which those in several units are made, by where these stand."""
    return _joined(text, lang)[1]


def _glossed(text: str, reading: Reading) -> bool:
    first = max(0, reading.start - _GLOSS)
    opened = max(text.rfind("(", first, reading.start), text.rfind("（", first, reading.start))
    if opened < 1:
        return False
    between = text[opened + 1 : reading.start]
    return ")" not in between and "）" not in between and (not between or between.isascii())


@lru_cache(maxsize=1 << 14)
def distinct(text: str, lang: str) -> tuple[Reading, ...]:
    """The readings of a text, what says the same once: the first, or the first hard one."""
    kept: dict[Any, Reading] = {}
    for reading in readings(text, lang):
        key = (
            (reading.kind, reading.text)
            if reading.kind in TEXT_KINDS
            else (*reading.key, reading.high, reading.dimension, reading.factor, reading.ordinal)
        )
        if key not in kept or (reading.hard and not kept[key].hard):
            kept[key] = reading
    return tuple(kept.values())


@lru_cache(maxsize=1 << 14)
def marks(text: str, lang: str) -> tuple[Marks, ...]:
    """By what each of `readings` is found."""
    return tuple(map(marks_of, readings(text, lang)))


@lru_cache(maxsize=1 << 14)
def distinct_marks(text: str, lang: str) -> tuple[Marks, ...]:
    """By what each of `distinct` is found."""
    return tuple(map(marks_of, distinct(text, lang)))


def forget() -> None:
    """Empties what is remembered."""
    for remembered in (_joined, distinct, marks, distinct_marks):
        remembered.cache_clear()
