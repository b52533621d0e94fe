"""COMET checkpoints in safetensors: checked, and built into the form that COMET loads."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.files import read_text, sha256_file
from metrics.folders import folder_hash
from metrics.foreign import check_foreign

WEIGHTS, HPARAMS, ENCODER = "model.safetensors", "hparams.yaml", "encoder"


def weights_hash(checkpoint: str | Path) -> str:
    """`folder_hash` of the checkpoint. Raises UserError when the folder is not a COMET checkpoint."""
    return folder_hash(_checked(Path(checkpoint)))


def _checked(folder: Path) -> Path:
    where = f"COMET checkpoint {folder}"
    if not folder.is_dir():
        raise UserError(f"{where}: no such folder; give the folder that holds {WEIGHTS}, {HPARAMS} and {ENCODER}/")
    absent = [n for n in (WEIGHTS, HPARAMS, f"{ENCODER}/config.json") if not (folder / n).is_file()]
    if absent and any(folder.rglob("*.ckpt")):
        raise UserError(
            f"{where}: holds a pickled .ckpt, which may run code and is refused; save its state dict as {WEIGHTS}"
        )
    if absent:
        raise UserError(f"{where}: lacks {', '.join(absent)}; a checkpoint holds {WEIGHTS}, {HPARAMS} and {ENCODER}/")
    check_foreign(folder, allow="another checkpoint: a scorer never runs code of its own")
    return folder


def _hparams(folder: Path) -> dict[str, Any]:
    import yaml

    path = folder / HPARAMS
    try:
        hparams = yaml.safe_load(read_text(path))
    except (yaml.YAMLError, ValueError, RecursionError) as err:
        raise UserError(
            f"{path}: not readable as plain YAML ({str(err).splitlines()[0]}); write only plain values"
        ) from err
    if not isinstance(hparams, dict) or "class_identifier" not in hparams:
        raise UserError(f"{path}: lacks class_identifier (for example referenceless_regression_metric)")
    return hparams


def cache_root() -> Path:
    """Where built .ckpt files are kept: $XDG_CACHE_HOME or ~/.cache, folder `sgsrl-bench/comet`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sgsrl-bench" / "comet"


def _key(folder: Path, root: Path) -> str:
    """Hash over everything that goes into the .ckpt, the place included (the .ckpt names its encoder by absolute
    path)."""
    files = [folder / WEIGHTS, folder / HPARAMS, *sorted(p for p in (folder / ENCODER).iterdir() if p.is_file())]
    parts = [f"{p.relative_to(folder)}:{sha256_file(p)}" for p in files]
    return hashlib.sha256("\n".join(["v1", str(root.resolve()), *parts]).encode()).hexdigest()[:32]


def build_checkpoint(checkpoint: str | Path, root: Path | None = None) -> Path:
    """Path of the .ckpt that unbabel-comet loads, built in the cache on first use (whole or not at all: by rename).

    Raises UserError for a folder that is no checkpoint, for corrupt weights and for a cache that cannot be written.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    folder, root = _checked(Path(checkpoint)), root or cache_root()
    hparams = _hparams(folder)
    home = root.resolve() / _key(folder, root)
    ckpt = home / "checkpoints" / "model.ckpt"
    if ckpt.is_file():
        return ckpt
    try:
        state = load_file(folder / WEIGHTS)
    except (SafetensorError, OSError) as err:
        raise UserError(f"{folder / WEIGHTS}: corrupt or not safetensors ({err}); build the checkpoint again") from err
    hparams.update(
        pretrained_model=str(home / ENCODER), train_data=[], validation_data=[], load_pretrained_weights=False
    )
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=".building-") as scratch:
            made = Path(scratch) / "checkpoint"
            (made / "checkpoints").mkdir(parents=True)
            # The encoder's weights are in the state dict; only its config and tokenizer are read from here.
            shutil.copytree(
                folder / ENCODER,
                made / ENCODER,
                ignore=shutil.ignore_patterns("*.safetensors", "*.bin", "*.pt", "*.ckpt"),
            )
            _write_hparams(made / HPARAMS, hparams)
            # Half-precision assets are computed with in float32; indices stay integers.
            tensors = {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
            content = {"state_dict": tensors, "hyper_parameters": hparams, "pytorch-lightning_version": "2.0.0"}
            torch.save(content, made / "checkpoints" / "model.ckpt")
            try:
                os.rename(made, home)
            except OSError:
                # Another process was faster: its copy has the same content.
                if not ckpt.is_file():
                    raise
    except OSError as err:
        mend = "set XDG_CACHE_HOME to a folder you may write to"
        raise UserError(f"cannot write the COMET cache {root}: {err.strerror or err}; {mend}") from err
    return ckpt


def _write_hparams(path: Path, hparams: dict[str, Any]) -> None:
    import yaml

    path.write_text(yaml.safe_dump(hparams, sort_keys=True, allow_unicode=True), "utf-8")
