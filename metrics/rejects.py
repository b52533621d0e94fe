"""Rows of a user's file that cannot be used: all are counted before anything is refused, and left out only when the
user said so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from metrics.errors import UserError

SHOWN = 5
"""Messages that are kept, of the first rows that were rejected."""


@dataclass
class Rejects:
    """What became of the rows of one file."""

    path: str | Path
    skip: bool = False
    """Go on without rejected rows (--skip-invalid)."""
    offered: bool = False
    """The command has --skip-invalid, so that a message may name it."""
    n: int = 0
    """Rows rejected."""
    total: int = 0
    """Rows looked at."""
    messages: list[str] = field(default_factory=list)
    """Of the first SHOWN rejected rows, each with its line."""

    @contextmanager
    def row(self) -> Iterator[None]:
        """Around the reading of one row: a UserError in it rejects the row."""
        self.total += 1
        try:
            yield
        except UserError as error:
            self.n += 1
            if len(self.messages) < SHOWN:
                self.messages.append(str(error))

    def check(self) -> None:
        """After the last row. Raises UserError for rejected rows that the user did not say to skip: the first one in
        full, and how many."""
        if self.n == 0 or self.skip:
            return
        if self.n == 1:
            raise UserError(self.messages[0] + ("; or go on without it: --skip-invalid" if self.offered else ""))
        way = "fix them, or go on without them by --skip-invalid" if self.offered else "fix them"
        raise UserError(
            f"{self.path}: {self.n} of {self.total} rows cannot be used; the first: {self.messages[0]}; {way}"
        )

    def note(self) -> str | None:
        """For the terminal and the report: what was left out; None where nothing was."""
        return (
            f"{self.path}: {self.n} of {self.total} rows left out (--skip-invalid); the first: {self.messages[0]}"
            if self.n
            else None
        )

    def as_dict(self) -> dict[str, object]:
        """For the manifest or reward.json: {"rows", "left_out", "first"}."""
        return {"rows": self.total, "left_out": self.n, "first": self.messages}
