"""The record by which a metric is declared, once, for every reader: summary, board, report, pool, validation and
documents.

A family is a file in `metrics/families/` with one function that scores a system and the records of what it returns;
`metrics.catalog` lists the families, a line each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metrics.blocks import Column
    from metrics.scoring import Scoring
    from metrics.segment import SegmentStats

SCALES = {"fraction": 3, "percent": 1, "characters": 1, "ratio": 2, "density": 2, "grade": 2}
"""Scale of a value -> decimals it is written with. fraction: 0..1; percent: 0..100; characters: code points; ratio: of
two lengths; grade: 0..5, or points of ranks."""
PLACES = ("key", "sum", "board", "pool", "figure")
"""Where a metric is shown by name. key: the tables of the report and the terminal; sum: what a table over tasks sums
up; board: columns of the leaderboard; pool: tables over seeds; figure: what is drawn against length."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What is known of one metric before anything is scored."""

    name: str
    """As in scores.parquet and summary.json."""
    label: str
    """In running text and tables."""
    higher_is_better: bool | None
    """None where neither direction is better (lengths)."""
    definition: str
    """What the value says, in a sentence or two."""
    formula: str
    """How it is computed, in plain text."""
    blind: str
    """What it cannot see."""
    scale: str = "fraction"
    """Key of SCALES."""
    combiner: str = "mean"
    """Key of `metrics.segment.COMBINERS`: how per-segment statistics become a value."""
    needs: tuple[str, ...] = ()
    """What must be at hand: facts, reference, encoder, scorer, reward, names, answers, judge, language model."""
    short: str = ""
    """Heading of a narrow column; empty: the label."""
    controlled: bool = False
    """It also exists as <name>.length_controlled."""
    strata: bool = False
    """It also exists as <name>.seen and <name>.unseen (facts that D_para does or does not show)."""
    by_type: bool = False
    """It also exists as <name>.<fact type>."""
    places: tuple[str, ...] = ()
    """Keys of PLACES, for the metric itself."""
    controlled_places: tuple[str, ...] = ()
    """Keys of PLACES, for its length-controlled version."""

    def __post_init__(self) -> None:
        """Raises ValueError for an unknown scale or place: a slip in a declaration is found when it is first read."""
        if self.scale not in SCALES or not {*self.places, *self.controlled_places} <= set(PLACES):
            raise ValueError(f"{self.name}: unknown scale or place")


@dataclass(frozen=True, slots=True)
class Family:
    """Metrics that one function computes together."""

    name: str
    """Of the family, for settings and boards."""
    headings: Mapping[str, str]
    """Head of a metric's name (coverage, grounding, ...) -> what stands over those rows in a table."""
    score: Callable[[Scoring], list[SegmentStats]]
    """All its metrics of one system."""
    metrics: tuple[Metric, ...]
    neural: bool = False
    """It needs weights: optional on boards, recomputed within a tolerance."""
    shared: bool = False
    """Its work is dealt out over the processes of a run."""
    pure: bool = False
    """It reads neither gold nor weights, so no reward can be kin of it."""
    measure: Callable[[Scoring], list[Column] | None] | None = None
    """Its columns of a block of segments, where it can be measured block by block (`metrics.blocks`). None, as the
    result too: it needs the whole file at once, and `score` is asked."""
    order: Callable[[str], Any] | None = None
    """Sorts the names of its metrics, where blocks do not all have the same ones."""
    apart: bool = False
    """Its tests are corrected among themselves: what is shown of it changes no p-value of another family."""
