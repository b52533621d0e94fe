"""Checkpoints: a Hugging Face folder in safetensors with its lineage beside the weights, written whole or not at
all."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.files import read_object
from metrics.foreign import check_foreign
from training.shared.checksums import CHECKSUMS, checksum_problem, write_checksums
from training.shared.hashes import weight_files, weights_hash
from training.shared.lora import adapter_base
from training.shared.resume import safetensors_problem

LINEAGE = "lineage.json"
log = logging.getLogger("training")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A trained policy and where it comes from; all but the path stands in its `lineage.json`."""

    path: str
    """Folder in Hugging Face format."""
    stage: str
    """Such as `post-sft`."""
    weights_hash: str
    """See `weights_hash`."""
    parent_hash: str | None
    """Weights hash of the checkpoint it was trained from."""
    config_hash: str
    """Of the settings it was trained with (for RL: the reward's id, too)."""
    data_hash: str
    """Of the training rows, in order."""
    seed: int
    steps: int
    """Optimiser steps of this stage."""
    left_out: int = 0
    """Training rows left out because they were longer than the model or the settings allow."""


def check_folder(folder: Path, trust_remote_code: bool = False) -> dict[str, Any]:
    """The config of a local checkpoint (of the base, for an adapter; {} for a base on the hub), after its files were
    looked at.

    Raises UserError for anything missing, cut short or pickled, and for an adapter whose base is not the one that it
    was trained on.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such checkpoint folder; check the path")
    base = adapter_base(folder)
    if base is not None:
        check_foreign(folder, trust_remote_code)
        check_sealed(folder)
        _check_adapter(folder, base)
        return check_folder(Path(base), trust_remote_code) if Path(base).is_dir() else {}
    if not (folder / "config.json").exists():
        raise UserError(f"{folder}: holds no config.json; give the folder of a saved Hugging Face model")
    config = read_object(folder / "config.json")
    check_foreign(folder, trust_remote_code)
    check_sealed(folder)
    files = weight_files(folder)
    index = folder / "model.safetensors.index.json"
    if index.exists():
        try:
            shards = set(read_object(index)["weight_map"].values())
        except (KeyError, AttributeError, TypeError) as err:
            raise UserError(f"{index}: cannot be read ({err}); copy the checkpoint again") from err
        missing = sorted(shards - {f.name for f in files})
        if missing:
            raise UserError(
                f"{folder}: {len(missing)} weights file(s) named in {index.name} are missing, such as {missing[0]}; "
                "copy the checkpoint again"
            )
    for file in files:
        problem = safetensors_problem(file)
        if problem:
            raise UserError(f"{file}: corrupt weights ({problem}); copy or train the checkpoint again")
    return config


def _check_adapter(folder: Path, base: str) -> None:
    for file in weight_files(folder):
        problem = safetensors_problem(file)
        if problem:
            raise UserError(f"{file}: corrupt weights ({problem}); copy or train the adapter again")
    lineage = folder / LINEAGE
    if not lineage.is_file():
        return
    parent = read_object(lineage).get("parent_hash")
    if parent is not None and Path(base).is_dir() and weights_hash(base) != parent:
        raise UserError(
            f"{folder}: its base model {base} has changed since the adapter was trained; "
            "put the old weights back, or train again"
        )


def save_checkpoint(
    model: Any,
    tokenizer: Any,
    out: Path,
    state: dict[str, Any] | None = None,
    logs: Sequence[Path] = (),
    **lineage: Any,
) -> Checkpoint:
    """Write model, tokenizer, `lineage.json` and `checksums.json` to `out` by rename; an older folder of that name is
    replaced.

    state: the whole weights, where the model itself holds only a part of them (FSDP, ZeRO-3); logs: files of the run
    that are sealed with it. lineage: the fields of `Checkpoint` but path and weights_hash. Raises UserError when the
    disk is full or read-only.
    """
    from safetensors import SafetensorError

    partial = out.with_name(f".{out.name}.partial")
    old = out.with_name(f".{out.name}.old")
    try:
        for leftover in (partial, old):
            shutil.rmtree(leftover, ignore_errors=True)
        partial.mkdir(parents=True)
        model.save_pretrained(partial, state_dict=state)
        tokenizer.save_pretrained(partial)
        (partial / "README.md").unlink(
            missing_ok=True
        )  # peft's card is an empty form; lineage.json says what there is to say
        checkpoint = Checkpoint(path=str(out), weights_hash=weights_hash(partial), **lineage)
        record = {k: v for k, v in asdict(checkpoint).items() if k != "path"}
        (partial / LINEAGE).write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        write_checksums(partial, [log for log in logs if log.exists()])
        for file in partial.iterdir():
            with open(file, "rb") as stream:
                os.fsync(stream.fileno())
        if out.exists():
            os.replace(out, old)
        os.replace(partial, out)
        shutil.rmtree(old, ignore_errors=True)
    except (OSError, SafetensorError) as err:
        shutil.rmtree(partial, ignore_errors=True)
        raise UserError(
            f"cannot write the checkpoint {out}: {err}; free some space or choose a folder you may write to"
        ) from err
    return checkpoint


def read_checkpoint(folder: str | Path) -> Checkpoint:
    """The lineage of a checkpoint written by `save_checkpoint`, its weights hashed anew. UserError when they are
    missing or disagree."""
    folder = Path(folder)
    path = folder / LINEAGE
    if not path.exists():
        raise UserError(f"{path}: missing; the folder was not written by this suite's training")
    try:
        checkpoint = Checkpoint(path=str(folder), **read_object(path))
    except (UserError, TypeError) as err:
        raise UserError(f"{path}: cannot be read ({err}); train the stage again") from err
    if weights_hash(folder) != checkpoint.weights_hash:
        raise UserError(f"{folder}: the weights are not those of its {LINEAGE}; train the stage again")
    check_sealed(folder)
    return checkpoint


def check_sealed(folder: Path) -> None:
    """Raise UserError where a checkpoint that this suite trained is not as it was written: its config, its vocabulary,
    its weights."""
    if (folder / CHECKSUMS).is_file() and (problem := checksum_problem(folder)) is not None:
        raise UserError(
            f"{folder}: {problem}; run the same command again, which trains the stage anew, or copy it again "
            f"(changed on purpose: remove {CHECKSUMS})"
        )
