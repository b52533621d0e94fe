"""The word lists of `data/*.toml`, read once, and finding their words in a text."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import regex

from metrics.normalise import normalise

_BO = "\u0f40-\u0fbc"


@cache
def table(name: str) -> dict[str, Any]:
    """The content of `data/NAME.toml`."""
    return tomllib.loads(files("metrics.statements").joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


def alternatives(words: Iterable[str]) -> str:
    """Any of the words, the longest first, as a part of a pattern; what nothing matches where there are none."""
    known = sorted({normalise(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(map(regex.escape, known)) or "(?!)"


def one_of(words: Iterable[str], lang: str) -> regex.Pattern[str] | None:
    """A pattern for any of the words, the longest first; None when there are none. Boundaries as in `WordFinder`."""
    words = list(words)
    if not words:
        return None
    body = alternatives(words)
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
        self._words = {known for word in words if (known := normalise(word).lower())}
        self._pattern = _pattern(self._words, lang) if lang in _UNSPACED and self._words else None
        lengths: dict[str, set[int]] = {}
        for word in self._words:
            lengths.setdefault(word[:1], set()).add(len(word))
        self._lengths = {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, word) of each occurrence in a normalised text, in order."""
        if self._pattern is not None:
            return [(match.start(), match.end(), match[1]) for match in self._pattern.finditer(text)]
        searched = text.lower()
        if len(searched) != len(text):  # a letter whose lower case is two
            searched = text
        found: list[tuple[int, int, str]] = []
        at, size, lengths, words = 0, len(text), self._lengths, self._words
        while at < size:
            for length in lengths.get(searched[at], ()):
                end = at + length
                if end <= size and (word := searched[at:end]) in words and _apart(searched, at, end):
                    found.append((at, end, word))
                    at = end - 1
                    break
            at += 1
        return found


def _apart(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] stands there as a word of its own, in a script with spaces."""
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalpha())


# ---- of scripts without spaces: one pattern for all words --------------------------------------------------------

_UNSPACED = ("th", "bo", "zh")


def _pattern(words: Iterable[str], lang: str) -> re.Pattern[str]:
    """Finds any of the words, at least one, where it can stand, the longest that can: group 1, and what is written on
    to it behind."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    # What stands before a word is looked at behind its first letter: so a search begins with a set of letters.
    inside = {"th": "[เแโใไ]", "bo": f"[{_BO}]", "zh": ""}[lang]
    heads = [
        re.escape(head) + (f"(?<!{inside}{re.escape(head)})" if inside else "") + _rest(node)
        for head, node in sorted(root.items())
    ]
    behind = {
        "th": f"(?![ะาำๅ{_marks() if lang == 'th' else ''}])",
        "bo": f"(?:འི|འང|འམ|འོ)?(?![{_BO}])",
        "zh": "",
    }[lang]
    return re.compile(f"({'|'.join(heads)}){behind}")


def _rest(node: dict[str, Any]) -> str:
    """What may follow in a word, longer before shorter."""
    ways = [re.escape(letter) + _rest(further) for letter, further in sorted(node.items()) if letter]
    if not ways:
        return ""
    return f"(?:{'|'.join(ways)})" + ("?" if "" in node else "")


@cache
def _marks() -> str:
    """The characters that are written above or below another one (Mn), as ranges of a set. There are none beyond these
    planes."""
    found: list[list[int]] = []
    for point in (*range(0x20000), *range(0xE0000, 0xE0200)):
        if unicodedata.category(chr(point)) == "Mn":
            if found and found[-1][1] == point - 1:
                found[-1][1] = point
            else:
                found.append([point, point])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in found)
