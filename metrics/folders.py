"""The hash of a model folder: one function for rewards, scorers, encoders, checkpoints and step keys."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from metrics.errors import UserError
from metrics.files import sha256_file

WEIGHTS = ".safetensors"
PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
"""Weights that are refused everywhere: loading them may run code."""
UNREAD = (".md", ".py", ".png", ".gitattributes", ".gitignore", *PICKLED)
"""What no library reads as part of a model, or may not."""
RECORDS = ("lineage.json", "checksums.json", "asset.json")
"""What the suite itself writes beside a model about it."""


@lru_cache(maxsize=4096)
def _digest(path: str, size: int, changed: int, inode: int) -> str:
    """A model of many gigabytes is asked for by several steps: read once for as long as size, time and inode stay."""
    return sha256_file(path)


def file_digest(path: Path) -> str:
    """sha256 of a file; asked again in the same process it is answered from memory unless the file was written in
    between."""
    stat = path.stat()
    return _digest(str(path), stat.st_size, stat.st_mtime_ns, stat.st_ino)


def files_below(folder: Path, weights_only: bool) -> list[Path]:
    """The files that count: the safetensors files below a folder, or all that a library may read, hidden ones left out;
    by relative name."""
    found = []
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if any(part.startswith(".") for part in inside.parts) or not path.is_file():
            continue
        if path.suffix == WEIGHTS or not (weights_only or path.suffix in UNREAD or path.name in RECORDS):
            found.append(path)
    return sorted(found, key=lambda p: p.relative_to(folder).as_posix())


def weights_in(folder: Path, files: Sequence[Path]) -> list[Path]:
    """The safetensors files among `files`, by name. Raises UserError when there are none, naming pickled weights where
    it finds some."""
    found = sorted(f for f in files if f.suffix == WEIGHTS)
    if found:
        return found
    pickled = sorted(f.name for f in files if f.suffix in PICKLED and f.name != "training_args.bin")
    if pickled:
        raise UserError(
            f"{folder}: holds only pickled weights ({pickled[0]}), which can run code when loaded; "
            "save the model again with safetensors"
        )
    raise UserError(f"{folder}: holds no weights (*.safetensors); give the folder of a saved Hugging Face model")


def folder_hash(folder: str | Path, weights_only: bool = True) -> str:
    """sha256 (hex) over relative names and contents of a model folder's safetensors files, subfolders (2_Dense)
    included.

    weights_only=False: configs, tokenizers and templates, too: equal exactly when the model behaves alike. UserError
    for a folder that is not there or holds no weights, naming pickled ones.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"{folder}: no such checkpoint folder; check the path")
    files = files_below(folder, weights_only)
    if not any(f.suffix == WEIGHTS for f in files):
        weights_in(folder, list(folder.rglob("*")))
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(folder).as_posix()}\0{file_digest(file)}\0".encode())
    return digest.hexdigest()
