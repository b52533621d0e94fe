"""Reads a text in passes, each of which leaves less to the next: addresses, dates, clock times, identifiers, then
amounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from metrics.reading.amounts import LANGUAGES, PLAIN, amounts
from metrics.reading.calendar_words import CENTURIES, DATES, DECADES, MONTH_RANGES, YEARS
from metrics.reading.clock import TIMES, times
from metrics.reading.dates import centuries, dates, decades, month_range, years
from metrics.reading.day_lists import DAY_LISTS, day_list
from metrics.reading.fractions import FRACTIONS, HUNDRED, fractions
from metrics.reading.halves import DECADE, FIRST, HALVES, halves
from metrics.reading.identifiers import CODES, GROUPS, PHONES, addresses, codes, groups, names, phones
from metrics.reading.land_th import LAND, land
from metrics.reading.lists_bo import in_lists as lists_bo
from metrics.reading.lists_th import in_lists as lists_th
from metrics.reading.mention import Reading
from metrics.reading.needs import Need, Screen, clauses
from metrics.reading.places import finder
from metrics.reading.scores_zh import SCORES, scores
from metrics.reading.shared_zh import shared as lists_zh
from metrics.reading.stopwatch import STOPWATCH, stopwatch
from metrics.reading.words import base_language, one_for_one

_Table = Mapping[str, Sequence[re.Pattern[str]]]
_PASSES: tuple[tuple[_Table, Callable[[re.Match[str], str], Iterator[Reading]]], ...] = (
    (LAND, land),
    (DECADES, decades),
    (MONTH_RANGES, month_range),
    (DAY_LISTS, day_list),
    (DATES, dates),
    (SCORES, scores),
    (STOPWATCH, stopwatch),
    (TIMES, times),
    (CENTURIES, centuries),
    (YEARS, years),
    (GROUPS, groups),
)
_MAY_HOLD = {
    "zh": re.compile(r"[0-9零〇一二两三四五六七八九十廿卅几数百千万亿½正午半中俩仨]"),
    "th": re.compile(
        r"[0-9½]|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ|ร้อย|พัน|หมื่น|แสน|ล้าน|หลาย|คม|ยน|กุมภา|\.|เที่ยง|บ่าย|ทุ่ม|ครึ่ง|ทศวรรษ"
    ),
    "bo": re.compile(
        r"[0-9½]|གཅིག|གཉིས|གསུམ|བཞི|ལྔ|དྲུག|བདུན|བརྒྱད|དགུ|བཅུ|བཅོ|བརྒྱ|སྟོང|ཁྲི|འབུམ|ས་ཡ|བྱེ་བ|དུང་ཕྱུར|ཅུ|ཉེར|ཉི་ཤུ|དང་པོ|ལྡབ|མཚན|ཉིན|ནམ|ཕྱེད"
    ),
}
_DIGIT = re.compile(r"[0-9]")
_ANY_DIGIT = re.compile(
    r"[0-9½]|noon|midnight|january|february|march|april|may|june|july|august|september|october|november|december",
    re.IGNORECASE,
)


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with NUL for what is read, so that it is not read again as something lesser."""
    pieces, at = [], 0
    for start, end in sorted(spans):
        if end <= at:
            continue
        start = max(start, at)
        pieces += [text[at:start], "\0" * (end - start)]
        at = end
    return "".join([*pieces, text[at:]]) if pieces else text


def _as_they_are(readings: list[Reading], text: str) -> Iterable[Reading]:
    return readings


_SAID_ONCE: dict[str, Callable[[list[Reading], str], Iterable[Reading]]] = {
    "zh": lists_zh,
    "th": lists_th,
    "bo": lists_bo,
}
"""Language -> what gives the amounts of a text what the others beside them say for them."""


