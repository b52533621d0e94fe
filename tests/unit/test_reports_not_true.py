"""Tibetan: a report said not to be true, where the source denies it; and a sum with its particle in a clause."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact

_A, _B, _C, _D = "ཧའོ་ཡོད་ཀུང་སི", "མེ་རི་ཨན་ཀུང་སི", "ཧའེ་ཡོད་ཀུང་སི", "རྩི་བརྒྱ་ཀུང་སི"
_DENIES = Example(
    "a",
    "甲否认收购乙。",
    None,
    (
        Fact("organisation", ("甲",), (_A,)),
        Fact("organisation", ("乙",), (_B,)),
        Fact("event", ("否认收购",), ("ཉོ་སྒྲུབ་བྱེད་རྒྱུ་མེད",)),
        Fact("relation", ("甲否认收购乙",), (f"{_A}་གིས་{_B}་ཉོ་སྒྲུབ་བྱེད་རྒྱུ་མེད",)),
    ),
    "zh",
    "bo",
)
_BUYS = Example(
    "b",
    "丙以6亿泰铢收购丁。",
    None,
    (
        Fact("organisation", ("丙",), (_C,)),
        Fact("organisation", ("丁",), (_D,)),
        Fact("event", ("收购",), ("ཉོ་སྒྲུབ",)),
        Fact("relation", ("丙收购丁",), (f"{_C}་གིས་{_D}་ཉོ་སྒྲུབ",)),
        Fact("money", ("6亿泰铢",), ("ཐའེ་སྒོར་དུང་ཕྱུར་6",)),
    ),
    "zh",
    "bo",
)
_INVENTORY = Inventory([_DENIES, _BUYS])


def _align(example: Example, text: str) -> Alignment:
    return _INVENTORY.align(example, text)


@pytest.mark.parametrize(
    "tail",
    [
        "ཉོ་སྒྲུབ་བྱེད་པའི་གནས་ཚུལ་དངོས་མིན་ཞེས་བཤད།",
        "ཉོ་སྒྲུབ་བྱེད་པའི་གནས་ཚུལ་བདེན་པ་མིན།",
        "ཉོ་སྒྲུབ་བྱེད་པ་བདེན་པ་མ་རེད།",
        "ཉོ་སྒྲུབ་བྱེད་པའི་གཏམ་ཁས་མ་བླངས།",
        "ཉོ་སྒྲུབ་བྱེད་པའི་གསར་འགྱུར་ལ་དགག་པ་བརྒྱབ།",
        "ཉོ་སྒྲུབ་བྱས་པའི་གཏམ་དེ་རྫུན་གཏམ་རེད།",
    ],
)
def test_what_the_source_denies(tail: str) -> None:
    """It repeats the source's denial; where the source tells it, it is false."""
    assert _align(_DENIES, f"{_A}་གིས་{_B}་{tail}").unsupported == ()
    told = _align(_BUYS, f"{_C}་གིས་{_D}་{tail}")
    assert not told.stated[2] and not told.stated[3]
    assert "ཉོ་སྒྲུབ" in [item.surface for item in told.unsupported]


@pytest.mark.parametrize(
    "text",
    [
        f"{_A}་གིས་{_B}་ཉོ་སྒྲུབ་བྱས།",
        f"{_A}་གིས་{_B}་ཉོ་སྒྲུབ་བྱས། བདེན་པ་མིན།",
        f"{_A}་གིས་{_B}་ཉོ་སྒྲུབ་བྱས། གནས་ཚུལ་གཞན་ཞིག་བདེན་པ་མིན།",
    ],
)
def test_what_is_told_as_true_or_in_another_sentence(text: str) -> None:
    assert [item.type for item in _align(_DENIES, text).unsupported] == ["event"]


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        (f"{_C}་གིས་{_D}་ཐའེ་སྒོར་དུང་ཕྱུར་དྲུག་གིས་ཉོ་སྒྲུབ་བྱས།", True),
        (f"{_C}་གིས་ཐའེ་སྒོར་དུང་ཕྱུར་6ཡིས་{_D}་ཉོ་སྒྲུབ་བྱས།", True),
        (f"{_C}་གིས་{_D}་ཐའེ་སྒོར་དུང་ཕྱུར་6འི་ཐོག་ཉོ་སྒྲུབ་བྱས།", True),
        (f"{_D}་གིས་{_C}་ཐའེ་སྒོར་དུང་ཕྱུར་དྲུག་གིས་ཉོ་སྒྲུབ་བྱས།", False),
    ],
)
def test_a_sum_with_its_particle_parts_no_clause(text: str, is_said: bool) -> None:
    found = _align(_BUYS, text)
    assert found.stated[4] and found.stated[3] == is_said
    assert bool(found.unsupported) == (not is_said)
