"""In which script a text is written, and what must be told when it is not the one declared."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import regex

from metrics.languages import language

if TYPE_CHECKING:
    from metrics.records import Example

_LETTER = regex.compile(r"[\p{L}--[\p{Common}\p{Inherited}]]", regex.V1)
SHOWN = 3
_TOLD = (
    "Thai",
    "Tibetan",
    "Han",
    "Latin",
    "Lao",
    "Khmer",
    "Myanmar",
    "Devanagari",
    "Arabic",
    "Cyrillic",
    "Hangul",
    "Hiragana",
    "Katakana",
    "Greek",
    "Hebrew",
    "Bengali",
    "Mongolian",
)
"""Scripts that a notice names."""


def scripts_of(lang: str) -> tuple[str, ...] | None:
    """Unicode names of the scripts of a language: "tha" -> ("Thai",), "sr-Latn" -> ("Latin",); None where none is
    known.

    Raises UserError for what is no language code.
    """
    return language(lang).scripts


@lru_cache(maxsize=256)
def _in_scripts(scripts: tuple[str, ...]) -> regex.Pattern[str]:
    return regex.compile("[" + "".join(rf"\p{{Script={script}}}" for script in scripts) + "]")


_OWN, _OTHER, _UNKNOWN = 1, 2, 255
_BLOCK = 2000
"""Texts that are looked at together."""
_AT_ONCE = 500_000
"""Characters that are counted together, so that memory stays flat."""


class _Kinds:
    """Code point -> 0 no letter (or one of no script in particular), _OWN a letter of the scripts, _OTHER another
    letter; found out when a text first holds it."""

    def __init__(self, scripts: tuple[str, ...]) -> None:
        self._own = _in_scripts(scripts)
        self._table = np.full(sys.maxunicode + 1, _UNKNOWN, dtype=np.uint8)

    def of(self, points: np.ndarray) -> np.ndarray:
        """(n,) uint8 kinds of (n,) code points."""
        kinds: np.ndarray = self._table[points]
        new = points[kinds == _UNKNOWN]
        if len(new) == 0:
            return kinds
        for point in np.unique(new).tolist():
            char = chr(point)
            self._table[point] = 0 if _LETTER.match(char) is None else _OWN if self._own.match(char) else _OTHER
        return np.asarray(self._table[points])


_kinds = lru_cache(maxsize=16)(_Kinds)


def count_letters(text: str, scripts: tuple[str, ...]) -> tuple[int, int]:
    """(letters outside the given Unicode scripts, all letters). Letters that belong to no script in particular count as
    neither."""
    wrong, letters = letters_of([text], scripts)[0].tolist()
    return wrong, letters


def letters_of(texts: Sequence[str], scripts: tuple[str, ...]) -> np.ndarray:
    """(n, 2) int64: `count_letters` of each text, in arrays."""
    parts, kinds = [np.zeros((0, 2), dtype=np.int64)], _kinds(scripts)
    for block in _portions(texts):
        points = np.frombuffer("".join(block).encode("utf-32-le", "surrogatepass"), dtype="<u4")
        ends = np.cumsum([0, *map(len, block)])
        found = kinds.of(points)
        # Of each text: how many there are up to its end, without those before it.
        own, other = (np.append(0, np.cumsum(found == kind))[ends] for kind in (_OWN, _OTHER))
        parts.append(np.column_stack((np.diff(other), np.diff(own) + np.diff(other))))
    return np.concatenate(parts)


def _portions(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    first = size = 0
    for i, text in enumerate(texts, 1):
        size += len(text)
        if size >= _AT_ONCE or i == len(texts):
            yield texts[first:i]
            first, size = i, 0


def in_another_script(text: str, lang: str) -> str | None:
    """Where at least two thirds of the letters are of other scripts than the language's: the script of most of them
    ("another script" where it is a rare one), else None. Of 1,997 human Thai references of news, full of Latin names, 8
    are so."""
    scripts = scripts_of(lang)
    return None if scripts is None else _another_script(text, scripts, *count_letters(text, scripts))


def _another_script(text: str, scripts: tuple[str, ...], wrong: int, letters: int) -> str | None:
    if letters == 0 or wrong * 3 < letters * 2:
        return None
    counts = Counter({script: len(_in_scripts((script,)).findall(text)) for script in _TOLD if script not in scripts})
    script, n = counts.most_common(1)[0]
    return script if n else "another script"


def notices(examples: Sequence[Example], reference: str = "reference") -> list[str]:
    """What a user must know of the languages of a file before anything is trained or scored on it; empty where all is
    as declared.

    Sources or references that are mostly written in another script than the declared one, with counts and the first
    ids; languages that are scored by the rules of their script alone, those whose numbers are read in digits alone, and
    languages whose script is not known. `reference`: what the target texts are called.
    """
    from metrics.reading.words import LANGUAGES

    sources, references = _Strangers("source", "source_lang"), _Strangers(reference, "target_lang")
    tags, of_sources = set[str](), set[str]()
    rest = iter(examples)
    while block := list(islice(rest, _BLOCK)):
        sources.add([(e.id, e.source, e.source_lang) for e in block])
        references.add([(e.id, r, e.target_lang) for e in block for r in e.reference or ()])
        tags.update(e.target_lang for e in block)
        of_sources.update(e.source_lang for e in block)
    found = [*sources.told(), *references.told()]
    for tag in sorted(tags):
        told = language(tag)
        if told.scripts is None:
            found.append(
                f"target_lang {told.id} ({told.name}): no script is known for it, so verbosity.wrong_script "
                "and the language gate have no "
                "value; words are cut at spaces, numbers read in digits alone"
            )
        elif told.generic:
            cut = {
                "13a": "at spaces and punctuation",
                "char": "into characters",
                "zh": "into characters",
                "tsheg": "into syllables",
            }[told.words]
            found.append(
                f"target_lang {told.id} ({told.name}): no rules of its own; words are cut {cut}, "
                "numbers are read in digits alone"
            )
        elif told.numbers not in LANGUAGES:  # its words have rules, its numbers have none: ja, ko, dz
            found.append(f"target_lang {told.id} ({told.name}): numbers are read in digits alone")
    for tag in sorted(of_sources):
        if (told := language(tag)).numbers not in LANGUAGES:
            found.append(f"source_lang {told.id} ({told.name}): numbers are read in digits alone")
    return found


def _odd(block: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """(id, language, script) of each text that `in_another_script` says is in another one, in order."""
    counts: list[tuple[int, int]] = [(0, 0)] * len(block)
    for lang in {lang for _, _, lang in block}:
        if (scripts := scripts_of(lang)) is not None:
            at = [i for i, row in enumerate(block) if row[2] == lang]
            for i, found in zip(at, letters_of([block[i][1] for i in at], scripts).tolist(), strict=True):
                counts[i] = (found[0], found[1])
    for (key, text, lang), (wrong, letters) in zip(block, counts, strict=True):
        scripts = scripts_of(lang) if letters else None
        script = None if scripts is None else _another_script(text, scripts, wrong, letters)
        if script is not None:
            yield key, lang, script


class _Strangers:
    """Texts of one kind that are in another script than their language's, as they come by."""

    def __init__(self, what: str, field: str) -> None:
        self._what, self._field = what, field
        self._by_lang: dict[str, list[tuple[str, str]]] = {}
        self._totals: Counter[str] = Counter()

    def add(self, block: Sequence[tuple[str, str, str]]) -> None:
        """More of them: (id, text, language)."""
        self._totals.update(lang for _, _, lang in block)
        for key, lang, script in _odd(block):
            self._by_lang.setdefault(lang, []).append((key, script))

    def told(self) -> Iterator[str]:
        """A notice for each language with such texts."""
        for lang, odd in self._by_lang.items():
            told, most = language(lang), Counter(script for _, script in odd).most_common(1)[0][0]
            ids = ", ".join(key for key, _ in odd[:SHOWN]) + (", ..." if len(odd) > SHOWN else "")
            yield (
                f"{len(odd)} of {self._totals[lang]} {self._what}s are mostly not in {'/'.join(told.scripts or ())} "
                f"script, as {self._field} {lang} ({told.name}) says, "
                f"but in {most} ({ids}); check {self._field} and the columns"
            )
