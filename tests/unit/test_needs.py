"""A pattern is left out only where it cannot match: what a text must hold is never asked for wrongly."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.reading import amounts, around, scan
from metrics.reading.amounts import LANGUAGES, PLAIN
from metrics.reading.fractions import _MAY_HOLD as FRACTIONS_HOLD
from metrics.reading.fractions import FRACTIONS, HUNDRED
from metrics.reading.halves import DECADE, FIRST, HALVES
from metrics.reading.identifiers import _CALL, _CODE, _MAY_CALL, _MAY_CODE, _MAY_PHONE, _PHONE, CODES, PHONES, _any
from metrics.reading.needs import Behind, Screen, clauses, endings, need
from metrics.reading.numeral_words_th import ORDINAL
from metrics.reading.places import finder, openings
from metrics.reading.words import WordTable

TABLES = [table for table, _ in scan._PASSES] + [FRACTIONS, HALVES, DECADE, FIRST]
PATTERNS = [
    *(pattern for table in TABLES for patterns in table.values() for pattern in patterns),
    *HUNDRED.values(),
    *PHONES,
    *CODES,
    *(own.start for own in (*LANGUAGES.values(), PLAIN)),
]
SCREEN = Screen()
MASKS = [SCREEN.add(clauses(pattern)) for pattern in PATTERNS]


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
    mask = MASKS[PATTERNS.index(pattern)]
    for whole in (text, around):
        if pattern.search(whole):
            assert need(pattern).may(whole, bool(re.search("[0-9]", whole)))
            assert SCREEN.look(whole) & mask == mask
        # NUL in place of a part of it lets nothing in that was left out.
        blank = re.sub("[0-9]", "\0", whole)
        assert SCREEN.look(blank) & ~SCREEN.look(whole) == 0


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
        ("(?<![0-9])(?:day )?[1-3]x", {"day ", "1x", "2x", "3x"}),
        ("(?:a|b?)c", {"a", "b", "c"}),
        ("(?:in|[on]f) [12]x?", {"in", "of", "nf"}),
        ("ab+c(?:d|e)", {"a"}),
        ("ab[12](?!3)c", {"ab1c", "ab2c"}),
        ("a*", None),
        ("[^a]b", None),
        ("(?i)a", None),
    ],
)
def test_where_a_match_can_begin(pattern: str, found: set[str] | None) -> None:
    assert openings(re.compile(pattern)) == found


def test_nothing_is_left_out_of_a_text_with_half_a_character() -> None:
    screen = Screen()
    mask = screen.add(clauses(re.compile("year 20")))
    assert screen.look("year 19") & mask != mask
    assert screen.look("\ud800") & mask == mask


BEHIND = [
    found
    for table in (around.PERCENT_BEFORE, amounts._MORE_THAN, around.PER_HOUR, amounts._ORDINAL_BEFORE)
    for found in table.values()
]


@settings(max_examples=10, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("behind", BEHIND, ids=range(len(BEHIND)))
def test_what_stands_before_a_number_is_found_as_by_the_plain_search(behind: Behind, data: st.DataObject) -> None:
    pattern: re.Pattern[str] = behind._search.__self__  # type: ignore[attr-defined]
    text = (
        data.draw(st.text("ก1 ่า过", max_size=4))
        + data.draw(st.from_regex(pattern))
        + data.draw(st.text("1x", max_size=2))
    )
    for at in range(len(text) + 1):
        first = max(0, at - 14)
        plain = pattern.search(text, first, at)
        found = behind.search(text, first, at)
        assert (found and found.span()) == (plain and plain.span())


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"ab?\s?\Z", {"a", "b", " "}),
        (r"[x\s]\Z", {"x", " "}),
        (r"(?:ab|c)\Z", {"b", "c"}),
        (r"a?\Z", None),
        (r"\d\Z", None),
    ],
)
def test_where_a_match_can_end(pattern: str, found: set[str] | None) -> None:
    assert endings(re.compile(pattern)) == found
    assert ORDINAL.search("อันดับที่ 3", 0, 10) is not None


STARTS = [language for language in (*LANGUAGES.values(), PLAIN) if language.first is not None]


@settings(max_examples=15, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("language", STARTS, ids=range(len(STARTS)))
def test_numerals_begin_where_the_plain_search_finds_them(language: amounts._Language, data: st.DataObject) -> None:
    piece = st.one_of(st.from_regex(language.start), st.text("0123456789.½ -กระสิบล้านหัวพันธ第数人上百", max_size=6))
    text = "".join(data.draw(st.lists(piece, max_size=5)))
    at = data.draw(st.integers(0, len(text)))
    plain, found = language.start.search(text, at), language.next(text, at)
    assert (found and found.span()) == (plain and plain.span())


@settings(max_examples=15, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize(("pattern", "which"), [(_PHONE, "phone"), (_CALL, "call"), (_CODE, "code")], ids=range(3))
def test_the_quick_looks_leave_out_no_identifier(pattern: re.Pattern[str], which: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(pattern))
    if pattern.search(text):
        looks = {
            "phone": _any(_MAY_PHONE, text),
            "call": _MAY_CALL.search(text) is not None,
            "code": _any(_MAY_CODE, text),
        }
        assert looks[which]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("pattern", FRACTIONS_HOLD, ids=range(len(FRACTIONS_HOLD)))
def test_the_quick_looks_leave_out_no_fraction(pattern: re.Pattern[str], data: st.DataObject) -> None:
    text = data.draw(st.from_regex(pattern))
    assert not pattern.search(text) or FRACTIONS_HOLD[pattern].search(text)


WORDS = st.lists(st.text("กขa ", min_size=1, max_size=4), max_size=8, unique=True)


@settings(max_examples=200, deadline=None)
@given(WORDS, st.text("กขa ", max_size=3), st.text("กขa ", max_size=10), st.integers(0, 10))
def test_the_longest_word_of_a_table_is_found_at_a_place(words: list[str], never: str, text: str, at: int) -> None:
    table = WordTable((word, word, (never,) if never and i % 2 else ()) for i, word in enumerate(words))
    allowed = {word: (never,) if never and i % 2 else () for i, word in enumerate(words)}
    begin = [
        w for w in words if text.startswith(w, at) and not any(text.startswith(n, at + len(w)) for n in allowed[w])
    ]
    assert table.starting(text, at) == ((longest := max(begin, key=len), longest) if begin else None)
    at = min(at, len(text))
    end = [w for w in words if text[:at].endswith(w)]
    assert table.ending(text, at) == ((longest := max(end, key=len), longest) if end else None)
