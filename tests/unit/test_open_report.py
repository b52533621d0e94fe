"""What the report says and marks where there are no gold facts."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from benchmark.report.grounded import counted, rows, sentence, sentences
from benchmark.report.openpassages import highlighted, lists, output_marks, source_marks
from metrics.open.facts import hold
from metrics.open.lists import name_list
from metrics.records import Example

EXAMPLE = Example("1", "伦敦有37%的人和<b>CNN</b>。", ("ลอนดอนมี 37% กับ CNN",), None, "zh", "th")


def _summary(**cells: dict) -> dict:
    cell = {"value": 0.5, "ci_low": 0.4, "ci_high": 0.6}
    row = {
        "open.number.recall": cell,
        "open.name.recall": {**cell, "value": 0.8},
        "open.number.precision": {**cell, "value": 0.9},
        **cells,
    }
    bounds = {
        "ceiling": {"open.number.recall": {"value": 0.95}, "open.name.recall": {"value": 0.88}},
        "floor": {"open.number.recall": {"value": 0.01}},
        "read": {"number": {"number": 3, "date": 2}, "latin": {"name": 4}, "soft": {}, "name": {"place": 1}},
    }
    return {"systems": {"post-rl": row, "gold": row}, "open": bounds}


def test_the_sentence_names_shares_intervals_ceiling_and_floor() -> None:
    assert sentence(_summary(), "post-rl") == (
        "50% [40, 60] of the numbers and 80% [40, 60] of the names read in the sources are grounded in the "
        "outputs; 90% of the numbers they state "
        "are supported (the references reach 95% / 88%, shuffled references 1% / –)."
    )
    assert [key for key, _ in sentences(_summary())] == ["post-rl"]
    assert sentences({**_summary(), "open": None}) == []
    numbers = "5 numbers, dates and money (number 3, date 2)"
    assert counted(_summary()) == [numbers, "4 Latin names", "1 names of the list"]


def test_the_table_leaves_out_what_was_not_read() -> None:
    found = rows(_summary(), ["post-rl"])
    assert [row.metric for row in found] == ["open.number.recall", "open.number.precision", "open.name.recall"]
    assert (found[0].ceiling, found[0].floor, found[2].floor) == ("0.950", "0.010", "–")


def test_what_was_matched_is_marked_with_its_counterpart_and_escaped() -> None:
    found = hold(EXAMPLE, 'ลอนดอนมี 38% <script>alert("x")</script> CNN', name_list("zh", "th"))
    html = str(highlighted(found.text, output_marks(found), 1000))
    assert "<script" not in html and "&lt;script&gt;" in html
    assert (
        'title="number, percentage: the source has 37%"' in html
        and '<mark class="cov" title="name, place: 伦敦 in the source">ลอนดอน</mark>' in html
    )
    source = str(highlighted(found.source, source_marks([found]), 1000))
    assert "<b>" not in source and 'title="number, percentage: 38%"' in source
    missing, invented = lists(found)
    assert [(chip["source"], chip["target"]) for chip in missing] == [("37%", "38%")] and invented == []


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 39), st.integers(1, 9)), max_size=8), st.integers(0, 60))
def test_marks_never_lose_or_double_a_character(text: str, spans: list[tuple[int, int]], room: int) -> None:
    marks = [(a, min(len(text), a + n), "cov", '"<&') for a, n in spans if a < len(text)]
    html = str(highlighted(text, marks, room))
    bare = re.sub(r'<span class="ctl"[^>]*>[^<]*</span>', "\x00", html)
    assert html.count("<mark") == html.count("</mark>")
    shown = (
        re.sub(r"<[^>]*>", "", bare)
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#34;", '"')
        .replace("&#39;", "'")
        .replace("&amp;", "&")
    )
    assert len(shown) == min(len(text), room)
