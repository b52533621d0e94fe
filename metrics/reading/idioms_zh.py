"""Chinese words in which a numeral says no number (三番五次, 五十铃, 三元锂): data/idioms_zh.tsv."""

from __future__ import annotations

from metrics.reading.words import _rows, one_for_one

_NUMERALS = frozenset("一二两三四五六七八九十百千万")


def _places() -> dict[str, list[tuple[int, str, tuple[str, ...]]]]:
    """A numeral and the character behind it -> how far into a word it stands, the word, what must not follow."""
    places: dict[str, list[tuple[int, str, tuple[str, ...]]]] = {}
    for row in _rows("idioms_zh.tsv"):
        name, _, never = row[0].partition("!")
        word, not_before = one_for_one(name, "zh"), tuple(never.split(",")) if never else ()
        for at, char in enumerate(word[:-1]):  # the last alone counts nothing
            if char in _NUMERALS:
                places.setdefault(word[at : at + 2], []).append((at, word, not_before))
    return places


IDIOMS = _places()
"""So most numerals of a text ask for one look-up."""


def in_idiom(text: str, at: int) -> bool:
    """Does the numeral at `at` of a text belong to such a word? The text is as `words.one_for_one` leaves it."""
    for offset, word, not_before in IDIOMS.get(text[at : at + 2], ()):
        start = at - offset
        if (
            start >= 0
            and text.startswith(word, start)
            and not (not_before and text.startswith(not_before, start + len(word)))
            and text[start - 1 : start] != "第"
        ):
            return True
    return False
