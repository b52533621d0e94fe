"""Numbers of world 2 in the forms that each language writes: 12000 is 1.2万, 12,000 or 1.2 หมื่น, ཁྲི་1.2.

The first `n_forms` surfaces are written by the grammar, the others accepted. Amounts are exact: every written form
says the same number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from math import exp, log
from random import Random

from benchmark.tasks.newswire import values as v
from benchmark.tasks.newswire.values import LANGUAGES, Value

FIGURES = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_THAI = ((10**6, "ล้าน"), (10**5, "แสน"), (10**4, "หมื่น"))

KEPT = 1 << 15
"""Amounts that are kept with all their spellings: of a hundred drawn stories ninety-nine may be refused, and their
figures come again."""
_THAI_SUMS = ((10**11, "แสนล้าน"), (10**10, "หมื่นล้าน"), (10**9, "พันล้าน"))


def draw_number(low: int, high: int, rng: Random) -> int:
    """A number of low..high (both included), as likely in every order of magnitude, with two significant figures
    above 999."""
    n = round(exp(rng.uniform(log(max(low, 1)), log(high))))
    if n > 999:
        n -= n % 10 ** (len(str(n)) - 2)
    return min(max(n, low), high)


def _short(n: int, unit: int) -> str:
    return f"{n / unit:.10g}"


def spellings(n: int, lang: str) -> tuple[list[str], list[str]]:
    """(written, also accepted) spellings of a whole number without its unit."""
    plain, grouped = str(n), f"{n:,}"
    if n >= 10**6:  # nobody writes so many zeros
        short = {"zh": f"{_short(n, 10**4)}万", "bo": f"ཁྲི་{_short(n, 10**4)}", "th": f"{_short(n, 10**6)} ล้าน"}
        return [short[lang]], [plain, grouped]
    if lang == "zh":
        return ([f"{_short(n, 10**4)}万", plain], [grouped]) if n >= 10**4 else ([plain], [grouped])
    if lang == "bo":
        return ([f"ཁྲི་{_short(n, 10**4)}", plain], [grouped]) if n >= 10**4 else ([plain], [grouped])
    for unit, word in _THAI:
        if n >= unit:
            return [grouped, f"{_short(n, unit)} {word}"], [plain]
    return [grouped], [plain, *([f"{_short(n, 1000)} พัน"] if n >= 1000 else [])]


def _patterned(patterns: Sequence[str], numbers: list[str], lang: str) -> list[str]:
    out = []
    for pattern in patterns:
        for number in numbers:
            text = pattern.format(n=number)
            if lang == "th":  # 1.2 หมื่นคน: no space behind the word of the number
                text = re.sub(r"(หมื่น|แสน|ล้าน|พัน) ", r"\1", text)
                text = re.sub(r"(?<=[0-9])(?=หมื่น|แสน|ล้าน|พัน)", " ", text)
            out.append(text)
    return out


def _made(type_: str, key: str, written: dict[str, list[str]], accepted: dict[str, list[str]]) -> Value:
    surfaces, forms = {}, {}
    for lang in LANGUAGES:
        first = list(dict.fromkeys(written[lang]))
        surfaces[lang] = tuple(dict.fromkeys([*first, *accepted[lang]]))
        forms[lang] = len(first)
    return Value(type_, key, surfaces, forms)


def quantity(n: int, patterns: dict[str, list[str]], decimals: int = 0) -> Value:
    """A count with what it counts; patterns hold {n}, all are written. decimals: n is in tenths (1), and written with
    a decimal point."""
    return _quantity(n, tuple(tuple(patterns[lang]) for lang in LANGUAGES), decimals)


@lru_cache(KEPT)
def _quantity(n: int, of_language: tuple[tuple[str, ...], ...], decimals: int) -> Value:
    patterns = dict(zip(LANGUAGES, of_language, strict=True))
    written: dict[str, list[str]] = {}
    accepted: dict[str, list[str]] = {}
    for lang in LANGUAGES:
        one, other = ([f"{n / 10**decimals:.{decimals}f}"], []) if decimals else spellings(n, lang)
        written[lang] = _patterned(patterns[lang], one, lang)
        accepted[lang] = _patterned(patterns[lang], other, lang)
        if lang == "th":
            accepted[lang] += [s.replace(" ", "") for s in (*written[lang], *accepted[lang])]
    return _made("quantity", f"{n}/{patterns['zh'][0]}", written, accepted)


@lru_cache(KEPT)
def percentage(n: int) -> Value:
    """n per cent."""
    value = v.percentage(n)
    thai = (f"{n}%", *(s for s in value.surfaces["th"] if s != f"{n}%"))
    return Value("percentage", str(n), {**value.surfaces, "th": thai}, {"zh": 1, "th": 1, "bo": 1})


@lru_cache(KEPT)
def money(amount: int, currency: str) -> Value:
    """An amount in whole units of a currency, at least 10,000."""
    currency_words = v.currencies()[currency]
    zh = _short(amount, 10**8) + "亿" if amount >= 10**8 else _short(amount, 10**4) + "万"
    bo = f"དུང་ཕྱུར་{_short(amount, 10**8)}" if amount >= 10**8 else f"ཁྲི་{_short(amount, 10**4)}"
    if amount >= 10**9:
        unit, word = next((u, w) for u, w in _THAI_SUMS if amount >= u)
        numbers = [f"{amount // 10**6:,} ล้าน", f"{_short(amount, unit)} {word}"]
    elif amount >= 10**6:
        numbers = [f"{_short(amount, 10**6)} ล้าน"]
    else:
        numbers = [f"{amount:,}", f"{_short(amount, 10**5)} แสน" if amount >= 10**5 else f"{_short(amount, 10**4)} หมื่น"]
    names = [currency_words["th"], *(["ดอลลาร์"] if currency == "USD" else [])]
    thai = [f"{x}{'' if not x[-1].isdigit() else ' '}{names[0]}" for x in numbers]
    more = [f"{x}{gap}{w}" for w in names for x in (*numbers, f"{amount:,}", str(amount)) for gap in ("", " ")]
    written = {"zh": [f"{zh}{currency_words['zh']}"], "th": thai, "bo": [f"{currency_words['bo']}་{bo}"]}
    return _made(
        "money", f"{amount} {currency}", written, {"zh": [], "th": more, "bo": [f"{currency_words['bo']}{bo}"]}
    )


@cache
def date(month: int, day: int) -> Value:
    """A day of the year; titles may write the month short."""
    value = v.date(month, day)
    return Value("date", value.key, value.surfaces, {"zh": 1, "th": 2, "bo": 2})


_FIGURES: dict[int, tuple[Value, frozenset[str]]] = {}
"""Of values by their identity, and the value, whose identity thereby stays its own."""


def figures(value: Value) -> frozenset[str]:
    """The figures that a value is written with, trailing zeros and separators off, so that 1.2万, 12000 and 1,200
    count as one."""
    known = _FIGURES.get(id(value))
    if known is None:
        if len(_FIGURES) >= KEPT:
            _FIGURES.clear()
        known = _FIGURES[id(value)] = (value, _figures(value))
    return known[1]


def _figures(value: Value) -> frozenset[str]:
    found = {f for lang in LANGUAGES for s in value.surfaces[lang][: value.n_forms[lang]] for f in FIGURES.findall(s)}
    return frozenset(f.replace(",", "").replace(".", "").strip("0") for f in found) - {""}
