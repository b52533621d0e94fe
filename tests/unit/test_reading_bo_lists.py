"""Tibetan: lists that share a unit, pairs of neighbouring digits, folds, and what only looks like them."""

from __future__ import annotations

import pytest

from metrics.normalise import normalise
from metrics.numbers import extract_numbers
from metrics.reading import bears_out, read

TIBETAN = [
    # a list whose unit stands before its first number
    ("བརྒྱ་ཆ་ ༣༠ དང་ ༤༠", ["percentage:30", "percentage:40"]),
    ("བརྒྱ་ཆ་30དང་40ཙམ་", ["percentage:30", "percentage:40"]),
    ("བརྒྱ་ཆ་ 30, 40 དང་ 50", ["percentage:30", "percentage:40", "percentage:50"]),
    ("བརྒྱ་ཆ་ ༣༠། ༤༠། ༥༠ བཅས་", ["percentage:30", "percentage:40", "percentage:50"]),
    ("བརྒྱ་ཆ་སུམ་ཅུ་དང་བཞི་བཅུ་", ["percentage:30", "percentage:40"]),
    ("ཨ་སྒོར་ ༣༠༠ དང་ ༤༠༠", ["money:300", "money:400"]),
    ("ཨ་སྒོར་ས་ཡ་ ༥ དང་ ༧", ["money:5000000", "money:7000000"]),
    ("ཨ་སྒོར་ས་ཡ་ ༥ དང་ས་ཡ་ ༩", ["money:5000000", "money:9000000"]),
    # another sentence, another measure, a day, a score, another number of the same sum
    ("བརྒྱ་ཆ་ ༣༠ ཡིན། ༤༠ ནི་", ["percentage:30", "number:40"]),
    ("བརྒྱ་ཆ་ ༣༠། ༤༠ ནི་", ["percentage:30", "number:40"]),
    ("བརྒྱ་ཆ་ ༣༠ དང་མི་ ༤༠", ["percentage:30", "number:40"]),
    ("བརྒྱ་ཆ་ ༣༠ དང་ ༢༠༡༩ ལོར", ["percentage:30", "year:2019"]),
    ("བརྒྱ་ཆ་ ༣༠ དང་ ༤ པ", ["percentage:30", "number:4"]),
    ("བརྒྱ་ཆ་སུམ་ཅུ་དང་གཉིས་", ["percentage:30"]),
    ("ཨ་སྒོར་ 300 དང་ 40%", ["money:300", "percentage:40"]),
    ("ཨ་སྒོར་ 300 དང་ 2-1", ["money:300", "number:2", "number:1"]),
    ("ཨ་སྒོར་ས་ཡ་ ༥ དང་ ༧༠༠", ["money:5000000", "number:700"]),
    ("30% དང་ 40", ["percentage:30", "number:40"]),
    # five or six, with their magnitude
    ("མི་གཉིས་གསུམ་ཞིག", ["number:2", "number:3"]),
    ("ལོ་བཅུ་གཉིས་གསུམ", ["number:12", "number:13"]),
    ("མི་གཉིས་སུམ་བརྒྱ", ["number:200", "number:300"]),
    ("ཉིས་སུམ་སྟོང", ["number:2000", "number:3000"]),
    ("སྟོང་ཕྲག་ལྔ་དྲུག", ["number:5000", "number:6000"]),
    ("མི་ཁྲི་གཉིས་གསུམ་ལྷག", ["number:20000", "number:30000"]),
    ("སྒོར་ལྔ་དྲུག", ["money:5", "money:6"]),
    ("ཁྲི་གཉིས་སུམ་སྟོང", ["number:23000"]),
    ("སྟོང་ལྔ་དྲུག་ཅུ", ["number:5060"]),
    ("མི་ཉེར་ལྔ་དྲུག་ཅུ", ["number:25", "number:60"]),
    ("ཁྲི་གཉིས་དང་གསུམ", ["number:20003"]),
    ("དུམ་ཚན་གཅིག་གཉིས", []),
    ("གཅིག་གཉིས་གསུམ་", []),
    # three tens
    ("མི་བཅུ་ཕྲག་གསུམ", ["number:30"]),
    ("མི་བཅུ་ཕྲག་ཁ་ཤས", []),
    # what only begins as per cent does
    ("སྒོར་ལྔ་བརྒྱ་ཆད་པ་", ["money:500"]),
    ("མི་ཉིས་སྟོང་ཆབས་ཅིག", ["number:2000"]),
    ("བརྒྱ་ཆ་ལྔ་བཅུ", ["percentage:50"]),
    # hundreds behind thousands; a case ending on the tens; a point behind "and"
    ("མི་བཞི་སྟོང་གཅིག་བརྒྱས་", ["number:4100"]),
    ("ཁྲི་གཅིག་སྟོང་ལྔ་", ["number:15000"]),
    ("སྒོར་དུང་ཕྱུར་ལྔ་བརྒྱ་བདུན་ཅུར་སླེབས", ["money:57000000000"]),
    ("སྒོར་དུང་ཕྱུར་ལྔ་བརྒྱ་བདུན་", ["money:500000700"]),
    ("ཏུའུ་སོ་བརྒྱད་དང་ཚེག་བདུན་", ["number:38.7"]),
    # a single digit behind what is often counted; not "both", nor "a"
    ("འཁོར་སྐར་ལྔ་འཕངས", ["number:5"]),
    ("འཁོར་སྐར་སོ་གཅིག་", ["number:31"]),
    ("ཁང་པ་དང་རླངས་འཁོར་གཉིས", []),
    ("འཁོར་སྐར་གཅིག", []),
    ("ཁྲོ་བོ་ལྔ", []),
    # days and hours parted by a shad, which no blank follows
    ("༢༠༡༨།༣།༡༠ ཉིན", ["year:2018", "date:310"]),
    ("༡༠།༣།༢༠༡༨", ["date:310", "year:2018"]),
    ("༢༠༡༨། ༣། ༡༠", ["number:2018", "number:3", "number:10"]),
    ("༢༠༡༨།༡༣།༡༠", ["number:2018", "number:13", "number:10"]),
    ("སྔ་དྲོ་ཆུ་ཚོད་༩།༤༥ཐོག", ["time:585"]),
    ("ཆུ་ཚོད་ ༨། ༣༠", ["number:8", "number:30"]),
    ("ཆུ་ཚོད་ ༨།༧༥", ["number:8", "number:75"]),
]


