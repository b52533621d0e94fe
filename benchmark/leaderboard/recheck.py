"""One entry measured anew and compared, field by field: deterministic metrics in every digit (form.* up to how
processors round), neural ones within the tolerance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.bench import Measured
from benchmark.leaderboard.board import Board, Entry, name_of
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.scoring import (
    NEURAL,
    TOLERANCE,
    copies,
    described,
    neural,
    sampler_of,
    segments,
    statistics,
    texts_of,
)
from metrics.errors import UserError
from metrics.records import Example, Generation
from metrics.segment import SegmentStats
from metrics.stats import Resampler
from metrics.version import METRICS_VERSION

FORM = "form."
ROUNDING = 1e-9
"""Of form.*, which lies in 0..1: numpy takes exp and log from other code on AVX-512 than on AVX2, and their last
digits differ."""
FIELDS = ("value", "ci_low", "ci_high", "n_scored", "reason")


def families_of(entry: Entry) -> tuple[str, ...]:
    """Neural families that an entry has scores of."""
    return tuple(family for family, start in NEURAL.items() if any(m.startswith(start) for m in entry["scores"]))


def reward_of(board: Board, entry: Entry) -> str | None:
    """Id of the reward that an entry's reward.mean was made with, as its signature tells."""
    held = [c["signature"] for m, c in entry["scores"].items() if m.startswith(NEURAL["reward"])]
    return board["signatures"][held[0]].partition("|reward:")[2] if held else None


