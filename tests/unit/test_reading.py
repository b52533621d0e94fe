"""What `metrics.reading` gives to its users: readings with unit, span and tier, and when one bears another out."""

from __future__ import annotations

from fractions import Fraction

import pytest

from metrics.normalise import normalise
from metrics.reading import Reading, bears_out, read


def one(text: str, lang: str) -> Reading:
    """The only reading of a text."""
    readings = read(normalise(text), lang)
    assert len(readings) == 1, readings
    return readings[0]


def test_a_reading_has_its_span_kind_and_value() -> None:
    text = "投资37亿元"
    reading = one(text, "zh")
    assert (reading.kind, reading.value, reading.currency) == ("money", Fraction(3_700_000_000), "CNY")
    assert text[reading.start:reading.end] == reading.surface == "37亿元"


def test_the_same_value_bears_out_and_another_does_not() -> None:
    assert bears_out(one("37亿元", "zh"), one("3,700 ล้านหยวน", "th"))
    assert not bears_out(one("37亿元", "zh"), one("370 ล้านหยวน", "th"))
    assert not bears_out(one("37亿元", "zh"), one("3,700 ล้านบาท", "th"))


def test_names_in_latin_script_and_addresses_are_read() -> None:
    assert [(r.kind, r.text) for r in read("据BBC报道 www.example.org", "zh")] == [("name", "bbc"), ("url", "example.org")]


@pytest.mark.parametrize(("text", "value", "kind"), [("4600万欧元", 46_000_000, "money"), ("投资3亿欧元", 300_000_000, "money"), ("30兆瓦", 30, "number")])
def test_a_unit_of_value_is_no_part_of_a_unit_of_measure(text: str, value: int, kind: str) -> None:
    found = read(text, "zh")
    assert [(r.value, r.kind) for r in found] == [(value, kind)]
