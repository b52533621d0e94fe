"""A report of a run in which something is missing, broken, odd or empty."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from report_pages import copy, edit, page_of, run_dir, without_figures  # noqa: F401 - fixtures
from report_run import TASK, make_run

from benchmark.report import write_report
from metrics.errors import UserError
from metrics.stages import GOLD


def test_a_users_own_files_without_facts(tmp_path: Path) -> None:
    make_run(tmp_path, 12, facts=False)
    text = page_of(tmp_path)
    for told in (
        "There are no gold facts: grounding is estimated",
        "Facts read from real text",
        "ceiling",
        "floor",
        "chrF2",
    ):
        assert told in text
    assert '<mark class="cov" title="number, money' in text
    assert text.count('<details class="passage"') == 12


@pytest.mark.usefixtures("without_figures")
@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ("manifest.json", "manifest.json is missing"),
        ("scores.parquet", "scores.parquet is missing"),
        ("generations", "no generations in the run directory"),
        ("examples", "no examples file that fits"),
        ("logs", "rl_rewards.jsonl is missing"),
    ],
)
def test_what_is_missing_is_said(copy: Path, gone: str, told: str) -> None:
    path = copy / gone
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    assert told in page_of(copy)


@pytest.mark.usefixtures("without_figures")
@pytest.mark.parametrize(
    "broken",
    [
        "manifest.json",
        "scores.parquet",
        f"generations/{TASK}/post-rl.jsonl",
        f"examples/{TASK}-test.jsonl",
        "logs/rl_steps.jsonl",
    ],
)
def test_a_broken_file_is_said_and_the_rest_is_shown(copy: Path, broken: str) -> None:
    (copy / broken).write_text("{broken <b>", "utf-8")
    text = page_of(copy)
    assert Path(broken).name in text
    assert "Before you believe the numbers" in text
    assert "Every metric at every stage" in text


def test_a_summary_alone_is_enough(run_dir: Path, tmp_path: Path) -> None:
    shutil.copy(run_dir / "summary.json", tmp_path)
    text = page_of(tmp_path)
    assert "coverage.recall" in text
    assert "no sentence lengths in scores.parquet" in text


def test_no_summary_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"summary\.json"):
        write_report(tmp_path)


@pytest.mark.usefixtures("without_figures")
def test_brought_systems_with_odd_names(copy: Path) -> None:
    def rename(summary: dict[str, Any]) -> None:
        rows = summary["systems"]
        summary["systems"] = {"my <b>model</b>/v1": rows["post-sft"], "other/v2": rows["post-rl"], GOLD: rows[GOLD]}
        summary["transitions"], summary["preservation"] = {}, {}

    edit(copy, rename)
    text = page_of(copy)
    assert "my &lt;b&gt;model&lt;/b&gt;/v1" in text
    assert "measured, not compared" in text


@pytest.mark.usefixtures("without_figures")
def test_two_systems_with_all_stages_have_a_verdict_each(copy: Path) -> None:
    def double(summary: dict[str, Any]) -> None:
        rows = summary["systems"]
        names = [(s, k) for s in ("a", "b") for k in rows if k != GOLD]
        summary["systems"] = {f"{s}/{k}": rows[k] for s, k in names} | {GOLD: rows[GOLD]}
        steps = summary["transitions"]
        summary["transitions"] = {f"{s}/{n.replace('->', f'->{s}/')}": c for s in ("a", "b") for n, c in steps.items()}
        summary["preservation"] = {f"{s}/{m}": c for s in ("a", "b") for m, c in summary["preservation"].items()}

    edit(copy, double)
    text = page_of(copy)
    assert text.count("Did RL improve grounding?") == 2
    assert text.count("of what RL added over post-sft is left") == 2


def test_an_empty_summary_is_a_page_too(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text('{"systems": {}}', "utf-8")
    assert "measured, not compared" in page_of(tmp_path)
