"""What a checkpoint is, as hashes: of its weights, or of all that a library reads of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from metrics.errors import UserError
from metrics.folders import folder_hash, weights_in
from metrics.hub import hub_revision, is_hub_id
from training.shared.ensembles import members
from training.shared.lora import adapter_base


def weight_files(folder: str | Path) -> list[Path]:
    """The safetensors files of a checkpoint, by name; of an ensemble those of its members. Raises UserError when there
    are none, naming pickled weights where it finds some."""
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"{folder}: no such checkpoint folder; check the path")
    if (together := members(folder)) is not None:
        return [file for member in together for file in weight_files(member.path)]
    return weights_in(folder, [p for p in folder.iterdir() if p.is_file()])


def weights_hash(folder: str | Path) -> str:
    """`metrics.folders.folder_hash`: equal exactly when the weights files are equal. A hub id is named with its commit.

    An adapter's weights are those of its base, too; an ensemble's are those of its members, with their shares.
    """
    return _hash(folder, weights_only=True)


def hex_hash(path: str | Path) -> str:
    """`weights_hash` as 64 hex digits, of a hub id, too: for the ids of rewards."""
    found = weights_hash(path)
    return hashlib.sha256(found.encode()).hexdigest() if is_hub_id(path) else found


def content_hash(folder: str | Path) -> str:
    """As `weights_hash`, over all that a library reads of a model: config, tokenizer and templates, too. What step keys
    are made of."""
    return _hash(folder, weights_only=False)


def _hash(folder: str | Path, weights_only: bool) -> str:
    if is_hub_id(folder):
        return f"hub:{folder}@{hub_revision(str(folder))}"
    if (together := members(folder)) is not None:
        parts = "".join(f"{member.weight!r}\0{_hash(member.path, weights_only)}\0" for member in together)
        return hashlib.sha256(f"ensemble\0{parts}".encode()).hexdigest()
    own, base = folder_hash(folder, weights_only), adapter_base(folder)
    return own if base is None else hashlib.sha256(f"{own}\0base\0{_hash(base, weights_only)}\0".encode()).hexdigest()
