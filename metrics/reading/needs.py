"""What a text must hold for a pattern to match anywhere in it, read from the pattern itself.

Most patterns need not be tried on most texts. As in the prefilters of RE2 and of code search: of the parsed pattern a
list of clauses is kept, each a set of strings of which the text must hold at least one. What is not understood (flags,
categories, what may be absent) asks for nothing, so that a pattern is never left out where it could match
(tests/unit/test_needs.py holds all of them against the plain search).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from ahocorasick_rs import AhoCorasick

Clause = frozenset[str]
_MOST = 64
"""A clause of more strings than this is no help."""
DIGITS = frozenset("0123456789")
_INSIDE = (_constants.ASSERT, _constants.ATOMIC_GROUP)
_SPACES = (_constants.CATEGORY, _constants.CATEGORY_SPACE)
REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)


@lru_cache(maxsize=4)
def parsed(source: str, flags: int) -> Any:
    """Of a few patterns only: what is asked of one is asked at once."""
    return _parser.parse(source, flags)


def clauses(pattern: re.Pattern[str]) -> list[Clause]:
    """The sets of strings of which a text must hold one each, for the pattern to match in it."""
    found = _of_sequence(parsed(pattern.pattern, pattern.flags))
    # Where case is nothing, letters ask for nothing; digits have none.
    return [c for c in found if all(s.isdigit() for s in c)] if pattern.flags & re.IGNORECASE else found


def _of_sequence(items: Iterable[tuple[Any, Any]]) -> list[Clause]:
    found: list[Clause] = []
    run: list[str] = []
    for op, value in items:
        if op is _constants.LITERAL:
            run.append(chr(value))
            continue
        if run:
            found.append(frozenset(["".join(run)]))
            run = []
        found += _of_one(op, value)
    return [*found, frozenset(["".join(run)])] if run else found


def _of_one(op: Any, value: Any) -> list[Clause]:
    if op is _constants.IN:
        chars = char_class(value)
        return [chars] if chars else []
    if op in REPEATS:
        least, _, inner = value
        return _of_sequence(inner) if least else []
    if op is _constants.SUBPATTERN:
        _, added, removed, inner = value
        return [] if added or removed else _of_sequence(inner)
    if op is _constants.BRANCH:
        alternatives = [_of_sequence(branch) for branch in value[1]]
        if not all(alternatives):
            return []
        joined = frozenset().union(*(_best(own) for own in alternatives))
        return [joined] if len(joined) <= _MOST else []
    if op in _INSIDE:
        return _of_sequence(value[1] if op is _constants.ASSERT else value)
    return []


def char_class(items: Sequence[tuple[Any, Any]]) -> Clause:
    """The characters of a class; empty where it is negated, holds a category, or is large."""
    chars: set[str] = set()
    for op, value in items:
        if op is _constants.LITERAL:
            chars.add(chr(value))
        elif op is _constants.RANGE and value[1] - value[0] <= _MOST:
            chars.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return frozenset()
    return frozenset(chars) if len(chars) <= _MOST else frozenset()


def _best(own: Sequence[Clause]) -> Clause:
    """The clause that holds in the fewest texts, as a guess: digits are rare, long strings rarer."""
    return max(own, key=lambda clause: (min(map(len, clause)), clause <= DIGITS, -len(clause)))


class Need:
    """Whether a pattern can match in a text; never False where it does match."""

    __slots__ = ("_with", "_without", "digit")

    def __init__(self, own: Sequence[Clause]) -> None:
        """own: see `clauses`."""
        kept = [frozenset(s for s in clause if not DIGITS & set(s)) for clause in own]
        self.digit = not all(kept)
        """Nothing matches without an ASCII digit."""
        self._with = _test([clause for clause in own if not any(DIGITS & set(s) for s in clause)])
        self._without = None if self.digit else _test(kept)

    def may(self, text: str, digits: bool) -> bool:
        """Whether to try. digits: whether the text holds an ASCII digit."""
        if digits:
            test = self._with
        elif self.digit:
            return False
        else:
            test = self._without
        return test is None or test(text)


def _test(own: Sequence[Clause]) -> Callable[[str], bool] | None:
    """Whether a text holds a string of the best clause; None where nothing is asked."""
    if not own:
        return None
    strings = sorted(_best(own), key=lambda string: (len(string), string))
    if len(strings) > 3 and all(len(string) == 1 for string in strings):
        search = re.compile("[" + "".join(map(re.escape, strings)) + "]").search
        return lambda text: search(text) is not None

    def holds(text: str) -> bool:
        for string in strings:  # noqa: SIM110 - a generator costs more than all the tests
            if string in text:
                return True
        return False

    return holds


class Screen:
    """Which of many patterns can match in a text, from one look at the text for all of them.

    Asks more than a `Need`: all clauses of a pattern. What it says of a text holds for the same text with NUL in place
    of some of it, too: no clause asks for NUL.
    """

    __slots__ = ("_automaton", "_bits", "_chars", "_of_words", "_words")

    def __init__(self) -> None:
        self._bits: dict[Clause, int] = {}
        self._chars: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._automaton: AhoCorasick | None = None
        self._of_words: list[int] = []

    def add(self, own: Sequence[Clause]) -> int:
        """What `look` must have found for a pattern with these clauses (see `clauses`) to match."""
        mask = 0
        for clause in own:
            if any("\0" in string for string in clause):
                continue
            if clause not in self._bits:
                self._bits[clause] = 1 << len(self._bits)
                for string in clause:
                    table = self._chars if len(string) == 1 else self._words
                    table[string] = table.get(string, 0) | self._bits[clause]
            mask |= self._bits[clause]
        return mask

    def look(self, text: str) -> int:
        """A bit for each clause of which the text holds a string."""
        found, chars = 0, self._chars
        for char in set(text).intersection(chars):
            found |= chars[char]
        if not self._words:
            return found
        if self._automaton is None:
            self._automaton, self._of_words = AhoCorasick(list(self._words)), list(self._words.values())
        try:
            hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # half of a surrogate pair: no look at such a text
            return -1
        for number in {number for number, _, _ in hits}:
            found |= self._of_words[number]
        return found


def need(pattern: re.Pattern[str]) -> Need:
    """What a pattern needs; worked out anew: to be kept by the caller."""
    return Need(clauses(pattern))


def endings(pattern: re.Pattern[str]) -> Clause | None:
    """The characters with which a match can end, a space for any white space; None where that is not known, or a match
    may be empty."""
    if pattern.flags & re.IGNORECASE:
        return None
    chars, nothing = _edge(parsed(pattern.pattern, pattern.flags), True)
    return None if nothing else chars


def _edge(items: Iterable[tuple[Any, Any]], last: bool) -> tuple[Clause | None, bool]:
    """(characters with which it can begin, or end where last, or None; whether it may match nothing)."""
    found: frozenset[str] = frozenset()
    for op, value in reversed(list(items)) if last else items:
        if op in (_constants.ASSERT, _constants.ASSERT_NOT, _constants.AT):
            continue
        chars, nothing = _edge_one(op, value, last)
        if chars is None:
            return None, False
        found |= chars
        if not nothing:
            return found, False
    return found, True


def _edge_one(op: Any, value: Any, last: bool) -> tuple[Clause | None, bool]:
    if op is _constants.LITERAL:
        return frozenset(chr(value)), False
    if op is _constants.IN:
        spaces = last and _SPACES in value
        rest = [item for item in value if item != _SPACES] if spaces else value
        chars = char_class(rest)
        if rest and not chars:
            return None, False
        return (chars | {" "} if spaces else chars), False
    if op in REPEATS:
        inner, nothing = _edge(value[2], last)
        return inner, nothing or not value[0]
    if op is _constants.SUBPATTERN:
        return (None, False) if value[1] or value[2] else _edge(value[3], last)
    if op is _constants.ATOMIC_GROUP:
        return _edge(value, last)
    if op is _constants.BRANCH:
        parts = [_edge(branch, last) for branch in value[1]]
        known = [chars for chars, _ in parts if chars is not None]
        if len(known) < len(parts):
            return None, False
        return frozenset().union(*known), any(nothing for _, nothing in parts)
    return None, False


class Behind:
    """A pattern that ends with \\Z: whether what it says stands right before a place."""

    __slots__ = ("_last", "_search", "_spaces")

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._search = pattern.search
        self._last = endings(pattern)
        self._spaces = self._last is not None and " " in self._last

    def search(self, text: str, first: int, at: int) -> re.Match[str] | None:
        """As the pattern's search of text[first:at]; most often the character before `at` says that there is none."""
        if self._last is not None:
            char = text[at - 1 : at] if at > first else ""
            if not char or (char not in self._last and not (self._spaces and char.isspace())):
                return None
        return self._search(text, first, at)
