"""scorer.<name>: learned scorers, COMET for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from metrics.blocks import Column, absent
from metrics.declared import Family, Metric
from metrics.scorers import SCORERS, Scorer, load_scorer
from metrics.scoring import Scoring
from metrics.segment import SegmentStats, unscorable
from metrics.version import UNAVAILABLE


def measure(scoring: Scoring) -> list[Column] | None:
    """Null without checkpoints; None with one: batches are those of the whole file."""
    if any(scoring.means.scorers.get(name) is not None for name in SCORERS):
        return None
    n = len(scoring.ids)
    return [absent(f"scorer.{name}", n, _missing(scoring, name), f"scorer.{name}{UNAVAILABLE}") for name in SCORERS]


def _missing(scoring: Scoring, name: str) -> str:
    return scoring.means.absent.get("scorers", f"no checkpoint given (score.scorers.{name})")


def score(scoring: Scoring) -> list[SegmentStats]:
    """One metric for every scorer there is; null for those without a checkpoint."""
    found = []
    for name in SCORERS:
        folder = scoring.means.scorers.get(name)
        if folder is None:
            signature = f"scorer.{name}{UNAVAILABLE}"
            found.append(unscorable(f"scorer.{name}", scoring.ids, _missing(scoring, name), signature, True))
        else:
            found.append(_in_blocks(load_scorer(name), scoring, folder))
    return found


def _in_blocks(scorer: Scorer, scoring: Scoring, folder: str) -> SegmentStats:
    """The scorer's metric, a block of examples at a time (`Means.deal`)."""

    def rows(block: Sequence[int]) -> list[tuple[SegmentStats, int]]:
        found = scorer([scoring.examples[i] for i in block], [scoring.texts[i] for i in block], folder)
        return [(found, i) for i in range(len(block))]

    parts = scoring.means.deal(rows, len(scoring.texts))
    if not parts:
        return scorer(scoring.examples, scoring.texts, folder)
    reasons = tuple(part.reasons[i] for part, i in parts)
    stats = np.array([part.stats[i] for part, i in parts])
    # As for any metric: what scored nothing for one common cause is unscorable as a whole.
    common = reasons[0] if len(set(reasons)) == 1 else None
    return replace(parts[0][0], example_ids=tuple(scoring.ids), stats=stats, reasons=reasons, reason=common)


FAMILY = Family(
    "scorers",
    {"scorer": "Learned scorers"},
    score,
    (
        Metric(
            "scorer.comet_qe",
            "COMET, reference-free",
            True,
            "What a COMET quality-estimation checkpoint says of source and output.",
            "mean of the checkpoint's scores (unbabel-comet)",
            "small wrong numbers and names; it likes length here (see validate-reward --reward metric:scorer.comet_qe)",
            needs=("scorer",),
            short="COMET",
            places=("key", "sum", "pool", "figure"),
        ),
    ),
    neural=True,
    shared=True,
    measure=measure,
)
