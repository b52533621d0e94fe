"""`pool`: runs that differ in their seed as one result, chance of articles and chance of trainings kept apart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from statistics import stdev

import numpy as np
import pytest
from report_run import make_run

from benchmark.cli import main
from benchmark.compare.pool import _checked, markdown, pool
from metrics.errors import UserError
from metrics.segment import SegmentStats

STAGES = ("post-sft", "post-rl", "post-recovery")


def _seeded(folder: Path, seed: int, **changed: object) -> Path:
    make_run(folder, 12, stages=STAGES, logs=False)
    path = folder / "summary.json"
    summary = json.loads(path.read_text("utf-8"))
    summary["run"] |= {"seed": seed, **changed}
    path.write_text(json.dumps(summary), "utf-8")
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("seeds")
    return [_seeded(root / str(seed), seed) for seed in (1, 2, 3)]


def test_equal_runs_pool_to_themselves(runs: list[Path]) -> None:
    """The same outputs three times are no new articles: value and interval stay, the spread is 0."""
    pooled, one = pool(runs), json.loads((runs[0] / "summary.json").read_text("utf-8"))
    assert pooled["seeds"] == [1, 2, 3]
    for metric in ("coverage.recall", "verbosity.length_ratio"):
        cell, single = pooled["systems"]["post-rl"][metric], one["systems"]["post-rl"][metric]
        assert cell["value"] == pytest.approx(single["value"])
        assert cell["n_total"] == 3 * single["n_total"]
        width, alone = (c["ci_high"] - c["ci_low"] for c in (cell, single))
        assert width == pytest.approx(alone, rel=0.3), "three copies of an article are one document"
        assert pooled["spread"]["post-rl"][metric]["sd"] == 0
    assert pooled["resampling"]["n_docs"] == one["resampling"]["n_docs"]
    step = "post-sft->post-rl"
    deltas = pooled["transitions_by_seed"][step]["coverage.recall"]
    assert deltas == [one["transitions"][step]["coverage.recall"]["delta"]] * 3


def test_the_spread_is_that_of_the_seeds_own_values(runs: list[Path], tmp_path: Path) -> None:
    other = tmp_path / "4"
    make_run(other, 12, stages=("post-sft", "post-rl"), logs=False)
    path = other / "summary.json"
    summary = json.loads(path.read_text("utf-8"))
    summary["run"]["seed"] = 4
    summary["systems"]["post-rl"]["coverage.recall"]["value"] -= 0.25
    path.write_text(json.dumps(summary), "utf-8")
    spread = pool([runs[0], other])["spread"]["post-rl"]["coverage.recall"]
    assert spread["sd"] == pytest.approx(stdev([0, 0.25]))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seed": 1}, "seed of its own"),
        ({"seed": 9, "n_para": 7}, "n_para"),
        ({"seed": 9, "reward_id": "x"}, "reward_id"),
    ],
)
def test_runs_of_other_making_are_refused(
    runs: list[Path], tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        pool([runs[0], _seeded(tmp_path / "x", **changed)])  # type: ignore[arg-type]


def test_the_command_prints_markdown_and_writes_json(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pool", *map(str, runs), "--out", str(tmp_path / "pooled.json")]) == 0
    shown = capsys.readouterr().out
    assert "| coverage.recall |" in shown and "post-sft->post-rl" in shown
    assert json.loads((tmp_path / "pooled.json").read_text("utf-8"))["seeds"] == [1, 2, 3]
    assert main(["pool", str(runs[0])]) == 2


def test_what_is_the_same_in_both_runs_keeps_the_interval_of_its_documents(runs: list[Path]) -> None:
    """Perfect references of two runs: nothing of them hangs on a seed."""
    pooled, one = pool(runs[:2]), json.loads((runs[0] / "summary.json").read_text("utf-8"))
    for metric in ("coverage.recall", "verbosity.length_ratio"):
        cell, single = pooled["systems"]["gold"][metric], one["systems"]["gold"][metric]
        limits = [(c["ci_low"], c["ci_high"]) for c in (cell, cell["these_runs"], single)]
        assert limits[0] == limits[1] == limits[2]
        assert "two seeds" not in cell.get("caution", "")
    assert "two seeds" in pooled["systems"]["post-rl"]["coverage.recall"]["caution"]


def test_two_seeds_are_told_with_a_caution_and_without_a_p(runs: list[Path]) -> None:
    pooled = pool(runs[:2])
    for row in pooled["transitions"].values():
        for cell in row.values():
            if cell["delta"] is not None and "seeds" in cell:
                cell["seeds"] |= {"values": [cell["delta"]] * 2}
                assert cell["seeds"].get("p") in (None, 1.0)
    told = markdown(pooled).partition("**The seeds alone")
    assert "Caution: two seeds say little" in told[0]
    assert "Caution: two seeds say little" in told[2] and "no p can be told" in told[2]
    assert " p " not in told[2].partition("| metric")[2] and "(seeds " in told[2]
    assert "Caution" not in markdown(pool(runs))


def test_the_recipe_and_these_runs_are_worded_apart(runs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pool", *map(str, runs)]) == 0
    shown = capsys.readouterr().out
    recipe, _, rest = shown.partition("**These runs: documents random, the seeds as they are**")
    runs_part, _, seeds_part = rest.partition("**The seeds alone")
    assert "**The recipe: seeds random, then documents**" in recipe
    assert all("| coverage.recall |" in part for part in (recipe, runs_part, seeds_part))
    assert "| kept |" in recipe and "| kept |" not in runs_part


def test_a_p_at_its_floor_is_a_bound(runs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    """12 documents give no p at the floor of 10,000 draws; a summary that marks one is printed with <=, and the
    recipe's p never is."""
    pooled = pool(runs)
    cell = pooled["transitions"]["post-sft->post-rl"]["coverage.recall"]
    cell["these_runs"] |= {"p": 1 / 10_001, "p_holm": 35 / 10_001, "p_floor": True}
    shown = markdown(pooled)
    line = next(
        part
        for part in shown.partition("These runs")[2].splitlines()
        if part.startswith("| coverage.recall |") and " p " in part
    )
    assert "p <= .0035" in line
    assert "<=" not in shown.partition("These runs")[0]


def test_runs_on_other_examples_are_refused(runs: list[Path], tmp_path: Path) -> None:
    other = tmp_path / "other"
    make_run(other, 11, stages=STAGES, logs=False)
    path = other / "summary.json"
    summary = json.loads(path.read_text("utf-8"))
    summary["run"] |= json.loads((runs[0] / "summary.json").read_text("utf-8"))["run"] | {"seed": 8}
    path.write_text(json.dumps(summary), "utf-8")
    with pytest.raises(UserError, match="different examples"):
        pool([runs[0], other])


def test_judges_whose_questions_were_ordered_by_each_runs_seed_are_pooled() -> None:
    """The order of a judge's questions is drawn by the run's seed; any other difference is one."""
    signature = "judge.entity|judge:oracle|order:1"
    one = SegmentStats("judge.entity", ("a", "b"), np.ones((2, 2)), "ratio", (None, None), signature, True)
    other = replace(one, signature="judge.entity|judge:oracle|order:22")
    assert {p.signature for p in _checked([one, other])} == {"judge.entity|judge:oracle|order:seed"}
    with pytest.raises(UserError, match="scored it differently"):
        _checked([one, replace(one, signature="judge.entity|judge:another|order:1")])
