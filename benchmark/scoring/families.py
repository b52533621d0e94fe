"""The families of metrics over the processes of a run: the language gate and the sharing of work are the harness's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmark.settings.scoring import Score
from metrics import catalog, scoring
from metrics.catalog import score_families
from metrics.scoring import Scoring, Work
from metrics.segment import SegmentStats
from training.rewards.safeguards import gate
from training.shared import processes

__all__ = ["Means", "Scoring", "score_system", "wanted_families"]


@dataclass
class Means(scoring.Means):
    """`metrics.scoring.Means` with the language gate of eq. 6, and with work dealt out over the processes of this
    run."""

    gate: Callable[[str, str], bool] | None = gate
    deal: Callable[[Work, int], list[Any]] = processes.in_blocks


def wanted_families(settings: Score) -> frozenset[str] | None:
    """Those of `score.families`, and the judges, who are asked for elsewhere; None: all."""
    return None if settings.families is None else frozenset([*settings.families, catalog.JUDGES])


def score_system(scoring: Scoring) -> list[SegmentStats]:
    """All metrics of one system, family by family; of the shared ones alone where this is not the main process."""
    known = catalog.families()
    return score_families(scoring, [name for name, family in known.items() if family.shared or processes.is_main()])
