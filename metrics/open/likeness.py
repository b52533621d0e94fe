"""Whether a form of a name and what a text has for it are alike, in other letters or in another spelling."""

from __future__ import annotations

import re
from functools import lru_cache

from metrics.open.romanise import latin_spelled, thai_in_latin, tibetan_in_latin
from metrics.open.sounds import target_sounds
from metrics.open.spelling import latin_sounds, loose_form

ALIKE, ALIKE_LENGTH = 0.8, 3
"""Smallest likeness and number of consonants at which a word in Latin letters counts as the name."""
ALIKE_LETTERS, ALIKE_FEW = 0.6, 0.7
"""Likeness of all letters that is asked for besides, and where the consonants are too few to tell: on NTREX right ones
have .62 (Brighton) and more, chance ones .53 (Sarasota for Charlotte) and less."""
STEM = 5
"""Letters that an English form and a word of the output must share: Germany, Germans."""
_UNHEARD = re.compile(r"[ก-ฮ][ิุ]?์|[\u0e48-\u0e4b ]")


@lru_cache(maxsize=1 << 16)
def form_of(surface: str, lang: str) -> tuple[str, str]:
    """(coarse form, consonants) of a target form."""
    spoken = (
        latin_sounds(surface) if surface.isascii() else target_sounds(surface, lang) if lang in ("th", "bo") else ""
    )
    return loose_form(surface, lang), re.sub(r"(.)\1+", r"\1", spoken)


def stem(form: str) -> str:
    """With what an English word begins that stands for a form of STEM letters or more: Germany, Germans."""
    return form[: max(STEM, len(form) - 2)]


def as_long(form: str, written: str) -> bool:
    """Whether a short form and what is written differ in no more than a letter, silent letters, tones and
    spaces aside."""
    a, b = _UNHEARD.sub("", form), _UNHEARD.sub("", written)
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) <= 1


def trimmed(wanted: str, text: str, start: int, end: int) -> tuple[int, int]:
    """The window text[start:end] without up to two letters at each edge that the name does not begin or end with."""
    first = next((i for i in range(start, min(start + 3, end)) if text[i] == wanted[0]), start)
    last = next((i for i in range(end, max(end - 3, first + 1), -1) if text[i - 1] == wanted[-1]), end)
    return first, last


@lru_cache(maxsize=1 << 16)
def _romanised(form: str, lang: str) -> str:
    return thai_in_latin(form)[0] if lang == "th" else tibetan_in_latin(form)


@lru_cache(maxsize=1 << 16)
def alike(form: str, sounds: str, word: str, spoken: str, lang: str) -> bool:
    """Whether a word in Latin letters is read like a form: by its consonants where there are enough, else by all its
    letters, too."""
    from rapidfuzz.distance import Indel

    shorter = min(len(sounds), len(spoken))
    if shorter < 2 or sounds[0] != spoken[0] or Indel.normalized_similarity(sounds, spoken) < ALIKE:
        return False
    enough = shorter >= ALIKE_LENGTH
    if not enough and lang != "th":
        return False
    return lang not in ("th", "bo") or Indel.normalized_similarity(_romanised(form, lang), latin_spelled(word)) >= (
        ALIKE_LETTERS if enough else ALIKE_FEW
    )
