"""Metrics that are measured block by block are those of all segments at once, to the bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics import catalog
from metrics.blocks import Column, Reasons, finish, joined
from metrics.inventory import Inventory
from metrics.outline import Outline
from metrics.records import Example, Fact, Generation
from metrics.scoring import Means, Scoring
from metrics.segment import SegmentStats

SOURCES = ("公司有12名员工。", "张伟3月5日到北京。", "没有数字", "价格上涨25%，达到87亿泰铢。")
TEXTS = ("บริษัทมีพนักงาน 12 คน", "ฝนตกหนัก ร้อยละ 25", "", "ราคา 87 ล้านบาท ราคา 87 ล้านบาท", "abc 5")
FACT = Fact("quantity", ("12名员工",), ("พนักงาน 12 คน",))

segments = st.lists(
    st.tuples(
        st.sampled_from(SOURCES), st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.booleans(), st.sampled_from("tb")
    ),
    min_size=1,
    max_size=9,
)


def scored(examples: list[Example], made: list[Generation], ends: list[int]) -> dict[str, SegmentStats]:
    """All metrics of a system whose segments are measured in blocks that end at `ends`."""
    means, outline = Means(Inventory(examples), None, {}, None), Outline()
    starts = [0, *ends]
    for start, end in zip(starts, [*ends, len(examples)], strict=True):
        outline.add(examples[start:end])
    found: dict[str, SegmentStats] = {}
    for family in catalog.families().values():
        assert family.measure is not None
        blocks = []
        for start, end in zip(starts, [*ends, len(examples)], strict=True):
            columns = family.measure(Scoring(examples[start:end], made[start:end], means, outline))
            assert columns is not None
            blocks.append({column.metric: column for column in columns})
        names = list(dict.fromkeys(name for block in blocks for name in block))
        for name in sorted(names, key=family.order) if family.order else names:
            found[name] = finish(joined(name, blocks), [e.id for e in examples])
    return found


def told(m: SegmentStats) -> tuple[object, ...]:
    return (m.metric, m.combiner, m.signature, m.higher_is_better, m.reason, m.reasons, m.example_ids)


@settings(max_examples=25, deadline=None)
@given(segments, st.sets(st.integers(1, 8)), st.booleans())
def test_blocks_are_the_whole(rows: list[tuple[str, str, str, bool, str]], cuts: set[int], facts: bool) -> None:
    examples = [
        Example(
            str(i), source, (reference,) if reference else None, None, "zh", "th" if lang == "t" else "bo", None, {}
        )
        for i, (source, reference, _, _, lang) in enumerate(rows)
    ]
    if facts:
        examples[0] = replace(examples[0], facts=(FACT,))
    made = [
        Generation(str(i), "s", "m", text, None, "stop" if known else None, None)
        for i, (_, _, text, known, _) in enumerate(rows)
    ]
    whole = catalog.score_families(
        Scoring(examples, made, Means(Inventory(examples), None, {}, None)), catalog.families()
    )
    found = scored(examples, made, sorted(cut for cut in cuts if cut < len(rows)))
    assert list(found) == [m.metric for m in whole]
    for m in whole:
        assert told(found[m.metric]) == told(m)
        assert np.array_equal(found[m.metric].stats, m.stats)


def test_reasons_are_kept_one_for_each_segment() -> None:
    reasons = ["no reference", None, "empty", None, "no reference"]
    found = Reasons.of(reasons)
    assert found.told() == tuple(reasons)
    assert Reasons.joined([Reasons.of(reasons[:2]), Reasons.of(reasons[2:])]).told() == tuple(reasons)
    late = found.where(np.array([False, True, False, False, True]), "late")
    assert late.told() == ("no reference", "late", "empty", None, "late")
    assert late.distinct() == {"no reference", "late", "empty"}


def test_a_metric_that_a_block_lacks_without_saying_why_is_a_fault() -> None:
    column = Column("a", np.ones((2, 2)), Reasons.none(2), "mean", "a|", None)
    with pytest.raises(ValueError, match="lacks it"):
        joined("a", [{"a": column}, {}])
