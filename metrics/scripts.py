"""In which script a text is written, and what must be told when it is not the one declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

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


class _Kinds(dict[str, int]):
    """Character -> 0 no letter (or one of no script in particular), 1 a letter of the scripts, 2 another letter."""

    def __init__(self, scripts: tuple[str, ...]) -> None:
        super().__init__()
        self._own = _in_scripts(scripts)

    def __missing__(self, char: str) -> int:
        self[char] = 0 if _LETTER.match(char) is None else 1 if self._own.match(char) else 2
        return self[char]


_kinds = lru_cache(maxsize=256)(_Kinds)


def count_letters(text: str, scripts: tuple[str, ...]) -> tuple[int, int]:
    """(letters outside the given Unicode scripts, all letters). Letters that belong to no script in particular count as
    neither."""
    counts, kinds = [0, 0, 0], _kinds(scripts)
    for char, n in Counter(text).items():
        counts[kinds[char]] += n
    return counts[2], counts[1] + counts[2]


def in_another_script(text: str, lang: str) -> str | None:
    """Where at least two thirds of the letters are of other scripts than the language's: the script of most of them
    ("another script" where it is a rare one), else None. Of 1,997 human Thai references of news, full of Latin names, 8
    are so."""
    scripts = scripts_of(lang)
    if scripts is None:
        return None
    wrong, letters = count_letters(text, scripts)
    if letters == 0 or wrong * 3 < letters * 2:
        return None
    counts = Counter({script: len(_in_scripts((script,)).findall(text)) for script in _TOLD if script not in scripts})
    script, n = counts.most_common(1)[0]
    return script if n else "another script"


def notices(examples: Sequence[Example], reference: str = "reference") -> list[str]:
    """What a user must know of the languages of a file before anything is trained or scored on it; empty where all is
    as declared.

    Sources or references that are mostly written in another script than the declared one, with counts and the first
    ids; languages that are scored by the rules of their script alone, and languages whose script is not known.
    `reference`: what the target texts are called.
    """
    sources = ((e.id, e.source, e.source_lang) for e in examples)
    references = ((e.id, r, e.target_lang) for e in examples for r in e.reference or ())
    found = [*_strangers("source", "source_lang", sources), *_strangers(reference, "target_lang", references)]
    for tag in sorted({e.target_lang for e in examples}):
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
    return found


def _strangers(what: str, field: str, texts: Iterable[tuple[str, str, str]]) -> list[str]:
    by_lang: dict[str, list[tuple[str, str]]] = {}
    totals: Counter[str] = Counter()
    for key, text, lang in texts:
        totals[lang] += 1
        if (script := in_another_script(text, lang)) is not None:
            by_lang.setdefault(lang, []).append((key, script))
    found = []
    for lang, odd in by_lang.items():
        told, most = language(lang), Counter(script for _, script in odd).most_common(1)[0][0]
        ids = ", ".join(key for key, _ in odd[:SHOWN]) + (", ..." if len(odd) > SHOWN else "")
        found.append(
            f"{len(odd)} of {totals[lang]} {what}s are mostly not in {'/'.join(told.scripts or ())} "
            f"script, as {field} {lang} ({told.name}) says, "
            f"but in {most} ({ids}); check {field} and the columns"
        )
    return found
