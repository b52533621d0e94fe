"""Pairing by index finds every pair that trying all pairs finds, and does not try all of them."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.normalise import normalise
from metrics.open import pairing
from metrics.open.pairing import Free, Index, slot
from metrics.reading import Reading, bears_out, read, same_place

_TH = st.lists(
    st.sampled_from(
        [
            "12",
            "1,200 คน",
            "37%",
            "20 เปอร์เซ็นต์",
            "46 ล้านบาท",
            "กว่า 30 คน",
            "15 มีนาคม",
            "วันที่ 15",
            "ปี 2562",
            "14.00 น.",
            "2 กิโลเมตร",
            "2000 เมตร",
            "CNN",
            "F16",
            "ทศวรรษ 1980",
            "หลายแสนคน",
            "หนึ่งในห้า",
            "3 วัน",
        ]
    ),
    max_size=12,
)
_ZH = st.lists(
    st.sampled_from(
        [
            "12",
            "1200人",
            "37%",
            "五分之一",
            "4600万泰铢",
            "30多人",
            "3月15日",
            "15日",
            "2019年",
            "下午2点",
            "2公里",
            "2000米",
            "CNN",
            "F16",
            "20世纪80年代",
            "几十万人",
            "20%",
            "三天",
        ]
    ),
    max_size=12,
)


def _read(parts: list[str], lang: str) -> tuple[Reading, ...]:
    return read(normalise(" ; ".join(parts)), lang)


@settings(max_examples=200, deadline=None)
@given(_ZH, _TH)
def test_the_index_misses_no_pair_that_agrees(ours: list[str], theirs: list[str]) -> None:
    truths, said = _read(ours, "zh"), _read(theirs, "th")
    few, pairing.FEW = pairing.FEW, 0
    try:
        index = Index(said, max(len(truths), 1))
        for truth in truths:
            agreeing = {i for i, reading in enumerate(said) if bears_out(truth, reading) or bears_out(reading, truth)}
            assert agreeing <= set(index.candidates(truth)), (truth.surface, [said[i].surface for i in agreeing])
    finally:
        pairing.FEW = few


@settings(max_examples=200, deadline=None)
@given(_ZH, _TH)
def test_marks_miss_no_pair_that_agrees(ours: list[str], theirs: list[str]) -> None:
    truths, said = _read(ours, "zh"), _read(theirs, "th")
    index = Index(said, len(truths))
    for truth in truths:
        agreeing = {i for i, reading in enumerate(said) if bears_out(truth, reading) or bears_out(reading, truth)}
        found = list(index.candidates(truth))
        assert found == sorted(found)
        assert agreeing <= set(found), (truth.surface, [said[i].surface for i in agreeing])


def _one(kind: str, value: str = "0", text: str = "", **more: object) -> Reading:
    return Reading(0, 1, Fraction(value), kind, "", (0, 1), text=text, **more)  # type: ignore[arg-type]


_VALUES = st.sampled_from(
    ["0", "1/5", "3", "15", "20", "25/2", "300", "315", "1980", "2000", "2015", "-44", "780", "60"]
)
_ANY = st.one_of(
    st.builds(_one, st.sampled_from(["name", "identifier", "phone", "url"]), text=_VALUES),
    st.builds(
        _one,
        st.sampled_from(["number", "percentage", "money", "date", "year", "decade", "century"]),
        _VALUES.filter(lambda value: "/" not in value),
        high=st.none() | st.sampled_from([Fraction(400), Fraction(5000)]),
        dimension=st.sampled_from([None, "length", "duration"]),
        factor=st.sampled_from([Fraction(1), Fraction(1000), Fraction(1, 5)]),
        hard=st.booleans(),
        indefinite=st.booleans(),
    ),
    st.builds(_one, st.sampled_from(["number", "percentage"]), _VALUES),
    st.builds(_one, st.just("time"), st.sampled_from(["0", "60", "780", "315"]), half_day=st.booleans()),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(_ANY, max_size=8), _ANY)
def test_marks_miss_none_of_any_kinds(said: list[Reading], truth: Reading) -> None:
    """Also pairs that are no use but agree: a telephone number that is written as a date is."""
    agreeing = {i for i, reading in enumerate(said) if bears_out(truth, reading) or bears_out(reading, truth)}
    assert agreeing <= set(Index(said, 1).candidates(truth))


def test_few_of_many_pairs_are_tried() -> None:
    said = read("15 คน 20 คน 30 คน 5 มีนาคม 46 ล้านบาท", "th")
    index = Index(said, 5)
    assert [said[i].surface for i in index.candidates(read("30人", "zh")[0])] == ["30 คน"]


@settings(max_examples=200, deadline=None)
@given(_ZH, _TH)
def test_a_slot_is_what_same_place_says(ours: list[str], theirs: list[str]) -> None:
    for truth in _read(ours, "zh"):
        for reading in _read(theirs, "th"):
            assert (slot(truth) == slot(reading)) == same_place(truth, reading)


def test_a_long_list_of_numbers_is_not_paired_with_itself() -> None:
    readings = read(" ".join(f"{n} คน" for n in range(1000, 4000)), "th")
    index = Index(readings, len(readings))
    assert sum(len(list(index.candidates(reading))) for reading in readings) < 10 * len(readings)


def test_each_false_number_is_taken_once_and_the_nearest_first() -> None:
    readings = read("15 คน 20 คน 30 คน", "th")
    free = Free(readings, 18)
    truth = read("99人", "zh")[0]
    taken = [free.take(truth, where) for where in (0.9, 0.9, 0.0, 0.5)]
    assert [reading.surface if reading else None for reading in taken] == ["30 คน", "20 คน", "15 คน", None]
