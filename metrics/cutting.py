"""An output cut at its reference's length: at a written character, and never inside a number."""

from __future__ import annotations

import regex

from metrics.languages import code
from metrics.normalise import cut_graphemes, normalise, tidy
from metrics.numbers import NumberMention, claims
from metrics.records import Example

NEAR = 32
"""Code points on either side of the cut in which a number that it would divide is looked for."""
_COUNTED = (None, "person", "household")
"""What a plain number counts: 30 of 30 people is 30."""
_LAST = regex.compile(r"\X\z")


def cut_to_reference(example: Example, text: str) -> str | None:
    """The output cut at the (first) reference's length in code points, at a grapheme boundary; None without a
    reference.

    A number that the cut would divide is left out: the beginning of 3,000, of 15 March or of 30 % would be a 30 or a
    15 that nobody said.
    """
    if example.reference is None:
        return None
    whole = tidy(text)
    cut = cut_graphemes(whole, len(tidy(example.reference[0])))
    return cut if len(cut) == len(whole) else _off_numbers(cut, whole[len(cut) :][:NEAR], code(example.target_lang))


def _off_numbers(cut: str, behind: str, lang: str) -> str:
    """The cut without the beginning of a number that goes on behind it."""
    near = cut[-NEAR:]
    at = len(normalise(near))
    divided = [m for m in claims(normalise(near + behind), lang) if m.start < at < _end(m)]
    if divided:
        while near and len(normalise(near)) > divided[0].start:
            near = _LAST.sub("", near)
        cut = cut[: max(0, len(cut) - NEAR)] + near
    return cut


def _end(number: NumberMention) -> int:
    """Where it is said in full: what is counted may follow, a unit belongs to it."""
    return number.core[1] if number.kind == "number" and number.dimension in _COUNTED else number.end