@dataclass(frozen=True)
class Recheck:
    """Holds entries of one board against what was measured again."""

    path: Path
    board: Board
    examples: Sequence[Example]

    @cached_property
    def sampler(self) -> Resampler:
        """The board's draws, made once for all its entries."""
        return sampler_of(self.board, self.examples)

    def _described(self, metrics: Sequence[SegmentStats]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
        return described(self.board, self.examples, metrics, self.sampler)

    def entry(self, entry: Entry, generations: Sequence[Generation], found: Measured) -> list[str]:
        """Raises Lie at the first difference; returns why neural scores that were not measured again could not be."""
        name = name_of(entry)
        told = {m for m in entry["scores"] if not neural(m)}
        # What was scored before form.* was there has none of it, and says so by having none.
        formless = not any(m.startswith(FORM) for m in told)
        metrics = [m for m in found.metrics if not neural(m.metric) and not (formless and m.metric.startswith(FORM))]
        if told != {m.metric for m in metrics}:
            odd = sorted(told ^ {m.metric for m in metrics})
            raise Lie(
                name,
                f"scores.{odd[0]}",
                "missing on the board" if odd[0] not in told else "the suite has no such score of these outputs",
            )
        stored = self.stored(entry)
        cells, signatures = self._described(metrics)
        for metric, cell in cells.items():
            held = entry["scores"][metric]
            if held["signature"] != cell["signature"]:
                theirs, ours = self.board["signatures"][held["signature"]], signatures[cell["signature"]]
                raise Lie(
                    name,
                    f"scores.{metric}.signature",
                    f"made with {theirs}; here: {ours}; install those versions, or rescore the board",
                )
            _equal(name, metric, held, cell, _rounding(metric))
        for metric, rows in statistics(metrics).items():
            if not _same(metric, stored[metric], rows):
                raise Lie(
                    name, f"outputs.stats_sha256 ({metric})", "the stored statistics are not those of the outputs"
                )
        self.check_texts(entry, generations)
        return self._neural(entry, stored, found)

    def stored(self, entry: Entry) -> dict[str, np.ndarray]:
        """The statistics of an entry. Raises Lie where they are missing, damaged, or of other metrics."""
        name = name_of(entry)
        try:
            now = self.board["metrics"] == METRICS_VERSION  # numpy wrote those of older boards, with its own fields
            stored = boards.read_stats(self.path, entry["outputs"]["stats_sha256"], len(self.examples), checked=now)
        except UserError as error:
            raise Lie(name, "outputs.stats_sha256", str(error)) from None
        if set(stored) != set(entry["scores"]):
            raise Lie(name, "outputs.stats_sha256", "the stored statistics are not of the entry's metrics")
        return stored

    def of_statistics(self, entry: Entry) -> None:
        """What can be said of scores where the texts of the split are not here: values and intervals follow from the
        stored statistics. Raises Lie."""
        name, stored = name_of(entry), self.stored(entry)
        kept = [self._kept(name, metric, stored[metric], cell) for metric, cell in entry["scores"].items()]
        for metric, cell in self._described(kept)[0].items():
            _equal(name, metric, entry["scores"][metric], cell, _rounding(metric), skip=("reason",))

    def check_texts(self, entry: Entry, generations: Sequence[Generation], copied: bool = True) -> None:
        """What the texts tell without any metric; copied: their likeness to the references, too. Raises Lie."""
        name = name_of(entry)
        for what, wanted in texts_of(generations).items():
            if entry["outputs"][what] != wanted:
                raise Lie(name, f"outputs.{what}", "not what the stored texts give")
        told = entry["copies"]
        if copied and (None if told is None else dict(told.items())) != copies(self.examples, generations):
            raise Lie(name, "copies", "not the likeness of the outputs to the references, or what they repeat")

    def of_older_metrics(self, entry: Entry) -> None:
        """What can be said of scores that this suite no longer computes: they are those of the stored statistics.
        Raises Lie."""
        stored = self.stored(entry)
        for metric, cell in entry["scores"].items():
            value = self._kept(name_of(entry), metric, stored[metric], cell).value()
            if (value is None) != (cell["value"] is None) or (
                value is not None and abs(value - cell["value"]) > 1e-9 * max(1.0, abs(value))
            ):
                raise Lie(
                    name_of(entry),
                    f"scores.{metric}.value",
                    f"the board says {cell['value']}, its stored statistics give {value}",
                )

    def _neural(self, entry: Entry, stored: dict[str, np.ndarray], found: Measured) -> list[str]:
        name, reasons = name_of(entry), []
        for family, start in NEURAL.items():
            held = {m: c for m, c in entry["scores"].items() if m.startswith(start)}
            if not held:
                continue
            # Whether or not the weights are here, the numbers must be those of the stored statistics.
            kept = [self._kept(name, metric, stored[metric], cell) for metric, cell in held.items()]
            for metric, cell in self._described(kept)[0].items():
                _equal(name, metric, held[metric], cell, 0.0, skip=("reason",))
            if family in found.absent:
                reasons += [f"{family}: {found.absent[family]}"] * len(held)
                continue
            cells, _ = self._described([m for m in found.metrics if m.metric.startswith(start)])
            for metric, cell in held.items():
                if metric not in cells or cells[metric]["signature"] != cell["signature"]:
                    reasons.append(f"{metric}: the weights it was made with are not here")
                    continue
                _equal(name, metric, cell, cells[metric], TOLERANCE)
        return reasons

    def _kept(self, name: str, metric: str, rows: np.ndarray, cell: Any) -> SegmentStats:
        if np.isinf(rows).any():
            raise Lie(name, f"outputs.stats_sha256 ({metric})", "stored statistics that are not finite")
        try:
            return segments(
                metric, tuple(e.id for e in self.examples), rows, self.board["signatures"][cell["signature"]]
            )
        except ValueError as error:
            raise Lie(
                name, f"outputs.stats_sha256 ({metric})", f"stored statistics that no metric has ({error})"
            ) from None


def _rounding(metric: str) -> float:
    return ROUNDING if metric.startswith(FORM) else 0.0


def _same(metric: str, stored: np.ndarray, rows: np.ndarray) -> bool:
    if not metric.startswith(FORM):
        return bool(np.array_equal(stored, rows, equal_nan=True))
    return stored.shape == rows.shape and bool(np.allclose(stored, rows, rtol=0.0, atol=ROUNDING, equal_nan=True))


def _equal(
    name: str, metric: str, held: Any, cell: dict[str, Any], tolerance: float, skip: tuple[str, ...] = ()
) -> None:
    for what in FIELDS:
        a, b = held.get(what), cell.get(what)
        close = a == b or (isinstance(a, float) and isinstance(b, float) and abs(a - b) <= tolerance)
        if what not in skip and not close:
            raise Lie(name, f"scores.{metric}.{what}", f"the board says {a}, recomputed it is {b}")
