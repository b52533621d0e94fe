"""The figures of a report, most of the time that it takes: drawn by two processes where there are two cores.

The second one is a copy of this one (fork). Each takes the next figure when it has drawn one. What the second does not
deliver - it ended early, or a figure cannot be drawn - is drawn here: the page is the same.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from multiprocessing import current_process, get_all_start_methods, get_context
from multiprocessing.connection import Connection
from typing import Any

from benchmark.report.data import RunData
from benchmark.report.svg import load_matplotlib
from metrics import progress
from metrics.cores import end_with_the_first, usable

log = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds without a figure from the second process, all others drawn, after which it is given up."""
Figures = Mapping[str, Callable[[RunData], Any]]
"""Name -> what draws it."""


def drawn(figures: Figures, data: RunData) -> dict[str, Any]:
    """What each of the figures gives, in their order."""
    found: dict[str, Any] = {}
    with progress.progress("report", len(figures), "figures") as told:

        def take(name: str, figure: Any) -> None:
            found[name] = figure
            told.advance()

        several = 1 < len(figures) <= 256  # a byte for each
        if several and usable() > 1 and "fork" in get_all_start_methods() and not current_process().daemon:
            _two(figures, data, take)
        for name, draw in figures.items():
            if name not in found:
                take(name, draw(data))
    return {name: found[name] for name in figures}


def _two(figures: Figures, data: RunData, take: Callable[[str, Any], None]) -> None:
    """Draws the figures in two processes and hands over each."""
    load_matplotlib()  # once, not in both
    names = list(figures)
    todo, last = os.pipe()
    os.write(last, bytes(range(len(names))))
    os.close(last)
    context = get_context("fork")
    theirs, ours = context.Pipe(duplex=False)
    process = context.Process(target=_other, args=(figures, data, names, todo, theirs, ours), daemon=True)
    try:
        try:
            process.start()
        except OSError as error:
            theirs.close()
            log.info("report: no second process: %s", error)
            return
        finally:
            ours.close()
        found = _received(theirs)
        for name in _next(names, todo):
            take(name, figures[name](data))
        with suppress(queue.Empty):
            while (figure := found.get(timeout=PATIENCE)) is not None:
                take(*figure)
    finally:
        os.close(todo)
        if process.pid is not None:
            process.terminate()
            process.join()


def _received(theirs: Connection) -> queue.SimpleQueue[tuple[str, Any] | None]:
    """The figures of the second process as they come, None behind the last. They are read at once: a pipe holds less
    than one large figure, and whoever writes into a full one waits."""
    found: queue.SimpleQueue[tuple[str, Any] | None] = queue.SimpleQueue()

    def read() -> None:
        try:
            with theirs, suppress(EOFError, OSError):  # it has done all, or ended in the midst of it
                while True:
                    found.put(theirs.recv())
        finally:
            found.put(None)

    threading.Thread(target=read, daemon=True).start()
    return found


def _next(names: list[str], todo: int) -> Iterator[str]:
    """The figures that are left, one at a time: a byte of the pipe for each, which no two processes can read."""
    while taken := os.read(todo, 1):
        yield names[taken[0]]


def _other(figures: Figures, data: RunData, names: list[str], todo: int, theirs: Connection, found: Connection) -> None:
    """All that the second process does."""
    theirs.close()  # else it would write to itself when the first process has gone
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    progress.only(lambda _: None)
    end_with_the_first()
    try:
        for name in _next(names, todo):
            found.send((name, figures[name](data)))
    except BaseException:  # the first process draws it, too, and says what is wrong
        os._exit(1)
    os._exit(0)
