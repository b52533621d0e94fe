"""Coverage and grounding over facts that D_para shows and that it never shows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.cli import main
from metrics.coverage import NO_PARA, score_facts
from metrics.inventory import Inventory
from metrics.records import Example, Fact, Generation, write_examples, write_generations
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
    assert found["coverage.recall.unseen"].value() == pytest.approx(
        1 / 2
    )  # the company is missing, Chiang Rai is there
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


def test_a_number_within_a_longer_one_is_not_shown() -> None:
    shown = Shown(["เยือน 29 วัน"])
    assert (shown.has("29"), shown.has("9"), shown.has("29 วัน")) == (True, False, True)


def test_the_strata_add_up_to_the_whole_whatever_alias_states_a_fact() -> None:
    """Bangkok is seen by its long name alone; the output says the short one."""
    found = scored("เชียงใหม่ กรุงเทพฯ เชียงราย", Shown(["กรุงเทพมหานคร"]))
    for name in ("coverage.recall", "coverage.f1", "grounding.entity"):
        parts = sum(found[f"{name}.{part}"].stats.sum(axis=0) for part in ("seen", "unseen"))
        assert parts.tolist() == found[name].stats.sum(axis=0).tolist()
    assert found["grounding.entity.seen"].stats.sum(axis=0).tolist() == [1, 1, 1, 1]


def test_the_summary_holds_the_strata_with_intervals_and_transitions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = [replace(EXAMPLE, id=f"e{i}") for i in range(24)]
    write_examples(tmp_path / "e.jsonl", examples)
    write_examples(tmp_path / "para.jsonl", [Example("p", "原文", ("เชียงใหม่",), None, "zh", "th")])
    stages = {"post-sft": ("เชียงใหม่", "เชียงใหม่ กรุงเทพฯ"), "post-rl": ("กลุ่มบริษัทหัวซิงในกรุงเทพฯ", "กลุ่มบริษัทหัวซิงในเชียงใหม่")}
    stages["post-recovery"] = stages["post-rl"]
    rows = [
        Generation(e.id, "s", stage, texts[i % 2]) for stage, texts in stages.items() for i, e in enumerate(examples)
    ]
    write_generations(tmp_path / "g.jsonl", rows)
    argv = f"score --examples {tmp_path}/e.jsonl --generations {tmp_path}/g.jsonl --out {tmp_path}/out".split()
    assert main([*argv, "--para", str(tmp_path / "para.jsonl")]) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    for metric in ("coverage.recall", "coverage.f1", "grounding.entity"):
        for part in ("seen", "unseen"):
            cell = summary["systems"]["post-rl"][f"{metric}.{part}"]
            assert cell["ci_low"] < cell["value"] < cell["ci_high"]
            change = summary["transitions"]["post-sft->post-rl"][f"{metric}.{part}"]
            assert change["ci_low"] < change["delta"] < change["ci_high"]
            assert 0 < change["p"] <= change["p_holm"] <= 1
            assert f"{metric}.{part}" in summary["preservation"]
    deltas = {
        p: summary["transitions"]["post-sft->post-rl"][f"coverage.recall.{p}"]["delta"] for p in ("seen", "unseen")
    }
    assert deltas == {"seen": -0.5, "unseen": pytest.approx(0.75 - 0.25)}
    assert main(argv) == 0
    cell = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["systems"]["post-rl"][
        "coverage.recall.unseen"
    ]
    assert (cell["value"], cell["reason"]) == (None, NO_PARA)
    write_examples(tmp_path / "bo.jsonl", [Example("p", "原文", ("བོད་",), None, "zh", "bo")])
    capsys.readouterr()
    assert main([*argv, "--para", str(tmp_path / "bo.jsonl")]) == 2
    assert "its references are in bo" in capsys.readouterr().err
