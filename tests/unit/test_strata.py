"""Coverage and grounding over facts that D_para shows and that it never shows."""

from __future__ import annotations

import pytest

from metrics.coverage import NO_PARA, score_facts
from metrics.inventory import Inventory
from metrics.records import Example, Fact
from metrics.segment import SegmentStats
from metrics.strata import Shown

FACTS = (
    Fact("place", ("清迈",), ("เชียงใหม่",), 1.0),
    Fact("place", ("曼谷",), ("กรุงเทพฯ", "กรุงเทพมหานคร"), 1.0),
    Fact("organisation", ("华星集团",), ("กลุ่มบริษัทหัวซิง",), 1.0),
)
EXAMPLE = Example("a", "华星集团在清迈和曼谷。", ("กลุ่มบริษัทหัวซิงในเชียงใหม่และกรุงเทพฯ",), FACTS, "zh", "th")
OTHER = Example("b", "清莱。", ("เชียงราย",), (Fact("place", ("清莱",), ("เชียงราย",), 1.0),), "zh", "th")


def scored(text: str, shown: Shown | None) -> dict[str, SegmentStats]:
    """All metrics of one output for EXAMPLE."""
    examples = [EXAMPLE, OTHER]
    return {m.metric: m for m in score_facts(examples, [text, "เชียงราย"], Inventory(examples), None, shown)}


def test_each_fact_is_in_one_stratum_by_its_target_surfaces() -> None:
    """Any alias that D_para shows makes a fact seen; invisible differences do not hide it."""
    shown = Shown(["ข่าวจากกรุงเทพมหานคร", "เชียง\u200bใหม่วันนี้"])
    found = scored("เชียงใหม่", shown)
    assert found["coverage.recall.seen"].value() == pytest.approx(1 / 2)
    assert found["coverage.recall.unseen"].value() == pytest.approx(1 / 2)  # the company is missing, Chiang Rai is there
    assert found["coverage.recall"].value() == pytest.approx(2 / 4)


def test_wrong_names_count_in_their_own_stratum() -> None:
    """A wrong seen name lowers F1 of the seen ones alone."""
    shown = Shown(["เชียงราย เชียงใหม่ กรุงเทพฯ"])
    right, wrong = scored("กลุ่มบริษัทหัวซิงในเชียงใหม่และกรุงเทพฯ", shown), scored("กลุ่มบริษัทหัวซิงในเชียงรายและกรุงเทพฯ", shown)
    assert right["grounding.entity.seen"].value() == right["grounding.entity.unseen"].value() == 1.0
    assert (wrong["grounding.entity.seen"].value() or 0) < 1.0
    assert wrong["grounding.entity.unseen"].value() == 1.0


def test_strata_are_null_without_d_para_and_say_which_d_para_they_mean() -> None:
    """None with a reason, never 0; the signature names the texts."""
    found = scored("เชียงใหม่", None)
    assert found["coverage.f1.unseen"].value() is None
    assert found["coverage.f1.unseen"].reason == NO_PARA
    one, two = (scored("เชียงใหม่", Shown([t]))["coverage.f1.seen"].signature for t in ("เชียงใหม่", "กรุงเทพฯ เชียงใหม่"))
    assert one != two
