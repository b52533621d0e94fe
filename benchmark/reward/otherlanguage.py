"""A fluent text in a language that was not asked for, with what the right text says in it: its numbers, and its names
in that language (data: `other_language.toml`)."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from metrics.open.comparison import VERIFIED, Comparison
from metrics.open.lists import name_list

MOST = 4
"""Names and numbers that are taken over."""


@cache
def _sentences() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("other_language.toml").read_text(encoding="utf-8"))


def others(source_lang: str, target_lang: str) -> list[str]:
    """Languages of the data file that are neither the source's nor the target's (base languages)."""
    return [lang for lang in _sentences()["about"] if lang not in (source_lang, target_lang)]


def _said(found: Comparison, source_lang: str, lang: str) -> Iterator[str]:
    """What the right text is verified to say, as the other language writes it: names that its list knows, and numbers
    whose digits stand alone."""
    known = name_list(source_lang, lang)
    if known is not None:
        for mention in known.read(found.source):
            form = next((f for f in mention.name.target if f.isascii() is (lang == "en")), None)
            if form:
                yield form
    for fact in found.facts:
        if fact.tier in ("number", "latin") and fact.outcome == VERIFIED and fact.at:
            digits = "".join(char for char in found.text[slice(*fact.at)] if char in "0123456789.")
            if digits.strip("."):
                yield digits.strip(".")


def written(found: Comparison, langs: tuple[str, str], draw: random.Random) -> tuple[str, str] | None:
    """(text, its language); None where no third language is at hand. langs: source and target, base languages. The same
    for equal draws."""
    choice = others(*langs)
    if not choice:
        return None
    lang = draw.choice(choice)
    data = _sentences()
    what = list(dict.fromkeys(_said(found, langs[0], lang)))[:MOST]
    plain = draw.sample(data["plain"][lang], 2)
    first = [draw.choice(data["about"][lang]).format(what=data["join"][lang].join(what))] if what else []
    return (" " if lang != "zh" else "").join([*first, *plain][:2]), lang
