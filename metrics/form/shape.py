"""What the shape of a text tells: what it says again, how much of it is no name, whether it is a list."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np

from metrics.form.grams import Block

_SAID = 5
"""Characters that are said again. Fewer are words that languages do double."""
_TSHEG = "\u0f0b"
_MARKS = re.compile(
    r"(?:^|[\r\n])\s*(?:[-*•·‣▪◦●►#>]+\s|\(?[0-9]{1,2}[.)、]\s)|[\r\n|•·‣▪◦●►;；]|[,，、]\s*[,，、]|\s-\s.*\s-\s"
)
"""Bullets, numbered points, lines, bars, semicolons, two commas without anything between, dashes between items."""


def repeated(made: Block, hashed: np.ndarray, order: int) -> np.ndarray:
    """(n,) share of each text's n-grams of `order` characters that stood in it before; 0 for a text without one.

    hashed: (total,) hashes of the n-grams (`grams.hashes`).
    """
    n = len(made.ends)
    starts = np.concatenate([[0], made.ends[:-1]])
    # BEGIN belongs to no text, and neither does END.
    inside = made.place >= order
    inside[made.ends - 1] = False
    owner = np.repeat(np.arange(n), made.ends - starts)[inside]
    total = np.bincount(owner, minlength=n)
    if not len(owner):
        return np.zeros(n)
    # One key of both: the text in its first bits, as much of the hash as there is room for in the others.
    bits = np.uint64(n.bit_length())
    keys = np.sort((owner.astype(np.uint64) << (np.uint64(64) - bits)) | (hashed[inside] >> bits))
    first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    distinct = np.bincount((keys[first] >> (np.uint64(64) - bits)).astype(np.int64), minlength=n)
    return np.where(total > 0, 1 - distinct / np.maximum(total, 1), 0.0)


def glue_share(words: Sequence[str], glue: Collection[str]) -> float:
    """Share of the words that are no names: those of the list; 0 for no words."""
    return sum(map(glue.__contains__, words)) / len(words) if words else 0.0


def stutters(text: str) -> bool:
    """Whether some five characters or more, of which the first is no space, stand twice, one right behind the other or
    with a space or tsheg between: the regular expression (\\S.{4,}?)[\\s\u0f0b]?\\1.

    What stands twice begins with five characters that stand twice: only these places are looked at. Most titles have
    few.
    """
    pieces = [text[i : i + _SAID] for i in range(len(text) - _SAID + 1)]
    last = {piece: at for at, piece in enumerate(pieces)}
    if len(last) == len(pieces):
        return False
    for start, piece in enumerate(pieces):
        end = last[piece]
        if end == start or piece[0].isspace():
            continue
        at = text.find(piece, start + _SAID)
        while at >= 0:
            if text.startswith(text[start:at], at):
                return True
            apart = at - start > _SAID and (text[at - 1] == _TSHEG or text[at - 1].isspace())
            if apart and text.startswith(text[start : at - 1], at):
                return True
            at = text.find(piece, at + 1) if at < end else -1
    return False


def marked_list(text: str) -> bool:
    """Whether a raw text has the marks of a list: bullets, numbered points, several lines, bars."""
    return _MARKS.search(text.strip()) is not None
