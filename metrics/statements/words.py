"""The word lists of `data/*.toml`, read once, and finding their words in a text."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import regex

from metrics.normalise import normalise

_BO = "\u0f40-\u0fbc"
_BO_WRITTEN_ON = regex.compile(rf"(?:འི|འང|འམ|འོ)?(?![{_BO}])")
_THAI_LEADING = frozenset("เแโใไ")
_THAI_FOLLOWING = frozenset("ะาำๅ")


@cache
def table(name: str) -> dict[str, Any]:
    """The content of `data/NAME.toml`."""
    return tomllib.loads(files("metrics.statements").joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


def one_of(words: Iterable[str], lang: str) -> regex.Pattern[str] | None:
    """A pattern for any of the words, the longest first; None when there are none. Boundaries as in `WordFinder`."""
    known = sorted({normalise(word) for word in words}, key=lambda word: (-len(word), word))
    if not known:
        return None
    body = "|".join(regex.escape(word) for word in known)
    if lang == "bo":
        return regex.compile(rf"(?<![{_BO}])(?:{body})(?:འི|འང|འམ|འོ)?(?![{_BO}])")
    if lang == "th":
        return regex.compile(rf"(?<![เแโใไ])(?:{body})(?![ะาำๅ\p{{M}}])")
    if lang == "zh":
        return regex.compile(f"(?:{body})")
    return regex.compile(rf"(?<![\p{{L}}\p{{N}}])(?:{body})(?![\p{{L}}])", regex.IGNORECASE)


class WordFinder:
    """Finds the words of a list, leftmost-longest; the time per text hardly depends on how many there are.

    Tibetan words are whole syllables (འི and its like may be written on), words of a script with spaces whole words in
    any case; Thai and Chinese words do not begin or end inside a written character.
    """

    def __init__(self, words: Iterable[str], lang: str) -> None:
        """words: as the lists have them; they are normalised, and lower case where the script has case."""
        self._lang = lang
        self._cased = lang not in ("th", "bo", "zh")
        self._words = {normalise(word).lower() for word in words if word}
        lengths: dict[str, set[int]] = {}
        for word in self._words:
            lengths.setdefault(word[:1], set()).add(len(word))
        self._lengths = {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, word) of each occurrence in a normalised text, in order."""
        searched = text.lower() if self._cased else text
        if len(searched) != len(text):  # a letter whose lower case is two
            searched = text
        found: list[tuple[int, int, str]] = []
        at, size, lengths, words = 0, len(text), self._lengths, self._words
        while at < size:
            for length in lengths.get(searched[at], ()):
                word = searched[at : at + length]
                if at + length <= size and word in words and (end := self._whole(searched, at, at + length)):
                    found.append((at, end, word))
                    at = end - 1
                    break
            at += 1
        return found

    def _whole(self, text: str, start: int, end: int) -> int:
        """Where the word text[start:end] ends with what is written on to it; 0 where it cannot stand there."""
        before, after = text[start - 1 : start], text[end : end + 1]
        if self._lang == "th":
            inside = (
                before in _THAI_LEADING or after in _THAI_FOLLOWING or (after and unicodedata.category(after) == "Mn")
            )
            return 0 if inside else end
        if self._lang == "bo":
            if before and "\u0f40" <= before <= "\u0fbc":
                return 0
            match = _BO_WRITTEN_ON.match(text, end)
            return match.end() if match else 0
        if self._lang == "zh":
            return end
        return 0 if before.isalnum() or after.isalpha() else end
