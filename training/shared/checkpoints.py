"""Checkpoints: a Hugging Face folder in safetensors with its lineage beside the weights, written whole or not at
all."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.false_alarm import no_false_alarm
from metrics.files import read_object
from metrics.folders import folder_hash, weights_in
from metrics.foreign import ALLOW, check_foreign
from metrics.hub import hub_revision, is_hub_id
from training.shared.checksums import CHECKSUMS, checksum_problem, write_checksums
from training.shared.decoding import settle
from training.shared.lora import adapter_base, with_adapter
from training.shared.memory import is_out_of_memory, memory_guard
from training.shared.resume import safetensors_problem

LINEAGE = "lineage.json"
DTYPES = ("float32", "bfloat16", "float16")
TOO_LARGE = "set policy.dtype=bfloat16, or policy.device_map=auto to spread the model over the devices there are"
REMOTE_CODE = f"the model brings its own code; read that code, then allow it with {ALLOW}"
_DEVICE_MAP = re.compile(r"auto|balanced|balanced_low_0|sequential|cpu|mps|cuda(:\d+)?")
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


def weight_files(folder: str | Path) -> list[Path]:
    """The safetensors files of a checkpoint, by name. Raises UserError when there are none, naming pickled weights
    where it finds some."""
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"{folder}: no such checkpoint folder; check the path")
    return weights_in(folder, [p for p in folder.iterdir() if p.is_file()])


def weights_hash(folder: str | Path) -> str:
    """`metrics.folders.folder_hash`: equal exactly when the weights files are equal. A hub id is named with its commit.

    An adapter's weights are those of its base, too.
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
    own, base = folder_hash(folder, weights_only), adapter_base(folder)
    return own if base is None else hashlib.sha256(f"{own}\0base\0{_hash(base, weights_only)}\0".encode()).hexdigest()


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


def load_config(path: str | Path, trust_remote_code: bool = False) -> Any:
    """The transformers config of a folder or hub id. UserError when it cannot be read."""
    from transformers import AutoConfig

    revision = _revision(path)
    try:
        return AutoConfig.from_pretrained(str(path), trust_remote_code=trust_remote_code, **revision)
    except Exception as err:  # as for the tokenizer below
        if _needs_code(err):
            raise UserError(f"{path}: {REMOTE_CODE}") from err
        raise UserError(
            f"{path}: its config cannot be read ({_first_line(err)}); check the folder or the hub id"
        ) from err


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


def _revision(path: str | Path) -> dict[str, str]:
    """The commit of a hub id that `weights_hash` names, so that what is hashed is what is loaded."""
    return {"revision": hub_revision(str(path))} if is_hub_id(path) else {}


def _needs_code(err: Exception) -> bool:
    return "trust_remote_code" in str(err)


def load_tokenizer(path: str | Path, trust_remote_code: bool = False) -> Any:
    """The tokenizer of a checkpoint, padding on the left. UserError without tokenizer or eos.

    Where it has no padding token eos pads, which is said in a warning: padding is masked everywhere, so it never
    changes a result.
    """
    from transformers import AutoTokenizer

    revision = _revision(path)
    try:
        with no_false_alarm(path):
            tokenizer = AutoTokenizer.from_pretrained(str(path), trust_remote_code=trust_remote_code, **revision)
    except Exception as err:  # the libraries raise many kinds for a bad folder; each is the same mistake of the user
        if _needs_code(err):
            raise UserError(f"{path}: {REMOTE_CODE}") from err
        mend = (
            "save the tokenizer beside the model"
            if Path(path).is_dir()
            else "check the hub id and the connection, or give a folder"
        )
        raise UserError(f"{path}: its tokenizer cannot be loaded ({_first_line(err)}); {mend}") from err
    if tokenizer.eos_token_id is None:
        raise UserError(
            f"{path}: its tokenizer has no end-of-sequence token, so no text could end; "
            "set eos_token in tokenizer_config.json"
        )
    if tokenizer.pad_token_id is None:
        log.warning("%s: the tokenizer has no padding token; its end-of-sequence token pads (masked)", path)
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "left"
    return tokenizer


