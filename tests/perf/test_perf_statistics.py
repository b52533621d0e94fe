"""Speed of the summary's statistics, of `meta-eval` and of number extraction on hostile text (run with `tox -e perf`).
CPU seconds."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metrics.meta import meta_evaluate, read_judgements
from metrics.numbers import extract_numbers
from metrics.segment import SegmentStats
from metrics.summary import RUN_FIELDS, summarise

pytestmark = pytest.mark.benchmark(timer=time.process_time)
STAGES = ("base", "post-sft", "post-sft-continued", "post-rl", "post-recovery", "gold")


def test_summary_of_six_systems_forty_metrics_600_segments(benchmark: Any) -> None:
    n, rng = 600, np.random.default_rng(0)
    facts, ids = rng.integers(1, 6, n), tuple(f"e{i:03d}" for i in range(n))

    def metrics() -> list[SegmentStats]:
        found = []
        for k in range(38):
            rows = np.column_stack([rng.binomial(facts, 0.5), facts] * (1 + k % 2)).astype(float)
            found.append(SegmentStats(f"m{k}", ids, rows, ("ratio", "f1")[k % 2], (None,) * n, "s", True))
        for name, width in (("bleu", 10), ("chrf", 18)):
            rows = rng.integers(1, 9, (n, width)).astype(float)
            found.append(SegmentStats(f"overlap.{name}", ids, rows, name, (None,) * n, "s", True))
        return found

    systems = {stage: metrics() for stage in STAGES}
    benchmark.pedantic(summarise, (systems, None, dict.fromkeys(RUN_FIELDS, 1), {}, 0), rounds=2)
    assert benchmark.stats.stats.min < 20


def test_meta_evaluation_of_30000_rows_of_15_systems(benchmark: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    quality = rng.normal(size=(2000, 15)) + np.linspace(0, 2, 15)
    rows = [
        f"s{s}\ti{i}\t{quality[i, s] + rng.normal():.6f}\t{quality[i, s]:.0f}\t{quality[i, s] + rng.normal():.6f}"
        for i in range(2000)
        for s in range(15)
    ]
    path = tmp_path / "judgements.tsv"
    path.write_text("\n".join(["system\titem\tmetric\thuman\tmetric2", *rows]) + "\n", "utf-8")
    found = benchmark.pedantic(lambda: meta_evaluate(read_judgements(path), draws=10_000), rounds=1)
    assert found["n_items"] == 2000
    assert benchmark.stats.stats.min < 10


def test_numbers_in_long_strings_of_digits(benchmark: Any) -> None:
    def extract() -> None:
        for lang in ("zh", "th", "bo", "en"):
            extract_numbers("1" * 4000 + ".2.3 " + "一" * 2000 + "1.2.3" * 500, lang)
            extract_numbers("สิบ" * 1500 + "ཁྲི་3་" * 500, lang)

    benchmark.pedantic(extract, rounds=2)
    assert benchmark.stats.stats.min < 5
