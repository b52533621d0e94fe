"""Writes `data/leaps.tsv` anew, of the worlds as they stand: `python -m benchmark.tasks.newswire.note_leaps`."""

from __future__ import annotations

from collections.abc import Iterator

from benchmark.tasks.newswire import splits
from benchmark.tasks.newswire.leaps import FILE, NOTED, Leap
from benchmark.tasks.newswire.world2 import splits as splits2

MAKERS = {splits.WORLD_VERSION: splits.leaps_of, splits2.WORLD_VERSION: splits2.leaps_of}
"""World version -> leaps_of(stream, n)."""


def found() -> Iterator[tuple[str, list[Leap]]]:
    """Each stream of NOTED with its leaps."""
    return ((stream, MAKERS[stream.partition(" ")[0]](stream, n)) for stream, n in NOTED.items())


if __name__ == "__main__":
    lines = [f"{stream}\t{' '.join(f'{frame}:{words}' for frame, words in told)}\n" for stream, told in found()]
    FILE.write_text("".join(lines), encoding="utf-8", newline="\n")
