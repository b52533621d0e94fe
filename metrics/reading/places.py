"""Where in a text a pattern need be tried: at the strings of which every match begins with one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from re import _constants  # type: ignore[attr-defined]
from typing import Any

from metrics.reading.needs import DIGITS, REPEATS, Clause, char_class, parsed

_FEW = 4
"""A pattern is tried at the places of its first characters alone where few of these are no digits."""
_MOST_OPENINGS = 32
"""More strings with which a match can begin are no help."""


def openings(pattern: re.Pattern[str]) -> Clause | None:
    """Strings of which every match begins with one; None where they are not known, or a match may be empty."""
    if pattern.flags & re.IGNORECASE:
        return None
    found, nothing = _opening(parsed(pattern.pattern, pattern.flags))
    return None if nothing or found is None or len(found) > _MOST_OPENINGS else found


def _opening(items: Iterable[tuple[Any, Any]]) -> tuple[Clause | None, bool]:
    """As `_edge` of the beginning, with strings."""
    found: Clause = frozenset()
    grown = [""]
    for op, value in items:
        if op is _constants.LITERAL:
            grown = [string + chr(value) for string in grown]
        elif (
            op is _constants.IN
            and (chars := char_class(value))
            and len(chars) <= (_FEW if grown[0] else _MOST_OPENINGS)
        ):
            grown = [string + char for string in grown for char in sorted(chars)]
            if len(grown) > _FEW:
                break
        elif op not in (_constants.ASSERT, _constants.ASSERT_NOT, _constants.AT):
            if grown[0]:
                break
            own, nothing = _opening_one(op, value)
            if own is None:
                return None, False
            found |= own
            if not nothing:
                return found, False
    return (found | frozenset(grown), False) if grown[0] else (found, True)


def _opening_one(op: Any, value: Any) -> tuple[Clause | None, bool]:
    if op in REPEATS:
        inner, nothing = _opening(value[2])
        return inner, nothing or not value[0]
    if op is _constants.SUBPATTERN:
        return (None, False) if value[1] or value[2] else _opening(value[3])
    if op is _constants.ATOMIC_GROUP:
        return _opening(value)
    if op is _constants.BRANCH:
        parts = [_opening(branch) for branch in value[1]]
        known = [strings for strings, _ in parts if strings is not None]
        if len(known) < len(parts):
            return None, False
        return frozenset().union(*known), any(nothing for _, nothing in parts)
    return None, False


def _any_of(strings: Clause) -> re.Pattern[str]:
    """Finds where one of the strings begins: `re` passes quickly over what is not of one class of characters."""
    rests: dict[str, list[str]] = {}
    for string in sorted(strings):
        rests.setdefault(string[0], []).append(re.escape(string[1:]))
    alone = "".join(re.escape(char) for char, rest in rests.items() if "" in rest)
    ways = [f"(?<=[{alone}])"] if alone else []
    ways += [f"(?<={re.escape(char)})(?:{'|'.join(rest)})" for char, rest in rests.items() if "" not in rest]
    start = f"[{''.join(map(re.escape, rests))}]"
    return re.compile(start if not ways[bool(alone) :] else f"{start}(?:{'|'.join(ways)})")


def finder(pattern: re.Pattern[str]) -> Callable[[str], Iterable[re.Match[str]]]:
    """As `pattern.finditer`, but tried only where a match can begin, if few places of a text are such.

    Most patterns begin with a digit behind which no other stands: at every other place they fail late.
    """
    begin = openings(pattern)
    if begin is None or sum(len(string) == 1 for string in begin - DIGITS) > _FEW:
        return pattern.finditer
    first = _any_of(begin).search

    def find(text: str) -> Iterator[re.Match[str]]:
        place = first(text)
        while place is not None:
            at = place.start()
            match = pattern.match(text, at)
            if match is not None:
                yield match
                at = match.end() - 1
            place = first(text, at + 1)

    return find
