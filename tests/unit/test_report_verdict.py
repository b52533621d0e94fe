"""The verdict of a report says what was planted, and what cannot be known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from report_pages import copy, edit, page_of, run_dir, without_figures  # noqa: F401 - fixtures
from report_run import STATE, make_run

from benchmark.report import page
from benchmark.report.data import load
from benchmark.report.headline import headline
from benchmark.report.verdict import verdict


def test_verdict_says_what_was_planted(run_dir: Path) -> None:
    findings = verdict(load(run_dir))
    answers = {f.question: f.answer for f in findings}
    assert answers["Did RL improve grounding?"] == "yes"
    assert answers["Did RL make outputs longer?"] == "yes"
    assert answers["How much of the gain is kept?"].endswith("%")
    assert "RL improved grounding and made outputs longer" in headline(findings)


@pytest.mark.usefixtures("without_figures")
def test_verdict_is_silent_about_what_is_not_significant(copy: Path) -> None:
    def flat(summary: dict[str, Any]) -> None:
        for cells in summary["transitions"].values():
            for cell in cells.values():
                cell["p_holm"] = 0.2 if cell["p_holm"] is not None else None
                if cell["delta"] is not None:
                    cell.update(ci_low=-0.01, ci_high=0.01)

    edit(copy, flat)
    findings = verdict(load(copy))
    answers = {f.question: f.answer for f in findings}
    assert answers["Did RL improve grounding?"] == "no measurable change"
    assert answers["Could the extra epoch alone explain it?"] == "it cannot be ruled out"
    assert "did not change grounding measurably" in headline(findings)
    assert "▲</span>" not in page_of(copy)


@pytest.mark.parametrize("limits", [(-0.2, 0.3), (None, None)])
def test_what_could_not_have_been_seen_is_not_called_no_change(copy: Path, limits: tuple[float | None, ...]) -> None:
    """As with two documents, or with one."""

    def wide(summary: dict[str, Any]) -> None:
        for cell in summary["transitions"]["post-sft->post-rl"].values():
            if cell["delta"] is not None:
                cell.update(delta=0.05, ci_low=limits[0], ci_high=limits[1], p_holm=1.0)

    edit(copy, wide)
    findings = verdict(load(copy))
    answers = {f.question: f.answer for f in findings}
    for question in ("Did RL improve grounding?", "Did RL invent facts?"):
        assert answers[question] == "cannot be told"
    assert answers["Did RL make outputs longer?"] in ("cannot be told", "uneven: not on average")
    assert "did not change" not in headline(findings) and "as it was" not in headline(findings)


def test_a_length_that_changed_by_a_hair_is_not_called_longer(copy: Path) -> None:
    """As after two steps: every output one character longer, and all of them the same way."""

    def hair(summary: dict[str, Any]) -> None:
        before, after = (summary["systems"][key]["verbosity.length_ratio"] for key in ("post-sft", "post-rl"))
        after["value"] = before["value"] + 0.01
        cell = summary["transitions"]["post-sft->post-rl"]["verbosity.length_ratio"]
        cell.update(delta=0.01, ci_low=0.008, ci_high=0.012, p_holm=0.001)

    edit(copy, hair)
    findings = verdict(replace(load(copy), texts={}))
    assert {f.question: f.answer for f in findings}["Did RL make outputs longer?"] == "hardly"
    assert "hardly changed the length" in headline(findings)


def test_a_large_change_that_is_not_significant_is_not_called_none(copy: Path) -> None:
    """As with five documents: every interval far from 0, and no p-value that could ever be small."""
    from benchmark.report.cautions import cautions

    def few(summary: dict[str, Any]) -> None:
        summary["resampling"]["n_docs"] = 5
        for cell in summary["transitions"]["post-sft->post-rl"].values():
            if cell["delta"] is not None:
                cell.update(ci_low=0.1, ci_high=0.3, p_holm=0.68)

    edit(copy, few)
    data = load(copy)
    answers = {f.question: f.answer for f in verdict(data)}
    assert answers["Did RL improve grounding?"] == "not established"
    assert answers["Did RL make outputs longer?"] == "probably longer"
    assert answers["Did RL invent facts?"] == "probably fewer"
    assert "probably made outputs longer" in headline(verdict(data))
    assert any("come from 5 documents" in text and "can be significant" in text for text in cautions(data))
    assert not any("documents" in text for text in cautions(load_with(copy, 500)))


def load_with(folder: Path, documents: int) -> Any:
    data = load(folder)
    data.summary["resampling"]["n_docs"] = documents
    return data


@pytest.mark.usefixtures("without_figures")
def test_verdict_reports_a_loss_as_a_loss(copy: Path) -> None:
    def worse(summary: dict[str, Any]) -> None:
        for cell in summary["transitions"]["post-sft->post-rl"].values():
            if cell["delta"]:
                cell.update(delta=-abs(cell["delta"]), p_holm=0.0001)

    edit(copy, worse)
    findings = {f.question: f for f in verdict(load(copy))}
    assert findings["Did RL improve grounding?"].tone == "bad"
    assert findings["Did RL invent facts?"].answer == "yes: more than before"


def test_a_length_that_rl_left_alone_was_not_brought_back(copy: Path) -> None:
    def restored(summary: dict[str, Any]) -> None:
        summary["systems"]["post-recovery"]["verbosity.length_ratio"]["value"] = 1.04

    def short(summary: dict[str, Any]) -> None:
        summary["systems"]["post-rl"]["verbosity.length_ratio"]["value"] = 1.04
        summary["transitions"]["post-sft->post-rl"]["verbosity.length_ratio"].update(
            delta=0.0, ci_low=-0.02, ci_high=0.01, p_holm=1.0
        )

    edit(copy, restored)
    assert "recovery brought the length back" in headline(verdict(load(copy)))
    edit(copy, short)
    data = load(copy)
    data.texts.clear()  # the texts themselves are long; here the summary alone speaks
    findings = verdict(data)
    assert {f.question: f.answer for f in findings}["Did recovery restore the length?"] == "it was never lost"
    assert "left the length of outputs as it was; recovery kept the length near the references'" in headline(findings)


@pytest.mark.parametrize(
    ("reward_id", "name", "hint"),
    [
        (
            "reranker-generative:6a42053a3f900e2c:e66e82e6:float32",
            "reranker-generative",
            "weights and settings: 6a42053a3f900e2c:e66e82e6:float32",
        ),
        ("my.module:reward", "my.module:reward", "the training reward"),
        (None, "unknown", "the training reward"),
    ],
)
def test_a_rewards_name_stands_apart_from_its_hashes(reward_id: str | None, name: str, hint: str) -> None:
    fact = page._reward({"reward_id": reward_id})
    assert (fact.value, fact.hint) == (name, hint)


def test_embedded_models_on_a_users_own_texts_are_said_to_know_little(copy: Path) -> None:
    """Those that had a part in what is shown, by their weights, and no others."""
    from benchmark.report.cautions import cautions

    def said(of_world: bool | None, **judges: bool) -> str:
        manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
        told = {role.replace("__", "."): {"path": "x", "embedded": embedded} for role, embedded in judges.items()}
        (copy / "manifest.json").write_text(json.dumps({**manifest, "judges": told, "of_world": of_world}), "utf-8")
        return " ".join(cautions(load(copy)))

    everything = {"policy": True, "reward": True, "retrieval": True, "scorer__comet_qe": True}
    assert "the policy, the reward and the scorer comet_qe are small models made for" in said(False, **everything)
    assert "but the scorer comet_qe is a small model made for" in said(
        False, policy=False, reward=False, retrieval=False, scorer__comet_qe=True
    )
    assert "your own" not in said(True, **everything)
    assert "your own" not in said(None, **everything)
    summary = json.loads((copy / "summary.json").read_text("utf-8"))
    for key in summary["systems"]:
        summary["systems"][key]["scorer.comet_qe"] = {
            **summary["systems"][key]["scorer.comet_qe"],
            "value": None,
            "reason": "unsupported",
        }
    (copy / "summary.json").write_text(json.dumps(summary), "utf-8")
    assert "your own" not in said(False, policy=False, scorer__comet_qe=True)


def test_a_stage_that_changed_no_weight_is_said(copy: Path) -> None:
    from benchmark.report.cautions import cautions

    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    for parent, unchanged in (("a" * 64, True), ("b" * 64, False)):
        made = {"post-rl": {"weights_hash": "a" * 64, "parent_hash": parent, "steps": 2}}
        (copy / "manifest.json").write_text(json.dumps({**manifest, "checkpoints": made}), "utf-8")
        assert (
            "post-rl has the very weights that it started from: its 2 steps" in " ".join(cautions(load(copy)))
        ) is unchanged


def test_empty_outputs_and_thoughts_are_said(copy: Path) -> None:
    from benchmark.report.cautions import cautions

    path = next((copy / "generations").rglob("post-rl.jsonl"))
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    thoughts = ["<think>x</think>ก"] * 3 + ["ก"] * 37
    for texts, words in (([""] * 40, "post-rl: all 40 outputs are empty"), (thoughts, "post-rl: 3 of 40 outputs hold")):
        path.write_text(
            "".join(json.dumps({**row, "text": text}) + "\n" for row, text in zip(rows, texts, strict=True)), "utf-8"
        )
        assert words in " ".join(cautions(load(copy)))


def test_outputs_that_translate_nothing_are_said(copy: Path) -> None:
    from benchmark.report.cautions import cautions

    assert "WRONG LANGUAGE" not in " ".join(cautions(load(copy)))
    path = next((copy / "generations").rglob("post-rl.jsonl"))
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    sources = load(copy).examples
    path.write_text(
        "".join(json.dumps({**row, "text": sources[row["example_id"]].source}) + "\n" for row in rows), "utf-8"
    )
    told = " ".join(cautions(load(copy)))
    assert "post-rl: COPIES SOURCE: 100% of the outputs" in told
    assert "post-rl: WRONG LANGUAGE: 100% of the outputs" in told


@pytest.mark.usefixtures("without_figures")
def test_missing_control_arm_is_said(tmp_path: Path) -> None:
    make_run(tmp_path, 12, stages=tuple(s for s in STATE if s != "post-sft-continued"))
    text = page_of(tmp_path)
    assert "There is no control arm" in text
    assert "Only 12 test segments" in text


@pytest.mark.usefixtures("without_figures")
def test_weak_start_and_truncation_are_warned_of(copy: Path) -> None:
    def weak(summary: dict[str, Any]) -> None:
        summary["systems"]["post-sft"]["coverage.recall"]["value"] = 0.04
        summary["systems"]["post-rl"]["verbosity.truncated"]["value"] = 0.4

    edit(copy, weak)
    text = page_of(copy)
    assert "post-sft is too weak to build on" in text
    assert "post-rl: 40% of the outputs were cut" in text


def test_outputs_like_unrelated_sentences_are_called_weak_where_there_are_no_facts(copy: Path) -> None:
    from benchmark.report.cautions import cautions

    def poor(summary: dict[str, Any]) -> None:
        for cells in summary["systems"].values():
            cells["coverage.recall"].update(value=None, reason="no gold facts")
            cells["overlap.chrf"]["value"] = 17.9

    edit(copy, poor)
    assert any("post-sft is too weak to build on (chrF2 17.9 of 100" in text for text in cautions(load(copy)))
