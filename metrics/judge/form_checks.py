"""How a text is written, as far as rules see it: what the oracle's fluency and conciseness rest on. Values in 0..1."""

from __future__ import annotations

import re

from metrics.normalise import tidy
from metrics.records import Example
from metrics.scripts import count_letters, scripts_of
from metrics.verbosity import repetition, tokens

ROOM, MOST = 1.25, 4.0
"""Lengths, as multiples of the reference: no deduction up to ROOM, nothing left at MOST."""
_DEBRIS = re.compile(r"(?:^|\s)(?:[-*•#>]|\d+[.)])\s|\*\*|__|```|</?[a-z]+>|\{\"|\n")


def fluency(example: Example, text: str) -> float:
    """1, less the share of letters in another script, less repetition; 0 for nothing at all."""
    if not tidy(text):
        return 0.0
    scripts = scripts_of(example.target_lang)
    foreign, letters = count_letters(tidy(text), scripts) if scripts is not None else (0.0, 0.0)
    own = 1 - foreign / letters if letters else 1.0
    return max(0.0, own * (1 - repetition(tokens(text, example.target_lang))))


def conciseness(example: Example, text: str) -> float:
    """Length against the (first) reference, less repetition; half of it where debris of formatting stands in the
    text."""
    shown = tidy(text)
    if not shown or not example.reference:
        return 0.0
    ratio = len(shown) / max(1, len(tidy(example.reference[0])))
    fits = min(1.0, max(0.0, (MOST - ratio) / (MOST - ROOM)))
    debris = 0.5 if _DEBRIS.search(text.strip()) else 1.0
    return fits * (1 - repetition(tokens(text, example.target_lang))) * debris
