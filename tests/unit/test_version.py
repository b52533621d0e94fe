"""Scores of two versions of the metrics are never held against each other without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_run import make_run

from benchmark.cli import main
from metrics.coverage import score_facts
from metrics.inventory import Inventory
from metrics.overlap import score_overlap
from metrics.records import Example, Fact
from metrics.scores import read_scores, score_rows, write_scores
from metrics.segment import SegmentStats, from_values
from metrics.stats import compare
from metrics.verbosity import score_verbosity
from metrics.version import METRICS_VERSION, version_of, versions_apart

STAGES = ("post-sft", "post-rl", "post-recovery")


def _aged(run: Path) -> Path:
    """The run as version 1 would have left it."""
    import dataclasses

    rows = []
    for (system, stage, task), metrics in read_scores(run / "scores.parquet").items():
        old = [dataclasses.replace(m, signature=m.signature.replace(f"|v:{METRICS_VERSION}", "|v:1")) for m in metrics]
        rows += score_rows(system, stage, task, old)
    write_scores(run / "scores.parquet", rows)
    return run


def test_every_deterministic_metric_carries_the_version() -> None:
    example = Example("a", "清迈", ("เชียงใหม่",), (Fact("place", ("清迈",), ("เชียงใหม่",)),), "zh", "th")
    made: list[SegmentStats] = score_facts([example], ["เชียงใหม่"], Inventory([example]))
    made += score_overlap([example], ["เชียงใหม่"]) + score_verbosity([example], ["เชียงใหม่"], None, [1])
    assert len(made) > 20
    assert {version_of(m.signature) for m in made} == {METRICS_VERSION}


def test_a_signature_without_a_version_is_of_the_first() -> None:
    assert version_of("overlap.bleu|nrefs:1|case:mixed|norm:nfc|version:2.6.0") == 1
    assert version_of("verbosity.chars|v:12|norm:x") == 12
    assert version_of("verbosity.chars|v:12") == 12


def test_versions_apart_passes_over_what_has_none() -> None:
    assert versions_apart(["scorer.x|weights:1"], ["scorer.x|weights:2"]) is None
    assert versions_apart(["overlap.bleu|v:2|a"], ["overlap.bleu|unavailable"]) is None
    assert "version 1" in (versions_apart(["overlap.bleu|v:2|a"], ["overlap.bleu|nrefs:1|version:2.6.0"]) or "")


def test_two_versions_of_a_metric_have_no_difference() -> None:
    a, b = (from_values("m", ["1", "2"], [0.0, 1.0], f"m|v:{v}|x", True) for v in (1, 2))
    delta = compare(a, b, draws_boot=10, draws_perm=10)
    assert delta.delta is None
    assert "version 1" in (delta.reason or "")


@pytest.mark.parametrize("command", ["compare", "pool"])
def test_runs_of_two_versions_are_refused_with_one_message(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    for i, name in enumerate(("old", "new")):
        make_run(tmp_path / name, 12, stages=STAGES, logs=False)
        summary = json.loads((tmp_path / name / "summary.json").read_text("utf-8"))
        summary["run"]["seed"] = i
        (tmp_path / name / "summary.json").write_text(json.dumps(summary), "utf-8")
    _aged(tmp_path / "old")
    assert main([command, str(tmp_path / "old"), str(tmp_path / "new")]) == 2
    told = capsys.readouterr().err
    assert told.count("error") <= 1
    assert "version 1 of the metrics" in told
    assert "score the stored texts" in told
