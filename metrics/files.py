"""Files as the suite reads and writes them: JSON Lines checked line by line, atomic writes, content hashes."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from metrics.errors import UserError


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number JSON knows")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits} is too large a number")
    return value


def read_jsonl(path: str | Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a JSON Lines file as (line number from 1, object). Blank lines are passed over.

    Raises UserError for a missing file, bytes that are not UTF-8, anything but one JSON object on a line,
    NaN or Infinity, and lone surrogates (which no UTF-8 file can hold).
    """
    try:
        stream = open(path, "rb")  # noqa: SIM115 - closed below; opened apart so that only opening is guarded here
    except OSError as err:
        raise UserError(f"cannot read {path}: {err.strerror or err}; check the path") from err
    with stream:
        for number, raw in enumerate(stream, 1):
            where = f"{path}, line {number}"
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as err:
                raise UserError(f"{where}: not UTF-8 (byte {err.start}); save the file as UTF-8") from err
            if not line.strip():
                continue
            try:
                row = json.loads(line, parse_constant=_refuse_constant, parse_float=_finite)
                if "\\u" in line:
                    json.dumps(row, ensure_ascii=False).encode("utf-8")
            except UnicodeEncodeError as err:
                raise UserError(f"{where}: holds a lone surrogate (half a character); write the whole character") from err
            except (ValueError, RecursionError) as err:
                raise UserError(f"{where}: not valid JSON ({err}); each line must hold one JSON object") from err
            if not isinstance(row, dict):
                raise UserError(f"{where}: holds a JSON {type(row).__name__}, not an object; each line must be {{...}}")
            yield number, row


def atomic_write_bytes(path: str | Path, data: bytes) -> None:
    """Write a file whole or not at all: a temporary neighbour, flushed to disk, then renamed. Makes missing folders.

    Raises UserError when the folder cannot be written or the disk is full; nothing half-written is left.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as err:
        raise UserError(f"cannot write {path}: {err.strerror or err}; free some space or choose a folder you may write to") from err
    finally:
        if temporary.parent.is_dir():
            temporary.unlink(missing_ok=True)


def atomic_write_text(path: str | Path, text: str) -> None:
    """`atomic_write_bytes` of the text as UTF-8."""
    atomic_write_bytes(path, text.encode("utf-8"))


def write_jsonl(path: str | Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as JSON Lines, atomically. NaN and Infinity raise ValueError: write None with a reason instead."""
    atomic_write_text(path, "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows))


def sha256_file(path: str | Path) -> str:
    """Hex SHA-256 of a file's bytes. Raises UserError when it cannot be read."""
    try:
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as err:
        raise UserError(f"cannot read {path}: {err.strerror or err}; check the path") from err


def sha256_json(obj: Any) -> str:
    """Hex SHA-256 of any JSON value, independent of key order and spacing."""
    text = json.dumps(obj, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
