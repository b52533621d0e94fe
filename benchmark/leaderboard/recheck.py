"""One entry scored anew and compared, field by field: deterministic metrics in every digit, neural ones within the tolerance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, Entry, name_of
from benchmark.leaderboard.scoring import (
    DETERMINISTIC,
    NEURAL,
    TOLERANCE,
    copies,
    described,
    known_means,
    measure,
    neural,
    segments,
    statistics,
)
from benchmark.leaderboard.verify import Lie
from metrics.errors import UserError
from metrics.records import Example, Generation
from metrics.segment import SegmentStats
from metrics.version import versions_apart

if TYPE_CHECKING:
    from benchmark.scoring.families import Means

FIELDS = ("value", "ci_low", "ci_high", "n_scored", "reason")


def neural_families(board: Board) -> list[str]:
    """Neural families that any entry of a board has scores of."""
    held = {metric for entry in board["entries"] for metric in entry["scores"] if neural(metric)}
    return [family for family, start in NEURAL.items() if any(m.startswith(start) for m in held)]


@dataclass(frozen=True)
class Recheck:
    """What rescoring an entry needs."""

    path: Path
    board: Board
    examples: Sequence[Example]
    means: Means
    absent: dict[str, str]
    """Neural family -> why it cannot be recomputed here."""
    profile: str
    by_reward: dict[str, Means] = field(default_factory=dict)
    """Kind of reward -> what scoring with it needs."""

    def entry(self, entry: Entry, generations: Sequence[Generation]) -> list[str]:
        """Raises Lie at the first difference; returns why each neural score that was not recomputed could not be."""
        name = name_of(entry)
        try:
            stored = boards.read_stats(self.path, entry["outputs"]["stats_sha256"])
        except UserError as error:
            raise Lie(name, "outputs.stats_sha256", str(error)) from None
        metrics = measure(self.examples, generations, self.means, DETERMINISTIC)
        told = {m for m in entry["scores"] if not neural(m)}
        if told != {m.metric for m in metrics}:
            odd = sorted(told ^ {m.metric for m in metrics})
            raise Lie(name, f"scores.{odd[0]}", "missing on the board" if odd[0] not in told else "the suite has no such score of these outputs")
        if set(stored) != set(entry["scores"]):
            raise Lie(name, "outputs.stats_sha256", "the stored statistics are not of the entry's metrics")
        cells, signatures = described(self.board, self.examples, metrics, entry["draw_seed"])
        for metric, cell in cells.items():
            held = entry["scores"][metric]
            if held["signature"] != cell["signature"]:
                theirs, ours = self.board["signatures"][held["signature"]], signatures[cell["signature"]]
                if apart := versions_apart([theirs], [ours], ("this board", "what is computed here")):
                    raise Lie(name, f"scores.{metric}.signature", apart)
                raise Lie(name, f"scores.{metric}.signature", f"made with {theirs}; here: {ours}; install those versions to recheck, or submit anew")
            _equal(name, metric, held, cell, 0.0)
        for metric, rows in statistics(metrics).items():
            if not np.array_equal(stored[metric], rows, equal_nan=True):
                raise Lie(name, f"outputs.stats_sha256 ({metric})", "the stored statistics are not those of the outputs")
        if entry["copies"] != copies(self.examples, generations):
            raise Lie(name, "copies", "not the similarity of the outputs to the references")
        return self._neural(entry, generations, stored)

    def _neural(self, entry: Entry, generations: Sequence[Generation], stored: dict[str, np.ndarray]) -> list[str]:
        name, reasons = name_of(entry), []
        for family, start in NEURAL.items():
            held = {m: c for m, c in entry["scores"].items() if m.startswith(start)}
            if not held:
                continue
            # Whether or not the weights are here, the numbers must be those of the stored statistics.
            kept = [self._kept(name, metric, stored[metric], cell) for metric, cell in held.items()]
            for metric, cell in described(self.board, self.examples, kept, entry["draw_seed"])[0].items():
                _equal(name, metric, held[metric], cell, 0.0, skip=("reason",))
            again: list[SegmentStats] = []
            if family not in self.absent:
                try:
                    again = measure(self.examples, generations, self._means(family, held), [family])
                except UserError as error:  # no such weights, or not the package that loads them: told once, not tried again
                    self.absent[family] = f"{family}: {error}"
            if family in self.absent:
                reasons += [self.absent[family]] * len(held)
                continue
            cells, _ = described(self.board, self.examples, again, entry["draw_seed"])
            for metric, cell in held.items():
                if metric not in cells or cells[metric]["signature"] != cell["signature"]:
                    reasons.append(f"{metric}: the weights it was made with are not here")
                    continue
                _equal(name, metric, cell, cells[metric], TOLERANCE)
        return reasons

    def _means(self, family: str, held: dict[str, dict[str, Any]]) -> Means:
        """Those of the profile, but for a reward: those of the kind that the entry was scored with."""
        if family != "reward":
            return self.means
        made_with = self.board["signatures"][next(iter(held.values()))["signature"]].partition("|reward:")[2]
        kind = made_with.partition(":")[0]
        if kind not in self.by_reward:
            self.by_reward[kind] = known_means(self.examples, [family], self.profile, made_with)
        return self.by_reward[kind]

    def _kept(self, name: str, metric: str, rows: np.ndarray, cell: dict[str, Any]) -> SegmentStats:
        if rows.shape != (len(self.examples), 2) or np.isinf(rows).any():
            raise Lie(name, f"outputs.stats_sha256 ({metric})", f"stored statistics of shape {rows.shape}, or not finite")
        return segments(metric, tuple(e.id for e in self.examples), rows, self.board["signatures"][cell["signature"]])


def _equal(name: str, metric: str, held: dict[str, Any], cell: dict[str, Any], tolerance: float, skip: tuple[str, ...] = ()) -> None:
    for what in FIELDS:
        a, b = held.get(what), cell.get(what)
        close = a == b or (tolerance and isinstance(a, float) and isinstance(b, float) and abs(a - b) <= tolerance)
        if what not in skip and not close:
            raise Lie(name, f"scores.{metric}.{what}", f"the board says {a}, recomputed it is {b}")


