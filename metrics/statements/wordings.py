"""Events and their verbs in other words than a fact lists them in (words: `data/wordings.toml`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import regex

from metrics.normalise import normalise, normalise_surface
from metrics.statements.words import alternatives, table

_STEPS = 8
"""Names and words that may stand between the noun and the verb of an event."""
_MARGIN = regex.compile(r"[\s་]*+")


@dataclass(frozen=True, slots=True)
class Group:
    """Words that say one event."""

    words: tuple[str, ...]
    verbs: tuple[str, ...]
    """These alone only between two names."""
    said: regex.Pattern[str]
    """The words, and those that no letter may follow."""
    noun: regex.Pattern[str] | None
    verb: regex.Pattern[str] | None
    """Noun and verb that are the event together."""
    between: regex.Pattern[str]

    def found(self, text: str, names: dict[int, int]) -> Iterator[tuple[int, int]]:
        """Where a text says it: its words, and the verb of a noun before it, with nothing but names and what belongs to
        the noun between.

        names: start -> end of the names of the example in the text.
        """
        yield from (match.span() for match in self.said.finditer(text))
        if self.noun is None or self.verb is None:
            return
        for noun in self.noun.finditer(text):
            at = noun.end()
            for _ in range(_STEPS):
                match = self.verb.match(text, at)
                if match is not None:
                    yield match.span()
                    break
                step = self.between.match(text, at)
                further = names.get(at) or (step.end() if step else at)
                if further == at:
                    break
                at = further


@cache
def _groups(lang: str) -> dict[str, Group]:
    """Each word of a group that is an event by itself -> the group; none where the language has no data."""
    data = table("wordings").get(lang, {})
    found: dict[str, Group] = {}
    between = regex.compile(rf"(?:{alternatives(data.get('after', ()))}|[\s་])++")
    for row in data.get("group", ()):
        apart, closed = row.get("apart", {}), alternatives(row.get("closed", ()))
        group = Group(
            tuple(map(normalise, row["words"])),
            tuple(map(normalise, row.get("verbs", ()))),
            regex.compile(rf"(?:{alternatives(row['words'])}|(?:{closed})(?![\p{{L}}\p{{M}}]))(?![ะาำๅ\p{{M}}])"),
            regex.compile(alternatives(apart["noun"])) if apart else None,
            regex.compile(rf"(?:{alternatives(apart['verb'])})(?![ะาำๅ\p{{M}}])") if apart else None,
            between,
        )
        for word in group.words:
            if word in found:
                raise ValueError(f"wordings.toml: {word} is in two groups of {lang}")
            found[word] = group
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
