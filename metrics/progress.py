"""How far long work has come. Whoever works says it here; it is heard where a program listens (`listen`), and nowhere
else: used as a library the suite is silent, and nothing that is measured depends on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Progress:
    """One piece of work."""

    title: str
    total: int
    unit: str
    """In the plural: steps, texts, entries."""
    done: int = 0
    first: int = 0
    """What was done before this call: a resumed run's time left is reckoned from here."""
    figures: dict[str, float] = field(default_factory=dict)
    """Name -> the latest value, in the order in which they are shown: reward, length, coverage."""
    ended: bool = False
    tell: Callable[[Progress], None] = lambda progress: None

    def advance(self, n: int = 1, **figures: float | None) -> None:
        """`n` more are done, never beyond the total; figures without a value keep the one they had."""
        self.done = min(self.total, self.done + n)
        self.figures |= {name: float(value) for name, value in figures.items() if value is not None}
        self.tell(self)

    def note(self, **figures: float | None) -> None:
        """Newer figures of the same work."""
        self.advance(0, **figures)


Listener = Callable[[Progress], None]
"""Called when work begins, moves and has ended."""
_listeners: list[Listener] = []


@contextmanager
def listen(listener: Listener) -> Iterator[None]:
    """Inside, `listener` hears of all work of this process."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def only(listener: Listener) -> None:
    """From now on `listener` alone hears of the work of this process: for one that is a copy of another."""
    _listeners[:] = [listener]


def begin(title: str, total: int, unit: str, done: int = 0, heard: bool = True) -> Progress:
    """Work that begins now; who cannot use `progress` ends it by `end`. heard: False keeps it to itself."""
    listeners = tuple(_listeners) if heard else ()

    def tell(progress: Progress) -> None:
        for listener in listeners:
            listener(progress)

    made = Progress(title, total, unit, done, done, tell=tell)
    tell(made)
    return made


def end(progress: Progress) -> None:
    """The work has ended, whole or not."""
    if not progress.ended:
        progress.ended = True
        progress.tell(progress)


@contextmanager
def progress(title: str, total: int, unit: str, done: int = 0, heard: bool = True) -> Iterator[Progress]:
    """`begin` and `end` around a block."""
    made = begin(title, total, unit, done, heard)
    try:
        yield made
    finally:
        end(made)


@contextmanager
def counted_passes(module: Any, title: str, total: int, per_pass: int, unit: str = "texts") -> Iterator[None]:
    """Progress of a library's own loop over `total` texts in batches of `per_pass`, by the forward passes of `module`
    (a torch module that each batch goes through once)."""
    with progress(title, total, unit) as made:
        hook = module.register_forward_hook(lambda *_: made.advance(per_pass))
        try:
            yield
        finally:
            hook.remove()
