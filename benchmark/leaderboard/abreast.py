"""Several boards verified at once by several processes, the largest first; what is found is told in the order of the
boards.

Inside such a process a board, or one part of what is to be verified of it, is verified as it is alone, by the same
function: nothing is shared between boards but the processors. The parts of one board may fall to two processes, so that
the largest board is not what all others are waited for with.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from math import isqrt
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from threading import Thread
from typing import Any

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.lies import Lie, Report
from metrics import progress
from metrics.cores import end_with_the_first
from metrics.errors import UserError

INSIDE = "families"
"""Unit of the progress that is not passed on from the processes: hardly begun, it is over."""
Check = Callable[[Path], Report]
Outcome = Report | Lie | str
"""str: the message of a UserError."""


def outcome(check: Check, path: Path) -> Outcome:
    """What a board's verification comes to."""
    try:
        return check(path)
    except Lie as lie:
        return lie
    except UserError as error:
        return str(error)


def joined(parts: Iterable[Outcome]) -> Outcome:
    """What the parts of one board's verification come to: the first that is no report, else one with the notes of
    all."""
    whole: Report | None = None
    for found in parts:
        if not isinstance(found, Report):
            return found
        if whole is None:
            whole = found
        else:
            whole.notes += found.notes
    return whole or Report()


@contextmanager
def outcomes(paths: Sequence[Path], parts: Sequence[Check], quick: bool) -> Iterator[Iterator[Outcome]]:
    """The outcome of each board, in order. parts: of the verification of one board, all but the first with nothing but
    notes; they can be pickled. quick: hardly any work, so that no process is begun."""
    here = (joined(outcome(part, path) for part in parts) for path in paths)
    if quick or len(paths) == 1:
        yield here
        return
    from benchmark.leaderboard import bench

    n = bench.processors()
    # The square root: what one large board takes longest for is dealt out over processors, too.
    abreast = min(len(paths), isqrt(n - 1) + 1)
    if abreast == 1:
        yield here
        return
    copied = "fork" in get_all_start_methods() and "torch" not in sys.modules
    context = get_context("fork" if copied else "spawn")
    told = context.SimpleQueue()
    pool = ProcessPoolExecutor(abreast, context, _settle, (n // abreast, told))
    try:
        begun = {
            path: [pool.submit(outcome, part, path) for part in parts] for path in sorted(paths, key=size, reverse=True)
        }
        listener = Thread(target=_pass_on, args=(told,), daemon=True)
        listener.start()  # only now: what is copied has no other thread
        try:
            yield (joined(part.result() for part in begun[path]) for path in paths)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            told.put(None)
            listener.join()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def size(path: Path) -> tuple[int, str]:
    """About how much there is to verify: bytes of the board and of what lies beside it; the name decides between
    equals."""
    beside = boards.outputs_path(path, "x").parent
    files = [path, *(beside.iterdir() if beside.is_dir() else ())]
    return sum(file.stat().st_size for file in files if file.is_file()), path.name


def _settle(processors: int, told: Any) -> None:
    """Begins a process that verifies boards."""
    import logging

    from benchmark.leaderboard import bench

    end_with_the_first()
    logging.disable(logging.INFO)  # libraries tell what they load; the progress is what is shown
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    bench.ALLOWED[:] = [processors]

    def hear(work: progress.Progress) -> None:
        if work.unit != INSIDE:
            told.put((os.getpid(), id(work), work.title, work.total, work.unit, work.done, work.ended))

    progress.only(hear)


def _pass_on(told: Any) -> None:
    """Says in this process what the others have said."""
    works: dict[tuple[int, int], progress.Progress] = {}
    while (item := told.get()) is not None:
        pid, number, title, total, unit, done, ended = item
        if (pid, number) not in works:
            works[pid, number] = progress.begin(title, total, unit)
        work = works[pid, number]
        if done > work.done:
            work.advance(done - work.done)
        if ended:
            progress.end(works.pop((pid, number)))
