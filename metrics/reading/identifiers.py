"""Addresses, telephone numbers, identifiers (F-16, 5G, 1.2.3) and names in Latin script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from metrics.reading.dates import small_number
from metrics.reading.latin_magnitudes import amount_of_sign
from metrics.reading.mention import Reading
from metrics.reading.places import finder
from metrics.reading.words import WordTable, base_language, currencies, units

_LETTER = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_URL = re.compile(
    r"(?:https?://|www\.)[!-~]+"
    r"|(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"
    r"|(?<![A-Za-z0-9.-])[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.(?:com|org|net|gov|edu|info|int|cn|th"
    r"|co|io|tv|uk|jp|de|fr|eu|me)(?![A-Za-z0-9-])(?:/[!-~]*)?"
    r"|(?<![A-Za-z0-9_@])@[A-Za-z0-9_]{2,30}"
)
_PHONE = re.compile(
    r"(?<![0-9A-Za-z.])(?:\+[0-9]{1,3}[ -]?(?:\([0-9]{1,4}\)[ -]?)?[0-9]{1,4}(?:[ -]?[0-9]{2,4}){1,4}"
    r"|\(0[0-9]{1,3}\)[ -]?[0-9]{3,4}[ -]?[0-9]{3,4}"
    r"|0[0-9]{1,3}(?:[ -][0-9]{3,4}){1,3}|0[0-9]{1,3}-[0-9]{6,8}|0-[0-9]{4}-[0-9]{4}(?:-[0-9]{1,2})?"
    r"|1?-?[48]00-[0-9]{3,4}-[0-9]{3,4}|[0-9]{3}-[0-9]{3,4}-[0-9]{4}|0[0-9]{8,10}|1[3-9][0-9]{9})(?![0-9]|\.[0-9])"
)
_CALL = re.compile(
    r"(?:拨打|致电|电话|热线|短号|สายด่วน|โทรศัพท์|โทร\.?|เบอร์|หมายเลขโทรศัพท์|ཁ་པར་(?:ཨང་གྲངས་?)?|\bdial|\bcall)"
    r"[:：\s]{0,2}(?:หมายเลข\s?|ที่\s?|号码)?(?P<number>[0-9]{3,6}(?: [0-9]{3,4})?)(?![0-9.,]|\s?(?:คน|人|ราย|次|ครั้ง))",
    re.IGNORECASE,
)
_CODE = re.compile(
    rf"(?<![0-9{_LETTER}])[0-9]+(?:\.[0-9]+){{2,}}(?![0-9])"  # 1.2.3, 10.0.0.1
    # F-16, COVID-19, MH370
    rf"|(?<![0-9{_LETTER}$])(?P<letters>[A-Z{_LETTER}]{{1,12}})[-‑]?[0-9][0-9A-Za-z]*(?:[-/.][0-9A-Za-z]+)*"
    rf"|(?<![0-9{_LETTER}.])[0-9]+(?P<tail>[A-Z][A-Za-z]{{0,3}})(?![{_LETTER}°/²³])(?:-?[0-9]+)?"  # 5G, 737MAX, 7C2216
    # BA.5, XBB.1.5; Fig.3, NO.3 and vol.2 are numbers
    rf"|(?<![0-9{_LETTER}.])(?!NO\.|EP\.|CH\.|RS\.|VOL\.|FIG\.|SEC\.|ART\.)[A-Z]{{2,4}}\.[0-9]{{1,2}}(?:\.[0-9]{{1,2}})*(?![0-9{_LETTER}.])"
    r"|(?<![0-9A-Za-z])PM 2\.5(?![0-9.])"
    r"|(?<![0-9A-Za-z.-])[0-9]{1,6}(?:-[0-9]{1,9}){3,}(?![0-9])"  # 1-1234-56789-12-3
    r"|(?<![0-9A-Za-z.])[0-9]{13,}(?![0-9.])"
    r"|(?<=[\u0e00-\u0e7f]-)(?<!ล้าน-)(?<!แสน-)(?<!หมื่น-)(?<!พัน-)(?<!ร้อย-)(?<!บาท-)(?<!วัน-)(?<!ปี-)(?<!คน-)[0-9]{1,4}(?![0-9.,])"
    r"|(?<=[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼])[A-Z]·?[0-9A-Z]{4,6}(?![0-9A-Za-z])"
)
# With a blank, which no other identifier has: เที่ยวบิน TG 971, 7C 2216.
_FLIGHT = re.compile(
    r"(?:เที่ยวบิน(?:ที่)?|ไฟลต์|航班) ?(?P<flight>(?:[A-Z][A-Z0-9]|[0-9][A-Z]) [0-9]{2,4})(?![0-9A-Za-z.,])"
)
_NAME = re.compile(rf"(?<![0-9{_LETTER}])[{_LETTER}](?:[0-9{_LETTER}]|['’&.-](?=[0-9{_LETTER}]))*")
_FIND_PHONE = finder(_PHONE)
# What a telephone number, a word for calling and an identifier hold, each looked for much faster than they are.
_MAY_PHONE = re.compile(r"[+(-]"), re.compile(r"0[0-9]{1,3} [0-9]{3}"), re.compile(r"[0-9][0-9]{8}")
_CALL_WORDS = ("拨打", "致电", "电话", "热线", "短号", "สายด่วน", "โทร", "เบอร์", "ཁ་པར་", "d", "D", "c", "C")
_MAY_CALL = re.compile("|".join(_CALL_WORDS))
_MAY_CODE = re.compile(rf"[.{_LETTER}-]"), re.compile(r"[0-9][0-9]{12}")
PHONES, CODES = (_PHONE, _CALL), (_CODE, _FLIGHT)
"""The patterns of `phones` and `codes`."""
_ANY_LETTER = re.compile(rf"[{_LETTER}]")
# 二十国集团 is the G20; how others of so many countries are called is not known (萨赫勒五国集团).
GROUPS: dict[str, tuple[re.Pattern[str], ...]] = {
    "zh": (
        re.compile(
            "(?<![0-9一二三四五六七八九十百])(?P<count>7|8|10|20|24|77|七|八|十|二十|二十四|七十七)国集团(?!军)"
        ),
    )
}
"""Chinese names of groups of countries."""
_NOT_NAMES = {
    "am",
    "pm",
    "a.m",
    "p.m",
    "bc",
    "ad",
    "be",
    "no",
    "s",
    "th",
    "st",
    "nd",
    "rd",
    "and",
    "the",
    "of",
    "in",
    "to",
}
_ZERO = Fraction(0)
_JOINED = str.maketrans("", "", "-‑ ·")


def _reading(match: re.Match[str], kind: str, text: str, group: str | int = 0) -> Reading:
    span = match.span(group)
    return Reading(*span, _ZERO, kind, match.group(group), span, text=text)


def _any(patterns: tuple[re.Pattern[str], ...], text: str) -> bool:
    """Whether one of them is found. One by one: `re` passes quickly over what a pattern cannot begin with only where it
    begins with one class of characters."""
    for pattern in patterns:  # noqa: SIM110 - a generator costs more than a search
        if pattern.search(text):
            return True
    return False


def addresses(text: str) -> Iterator[Reading]:
    """URLs, mail addresses and handles."""
    if "." in text or "@" in text:
        for match in _URL.finditer(text):
            shown = match.group().rstrip(".,;:!?)\"'")
            span = (match.start(), match.start() + len(shown))
            plain = re.sub(r"\A(?:https?://)?(?:www\.)?", "", shown.lower()).rstrip("/")
            yield Reading(*span, _ZERO, "url", shown, span, text=plain)


def phones(text: str) -> Iterator[Reading]:
    """Telephone numbers, also short ones after a word for calling."""
    for match in _FIND_PHONE(text) if _any(_MAY_PHONE, text) else ():
        yield _reading(match, "phone", "".join(char for char in match.group() if char.isdigit()))
    for match in _CALL.finditer(text) if _MAY_CALL.search(text) else ():
        yield _reading(match, "phone", match.group("number").replace(" ", ""), "number")


def codes(text: str, lang: str) -> Iterator[Reading]:
    """Identifiers that hold digits; amounts written on to a currency or a unit (USD100, 5GB) are none."""
    flights = list(_FLIGHT.finditer(text))
    for match in flights:
        yield _reading(match, "identifier", match.group("flight").lower().translate(_JOINED), "flight")
    taken = {match.start("flight") for match in flights}
    for match in _CODE.finditer(text) if _any(_MAY_CODE, text) else ():
        if match.start() in taken:
            continue
        letters, tail = match.groupdict().get("letters"), match.groupdict().get("tail")
        if letters and "-" not in match.group() and _is_word(currencies(lang), letters):
            continue
        if tail and (_is_word(units(""), tail) or _is_word(currencies(""), tail)):
            continue
        if tail and amount_of_sign(text, match.start(), match.group().lstrip("0123456789")):  # $5K
            continue
        if tail and lang == "en" and tail.lower() in ("th", "st", "nd", "rd"):
            continue
        yield _reading(match, "identifier", match.group().lower().translate(_JOINED))


def groups(match: re.Match[str], _: str) -> Iterator[Reading]:
    """The G20, as its name is written in Latin letters."""
    yield _reading(match, "identifier", f"g{small_number(match['count'])}")


def _is_word(table: WordTable[Any], word: str) -> bool:
    found = table.starting(word, 0)
    return found is not None and found[0] == word


def names(text: str, lang: str) -> Iterator[Reading]:
    """Words in Latin letters in a text of another script."""
    if not _ANY_LETTER.search(text) or base_language(lang) == "en":
        return
    for match in _NAME.finditer(text):
        word = match.group().rstrip(".").lower().replace("’", "'")
        word = word.removesuffix("'s")
        if len(word) > 1 and word not in _NOT_NAMES:
            yield _reading(match, "name", word)
