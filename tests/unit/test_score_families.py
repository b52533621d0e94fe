"""`score --families`: what is not asked for is not computed, and is never missing by accident."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmark.cli import main
from metrics import catalog
from metrics.catalog import OFF, chosen, score_families
from metrics.inventory import Inventory
from metrics.records import Example, Generation, write_examples, write_generations
from metrics.scoring import Means, Scoring

EXAMPLES = [
    Example(f"e{i}", f"公司有{i + 21}名员工。", (f"บริษัทมีพนักงาน {i + 21} คน",), None, "zh", "th", None, {})
    for i in range(4)
]
ANSWERS = [Generation(e.id, "s", "user", f"มีพนักงาน {i + 20} คน", None, "stop", None) for i, e in enumerate(EXAMPLES)]


@pytest.fixture
def scored(tmp_path: Path) -> Any:
    """Runs `score` with more arguments: (exit code, the folder)."""
    write_examples(tmp_path / "e.jsonl", EXAMPLES)
    write_generations(tmp_path / "g.jsonl", ANSWERS)

    def run(*more: str) -> tuple[int, Path]:
        out = tmp_path / "-".join(["out", *(word.strip("-") for word in more)]).replace(",", "+").replace("=", "_")[:60]
        files = ["--examples", str(tmp_path / "e.jsonl"), "--generations", str(tmp_path / "g.jsonl")]
        return main(["score", *files, "--out", str(out), "--set", "score.bootstrap_draws=100", *more]), out

    return run


def _told(out: Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    config = json.loads((out / "manifest.json").read_text("utf-8"))["config"]
    return summary["systems"]["user"], config["score"], summary


def test_what_is_asked_for_has_the_same_values_and_the_rest_is_null_with_a_reason(scored: Any) -> None:
    code, some = scored("--families", "verbosity,overlap")
    whole, settings, summary = _told(scored()[1])
    cells, chosen_settings, less = _told(some)
    assert code == 0
    assert "families" not in settings and chosen_settings["families"] == ["verbosity", "overlap"]
    assert summary["run"]["config_hash"] != less["run"]["config_hash"]
    assert "open" in summary and "open" not in less
    for name, cell in cells.items():
        if catalog.family_of(name) in ("verbosity", "overlap"):
            assert cell == whole[name]
        else:
            assert cell["value"] is None and cell["reason"] == OFF, name
    # What a family can always say is there, if only as null.
    assert {m.name for family in ("open", "form") for m in catalog.families()[family].metrics} <= set(cells)


def test_the_setting_is_the_option(scored: Any) -> None:
    _, option = scored("--families", "coverage")
    _, setting = scored("--set", 'score.families=["facts"]')
    assert (option / "summary.json").read_bytes() == (setting / "summary.json").read_bytes()


@pytest.mark.parametrize("families", ["surface", "", "judge"])
def test_an_unknown_family_is_refused_and_nothing_is_written(
    scored: Any, families: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = scored("--families", families)
    assert code == 2 and not out.exists()
    assert ("verbosity" if families else "argument --families: is empty") in capsys.readouterr().err


def test_a_report_is_left_out_on_request_and_an_old_one_does_not_stay(scored: Any) -> None:
    code, out = scored("--families", "verbosity", "--no-report")
    assert code == 0 and not (out / "report.html").exists()
    assert main(["report", str(out)]) == 0
    page = out / "report.html"
    assert page.exists()
    assert scored("--families", "verbosity", "--no-report")[0] == 0
    assert not page.exists() and (out / "summary.json").exists()


def test_heads_of_metrics_name_their_family_too() -> None:
    assert chosen(["overlap", "grounding", "coverage"]) == ["facts", "retrieval", "overlap"]
    assert chosen(["coverage"]) == ["facts"]


def test_what_is_switched_off_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("open.* are switched off")

    monkeypatch.setattr("metrics.open.scores.compare_all", never)
    means = Means(Inventory(EXAMPLES), None, {}, None, families=frozenset({"verbosity"}))
    found = {m.metric: m for m in score_families(Scoring(EXAMPLES, ANSWERS, means), ["open", "verbosity"])}
    assert set(found["open.f1"].reasons) == {OFF}
    assert found["open.number.contradicted"].higher_is_better is False
    assert found["verbosity.chars"].reasons == (None,) * 4