def numbers(text: str, lang: str) -> list[Reading]:
    """All numbers, dates and the like of a text, and its addresses, telephone numbers and identifiers, by start."""
    found: list[Reading] = []
    rest = one_for_one(text, lang)

    def take(readings: Iterable[Reading]) -> None:
        nonlocal rest
        new = [reading for reading in readings if "\0" not in rest[reading.start : reading.end]]
        found.extend(new)
        if new:
            rest = _blank(rest, ((reading.start, reading.end) for reading in new))

    take(addresses(rest))
    if (_MAY_HOLD.get(lang, _ANY_DIGIT)).search(rest):
        plan, digits = _plan(lang), _DIGIT.search(rest) is not None
        seen = plan.screen.look(rest)

        def run(steps: tuple[_Step, ...]) -> None:
            for step in steps:
                if seen & step.mask == step.mask and step.need.may(rest, digits):
                    new = [reading for match in step.find(rest) for reading in step.read(match, lang)]
                    if new:
                        take(new)

        run(plan.first)
        if _any(plan.phones, seen):
            take(_apart(phones(rest)))
        run(plan.second)
        if _any(plan.codes, seen):
            take(codes(rest, lang))
        run(plan.third)
        if _any(plan.fractions, seen):
            take(_apart(fractions(rest, lang)))
        if _any(plan.halves, seen):
            take(_apart(halves(rest, lang)))
        if _any(plan.amounts, seen):
            found.extend(_SAID_ONCE.get(lang, _as_they_are)(list(amounts(rest, lang)), rest))
    found = [_of(text, reading) for reading in found]
    return sorted(found, key=lambda reading: reading.start)


@dataclass(frozen=True, slots=True)
class _Step:
    """A pattern, by what it needs and how it is looked for, and what makes readings of its matches."""

    mask: int
    """What `_Plan.screen` must have found in the text."""
    need: Need
    find: Callable[[str], Iterable[re.Match[str]]]
    """As the pattern's finditer."""
    read: Callable[[re.Match[str], str], Iterator[Reading]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """All patterns of a language in the order in which they are tried: most texts need few of them."""

    screen: Screen
    first: tuple[_Step, ...]
    """Areas of land, decades and dates: before telephone numbers."""
    second: tuple[_Step, ...]
    """Scores and clock times: before identifiers."""
    third: tuple[_Step, ...]
    """Centuries, years and groups of countries."""
    phones: tuple[int, ...]
    """As `_Step.mask`; so the others."""
    codes: tuple[int, ...]
    fractions: tuple[int, ...]
    halves: tuple[int, ...]
    amounts: tuple[int, ...]


@lru_cache(maxsize=64)
def _plan(lang: str) -> _Plan:
    passes, screen = [], Screen()

    def masks(patterns: Iterable[re.Pattern[str]]) -> tuple[int, ...]:
        return tuple(screen.add(clauses(pattern)) for pattern in patterns)

    for table, read_match in _PASSES:
        own, common = table.get(lang, ()), table.get("", ())
        ordered = (*common, *own) if table is DATES else (*own, *common)
        passes.append(
            [_Step(screen.add(own), Need(own), finder(p), read_match) for p in ordered for own in [clauses(p)]]
        )
    parts = (*FRACTIONS.get(lang, ()), *FRACTIONS[""], *((HUNDRED[lang],) if lang in HUNDRED else ()))
    return _Plan(
        screen,
        tuple(chain(*passes[:5])),
        tuple(chain(*passes[5:8])),
        tuple(chain(*passes[8:])),
        phones=masks(PHONES),
        codes=masks(CODES),
        fractions=masks(parts),
        halves=masks(pattern for table in (HALVES, DECADE, FIRST) for pattern in table.get(lang, ())),
        amounts=masks([LANGUAGES.get(lang, PLAIN).start]),
    )


def _any(masks: tuple[int, ...], seen: int) -> bool:
    """Whether one of several patterns can match."""
    for mask in masks:  # noqa: SIM110 - a generator costs more than all the tests
        if seen & mask == mask:
            return True
    return False


def _apart(readings: Iterable[Reading]) -> list[Reading]:
    """Those that do not overlap an earlier one."""
    kept: list[Reading] = []
    for reading in sorted(readings, key=lambda reading: (reading.start, -reading.end)):
        if not kept or reading.start >= kept[-1].end:
            kept.append(reading)
    return kept


def _of(text: str, reading: Reading) -> Reading:
    """The reading with its surface as the text writes it (traditional characters, fullwidth signs)."""
    surface = text[reading.start : reading.end]
    return reading if surface == reading.surface else reading._replace(surface=surface)


def read(text: str, lang: str) -> tuple[Reading, ...]:
    """All readings of a normalised text, by their start, without overlap.

    `lang` is a language code (zh, th, bo, en have rules of their own; its region and script are ignored). Never raises;
    takes time in proportion to the text.
    """
    lang = base_language(lang)
    found = numbers(text, lang)
    rest = _blank(text, ((reading.start, reading.end) for reading in found))
    found.extend(names(rest, lang))
    return tuple(sorted(found, key=lambda reading: (reading.start, reading.end)))
