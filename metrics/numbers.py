"""Numbers, money, percentages, dates, times and years in Chinese, Thai, Tibetan and English text.

The extractor serves the benchmark's precision: a number in an output that the source does not hold is a hallucination. It
compares values, not wordings: 37亿元, 3700 ล้านหยวน and སྒོར་དུང་ཕྱུར་37 are one value, พ.ศ. 2567 is 2024. Written numerals are
read in `metrics.numerals` (see there for what is left out). For other languages only digits, percent signs, ISO dates and
clock times are read. Give it text as `metrics.normalise.normalise` leaves it: offsets are on the text it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from metrics.number_words import CURRENCY_AFTER, CURRENCY_BEFORE, DATES, MONTHS, PERCENT_AFTER, PERCENT_BEFORE, TIMES, YEARS, CurrencyWords
from metrics.numerals import NUMERALS, PLAIN, read_chinese, read_positional

BUDDHIST_OFFSET = 543
Key = tuple[str, Fraction]


@dataclass(frozen=True, slots=True)
class NumberMention:
    """One number of a text."""

    start: int
    end: int
    """Code points start:end of the text, with the words that belong to it (per cent, currency, year)."""
    value: Fraction
    """Number, money: the amount. Percentage: per cent. Year: of the common era. Date: 100 * month + day, 0 for a part that is not
    said (315 is 15 March, 300 March, 15 the 15th). Time: minutes since midnight."""
    kind: str
    """number | percentage | money | date | time | year"""
    surface: str
    core: tuple[int, int]
    """The part that makes the value: a known surface may not begin or end inside it."""
    currency: str | None = None
    """ISO 4217 code when the text names an unmistakable currency."""

    @property
    def key(self) -> Key:
        """What two mentions share when they say the same: numbers, money and years compare by value alone."""
        return (self.kind if self.kind in ("percentage", "date", "time") else "number", self.value)


def base_language(lang: str) -> str:
    """Language subtag of a code: "zh-Hans" -> "zh"."""
    return lang.split("-")[0].lower()


def _year(number: int, era: str | None, lang: str) -> int:
    """Year of the common era: Buddhist when the text says so, or in Thai when it can be nothing else (2400-2699)."""
    era = era or ""
    if any(word in era for word in ("พ.ศ", "พุทธ", "佛历", "B.E")):
        return number - BUDDHIST_OFFSET
    if lang == "th" and not any(word in era for word in ("ค.ศ", "คริสต์")) and 2400 <= number < 2700:
        return number - BUDDHIST_OFFSET
    return number


def _whole(text: str | None) -> int | None:
    """A small whole number in digits or Chinese numerals; None when absent or none."""
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    if len(text) == 4:
        return read_positional(text)
    got = read_chinese(text, lone_digit=True)
    return int(got[0]) if got and got[1] == len(text) else None


def _dates(match: re.Match[str], lang: str) -> Iterator[NumberMention]:
    """The day and month of a match as one mention, its year as another, so that either may be known without the other."""
    groups = match.groupdict()
    month_text = groups.get("month")
    month = 0
    if month_text:
        months = MONTHS.get(lang, {})
        month = months.get(month_text) or months.get(month_text.lower()) or _whole(month_text) or 13
    day = _whole(groups.get("day")) or 0
    year_text = groups.get("year")
    if month > 12 or day > 31 or (groups.get("day") and day == 0):
        return
    span = (min(match.start(n) for n in ("day", "month") if groups.get(n)), max(match.end(n) for n in ("day", "month") if groups.get(n)))
    start, end = match.span()
    if year_text:
        start, end = (span[0], end) if match.start("year") < span[0] else (start, span[1])
    if groups.get("first_day"):  # 3月15日至17日, 15-17 มีนาคม: two dates, of which the one nearer to the month takes it in
        first = _whole(groups["first_day"]) or 0
        if not 1 <= first <= 31:
            return
        at = match.span("first_day")
        if match.start("month") < at[0]:
            at = (match.start("month"), at[1])
            span = match.span("day")
        yield NumberMention(*at, Fraction(100 * month + first), "date", match.string[at[0]:at[1]], at)
        start = span[0]
    yield NumberMention(start, end, Fraction(100 * month + day), "date", match.string[start:end], span)
    if year_text:
        number = _whole(year_text)
        if number is None:
            return
        if len(year_text) == 2:  # Thai abbreviated dates: 15 มี.ค. 67
            number += 2500
        at = match.span("year")
        yield NumberMention(*at, Fraction(_year(number, groups.get("era"), lang)), "year", match.string[at[0]:at[1]], at)


_CLOCK_UNIT = re.compile(r"\s?(?:น\.?|นาฬิกา)\Z")


def _time(match: re.Match[str]) -> Iterator[NumberMention]:
    groups = match.groupdict()
    hour = _whole(groups.get("hour"))
    minute = 30 if groups.get("half") else _whole(groups.get("minute")) or 0
    if hour is None or hour > 24 or minute > 59:
        return
    if groups.get("evening"):  # Thai ทุ่ม counts from 19:00
        hour += 18
    elif groups.get("pm") and hour < 12:
        hour += 12
    elif groups.get("am") and hour == 12:
        hour = 0
    core = (match.start(), match.start() + len(_CLOCK_UNIT.sub("", match.group())))
    yield NumberMention(match.start(), match.end(), Fraction(60 * hour + minute), "time", match.group(), core)


def _years(match: re.Match[str], lang: str) -> Iterator[NumberMention]:
    number = _whole(match.group("year"))
    if number is not None and 1000 <= number < 2700:
        value = Fraction(_year(number, match.groupdict().get("era"), lang))
        yield NumberMention(match.start(), match.end(), value, "year", match.group(), match.span("year"))


def _currency(words: CurrencyWords, text: str, *, before: int | None = None, after: int | None = None) -> tuple[int, str | None] | None:
    """The currency word that ends before or begins after a number: (where it begins or ends, ISO code or None if ambiguous)."""
    for word, code in words:
        if after is not None:
            start = after + 1 if text[after:after + 1] in (" ", "་") else after
            if text.startswith(word, start):
                return start + len(word), code
        elif before is not None:
            end = before - 1 if before and text[before - 1] in " ་" else before
            if text.endswith(word, 0, end):
                return end - len(word), code
    return None


def _amounts(text: str, lang: str) -> Iterator[NumberMention]:
    numerals = NUMERALS.get(lang, PLAIN)
    percent_before, percent_after = PERCENT_BEFORE.get(lang), PERCENT_AFTER.get(lang, PERCENT_AFTER[""])
    at = 0
    while match := numerals.pattern.search(text, at):
        start = match.start()
        prefix = percent_before.search(text, max(0, start - 20), start) if percent_before else None
        got = read_chinese(match.group(), lone_digit=_counts_something(text, match, prefix)) if lang == "zh" else numerals.read(match.group())
        if got is None:
            at = match.end()
            continue
        value, end = got[0], start + got[1]
        at = max(end, start + 1)
        suffix = percent_after.match(text, end)
        if prefix or suffix:
            span = (prefix.start() if prefix else start, suffix.end() if suffix else end)
            yield NumberMention(*span, value, "percentage", text[span[0]:span[1]], span)
            at = max(at, span[1])
            continue
        after = _currency(CURRENCY_AFTER.get(lang, ()), text, after=end)
        before = None if after else _currency(CURRENCY_BEFORE.get(lang, CURRENCY_BEFORE[""]), text, before=start)
        span = (before[0] if before else start, after[0] if after else end)
        money = after or before
        yield NumberMention(*span, value, "money" if money else "number", text[span[0]:span[1]], (start, end), money[1] if money else None)


_ZH_CLASSIFIER = re.compile(r"[二两三四五六七八九](?=[人名个家件项起架辆艘岁所座场天])")


def _counts_something(text: str, match: re.Match[str], prefix: re.Match[str] | None) -> bool:
    """A lone Chinese digit is a number only in a percentage or before a classifier (三人, but not 三星; 一 is mostly an article)."""
    return bool(prefix) or bool(_ZH_CLASSIFIER.match(text, match.start()))


_MAY_HOLD = {"zh": re.compile(r"[0-9零〇一二两三四五六七八九十]"), "th": re.compile(r"[0-9]|สิบ|ร้อย|พัน|หมื่น|แสน|ล้าน|คม|ยน|กุมภา")}
_ANY_DIGIT = re.compile(r"[0-9]")


def extract_numbers(text: str, lang: str) -> list[NumberMention]:
    """All numbers of a normalised text, in order, without overlap.

    `lang` is a language code (zh, th, bo, en have rules of their own; its region and script are ignored).
    """
    lang = base_language(lang)
    if not _MAY_HOLD.get(lang, _ANY_DIGIT).search(text):
        return []
    found: list[NumberMention] = []
    rest = text
    for patterns, read in ((DATES, lambda m: _dates(m, lang)), (TIMES, _time), (YEARS, lambda m: _years(m, lang))):
        for pattern in (*patterns.get(lang, ()), *patterns.get("", ())):
            for match in list(pattern.finditer(rest)):
                mentions = list(read(match))
                found.extend(mentions)
                for mention in mentions:  # what is read once is not read again as something lesser
                    rest = rest[:mention.start] + "\0" * (mention.end - mention.start) + rest[mention.end:]
    found.extend(_amounts(rest, lang))
    return sorted(found, key=lambda mention: mention.start)


def support_keys(mentions: Iterable[NumberMention]) -> set[Key]:
    """Everything that these mentions, read as the truth, bear out: their own keys, and for a full date its day and its month alone."""
    keys: set[Key] = set()
    for mention in mentions:
        keys.add(mention.key)
        if mention.kind == "date":
            month, day = divmod(int(mention.value), 100)
            keys.update(("date", Fraction(part)) for part in (100 * month, day) if part)
    return keys
