"""What is said of a number: dead or injured, profit or loss, up or down (words: `data/predicates.toml`).

A number takes the nearest word of each group of its clause. Where a language puts that word first (Thai), the words
before the number count; where it comes last (Tibetan, Chinese), those behind it. Two numbers of one value say different
things when their classes of a group exclude each other. A grave class (dead, fined, a loss) must moreover be said
somewhere: where neither the source nor a reference speaks of it at all, it excludes the number, too.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import regex

from metrics.numbers import NumberMention
from metrics.statements.denial_words import words_of
from metrics.statements.scopes import Denials
from metrics.statements.words import WordFinder, alternatives, table

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
_UNIT = 6
"""Letters of a counting word."""
_FILLER = regex.compile(r"[\s་]*(?:(?:པ|བ|པར|བར)[\s་]+)?")
_DIRECT = 30
"""Letters before a number in which the word right before it is looked for."""
_NOT = "not "
_PEOPLE = (None, "person", "household")
"""Dimensions of what may be people."""
WHO = "who"
"""The group of words that only say who the people of a number are (spectators, staff)."""
EVENTS = "casualty"
"""The group of what happens to people."""
_LOSSES = ("loss", "fine")
_OF_BARE = (EVENTS, WHO, "jobs", "money")
VERB_LAST = ("zh", "bo")
"""Languages in which the word that says what happened comes behind the number."""

Classes = dict[str, frozenset[str]]
"""group -> classes; "not dead" is one, too."""


@dataclass(frozen=True, slots=True)
class _Words:
    finder: WordFinder
    classes: dict[str, tuple[tuple[str, str], ...]]


@cache
def listed_words(lang: str) -> _Words | None:
    """The words of a language with their classes; None where none are listed."""
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
def compatible() -> dict[str, frozenset[str]]:
    """Class -> the classes as which a number may be known that is said to be of it, itself among them."""
    return {entry["name"]: frozenset((entry["name"], *entry.get("with", ()))) for entry in table("predicates")["class"]}


@cache
def _plain() -> frozenset[str]:
    """The classes that say little: another word of the group goes first."""
    return frozenset(entry["name"] for entry in table("predicates")["class"] if entry.get("plain"))


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    classes: tuple[tuple[str, str], ...]


def _found(text: str, lang: str, denied: Denials) -> list[_Word]:
    words = listed_words(lang)
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


def happenings(text: str, lang: str, low: int, high: int) -> list[tuple[int, int, frozenset[str]]]:
    """(start, end, kinds of mentions) of the words of text[low:high] that say what befell someone or what was lost."""
    words, groups = listed_words(lang), table("predicates")["groups"]
    if words is None:
        return []
    found = []
    for start, end, word in words.finder.find(text[low:high]):
        kinds = {k for group, name in words.classes[word] if group == EVENTS or name in _LOSSES for k in groups[group]}
        if kinds:
            found.append((low + start, low + end, frozenset(kinds)))
    return found


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
    groups, plain, people = table("predicates")["groups"], _plain(), table("predicates")["things"]["people"]
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
        closed = () if _may_be_people(text, lang, mention) else people
        for word in (*behind, *before) if lang in VERB_LAST else (*before, *behind):
            for group, name in word.classes:
                if (
                    group in closed
                    or mention.kind not in groups[group]
                    or not (both or found.get(group, plain) <= plain)
                ):
                    continue
                if group != WHO or both or _only(text, lang, word, mention):
                    found.setdefault(group, set()).add(name)
        out.append({group: frozenset(names) for group, names in found.items()})
    return out


@cache
def _bare(lang: str) -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    """What may stand between a word and its figure, and what shows behind a figure that it is one of two."""
    led, joined = (alternatives(table("predicates")["bare"][key].get(lang, ())) for key in ("led", "joined"))
    return regex.compile(rf"(?:{led})?\s?"), regex.compile(rf"\s?(?:{joined}|[-–/,])\s?[0-9]")


def right_before(text: str, lang: str, mention: NumberMention) -> tuple[tuple[str, str], ...]:
    """(group, class) of what is said of a number that nothing is counted with, as headlines have it (ดับ 184): of the
    word right before it, where no letter is written on to it. Empty where the verb comes last."""
    words = listed_words(lang)
    if (
        words is None
        or lang in VERB_LAST
        or mention.dimension is not None
        or text[mention.end : mention.end + 1].isalpha()
    ):
        return ()
    led, goes_on = _bare(lang)
    if goes_on.match(text, mention.end):
        return ()
    low = max(0, mention.start - _DIRECT)
    word = next(reversed(words.finder.find(text[low : mention.start])), None)
    if word is None or not led.fullmatch(text, low + word[1], mention.start):
        return ()
    return tuple((group, name) for group, name in words.classes[word[2]] if group in _OF_BARE)


@cache
def _things(lang: str) -> tuple[str, ...]:
    return tuple(table("predicates")["things"].get(lang, ()))


def _may_be_people(text: str, lang: str, mention: NumberMention) -> bool:
    """Whether a number can count people: the size of an earthquake and three carriages do not."""
    if mention.value.denominator != 1 or mention.dimension not in _PEOPLE:
        return False
    if mention.dimension is not None:  # read with its unit: the house of "47 people, after the house ..." is none
        return True
    behind = mention.end + text.startswith(" ", mention.end)
    return not text.startswith(_things(lang), behind)


def _only(text: str, lang: str, word: _Word, mention: NumberMention) -> bool:
    """Does this word alone stand with the number, nothing written on to either that could be a verb?"""
    if lang == "th":
        open_before = word.start == 0 or text[word.start - 1].isspace()
        between, behind = text[word.end : mention.start], text[mention.end : mention.end + _UNIT + 2]
        if mention.end == mention.core[1]:
            behind = behind.lstrip()
        return open_before and word.end <= mention.start and not between.strip() and len(behind.split(" ")[0]) <= _UNIT
    if lang == "bo":
        between, behind = text[word.end : mention.start].strip("་ "), text[mention.end : mention.end + 1]
        return word.end <= mention.start and between in ("", "མི") and behind in ("", "།", " ")
    return False


def _sides(text: str, lang: str, mention: NumberMention, low: int, high: int | None) -> tuple[int, int]:
    """How far the words of a number reach to the left and to the right."""
    left = max(low, mention.start - _BEFORE)
    right = min(len(text), mention.end + _BEHIND) if high is None else high
    if lang not in ("zh", "bo", "en") and high is not None:
        run = _FIRST_RUN.match(text, mention.end, high)
        right = run.end() if run else mention.end
        if text[mention.end].isspace() and not text[right:high].strip():
            right = mention.end  # what stands directly before the next number is said of that one
    if lang == "bo":
        right = len(text) if high is None else high
    breaks = _BREAK.get(lang, _NO_BREAK)
    for match in breaks.finditer(text, left, mention.start):
        left = match.end()
    match = breaks.search(text, mention.end, right)
    return left, match.start() if match else right


def excluded(said: Classes, truth: Classes, unheard_of: Callable[[str], bool] = lambda name: False) -> bool:
    """Do the classes of one mention exclude what is known of the number?

    What either leaves unsaid excludes nothing, but for classes that are grave and unheard of, and for people of whom
    the output says another kind (spectators) and not what happened to them (dead).
    """
    for group, names in said.items():
        known = truth.get(group)
        if group == WHO and not known and EVENTS not in said:
            known = truth.get(EVENTS)
        if not known:
            if all(not name.startswith(_NOT) and unheard_of(name) for name in names):
                return True
            continue
        fitting = {name for name in names if _fits(name, known)}
        if names - fitting and not (fitting and names - fitting <= _plain()):
            return True
    return False


def _fits(name: str, known: frozenset[str]) -> bool:
    """May this class be said of a number of which these are known?"""
    if name in known:
        return True
    if name.startswith(_NOT):
        return name.removeprefix(_NOT) not in known
    return bool(compatible()[name] & known)
