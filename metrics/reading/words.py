"""Tables of words around numbers: currencies, units, and the traditional characters that they and numerals are written
with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from importlib import resources
from typing import Generic, TypeVar

from metrics.languages import language

T = TypeVar("T")
LANGUAGES = ("zh", "th", "bo", "en")

# The numerals of cheques are common characters elsewhere (大陆, 参加, 收拾): they are numerals in company only.
_CHEQUE = "壹贰貳叁參叄肆伍陆陸柒捌玖拾佰仟零万萬亿億"
_CHEQUE_MONEY = ("元", "圆", "圓", "块", "塊")
_CHEQUE_RUN = re.compile(f"[{_CHEQUE}]{{2,}}")
_CHEQUE_DIGITS = str.maketrans("壹贰貳叁參叄肆伍陆陸柒捌玖拾佰仟萬億", "一二二三三三四五六六七八九十百千万亿")
_SIGNS = {
    "％": "%",
    "＄": "$",
    "￥": "¥",
    "：": ":",
    "．": ".",
    "－": "-",
    "／": "/",
    "（": "(",
    "）": ")",
    "～": "~",
    "〜": "~",
    "–": "-",
    "—": "-",
    "‑": "-",
    "−": "-",
    "‐": "-",
    "٪": "%",
    "﹪": "%",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "\u3000": " ",
    "＋": "+",
}


def _rows(name: str) -> list[list[str]]:
    text = resources.files("metrics.reading").joinpath("data", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.split("\n") if line and not line.startswith("#")]


_CHINESE = str.maketrans(
    {other: simplified for simplified, others in _rows("traditional.tsv") for other in others} | _SIGNS
)
_OTHERS = str.maketrans({**_SIGNS, "\u0f0c": "\u0f0b"})


_CHINESE_CHARS, _OTHER_CHARS = (
    re.compile("[" + "".join(map(re.escape, map(chr, table))) + "]") for table in (_CHINESE, _OTHERS)
)


# 4x100 เมตร, 2x3米: no letter of a name. 0x1F is a number of its own kind.
_BY = re.compile(r"(?<=[0-9])(?<!\b0)[xX](?=[0-9])")


def base_language(lang: str) -> str:
    """Key of the rules that read a language's numbers: "zh-Hans", "cmn" and "yue" -> "zh", "tha" -> "th". UserError for
    what is no code."""
    return language(lang).numbers


def one_for_one(text: str, lang: str) -> str:
    """The text with simplified characters and plain signs for the others, of the same length."""
    if text.isascii():
        return text
    if ("x" in text or "X" in text) and _BY.search(text):
        text = _BY.sub("×", text)
    if lang != "zh":
        return text.translate(_OTHERS) if _OTHER_CHARS.search(text) else text
    text = _CHEQUE_RUN.sub(_cheque, text)
    return text.translate(_CHINESE) if _CHINESE_CHARS.search(text) else text


def _cheque(match: re.Match[str]) -> str:
    run = match.group()
    own = sum(char not in "零万萬亿億" for char in run)
    enough = 1 if match.string[match.end() : match.end() + 1] in _CHEQUE_MONEY else 2  # 參萬元
    return run.translate(_CHEQUE_DIGITS) if own >= enough and any(char in "拾佰仟万萬亿億" for char in run) else run


class WordTable(Generic[T]):
    """Finds the longest known word that begins or ends at a place."""

    def __init__(self, words: Iterable[tuple[str, T, tuple[str, ...]]]) -> None:
        """Words with what they mean, and what must not follow them."""
        # By two characters, of which few words have the same, or the one that a word is of: the longest first.
        self._by_start: dict[str, list[tuple[str, T, tuple[str, ...]]]] = {}
        self._by_end: dict[str, list[tuple[str, T, tuple[str, ...]]]] = {}
        for entry in sorted(words, key=lambda entry: (-len(entry[0]), entry[0])):
            self._by_start.setdefault(entry[0][:2], []).append(entry)
            self._by_end.setdefault(entry[0][-2:], []).append(entry)

    def starting(self, text: str, at: int) -> tuple[str, T] | None:
        """The longest word that begins at `at`."""
        for length in (2, 1):
            for word, meaning, never_before in self._by_start.get(text[at : at + length], ()):
                if text.startswith(word, at) and not (never_before and text.startswith(never_before, at + len(word))):
                    return word, meaning
        return None

    def ending(self, text: str, at: int) -> tuple[str, T] | None:
        """The longest word that ends before `at`."""
        if at == 0:
            return None
        for length in (2, 1):
            for word, meaning, _ in self._by_end.get(text[max(0, at - length) : at], ()):
                if text.endswith(word, 0, at):
                    return word, meaning
        return None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure."""

    id: str
    dimension: str
    factor: Fraction = field(compare=False)
    """Of the base unit."""


_NOT_MONEY = {
    "เหรียญ": ("ทอง", "เงิน", "รางวัล", "ที่ระลึก"),
    # บ. is บริษัท and บ้าน, too: baht is what ends there.
    "บ.": (*map(chr, range(0x0E01, 0x0E2F)), *"เแโใไ"),
    "元": ("组", "素", "旦", "首", "老", "件", "音", "月", "年", "帅", "数", "论"),
}


@lru_cache(maxsize=8)
def currencies(lang: str) -> WordTable[frozenset[str]]:
    """Currency words of a language, with the signs and codes of all."""
    rows = [(word, frozenset(codes.split(","))) for of, word, codes in _rows("currencies.tsv") if of in ("", lang)]
    return WordTable((word, codes, _NOT_MONEY.get(word, ())) for word, codes in rows)


@lru_cache(maxsize=8)
def units(lang: str) -> WordTable[Unit]:
    """Unit words of a language, with the symbols of all."""
    words: list[tuple[str, Unit, tuple[str, ...]]] = []
    for id_, dimension, factor, common, *own in _rows("units.tsv"):
        unit = Unit(id_, dimension, Fraction(factor))
        columns = [common, own[LANGUAGES.index(lang)] if lang in LANGUAGES else ""]
        for word in (word for column in columns for word in column.split("|") if word):
            name, _, never = word.partition("!")
            words.append((name, unit, tuple(never.split(",")) if never else ()))
    return WordTable(words)
