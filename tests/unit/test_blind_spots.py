"""Blind spots beside damage: what is read from a finished run, what is joined with the reward's accuracy, and how the
page shows it."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from benchmark import cli
from benchmark.reward.blindspots import blind_spots, read_run
from benchmark.reward.figures import damage, spread_out
from benchmark.rundir.manifest import RunManifest
from benchmark.settings.config import load_profile
from metrics.errors import UserError

ROW = {"delta": -0.3, "ci_low": -0.4, "ci_high": -0.2, "p": 0.001, "p_holm": 0.01}
RISE = {"delta": 0.1, "ci_low": 0.05, "ci_high": 0.15, "p": 0.001, "p_holm": 0.01}
NULL = {"delta": None, "ci_low": None, "ci_high": None, "p": None, "p_holm": None}


def no_numbers(sources: list[str], candidates: list[str]) -> list[float]:
    """A reward that likes letters and sees no number."""
    return [min(sum(c.isalpha() for c in text) / 100, 1.0) for text in candidates]


def _run(folder: Path, transitions: dict[str, Any], overrides: tuple[str, ...] = ()) -> Path:
    profile = load_profile("smoke", overrides)
    manifest = RunManifest(
        command="run",
        argv=[],
        config=profile.resolved(),
        config_hash="c",
        commit=None,
        dirty=None,
        packages={},
        hardware={},
    )
    manifest.reward_id = "callable:of-the-run"
    folder.mkdir()
    manifest.write(folder)
    (folder / "summary.json").write_text(json.dumps({"systems": {}, "transitions": transitions}), encoding="utf-8")
    return folder


def _transitions(**rows: dict[str, Any]) -> dict[str, Any]:
    return {
        "post-sft->post-rl": {f"coverage.recall.{name}": row for name, row in rows.items()} | {"coverage.recall": ROW}
    }


def test_accuracy_and_change_are_joined_by_fact_type(tmp_path: Path) -> None:
    run = read_run(
        _run(tmp_path / "run", _transitions(person=ROW, place=RISE, time=RISE, money=NULL, length_controlled=ROW))
    )
    assert set(run.changes) == {"person", "place", "time"} and run.target_lang == "th"
    seen = {"accuracy": 0.6, "ci_low": 0.5, "ci_high": 0.7, "n": 40, "ties": 0}
    report = {"by_fact_type": {"person": seen, "place": seen, "event": seen, "date": {**seen, "accuracy": None}}}
    found = blind_spots(report, run, "callable:of-the-run")
    assert found["same_reward"] and found["run"] == "run"
    assert set(found["by_fact_type"]) == {"person", "place"} and found["missing"] == ["event", "time"]
    person = found["by_fact_type"]["person"]
    assert (person["accuracy"], person["accuracy_ci_low"], person["delta"], person["delta_ci_high"]) == (
        0.6,
        0.5,
        -0.3,
        -0.2,
    )
    assert set(person) == {
        "accuracy",
        "accuracy_ci_low",
        "accuracy_ci_high",
        "n",
        "delta",
        "delta_ci_low",
        "delta_ci_high",
    }, "no p-value"
    assert not blind_spots(report, run, "another")["same_reward"]


@pytest.mark.parametrize(
    ("transitions", "message"),
    [
        ({}, "holds no transition post-sft->post-rl"),
        ({"post-sft->post-rl": {"verbosity.chars": ROW}}, "no recall by fact type"),
    ],
)
def test_a_run_without_rl_or_facts_is_refused(tmp_path: Path, transitions: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_run(_run(tmp_path / "run", transitions))


def test_the_command_takes_the_reward_of_the_run_and_shows_the_damage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = "test_blind_spots:no_numbers"
    overrides = (f"rl.reward={own}",)
    run = _run(tmp_path / "run", _transitions(person=ROW, place=RISE, quantity=ROW, event=RISE), overrides)
    assert (
        cli.main(["validate-reward", "--run", str(run), "--reward", own, "--n", "4", "--out", str(tmp_path / "out")])
        == 0
    )
    report = json.loads((tmp_path / "out" / "reward.json").read_text(encoding="utf-8"))
    assert report["reward"] == "test_blind_spots:no_numbers" and report["kind"] == "callable"
    assert set(report["blind_spots"]["by_fact_type"]) <= {"person", "place", "quantity", "event"}
    assert not report["blind_spots"]["same_reward"]
    page = (tmp_path / "out" / "reward.html").read_text(encoding="utf-8")
    assert "Blind spots and damage" in page and "trained on another reward" in page and "person" in page
    assert "for looking" in page
    assert cli.main(["validate-reward", "--out", str(tmp_path / "none")]) == 2
    assert "give --reward" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--policy", "no/such/folder"], "no/such/folder: no such checkpoint folder"),
        (["--policy", "asset:base", "--task", "newswire-titel"], "unknown task 'newswire-titel'"),
        (["--policy", "asset:base", "--n-samples", "1"], "at least 2"),
        (["--run", "no-run"], "is no run directory"),
        (["--n", "0"], "--n 0: at least 1"),
    ],
)
def test_mistakes_are_told_before_anything_is_scored(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("benchmark.reward.command.validate", lambda *_: pytest.fail("scored"))
    out = tmp_path / "out"
    assert (
        cli.main(
            ["validate-reward", "--reward", "test_blind_spots:no_numbers", "--n", "2", "--out", str(out), *arguments]
        )
        == 2
    )
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    assert not out.exists()


def test_an_unwritable_place_is_told_before_anything_is_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    arguments = f"validate-reward --reward test_blind_spots:no_numbers --n 2 --out {tmp_path}/file/out".split()
    assert cli.main(arguments) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("heights", [[0.0], [0.3, 0.3, 0.3], [0.9, 0.1, 0.12, 0.11, 0.95, 0.5], [1.0, 1.0, 0.0, 0.0]])
def test_labels_keep_their_order_and_their_distance(heights: list[float]) -> None:
    places = spread_out(heights, 0.1, 0.0, 1.0)
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    assert all(places[b] - places[a] >= 0.1 - 1e-9 for a, b in pairwise(order))
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in places)
    assert spread_out([0.2, 0.5, 0.8], 0.1, 0.0, 1.0) == pytest.approx([0.2, 0.5, 0.8]), (
        "where there is room, each stands at its point"
    )


def test_the_names_of_types_that_lie_together_do_not_overlap() -> None:
    names = [
        "person",
        "place",
        "organisation",
        "event",
        "relation",
        "quantity",
        "percentage",
        "money",
        "date",
        "time",
        "cause",
    ]
    row = {"accuracy_ci_low": 0.9, "accuracy_ci_high": 1.0, "n": 9, "delta_ci_low": -0.01, "delta_ci_high": 0.02}
    table = {name: {**row, "accuracy": 0.99, "delta": 0.001 * (i % 3)} for i, name in enumerate(names)}
    svg = damage({"by_fact_type": table})
    heights = {}
    for style, text in re.findall(r"<text([^>]*)>([a-z]+)</text>", svg):
        at = re.search(r"translate\([-0-9.]+ ([-0-9.]+)\)", style) or re.search(r'y="([-0-9.]+)"', style)
        assert at, style
        heights[text] = float(at.group(1))
    assert set(names) <= set(heights)
    shown = sorted(heights[name] for name in names)
    assert all(b - a >= 11 for a, b in pairwise(shown)), "a label of 8.5 points is 11 high"
