"""A name in Latin letters looked for in a text of another script: CNN as ซีเอ็นเอ็น, Twitter as ทวิตเตอร์."""

from __future__ import annotations

import re
from functools import lru_cache

from metrics.matching import may_begin, may_end
from metrics.open.outputs import Output
from metrics.open.romanise import latin_spelled, thai_in_latin
from metrics.open.spelling import latin_sounds, loose_form

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
_LATIN = r"A-Za-z\u00c0-\u024f"
CODE = 4
"""Capital letters that an identifier may begin with; what has more is a name with a number (Saturn 5)."""
LIKE, LEAST = 88.0, 4
"""Smallest partial ratio (rapidfuzz, 0..100) of consonants, and how many there must be."""
ALSO = 60.0
"""Likeness of the letters that is asked for besides that of the consonants: four of them stand in a row by chance
(Digital in ที่ชาวอิตาโล)."""
SPELLED, LETTERS = 77.5, 6
"""The same for all letters of a Thai text in Latin letters. On NTREX and XQuAD right ones have 78 and more, chance ones
77 and less (John Go for Johnson), 75 in Thai words."""
FEW_LETTERS, FEWEST = 5, 4
"""Of a word of so many letters only vowels may differ (Twitter is tviter, Punta not pusna); of the fewest, nothing."""
_VOWELS = re.compile(r"[aeiou]+")


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
    if word in output.text and (found := re.search(rf"(?<![{_LATIN}]){re.escape(word)}(?![{_LATIN}])", output.text)):
        return found.span()
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
    if len(letters) > FEWEST and (at := _near(letters, text, SPELLED)):
        heard = text[at[0] : at[1]]
        if len(letters) >= LETTERS or _VOWELS.sub("", letters) == _VOWELS.sub("", heard):
            return min(where[at[0] : at[1]]), max(where[at[0] : at[1]]) + 1
    if len(letters) == FEWEST and not word.isupper() and len(_VOWELS.sub("", letters)) > 1:
        return _exactly(letters, output)
    return None


def _exactly(letters: str, output: Output) -> tuple[int, int] | None:
    """Where a short word is heard letter for letter, from where a word may begin to where one may end, without a
    space in it."""
    text, where = output.romanised
    at = text.find(letters)
    while at >= 0:
        span = min(where[at : at + len(letters)]), max(where[at : at + len(letters)]) + 1
        start, end = _written(output.text, *span)
        apart = start == 0 or where[at - 1] < start
        if " " not in output.text[start:end] and apart and may_begin(output.text, start):
            return span
        at = text.find(letters, at + 1)
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
    """Where the output says a Latin name or an identifier in its own script, or None: all words of a name but the short
    ones, in any order; letters and digits of an identifier, and initials (J. A.), one after another."""
    parts = _PARTS.findall(re.sub(r"['’]s\b", "", surface))
    letters = [part for part in parts if part.isalpha()]
    if all(len(part) == 1 for part in letters) or (
        any(map(str.isdigit, parts)) and all(part.isupper() and len(part) <= CODE for part in letters)
    ):
        return _in_letters(parts, output) if len(parts) > 1 else None
    found = [(part, _word_in(part, output)) for part in parts if len(part) > 1 or part.isdigit()]
    if not found or any(at is None for _, at in found):
        return None
    spans = [at for _, at in found if at is not None]
    return _written(output.text, min(a for a, _ in spans), max(b for _, b in spans))


def _in_letters(parts: list[str], output: Output) -> tuple[int, int] | None:
    """Where an identifier (S2, SR99) or initials are said: part after part, letters as such or by their names."""
    names = _LETTERS.get(output.lang, {})
    ways = []
    for part in parts:
        spoken = [names.get(letter) for letter in part.upper()] if part.isalpha() else [None]
        said = "|" + r"[. -]{0,2}".join(map(re.escape, filter(None, spoken))) if all(spoken) else ""
        ways.append(f"(?:{re.escape(part)}{said})")
    found = re.search(rf"(?<![{_LATIN}0-9])" + r"[. -]{0,2}".join(ways) + rf"(?![{_LATIN}0-9])", output.text)
    return found.span() if found else None


def _written(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with the vowels and marks that belong to its first and last consonants."""
    if start and text[start - 1] in "เแโใไ":
        start -= 1
    while end < len(text) and not may_end(text, start, end):
        end += 1
    return start, end


_ROMAN = re.compile(r"(?=[IVX]{2})(X{0,3})(IX|IV|V?I{0,3})\Z")
_UNITS = {"": 0, "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9}


def roman(surface: str) -> int | None:
    """The number that a word of the letters I, V and X is (XIV: 14, of kings, wars and volumes), or None; one letter
    is none, for it may be an initial."""
    found = _ROMAN.match(surface)
    return 10 * len(found[1]) + _UNITS[found[2]] if found else None
