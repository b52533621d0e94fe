"""A list of keywords is judged on the whole output: neither the cut nor what is written behind it makes a sentence of
it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.coverage import CONTROLLED, score_facts
from metrics.inventory import Inventory
from metrics.records import Example, Fact

SUES = Fact("event", ("起诉",), ("ยื่นฟ้อง",))
A, B = Fact("organisation", ("甲公司",), ("บริษัทหนึ่งทอง",)), Fact("organisation", ("乙公司",), ("ธนาคารสองเงิน",))
CLAUSE = Fact("relation", ("甲公司起诉乙公司",), ("บริษัทหนึ่งทองยื่นฟ้องธนาคารสองเงิน",))
HURT = Fact("quantity", ("37人",), ("37 ราย",))
TOWN = Fact("place", ("清迈",), ("เชียงใหม่",), 0.2)
SUIT = Example(
    "s",
    "甲公司在清迈起诉乙公司，称37人受伤",
    ("บริษัทหนึ่งทองยื่นฟ้องธนาคารสองเงิน เจ็บ 37 ราย",),
    (SUES, A, B, CLAUSE, HURT, TOWN),
    "zh",
    "th",
)
COURT = Inventory([SUIT])


def controlled(text: str) -> dict[str, float]:
    got = {s.metric: s.value() for s in score_facts([SUIT], [text], COURT)}
    return {name: got[f"{name}.length_controlled"] or 0.0 for name in CONTROLLED}


def test_a_list_whose_last_items_the_cut_takes_away_is_still_a_list() -> None:
    text = "ยื่นฟ้อง, 37 ราย, ธนาคารสองเงิน, บริษัทหนึ่งทอง, เชียงใหม่"
    assert COURT.align(SUIT, text).stated == (False, True, True, False, False, True)
    assert len(COURT.align(SUIT, text).lists) == 1
    assert controlled(text)["grounding.event"] == controlled(text)["grounding.quantity"] == 0.0


def test_a_sentence_before_the_list_is_none_of_it() -> None:
    text = "บริษัทหนึ่งทองยื่นฟ้องธนาคารสองเงิน เจ็บ 37 ราย และ ยื่นฟ้อง, 37 ราย, ธนาคารสองเงิน, เชียงใหม่"
    assert COURT.align(SUIT, text).lists
    assert controlled(text)["coverage.recall"] == 1.0


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("เชียงใหม่37 รายบริษัทหนึ่งทองยื่นฟ้องธนาคารสองเงิน", False),  # written on to a number, too
        ("37 ราย บริษัทหนึ่งทองยื่นฟ้องธนาคารสองเงิน เชียงใหม่", True),  # a sentence among three items
        ("37 ราย ธนาคารสองเงินยื่นฟ้องบริษัทหนึ่งทอง เชียงใหม่", True),
    ],
)
def test_a_list_without_spaces_is_no_sentence(text: str, stated: bool) -> None:
    assert COURT.align(SUIT, text).stated[4] == stated


PIECES = ["ยื่นฟ้อง", "37 ราย", "ธนาคารสองเงิน", "บริษัทหนึ่งทอง", "เชียงใหม่", "และ", " ", ", "]


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from(PIECES), min_size=4, max_size=8).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=4).map("".join),
)
def test_nothing_written_on_to_a_list_makes_it_none(text: str, padding: str) -> None:
    before, after = COURT.align(SUIT, text), COURT.align(SUIT, text + padding)
    assert [start for start, _ in after.lists][: len(before.lists)] == [start for start, _ in before.lists]
    if len(text) > len(SUIT.reference[0]):  # type: ignore[index]
        worse, better = controlled(text + padding), controlled(text)
        assert all(worse[name] <= better[name] + 1e-12 for name in CONTROLLED)
