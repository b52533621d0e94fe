"""From measured blocks to the summary and `scores.parquet`: a metric at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.scoring.blocks import Blocks
from benchmark.scoring.survey import Survey
from metrics.blocks import finish, joined
from metrics.draws import Draws
from metrics.marks import marks
from metrics.open.bounds import FLOOR
from metrics.open.comparison import TIERS
from metrics.open.scores import PREFIX
from metrics.scores_writer import Owner, write_metrics
from metrics.segment import SegmentStats
from metrics.stages import GOLD
from metrics.summary import Stored, summarise, system_keys

Whole = Mapping[str, Mapping[str, list[SegmentStats]]]
"""File name of a system -> family -> its metrics, of the families that need all segments at once."""


class Finished:
    """The metrics of all systems of a task."""

    def __init__(self, blocks: Blocks, found: Survey, owners: Mapping[str, Owner], whole: Whole) -> None:
        """owners: file name of each system -> what its rows are filed under."""
        self.blocks, self.found, self.owners, self.whole = blocks, found, owners, whole

    def stored(self, system: str) -> Stored:
        """The metrics of a system, by its file name."""
        own = {m.metric: m for family in self.whole.get(system, {}).values() for m in family}
        names: list[str] = []
        for family, measured in self.blocks.names(system).items():
            names += [m.metric for m in self.whole.get(system, {}).get(family, [])] or measured

        def load(name: str) -> SegmentStats:
            if name in own:
                return own[name]
            return finish(joined(name, self.blocks.columns(system, name)), self.found.ids)

        return Stored(names, load)

    def summary(self, run: Mapping[str, Any], draws: Draws) -> dict[str, Any]:
        """The summary of the task."""
        systems: dict[tuple[str, str], dict[int | None, Stored]] = {}
        for name, (system, stage, _, seed) in self.owners.items():
            systems.setdefault((system, stage), {})[seed] = self.stored(name)
        # A system of one seed is one run: nothing can be said of other seeds.
        table = {
            key: by_seed if len(by_seed) > 1 else next(iter(by_seed.values()))
            for key, by_seed in zip(system_keys(list(systems)), systems.values(), strict=True)
        }
        known = dict.fromkeys(n for by_seed in systems.values() for stored in by_seed.values() for n in stored.names)
        summary = summarise(table, self.found.docs, run, marks(known, None), draws)
        return {**summary, **self._bounds(summary, draws)}

    def _bounds(self, summary: Mapping[str, Any], draws: Draws) -> dict[str, Any]:
        """{"open": what was read, and what open.* can reach: ceiling (the references), floor (shuffled references)};
        {} without open.*."""
        if not self.found.open:
            return {}
        below = self.stored(FLOOR)
        low = summarise({FLOOR: below}, self.found.docs, {}, {}, draws)["systems"][FLOOR] if below.names else None
        gold = summary["systems"].get(GOLD)
        return {
            "open": {
                "ceiling": {n: cell for n, cell in gold.items() if n.startswith(PREFIX)} if gold else None,
                "floor": low,
                "read": {tier: dict(sorted(self.blocks.read.get(tier, {}).items())) for tier in TIERS},
                "segments": self.found.outline.n - self.found.outline.with_facts,
            }
        }

    def write_scores(self, path: Path) -> None:
        """`scores.parquet` of all systems."""
        stored = {name: self.stored(name) for name in self.owners}
        rows = sum(len(one.names) for one in stored.values()) * len(self.found.ids)

        def of(one: Stored) -> Iterator[SegmentStats]:
            return (one.load(name) for name in one.names)

        write_metrics(path, ((self.owners[name], of(one)) for name, one in stored.items()), rows)


def in_whole(whole: Sequence[str], score: Any, systems: Sequence[str]) -> dict[str, dict[str, list[SegmentStats]]]:
    """The families that need all segments at once: score(system, family) of each system but the floor."""
    return {s: {family: score(s, family) for family in whole} for s in systems if s != FLOOR}
