"""Patterns of one language, compiled when they are first asked for: most runs read two languages of the four."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import overload


class Patterns(Sequence[re.Pattern[str]]):
    """As a tuple of patterns."""

    __slots__ = ("_compiled", "_flags", "_sources")

    def __init__(self, *sources: str, flags: int = 0) -> None:
        self._sources, self._flags = sources, flags
        self._compiled: tuple[re.Pattern[str], ...] | None = None

    def _all(self) -> tuple[re.Pattern[str], ...]:
        if self._compiled is None:
            self._compiled = tuple(re.compile(source, self._flags) for source in self._sources)
        return self._compiled

    def __len__(self) -> int:
        return len(self._sources)

    @overload
    def __getitem__(self, at: int) -> re.Pattern[str]: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[re.Pattern[str], ...]: ...
    def __getitem__(self, at: int | slice) -> re.Pattern[str] | tuple[re.Pattern[str], ...]:
        return self._all()[at]

    def __iter__(self) -> Iterator[re.Pattern[str]]:
        return iter(self._all())
