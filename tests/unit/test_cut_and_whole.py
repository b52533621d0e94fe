"""What stands behind the cut of an output decides what is said before it."""

from __future__ import annotations

import pytest

from metrics.coverage import score_facts
from metrics.inventory import Inventory
from metrics.records import Example, Fact

DEAD = Fact("quantity", ("184人死亡",), ("184 ราย", "184 คน"))
QUAKE = Fact("event", ("地震",), ("แผ่นดินไหว",))
EXAMPLE = Example("e", "地震造成184人死亡", ("แผ่นดินไหว ตาย 184",), (DEAD, QUAKE), "zh", "th")
INVENTORY = Inventory([EXAMPLE])


@pytest.mark.parametrize(
    ("text", "recall", "f1"),
    [
        ("แผ่นดินไหว ตาย 184", 1.0, 1.0),
        ("แผ่นดินไหว ตาย 184 คน", 1.0, 1.0),
        ("แผ่นดินไหว ตาย 184 หลังคาเรือน", 0.5, 0.5),  # another count: what the cut has is not what is said
    ],
)
def test_a_count_is_that_of_the_whole_output(text: str, recall: float, f1: float) -> None:
    values = {score.metric: score.value() for score in score_facts([EXAMPLE], [text], INVENTORY)}
    assert values["coverage.recall.length_controlled"] == recall
    assert values["coverage.f1.length_controlled"] == f1
