"""Numbers with what stands around them: per cent, currency, unit, range, "more than", fractions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from metrics.reading import numeral_words_th, numerals_bo, numerals_en, numerals_th, numerals_zh
from metrics.reading.around import FAR, PERCENT_BEFORE, after, before, measure, percent_of
from metrics.reading.at_least import at_least
from metrics.reading.counted_zh import NUMBERED, passed
from metrics.reading.gold_th import SALUENG, gold_weight, medals
from metrics.reading.latin_magnitudes import latin_magnitude
from metrics.reading.mention import Reading
from metrics.reading.needs import Behind
from metrics.reading.numeral import Numeral, middle, share, skip, step
from metrics.reading.suffix import WHOLE, Suffix
from metrics.reading.words import Unit, currencies


@dataclass(frozen=True, slots=True)
class _Language:
    start: re.Pattern[str]
    parse: Callable[[str, int], Numeral | None]
    first: re.Pattern[str] | None = None
    """What stands wherever `start` matches, found faster."""

    def next(self, text: str, at: int) -> re.Match[str] | None:
        """As `start.search`."""
        if self.first is None:
            return self.start.search(text, at)
        while place := self.first.search(text, at):
            if found := self.start.match(text, place.start()):
                return found
            at = place.start() + 1
        return None


LANGUAGES = {
    "zh": _Language(numerals_zh.START, numerals_zh.parse, numerals_zh.FIRST),
    "th": _Language(numeral_words_th.START, numerals_th.parse, numeral_words_th.FIRST),
    "bo": _Language(numerals_bo.START, numerals_bo.parse),
    "en": _Language(numerals_en.START, numerals_en.parse, numerals_en.FIRST),
}
PLAIN = _Language(numerals_en.START, numerals_en.parse_digits, numerals_en.FIRST)

_RANGE = {
    "zh": re.compile(r"\s?(?:-|~|至|到)\s?"),
    "th": re.compile(r"\s?(?:-|~|ถึง|จนถึง)\s?"),
    "bo": re.compile(r"[་\s]?(?:-|~|ནས)[་\s]{0,2}"),
    "en": re.compile(r"\s?(?:-|~|to)\s?"),
    "": re.compile(r"\s?[-~]\s?"),
}
_MORE_THAN = {
    # 不得超过20公斤 is at most twenty.
    "zh": Behind(
        re.compile(
            r"(?<![不未没])(?<!不[得能可应会该许])(?<!没有)(?<!从未)(?:超过|多于|逾|超|高于|大于|不止|突破|高出)\s?\Z"
        )
    ),
    "th": Behind(re.compile(r"(?<!ห้าม)(?<!น้อย)(?<!ต่ำ)(?<!เตี้ย)(?<!ไม่)(?<!ไม่มาก)(?:กว่า|เกิน|เกินกว่า|ทะลุ)\s?\Z")),
    "en": Behind(re.compile(r"\b(?:more than|over|above|exceeding)\s\Z", re.IGNORECASE)),
}
_ORDINAL_BEFORE = {
    "zh": Behind(re.compile(r"第\s?\Z")),
    "th": numeral_words_th.ORDINAL,
    "bo": Behind(re.compile(r"ཨང་?\s?\Z")),
}
_ORDINAL_AFTER = {
    "bo": re.compile(r"(?:་?(?:པ|པོ)|\sཔ)(?:འི|ར|ས)?(?![\u0f40-\u0fbc])"),
    "en": re.compile(r"(?:st|nd|rd|th)\b"),
}
_ORDINAL_AFTER["zh"] = re.compile(NUMBERED)
COUNT_DIMENSIONS = ("person", "household", "fold")
SMALL = 10
_BAHT = frozenset({"THB"})
"""A number up to this one is soft when nothing is measured."""


def amounts(text: str, lang: str) -> Iterator[Reading]:
    """All numbers of a text from which dates, times and identifiers are blanked out, in order."""
    language = LANGUAGES.get(lang, PLAIN)
    start, parse = language.start, language.parse
    at = floor = taken = 0
    while match := language.next(text, at):
        numeral = parse(text, match.start())
        if numeral is None:
            at = skip(text, match)
            continue
        latin_magnitude(text, numeral, lang)
        numerals = [numeral]
        separator = _RANGE.get(lang, _RANGE[""]).match(text, numeral.end)
        if separator and separator.group() and not numeral.indefinite:
            following = start.match(text, separator.end()) or text[separator.end() : separator.end() + 1].isdigit()
            other = parse(text, separator.end()) if following else None
            if other is not None and not other.indefinite:
                latin_magnitude(text, other, lang)
                share(numeral, other)
                numerals.append(other)
        end = max(numerals[-1].end, match.start() + 1)
        for reading in _with_words(text, numerals, (floor, taken), lang):
            # 2元3角5分 is one sum; in Tibetan a currency may belong to the number before and behind it
            if lang == "zh":
                end = max(end, reading.end)
            taken = reading.end
            yield reading
        at = floor = end


class Words(NamedTuple):
    """What stands around numerals that belong together."""

    percent: re.Match[str] | None
    """Of a percentage, before them."""
    suffix: Suffix
    codes: frozenset[str]
    """Currencies."""
    unit: Unit | None


def _with_words(text: str, numerals: list[Numeral], limits: tuple[int, int], lang: str) -> Iterator[Reading]:
    """limits: where the number before ends, and where what belongs to it does."""
    first, last, (floor, taken) = numerals[0], numerals[-1], limits
    percent = (
        PERCENT_BEFORE[lang].search(text, max(floor, first.start - 20), first.start) if lang in PERCENT_BEFORE else None
    )
    suffix = after(text, first.start, last.end, lang)
    if lang in ("th", "bo") and not suffix.more and last.high is None:
        least = at_least(text, suffix.end, lang)
        if least is not None:
            suffix.more, suffix.end = True, least
    begin, codes, unit = first.start, suffix.codes, suffix.unit
    stop = suffix.end
    if percent:
        begin = percent.start()
        if unit or codes:  # a percentage has no unit: ร้อยละ 57 ปีก่อน is 57 per cent, then a year
            stop, unit, codes = last.end, None, frozenset()
    elif not suffix.percent:
        place, codes_before, unit_before = before(text, first.start, floor, lang)
        if codes_before and not (codes and place < taken):  # 300 USD 150 EUR: the first is the other number's
            begin = place
            stop = stop if not codes or codes & codes_before else last.end
            codes = codes & codes_before or codes_before
        elif unit_before and unit is None:
            begin, unit = place, unit_before
    if lang == "th" and (codes == _BAHT or text.startswith(SALUENG, stop)):
        gold = gold_weight(text, first.start, first.value, quarters=not codes)
        if gold:
            stop += 0 if codes else len("สลึง") + (text[stop] == " ")
            codes, unit = frozenset(), gold
    elif lang == "th" and codes and medals(text, first.start, stop, last.value):
        stop, codes = last.end, frozenset()
    unit = measure(text, unit, max(floor, begin - FAR), (begin, stop), lang) if unit else None
    if lang == "bo" and not codes:  # ས་ཡ་£125
        sign = next((char for char in text[first.start : first.end] if char in "$£€¥"), None)
        found = currencies("").starting(sign, 0) if sign else None
        codes = found[1] if found else codes
    for numeral in numerals:
        is_first, is_last = numeral is first, numeral is last
        span = (begin if is_first else numeral.start, stop if is_last else numeral.end)
        read = _readings(text, numeral, span, Words(percent, suffix, codes, unit), is_last, lang)
        yield from (reading for reading in read if not _is_article(reading))


def _is_article(reading: Reading) -> bool:
    """一个, หนึ่งราย, མི་གཅིག: "a", not "one", when nothing is measured."""
    return (
        reading.value == 1
        and reading.lone
        and not reading.ordinal
        and reading.dimension in (None, "person")
        and not reading.currencies
        and not reading.surface.endswith("人")
    )


def _readings(
    text: str,
    numeral: Numeral,
    span: tuple[int, int],
    words: Words,
    is_last: bool,
    lang: str,
) -> Iterator[Reading]:
    percent, suffix, codes, unit = words
    value, high = numeral.value, numeral.high
    if suffix.share is not WHOLE:
        value *= suffix.share
    surface, core = text[span[0] : span[1]], (numeral.start, numeral.end)
    if percent or suffix.percent:
        factor = Fraction(10) if suffix.tenths else percent_of(percent) if percent else WHOLE
        extra = suffix.extra if suffix.extra > 0 and is_last else Fraction(0)
        if suffix.extra == -1:
            factor = Fraction(1, 10)
        values = [value] if numeral.also is None else [value, numeral.also]
        more = value + step(value) if suffix.more and is_last else None
        inexact = high or more or _more_than(text, span[0], value, lang)
        name = "percent_point" if suffix.point else "percent"
        if len(values) == 1:
            bound = inexact * factor if inexact else None
            if bound is not None and suffix.tenths and extra:  # 逾五成五: up to 56 %
                bound = values[0] * factor + extra + 1
            yield Reading(
                *span,
                values[0] * factor + extra,
                "percentage",
                surface,
                span,
                high=bound,
                indefinite=numeral.indefinite,
                unit=name,
            )
        else:
            between = middle(text, numeral, lang)
            for at, number in (((span[0], between), value), ((between, span[1]), numeral.also or value)):
                yield Reading(*at, number * factor, "percentage", text[at[0] : at[1]], at, unit=name)
        return
    if suffix.extra and is_last:
        value += suffix.extra
    if high is None:
        high = value + step(value) if suffix.more and is_last else _more_than(text, span[0], value, lang)
    ordinal = _is_ordinal(text, numeral, lang)
    unit = None if ordinal else unit
    dimension = unit.dimension if unit else None
    measured = bool(codes) or (dimension is not None and dimension not in COUNT_DIMENSIONS)
    counted = measured or dimension == "person"
    if lang in ("th", "bo"):  # สองปี, สองเท่า are as loose as "a couple of years"
        counted = counted and dimension not in ("duration", "months")
    elif lang == "zh":
        counted = not ordinal and (value != 1 or measured)
    lone = numeral.lone and not counted and value.denominator == 1  # สองปีครึ่ง is meant as it is said
    one = numeral.lone and value == 1  # "a year" as often as "one year"
    vague = numeral.indefinite or one or (numeral.lone and (high is not None or numeral.also is not None))
    hard = not ordinal and not vague and (measured or numeral.value > SMALL or value.denominator > 1)
    kind = "money" if codes else "number"

    def build(at: tuple[int, int], number: Fraction, inner: tuple[int, int]) -> Reading:
        return Reading(
            *at,
            number,
            kind,
            text[at[0] : at[1]],
            inner,
            high=high,
            indefinite=numeral.indefinite,
            unit=unit.id if unit else None,
            dimension=dimension,
            factor=unit.factor if unit else WHOLE,
            currencies=codes,
            ordinal=ordinal,
            lone=lone,
            hard=hard,
        )

    if numeral.also is None:
        yield build(span, value, core)
    else:
        between = middle(text, numeral, lang)
        yield build((span[0], between), value, (numeral.start, between))
        second = build((between, span[1]), numeral.also, (between, numeral.end))
        # 三四十人以上: each of the two has its own bound
        yield second if high is None or numeral.high else second._replace(high=high - value + numeral.also)


def _is_ordinal(text: str, numeral: Numeral, lang: str) -> bool:
    word_before, word_after = _ORDINAL_BEFORE.get(lang), _ORDINAL_AFTER.get(lang)
    if numeral.ordinal or (word_before and word_before.search(text, max(0, numeral.start - 14), numeral.start)):
        return True
    return bool(word_after and word_after.match(text, numeral.end))


def _more_than(text: str, at: int, value: Fraction, lang: str) -> Fraction | None:
    """The upper bound that "more than" before a number gives it."""
    pattern = _MORE_THAN.get(lang)
    if lang == "zh" and text[at - 1 : at] in ("破", "过") and value >= 10**4 and passed(text, at):
        return value + step(value)
    return value + step(value) if pattern and pattern.search(text, max(0, at - 12), at) else None
