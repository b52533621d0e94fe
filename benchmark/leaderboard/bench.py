"""Many entries measured at once: equal texts are scored once, and the work is dealt out over the machine's processors.

`verify` and `rescore` hand over the outputs of all entries. What rests on a whole system (overlap with the references,
which lie in one index; open.*) is measured once for each distinct set of outputs; what rests on one pair of source and
output (facts, verbosity, form, learned scorers, rewards, retrieval, whose distractors are the split's) once for each
distinct pair, in blocks: the stages and seeds of one system often write the same. Deterministic values are the same in
any block, to the bit (`metrics.blocks`); neural ones may differ in the seventh digit by what else is in it: they are
compared within a tolerance.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from multiprocessing import get_all_start_methods, get_context
from typing import Any

import numpy as np

from benchmark.leaderboard.scoring import DETERMINISTIC, columns, known_means, measure
from metrics.blocks import Column, Reasons, finish, joined
from metrics.cores import end_with_the_first, usable
from metrics.errors import UserError
from metrics.outline import Outline
from metrics.records import Example, Generation
from metrics.segment import SegmentStats

BLOCK = 256
"""Pairs scored in one piece."""
ALONE = 1500
"""Fewer texts than this are measured in this process, unless models have to be loaded: starting others takes longer."""
PAIRED = ("scorers", "reward", "retrieval")
"""Neural families that look at one pair of source and output."""
TEXTWISE = ("facts", "placement", "verbosity", "form")
"""Those of DETERMINISTIC that do, too. The others need a whole system: which metrics of open.* there are depends on the
kinds of things that its outputs hold, and overlap.* shares an index of the references between systems."""
Rows = Sequence[tuple[int, Generation]]
"""(index of the example, its output)."""
Key = tuple[tuple[str, ...], str | None]
"""Families that are measured pair by pair, and the id of the reward where it is one of them."""
Pair = tuple[Any, ...]
"""What a value of such families rests on."""
Found = list[SegmentStats] | dict[str, list[Column]] | str
"""What a piece of work gives: metrics; of TEXTWISE columns by family; or why nothing could be measured."""


@dataclass(frozen=True)
class Wanted:
    """One entry to be measured."""

    generations: Sequence[Generation]
    families: tuple[str, ...]
    """Neural ones, besides DETERMINISTIC."""
    reward_id: str | None
    """Of the reward that reward.mean is to be of; its kind decides which is loaded."""


@dataclass(frozen=True)
class Measured:
    """What was found for one entry."""

    metrics: list[SegmentStats]
    absent: dict[str, str]
    """Neural family -> why it could not be measured here."""


@dataclass
class _Site:
    """What one process needs."""

    examples: Sequence[Example]
    profile: str
    means: dict[tuple[str, str | None], Any] = field(default_factory=dict)

    @cached_property
    def outline(self) -> Outline:
        """What the whole split is like."""
        return Outline.of(self.examples)

    def measure(self, families: Sequence[str], reward_id: str | None, rows: Rows) -> Found:
        """The metrics of some families on rows of (index of the example, generation); a text where they cannot be
        had."""
        neural = [f for f in families if f not in DETERMINISTIC]
        key = (",".join(neural), reward_id if "reward" in neural else None)
        try:
            if key not in self.means:
                self.means[key] = known_means(self.examples, neural, self.profile, key[1])
            examples, made = [self.examples[i] for i, _ in rows], [made for _, made in rows]
            if tuple(families) == TEXTWISE:
                return columns(examples, made, self.means[key], families, self.outline)
            return measure(examples, made, self.means[key], families, self.outline)
        except UserError as error:
            if neural:
                return str(error)
            raise


_SITE: list[_Site] = []
"""Of a worker process."""


def _settle(examples: Sequence[Example], profile: str) -> None:
    import logging
    import signal

    end_with_the_first()
    logging.disable(logging.INFO)  # libraries tell what they load; the parent shows the progress
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends the workers
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    _SITE[:] = [_Site(examples, profile)]


def _work(families: Sequence[str], reward_id: str | None, rows: Rows) -> Found:
    import sys

    if "torch" in sys.modules or set(families) - set(DETERMINISTIC):
        import torch

        torch.set_num_threads(1)
    return _SITE[0].measure(families, reward_id, rows)


def _pair(key: Key, i: int, made: Generation) -> Pair:
    """How an output ended is part of verbosity and form; no model sees more than the text."""
    return (i, made.text, made.n_tokens, made.finish_reason) if key[0] == TEXTWISE else (i, made.text)


class Bench:
    """The pieces of work of a list of entries, begun in the order in which they are needed."""

    def __init__(
        self,
        examples: Sequence[Example],
        wanted: Sequence[Wanted],
        profile: str,
        submit: Callable[..., Any],
        grouped: bool = False,
    ) -> None:
        """Hands every piece to `submit(families, reward_id, rows)`, which returns something with a `result()`.
        grouped: see `measured`."""
        self.examples, self._ids = examples, tuple(e.id for e in examples)
        self._plans: list[list[tuple[tuple[str, ...], Any]]] = []
        self._whole: dict[tuple[str, ...], Any] = {}
        self._pairs: dict[Key, dict[Pair, tuple[int, int]]] = {}
        self._blocks: dict[Key, list[Any]] = {}
        self._filling: dict[Key, list[tuple[int, Generation]]] = {}
        self._submit, self._grouped = submit, grouped
        for one in wanted:
            self._plan(one)
        for key, rows in list(self._filling.items()):
            if self._in_groups(key):
                rows.sort(key=lambda row: (len(examples[row[0]].source), row[0]))
            for at in range(0, len(rows), BLOCK):
                self._begin(key, rows[at : at + BLOCK])

    def _plan(self, one: Wanted) -> None:
        rows = list(enumerate(one.generations))
        texts = tuple(f"{made.text}\0{made.n_tokens}\0{made.finish_reason}" for made in one.generations)
        plan: list[tuple[tuple[str, ...], Any]] = []
        for family in (f for f in (*DETERMINISTIC, *one.families) if f not in (*TEXTWISE, *PAIRED)):
            if (family, *texts) not in self._whole:
                self._whole[(family, *texts)] = self._submit((family,), None, rows)
            plan.append(((family,), self._whole[(family, *texts)]))
        for families in (TEXTWISE, *((f,) for f in one.families if f in PAIRED)):
            key = (families, one.reward_id if families == ("reward",) else None)
            known, filling = self._pairs.setdefault(key, {}), self._filling.setdefault(key, [])
            for i, made in rows:
                if (pair := _pair(key, i, made)) not in known:
                    known[pair] = (0, 0)  # where it stands is known when its block begins
                    filling.append((i, made))
                    if len(filling) == BLOCK and not self._in_groups(key):
                        self._begin(key, filling)
                        self._filling[key] = filling = []
            plan.append((families, (key, [_pair(key, i, made) for i, made in rows])))
        self._plans.append(plan)

    def _in_groups(self, key: Key) -> bool:
        return self._grouped and key[0] != TEXTWISE

    def _begin(self, key: Key, rows: Rows) -> None:
        blocks = self._blocks.setdefault(key, [])
        for row, (i, made) in enumerate(rows):
            self._pairs[key][_pair(key, i, made)] = (len(blocks), row)
        blocks.append(self._submit(*key, rows))

    def __iter__(self) -> Iterator[Measured]:
        """What was found for each entry, in order; waits for it."""
        for plan in self._plans:
            held: dict[str, list[SegmentStats]] = {}
            absent: dict[str, str] = {}
            for families, told in plan:
                if families == TEXTWISE:
                    held |= self._of_texts(*told)
                    continue
                found = self._gathered(*told) if families[0] in PAIRED else told.result()
                if isinstance(found, str):
                    absent[families[0]] = found
                else:
                    held[families[0]] = found
            order = [*DETERMINISTIC, *(f for f in held if f not in DETERMINISTIC)]
            yield Measured([m for f in order for m in held[f]], absent)

    def _of_texts(self, key: Key, pairs: Sequence[Pair]) -> dict[str, list[SegmentStats]]:
        """The metrics of TEXTWISE of one entry, as if its outputs had been measured in one block."""
        places = [self._pairs[key][pair] for pair in pairs]
        needed = sorted({b for b, _ in places})
        blocks: list[dict[str, list[Column]]] = [self._blocks[key][b].result() for b in needed]
        # Only the last block of all is not full, and it is the last of those needed, too.
        starts = {b: BLOCK * k for k, b in enumerate(needed)}
        at = np.array([starts[b] + row for b, row in places], dtype=np.int64)
        out: dict[str, list[SegmentStats]] = {}
        for family in TEXTWISE:
            named = [{column.metric: column for column in block[family]} for block in blocks]
            out[family] = []
            for name in dict.fromkeys(name for block in named for name in block):
                all_rows = joined(name, named)
                reasons = Reasons(all_rows.reasons.codes[at], all_rows.reasons.texts)
                out[family].append(finish(replace(all_rows, stats=all_rows.stats[at], reasons=reasons), self._ids))
        return out

    def _gathered(self, key: Key, pairs: Sequence[Pair]) -> list[SegmentStats] | str:
        places = [self._pairs[key][pair] for pair in pairs]
        blocks = {b: self._blocks[key][b].result() for b in sorted({b for b, _ in places})}
        for found in blocks.values():
            if isinstance(found, str):
                return found
        out = []
        for i, first in enumerate(next(iter(blocks.values()))):
            rows = np.array([blocks[b][i].stats[at] for b, at in places])
            reasons = tuple(blocks[b][i].reasons[at] for b, at in places)
            common = reasons[0] if len(set(reasons)) == 1 else None
            name, signature, better = first.metric, first.signature, first.higher_is_better
            out.append(SegmentStats(name, self._ids, rows, first.combiner, reasons, signature, better, common))
        return out


@dataclass(frozen=True)
class _Here:
    """A piece of work done in this process, when it is asked for."""

    run: Callable[[], Any]

    def result(self) -> Any:
        return self.run()


ALLOWED: list[int] = []
"""In a process that verifies one board of several: the processors it may use."""


def processors() -> int:
    """How many this process may use."""
    return ALLOWED[0] if ALLOWED else usable()


def _way(wanted: Sequence[Wanted]) -> str:
    """How other processes begin: as copies of this one, which has read the lists and dictionaries already, where that
    is safe: no model is to be loaded there, and no torch with its threads is here."""
    import sys

    copied = "fork" in get_all_start_methods() and "torch" not in sys.modules
    return "fork" if copied and not any(one.families for one in wanted) else "spawn"


@contextmanager
def measured(
    examples: Sequence[Example], wanted: Sequence[Wanted], profile: str, grouped: bool = False
) -> Iterator[Iterator[Measured]]:
    """What is found for each entry, in order. A raised exception ends the work that has not begun.

    grouped: models see all outputs of one source together, whoever wrote them, sources of like length next to each
    other: a reward reads a source once for all of them. All of it then comes before the first entry."""
    n = processors()
    if n == 1 or (len(examples) * len(wanted) < ALONE and not any(one.families for one in wanted)):
        site = _Site(examples, profile)

        def here(families: Sequence[str], reward_id: str | None, rows: Rows) -> _Here:
            return _Here(cache(partial(site.measure, tuple(families), reward_id, rows)))

        yield iter(Bench(examples, wanted, profile, here, grouped))
        return
    pool = ProcessPoolExecutor(n, get_context(_way(wanted)), _settle, (examples, profile))
    try:

        def elsewhere(families: Sequence[str], reward_id: str | None, rows: Rows) -> Future[Any]:
            return pool.submit(_work, tuple(families), reward_id, rows)

        yield iter(Bench(examples, wanted, profile, elsewhere, grouped))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
