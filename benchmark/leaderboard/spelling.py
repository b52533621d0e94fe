"""The text of a board: JSON without NaN and Infinity, one entry a line in one spelling, so that a digest can be
checked on the line itself."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from benchmark.leaderboard.packed import LIMIT_BYTES
from metrics.errors import UserError
from metrics.files import finite, refuse_constant

OPEN, CLOSE = b'\n "entries": [\n', b"\n]\n}\n"
"""Around the entries, one a line, in a board's text."""
_OPEN, _CLOSE = OPEN.decode(), CLOSE.decode()
_DIGEST = b'"digest":"'
_BROKEN = (ValueError, RecursionError, OverflowError)
"""What values raise that no board may hold: infinite numbers, half characters, nesting too deep."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


_FAST = json.JSONDecoder(parse_constant=refuse_constant)
_STRICT = json.JSONDecoder(parse_constant=refuse_constant, parse_float=finite, object_pairs_hook=_once)


def parse_json(text: str, where: str, strict: bool = False) -> Any:
    """JSON without NaN and Infinity. `strict` (slower) also refuses doubled keys and numbers too large for a float.

    Raises UserError, too, for JSON nested too deep.
    """
    try:
        return (_STRICT if strict else _FAST).decode(text)
    except _BROKEN as error:
        raise UserError(f"{where}: not valid JSON ({error}); restore the file") from None


def read_bytes(path: Path, limit: int = LIMIT_BYTES) -> bytes:
    """A regular file. Raises UserError when it is missing, something else, or larger than `limit` bytes."""
    try:
        if path.exists() and not path.is_file():
            raise UserError(f"{path}: not a regular file; check the path")
        if path.stat().st_size > limit:
            raise UserError(f"{path}: larger than {limit} bytes; check the path")
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(
            f"{path}: no such board; check --board, or make one with: leaderboard create --task NAME --board FILE"
        ) from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}; check the path") from None


def read_text(path: Path, limit: int = LIMIT_BYTES) -> str:
    """A UTF-8 file. Raises UserError as `read_bytes`, and when it is not UTF-8."""
    try:
        return read_bytes(path, limit).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 (byte {error.start}); restore the file") from None


def canonical(value: Any) -> bytes:
    """One spelling of a JSON value: sorted keys, no spaces, UTF-8. Raises UserError for values that no board may
    hold."""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode(
            "utf-8"
        )
    except _BROKEN as error:
        raise UserError(f"a value that no board may hold ({ascii(str(error))[:120]})") from None


def digest(entry: dict[str, Any]) -> str:
    """sha256 over all of an entry but the digest itself."""
    return hashlib.sha256(canonical({k: v for k, v in entry.items() if k != "digest"})).hexdigest()


def digest_of_line(line: bytes) -> str:
    """As `digest`, on an entry's line in the canonical spelling; on another spelling it is some other hash."""
    start = line.find(_DIGEST)
    end = line.find(b'"', start + len(_DIGEST)) + 2  # the comma, too: `digest` is never the last of the sorted keys
    whole = hashlib.sha256(line[:start])
    whole.update(line[end:])
    return whole.hexdigest()


def render(board: dict[str, Any]) -> str:
    """The board's text: the head indented, one entry a line, so that a submission is one line in a diff."""
    head = json.dumps({k: v for k, v in board.items() if k != "entries"}, ensure_ascii=False, indent=1, allow_nan=False)
    rows = ",\n".join(canonical(e).decode("utf-8") for e in board["entries"])
    return head[: head.rindex("\n}")] + "," + (_OPEN + rows + _CLOSE if rows else '\n "entries": []\n}\n')
