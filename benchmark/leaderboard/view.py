"""A board as it is shown: its rows, the stages of each system, and what is derived of them (`ranks`, `compared`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from benchmark.leaderboard.board import Board, Entry

PATH = ("post-sft", "post-rl", "post-recovery")


@dataclass
class Row:
    """One entry as it is shown."""

    entry: Entry
    rank: int | None = None
    """By the primary metric among all entries of the board; None without a value."""
    ranks: tuple[int, int] | None = None
    """Range of ranks it may hold; None where it was not tested."""
    flags: list[str] = field(default_factory=list)


@dataclass
class Group:
    """The stages of one system, version and seed."""

    system: str
    version: str
    seed: int | None
    rows: list[Row]
    preservation: dict[str, Any] | None = None
    """Of the primary metric, as in summary.json; None where a stage is missing."""
    flags: list[str] = field(default_factory=list)
    hacked: str | None = None
    """Whether RL raised the reward and lowered an independent metric (`metrics.hacking`); None for a system without
    RL."""
    before: Entry | None = None
    """The entry before RL: the system's own, or, where that is not there, whichever entry of the board has the
    weights RL began with."""

    @property
    def final(self) -> Row:
        """The stage that the system is judged by: the last of its training."""
        trained = [r for r in self.rows if r.entry["stage"] != "post-sft-continued"]
        return (trained or self.rows)[-1]

    def row(self, stage: str) -> Row | None:
        """The row of a stage."""
        return next((r for r in self.rows if r.entry["stage"] == stage), None)


@dataclass
class View:
    """A board with all that is derived."""

    board: Board
    groups: list[Group]
    """Those shown, in order."""
    n_groups: int
    n_entries: int
    """Baselines left out."""
    n_tested: int
    baselines: list[Row] = field(default_factory=list)
    """Never ranked, best first."""


def value(entry: Entry, metric: str) -> float | None:
    """A score of an entry; None where it has none."""
    cell = entry["scores"].get(metric)
    return None if cell is None else cell["value"]
