"""The words that tell who does what to whom (`data/roles.toml`), made ready for `metrics.statements.roles`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from metrics.normalise import normalise
from metrics.statements.words import table

AT_MOST = 4
"""Auxiliaries in a row: more are no way to say it, and would have to be tried in too many ways."""
_OF_CONVERSE = ("verbs", "as", "by", "particle")


@dataclass(frozen=True, slots=True)
class Converse:
    """Verbs and what says the same of them from the other side."""

    verbs: frozenset[str]
    others: tuple[str, ...]
    by: regex.Pattern[str]
    """What stands between another verb and the one who does it."""
    particles: frozenset[str]
    """Verb last: behind the one who does it."""
    of_other: frozenset[str]
    """Verb last: behind the other one."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    auxiliary: regex.Pattern[str]
    behind: regex.Pattern[str]
    light: tuple[str, ...]
    passive: regex.Pattern[str] | None
    directed: regex.Pattern[str] | None
    agent: frozenset[str]
    patient: frozenset[str]
    together: frozenset[str]
    object: tuple[str, ...]
    """What two do together may stand between their verb and its particle."""
    of: frozenset[str]
    doer: regex.Pattern[str]
    by: regex.Pattern[str] | None
    converse: tuple[Converse, ...]
    speech: regex.Pattern[str]
    unsure: regex.Pattern[str]


@cache
def words_of(lang: str) -> Words | None:
    """The words of a language; None where it has none."""
    data: dict[str, Any] | None = table("roles").get(lang)
    if data is None:
        return None

    def listed(key: str) -> list[str]:
        return sorted({normalise(word) for word in data.get(key, ())}, key=lambda word: (-len(word), word))

    def either(words: Collection[str]) -> str:
        return "|".join(map(regex.escape, words)) if words else "(?!)"

    def any_of(key: str) -> str:
        return either(listed(key))

    auxiliary = rf"{any_of('auxiliary')}|(?:{any_of('speech')})(?:{any_of('that')})?"
    before = rf"\s*(?:(?:{auxiliary})\s*){{0,{AT_MOST}}}?"
    after = rf"\s*(?:(?:{any_of('after')})\s*){{0,2}}"

    def at(key: str) -> regex.Pattern[str] | None:
        return regex.compile(rf"{before}(?:{any_of(key)})\s*") if data.get(key) else None

    def converse(row: dict[str, list[str]]) -> Converse:
        verbs, others, by, of_other = ([normalise(w) for w in row.get(key, ())] for key in _OF_CONVERSE)
        pattern = regex.compile(rf"\s*(?:{either(sorted(by, key=len, reverse=True))})\s*\Z")
        return Converse(frozenset(verbs), tuple(others), pattern, frozenset(by), frozenset(of_other))

    return Words(
        regex.compile(auxiliary),
        regex.compile(rf"{after}\Z"),
        tuple(listed("light")),
        at("passive"),
        at("directed"),
        frozenset(listed("agent")),
        frozenset(listed("patient")),
        frozenset(listed("together")),
        tuple(listed("object")),
        frozenset(listed("of")),
        regex.compile(rf"་(?:{any_of('doer')})(?![\u0f40-\u0fbc])"),
        regex.compile(rf"{after}(?:{any_of('by')})\s*\Z") if data.get("by") else None,
        tuple(converse(row) for row in data.get("converse", ())),
        regex.compile(any_of("speech")),
        regex.compile(any_of("unsure")),
    )
