"""What a number counts or measures, by the word at it.

Measures (kilograms, kilometres, people, years, money) are read with the number (`metrics.reading`); counting words come
from `data/units.toml`, and others are learned from the facts. A number whose unit is known bears out no fact of another
unit: 5400 kilograms are not 5400 jobs. A number without a unit, or with a word that nobody knows, excludes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import regex

from metrics.normalise import normalise
from metrics.numbers import NumberMention
from metrics.statements.words import one_of, table

MONEY = "money"
"""The unit of a sum of money, whatever the currency (currencies are compared by themselves)."""
_COUNTED = ("person", "household")
"""What `metrics.reading` calls dimensions, and is counted, not measured."""
_WORD = regex.compile(r"[\p{L}\p{M}.]+(?:[\s་][\p{L}\p{M}.]+)*")
_UNIT_FIRST = ("bo", "dz")


@cache
def _families(lang: str) -> dict[str, str]:
    data = table("units")
    known = {
        normalise(word): family
        for family, words in data.items()
        if isinstance(words, dict)
        for word in words.get(lang, ())
    }
    return {word: f"={word}" if family == "single" else family for word, family in known.items()}


@cache
def _wide() -> frozenset[str]:
    return frozenset(table("units")["wide"])


@cache
def _leads(lang: str) -> list[tuple[str, str]]:
    """(word, family) of the words that say before a number what it counts."""
    return [(normalise(word), row["family"]) for row in table("units")["before"] for word in row.get(lang, ())]


def _led(text: str, lang: str, start: int) -> str | None:
    """The family of the word right before a number that begins at `start`; None for none."""
    stop = start - 1 if text[max(0, start - 1) : start] == " " else start
    return next((family for word, family in _leads(lang) if text.endswith(word, 0, stop)), None)


def unit_word(surface: str, start: int, end: int, lang: str) -> str:
    """The word that a surface has at its number surface[start:end], where a unit stands in that language; "" for
    none."""
    return (surface[:start] if lang in _UNIT_FIRST else surface[end:]).strip(" ་")


class Units:
    """The units that are known in one language: measures, families of counting words, and words that the facts have at
    their numbers."""

    def __init__(self, lang: str, learned: Iterable[str] = ()) -> None:
        """learned: words that stand beside a number in some fact's surface (`unit_word`), normalised."""
        families = _families(lang)
        self._lang = lang
        self._family = families | {
            word: f"={word}" for word in learned if word not in families and _WORD.fullmatch(word)
        }
        body = "|".join(regex.escape(word) for word in sorted(self._family, key=lambda word: (-len(word), word)))
        self._pattern: regex.Pattern[str] | None = None
        if lang in _UNIT_FIRST and body:
            self._pattern = regex.compile(rf"(?<![\u0f40-\u0fbc])({body})[\s་]?$")
        elif body:
            self._pattern = one_of(self._family, lang)

    def of(self, text: str, mention: NumberMention) -> str | None:
        """What a number of a text counts or measures; None where that is not known. A measure is "#" and its
        dimension."""
        if mention.kind == "money":
            return MONEY
        if mention.kind != "number":
            return None
        if mention.dimension is not None:
            return mention.dimension if mention.dimension in _COUNTED else f"#{mention.dimension}"
        return self.at(text, *mention.core) or _led(text, self._lang, mention.core[0])

    def cuts(self, text: str, start: int, end: int, stop: int) -> bool:
        """Does text[start:stop], which begins with the number text[start:end], end inside a counting word: 79 ราย in 79
        รายการ?"""
        if not text[stop : stop + 1].isalpha() or self._pattern is None or self._lang in _UNIT_FIRST:
            return False
        at = end + 1 if text[end : end + 1] == " " else end
        found = self._pattern.match(text, at)
        if found is None or not at < stop < found.end():
            return False
        # Of the words that facts brought, the longer may be the same again (องศา, องศาเซลเซียส).
        listed = _families(self._lang)
        longer, own = listed.get(found.group()), listed.get(text[at:stop])
        return longer is not None and own is not None and longer != own

    def counted(self, text: str, mention: NumberMention) -> str | None:
        """The family of the counting word at a number of a text, or that it is a sum with its currency."""
        if mention.kind == "money":
            return MONEY if text[mention.start : mention.end] != text[slice(*mention.core)] else None
        if mention.kind != "number" or mention.ordinal:
            return None
        return self.at(text, *mention.core) or _led(text, self._lang, mention.core[0])

    def at(self, text: str, start: int, end: int) -> str | None:
        """The family of the counting word at the number text[start:end]; None where none is known."""
        if self._pattern is None:
            return None
        if self._lang in _UNIT_FIRST:
            found = self._pattern.search(text[max(0, start - 40) : start])
            family = self._family[found.group(1)] if found else None
        else:
            found = self._pattern.match(text, end + 1 if text[end : end + 1] == " " else end)
            family = self._family.get(found.group()) if found else None
        return None if family == "none" else family


def is_measure(family: str | None) -> bool:
    """Is it a measure (mass, length, time, money), and no word for what is counted?"""
    return family is not None and (family == MONEY or family.startswith("#"))


def excluded(said: str | None, known: frozenset[str], of_jobs: bool = False) -> bool:
    """Does a unit exclude those that are known of a fact's number? What is not known excludes nothing.

    of_jobs: the number is of who is hired or dismissed; then people are jobs.

    A measure is excluded by every other unit; a counting word by measures and, unless it is a wide one, by other
    counting words; a wide one of things by persons.
    """
    if said is None or not known or said in known or (of_jobs and _hands(said, known)):
        return False
    if is_measure(said):
        return True
    strict = known - _wide()
    if said in _wide():
        no_persons = said in table("units")["things"]
        return bool(strict) and all(is_measure(f) or (no_persons and f == "person") for f in strict)
    return bool(strict)


def same(said: str, known: frozenset[str]) -> bool:
    """Does a counting word count what a fact's number counts: of one family, one that may count people, and does, or
    people for jobs?"""
    return said in known or (said in table("units")["people"] and "person" in known) or _hands(said, known)


def _hands(said: str, known: frozenset[str]) -> bool:
    """People for jobs, or jobs for people?"""
    return {"person": "job", "job": "person"}.get(said) in known
