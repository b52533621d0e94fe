"""The one normal form in which texts and surfaces are compared, and cutting that never splits a written character."""

from __future__ import annotations

import re
import unicodedata

import regex


class _AsciiDigits(dict[int, int]):
    """Translation table that fills itself: a decimal digit of any script to ASCII, anything else to itself."""

    def __missing__(self, code_point: int) -> int:
        char = chr(code_point)
        self[code_point] = ord("0") + unicodedata.digit(char) if unicodedata.category(char) == "Nd" else code_point
        return self[code_point]


_DIGITS = _AsciiDigits()
_FULLWIDTH_POINT = re.compile(r"(?<=[0-9])．(?=[0-9])")
_THOUSANDS = re.compile(r"(?<![0-9])(?<![0-9][.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_GRAPHEME = regex.compile(r"\X")


def tidy(text: str) -> str:
    """NFC without surrounding white space: the text whose code points are counted (lengths, cuts)."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.strip()


def normalise(text: str) -> str:
    """The form in which texts are compared: NFC, stripped, ASCII digits, no thousands commas.

    Decimal digits of every script (Thai, Tibetan, fullwidth, ...) become ASCII; a fullwidth point between digits and the
    fullwidth percent sign become ASCII too. Commas go only where they group thousands (1,234,567), so that lists (1,2,3)
    stay lists; the Chinese comma stays, being punctuation. Idempotent. Chinese numerals are left to `metrics.numbers`: they are words.
    """
    text = tidy(text)
    if text.isascii():
        return _THOUSANDS.sub(lambda m: m.group().replace(",", ""), text) if "," in text else text
    text = text.translate(_DIGITS)
    text = _FULLWIDTH_POINT.sub(".", text).replace("％", "%")
    return _THOUSANDS.sub(lambda m: m.group().replace(",", ""), text) if "," in text else text


def cut_graphemes(text: str, n_code_points: int) -> str:
    """The longest prefix of at most `n_code_points` code points that ends at a grapheme boundary (Unicode \\X).

    Never leaves a vowel or tone mark behind, nor a letter without its marks. A negative length raises ValueError.
    """
    if n_code_points < 0:
        raise ValueError(f"cannot cut to {n_code_points} code points")
    if len(text) <= n_code_points:
        return text
    end = 0
    for match in _GRAPHEME.finditer(text):
        if match.end() > n_code_points:
            break
        end = match.end()
    return text[:end]


def count_graphemes(text: str) -> int:
    """Number of grapheme clusters (what a reader calls characters)."""
    return sum(1 for _ in _GRAPHEME.finditer(text))
