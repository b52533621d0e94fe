"""What an output says in its own language: only that states anything.

A copied source and an English text hold every number and many names of the source, and translate nothing. So an output
that is hardly written in the target's script states nothing, and within another one neither a clause of English nor
what Chinese characters touch or stand around does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import regex

from metrics.scripts import count_letters, scripts_of

LEAST = 0.2
"""Share of its letters, capitalised words aside, below which a text is not in the language: names in Latin letters may
stand in any. Of 1,997 NTREX references each, one Thai and no Tibetan one is below, a French saying."""
NAMES_ALONE = 0.05
"""The same with all letters: capitals make no language of names."""
CLAUSE = 5
"""Small words in Latin letters, and half of all, from which a stretch of them is a clause of another language. Besides
the saying, no reference of NTREX (Thai, Tibetan, Chinese) or XQuAD (Thai) has so many: titles have capitals."""
_LETTERS = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_CAPITALISED = re.compile(rf"(?<![{_LETTERS}])[A-Z\u00c0-\u00d6\u00d8-\u00de][{_LETTERS}]*")
_SMALL = re.compile(rf"(?<![{_LETTERS}])[a-z\u00df-\u00f6\u00f8-\u00ff][{_LETTERS}]*")
_WORD = re.compile(rf"[{_LETTERS}]+")
_STRETCH = regex.compile(r"[\p{Latin}\p{Common}\p{Inherited}]+")
_INSIDE = re.compile(
    rf"(?:(?<![0-9.,])[$€£¥]?[0-9][0-9.,]*%? ?)?[{_LETTERS}].*[{_LETTERS}](?: ?[$€£¥]?[0-9][0-9.,]*%?)?", re.DOTALL
)
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_FIRST_HAN = "\u3005"
_STRANGE = re.compile(f"[a-z\u00df-\u00ff{_HAN}]+")
_BESIDE = rf"{_LETTERS}0-9.,:/%‰°$€£¥+\-"
_UNREAD = "|"
"""Stands for each character that is not heard: no reader reads it, or over it."""


class _Written(NamedTuple):
    """How a language is written."""

    scripts: tuple[str, ...]
    own: regex.Pattern[str]
    latin: bool
    """Latin letters are foreign to it."""
    han: regex.Pattern[str] | None
    """What Chinese characters touch or stand around; None where they are its own."""


@lru_cache(maxsize=256)
def _written(lang: str) -> _Written | None:
    """None where no script is known."""
    scripts = scripts_of(lang)
    if scripts is None:
        return None
    own = "".join(rf"\p{{Script={script}}}" for script in scripts)
    near, around = f"[{_BESIDE}{_HAN}]", f"[^{own}]*[{_HAN}]"
    han = None if "Han" in scripts else regex.compile(f"(?<!{near}){near}*[{_HAN}](?:{around})?{near}*")
    return _Written(scripts, regex.compile(f"[{own}]+"), "Latin" not in scripts, han)


def _is_own(text: str, written: _Written) -> bool:
    """Whether a text is in the language, by its letters; so is one without any."""
    # As of most outputs half and more of it, spaces included: told without looking at each letter.
    if 2 * sum(map(len, written.own.findall(text))) >= len(text):
        return True
    wrong, letters = count_letters(text, written.scripts)
    own = letters - wrong
    if own >= LEAST * letters:
        return True
    names = sum(map(len, _CAPITALISED.findall(text))) if written.latin else 0
    return own >= NAMES_ALONE * letters and own >= LEAST * (letters - names)


def heard(text: str, lang: str) -> str:
    """A normalised output with what states nothing made unreadable, character for character; empty where it is not
    written in the language."""
    written = _written(lang)
    if written is None:
        return text
    if not _is_own(text, written):
        return ""
    strange = _STRANGE.findall(text)
    if not strange:
        return text
    if written.latin and len(strange) >= CLAUSE and len(_SMALL.findall(text)) >= CLAUSE:
        text = _STRETCH.sub(_without_clause, text)
    letters = "".join(strange)
    if written.han is not None and not letters.isascii() and max(letters) >= _FIRST_HAN:
        text = written.han.sub(lambda found: _UNREAD * len(found[0]), text)
    return text


def _without_clause(found: regex.Match[str]) -> str:
    stretch: str = found[0]
    small = len(_SMALL.findall(stretch))
    if small < CLAUSE or 2 * small < len(_WORD.findall(stretch)):
        return stretch
    return _INSIDE.sub(lambda inside: _UNREAD * len(inside[0]), stretch, count=1)
