"""Many entries measured at once: equal texts are scored once, and the work is dealt out over the machine's processors.

`verify` and `rescore` hand over the outputs of all entries. What rests on a whole system (facts, overlap, verbosity,
retrieval) is measured once for each distinct set of outputs; what rests on one pair of source and output (learned
scorers, rewards) once for each distinct pair, in blocks. Values of one pair may differ in the seventh digit by what
else is in its block: neural scores are compared within a tolerance.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing import get_all_start_methods, get_context
from typing import Any

import numpy as np

from benchmark.leaderboard.scoring import DETERMINISTIC, known_means, measure
from metrics.errors import UserError
from metrics.records import Example, Generation
from metrics.segment import SegmentStats

BLOCK = 256
"""Pairs scored in one piece."""
ALONE = 1500
"""Fewer texts than this are measured in this process, unless models have to be loaded: starting others takes longer."""
PAIRED = ("scorers", "reward")


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

    def measure(
        self, families: Sequence[str], reward_id: str | None, rows: Sequence[tuple[int, Generation]]
    ) -> list[SegmentStats] | str:
        """The metrics of some families on rows of (index of the example, generation); a text where they cannot be
        had."""
        neural = [f for f in families if f not in DETERMINISTIC]
        key = (",".join(neural), reward_id if "reward" in neural else None)
        try:
            if key not in self.means:
                self.means[key] = known_means(self.examples, neural, self.profile, key[1])
            return measure([self.examples[i] for i, _ in rows], [made for _, made in rows], self.means[key], families)
        except UserError as error:
            if neural:
                return str(error)
            raise


_SITE: list[_Site] = []
"""Of a worker process."""


def _settle(examples: Sequence[Example], profile: str) -> None:
    import logging
    import signal

    logging.disable(logging.INFO)  # libraries tell what they load; the parent shows the progress
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends the workers
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    _SITE[:] = [_Site(examples, profile)]


def _work(
    families: Sequence[str], reward_id: str | None, rows: Sequence[tuple[int, Generation]]
) -> list[SegmentStats] | str:
    import sys

    if "torch" in sys.modules or set(families) - set(DETERMINISTIC):
        import torch

        torch.set_num_threads(1)
    return _SITE[0].measure(families, reward_id, rows)


class Bench:
    """The pieces of work of a list of entries, begun in the order in which they are needed."""

    def __init__(
        self, examples: Sequence[Example], wanted: Sequence[Wanted], profile: str, submit: Callable[..., Any]
    ) -> None:
        """Hands every piece to `submit(families, reward_id, rows)`, which returns something with a `result()`."""
        self.examples = examples
        self._plans: list[list[tuple[str, Any]]] = []
        self._whole: dict[tuple[str, ...], Any] = {}
        self._pairs: dict[tuple[str, str | None], dict[tuple[int, str], tuple[int, int]]] = {}
        self._blocks: dict[tuple[str, str | None], list[Any]] = {}
        self._filling: dict[tuple[str, str | None], list[tuple[int, Generation]]] = {}
        self._submit = submit
        for one in wanted:
            self._plan(one)
        for key in list(self._filling):
            self._close(key)

    def _plan(self, one: Wanted) -> None:
        rows = list(enumerate(one.generations))
        texts = tuple(f"{made.text}\0{made.n_tokens}\0{made.finish_reason}" for made in one.generations)
        plan: list[tuple[str, Any]] = []
        for families in (DETERMINISTIC, *((f,) for f in one.families if f not in PAIRED)):
            if (*families, *texts) not in self._whole:
                self._whole[(*families, *texts)] = self._submit(families, None, rows)
            plan.append((families[0], self._whole[(*families, *texts)]))
        for family in (f for f in one.families if f in PAIRED):
            key = (family, one.reward_id if family == "reward" else None)
            known = self._pairs.setdefault(key, {})
            for i, made in rows:
                if (i, made.text) not in known:
                    filling = self._filling.setdefault(key, [])
                    known[i, made.text] = (len(self._blocks.setdefault(key, [])), len(filling))
                    filling.append((i, made))
                    if len(filling) == BLOCK:
                        self._close(key)
            plan.append((family, (key, [known[i, made.text] for i, made in rows])))
        self._plans.append(plan)

    def _close(self, key: tuple[str, str | None]) -> None:
        if rows := self._filling.pop(key, []):
            self._blocks.setdefault(key, []).append(self._submit((key[0],), key[1], rows))

    def __iter__(self) -> Iterator[Measured]:
        """What was found for each entry, in order; waits for it."""
        for plan in self._plans:
            metrics: list[SegmentStats] = []
            absent: dict[str, str] = {}
            for family, told in plan:
                found = self._gathered(*told) if family in PAIRED else told.result()
                if isinstance(found, str):
                    absent[family] = found
                else:
                    metrics += found
            yield Measured(metrics, absent)

    def _gathered(self, key: tuple[str, str | None], places: Sequence[tuple[int, int]]) -> list[SegmentStats] | str:
        blocks = {b: self._blocks[key][b].result() for b in sorted({b for b, _ in places})}
        for found in blocks.values():
            if isinstance(found, str):
                return found
        out = []
        for i, first in enumerate(next(iter(blocks.values()))):
            rows = np.array([blocks[b][i].stats[at] for b, at in places])
            reasons = tuple(blocks[b][i].reasons[at] for b, at in places)
            common = reasons[0] if len(set(reasons)) == 1 else None
            ids = tuple(e.id for e in self.examples)
            out.append(
                SegmentStats(
                    first.metric, ids, rows, first.combiner, reasons, first.signature, first.higher_is_better, common
                )
            )
        return out


@dataclass(frozen=True)
class _Here:
    """A piece of work done in this process, when it is asked for."""

    run: Callable[[], Any]

    def result(self) -> Any:
        return self.run()


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _way(wanted: Sequence[Wanted]) -> str:
    """How other processes begin: as copies of this one, which has read the lists and dictionaries already, where that
    is safe: no model is to be loaded there, and no torch with its threads is here."""
    import sys

    copied = "fork" in get_all_start_methods() and "torch" not in sys.modules
    return "fork" if copied and not any(one.families for one in wanted) else "spawn"


@contextmanager
def measured(examples: Sequence[Example], wanted: Sequence[Wanted], profile: str) -> Iterator[Iterator[Measured]]:
    """What is found for each entry, in order. A raised exception ends the work that has not begun."""
    n = processors()
    if n == 1 or (len(examples) * len(wanted) < ALONE and not any(one.families for one in wanted)):
        site = _Site(examples, profile)

        def here(families: Sequence[str], reward_id: str | None, rows: Sequence[tuple[int, Generation]]) -> _Here:
            return _Here(cache(partial(site.measure, tuple(families), reward_id, rows)))

        yield iter(Bench(examples, wanted, profile, here))
        return
    pool = ProcessPoolExecutor(n, get_context(_way(wanted)), _settle, (examples, profile))
    try:

        def elsewhere(
            families: Sequence[str], reward_id: str | None, rows: Sequence[tuple[int, Generation]]
        ) -> Future[Any]:
            return pool.submit(_work, tuple(families), reward_id, rows)

        yield iter(Bench(examples, wanted, profile, elsewhere))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
