"""Writes `data/leaps.tsv` anew, of the worlds as they stand: `python -m benchmark.tasks.newswire.note_leaps`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from benchmark.tasks.newswire import splits
from benchmark.tasks.newswire.leaps import FILE, NOTED, Leap
from benchmark.tasks.newswire.world2 import splits as splits2

MAKERS = {splits.WORLD_VERSION: splits.leaps_of, splits2.WORLD_VERSION: splits2.leaps_of}
"""World version -> leaps_of(stream, n)."""
CODE = ("articles.py", "frames.py", "splits.py", "values.py")
CODE_2 = ("draw.py", "frames.py", "lexicon.py", "scene.py", "splits.py", "units.py", "values.py")
"""What draws stories, of world 1 and of world 2."""
OTHERS = (FILE.name, "README.md", "attacks.toml", "challenge.toml", "pinyin.tsv")
"""Data that no story is drawn from."""


def found() -> Iterator[tuple[str, list[Leap]]]:
    """Each stream of NOTED with its leaps."""
    return ((stream, MAKERS[stream.partition(" ")[0]](stream, n)) for stream, n in NOTED.items())


def made_of() -> str:
    """sha256 over what the stories are drawn by and from: code, names, frames."""
    here, whole = Path(__file__).parent, hashlib.sha256()
    data = [path for path in FILE.parent.rglob("*") if path.is_file() and path.name not in OTHERS]
    for path in sorted([*data, *(here / name for name in CODE), *(here / "world2" / name for name in CODE_2)]):
        whole.update(f"{path.relative_to(here).as_posix()}\n".encode() + path.read_bytes())
    return whole.hexdigest()


if __name__ == "__main__":
    lines = [f"{stream}\t{' '.join(f'{frame}:{words}' for frame, words in told)}\n" for stream, told in found()]
    FILE.write_text("".join([f"{made_of()}\n", *lines]), encoding="utf-8", newline="\n")
