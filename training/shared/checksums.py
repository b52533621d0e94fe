"""checksums.json: what every file of a folder was when it was written, so that damage is seen before it is computed
with.

It is written last. A folder without one was cut short by a kill; one whose files are others was damaged. Beside the
folder's own files it may hold how far the logs of the run had come, since a resumed run goes on from those, too. This
guards against accidents of disks and copies, not against a hand that writes the sums anew: what is read from such a
folder is never code (`pickle_problem`).
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.files import atomic_write_text, read_object, sha256_json
from metrics.folders import file_digest

CHECKSUMS = "checksums.json"
ADAPTER_CONFIG = "adapter_config.json"
PICKLES = (".pt", ".pth")
_BUILTINS = (
    "set",
    "frozenset",
    "dict",
    "list",
    "tuple",
    "int",
    "float",
    "complex",
    "str",
    "bytes",
    "bytearray",
    "bool",
    "slice",
    "range",
)
_PLAIN = {
    *(("builtins", name) for name in _BUILTINS),
    *(("pathlib", name) for name in ("PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath")),
    *(("collections", "OrderedDict"), ("torch", "Size"), ("torch.serialization", "_get_layout")),
}
_NUMPY = {
    "numpy.ndarray",
    "numpy.dtype",
    "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
    "_codecs.encode",
}


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name != CHECKSUMS)


def _digests(files: Sequence[Path]) -> list[str]:
    """sha256 of each: hashing leaves the interpreter free, and optimiser states are large."""
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        return list(pool.map(_digest, files))


def _digest(file: Path) -> str:
    """sha256 of a file; of an adapter's config without the place of its base, which a user may have to write anew when
    it has moved."""
    if file.name == ADAPTER_CONFIG:
        with suppress(UserError):
            return sha256_json({k: v for k, v in read_object(file).items() if k != "base_model_name_or_path"})
    return file_digest(file)


def _start_of(path: Path, size: int) -> str | None:
    """sha256 of a file's first `size` bytes, or None where it has fewer."""
    digest, left = hashlib.sha256(), size
    try:
        with open(path, "rb") as stream:
            while left and (block := stream.read(min(left, 2**20))):
                digest.update(block)
                left -= len(block)
    except OSError:
        return None
    return None if left else digest.hexdigest()


def write_checksums(folder: Path, logs: Sequence[Path] = ()) -> None:
    """Write down what the files of a folder are, and how far the logs have come."""
    files = _files(folder)
    found: dict[str, Any] = {f.relative_to(folder).as_posix(): d for f, d in zip(files, _digests(files), strict=True)}
    sizes = {log: log.stat().st_size for log in logs}
    ends = {log.name: [size, _start_of(log, size)] for log, size in sizes.items()}
    atomic_write_text(folder / CHECKSUMS, json.dumps({"files": found, "logs": ends}, indent=1, sort_keys=True) + "\n")


def checksum_problem(folder: Path, logs: Sequence[Path] = ()) -> str | None:
    """What is not as it was written, or None: a file missing, changed or added, no checksums.json, or another beginning
    of a log."""
    if not (folder / CHECKSUMS).exists():
        return f"{CHECKSUMS} is missing"
    try:
        told = read_object(folder / CHECKSUMS)
        wanted, ends = dict(told["files"]), dict(told["logs"])
        sizes = {name: int(size) for name, (size, _) in ends.items()}
    except (UserError, ValueError, TypeError, KeyError):
        return f"{CHECKSUMS} is not readable"
    files = _files(folder)
    found = dict(zip((f.relative_to(folder).as_posix() for f in files), _digests(files), strict=True))
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            return f"{name} is missing"
        if name not in wanted:
            return f"{name} was added"
        if found[name] != wanted[name]:
            return f"{name} has changed since it was written"
    for log in logs:
        if log.name in ends and _start_of(log, sizes[log.name]) != ends[log.name][1]:
            return f"the log {log.name} has changed since it was written"
    return None


class _PlainReader(pickle.Unpickler):
    """Reads what torch.distributed.checkpoint writes into `.metadata`, and refuses any other name."""

    def find_class(self, module: str, name: str) -> Any:
        import torch

        dtype = module == "torch" and isinstance(getattr(torch, name, None), torch.dtype)
        if not (
            dtype
            or (module, name) in _PLAIN
            or (module.startswith("torch.distributed.checkpoint.") and "." not in name)
        ):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def pickle_problem(folder: Path) -> str | None:
    """The first file of a training state whose pickle names something that no state holds, or None. Nothing of it is
    run.

    torch's own files (`.pt`, `.pth`) may name what `torch.load(weights_only=True)` takes, and numpy's arrays;
    DeepSpeed's its own classes.
    """
    import torch

    for file in _files(folder):
        if file.name == ".metadata":
            try:
                with open(file, "rb") as stream:
                    _PlainReader(stream).load()
            except Exception as error:  # a pickle that is none of ours fails in many ways; each means the same
                return f"{file.relative_to(folder)} holds a pickle that names {error}"
        elif file.suffix in PICKLES:
            if not zipfile.is_zipfile(file):
                return f"{file.relative_to(folder)} is missing or cut short, or a bare pickle"
            try:
                named = torch.serialization.get_unsafe_globals_in_checkpoint(file)
            except Exception as error:  # as above
                return f"{file.relative_to(folder)} is no file that torch wrote ({type(error).__name__})"
            strange = [
                name for name in named if name not in _NUMPY and not name.startswith(("numpy.dtypes.", "deepspeed."))
            ]
            if strange:
                return f"{file.relative_to(folder)} holds a pickle that names {strange[0]}"
    return None
