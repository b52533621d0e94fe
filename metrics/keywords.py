"""Lists of keywords: mentions in a row with nothing but separators between.

What is written behind a row does not shorten it, so that padding makes no sentence of a list.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from metrics.mentions import Hit
from metrics.records import ENTITY_TYPES

_SEPARATORS = regex.compile(r"[\s\p{P}་།|+•·]*")
_LETTER = regex.compile(r"[\p{L}\p{M}]")
"""Thai and Tibetan vowels and tones that stand above or below a letter are marks: the word goes on before them."""
_Item = tuple[bool, frozenset[Any]]
LIST_ITEMS = 4
"""So many different items in a row are a list of keywords."""


def rows(text: str, hits: Iterable[Hit]) -> list[list[Hit]]:
    """The mentions of a text in runs with nothing but separators between."""
    found: list[list[Hit]] = []
    for hit in hits:
        if found and _SEPARATORS.fullmatch(text, found[-1][-1].end, hit.start):
            found[-1].append(hit)
        else:
            found.append([hit])
    return found


def is_list(text: str, row: list[Hit]) -> bool:
    """Has a row, or its beginning, LIST_ITEMS different items?

    No keywords are the end of the sentence before it, a name that its first words are written on to, and a sentence
    within it: names written on to their event, and nothing else written on to them (a list without spaces is no
    sentence). The beginning counts for itself, so that nothing behind it, were it written on to its last name, makes it
    shorter.
    """
    items: set[_Item] = set()
    """Of the stretches before the one that is being read: mentions that are written on to each other."""
    all_items, untold = set[_Item](), set[_Item]()
    """Of this one: every item, and those that would be left of it as a sentence."""
    sentence = True
    for i, hit in enumerate(row if len(row) >= LIST_ITEMS else ()):
        before, behind = row[i - 1] if i else None, row[i + 1] if i + 1 < len(row) else None
        if before and before.end != hit.start:
            items |= untold if sentence else all_items
            all_items, untold, sentence = set(), set(), True
        name = hit.type in ENTITY_TYPES
        if name and i == 0 and hit.start > 0 and _LETTER.match(text, hit.start - 1):
            continue  # ends a sentence
        item = bool(hit.facts), hit.facts or hit.meanings
        all_items.add(item)
        sentence = sentence and (name or hit.type == "event")
        told = name and before is not None and before.type == "event" and before.end == hit.start
        if len(items | ((untold if told else untold | {item}) if sentence else all_items)) >= LIST_ITEMS:
            return True
        if not told and not (name and behind and behind.type == "event" and hit.end == behind.start):
            untold.add(item)
    return False
