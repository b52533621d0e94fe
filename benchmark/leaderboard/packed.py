"""The compressed files beside a board, in one spelling: nothing is let in that no reader looks at, and nothing grows
beyond a bound.

A gzip header may hold names and comments, a zip file comments, extra fields and bytes between its members: room for
what nobody checks. Our files have none of it, and `checked` says so of a file. What the compressor itself writes may
differ between versions of zlib; there the same members in the same container are let through if they are hardly
larger than ours.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from metrics.errors import UserError
from metrics.files import atomic_write_bytes

if TYPE_CHECKING:
    import numpy as np

LIMIT_BYTES = 2**30
"""Nothing larger is unpacked, whatever it is."""
SLACK = 1.05, 64
"""Factor and bytes by which another zlib's stream may exceed ours."""
COLUMNS = 4096
"""More columns of statistics than all metrics together have (about 250)."""
_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(data: bytes) -> bytes:
    """gzip without time stamp, name or comment: equal contents give equal files."""
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    return _HEADER + body.compress(data) + body.flush() + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def store(path: Path, data: bytes) -> None:
    """Writes a content-named file unless it is there already."""
    if not path.exists():
        atomic_write_bytes(path, data)


def _where(path: Path) -> str:
    """How to get back a file that lies beside a board: where the folder of the outputs is called otherwise, the board
    was copied or renamed without it."""
    folder = path.parent
    if folder.parent.name != "outputs":
        return f"restore it: {folder.name}/ lies beside the board, as outputs/ does, and is copied together with it"
    others = sorted(p.name for p in folder.parent.glob("*") if p.is_dir() and p.name != folder.name)
    if folder.is_dir():
        return "restore it (it belongs to the board)"
    found = f" (there is {', '.join(others[:3])})" if others else ""
    return (
        f"outputs lie in a folder called like the board's file, and there is no {folder}{found}: copy or rename it "
        f"together with the board, that of NAME.json is outputs/NAME"
    )


def _read(path: Path, limit: int) -> bytes:
    """The bytes of a file. Raises UserError when it is missing, no regular file, or larger than `limit` allows."""
    try:
        if path.exists() and not path.is_file():
            raise UserError(f"{path}: not a regular file; restore it")
        if path.stat().st_size > limit * SLACK[0] + 2**16:
            raise UserError(f"{path}: larger than {limit} bytes; refused")
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path}: missing; {_where(path)}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error}); restore it") from None


def unpack(path: Path, limit: int = LIMIT_BYTES, checked: bool = False) -> bytes:
    """The content of a gzip file of ours. Raises UserError: missing, damaged, larger than `limit` bytes when
    unpacked, with anything beside.

    checked: also that the compressed stream is ours or hardly larger.
    """
    packed = _read(path, limit)
    if packed[:4] != _HEADER[:4] or packed[4:10] != _HEADER[4:]:
        raise UserError(
            f"{path}: cannot be unpacked, or its gzip header holds more than the suite "
            "writes (names, times, comments); restore it"
        )
    stream = zlib.decompressobj(-15)
    try:
        data = stream.decompress(packed[10:], limit + 1)
    except zlib.error as error:
        raise UserError(f"{path}: cannot be unpacked ({error}); restore it") from None
    if len(data) > limit:
        raise UserError(f"{path}: larger than {limit} bytes when unpacked; refused")
    if not stream.eof:
        raise UserError(f"{path}: cannot be unpacked (cut short); restore it")
    if stream.unused_data != struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF):
        raise UserError(f"{path}: other bytes after its content, or a wrong check sum; restore it")
    if checked and len(packed) > _allowed(len(pack(data))):
        raise UserError(
            f"{path}: compressed in another way than the suite does, and larger: "
            "it may hold more than its content; restore it"
        )
    return data


def _allowed(n_bytes: int) -> float:
    return n_bytes * SLACK[0] + SLACK[1]


# ---- statistics ---------------------------------------------------------------------------------------------------


