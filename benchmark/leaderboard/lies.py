"""What a verification says: the first thing that does not hold, or what it found when nothing was wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmark.report.safetext import plain

SHOWN = 400
"""Characters of each part of a message; what a board holds may be long."""


@dataclass(eq=False)
class Lie(Exception):
    """The first thing on a board that does not hold."""

    entry: str
    """Name of the entry, or "the board"."""
    field: str
    message: str

    def __str__(self) -> str:
        return ": ".join(
            plain(part if len(part) <= SHOWN else part[:SHOWN] + "...")
            for part in (self.entry, self.field, self.message)
        )

    def __reduce__(self) -> tuple[type[Lie], tuple[str, str, str]]:
        """Crosses from a worker process."""
        return Lie, (self.entry, self.field, self.message)


@dataclass
class Report:
    """What a verification found when nothing was wrong."""

    n: int = 0
    not_rechecked: dict[str, int] = field(default_factory=dict)
    """Reason -> number of neural scores that could not be recomputed (their stored statistics agree with them)."""
    notes: list[str] = field(default_factory=list)
    partly: bool = False
    """The texts of the split are not here: nothing was recomputed, what lies beside the board was checked."""
    unproved: list[str] = field(default_factory=list)
    """Why the board as a whole could not be verified though nothing on it is false: exit code 1."""
