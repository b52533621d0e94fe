"""Lists of days that share a month, in Thai and Tibetan: วันที่ 12, 13 และ 14 เม.ย. 67, ཟླ་ 4 པའི་ཚེས་ 12 དང་ 13 དང་ 14.

In Thai the last day, beside its month, is left to `metrics.reading.calendar_words`, which reads its year as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from metrics.reading.calendar_bo import MONTH_BO, UNDER_32_BO, YEAR_BO
from metrics.reading.calendar_th import ANY_MONTH_TH, WEEKDAY_TH
from metrics.reading.calendar_words import MONTHS
from metrics.reading.dates import common_era, small_number
from metrics.reading.mention import Reading
from metrics.reading.numerals_bo import BOUNDARY

_DAY_WORD = rf"(?:(?:วันที่|{WEEKDAY_TH}ที่)\s?)?"
_AND = r"\s?(?:,\s?(?:และ)?|-|~|ถึง|และ|กับ|หรือ)\s?" + _DAY_WORD
_EARLIER = rf"(?<![0-9.:/$-])(?P<days>[0-9]{{1,2}}(?:{_AND}[0-9]{{1,2}})"
_DAY_BO = rf"(?:[0-9]{{1,2}}|(?:{UNDER_32_BO}){BOUNDARY})"
_AND_BO = r"(?:་?\s?ཉིན)?་?\s?(?:ནས|-|~|དང|,|、)[་\s]{0,2}(?:ཚེས་?\s?)?"
_UNCOUNTED = r"(?![0-9.:/%])(?!,[0-9])(?!\s?(?:คน|ราย|ล้าน|บาท|แห่ง|ครั้ง|พัน|หมื่น|แสน|ร้อย|จังหวัด|ปี|ชั่วโมง|น\.|กว่า|เศษ))"
# At most seven days: a longer list would be looked through from each of its numbers.
DAY_LISTS: dict[str, tuple[re.Pattern[str], ...]] = {
    "th": (
        re.compile(
            rf"{_EARLIER}{{0,5}}){_AND}(?=(?P<last>[0-9]{{1,2}})\s?(?:เดือน\s?)?(?P<month>{ANY_MONTH_TH}))",
        ),
        # No month is said, or it was said before.
        re.compile(rf"วันที่\s?{_EARLIER}{{1,5}}){_AND}(?P<last>[0-9]{{1,2}}){_UNCOUNTED}"),
        re.compile(rf"วันที่\s?(?P<days>[0-9]{{1,2}})\s?กับ\s?(?:วันที่\s?)?(?P<last>[0-9]{{1,2}}){_UNCOUNTED}"),
    ),
    "bo": (
        re.compile(
            rf"(?:{YEAR_BO}(?:སྤྱི་|ཕྱི་|བོད་)?ཟླ་?\s?(?:བ་?\s?)?{MONTH_BO}[་\s]?(?:པ|པོ|བ)?(?:འི)?[་\s]*)?"
            rf"(?<![\u0f40-\u0fbc])ཚེས་?\s?(?P<days>{_DAY_BO}(?:{_AND_BO}{_DAY_BO}){{2,6}})(?![0-9])(?:་?\s?ཉིན)?"
        ),
    ),
}
"""Groups: days, last (behind them), month, year."""
_DAYS = {"th": re.compile("[0-9]{1,2}"), "bo": re.compile(_DAY_BO)}


def day_list(match: re.Match[str], lang: str) -> Iterator[Reading]:
    """The days of a list, each as a date with the month, as far as they ascend; and the year that stands first."""
    groups, text = match.groupdict(), match.string
    month_text = groups.get("month")
    month = 0
    if month_text:
        plain = month_text.replace(".", "").replace(" ", "") if lang == "th" else month_text
        month = MONTHS[lang].get(plain) or small_number(month_text) or 13
    spans = [found.span() for found in _DAYS[lang].finditer(text, *match.span("days"))]
    if groups.get("last"):
        spans.append(match.span("last"))
    days = [(small_number(text[start:end]) or 0, (start, end)) for start, end in spans]
    if month > 12 or days[-1][0] > 31:
        return
    first = len(days) - 1
    while first and 0 < days[first - 1][0] < days[first][0]:
        first -= 1
    if first and (month_text is None or lang == "bo"):  # 12, 5 and 9 are no days
        return
    if groups.get("year"):
        year = match.span("year")
        value = common_era(int(groups["year"] or 0), None, lang)
        yield _date(text, year, value, year)._replace(kind="year")
    for at, (day, span) in enumerate(days[first:]):
        start, end = span
        if lang == "bo":
            start = match.start("month") if month_text and not at else start
            end = match.end() if at == len(days) - 1 else end
        elif month_text and span == match.span("last"):
            return
        yield _date(text, (start, end), 100 * month + day, span)


def _date(text: str, span: tuple[int, int], value: int, core: tuple[int, int]) -> Reading:
    return Reading(*span, Fraction(value), "date", text[slice(*span)], core)
