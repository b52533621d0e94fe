"""Finding known surfaces in text: leftmost-longest, without overlap, and only where a written word can begin and end.

Thai and Chinese show no word boundaries, so matching is on substrings, but never on parts of a written character: a
Thai surface does not end before a vowel or tone mark. Where the language has a segmenter, a surface that is also a
common word is not found inside another word (`metrics.words.whole_word`). A Tibetan surface begins and ends at syllable
boundaries (a following particle that is written on to the syllable, འི, འང, འམ, འོ and after an open syllable ས or ར,
is one too); a surface in a script that writes spaces ends at word boundaries; a number never matches inside a longer
one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Protocol

import regex
from ahocorasick_rs import AhoCorasick

_SURROGATE = regex.compile("[\ud800-\udfff]")
_SPACED = regex.compile(
    r"[\p{L}--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Hangul}\p{Tibetan}]]", regex.V1
)
_BEFORE_CONSONANT = frozenset("เแโใไເແໂໃໄ")
_AFTER_CONSONANT = frozenset("ะาำๅະາຳ")
_BO_PARTICLE = regex.compile(r"(?:འིས|འིའོ|འི|འང|འམ|འོ)(?![\u0f40-\u0fbc])")
_BO_CASE_LETTER = regex.compile(r"[སར](?![\u0f40-\u0fbc])")
_BO_OPEN_SYLLABLE = regex.compile(r".*་(?:[\u0f40-\u0f6c][\u0f90-\u0fbc]*|[\u0f40-\u0fbc]*[\u0f71-\u0f7d])")


@lru_cache(maxsize=65536)
def _kind(char: str) -> str:
    """d ASCII digit, t Tibetan letter, m mark or vowel that cannot begin a word, w letter of a script with spaces, o
    other."""
    if char in "0123456789":
        return "d"
    if "\u0f40" <= char <= "\u0fbc":
        return "t"
    if char in _AFTER_CONSONANT or unicodedata.category(char)[0] == "M":
        return "m"
    return "w" if _SPACED.match(char) else "o"


def may_begin(text: str, start: int) -> bool:
    """Whether a word may begin at this offset of normalised text."""
    if start == 0:
        return True
    before, first = text[start - 1], _kind(text[start])
    kind = _kind(before)
    if first == "m" or before in _BEFORE_CONSONANT:
        return False
    if first == "d":
        return not (kind in "dw" or (before == "." and start > 1 and _kind(text[start - 2]) == "d"))
    return not (first in "tw" and kind == first)


def may_end(text: str, start: int, end: int) -> bool:
    """Whether the word text[start:end] may end there."""
    if end == len(text):
        return True
    last, after = _kind(text[end - 1]), _kind(text[end])
    if after == "m":
        return False
    if last == "d":
        return not (after == "d" or (text[end] == "." and end + 1 < len(text) and _kind(text[end + 1]) == "d"))
    if last == "t" and after == "t":
        if _BO_PARTICLE.match(text, end):
            return True
        # One syllable with ས or ར is more often another word (མི, མིས) than a name with a case ending.
        return bool(_BO_CASE_LETTER.match(text, end) and _BO_OPEN_SYLLABLE.fullmatch(text, start, end))
    return not (last == "w" and after in "wd")


class Whole(Protocol):
    """Whether text[start:end] is a whole word of its language (`metrics.words.whole_word`)."""

    def __call__(self, text: str, start: int, end: int, /) -> bool: ...


class SurfaceMatcher:
    """Finds the surfaces of a fixed set; the time per text hardly depends on how many there are."""

    def __init__(self, surfaces: Iterable[str]) -> None:
        """`surfaces` must be normalised; the empty string is refused with ValueError."""
        self._surfaces = frozenset(surfaces)
        if "" in self._surfaces:
            raise ValueError("an empty surface would match everywhere")
        # A lone surrogate is no character: no surface that holds one is ever found, and none is looked at in a text.
        known = sorted(self._surfaces)
        if _SURROGATE.search("".join(known)):
            known = [surface for surface in known if not _SURROGATE.search(surface)]
        self._automaton = AhoCorasick(known) if known else None

    def __reduce__(self) -> tuple[type[SurfaceMatcher], tuple[frozenset[str]]]:
        """Another process builds its own automaton."""
        return SurfaceMatcher, (self._surfaces,)

    def find(self, text: str, forbidden: Collection[int] = (), whole: Whole | None = None) -> list[tuple[int, int]]:
        """Offsets (start, end) of the matches in normalised text, in order; none begins or ends at a `forbidden`
        offset.

        whole: asked last, whether a match is a word of its own where the script does not show it.
        """
        matches: list[tuple[int, int]] = []
        if self._automaton is None:
            return matches
        shown = text if text.isascii() else _SURROGATE.sub("\0", text)
        # All that stand there, by their start, the longest first: the first that may is taken, what overlaps it is not.
        hits = [(start, -stop) for _, start, stop in self._automaton.find_matches_as_indexes(shown, overlapping=True)]
        hits.sort()
        free = 0
        for at, minus_stop in hits:
            stop = -minus_stop
            if (
                at >= free
                and stop not in forbidden
                and at not in forbidden
                and may_begin(text, at)
                and may_end(text, at, stop)
                and (whole is None or whole(text, at, stop))
            ):
                matches.append((at, stop))
                free = stop
        return matches
