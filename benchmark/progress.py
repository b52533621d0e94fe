"""Progress for who waits: a live line on a terminal, a plain line every so often elsewhere; on stderr and in the run's
log, so that stdout stays for results."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from metrics.progress import Progress, listen
from metrics.terminal import plain

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

FIRST, EVERY = 5.0, 15.0
"""Seconds after which work says for the first time how far it is, and between two plain lines."""
QUICK = 0.7
"""Seconds before work gets a line of its own on a terminal: what is over by then only flickers."""


def left(seconds: float) -> str:
    """ "40 s", "3 min", "2 h 05 min"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def place(told: Progress) -> str:
    """ "step 12 of 60", "120 of 500 texts"."""
    return f"step {told.done} of {told.total}" if told.unit == "steps" else f"{told.done} of {told.total} {told.unit}"


def figures(told: Progress) -> str:
    """ "reward 0.512, length 80.3"."""
    return ", ".join(f"{name.replace('_', ' ')} {value:.3g}" for name, value in told.figures.items())


def remaining(told: Progress, elapsed: float) -> str:
    """ "3 min left", "" where nothing can be said yet or nothing is left."""
    moved = told.done - told.first
    if not moved or told.done == told.total or told.ended:
        return ""
    return f"{left(elapsed / moved * (told.total - told.done))} left"


def line(told: Progress, elapsed: float) -> str:
    """All of it in one line: "train/post-rl: step 12 of 60, 3 min left, reward 0.512"."""
    parts = [place(told), remaining(told, elapsed), figures(told)]
    return plain(f"{told.title}: {', '.join(p for p in parts if p)}")


@dataclass
class _Work:
    began: float
    told: float
    """When it was told last; the beginning at first."""
    lines: int = 0
    task: TaskID | None = None


class Reporter:
    """Tells of work as it goes. Plain lines go to `plain`, on a terminal to the log alone."""

    def __init__(
        self, stream: IO[str] | None = None, clock: Callable[[], float] = time.monotonic, live: bool | None = None
    ) -> None:
        """stream: default stderr; live: a line that moves (default: where the stream is a terminal)."""
        self.stream, self.clock = stream or sys.stderr, clock
        self.live = self.stream.isatty() if live is None else live
        self.log: Callable[[str], None] | None = None
        self._works: dict[int, _Work] = {}
        self._bars: Bars | None = None

    def __call__(self, told: Progress) -> None:
        """Hears of a beginning, a move or an end."""
        now = self.clock()
        work = self._works.setdefault(id(told), _Work(now, now))
        if told.ended:
            del self._works[id(told)]
            if work.lines:
                self._plain(f"{line(told, now - work.began)} in {left(now - work.began)}")
        elif told.done < told.total and now - work.told >= (EVERY if work.lines else FIRST):
            work.told, work.lines = now, work.lines + 1
            self._plain(line(told, now - work.began))
        if self.live:
            self._move(told, work, now - work.began)

    def _plain(self, text: str) -> None:
        if not self.live:
            print(text, file=self.stream, flush=True)
        if self.log is not None:
            self.log(text)

    def _move(self, told: Progress, work: _Work, elapsed: float) -> None:
        if told.ended:
            if self._bars is not None and work.task is not None:
                self._bars.remove_task(work.task)
            if not self._works:
                self.close()
            return
        if work.task is None and elapsed < QUICK:
            return
        if self._bars is None:
            self._bars = _bars(self.stream)
            self._bars.start()
        fields: dict[str, Any] = {
            "completed": told.done,
            "place": place(told),
            "left": remaining(told, elapsed),
            "figures": figures(told),
        }
        if work.task is None:
            work.task = self._bars.add_task(plain(told.title), total=told.total, **fields)
        else:
            self._bars.update(work.task, **fields)

    def close(self) -> None:
        """Takes the live line away."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None


def _bars(stream: IO[str]) -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    columns: list[Any] = [TextColumn("{task.description}", markup=False), BarColumn(bar_width=24)]
    columns += [TextColumn("{task.fields[" + name + "]}", markup=False) for name in ("place", "left", "figures")]
    # stdout is never touched: it may be read by a program.
    return Bars(*columns, console=Console(file=stream), transient=True, redirect_stdout=False, redirect_stderr=True)


_reporter: Reporter | None = None


@contextmanager
def shown() -> Iterator[Reporter]:
    """Inside, the work of this process is told on stderr."""
    global _reporter
    _reporter = Reporter()
    try:
        with listen(_reporter):
            yield _reporter
    finally:
        _reporter.close()
        _reporter = None


def log_to(path: Path) -> None:
    """Plain lines of this process go into this file, too, with the time."""

    def write(text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")

    if _reporter is not None:
        _reporter.log = write
