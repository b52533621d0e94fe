"""Speed of `meta-eval` on 30,000 rows of 15 systems, with and without a second metric (run with `tox -e perf`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metrics.meta import meta_evaluate, read_judgements

N_ITEMS, N_SYSTEMS = 2000, 15


@pytest.mark.parametrize("second", [False, True], ids=["one metric", "two metrics, 10,000 permutations"])
def test_30000_rows_of_15_systems(benchmark: Any, tmp_path: Path, second: bool) -> None:
    rng = np.random.default_rng(0)
    quality = rng.normal(size=(N_ITEMS, N_SYSTEMS)) + np.linspace(0, 2, N_SYSTEMS)
    human, first, other = (quality + k * rng.normal(size=quality.shape) for k in (0.3, 1.0, 0.9))
    lines = ["system\titem\tmetric\thuman" + ("\tmetric2" if second else "")]
    for i in range(N_ITEMS):
        for s in range(N_SYSTEMS):
            lines.append(
                f"s{s}\ti{i}\t{first[i, s]:.6f}\t{human[i, s]:.0f}" + (f"\t{other[i, s]:.6f}" if second else "")
            )
    path = tmp_path / "judgements.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = benchmark.pedantic(lambda: meta_evaluate(read_judgements(path)), rounds=1)
    assert found["n_rated"] == N_ITEMS * N_SYSTEMS
    assert benchmark.stats.stats.min < 10, "30,000 rows in under 10 s"