def load_policy(
    path: str | Path,
    dtype: str = "float32",
    trust_remote_code: bool = False,
    device: str | None = None,
    device_map: str | None = None,
) -> tuple[Any, Any]:
    """(causal language model in eval mode, tokenizer padding on the left) of a folder or hub id; an adapter is merged
    into its base.

    dtype: a torch dtype's name ("float32", "bfloat16"); device: where the model goes (default: a CUDA device where
    there is one); device_map: how it is spread over several devices instead, as transformers knows it ("auto",
    "cuda:1"). Raises UserError: missing or corrupt files, pickled weights, a model with code of its own unless
    `trust_remote_code`, weights that the architecture lacks, no tokenizer, a vocabulary larger than the embedding, an
    unknown dtype or device map.
    """
    import torch
    from transformers import AutoModelForCausalLM

    if dtype not in DTYPES:
        raise UserError(f"unknown dtype {dtype!r}; use {', '.join(DTYPES)}")
    if device_map is not None and not _DEVICE_MAP.fullmatch(device_map):
        raise UserError(f"unknown device map {device_map!r}; use auto, balanced, sequential, cpu, cuda or cuda:N")
    folder = Path(path)
    if not is_hub_id(path):
        check_folder(folder, trust_remote_code)
    base = adapter_base(folder)
    if base is not None:
        model, own = load_policy(base, "float32", trust_remote_code, device, device_map)
        merged = with_adapter(model, folder).to(getattr(torch, dtype))
        return merged.eval(), load_tokenizer(folder, trust_remote_code) if (
            folder / "tokenizer_config.json"
        ).exists() else own
    tokenizer, revision = load_tokenizer(path, trust_remote_code), _revision(path)
    logger = logging.getLogger("transformers")
    level = logger.level
    logger.setLevel(logging.ERROR)  # what it warns of (weights newly initialised) is an error here, raised below
    try:
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            str(path),
            dtype=getattr(torch, dtype),
            trust_remote_code=trust_remote_code,
            use_safetensors=True,
            output_loading_info=True,
            **revision,
            **({"device_map": device_map} if device_map else {}),
        )
    except Exception as err:  # as above
        if is_out_of_memory(err):
            raise UserError(
                f"{path}: out of memory while loading the weights ({_first_line(err)}); {TOO_LARGE}"
            ) from err
        if _needs_code(err):
            raise UserError(f"{path}: {REMOTE_CODE}") from err
        raise UserError(
            f"{path}: cannot be loaded as a causal language model ({_first_line(err)}); check the folder or the hub id"
        ) from err
    finally:
        logger.setLevel(level)
    model, info = loaded
    missing = sorted(info["missing_keys"])
    if missing:
        raise UserError(
            f"{path}: {len(missing)} weights are missing, such as {missing[0]}; the checkpoint is incomplete "
            "or of another architecture"
        )
    vocabulary = model.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > vocabulary:
        raise UserError(
            f"{path}: the tokenizer has {len(tokenizer)} tokens, the model only {vocabulary}; "
            "they do not belong together"
        )
    if device_map is None:
        with memory_guard(str(path), lambda: TOO_LARGE):
            model.to(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    set_backbone(model)
    settle(model, tokenizer)
    return model.eval(), tokenizer


def set_backbone(model: Any) -> None:
    """Lets `model.base_model` be the backbone under the head, for architectures that name a prefix which they do not
    have.

    Gemma 3, Llama 4 and Mllama in their text-only form inherit the prefix of the whole model ("language_model");
    transformers then answers with the model itself, and TRL's fused head, which asks the backbone for its last hidden
    state, would call itself.
    """
    from transformers import PreTrainedModel

    if model.base_model is not model:
        return
    found = [name for name, child in model.named_children() if isinstance(child, PreTrainedModel)]
    if len(found) == 1:
        model.base_model_prefix = found[0]


def _first_line(err: Exception) -> str:
    return (str(err).strip().splitlines() or [type(err).__name__])[0][:200]


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
