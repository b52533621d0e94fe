"""newmm's dictionary, built where texts come by.

PyThaiNLP's own trie of 62,000 words takes most of a second to build, whatever is cut; a hundred short texts begin at
the words of a few hundred pairs of letters. This one answers newmm the same and builds the branch of a pair of letters
when a text first asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

_END = ""
"""Key of a node at which a word ends; characters are never empty."""


class Dictionary:
    """As `pythainlp.util.Trie`, as far as newmm asks it."""

    def __init__(self, words: Iterable[str]) -> None:
        self._letters: set[str] = set()
        self._waiting: dict[str, list[str]] = {}
        for given in words:
            word = given.strip()
            if len(word) > 1:
                self._waiting.setdefault(word[:2], []).append(word)
            elif word:
                self._letters.add(word)
        self._branches: dict[str, dict[str, Any]] = {}

    def prefixes(self, text: str, start: int = 0) -> list[str]:
        """The words that stand at text[start:], the shortest first."""
        head = text[start : start + 2]
        found = [head[0]] if head and head[0] in self._letters else []
        node = self._branches.get(head)
        if node is None:
            if head not in self._waiting:
                return found
            node = self._grown(head)
        if _END in node:
            found.append(head)
        for at in range(start + 2, len(text)):
            node = node.get(text[at])
            if node is None:
                break
            if _END in node:
                found.append(text[start : at + 1])
        return found

    def _grown(self, head: str) -> dict[str, Any]:
        root: dict[str, Any] = {}
        for word in self._waiting[head]:
            node = root
            for char in word[2:]:
                node = node.setdefault(char, {})
            node[_END] = True
        self._branches[head] = root
        return root


@cache
def thai_words() -> frozenset[str]:
    """newmm's words."""
    from pythainlp.corpus import thai_words

    return frozenset(thai_words())


@cache
def dictionary() -> Dictionary:
    """newmm's default dictionary."""
    return Dictionary(thai_words())
