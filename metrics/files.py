"""Files as the suite reads and writes them: JSON Lines checked line by line, atomic writes, content hashes."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from metrics.errors import UserError, unwritable
from metrics.rejects import Rejects
from metrics.strict_json import distinct, finite, refuse_constant, whole, whole64

MAX_BYTES = 16 * 2**30
"""Of a JSON Lines file: ten million segments of a thousand characters."""
MAX_LINE = 64 * 2**20
"""Bytes of one line."""
MAX_CONFIG = 32 * 2**20
"""Bytes of a config, manifest or profile; a vocabulary in a config may be long."""
_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstandard",
}


def open_regular(path: str | Path, limit: int = MAX_BYTES) -> BinaryIO:
    """Opens a regular file for reading. Raises UserError for a missing one, a directory, a pipe or device (whose
    reading may never end), a file of more than `limit` bytes, a compressed one and one in UTF-16."""
    try:
        # O_NONBLOCK: opening a pipe that nobody writes to must not wait.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as err:
        raise UserError(f"cannot read {path}: {getattr(err, 'strerror', None) or err}; check the path") from None
    try:
        state = os.fstat(handle)
        if stat.S_ISDIR(state.st_mode):
            raise UserError(f"cannot read {path}: it is a directory; give a file")
        if not stat.S_ISREG(state.st_mode):
            raise UserError(
                f"cannot read {path}: it is a pipe or a device, not a regular file; write it to a file first"
            )
        if state.st_size > limit:
            raise UserError(
                f"cannot read {path}: {state.st_size / 2**20:,.0f} MiB, the limit is {limit / 2**20:,.0f}; "
                "give a part of it"
            )
        head = os.pread(handle, 6, 0)
        if (kind := next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)) is not None:
            raise UserError(f"cannot read {path}: it is compressed ({kind}); unpack it first")
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise UserError(f"cannot read {path}: it is UTF-16; save it as UTF-8")
    except BaseException:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def read_bytes(path: str | Path, limit: int = MAX_BYTES) -> bytes:
    """The whole content of a regular file; errors as `open_regular`."""
    with open_regular(path, limit) as stream:
        return stream.read(limit + 1)


def read_jsonl(path: str | Path, rejects: Rejects | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a JSON Lines file as (line number from 1, object). Blank lines are passed over, and so are broken ones
    that `rejects` takes.

    Raises UserError for a missing file or none that is regular, bytes that are not UTF-8, a CSV or TSV file, anything
    but one JSON object on a line, NaN or Infinity, and lone surrogates (which no UTF-8 file can hold).
    """
    for number, _, row in rows_at(path, rejects):
        yield number, row


def rows_at(path: str | Path, rejects: Rejects | None = None) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """`read_jsonl` with the place of each row: (line number from 1, byte at which the line begins, object)."""
    with open_regular(path) as stream:
        number = end = 0
        while raw := stream.readline(MAX_LINE + 1):
            number += 1
            start, end = end, end + len(raw)
            where = f"{path}, line {number}"
            if len(raw) > MAX_LINE:
                raise UserError(
                    f"{where}: longer than {MAX_LINE // 2**20} MiB; is it JSON Lines, one object on each line?"
                )
            row = None
            if rejects is None or not rejects.skip:
                row = parse_line(raw, where, first=number == 1)
            else:
                try:
                    row = parse_line(raw, where, first=number == 1)
                except UserError as error:
                    with rejects.row():
                        raise error
            if row is not None:
                yield number, start, row


def parse_line(raw: bytes, where: str, first: bool = False) -> dict[str, Any] | None:
    """The object on one line, None for a blank one; errors as `read_jsonl`, with `where` in the message."""
    try:
        line = raw.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError as err:
        raise UserError(f"{where}: not UTF-8 (byte {err.start}); save the file as UTF-8") from err
    if not line.strip():
        return None
    try:
        row = json.loads(
            line,
            parse_constant=refuse_constant,
            parse_float=finite,
            parse_int=whole64,
            object_pairs_hook=distinct,
        )
        if "\\u" in line:
            json.dumps(row, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as err:
        raise UserError(f"{where}: holds a lone surrogate (half a character); write the whole character") from err
    except (ValueError, RecursionError) as err:
        if first and line.lstrip()[0] not in '{["':
            told = (
                "tab-separated text" if "\t" in line else "comma-separated text (CSV)" if "," in line else "plain text"
            )
            raise UserError(
                f"{where}: this looks like {told}, not JSON Lines; each line must hold one JSON object"
            ) from err
        raise UserError(f"{where}: not valid JSON ({err}); each line must hold one JSON object") from err
    if not isinstance(row, dict):
        whole = "; is the file one JSON array? Write one object a line" if isinstance(row, list) else ""
        raise UserError(f"{where}: holds a JSON {type(row).__name__}, not an object; each line must be {{...}}{whole}")
    return row


def parse_json(data: bytes, where: str) -> Any:
    """The value of one JSON text. Raises UserError for bad UTF-8, bad JSON, NaN, Infinity, numbers beyond floats, and
    nesting too deep."""
    if not data.strip():
        raise UserError(f"{where}: is empty; it must hold one JSON value")
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=refuse_constant, parse_float=finite, parse_int=whole)
    except UnicodeDecodeError as err:
        raise UserError(f"{where}: not UTF-8 (byte {err.start}); save the file as UTF-8") from None
    except (ValueError, RecursionError) as err:
        raise UserError(f"{where}: not valid JSON ({err})") from None


