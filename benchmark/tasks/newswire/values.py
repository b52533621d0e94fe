"""Typed values of the newswire world and every surface that states them, per language.

A value is one person, organisation, place, amount or date. Its surfaces come from the reviewed lexicon files or from
CLDR (Babel): month and weekday names. The first `n_forms` surfaces are written by the grammar; the others are only
accepted as stating the value.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from babel import Locale

LANGUAGES = ("zh", "th", "bo")
DATA = files("benchmark.tasks.newswire") / "data"


@dataclass(frozen=True, slots=True)
class Value:
    """One thing an article can state."""

    type: str
    """Fact type: person, organisation, place, quantity, percentage, money, date, time, cause or event."""
    key: str
    """Identity inside its type: lexicon id, or the number or date itself."""
    surfaces: dict[str, tuple[str, ...]]
    """language -> accepted surfaces, the usual one first."""
    n_forms: dict[str, int]
    """language -> how many leading surfaces the grammar may write."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a lexicon file."""

    value: Value
    kind: str
    core: bool


def _aliases(cell: str) -> tuple[str, ...]:
    return tuple(a for a in cell.split("|") if a)


@cache
def lexicon(type_: str) -> tuple[Entry, ...]:
    """All entries of `persons.tsv`, `organisations.tsv` or `places.tsv` (type_ person, organisation, place), in file
    order."""
    entries = []
    with (DATA / f"{type_}s.tsv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            surfaces = {lang: (row[lang], *_aliases(row[f"{lang}_aliases"] or "")) for lang in LANGUAGES}
            value = Value(type_, row["id"], surfaces, dict.fromkeys(LANGUAGES, 1))
            entries.append(Entry(value, row.get("kind") or "", row["core"] == "1"))
    return tuple(entries)


@cache
def currencies() -> dict[str, dict[str, str]]:
    """ISO code -> {language: the word written after (zh, th) or before (bo) an amount}."""
    with (DATA / "currencies.tsv").open(encoding="utf-8") as stream:
        return {
            row["id"]: {lang: row[lang] for lang in LANGUAGES}
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        }


def _value(
    type_: str, key: str, zh: list[str], th: list[str], bo: list[str], forms: tuple[int, int, int] = (1, 1, 1)
) -> Value:
    unique = {lang: tuple(dict.fromkeys(s)) for lang, s in zip(LANGUAGES, (zh, th, bo), strict=True)}
    return Value(type_, key, unique, dict(zip(LANGUAGES, forms, strict=True)))


def quantity(n: int, zh: list[str], th: list[str], bo: list[str]) -> Value:
    """A count with its classifier; patterns hold `{n}`, the first one is the usual form. Thai accepts it without the
    space, too."""
    thai = [p.format(n=n) for p in th]
    return _value(
        "quantity",
        f"{n}/{zh[0]}",
        [p.format(n=n) for p in zh],
        thai + [s.replace(" ", "") for s in thai],
        [p.format(n=n) for p in bo],
        (min(2, len(zh)), 1, 1),
    )


def percentage(n: int) -> Value:
    """n per cent, 1..100."""
    return _value(
        "percentage",
        str(n),
        [f"{n}%", f"百分之{n}"],
        [f"ร้อยละ {n}", f"{n}%", f"ร้อยละ{n}", f"{n} เปอร์เซ็นต์", f"{n}เปอร์เซ็นต์"],
        [f"བརྒྱ་ཆ་{n}", f"{n}%"],
    )


def money(n: int, scale: str, currency: str) -> Value:
    """n hundred million (scale yi) or n ten thousand (scale wan) units of a currency. Thai counts in millions and in
    plain numbers."""
    word = currencies()[currency]
    zh_scale, factor, bo_scale = {"yi": ("亿", 10**8, "དུང་ཕྱུར་"), "wan": ("万", 10**4, "ཁྲི་")}[scale]
    amount = n * factor
    numbers = [f"{amount // 10**6} ล้าน"] if scale == "yi" else [str(amount)]
    if scale == "yi" and amount >= 10**9:
        numbers.append(f"{amount / 10**9:g} พันล้าน")
    if scale == "wan":
        short = f"{amount / 10**5:g} แสน" if amount < 10**6 else f"{amount / 10**6:g} ล้าน"
        numbers = [short, str(amount)] if amount >= 10**6 else [str(amount), short]
    thai_words = [word["th"]] + (["ดอลลาร์"] if currency == "USD" else [])
    # The unit may follow without a space after ล้าน or แสน, and with one after a bare number.
    thai = [
        f"{x}{gap}{w}" for w in thai_words for x in numbers for gap in ((" ", "") if x[-1].isdigit() else ("", " "))
    ]
    return _value(
        "money",
        f"{amount} {currency}",
        [f"{n}{zh_scale}{word['zh']}"],
        thai,
        [f"{word['bo']}་{bo_scale}{n}", f"{word['bo']}{bo_scale}{n}"],
    )


@cache
def _cldr(lang: str, what: str, width: str) -> dict[int, str]:
    return dict(getattr(Locale(lang), what)["format"][width])


@cache
def date(month: int, day: int) -> Value:
    """A day of the year, Gregorian month 1..12 and day 1..28."""
    bo_month = _cldr("bo", "months", "wide")[month].rstrip("་")
    thai = [f"{day} {_cldr('th', 'months', w)[month]}" for w in ("wide", "abbreviated")]
    return _value(
        "date",
        f"{month:02d}-{day:02d}",
        [f"{month}月{day}日"],
        thai + [s.replace(" ", "") for s in thai],
        [f"{bo_month}འི་ཚེས་{day}", f"ཟླ་{month}ཚེས་{day}", f"ཟླ་{month}པའི་ཚེས་{day}"],
    )


@cache
def weekday(day: int) -> Value:
    """A day of the week, 0 = Monday .. 6 = Sunday."""
    zh = _cldr("zh", "days", "wide")[day]
    return _value(
        "date",
        f"weekday{day}",
        [zh.replace("星期", "周"), zh],
        [_cldr("th", "days", "wide")[day]],
        [_cldr("bo", "days", "wide")[day].rstrip("་")],
        (2, 1, 1),
    )


@cache
def year(y: int) -> Value:
    """A Gregorian year; Thai writes it in the Buddhist era (+543)."""
    return _value(
        "date",
        f"year{y}",
        [f"{y}年"],
        [f"ปี {y + 543}", f"พ.ศ. {y + 543}", f"ปี {y}", f"ค.ศ. {y}", f"ปี{y + 543}", f"ปี{y}"],
        [f"{y}ལོ", f"སྤྱི་ལོ་{y}"],
    )


@cache
def time(hour: int, minute: int) -> Value:
    """A time of day, 24-hour clock."""
    half = f"{minute}分" if minute else ""
    bo = f"ཆུ་ཚོད་{hour}དང་སྐར་མ་{minute}" if minute else f"ཆུ་ཚོད་{hour}"
    thai = [
        f"{hour}.{minute:02d} น.",
        f"{hour:02d}.{minute:02d} น.",
        f"{hour}:{minute:02d} น.",
        f"{hour:02d}:{minute:02d} น.",
        f"{hour}.{minute:02d}น.",
    ]
    return _value("time", f"{hour:02d}:{minute:02d}", [f"{hour}时{half}"], thai, [bo])


def option(type_: str, key: str, texts: dict[str, list[str]]) -> Value:
    """A cause or a consequence out of a frame's list; a consequence is a fact of type event."""
    return _value(type_, key, texts["zh"], texts["th"], texts["bo"], (len(texts["zh"]), len(texts["th"]), 1))
