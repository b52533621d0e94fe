"""Names and texts that are made to look alike: one skeleton for names, and how many texts two entries share."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from metrics.likeness import letters
from metrics.records import Generation
from metrics.stages import GOLD, STAGES

BASELINE = "baseline"
"""Trust and stage of the rows that the suite makes itself, to be looked at and never ranked."""
KNOWN_STAGES = (*STAGES, GOLD, BASELINE)
SKETCH = 16
"""Of the hashes of an entry's texts the smallest are kept: two entries share about as many of them as they share
texts."""
NEARLY = 12
"""From this many of SKETCH on, entries are said to have nearly the same texts."""
_DIGITS = 12
_PAUSE = re.compile("[ ._-]+")


@lru_cache(maxsize=65536)
def skeleton(name: str) -> str:
    """A name as the eye takes it (after Unicode TS 39, for the letters that a board lets in): names of one skeleton
    are confusable.

    Case is nothing, 0 is o, 1 and i are l, rn is m, vv is w; spaces, dots, underscores and hyphens are one pause.
    """
    text = _PAUSE.sub("-", unicodedata.normalize("NFKC", name).casefold())
    return text.replace("0", "o").replace("1", "l").replace("i", "l").replace("rn", "m").replace("vv", "w")


def confusable(name: str, known: Sequence[str]) -> str | None:
    """One of the known names that `name` looks like without being it, or None."""
    mine = skeleton(name)
    return next((other for other in known if other != name and skeleton(other) == mine), None)


def texts_hash(generations: Sequence[Generation]) -> str:
    """sha256 over ids and bare texts: equal for outputs that a reader takes for equal, whatever system they are said
    to be of."""
    whole = hashlib.sha256()
    for made in generations:
        whole.update(f"{made.example_id}\0{letters(made.text)}\0".encode())
    return whole.hexdigest()


def sketch(generations: Sequence[Generation]) -> str:
    """The SKETCH smallest hashes of (id, bare text), in order, joined: fewer where there are fewer outputs."""
    hashes = sorted(
        hashlib.sha256(f"{made.example_id}\0{letters(made.text)}".encode()).hexdigest()[:_DIGITS]
        for made in generations
    )
    return "".join(hashes[:SKETCH])


def hashes_of(told: str) -> list[str]:
    """The hashes in a sketch."""
    return [told[i : i + _DIGITS] for i in range(0, len(told), _DIGITS)]


def holders(entries: Sequence[Any], wanted: Sequence[Any]) -> dict[str, list[Any]]:
    """Hash in the sketch of one of the `wanted` entries -> the entries whose sketch has it, too."""
    import numpy as np

    parts = sorted({part for e in wanted for part in hashes_of(e["outputs"]["sketch"])})
    told = np.frombuffer(
        "".join(e["outputs"]["sketch"].ljust(SKETCH * _DIGITS) for e in entries).encode(), f"S{_DIGITS}"
    ).reshape(-1, SKETCH)
    out: dict[str, list[Any]] = {}
    if not parts:
        return out
    known = np.array(parts, f"S{_DIGITS}")
    near = known[np.minimum(np.searchsorted(known, told), len(known) - 1)]
    for i, k in zip(*np.nonzero(near == told), strict=True):
        out.setdefault(told[i, k].decode(), []).append(entries[i])
    return out
