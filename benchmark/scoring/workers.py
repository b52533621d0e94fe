"""Blocks measured side by side, each in a process: the same work on the same texts, so the same bytes for any number of
processes, machines and restarts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

from benchmark.scoring.blocks import Work, measure, place, write
from metrics.cores import end_with_the_first, usable
from metrics.errors import UserError
from metrics.files import atomic_write_bytes
from metrics.progress import progress

ALONE = 2000
"""Fewer texts than this are scored in this process: starting others takes longer."""
_WORK: list[Callable[[int], None]] = []
"""Of a pool's processes, which are copies of this one."""
RETRIES = 3
"""How often Ray measures a block again whose process was lost."""


def side_by_side(
    work: Callable[[int], None],
    items: Iterable[int],
    workers: int | None,
    texts: int,
    before: Callable[[], object] = lambda: None,
) -> None:
    """work(item) for each item, in up to `workers` processes at once (None: one for each core). texts: of all items
    together. before: called once before there are several, for what each of them would do again.

    The processes are copies of this one (fork), so that nothing is read twice; where the system has no fork, and for
    few texts, this one does all. Raises what a call raised.
    """
    todo = list(items)
    n = min(usable() if workers is None else workers, len(todo))
    with progress("score", len(todo), "blocks") as told:
        if n < 2 or (workers is None and texts < ALONE) or "fork" not in get_all_start_methods():
            for item in todo:
                work(item)
                told.advance()
            return
        before()
        _WORK.append(work)
        try:
            with ProcessPoolExecutor(n, get_context("fork"), end_with_the_first) as pool:
                for done in as_completed([pool.submit(_call, item) for item in todo]):
                    done.result()
                    told.advance()
        finally:
            _WORK.pop()


def _call(item: int) -> None:
    _WORK[-1](item)


def measure_here(
    work: Work, todo: Iterable[int], folder: Path, workers: int | None, before: Callable[[], object]
) -> None:
    """Blocks over the cores of this machine."""
    texts = len(work.examples) * len(work.systems)
    side_by_side(lambda block: write(work, block, folder), todo, workers, texts, before)


def measure_by_ray(work: Work, todo: Iterable[int], folder: Path) -> None:
    """Blocks over the processes of a Ray cluster: the one that RAY_ADDRESS names, else one on this machine. Input files
    must be where the other machines find them, too. A block whose process is lost is measured again elsewhere.

    Raises UserError without Ray.
    """
    try:
        import ray
    except ImportError:
        raise UserError(
            "--engine ray needs Ray, which is not installed; run: pip install 'sgsrl-bench[cluster]'"
        ) from None
    started = not ray.is_initialized()
    if started:
        ray.init(log_to_driver=False, include_dashboard=False)
    try:
        shared = ray.put(work)
        remote = ray.remote(max_retries=RETRIES)(measure)
        running = {remote.remote(shared, block): block for block in todo}
        with progress("score", len(running), "blocks") as told:
            while running:
                (done,), _ = ray.wait(list(running))
                atomic_write_bytes(place(folder, running.pop(done)), ray.get(done))
                told.advance()
    finally:
        if started:
            ray.shutdown()
