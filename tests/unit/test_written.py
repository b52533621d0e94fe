"""The verdict on form: by the rule of the boards, told in the headline only where facts rose at its cost."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.report.data import RunData
from benchmark.report.headline import headline
from benchmark.report.verdict import verdict
from benchmark.report.written import COST, FELL, SAME, WRITTEN

F1, LENGTH = "coverage.f1.length_controlled", "verbosity.length_ratio"
SFT, RL = {F1: 0.6, LENGTH: 1.0, "form.fluency": 0.9, "form.headline": 0.9}, {F1: 0.8, LENGTH: 1.0}


def run(after: dict[str, float], p: float = 0.001, before: dict[str, float] = SFT) -> RunData:
    """A run of two stages; every change has this p."""

    def cell(value: float) -> dict[str, Any]:
        return {"value": value, "ci_low": value - 0.02, "ci_high": value + 0.02, "n_scored": 100, "n_total": 100}

    systems = {s: {m: cell(v) for m, v in row.items()} for s, row in (("post-sft", before), ("post-rl", after))}
    moves = {
        m: {
            "delta": (d := after[m] - before[m]),
            "ci_low": d - 0.02,
            "ci_high": d + 0.02,
            "p": p,
            "p_holm": p if d else 1.0,
        }
        for m in after
        if m in before
    }
    return RunData({"systems": systems, "transitions": {"post-sft->post-rl": moves}, "preservation": {}})


@pytest.mark.parametrize(
    ("fluency", "titled", "code", "says"),
    [
        (0.6, 0.5, COST, "at the cost of their form"),
        (0.9, 0.7, COST, "at the cost of their form"),
        (0.89, 0.88, SAME, "RL improved grounding and left"),
        (0.97, 0.7, SAME, "RL improved grounding and left"),
    ],
)
def test_form_is_told_by_the_rule_of_the_boards(fluency: float, titled: float, code: str, says: str) -> None:
    found = verdict(run(RL | {"form.fluency": fluency, "form.headline": titled}))
    assert [f.code for f in found if f.question == WRITTEN] == [code]
    assert says in headline(found)
    assert ("cost of" in headline(found)) == (code == COST)


def test_form_that_falls_without_a_gain_is_told_but_is_no_cost_of_one() -> None:
    found = verdict(run({F1: 0.6, LENGTH: 1.0, "form.fluency": 0.5, "form.headline": 0.5}))
    assert [f.code for f in found if f.question == WRITTEN] == [FELL]
    assert "cost of" not in headline(found)


def test_runs_without_form_have_no_such_question() -> None:
    """Old summaries are read as before."""
    found = verdict(run(RL))
    assert WRITTEN not in [f.question for f in found]
    assert "cost of" not in headline(found)
