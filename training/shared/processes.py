"""One run in several processes, started by `accelerate launch` or torchrun: who is main, waiting for each other,
sharing work.

Rank and number of processes are read from the launcher's environment, so that a run of one process loads no torch for
it. The processes need one file system: the main one writes, all read. Work is cut into blocks that depend on the input
alone and dealt out in turn, so what is computed, down to the rounding of batched sums, does not depend on how many
processes share it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = timedelta(hours=12)
"""How long processes wait for each other: one may score or write for hours. When one of them dies the launcher ends the
others."""
BLOCK = 512
"""Items of one block of shared work."""


def count() -> int:
    """Number of processes of this run."""
    return int(os.environ.get("WORLD_SIZE") or 1)


def rank() -> int:
    """Number of this process, 0 for the main one."""
    return int(os.environ.get("RANK") or 0)


def is_main() -> bool:
    """Whether this process is the one that writes and speaks."""
    return rank() == 0


def processes() -> Any:
    """accelerate's view of the processes (gloo where there is no CUDA); the first call makes them meet."""
    import torch
    from accelerate import PartialState

    return PartialState(cpu=not torch.cuda.is_available(), timeout=PATIENCE)


def wait() -> None:
    """Returns when every process has come here."""
    if count() > 1:
        processes().wait_for_everyone()


def gather(rows: Sequence[T]) -> list[T]:
    """The rows of all processes, in order of rank, on every process."""
    if count() == 1:
        return list(rows)
    from accelerate.utils import gather_object

    processes()
    return list(gather_object(list(rows)))


def from_main(value: T) -> T:
    """The main process's value, on every process."""
    return gather([value])[0]


def in_blocks(work: Callable[[Sequence[int]], list[T]], n: int, size: int = BLOCK) -> list[T]:
    """work(indices) -> a result for each, called for blocks of `size` of range(n), dealt out over the processes; all
    results, in order.

    Every process must call this with the same n. The blocks, and so the results, are the same for any number of
    processes.
    """
    blocks = [range(start, min(start + size, n)) for start in range(0, n, size)]
    mine = [(k, work(blocks[k])) for k in range(rank(), len(blocks), count())]
    for k, found in mine:
        if len(found) != len(blocks[k]):
            raise ValueError(f"{len(found)} results for {len(blocks[k])} items")
    return [result for _, found in sorted(gather(mine), key=lambda block: block[0]) for result in found]
