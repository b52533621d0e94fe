"""What is said of a number: dead or injured, profit or loss, up or down (words: `data/predicates.toml`).

A number takes the nearest word of each group of its clause. Where a language puts that word first (Thai), the words
before the number count; where it comes last (Tibetan, Chinese), those behind it. Two numbers of one value say different
things when their classes of a group exclude each other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import regex

from metrics.numbers import NumberMention
from metrics.statements.denial_words import words_of
from metrics.statements.negation import Denials
from metrics.statements.words import WordFinder, table

COUNTED = ("number", "percentage", "money")
"""Kinds of mentions that a word can be said of."""
_BEFORE, _BEHIND = 45, 25
_BREAK = {
    "zh": regex.compile(r"[，。；、！？：,;!?\s]"),
    "en": regex.compile(r"[,;.!?](?=\s|$)"),
    "bo": regex.compile("[།༎]"),
}
_NO_BREAK = regex.compile(r"(?!)")
_FIRST_RUN = regex.compile(r"\s?\S*")
_FILLER = regex.compile(r"[\s་]*(?:(?:པ|བ|པར|བར)[\s་]+)?")
_NOT = "not "
VERB_LAST = ("zh", "bo")
"""Languages in which the word that says what happened comes behind the number."""

Classes = dict[str, frozenset[str]]
"""group -> classes; "not dead" is one, too."""


@dataclass(frozen=True, slots=True)
class _Words:
    finder: WordFinder
    classes: dict[str, tuple[tuple[str, str], ...]]


@cache
def _words(lang: str) -> _Words | None:
    from metrics.normalise import normalise

    data = table("predicates")
    classes: dict[str, list[tuple[str, str]]] = {}
    for entry in data["class"]:
        for word in entry.get(lang, ()):
            classes.setdefault(normalise(word).lower(), []).append((entry["group"], entry["name"]))
    if not classes:
        return None
    for word in data["none"].get(lang, ()):
        classes[normalise(word).lower()] = []
    return _Words(WordFinder(classes, lang), {word: tuple(found) for word, found in classes.items()})


@cache
def _compatible() -> dict[str, frozenset[str]]:
    return {entry["name"]: frozenset((entry["name"], *entry.get("with", ()))) for entry in table("predicates")["class"]}


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    classes: tuple[tuple[str, str], ...]


def _found(text: str, lang: str, denied: Denials) -> list[_Word]:
    words = _words(lang)
    if words is None:
        return []
    out = []
    for start, end, word in words.finder.find(text):
        classes = words.classes[word]
        if not classes:
            continue
        near = denied.before[bisect_left(denied.before, start - 12) : bisect_right(denied.before, start)]
        # A denial may begin in the last syllable of what reads as a noun (རྨས་མ་སོང: was not injured).
        next_one = denied.after[bisect_right(denied.after, start) :][:1]
        if (
            start in denied.directly
            or any(_negates(text, at, start, lang) for at in near)
            or any(at < end or _FILLER.fullmatch(text, end, at) for at in next_one)
        ):
            classes = tuple((group, _NOT + name) for group, name in classes)
        out.append(_Word(start, end, classes))
    return out


def _negates(text: str, at: int, start: int, lang: str) -> bool:
    known = words_of(lang)
    return known is not None and known.filler.fullmatch(text, at, start) is not None


def classes_of(
    text: str, lang: str, mentions: Sequence[NumberMention], denied: Denials, both: bool = False
) -> list[Classes]:
    """The classes of each mention, in order; empty where nothing is said of it that the lists know.

    mentions: the numbers of the normalised text, by start. both: all words of the clause count, for a text that is read
    as evidence.
    """
    counted = [m for m in mentions if m.kind in COUNTED]
    words = _found(text, lang, denied) if counted else []
    if not words:
        return [{} for _ in mentions]
    starts, ends = [w.start for w in words], [w.end for w in words]  # both grow: no two overlap
    groups = table("predicates")["groups"]
    out: list[Classes] = []
    at = 0
    for mention in mentions:
        if mention.kind not in COUNTED:
            out.append({})
            continue
        low = counted[at - 1].end if at else 0
        high = counted[at + 1].start if at + 1 < len(counted) else None
        at += 1
        left, right = _sides(text, lang, mention, low, high)
        before = words[bisect_left(starts, left) : bisect_right(ends, mention.start)][::-1]
        behind = words[bisect_left(starts, mention.end) : bisect_right(ends, right)]
        if lang in VERB_LAST:  # 37名患者死亡: the last word is what happened to them
            behind.reverse()
        found: dict[str, set[str]] = {}
        for word in (*behind, *before) if lang in VERB_LAST else (*before, *behind):
            for group, name in word.classes:
                if mention.kind in groups[group] and (both or group not in found):
                    found.setdefault(group, set()).add(name)
        out.append({group: frozenset(names) for group, names in found.items()})
    return out


def _sides(text: str, lang: str, mention: NumberMention, low: int, high: int | None) -> tuple[int, int]:
    """How far the words of a number reach to the left and to the right."""
    left = max(low, mention.start - _BEFORE)
    right = min(len(text), mention.end + _BEHIND) if high is None else high
    if lang not in ("zh", "bo", "en") and high is not None:
        run = _FIRST_RUN.match(text, mention.end, high)
        right = run.end() if run else mention.end
    if lang == "bo":
        right = len(text) if high is None else high
    breaks = _BREAK.get(lang, _NO_BREAK)
    for match in breaks.finditer(text, left, mention.start):
        left = match.end()
    match = breaks.search(text, mention.end, right)
    return left, match.start() if match else right


def excluded(said: Classes, truth: Classes) -> bool:
    """Do the classes of one mention exclude what is known of the number? What either leaves unsaid excludes nothing."""
    for group, names in said.items():
        known = truth.get(group)
        if not known:
            continue
        for name in names:
            if name in known:
                continue
            if name.startswith(_NOT):
                if name.removeprefix(_NOT) in known:
                    return True
            elif not _compatible()[name] & known:
                return True
    return False
