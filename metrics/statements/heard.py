"""What source and references speak of at all: a grave class (dead, fined) of which nobody does makes a number false."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from metrics.statements.predicates import compatible, listed_words
from metrics.statements.words import table

_SENTENCE = 9
"""Characters below which a source is a note of its facts, and silent about all else."""


@cache
def _hints(lang: str) -> dict[str, tuple[str, ...]]:
    """grave class -> what a text of this language that speaks of it in whatever words is likely to hold.

    Only where such hints are listed can a text be known to be silent.
    """
    hints = {entry["name"]: entry.get("hint", {}).get(lang) for entry in table("predicates")["class"]}
    return {name: tuple(pieces) for name, pieces in hints.items() if pieces}


@cache
def _asked(name: str) -> tuple[str, ...]:
    """The types of the facts that a class is grave of; none for all."""
    return next((tuple(e.get("hint_of", ())) for e in table("predicates")["class"] if e["name"] == name), ())


class Heard:
    """What source and references speak of anywhere."""

    def __init__(self, source: str, source_lang: str, references: Iterable[str], lang: str) -> None:
        """All texts are normalised."""
        self._source, self._hints = source.lower(), _hints(source_lang)
        self._spoken = _mentioned(source, source_lang).union(*(_mentioned(text, lang) for text in references))

    def lacks(self, name: str, kind: str = "") -> bool:
        """Is a class a grave one, of facts of this type, of which they do not speak?"""
        hints = self._hints.get(name) if kind in (_asked(name) or (kind,)) else None
        if len(self._source) < _SENTENCE or hints is None or compatible()[name] & self._spoken:
            return False
        return not any(hint in self._source for hint in hints)

    def lacking(self, kind: str) -> Callable[[str], bool]:
        """What tells of a class whether it is lacking for facts of this type."""
        return lambda name: self.lacks(name, kind)


def _mentioned(text: str, lang: str) -> frozenset[str]:
    """The classes that a text speaks of, denied or not, by the words of the lists."""
    words = listed_words(lang)
    if words is None:
        return frozenset()
    return frozenset(name for _, _, word in words.finder.find(text) for _, name in words.classes[word])
