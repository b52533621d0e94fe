"""Amounts in several units that the other text says in another division, and what Tibetan writes as a clock time.

1小时30分钟 is mostly said as one amount on the other side, and then the joined readings agree. Where one text joins
what the other keeps apart ("5天，每天8小时" and 5 วัน 8 ชั่วโมง), the parts are held against each other.
"""

from __future__ import annotations

from functools import cached_property

from metrics.open.agreement import borne_out, says
from metrics.open.comparison import Span
from metrics.open.outputs import Output
from metrics.open.pairing import Index
from metrics.open.texts import parts_of, readings
from metrics.reading import Reading

_SECONDS = 60


class Apart:
    """The parts of the joined readings of a source and an output; free of cost where there are none."""

    def __init__(self, source: str, source_lang: str, output: Output) -> None:
        """source: normalised."""
        self._source, self._source_lang, self._output = source, source_lang, output
        self._ours, self._theirs = parts_of(source, source_lang), parts_of(output.text, output.lang)

    def stated(self, truth: Reading) -> Span | None:
        """Where the output says all parts of a joined amount of the source (the place of the first), or says a measure
        as a part of a joined amount."""
        if not truth.dimension or not (self._ours or self._theirs):
            return None
        parts = self._ours.get((truth.start, truth.end))
        if parts is None and not self._theirs:
            return None
        found, index = self._said
        hits = [next((i for i in index.candidates(part) if says(found[i], part)), None) for part in parts or (truth,)]
        first = hits[0]
        return None if first is None or None in hits else (found[first].start, found[first].end)

    def borne_out(self, said: Reading) -> bool:
        """Whether the source bears out all parts of a reading of the output."""
        if not (self._ours or self._theirs):
            return False
        parts = self._theirs.get((said.start, said.end))
        if parts is None and not self._ours:
            return False
        found, index = self._truths
        return all(any(borne_out(found[k], one) for k in index.candidates(one)) for one in parts or (said,))

    def as_clock(self, truth: Reading, said: tuple[Reading, ...]) -> list[int]:
        """Places of the Tibetan clock times that are this duration: ཆུ་ཚོད་1དང་སྐར་མ་30 is half past one, or an hour and a
        half."""
        if self._output.lang != "bo" or truth.dimension != "duration" or truth.high is not None:
            return []
        return self._clock(said).get(truth.amount, [])

    def _clock(self, said: tuple[Reading, ...]) -> dict[object, list[int]]:
        if not hasattr(self, "_times"):
            self._times: dict[object, list[int]] = {}
            for i, one in enumerate(said):
                if one.kind == "time" and one.half_day:
                    self._times.setdefault(one.value * _SECONDS, []).append(i)
        return self._times

    @cached_property
    def _said(self) -> tuple[list[Reading], Index]:
        return _with_parts(
            readings(self._output.text, self._output.lang), self._theirs, len(self._ours) + len(self._theirs)
        )

    @cached_property
    def _truths(self) -> tuple[list[Reading], Index]:
        said = readings(self._output.text, self._output.lang)
        return _with_parts(readings(self._source, self._source_lang), self._ours, len(said))


def _with_parts(
    found: tuple[Reading, ...], parts: dict[tuple[int, int], tuple[Reading, ...]], asked: int
) -> tuple[list[Reading], Index]:
    every = [*found, *(part for own in parts.values() for part in own)]
    return every, Index(every, asked)
