"""Tests between entries of a board: ranges of ranks, preservation, and what RL did to a system.

Tests are approximate randomisation on the stored per-segment statistics, on one set of draws; the p-values of a
system are corrected for the tests of that system alone, so that nothing depends on what else is shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, Entry
from benchmark.leaderboard.flags import flags_of, of_form
from benchmark.leaderboard.scoring import segments
from benchmark.leaderboard.view import PATH, Group, Row, value
from benchmark.settings.embedded_rewards import same_reward
from metrics.errors import UserError
from metrics.hacking import ALPHA, FORM, REWARD, Move, below_gold, judge, watched
from metrics.preservation import preserved
from metrics.segment import SegmentStats
from metrics.stats import Resampler, at_floor, common_segments, holm, incomparable

DRAWS = 10_000
Compared = tuple[float, float, float]
"""Value before, value after, p."""


class Statistics:
    """Tests and bootstrap of one board, on one set of draws."""

    def __init__(self, path: Path, board: Board) -> None:
        self.path, self.board = path, board
        self.ids, self.docs = boards.read_ids(path, board)
        self._kept: dict[tuple[str, str], SegmentStats | None] = {}

    def load(self, entry: Entry, metrics: Sequence[str]) -> list[SegmentStats | None]:
        """Stored statistics of some metrics of an entry; None for those that it has no score of."""
        sha256 = entry["outputs"]["stats_sha256"]
        if missing := [m for m in metrics if (sha256, m) not in self._kept]:
            found = boards.read_stats(self.path, sha256, len(self.ids), missing)
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
            raise UserError(
                f"{file}: not statistics of {metric} on this test split ({error}); see leaderboard verify, restore it"
            ) from None

    def sampler(self, n_tests: int) -> Resampler:
        """Draws enough for Holm's correction of `n_tests` to be able to reach ALPHA."""
        draws = max(DRAWS, math.ceil(2 * n_tests / ALPHA))
        s = self.board["statistics"]
        return Resampler(self.ids, self.docs, s["draws"], draws, s["seed"], s["level"])

    def tested(self, pairs: Sequence[tuple[SegmentStats, SegmentStats]], n_tests: int) -> list[Compared | None]:
        """The two values of each (before, after) on the segments scored in both, and the p of their difference; None
        for what cannot be compared.

        n_tests: how many each p-value will be corrected for. It decides the draws, and must not depend on what else is
        tested with it.
        """
        # Where the same segments are missing in both, or none, they are common as they are: most of the time on a large
        # board goes here.
        usable = {
            i: (a, b) if a.reasons == b.reasons else common_segments(a, b)
            for i, (a, b) in enumerate(pairs)
            if incomparable(a, b) is None
        }
        # Equal statistics swap into each other: p is 1 without a draw.
        apart = {i: not np.array_equal(a.stats, b.stats) for i, (a, b) in usable.items()}
        drawn = self.sampler(n_tests).permutation([([a], [b]) for i, (a, b) in usable.items() if apart[i]])
        left = iter(drawn)
        ps = [next(left) if apart[i] else 1.0 for i in usable]
        out: list[Compared | None] = [None] * len(pairs)
        for (i, (a, b)), p in zip(usable.items(), ps, strict=True):
            before, after = a.value(), b.value()
            if p is not None and before is not None and after is not None:
                out[i] = before, after, p
        return out

    def fill(
        self,
        rows: Sequence[Row],
        contenders: Sequence[Sequence[Row]],
        shown: Sequence[Group],
        gold: Entry | None = None,
    ) -> None:
        """Ranges of ranks, preservation and flags. contenders: the rows of each of the best outputs. gold: the
        references as an entry, where the board has them."""
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
            self._missing(group)
        self._hacking([g for g in shown if g.row("post-rl") is not None], primary)
        for group in shown:
            for row in group.rows:
                row.flags += self._form(row.entry, group.before, gold, primary)

    def _form(self, entry: Entry, before: Entry | None, gold: Entry | None, primary: str) -> list[str]:
        """Whether an entry's form fell while its facts rose, or lies further below the gold than its facts account
        for; nothing where form.* was not scored."""
        if before is not None and before is not entry:
            moves = self._moves(before, entry, primary)
            if fell := judge(moves, primary).formless:
                return of_form(fell, (), moves.get(primary))
        if gold is not None:
            moves = self._moves(gold, entry, primary)
            return of_form((), below_gold(moves, primary), moves.get(primary))
        return []

    def _moves(self, before: Entry, after: Entry, primary: str) -> dict[str, Move]:
        """The primary metric and form.* from one entry to another; tests of form.* are corrected among themselves."""
        wanted = (primary, *FORM)
        a, b = self.load(before, wanted), self.load(after, wanted)
        held = [(m, x, y) for m, x, y in zip(wanted, a, b, strict=True) if x is not None and y is not None]
        if not any(m in FORM for m, _, _ in held):
            return {}
        found = self.tested([(x, y) for _, x, y in held], len(FORM))
        tests = {m: one for (m, _, _), one in zip(held, found, strict=True) if one is not None}
        corrected = holm({m: tests[m][2] for m in FORM if m in tests}, len(FORM))
        return {
            m: Move(m, one[0], one[1], corrected.get(m, one[2]) or 0.0, at_floor(one[2], DRAWS))
            for m, one in tests.items()
        }

    def _own_reward(self, after: Entry) -> bool:
        """Whether reward.mean is that of the reward that RL used; an unknown reward gets the benefit of the doubt."""
        trained_on = after["reward"]["id"]
        if trained_on is None:
            return True
        return same_reward(
            self.board["signatures"][after["scores"][REWARD]["signature"]].partition("|reward:")[2], trained_on
        )

    def _preservation(self, group: Group, primary: str) -> None:
        stages = [r for s in PATH if (r := group.row(s)) is not None]
        loaded = [self.load(r.entry, [primary])[0] for r in stages]
        stats = [s for s in loaded if s is not None]
        if len(stats) == len(PATH):
            sampler = self.sampler(0)
            group.preservation = preserved(sampler, (stats[0], stats[1], stats[2]))

    def _missing(self, group: Group) -> None:
        """A system that went through RL has stages; where one is not there, what it would show cannot be tested, and
        that is said."""
        trained = {link["stage"] for r in group.rows for link in r.entry["lineage"]} | {
            r.entry["stage"] for r in group.rows
        }
        if "post-rl" in trained and group.row("post-rl") is None:
            group.hacked, flags = _judged(None, None, {}, self.board["primary"], "post-rl")
            group.flags += flags

    def _hacking(self, groups: Sequence[Group], primary: str) -> None:
        wanted = watched(primary)
        pairs: list[tuple[SegmentStats, SegmentStats]] = []
        owners: list[tuple[int, str]] = []
        for i, group in enumerate(groups):
            after = group.row("post-rl")
            if group.before is not None and after is not None:
                for name, a, b in zip(
                    wanted, self.load(group.before, wanted), self.load(after.entry, wanted), strict=True
                ):
                    if a is not None and b is not None:
                        pairs.append((a, b))
                        owners.append((i, name))
        own_of: list[dict[str, Compared]] = [{} for _ in groups]
        for (i, name), one in zip(owners, self.tested(pairs, len(wanted)) if pairs else [], strict=True):
            if one is not None:
                own_of[i][name] = one
        for group, own in zip(groups, own_of, strict=True):
            after = group.row("post-rl")
            # As many tests in Holm's family whatever is shown, and whatever else the system was scored by.
            corrected = holm({name: p for name, (_, _, p) in own.items()}, len(wanted))
            moves = {
                name: Move(name, a, b, corrected[name] or 0.0, at_floor(p, DRAWS)) for name, (a, b, p) in own.items()
            }
            own_reward = REWARD not in moves or after is None or self._own_reward(after.entry)
            last = None if after is None else after.entry
            group.hacked, flags = _judged(
                group.before, last, moves, primary, None if group.before is not None else "post-sft", own_reward
            )
            group.flags += flags


def _judged(
    first: Entry | None,
    last: Entry | None,
    moves: dict[str, Move],
    primary: str,
    missing: str | None,
    own_reward: bool = True,
) -> tuple[str, list[str]]:
    found = judge(moves, primary, own_reward, missing)
    return found.hacked, flags_of(found, partial(_both, first, last))


def _both(first: Entry | None, last: Entry | None, metric: str) -> tuple[float | None, float | None]:
    return (None if first is None else value(first, metric)), (None if last is None else value(last, metric))
