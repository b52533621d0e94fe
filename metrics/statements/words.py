"""The word lists of `data/*.toml`, read once, and regular expressions made of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import regex

from metrics.normalise import normalise

_BO = "\u0f40-\u0fbc"


@cache
def table(name: str) -> dict[str, Any]:
    """The content of `data/NAME.toml`."""
    return tomllib.loads(files("metrics.statements").joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


def one_of(words: Iterable[str], lang: str, flags: int = 0) -> regex.Pattern[str] | None:
    """A pattern for any of the words, the longest first; None when there are none.

    Tibetan words are whole syllables, words of a script with spaces whole words; Thai and Chinese words do not end inside a
    written character. Words are normalised.
    """
    known = sorted({normalise(word) for word in words}, key=lambda word: (-len(word), word))
    if not known:
        return None
    body = "|".join(regex.escape(word) for word in known)
    if lang == "bo":
        return regex.compile(rf"(?<![{_BO}])(?:{body})(?:འི|འང|འམ|འོ)?(?![{_BO}])", flags)
    if lang == "th":
        return regex.compile(rf"(?<![เแโใไ])(?:{body})(?![ะาำๅ\p{{M}}])", flags)
    if lang == "zh":
        return regex.compile(f"(?:{body})", flags)
    return regex.compile(rf"(?<![\p{{L}}\p{{N}}])(?:{body})(?![\p{{L}}])", flags | regex.IGNORECASE)
