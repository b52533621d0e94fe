"""An output in the forms in which names are looked for."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise

from metrics.open.romanise import thai_in_latin
from metrics.open.sounds import sounds_at
from metrics.open.spelling import coarse, latin_sounds, loose
from metrics.words import thai_cut

_AROUND = 40
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}(?:[-'’][A-Za-z\u00c0-\u024f]+)*")


class Output:
    """An output in the forms in which names are looked for, each made once."""

    def __init__(self, text: str, lang: str) -> None:
        """text: normalised."""
        self.text, self.lang = text, lang

    @cached_property
    def coarse(self) -> str:
        """The coarse form of the text (`spelling.loose`)."""
        return coarse(self.text, self.lang)

    @cached_property
    def places(self) -> list[int]:
        """Where each character of the coarse form stands; asked for where something was found."""
        return loose(self.text, self.lang)[1]

    @cached_property
    def sounds(self) -> tuple[str, list[int]]:
        """The consonants of the text (`sounds`), and where each stands."""
        return sounds_at(self.text, self.lang) if self.lang in ("th", "bo") else ("", [])

    @cached_property
    def romanised(self) -> tuple[str, list[int]]:
        """A Thai text in Latin letters, and where each stands (`romanise.thai_in_latin`)."""
        return thai_in_latin(self.text) if self.lang == "th" else ("", [])

    @cached_property
    def latin(self) -> list[tuple[int, int, str, str]]:
        """(start, end, lower case, consonants) of each word in Latin letters."""
        words = [(m.start(), m.end(), m.group()) for m in _LATIN.finditer(self.text)]
        joined = [
            (a[0], b[1], a[2] + b[2])
            for a, b in pairwise(words)
            if self.text[a[1] : b[0]] == " " and a[2][0].isupper() and b[2][0].isupper()
        ]
        return [(start, end, word.lower(), latin_sounds(word)) for start, end, word in (*words, *joined)]

    def tokens(self, start: int, end: int) -> list[tuple[int, int, bool]]:
        """(start, end, is it in the dictionary) of the Thai words of which text[start:end] is made, or parts; none in
        other languages."""
        if self.lang != "th":
            return []
        first = max(self.text.rfind(" ", max(0, start - _AROUND), start) + 1, start - _AROUND, 0)
        stop = self.text.find(" ", end, end + _AROUND)
        piece = self.text[first : stop if stop >= 0 else end + _AROUND]
        cut = ((a + first, b + first, known) for a, b, known in thai_cut(piece))
        return [(a, b, known) for a, b, known in cut if a < end and start < b]


def inside_words(output: Output, start: int, end: int, least: int) -> bool:
    """Whether this begins or ends inside a Thai word of the dictionary of so many letters: วันเดีย of วันเดียวกัน,
    "the same day", is no อินเดีย. Names that it does not know are cut into shorter words."""
    return any(known and b - a >= least and (a < start < b or a < end < b) for a, b, known in output.tokens(start, end))
