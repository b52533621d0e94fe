"""Reads a text from left to right."""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.numbers import extract_numbers
from metrics.reading.mention import Reading

_URL = re.compile(r"(?:https?://|www\.)[!-~]++|\b[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:com|org|net|gov|edu|cn|th|co|io|tv)\b(?:/[!-~]*)?")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f][A-Za-z0-9\u00c0-\u024f'’&.-]*[A-Za-z0-9\u00c0-\u024f]|[A-Z]")


def read(text: str, lang: str) -> tuple[Reading, ...]:
    """All readings of a normalised text, in order of their start; spans of different kinds do not overlap.

    `lang` is a language code (zh, th, bo, en have rules of their own; its region and script are ignored).
    """
    found: list[Reading] = []
    taken = text
    for pattern, kind in ((_URL, "url"), (_LATIN, "name")):
        for match in pattern.finditer(taken):
            found.append(Reading(match.start(), match.end(), Fraction(0), kind, match.group(), match.span(), text=match.group().lower()))
        taken = pattern.sub(lambda match: "\0" * len(match.group()), taken)
    for m in extract_numbers(text, lang):
        hard = m.kind != "number" or m.value > 10
        codes = frozenset({m.currency}) if m.currency else frozenset()
        found.append(Reading(m.start, m.end, m.value, m.kind, m.surface, m.core, currencies=codes, hard=hard))
    return tuple(sorted(found, key=lambda reading: (reading.start, reading.end)))