def read_text(path: str | Path, limit: int = MAX_CONFIG) -> str:
    """The whole content of a UTF-8 file without byte order mark; errors as `open_regular`, and for other encodings."""
    try:
        return read_bytes(path, limit).decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise UserError(f"{path}: not UTF-8 (byte {err.start}); save the file as UTF-8") from None


def read_json(path: str | Path, limit: int = MAX_CONFIG) -> Any:
    """The value in a JSON file; errors as `open_regular` and `parse_json`."""
    return parse_json(read_bytes(path, limit), str(path))


def read_object(path: str | Path, limit: int = MAX_CONFIG) -> dict[str, Any]:
    """The object in a JSON file; errors as `read_json`, and for any other value."""
    found = read_json(path, limit)
    if not isinstance(found, dict):
        raise UserError(f"{path}: holds a JSON {type(found).__name__}, not an object; write or copy the file again")
    return found


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises UserError for anything else, whole numbers beyond 64 bits, and nesting too
    deep."""
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as err:  # tomllib's own error is a ValueError; so is that of 5,000 digits
        raise UserError(f"{where}: not a TOML file ({str(err)[:200]}); see the shipped profiles for its form") from None
    check_whole(found, where)
    return found


def check_whole(found: Any, where: str) -> None:
    """Raise UserError for a whole number beyond 64 bits anywhere in a TOML value: TOML has none, tomllib reads them."""
    todo: list[Any] = [found]
    while todo:
        value = todo.pop()
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise UserError(f"{where}: not TOML (a whole number of {value.bit_length()} bits; it has 64); lower it")
        todo += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def read_toml(path: str | Path, limit: int = 2**20) -> dict[str, Any]:
    """The tables of a TOML file; errors as `open_regular` and `parse_toml`."""
    try:
        text = read_text(path, limit)
    except UserError as err:
        raise UserError(f"{err}; a TOML file is UTF-8 text") from None
    return parse_toml(text, str(path))


def inside(folder: Path, path: Path) -> Path:
    """The path itself. Raises UserError where it is a link, or lies below one, that leads out of the folder: a folder
    that a stranger made must not show files that are none of his."""
    try:
        if path.resolve().is_relative_to(folder.resolve()):
            return path
    except (OSError, RuntimeError) as err:  # links that go round in a circle
        raise UserError(f"{path}: cannot be followed ({err}); copy the folder again") from None
    raise UserError(f"{path}: is a link out of {folder}; copy the file itself there")


@contextmanager
def atomic_stream(path: str | Path) -> Iterator[BinaryIO]:
    """A stream to write a file whole or not at all: a temporary neighbour, flushed to disk, then renamed. Makes missing
    folders.

    Raises UserError when the folder cannot be written or the disk is full; nothing half-written is left.
    """
    path = Path(path)
    link = os.readlink(path) if path.is_symlink() else ""
    # A rename would put a file in the place of /dev/null, or of the link /dev/stdout.
    if link.startswith(("/proc/", "/dev/")) or (path.exists() and not path.is_file() and not path.is_dir()):
        raise UserError(f"cannot write {path}: it is a device or a pipe, not a file; give the path of a file")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as err:
        raise UserError(f"cannot write {path}: {unwritable(path, err)}") from err
    finally:
        with suppress(OSError):  # no such folder, or one that cannot be written: what is told above is the reason
            temporary.unlink(missing_ok=True)


def atomic_write_bytes(path: str | Path, data: bytes) -> None:
    """Writes a file whole or not at all; errors as `atomic_stream`."""
    with atomic_stream(path) as stream:
        stream.write(data)


def atomic_write_text(path: str | Path, text: str) -> None:
    """`atomic_write_bytes` of the text as UTF-8."""
    atomic_write_bytes(path, text.encode("utf-8"))


def write_jsonl(path: str | Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as JSON Lines, atomically. NaN and Infinity raise ValueError: write None with a reason instead."""
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    with atomic_stream(path) as stream:
        for row in rows:
            stream.write((encode(row) + "\n").encode("utf-8"))


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
