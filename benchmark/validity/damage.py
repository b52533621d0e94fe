"""References with one known fault each: what a metric of facts has to notice.

A fault is planted only where the undamaged reference was verified, so that it is noticed or not by what was changed
alone. Every draw depends on the example's id and the fault, on nothing else.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmark.validity.mentions import is_gloss, mentions, replaced
from metrics.open.comparison import HARD, VERIFIED, Comparison, Fact
from metrics.open.names import NameList
from metrics.reading import read
from metrics.reading.words import base_language

NUMBER_KINDS = ("number", "percentage", "money", "date", "time", "year", "decade", "century", "phone", "identifier")
_SIGNS = "%$€£¥"
_DIGIT = re.compile(r"[0-9]")
_INTEGER = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Damaged:
    """One damaged text."""

    text: str
    fact: Fact | None
    """The fact that was damaged; None where something was added or dropped."""
    before: str
    after: str


Damage = Callable[[Comparison, "NameList | None", str, str, random.Random], Iterator[Damaged]]
"""(the reference held against its source, names, target language, source language, draws) -> damaged texts."""


@cache
def swaps() -> dict[str, dict[str, Any]]:
    """`swaps.toml`."""
    return tomllib.loads((Path(__file__).with_name("swaps.toml")).read_text("utf-8"))


def _of(table: str, lang: str) -> Any:
    found = swaps()[table]
    return found.get(base_language(lang), found.get(""))


def _numbers(found: Comparison) -> Iterator[tuple[Fact, tuple[int, int], str]]:
    """Verified hard numbers of the reference with where they stand and how they are written, one for each place."""
    seen: set[tuple[int, int]] = set()
    for fact in found.facts:
        if (
            fact.tier == "number"
            and fact.kind in NUMBER_KINDS
            and fact.outcome == VERIFIED
            and fact.at
            and fact.at not in seen
        ):
            seen.add(fact.at)
            yield fact, fact.at, found.text[slice(*fact.at)]


def _put(found: Comparison, span: tuple[int, int], words: str, new: str) -> str | None:
    """The text with every mention of the words replaced, so that no second mention saves the fact; None where nothing
    would change."""
    if new == words:
        return None
    text = found.text
    return text[: span[0]].replace(words, new) + new + text[span[1] :].replace(words, new)


def _each(change: Callable[[Fact, str, random.Random, str, str], str | None]) -> Damage:
    def damage(
        found: Comparison, known: NameList | None, lang: str, source_lang: str, draw: random.Random
    ) -> Iterator[Damaged]:
        for fact, span, words in _numbers(found):
            new = change(fact, words, draw, lang, source_lang)
            text = _put(found, span, words, new) if new is not None else None
            if new is not None and text is not None:
                yield Damaged(text, fact, words, new)

    return damage


def _digit(fact: Fact, words: str, draw: random.Random, lang: str, source_lang: str) -> str | None:
    """One digit is another; a leading digit does not become 0."""
    places = [m.start() for m in _DIGIT.finditer(words)]
    if not places:
        return None
    at = draw.choice(places)
    leading = at == 0 or not words[at - 1].isdigit()
    return (
        words[:at]
        + draw.choice([d for d in "0123456789" if d != words[at] and not (leading and d == "0")])
        + words[at + 1 :]
    )


def _scale(fact: Fact, words: str, draw: random.Random, lang: str, source_lang: str) -> str | None:
    """Another magnitude word, or a zero more."""
    if fact.kind not in ("number", "percentage", "money"):
        return None
    for word, other in (_of("magnitude", lang) or {}).items():
        if word in words:
            return words.replace(word, other, 1)
    match = _INTEGER.search(words)
    return words[: match.end()] + "0" + words[match.end() :] if match and match.group() != "0" else None


def _unit(fact: Fact, words: str, draw: random.Random, lang: str, source_lang: str) -> str | None:
    """Another unit, currency, or none where there was a per cent."""
    if fact.kind not in ("number", "percentage", "money"):
        return None
    said = read(fact.surface, source_lang)
    if not any(r.dimension or r.currencies or r.kind == "percentage" for r in said):
        return None  # where the source leaves the unit unsaid, no unit is wrong
    table = _of("unit", lang) or {}
    found = [word for word, other in table.items() if other and word in words and not words.startswith(word + "ละ")]
    if not found:
        return None
    word = max(found, key=len)
    changed = words.replace(word, table[word], 1)
    for sign in _SIGNS:  # བརྒྱ་ཆ་20% and སྒོར་མོ་ €2 say their unit twice: the sign that is left would still be right
        if sign != word and sign not in table[word]:
            changed = changed.replace(sign, "")
    return changed


def _era(fact: Fact, words: str, draw: random.Random, lang: str, source_lang: str) -> str | None:
    """A year of the other era under the same name of the era: 2562 for 2019, or ค.ศ. for พ.ศ."""
    if fact.kind != "year" or base_language(lang) != "th":
        return None
    for one, other in (("พ.ศ.", "ค.ศ."), ("ค.ศ.", "พ.ศ.")):
        if one in words:
            return words.replace(one, other)
    match = _INTEGER.search(words)
    if not match or len(match.group()) != 4:
        return None
    return f"{words[: match.start()]}{'ค.ศ.' if int(match.group()) > 2300 else 'พ.ศ.'} {words[match.start() :]}"


def _name(
    found: Comparison, known: NameList | None, lang: str, source_lang: str, draw: random.Random
) -> Iterator[Damaged]:
    """Each verified name is another one of its type, wherever any form of it stands."""
    if known is None:
        return
    others = _pool(known)
    for fact in found.facts:
        if fact.tier != "name" or fact.outcome != VERIFIED or not fact.at or fact.kind not in others:
            continue
        words = found.text[slice(*fact.at)]
        name = next((m.name for m in known.read(found.source) if found.source[m.start : m.end] == fact.surface), None)
        free = [
            form
            for form, sources in others[fact.kind]
            if not any(s in found.source for s in sources) and words not in form and form not in words
        ]
        if name is None or not free:
            continue
        new = draw.choice(free)
        if is_gloss(found.text, fact.at[0]):
            continue  # อริโซนา (Arizona): the word in front of the bracket is still the name
        spans = mentions(found.text, name, words, lang)  # a second mention in another form would save the name
        yield Damaged(replaced(found.text, spans, new), fact, words, new)


@cache
def _pool(known: NameList) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Type -> (target form in the language's own script, source forms) of the names from CLDR and reviewed lists, in
    order."""
    pool: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name in known.names:
        form = next((f for f in name.target if not f.isascii() and len(f) > 3), None)
        if form and name.type in ("place", "person", "organisation", "language"):
            pool.setdefault(name.type, []).append((form, (*name.source, *name.also)))
    return pool


