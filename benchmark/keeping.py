"""What a command may write over: its own earlier output, never a file that somebody else made.

A folder is the suite's where a file tells so that nobody else would write there; a single file, which the user has
named itself, where it is of the form that the command writes. An empty file holds nothing that could be lost.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from itertools import islice
from pathlib import Path

from metrics.errors import UserError
from metrics.files import MAX_BYTES, open_regular, parse_line, read_object

HEAD = 2**20
"""Bytes of a line that are looked at. A first row longer than this is taken for somebody else's."""


def keep_others(paths: Iterable[Path], ours: bool, option: str = "--out") -> None:
    """UserError where one of the files or folders that are to be written is there, unless the suite wrote it."""
    if ours:
        return
    there = [path for path in paths if os.path.lexists(path) and not _empty(path)]
    if there:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise UserError(
            f"{option}: {there[0]}{more} would be replaced, and nothing there tells that this suite wrote it; "
            f"give another {option}, or move the file away"
        )


def keep_file(path: Path, keys: Collection[str], option: str = "--out") -> None:
    """`keep_others` of the one file that a command writes: JSON or JSON Lines whose (first) object has these keys."""
    if path.is_file():  # anything else is refused with a better message where it is written
        keep_others([path], is_object(path, keys) or is_rows(path, keys), option)


def is_object(path: Path, keys: Collection[str]) -> bool:
    """Whether a file holds one JSON object that has these keys."""
    try:
        return set(keys) <= read_object(path, MAX_BYTES).keys()
    except UserError:
        return False


def is_rows(path: Path, keys: Collection[str]) -> bool:
    """Whether the first line of a file is a JSON object that has these keys."""
    try:
        return set(keys) <= (parse_line(_first_line(path), str(path), first=True) or {}).keys()
    except UserError:
        return False


def starts_with(path: Path, text: str) -> bool:
    """Whether a file begins with these words."""
    return first_line(path).startswith(text)


def first_line(path: Path) -> str:
    """The first line of a text; empty where there is none that can be read."""
    try:
        return _first_line(path).decode("utf-8", "replace")
    except UserError:
        return ""


def _first_line(path: Path) -> bytes:
    with open_regular(path) as stream:
        return stream.readline(HEAD)


def _empty(path: Path) -> bool:
    if path.is_dir():
        return not any(islice(path.iterdir(), 1))
    return path.is_file() and not path.stat().st_size
