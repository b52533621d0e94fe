"""Phrases of the challenge set (data: `tasks/newswire/data/challenge.toml`, `pinyin.tsv`), and texts spelled in other
letters."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from typing import Any

from benchmark.tasks.newswire.values import DATA

_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_HAN = re.compile("[\u4e00-\u9fff]")
_MARKS = {"，": " ", "：": " ", "。": " ", "“": "", "”": "", "！": " "}


@cache
def phrases() -> dict[str, Any]:
    """The content of challenge.toml."""
    return tomllib.loads((DATA / "challenge.toml").read_text(encoding="utf-8"))


@cache
def pinyin() -> dict[str, str]:
    """Chinese character -> syllable without tone, for every character of the title forms."""
    lines = (DATA / "pinyin.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines[1:])


def _syllable(sound: str, lang: str) -> str:
    initial = next((i for i in _INITIALS if sound.startswith(i)), "")
    table = phrases()["sound"][lang]
    return str(table["final"][sound.removeprefix(initial) or "i"]).replace("X", table["initial"][initial or "none"])


def spell(text: str, lang: str) -> str:
    """Chinese text by its sound, in Thai or Tibetan letters. Raises KeyError for a character that pinyin.tsv lacks."""
    join = "་" if lang == "bo" else ""
    out = "".join(_syllable(pinyin()[c], lang) + join if _HAN.match(c) else _MARKS.get(c, c) for c in text)
    return out.strip("་")


@cache
def _latin(char: str) -> str:
    name = unicodedata.name(char, "").split()
    if not {"THAI", "TIBETAN"} & set(name[:1]):
        return char
    if "DIGIT" in name:
        return str(unicodedata.digit(char))
    if "VOWEL" in name or "SARA" in name:
        return name[-1].lower()
    if "LETTER" in name or ("CHARACTER" in name and unicodedata.category(char) == "Lo"):
        word = name[name.index("LETTER" if "LETTER" in name else "CHARACTER") + 1].lower()
        return word.rstrip("o") or word if name[0] == "THAI" else word
    return "" if unicodedata.category(char) == "Mn" else " "


def romanise(text: str) -> str:
    """Thai or Tibetan in Latin letters, letter by letter after the Unicode names: readable as the language, in the
    wrong script."""
    return " ".join("".join(_latin(c) for c in text).split())