@pytest.mark.parametrize(("text", "found"), TIBETAN)
def test_what_is_read(text: str, found: list[str]) -> None:
    assert [f"{m.kind}:{float(m.value):.12g}" for m in extract_numbers(normalise(text), "bo")] == found


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("ཐོན་འབབ་ཉིས་ལྡབ་འཕར་འདུག", "产量增至2倍"),
        ("སུམ་ལྡབ་ཀྱིས་འཕར།", "增至三倍"),
        ("བཅུ་གཉིས་ལྡབ་འཕར།", "增至12倍"),
        ("བརྒྱ་ལྡབ་ཀྱིས་འཕར།", "增至100倍"),
    ],
)
def test_folds(text: str, source: str) -> None:
    said, truth = read(normalise(text), "bo"), read(source, "zh")
    assert [m.unit for m in said] == ["fold"]
    assert bears_out(truth[0], said[0])


@pytest.mark.parametrize("text", ["ཉིས་ལྡབས", "ལྡབ་འགྱུར", "དཀོན་མཆོག་སུམ"])
def test_no_fold(text: str) -> None:
    assert not read(normalise(text), "bo")


def test_more_than_two_or_three_hundred() -> None:
    found = read(normalise("མི་ཉིས་སུམ་བརྒྱ་ལྷག"), "bo")
    assert [(m.value, m.high, m.unit) for m in found] == [(200, 300, "person"), (300, 400, "person")]


def test_a_list_has_the_unit_of_its_first() -> None:
    found = read(normalise("སྤྱི་ལེ་ ༣༠ དང་ ༤༠"), "bo")
    assert [(m.value, m.unit, m.surface) for m in found] == [(30, "km", "སྤྱི་ལེ་ 30"), (40, "km", "40")]
    assert [m.unit for m in read(normalise("མི་ ༣༠ དང་ ༤༠"), "bo")] == ["person", None]