def stats_hash(stats: Mapping[str, np.ndarray]) -> str:
    """sha256 over names, shapes and values of the statistics: independent of compression."""
    whole = hashlib.sha256()
    for name in sorted(stats):
        whole.update(f"{name}{stats[name].shape}".encode() + stats[name].astype("<f8").tobytes())
    return whole.hexdigest()


def pack_stats(stats: Mapping[str, np.ndarray]) -> bytes:
    """metric -> (n, k) float64, NaN rows where a segment was not scored, as .npz: members by name, no times, no
    comments."""
    import numpy as np

    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as out:
        for name in sorted(stats):
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(stats[name], "<f8"), (1, 0))
            told = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            told.compress_type, told.create_system, told.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            out.writestr(told, member.getvalue(), compresslevel=9)
    return sink.getvalue()


def read_stats(
    file: Path, sha256: str, n: int, metrics: Sequence[str] | None = None, checked: bool = False
) -> dict[str, np.ndarray]:
    """The statistics with this hash, of `n` segments; only some `metrics`, then unchecked, where they are named.

    Raises UserError: missing, damaged, of another shape or kind. checked: also that the container holds nothing else.
    """
    import numpy as np

    limit = min(LIMIT_BYTES, n * COLUMNS * 8 + 2**20)
    data = _read(file, limit)
    stats: dict[str, np.ndarray] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            if sum(part.file_size for part in parts) > limit:
                raise UserError(f"{file}: larger than {limit} bytes when unpacked; refused")
            names = [part.filename.removesuffix(".npy") for part in parts]
            for name, part in zip(names, parts, strict=True):
                if metrics is None or name in metrics:
                    stats[name] = np.lib.format.read_array(io.BytesIO(packed.read(part)), allow_pickle=False)
    except (
        OSError,
        ValueError,
        EOFError,
        MemoryError,
        NotImplementedError,
        RuntimeError,
        SyntaxError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise UserError(f"{file}: cannot be read ({ascii(str(error))[:200]}); restore it") from None
    if len(set(names)) < len(names):
        raise UserError(f"{file}: a metric stands in it twice; restore it")
    for name, rows in stats.items():
        if rows.dtype != np.dtype("<f8") or rows.ndim != 2 or len(rows) != n:
            raise UserError(
                f"{file}: {ascii(name)[:60]}: not numbers of {n} segments (kind "
                f"{rows.dtype}, shape {rows.shape}); restore it"
            )
    if metrics is None and stats_hash(stats) != sha256:
        raise UserError(f"{file}: its content does not have the hash it is named by; restore it")
    if checked:
        ours = pack_stats(stats)
        if data != ours and (_container(data) != _container(ours) or len(data) > _allowed(len(ours))):
            raise UserError(
                f"{file}: holds more than the statistics (a comment, times, other fields or bytes between); restore it"
            )
    return stats


def _container(data: bytes) -> list[object] | None:
    """All of a zip file but its compressed streams; None where there is anything between, before or after what a zip
    file must have."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        told: list[object] = [packed.comment]
        at = 0
        for part in packed.infolist():
            head = data[at : at + 30]
            if part.header_offset != at or len(head) < 30:
                return None
            name, extra = struct.unpack("<HH", head[26:30])
            told.append(
                (
                    head[:14],
                    head[22:],
                    data[at + 30 : at + 30 + name + extra],
                    part.file_size,
                    part.CRC,
                    part.comment,
                    part.extra,
                )
            )
            told.append(
                (
                    part.date_time,
                    part.create_system,
                    part.create_version,
                    part.extract_version,
                    part.flag_bits,
                    part.external_attr,
                    part.internal_attr,
                    part.volume,
                    part.reserved,
                )
            )
            at += 30 + name + extra + part.compress_size
        size = sum(46 + len(part.orig_filename) for part in packed.infolist()) + 22
        return told if packed.start_dir == at and len(data) == at + size else None
