"""A pattern is left out only where it cannot match: what a text must hold is never asked for wrongly."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.reading import scan
from metrics.reading.amounts import LANGUAGES, PLAIN
from metrics.reading.fractions import FRACTIONS, HUNDRED
from metrics.reading.halves import DECADE, FIRST, HALVES
from metrics.reading.identifiers import CODES, PHONES
from metrics.reading.needs import beginnings, clauses, finder, need

TABLES = [table for table, _ in scan._PASSES] + [FRACTIONS, HALVES, DECADE, FIRST]
PATTERNS = [
    *(pattern for table in TABLES for patterns in table.values() for pattern in patterns),
    *HUNDRED.values(),
    *PHONES,
    *CODES,
    *(own.start for own in (*LANGUAGES.values(), PLAIN)),
]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize("pattern", PATTERNS, ids=range(len(PATTERNS)))
def test_what_a_pattern_finds_is_never_left_out(pattern: re.Pattern[str], data: st.DataObject) -> None:
    text = data.draw(st.from_regex(pattern))
    around = (
        data.draw(st.text("0123456789.-/ กของปี年月a", max_size=12))
        + text
        + data.draw(st.sampled_from(["", " ", "1", "ก"]))
    )
    for whole in (text, around, around + around):
        spans = [match.span() for match in pattern.finditer(whole)]
        assert [match.span() for match in finder(pattern)(whole)] == spans
    if pattern.search(text):
        assert need(pattern).may(text, bool(re.search("[0-9]", text)))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("ab+c", [{"a"}, {"b"}, {"c"}]),
        ("(?:year|[12]0)x", [{"year", "0"}, {"x"}]),
        ("(?:year|a?)x", [{"x"}]),
        ("a?[^b]\\d(?!c)", []),
        ("(?<=ab)(?:c{2,3})", [{"ab"}, {"c"}]),
        ("(?i:ab)c", [{"c"}]),
    ],
)
def test_what_is_asked_for(pattern: str, found: list[set[str]]) -> None:
    assert clauses(re.compile(pattern)) == [frozenset(own) for own in found]


def test_letters_ask_for_nothing_where_case_is_nothing() -> None:
    assert clauses(re.compile("may [0-9]", re.IGNORECASE)) == [frozenset("0123456789")]


def test_digits_and_words() -> None:
    year = need(re.compile("(?:in|of) [12][0-9]{3}"))
    assert not year.may("in spring", False) and not year.may("as 1984", True) and year.may("in 1984", True)
    number = need(re.compile("[0-9]+|twelve"))
    assert not number.may("ten", False) and number.may("twelve", False) and number.may("12", True)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("(?<![0-9])(?:day )?[1-3]x", {"d", "1", "2", "3"}),
        ("(?:a|b?)c", {"a", "b", "c"}),
        ("a*", None),
        ("[^a]b", None),
        ("(?i)a", None),
    ],
)
def test_where_a_match_can_begin(pattern: str, found: set[str] | None) -> None:
    assert beginnings(re.compile(pattern)) == found
