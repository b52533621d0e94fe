"""Names in one spelling of many: transliterations differ in tone marks, silent letters and letters of one sound.

`loose` maps a normalised text to a coarse form in which such spellings are equal (คูบริก = คูบริค, ทรัมป์ = ทรัมพ์),
together with where each of its characters stood, so that a match can be shown in the text itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

from metrics.numbers import base_language

_TH_SAME = {
    "ศษส": "ซ", "ณ": "น", "ญ": "ย", "ฬ": "ล", "ฎ": "ด", "ตถทธฐฑฒฏ": "ท", "กขคฆ": "ค", "ปผพภ": "พ", "ฝฟ": "ฟ",
    "จชฉฌ": "ช", "ห": "ฮ",
    "ี": "ิ", "ื": "ึ", "ู": "ุ", "แ": "เ", "ใ": "ไ", "า": "ั",
}  # fmt: skip
_BO_SAME = {"ཊ": "ཏ", "ཋ": "ཐ", "ཌ": "ད", "ཎ": "ན", "ཥ": "ཤ", "ྟ": "ཏ", "ཱི": "ི", "ཱུ": "ུ"}
_DROP = {"th": "่้๊๋็ะฺ\u0e4d \u00a0-.·'’ฯ", "bo": "ཱ་༌\u0f0c\u0f0d \u200b"}
_TABLES: dict[str, dict[int, str | None]] = {
    "th": {**{ord(c): to for group, to in _TH_SAME.items() for c in group}, **dict.fromkeys(map(ord, _DROP["th"]))},
    "bo": {**{ord(c): to for c, to in _BO_SAME.items() if len(c) == 1}, **dict.fromkeys(map(ord, _DROP["bo"]))},
}
_SILENT = re.compile("[ก-ฮ][ิุ]?์")
_RUN = re.compile(r"(.)\1+", re.DOTALL)


def loose(text: str, lang: str) -> tuple[str, list[int]]:
    """(coarse form, offset in `text` of each of its characters). Linear in the text. Languages without rules: case
    alone is dropped."""
    table = _TABLES.get(base_language(lang))
    if table is None:
        return (
            (text.lower(), list(range(len(text)))) if len(text.lower()) == len(text) else (text, list(range(len(text))))
        )
    skipped = (
        frozenset(i for m in _SILENT.finditer(text) for i in range(*m.span()))
        if base_language(lang) == "th"
        else frozenset()
    )
    out: list[str] = []
    at: list[int] = []
    for i, char in enumerate(text):
        if i in skipped:
            continue
        to = table.get(ord(char), char)
        if to is not None and not (out and out[-1] == to):  # doubled letters count once
            out.append(to.lower())
            at.append(i)
    return "".join(out), at


@lru_cache(maxsize=1 << 17)
def loose_form(surface: str, lang: str) -> str:
    """The coarse form alone."""
    return coarse(surface, lang)


def coarse(text: str, lang: str) -> str:
    """The coarse form of `loose`, without the places of its characters."""
    base = base_language(lang)
    table = _TABLES.get(base)
    if table is None:
        return loose(text, lang)[0]
    same = (_SILENT.sub("", text) if base == "th" else text).translate(table)
    if same != same.lower():  # a capital and its small letter are not doubled letters in every order
        return loose(text, lang)[0]
    return _RUN.sub(_first_of, same)


def _first_of(match: re.Match[str]) -> str:
    # As r"\1", which `re` fills in by code of its own that takes thrice as long.
    return match[1]


_LATIN_RULES = tuple((re.compile(pattern), to) for pattern, to in (
    (r"ph", "f"), (r"gh(?=t|\b)", ""), (r"ch(?=r)", "k"), (r"sch|tch|sh|ch", "s"), (r"th", "t"), (r"ck", "k"),
    (r"[cg](?=[eiy])", "s"),
    (r"ng", "n"), (r"(?<=[aeiouy])r(?![aeiouy])", ""), (r"\bw?h(?=[aeiouy])", "h"), (r"(?<!\b)h", ""),
))  # fmt: skip
_LATIN_SOUNDS = {
    ord(letter): code
    for letters, code in {
        "bp": "P",
        "ckqg": "K",
        "szj": "S",
        "x": "KS",
        "td": "T",
        "n": "N",
        "lr": "L",
        "f": "F",
        "m": "M",
        "h": "H",
    }.items()
    for letter in letters
}
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=1 << 16)
def latin_sounds(word: str) -> str:
    """The consonants of a word in Latin letters, in the codes of `metrics.open.sounds`."""
    word = word.lower()
    for pattern, to in _LATIN_RULES:
        word = pattern.sub(to, word)
    return _DOUBLED.sub(r"\1", "".join(_LATIN_SOUNDS.get(ord(letter), "") for letter in word))
