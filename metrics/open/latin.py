"""A name in Latin letters looked for in a text of another script: CNN as ซีเอ็นเอ็น, Twitter as ทวิตเตอร์."""

from __future__ import annotations

import re
from functools import lru_cache

from metrics.matching import may_end
from metrics.open.names import Output
from metrics.open.spelling import latin_sounds, latin_spelled, loose_form, thai_in_latin

_TH_NAMES = {
    "A": "เอ", "B": "บี", "C": "ซี", "D": "ดี", "E": "อี", "F": "เอฟ", "G": "จี", "H": "เอช", "I": "ไอ", "J": "เจ",
    "K": "เค", "L": "แอล", "M": "เอ็ม", "N": "เอ็น", "O": "โอ", "P": "พี", "Q": "คิว", "R": "อาร์", "S": "เอส",
    "T": "ที", "U": "ยู", "V": "วี", "W": "ดับเบิลยู", "X": "เอกซ์", "Y": "วาย", "Z": "แซด",
}  # fmt: skip
_BO_NAMES = {
    "A": "ཨེ", "B": "བི", "C": "སི", "D": "ཌི", "E": "ཨི", "F": "ཨེཕ", "G": "ཇི", "H": "ཨེཆ", "I": "ཨའི",
    "J": "ཇེ", "K": "ཀེ", "L": "ཨེལ", "M": "ཨེམ", "N": "ཨེན", "O": "ཨོ", "P": "པི", "Q": "ཀིའུ", "R": "ཨར",
    "S": "ཨེས", "T": "ཊི", "U": "ཡུ", "V": "ཝི", "W": "ཌབལ་ཡུ", "X": "ཨེཀསི", "Y": "ཝའི", "Z": "ཛེཌ",
}  # fmt: skip
_LETTERS = {"th": _TH_NAMES, "bo": _BO_NAMES}
_PARTS = re.compile(r"[A-Za-z\u00c0-\u024f]+|[0-9]+")
LIKE, LEAST = 88.0, 4
"""Smallest partial ratio (rapidfuzz, 0..100) of consonants, and how many there must be."""
SPELLED, LETTERS = 80.0, 5
"""The same for all letters of a Thai text in Latin letters."""
_VOWELS = re.compile(r"[aeiouy]+")
"""Of a word of LETTERS letters only these may differ: Twitter is ทวิตเตอร์ (tvite, tvito), Punta not ผู้สนับ (pusna)."""
ALSO = 60.0
"""Likeness of the letters that is asked for besides that of the consonants: four of them stand in a row by chance
(Digital in ที่ชาวอิตาโล). On NTREX and XQuAD the right ones have 69 and more (one 59), the chance ones 57 and less
(one 62); Facebook, เฟซบุ๊ก has 62."""


@lru_cache(maxsize=1 << 14)
def _spelled(word: str, lang: str) -> str:
    """An acronym in the names of its letters, coarse; empty for a language without them."""
    names = _LETTERS.get(lang)
    return (
        loose_form("".join(names[letter] for letter in word), lang)
        if names and all(letter in names for letter in word)
        else ""
    )


def _word_in(word: str, output: Output) -> tuple[int, int] | None:
    if word.isdigit():
        found = re.search(rf"(?<![0-9.,]){word}(?![0-9]|[.,][0-9])", output.text)
        return found.span() if found else None
    if 1 < len(word) < 7 and word.isupper() and (spelled := _spelled(word, output.lang)):
        at = output.coarse.find(spelled)
        if at >= 0:
            return output.places[at], output.places[at + len(spelled) - 1] + 1
    return _sounded(word, output)


def _sounded(word: str, output: Output) -> tuple[int, int] | None:
    """Where a word is heard: by its consonants, or by all letters of it."""
    if output.lang not in ("th", "bo"):
        return None
    sounds, letters = latin_sounds(word), latin_spelled(word)
    text, where = output.sounds
    if len(sounds) >= LEAST and (at := _near(sounds, text, LIKE)):
        span = min(where[at[0] : at[1]]), max(where[at[0] : at[1]]) + 1
        start, end = _written(output.text, *span)
        if output.lang != "th" or _letters_alike(letters, output.text[max(0, start - 2) : end + 3]):
            return span
    text, where = output.romanised
    if len(letters) >= LETTERS and (at := _near(letters, text, SPELLED)):
        heard = text[at[0] : at[1]]
        if len(letters) > LETTERS or _VOWELS.sub("", letters) == _VOWELS.sub("", heard):
            return min(where[at[0] : at[1]]), max(where[at[0] : at[1]]) + 1
    return None


def _letters_alike(letters: str, heard: str) -> bool:
    from rapidfuzz import fuzz

    return fuzz.partial_ratio(letters, thai_in_latin(heard)[0]) >= ALSO


def _near(wanted: str, text: str, score: float) -> tuple[int, int] | None:
    from rapidfuzz import fuzz

    got = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=score) if len(text) >= len(wanted) - 1 else None
    return (
        (got.dest_start, got.dest_end) if got is not None and got.dest_end - got.dest_start >= len(wanted) - 1 else None
    )


def spoken_in(surface: str, output: Output) -> tuple[int, int] | None:
    """Where the output says a Latin name in its own script, or None: all words of the name but the short ones, in any
    order."""
    parts = _PARTS.findall(surface)
    if any(map(str.isdigit, parts)) and (short := [part for part in parts if len(part) == 1 and part.isalpha()]):
        return _in_letters(parts, short, output)
    found = [(part, _word_in(part, output)) for part in parts if len(part) > 1 or part.isdigit()]
    if not found or any(at is None for _, at in found):
        return None
    spans = [at for _, at in found if at is not None]
    return _written(output.text, min(a for a, _ in spans), max(b for _, b in spans))


def _in_letters(parts: list[str], short: list[str], output: Output) -> tuple[int, int] | None:
    """Where an identifier with a lone letter (S2) is said: its parts one after another, letters as such or by name."""
    names = _LETTERS.get(output.lang)
    if names is None or not all(part.isdigit() or part.upper() in names for part in parts if len(part) == 1):
        return None
    ways = [f"(?:{re.escape(p)}|{re.escape(names[p.upper()])})" if p in short else re.escape(p) for p in parts]
    found = re.search(r"[ -]?".join(ways) + r"(?![0-9])", output.text)
    return found.span() if found else None


def _written(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with the vowels and marks that belong to its first and last consonants."""
    if start and text[start - 1] in "เแโใไ":
        start -= 1
    while end < len(text) and not may_end(text, start, end):
        end += 1
    return start, end