def _dropped(
    found: Comparison, known: NameList | None, lang: str, source_lang: str, draw: random.Random
) -> Iterator[Damaged]:
    """A clause that holds a verified hard fact is left out: one for each text."""
    pieces: list[tuple[int, int]] = []
    start = 0
    text = found.text
    for cut in re.finditer(_of("clauses", lang), found.text):
        pieces.append((start, cut.start()))
        start = cut.end()
    pieces.append((start, len(found.text)))
    held = [fact for fact in found.facts if fact.tier in HARD and fact.outcome == VERIFIED and fact.at]
    # Only where what is left does not say the fact a second time.
    holding = [
        (a, b)
        for a, b in pieces
        if b - a > 3
        and any(
            fact.at and a <= fact.at[0] and fact.at[1] <= b and text[slice(*fact.at)] not in text[:a] + text[b:]
            for fact in held
        )
    ]
    if len(pieces) < 2 or not holding:
        return
    a, b = draw.choice(holding)
    yield Damaged(found.text[:a] + found.text[b:], None, found.text[a:b], "")


def _added(
    found: Comparison, known: NameList | None, lang: str, source_lang: str, draw: random.Random
) -> Iterator[Damaged]:
    """A clause with a number that the source does not hold."""
    n = draw.randrange(2001, 9998)
    while str(n) in found.source:
        n = draw.randrange(2001, 9998)
    clause = _of("added", lang).format(n=n)
    yield Damaged(found.text + clause, None, "", clause)


DAMAGES: dict[str, tuple[str, Damage]] = {
    "digit": ("one digit of a number changed", _each(_digit)),
    "scale": ("a number ten times or a magnitude word off", _each(_scale)),
    "unit": ("unit, currency or per cent changed", _each(_unit)),
    "era": ("a year under the name of the other era", _each(_era)),
    "name": ("a listed name replaced by another of its type", _name),
    "dropped": ("a clause with a number or name left out", _dropped),
    "added": ("a clause with an unsaid number added", _added),
}
"""name -> (what is done, function)."""


def damage(
    name: str, example_id: str, found: Comparison, known: NameList | None, langs: tuple[str, str], seed: int
) -> list[Damaged]:
    """All texts of one kind of damage made from one reference; langs: (source, target). The same for equal
    arguments."""
    return list(DAMAGES[name][1](found, known, langs[1], langs[0], random.Random(f"{seed}\0{name}\0{example_id}")))
