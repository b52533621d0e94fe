"""Systems scored side by side, each in a process of its own: the same work on the same texts, so the same bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_all_start_methods, get_context

ALONE = 2000
"""Fewer texts than this are scored in this process: starting others takes longer."""
_WORK: list[Callable[[str], None]] = []
"""Of a pool's processes, which are copies of this one."""


def usable() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def side_by_side(
    work: Callable[[str], None],
    names: Sequence[str],
    workers: int | None,
    texts: int,
    before: Callable[[], object] = lambda: None,
) -> None:
    """work(name) for each name, in up to `workers` processes at once (None: one for each core). texts: of all names
    together. before: called once before there are several, for what each of them would do again.

    The processes are copies of this one (fork), so that nothing is read twice; where the system has no fork, and for
    few texts, this one does all. Raises what a call raised.
    """
    n = min(usable() if workers is None else workers, len(names))
    if n < 2 or (workers is None and texts < ALONE) or "fork" not in get_all_start_methods():
        for name in names:
            work(name)
        return
    before()
    _WORK.append(work)
    try:
        with ProcessPoolExecutor(n, mp_context=get_context("fork")) as pool:
            for done in [pool.submit(_call, name) for name in names]:
                done.result()
    finally:
        _WORK.pop()


def _call(name: str) -> None:
    _WORK[-1](name)
