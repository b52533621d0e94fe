"""A second process validates the reward, and measures each checkpoint as soon as it is trained, while the run trains.

It is a copy of this one (fork), made before anything is trained, and works in a directory of its own, RUN_DIR/.beside.
The run takes the finished steps from there, each by its key, as it takes them from another run: the bytes are the same,
and what the second process did not come to, or did wrong, is done here. On CPU alone and with one thread each, for
`run.beside`.
"""

from __future__ import annotations

import copy
import os
import queue
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from pathlib import Path

from benchmark.pipeline.workplace import Workplace
from benchmark.rundir.manifest import step_records
from metrics import progress
from metrics.cores import usable
from metrics.terminal import plain
from training.shared import processes
from training.shared.memory import free_memory

FOLDER = ".beside"
LOG = "beside.log"
"""In logs/: what the second process says, and why it ended early."""
MEMORY = 3 * 2**30
"""Bytes that must be free: of the profile `tiny` the second process takes 1.2 GB, and the first 2.0."""
Work = Callable[[Workplace, str, str], object]
"""(where, what, checkpoint): does a step, or generates and scores on all tasks for a stage."""


def hindrance(place: Workplace) -> str | None:
    """Why this run has no second process, or None."""
    import torch

    if processes.count() > 1 or torch.cuda.is_available() or place.profile.generate.backend != "transformers":
        return "the run has devices or processes of its own"
    if place.profile.run.threads != 1:
        return "run.threads is not 1"
    if usable() < 2:
        return "there is one core"
    if "fork" not in get_all_start_methods():
        return "the system has no fork"
    free = free_memory()
    if free is None or free < MEMORY:
        told = "unknown" if free is None else f"{free / 2**30:.1f} GiB"
        return f"free memory: {told}; {MEMORY / 2**30:.0f} GiB needed"
    return None


@contextmanager
def second(place: Workplace, work: Work) -> Iterator[Beside | None]:
    """The second process of this run, ended with the block; None where the profile asks for none or none helps, which
    is said.

    work: what it does with all that it is told.
    """
    if not place.profile.run.beside:
        yield None
        return
    if (why := hindrance(place)) is not None:
        place.say(f"no second process: {why}")
        yield None
        return
    try:
        made = Beside(place, work)
    except OSError as error:
        place.say(f"no second process: {error.strerror or error}")
        yield None
        return
    place.steps.beside = made.folder
    try:
        yield made
    finally:
        made.end()


class Beside:
    """The second process as the run sees it."""

    def __init__(self, place: Workplace, work: Work) -> None:
        """Starts it."""
        self.place, self.folder = place, place.run_dir / FOLDER
        if self.folder.is_symlink() or not self.folder.is_dir():
            remove(place.run_dir)
        self.folder.mkdir(exist_ok=True)
        context = get_context("fork")
        theirs, self._told = context.Pipe(duplex=False)
        self._process = context.Process(target=_second, args=(theirs, self._told, place, work), daemon=True)
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            self._process.start()
        except OSError:
            self._told.close()
            raise
        finally:
            theirs.close()

    def do(self, what: str, checkpoint: str) -> None:
        """Something that can be done: a stage whose checkpoint can be measured, or a step that needs none."""
        with suppress(OSError):  # it has ended early; `wait` says so
            self._told.send((what, checkpoint))

    def has_begun(self, step: str) -> bool:
        """Whether it works at a step, or has done it. Where one that it has not begun is done by the run, it takes it
        from there."""
        return (self.folder / "steps" / step / "started.json").exists()

    def wait(self) -> None:
        """Returns when it has done all that it was told; the run's steps find what it did."""
        with suppress(OSError):  # as above
            self._told.send(None)
        self._process.join()
        if self._process.exitcode:
            self.place.say(
                f"the second process ended early (exit code {self._process.exitcode}; logs/{LOG} says why); "
                "what it has left is done here"
            )

    def end(self) -> None:
        """Stops it where it is; what it has finished stays for the next call."""
        self._told.close()
        self._process.terminate()
        self._process.join()


def remove(run_dir: Path) -> None:
    """Removes what the second process worked in: all of it has been taken. A link is removed, not what it leads to."""
    folder = run_dir / FOLDER
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def _second(told: Connection, theirs: Connection, place: Workplace, work: Work) -> None:
    """All that the second process does."""
    theirs.close()  # else this process would keep its own pipe open
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process hears of it and ends this one
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(10)  # training comes first: the run waits for it
    progress.only(lambda _: None)
    path = place.run_dir / "logs" / LOG
    path.unlink(missing_ok=True)  # never written through a link
    with path.open("x", encoding="utf-8") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)

        def note(text: str) -> None:
            log.write(f"{plain(text)}\n")
            log.flush()

        own = Workplace(
            place.run_dir / FOLDER,
            place.profile,
            copy.deepcopy(place.manifest),
            note,
            known=step_records(place.run_dir / FOLDER),
            reuse=(place.run_dir, *place.reuse),
        )
        try:
            for what, checkpoint in iter(_queue(told).get, None):
                work(own, what, checkpoint)
        except BaseException:
            traceback.print_exc(file=log)
            log.flush()
            os._exit(1)
        log.flush()
    os._exit(0)


def _queue(told: Connection) -> queue.SimpleQueue[tuple[str, str] | None]:
    """What comes through the pipe, read at once: when the first process has gone, this one ends in the midst of its
    work."""
    found: queue.SimpleQueue[tuple[str, str] | None] = queue.SimpleQueue()

    def read() -> None:
        while True:
            try:
                found.put(told.recv())
            except (EOFError, OSError):
                os._exit(2)

    threading.Thread(target=read, daemon=True).start()
    return found
