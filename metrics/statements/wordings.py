"""Events and their verbs in other words than a fact lists them in (words: `data/wordings.toml`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import regex

from metrics.matching import SurfaceMatcher
from metrics.normalise import normalise, normalise_surface
from metrics.statements.words import alternatives, table

_STEPS = 8
"""Names and words that may stand between the noun and the verb of an event."""
_LETTER = regex.compile(r"[\p{L}\p{M}]")


@dataclass(frozen=True, slots=True)
class Group:
    """Words that say one event."""

    words: tuple[str, ...]
    verbs: tuple[str, ...]
    """These alone only between two names."""
    closed: frozenset[str]
    """These only where no letter follows."""
    nouns: frozenset[str]
    verb: regex.Pattern[str]
    """What makes the event of a noun before it."""

    def found(self, text: str, lang: str, names: dict[int, int]) -> Iterator[tuple[int, int]]:
        """Where a text says it: its words, and the verb of a noun before it, with nothing but names and what belongs to
        the noun between.

        names: start -> end of the names of the example in the text.
        """
        for start, end in _spans(text, lang).get(self.words[0], ()):
            word = text[start:end]
            if word in self.nouns:
                yield from self._verb_behind(text, lang, end, names)
            elif word not in self.closed or not _LETTER.match(text, end):
                yield start, end

    def _verb_behind(self, text: str, lang: str, at: int, names: dict[int, int]) -> Iterator[tuple[int, int]]:
        for _ in range(_STEPS):
            if match := self.verb.match(text, at):
                yield match.span()
                return
            step = _between(lang).match(text, at)
            further = names.get(at) or (step.end() if step else at)
            if further == at:
                return
            at = further

    def count(self, text: str, lang: str) -> int:
        """How often a text says it in words that are no noun."""
        return sum(text[slice(*span)] not in self.nouns for span in _spans(text, lang).get(self.words[0], ()))


@cache
def _between(lang: str) -> regex.Pattern[str]:
    return regex.compile(rf"(?:{alternatives(table('wordings')[lang]['after'])}|[\s་])++")


@cache
def _groups(lang: str) -> dict[str, Group]:
    """Each word of a group that is an event by itself -> the group; none where the language has no data."""
    found: dict[str, Group] = {}
    for row in table("wordings").get(lang, {}).get("group", ()):
        apart = row.get("apart", {"noun": (), "verb": ()})
        group = Group(
            tuple(map(normalise, row["words"])),
            tuple(map(normalise, row.get("verbs", ()))),
            frozenset(map(normalise, row.get("closed", ()))),
            frozenset(map(normalise, apart["noun"])),
            regex.compile(rf"(?:{alternatives(apart['verb'])})(?![ะาำๅ\p{{M}}])"),
        )
        found.update(dict.fromkeys(group.words, group))
    return found


@cache
def _finder(lang: str) -> tuple[SurfaceMatcher, dict[str, str]]:
    """What finds the words of all groups, and each of them -> the first word of its group."""
    groups = dict.fromkeys(_groups(lang).values())
    first = {word: group.words[0] for group in groups for word in (*group.words, *group.closed, *group.nouns)}
    return SurfaceMatcher(first), first


@lru_cache(maxsize=16)
def _spans(text: str, lang: str) -> dict[str, list[tuple[int, int]]]:
    """The first word of each group that a text has a word of -> where."""
    finder, first = _finder(lang)
    found: dict[str, list[tuple[int, int]]] = {}
    for start, end in finder.find(text):
        found.setdefault(first[text[start:end]], []).append((start, end))
    return found


def group_of(surfaces: Iterable[str], lang: str) -> Group | None:
    """The group of an event's surfaces: that of the first which is in one."""
    known = _groups(lang)
    return next((known[word] for word in map(normalise_surface, surfaces) if word in known), None)


def other_events(surface: str, lang: str) -> tuple[str, ...]:
    """The words that state what a normalised surface of an event states, itself left out."""
    group = _groups(lang).get(surface)
    return tuple(word for word in group.words if word != surface) if group else ()


@lru_cache(maxsize=4096)
def other_verbs(verb: str, lang: str) -> tuple[str, ...]:
    """What may stand between two names for a verb of a relation.

    Where it ends with a word of a group, what is before it (a denial) stays.
    """
    known = _groups(lang)
    word = max((word for word in known if verb.endswith(word)), key=len, default="")
    if not word:
        return ()
    head, group = verb[: -len(word)], known[word]
    return tuple(head + other for other in (*group.words, *group.verbs) if other != word)
