"""Sequences that lie in a file: read when they are asked for, so that memory does not grow with their number."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

import numpy as np

from metrics.errors import UserError
from metrics.files import MAX_LINE, open_regular, parse_line

T = TypeVar("T")
BLOCK = 2000
"""Rows that are held together while all are gone through."""
TOGETHER = 100
"""Lines that are read at once."""


class InBlocks(Sequence[T], Generic[T]):
    """A sequence whose rows are made by `at`."""

    @abstractmethod
    def at(self, places: Sequence[int]) -> list[T]:
        """The rows at these places, in this order."""

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        """One row, or those of a slice as a list."""
        if isinstance(place, slice):
            return self.at(range(len(self))[place])
        return self.at([range(len(self))[place]])[0]

    def __iter__(self) -> Iterator[T]:
        """All rows, a block of them in memory."""
        for first in range(0, len(self), BLOCK):
            yield from self.at(range(first, min(first + BLOCK, len(self))))


class Rows(InBlocks[T]):
    """Objects of JSON Lines files, by where their lines begin."""

    def __init__(
        self, paths: Sequence[Path], parse: Callable[[dict[str, Any], str], T], starts: np.ndarray, files: np.ndarray
    ) -> None:
        """starts: (n,) int64 bytes; files: (n,) places in `paths`."""
        self.paths, self.parse, self.starts, self.files = list(paths), parse, starts, files

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.starts)

    def at(self, places: Sequence[int]) -> list[T]:
        """Raises UserError where a file is no longer what it was when its lines were found."""
        found = []
        with ExitStack() as stack:
            streams = {
                int(f): stack.enter_context(open_regular(self.paths[f])) for f in np.unique(self.files[list(places)])
            }
            for place in places:
                file, start = int(self.files[place]), int(self.starts[place])
                streams[file].seek(start)
                where = f"{self.paths[file]}, byte {start}"
                row = parse_line(streams[file].readline(MAX_LINE + 1), where, first=start == 0)
                if row is None:
                    raise UserError(f"{where}: changed while it was read; score it again")
                found.append(self.parse(row, where))
        return found


class Lines(InBlocks[str]):
    """The lines of a plain text file (`metrics.tables.lines_of`)."""

    def __init__(self, path: Path, starts: np.ndarray) -> None:
        """starts: (n + 1,) int64 bytes at which lines begin, and the end of the last one."""
        self.path, self.starts = path, starts

    def __len__(self) -> int:
        """Number of lines."""
        return len(self.starts) - 1

    def at(self, places: Sequence[int]) -> list[str]:
        """The lines without their ends."""
        found: list[str] = []
        with open_regular(self.path) as stream:
            for first, end in _stretches(places):
                at = self.starts[first : end + 1].tolist()
                stream.seek(at[0])
                data = stream.read(at[-1] - at[0])
                for start, stop in pairwise(at):
                    text = data[start - at[0] : stop - at[0]].decode("utf-8-sig" if start == 0 else "utf-8")
                    found.append(text.removesuffix("\n").removesuffix("\r"))
        return found


def _stretches(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, end) of runs of places that lie one behind the other, at most TOGETHER in each: what is read at once."""
    first = end = -1
    for place in places:
        if place != end or end - first >= TOGETHER:
            if first >= 0:
                yield first, end
            first = end = place
        end += 1
    if first >= 0:
        yield first, end


class Made(InBlocks[T]):
    """Rows that are made of other sequences' rows."""

    def __init__(self, n: int, make: Callable[[Sequence[int]], list[T]]) -> None:
        """make: the rows at some places."""
        self.n, self.make = n, make

    def __len__(self) -> int:
        """Number of rows."""
        return self.n

    def at(self, places: Sequence[int]) -> list[T]:
        """Made when they are asked for."""
        return self.make(places)
