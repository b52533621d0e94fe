"""Turns the matches of `metrics.reading.calendar_words` into dates, years, decades and centuries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from metrics.reading.calendar_words import MONTHS, REIGNS, TH_SPELLED
from metrics.reading.calendar_zh import lasting, short_year, year_figures
from metrics.reading.mention import Reading
from metrics.reading.numerals_bo import BELOW_100
from metrics.reading.numerals_bo import parse as parse_bo
from metrics.reading.section_zh import DIGIT, SMALL, TENS

BUDDHIST_OFFSET = 543
REPUBLIC_OFFSET = 1911
RATTANAKOSIN_OFFSET = 1781
"""ร.ศ. 112 is 1893."""
ROYAL_OFFSET = 127
"""བོད་རྒྱལ་ལོ་ 2151 is 2024."""


def small_number(text: str | None) -> int | None:
    """A small whole number in digits or in the number words of a language; None when absent or none."""
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    if text in TH_SPELLED:
        return TH_SPELLED[text]
    if text in BELOW_100:
        return BELOW_100[text]
    if len(text) > 2 and all(char in DIGIT for char in text):
        return int("".join(str(DIGIT[char]) for char in text))
    return _chinese(text)


def _chinese(text: str) -> int | None:
    total, pending = 0, None
    for char in text:
        if char in DIGIT and pending in (None, 0):
            pending = DIGIT[char]
        elif char in TENS and pending is None and not total:
            total = TENS[char]
        elif char in SMALL:
            total, pending = total + (1 if pending is None else pending) * SMALL[char], None
        else:
            return None
    return total + (pending or 0)


def common_era(number: int, era: str | None, lang: str) -> int:
    """Year of the common era: Buddhist when the text says so, or in Thai when it can be nothing else (2400-2699);
    negative before it."""
    era = (era or "").replace(" ", "").replace(".", "")
    if any(word in era for word in ("前", "ก่อน", "སྔོན", "གོང", "BC")):
        return -number
    if era in REIGNS:
        return number + REIGNS[era] - 1
    if era == "民国":
        return number + REPUBLIC_OFFSET
    if era in ("รศ", "รัตนโกสินทร์ศก"):
        return number + RATTANAKOSIN_OFFSET
    if era == "བོད་རྒྱལ་ལོ":
        return number - ROYAL_OFFSET
    if any(word in era for word in ("พศ", "พุทธ", "佛历", "BE")):
        return number - BUDDHIST_OFFSET
    if lang == "th" and not any(word in era for word in ("คศ", "คริสต์")) and 2400 <= number < 2700:
        return number - BUDDHIST_OFFSET
    return number


def _reading(
    match: re.Match[str], span: tuple[int, int], value: int, kind: str, core: tuple[int, int] | None = None
) -> Reading:
    return Reading(*span, Fraction(value), kind, match.string[span[0] : span[1]], core or span)


def dates(match: re.Match[str], lang: str) -> Iterator[Reading]:
    """The day and month of a match as one reading, its year as another, so that either may be known without the
    other."""
    groups = match.groupdict()
    month_text = groups.get("month")
    month = 0
    if month_text:
        plain = month_text.replace(".", "").replace(" ", "") if lang == "th" else month_text.lower()
        month = MONTHS.get(lang, {}).get(plain) or small_number(month_text) or 13
    day = small_number((groups.get("day") or "").removeprefix("初")) or 0
    if groups.get("sep") and match.start("day") < match.start("month"):
        american = lang == "en" and groups["sep"] == "/" and day <= 12
        if american or month > 12 >= day:  # 3/15/2024
            month, day = day, month
    year_text = groups.get("year")
    if month > 12 or day > 31 or (groups.get("day") and day == 0):
        return
    if lang == "zh" and not month_text and lasting(match.string, match.start(), match.end("day")):  # 拘留15日
        return
    names = [name for name in ("day", "month") if groups.get(name)]
    span = (min(match.start(name) for name in names), max(match.end(name) for name in names))
    start, end = match.span()
    if year_text:
        start, end = (span[0], end) if match.start("year") < span[0] else (start, span[1])
    if groups.get(
        "first_day"
    ):  # 3月15日至17日, 15-17 มีนาคม: two dates, of which the one nearer to the month takes it in
        first = small_number(groups["first_day"]) or 0
        if not 1 <= first <= 31:
            return
        at = match.span("first_day")
        if month_text and match.start("month") < at[0]:
            at = (match.start("month"), at[1])
            span = match.span("day")
        yield _reading(match, at, 100 * month + first, "date")
        yield from _days_between(match, month)
        start = max(start, span[0], at[1])
        span = (max(span[0], start), span[1])
    if year_text and match.start("year") < match.start(names[0]) and match.start("year") < match.start(names[-1]):
        yield from _year_of(match, lang)
        yield _reading(match, (start, end), 100 * month + day, "date", span)
    else:
        yield _reading(match, (start, end), 100 * month + day, "date", span)
        if year_text:
            yield from _year_of(match, lang)


_DAY = re.compile("[0-9]{1,2}|[一二三四五六七八九十廿卅]{1,3}")


def _days_between(match: re.Match[str], month: int) -> Iterator[Reading]:
    """6月12日、13日和14日: the days between the first and the last share the month."""
    if not match.groupdict().get("days_between"):
        return
    for found in _DAY.finditer(match.string, *match.span("days_between")):
        day = small_number(found.group())
        if day is not None and 1 <= day <= 31:
            yield _reading(match, found.span(), 100 * month + day, "date")


def _year_of(match: re.Match[str], lang: str) -> Iterator[Reading]:
    text = match.group("year")
    number = small_number(text)
    if number is None:
        return
    era = match.groupdict().get("era")
    if len(text) == 2 and era not in (*REIGNS, "民国"):  # abbreviated: 15 มี.ค. 67, 24年3月
        old = match.groupdict().get("spoken") is not None  # 6 ตุลา 19
        number += 2500 if lang == "th" and (number >= 40 or old) else 2000 if number < 50 else 1900
    yield _reading(match, match.span("year"), common_era(number, era, lang), "year")


def month_range(match: re.Match[str], lang: str) -> Iterator[Reading]:
    """3至5月: two months."""
    names = MONTHS.get(lang, {})
    first, last = (
        names.get(match.group(name)) or small_number(match.group(name)) or 13 for name in ("first_month", "month")
    )
    if match.end("first_month") == match.start("month") and last != first + 1:  # 三四月份 alone
        return
    if first <= 12 and last <= 12 and first != last:
        yield _reading(match, match.span("first_month"), 100 * first, "date")
        if match.groupdict().get("months_between"):
            for found in _DAY.finditer(match.string, *match.span("months_between")):
                if 1 <= (small_number(found.group()) or 0) <= 12:
                    yield _reading(match, found.span(), 100 * (small_number(found.group()) or 0), "date")
        yield _reading(match, (match.start("month"), match.end()), 100 * last, "date")


_LONGEST_YEARS = 10
"""From one year of two figures to another."""
_SPAN_BEFORE = re.compile(r"(?:过去|近|最近|历时|长达|持续|整整|未来|超过|逾)(?:的|约)?\s?\Z")


def _spelled(text: str | None) -> int | None:
    """A Tibetan year in words."""
    found = parse_bo(text, 0) if text else None
    return None if found is None or not text or found.end < len(text) else int(found.value)


def years(match: re.Match[str], lang: str) -> Iterator[Reading]:
    """One year, or two that share their era word."""
    groups = match.groupdict()
    text, first_text, era = groups["year"], groups.get("first_year"), groups.get("era")
    spelled = lang == "bo" and not text.isdigit()
    number, first = (
        (_spelled(text), _spelled(first_text)) if spelled else (small_number(text), small_number(first_text))
    )
    if lang == "zh" and len(text) == 2:
        number = year_figures(text) or number
    if spelled and not era and not 1800 <= (number or 0) <= 2100:
        return
    if number is None or (first_text and first is None):
        return
    if first is not None and first_text:
        if len(first_text) == 2:  # ปี 66-67
            first, number = first + 2500, number + 2500
            if not first < number <= first + _LONGEST_YEARS:
                return
        elif len(text) == 2:  # 2566/67
            number += first - first % 100
            if number <= first:
                return
        if not (1000 <= first < 2700 and 1000 <= number < 2700):
            return
        yield _reading(
            match,
            (match.start(), match.end("first_year")),
            common_era(first, era, lang),
            "year",
            match.span("first_year"),
        )
        yield _reading(
            match,
            (match.start("year"), match.end()),
            common_era(number, groups.get("era2") or era, lang),
            "year",
            match.span("year"),
        )
        return
    if len(text) == 2 and not era:
        full = short_year(match, number) if lang == "zh" else number + 2500
        if full is None:
            return
        number = full
    if era in (None, "", "ปี") and not 1000 <= number < 2700:
        return
    if lang == "zh" and not era:  # 2000年前 may be "2,000 years ago", 1998年前 is a year
        after = match.string[match.end() : match.end() + 1]
        if _SPAN_BEFORE.search(match.string, max(0, match.start() - 6), match.start()):
            return
        ago = after in ("前", "后") and after and ((number % 100 == 0 and after == "前") or not 1800 <= number <= 2100)
        if ago or (after and after in "间来多余") or number > 2200:
            return
    begin = match.start("own") if groups.get("own") else match.start()
    yield _reading(match, (begin, match.end()), common_era(number, era, lang), "year", match.span("year"))


def decades(match: re.Match[str], lang: str) -> Iterator[Reading]:
    """20世纪60年代, ทศวรรษ 1960, 1960s: the first year."""
    groups = match.groupdict()
    if groups.get("year"):
        start = match.start()
        if groups.get("first_year"):
            first = common_era(int(groups["first_year"]), groups.get("era"), lang)
            yield _reading(match, (start, match.end("first_year")), first, "decade")
            start = match.start("year")
        value = common_era(int(groups["year"]), groups.get("era"), lang)
        yield _reading(match, (start, match.end()), value, "decade")
        return
    tens = _tens(groups["decade"])
    if tens is None:
        return
    if groups.get("century"):
        number = small_number(groups["century"])
        if number is None:
            return
        base = 100 * (number - 1)
    else:
        base = 2000 if groups.get("relative") == "本世纪" or (not groups.get("relative") and tens < 20) else 1900
    second = _tens(groups.get("decade2"))
    if second is None and len(groups["decade"]) == 1:  # 六七十年代: the second digit stands in front of 十
        following = match.string[match.end("decade") : match.end("decade") + 2]
        second = _tens(following)
    if second is not None and second > tens:
        middle = match.end("decade")
        yield _reading(match, (match.start(), middle), base + tens, "decade")
        begin = match.start("second") if groups.get("second") else middle
        yield _reading(match, (begin, match.end()), base + second, "decade")
        return
    yield _reading(match, match.span(), base + tens, "decade")


def _tens(text: str | None) -> int | None:
    if not text:
        return None
    value = small_number(text)
    if value is not None and value < 10:
        return 10 * value
    return value if value is not None and value % 10 == 0 and value < 100 else None


def centuries(match: re.Match[str], _: str) -> Iterator[Reading]:
    """20世纪, ศตวรรษที่ 20, 20th century: the number, negative before the common era."""
    groups = match.groupdict()
    number, era = small_number(groups["century"]), groups.get("era") or ""
    if number is None or not 1 <= number <= 30 or era == "พุทธ":
        return
    if groups["century"] == "གཅིག":  # "a century"
        return
    first = small_number(groups.get("first_century"))
    if first is not None and not 1 <= first < number:
        return
    before = bool(groups.get("before")) or any(word in era for word in ("前", "སྔོན", "གོང"))
    start = match.start()
    if first is not None:
        end = match.end("first_century")
        yield _reading(match, (start, end), -first if before else first, "century", match.span("first_century"))
        start = match.start("century")
    yield _reading(match, (start, match.end()), -number if before else number, "century", match.span("century"))
