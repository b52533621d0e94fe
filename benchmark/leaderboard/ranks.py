"""What is derived when a board is shown and never stored: ranks and the ranks an entry may hold, trajectories, preservation, flags.

Preservation is the one of the run's own summary.json: the same draws (`draw_seed`), the same method.

The range of ranks is [1 + number significantly better, n - number significantly worse]. Tests are approximate randomisation on the stored
per-segment statistics, Holm over all pairs. Entries of the same texts are tested as one. Only the TESTED best of them are tested against
each other; an untested pair counts as not different, so that the ranges of a large board are too wide rather than too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, Entry
from benchmark.leaderboard.flags import ALPHA, REWARD, Move, hacking, watched
from benchmark.leaderboard.scoring import NEAR, segments
from benchmark.leaderboard.sources import same_reward
from benchmark.registry import nearest
from metrics.errors import UserError
from metrics.preservation import preserved
from metrics.segment import SegmentStats
from metrics.stages import STAGES
from metrics.stats import Resampler, at_floor, common_segments, holm, incomparable

if TYPE_CHECKING:
    import numpy as np

TESTED = 20
DRAWS = 10_000
PATH = ("post-sft", "post-rl", "post-recovery")
WORDS = ("system", "trust")
"""What a view can be sorted by besides metrics."""
FIELDS = ("system", "version", "seed", "stage", "trust")
"""What a view can be filtered by as FIELD=TEXT."""
TRUST = ("recomputed", "regenerated")
"""The lesser first; `reported` figures stand apart."""
COPIED = 0.5
"""From this share of (near-)copies of the public references on, an entry is flagged."""


Compared = tuple[float, float, float]
"""Value before, value after, p."""


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
    """Whether RL raised the reward and lowered an independent metric (`flags`); None for a system without both stages."""

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
    n_tested: int


def value(entry: Entry, metric: str) -> float | None:
    """A score of an entry; None where it has none."""
    cell = entry["scores"].get(metric)
    return None if cell is None else cell["value"]


def derive(path: Path, board: Board, sort: str | None = None, wanted: Sequence[str] = (), top: int | None = 10, reverse: bool = False) -> View:
    """The view of a board: groups that match every `wanted` ("text", or "field=text"), by their final stage's `sort`, at most `top`.

    sort: a metric, or one of WORDS. reverse: the other way round; what has no value comes last all the same.

    Raises UserError for a field that there is not, and where stored statistics are missing or damaged.
    """
    primary = board["primary"]
    rows = [Row(e) for e in board["entries"]]
    _rank(rows, primary)
    groups: dict[tuple[str, str, int | None], Group] = {}
    for row in rows:
        key = row.entry["system"], row.entry["version"], row.entry["seed"]
        groups.setdefault(key, Group(*key, [])).rows.append(row)
    for group in groups.values():
        group.rows.sort(key=lambda r: (STAGES.index(r.entry["stage"]) if r.entry["stage"] in STAGES else len(STAGES), r.entry["stage"]))
    metric = sort or primary

    found = sorted((g for g in groups.values() if all(_matches(g, w) for w in wanted)), key=lambda g: (g.system, g.version, g.seed or 0))
    if metric == "trust":
        found.sort(key=lambda g: TRUST.index(g.final.entry["trust"]), reverse=not reverse)
    elif metric == "system":
        found = found[::-1] if reverse else found
    else:
        found.sort(key=lambda g: value(g.final.entry, metric) or 0.0, reverse=not reverse)
        found.sort(key=lambda g: value(g.final.entry, metric) is None)
    shown = found if top is None else found[:top]
    _mark_copies(rows, shown)
    contenders: dict[str, list[Row]] = {}
    for row in sorted((r for r in rows if r.rank is not None), key=lambda r: r.rank or 0):
        contenders.setdefault(_texts(row), []).append(row)
    tested = list(contenders.values())[:TESTED]
    if board["entries"]:
        _Statistics(path, board).fill(rows, tested, shown)
    return View(board, shown, len(groups), len(rows), sum(map(len, tested)))


def _matches(group: Group, wanted: str) -> bool:
    name, eq, text = wanted.partition("=")
    if eq:
        if name not in FIELDS:
            raise UserError(f"--filter {wanted[:60]}: no such field; {nearest(name, FIELDS)}")
        if name == "seed":  # a number, not a text: 1 is not 10
            return text == ("" if group.seed is None else str(group.seed))
        return any(text.lower() in str(r.entry[name]).lower() for r in group.rows)
    return any(wanted.lower() in f"{e['system']} {e['version']} {e['stage']} {e['trust']}".lower() for e in (r.entry for r in group.rows))


def _rank(rows: Sequence[Row], primary: str) -> None:
    """Competition ranking: equal values share the better rank."""
    ordered = sorted((r for r in rows if value(r.entry, primary) is not None), key=lambda r: -(value(r.entry, primary) or 0.0))
    before: Row | None = None
    for place, row in enumerate(ordered, 1):
        same = before is not None and value(before.entry, primary) == value(row.entry, primary)
        row.rank = before.rank if same and before is not None else place
        before = row


def _texts(row: Row) -> str:
    return row.entry["outputs"]["texts_sha256"]


def _same_checkpoint(a: Entry, b: Entry) -> bool:
    """Whether two entries say that the same weights wrote them."""
    return bool(a["lineage"]) and bool(b["lineage"]) and a["lineage"][-1]["weights_hash"] == b["lineage"][-1]["weights_hash"] is not None


def _mark_copies(rows: Sequence[Row], shown: Sequence[Group]) -> None:
    owners: dict[str, list[Entry]] = {}
    for row in rows:
        owners.setdefault(_texts(row), []).append(row.entry)
    for row in (r for g in shown for r in g.rows):
        told = row.entry["copies"]
        if told and max(told["exact"], told["near"]) >= COPIED:
            row.flags.append(f"near-copies of the public references: {told['near']:.0%} (exact {told['exact']:.0%}, similarity >= {NEAR})")
        twins = [e for e in owners[_texts(row)] if e is not row.entry]
        if twins:
            # A lineage is a claim: arms of one experiment share a checkpoint, and so would a copy that gives itself the original's hashes.
            shared = "; by their lineages it is one checkpoint" if _same_checkpoint(twins[0], row.entry) else ""
            row.flags.append(f"the same texts as {boards.name_of(twins[0])}{shared}")


class _Statistics:
    """Tests and bootstrap of one board, on one set of draws."""

    def __init__(self, path: Path, board: Board) -> None:
        examples = boards.read_test(path, board)
        self.path, self.board = path, board
        self.ids, self.docs = tuple(e.id for e in examples), tuple(e.doc_id for e in examples)
        self._kept: dict[tuple[str, str], SegmentStats | None] = {}

    def load(self, entry: Entry, metrics: Sequence[str]) -> list[SegmentStats | None]:
        """Stored statistics of some metrics of an entry; None for those that it has no score of."""
        sha256 = entry["outputs"]["stats_sha256"]
        if missing := [m for m in metrics if (sha256, m) not in self._kept]:
            found = boards.read_stats(self.path, sha256, missing)
            for m in missing:
                told = entry["scores"].get(m)
                known = told is not None and told["value"] is not None and m in found
                self._kept[sha256, m] = self._segments(m, found[m], told["signature"], sha256) if known else None
        return [self._kept[sha256, m] for m in metrics]

    def _segments(self, metric: str, rows: np.ndarray, key: str, sha256: str) -> SegmentStats:
        try:
            return segments(metric, self.ids, rows, self.board["signatures"][key])
        except (ValueError, KeyError) as error:
            file = boards.stats_path(self.path, sha256)
            raise UserError(f"{file}: not statistics of {metric} on this test split ({error}); see leaderboard verify, restore it") from None

    def sampler(self, n_tests: int, seed: int | None = None) -> Resampler:
        """Draws enough for Holm's correction of `n_tests` to be able to reach ALPHA; seed: of the draws, where it is not the board's."""
        draws = max(DRAWS, math.ceil(2 * n_tests / ALPHA))
        s = self.board["statistics"]
        return Resampler(self.ids, self.docs, s["draws"], draws, s["seed"] if seed is None else seed, s["level"])

    def tested(self, pairs: Sequence[tuple[SegmentStats, SegmentStats]], family: int) -> list[Compared | None]:
        """The two values of each (before, after) on the segments scored in both, and the p of their difference; None for what cannot be compared.

        family: how many tests Holm's correction will count, which decides the number of draws.
        """
        # Where the same segments are missing in both, or none, they are common as they are: most of the time on a large board goes here.
        usable = {
            i: (a, b) if a.reasons == b.reasons else common_segments(a, b) for i, (a, b) in enumerate(pairs) if incomparable(a, b) is None
        }
        ps = self.sampler(family).permutation([([a], [b]) for a, b in usable.values()])
        out: list[Compared | None] = [None] * len(pairs)
        for (i, (a, b)), p in zip(usable.items(), ps, strict=True):
            before, after = a.value(), b.value()
            if p is not None and before is not None and after is not None:
                out[i] = before, after, p
        return out

    def fill(self, rows: Sequence[Row], contenders: Sequence[Sequence[Row]], shown: Sequence[Group]) -> None:
        """Ranges of ranks, preservation and flags. contenders: the rows of each of the best outputs."""
        primary, n = self.board["primary"], sum(r.rank is not None for r in rows)
        stats = [self.load(same[0].entry, [primary])[0] for same in contenders]
        pairs = [(i, j) for i, j in combinations(range(len(stats)), 2) if stats[i] is not None and stats[j] is not None]
        found = self.tested([(stats[i], stats[j]) for i, j in pairs], len(pairs)) if pairs else []  # type: ignore[misc]
        corrected = holm({str(k): None if c is None else c[2] for k, c in enumerate(found)})
        better, worse = [0] * len(stats), [0] * len(stats)
        for k, ((i, j), one) in enumerate(zip(pairs, found, strict=True)):
            if one is not None and (corrected[str(k)] or 0.0) < ALPHA and one[0] != one[1]:
                winner, loser = (j, i) if one[1] > one[0] else (i, j)
                better[loser] += len(contenders[winner])
                worse[winner] += len(contenders[loser])
        for same, b, w in zip(contenders, better, worse, strict=True):
            for row in same:
                row.ranks = 1 + b, n - w
        for group in shown:
            self._preservation(group, primary)
        self._hacking([g for g in shown if g.row("post-sft") and g.row("post-rl")], primary)

    def _own_reward(self, group: Group) -> bool:
        """Whether reward.mean is that of the reward that RL used; an unknown reward gets the benefit of the doubt."""
        after = group.row("post-rl")
        trained_on = after.entry["reward"]["id"] if after else None
        if after is None or trained_on is None:
            return True
        return same_reward(self.board["signatures"][after.entry["scores"][REWARD]["signature"]].partition("|reward:")[2], trained_on)

    def _preservation(self, group: Group, primary: str) -> None:
        stages = [r for s in PATH if (r := group.row(s)) is not None]
        loaded = [self.load(r.entry, [primary])[0] for r in stages]
        stats = [s for s in loaded if s is not None]
        if len(stats) == len(PATH):
            seeds = {r.entry["draw_seed"] for r in stages}
            sampler = self.sampler(0, seeds.pop() if len(seeds) == 1 else None)
            three = stats[0], stats[1], stats[2]
            group.preservation = preserved(sampler, three)

    def _hacking(self, groups: Sequence[Group], primary: str) -> None:
        pairs: list[tuple[SegmentStats, SegmentStats]] = []
        owners: list[tuple[int, str]] = []
        ends: list[tuple[Entry, Entry]] = []
        for i, group in enumerate(groups):
            before, after = group.row("post-sft"), group.row("post-rl")
            assert before is not None
            assert after is not None
            ends.append((before.entry, after.entry))
            wanted = watched(primary)
            for name, a, b in zip(wanted, self.load(before.entry, wanted), self.load(after.entry, wanted), strict=True):
                if a is not None and b is not None:
                    pairs.append((a, b))
                    owners.append((i, name))
        own_of: list[dict[str, Compared]] = [{} for _ in groups]
        # As many draws, and as many tests in Holm's family, whatever is shown and whatever else the system was scored by.
        family = len(watched(primary))
        for (i, name), one in zip(owners, self.tested(pairs, family) if pairs else [], strict=True):
            if one is not None:
                own_of[i][name] = one
        for group, (first, last), own in zip(groups, ends, own_of, strict=True):
            corrected = holm({name: p for name, (_, _, p) in own.items()}, family)
            moves = {
                name: Move(name, before, after, corrected[name] or 0.0, at_floor(p, DRAWS)) for name, (before, after, p) in own.items()
            }
            own_reward = REWARD in moves and self._own_reward(group)
            group.hacked, flags = hacking(moves, primary, own_reward, partial(_both, first, last))
            group.flags += flags


def _both(first: Entry, last: Entry, metric: str) -> tuple[float | None, float | None]:
    return value(first, metric), value(last, metric)
