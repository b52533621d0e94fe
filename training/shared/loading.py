"""Loading policies and tokenizers from a folder or the hub."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.false_alarm import no_false_alarm
from metrics.foreign import ALLOW
from metrics.hub import hub_revision, is_hub_id
from metrics.lean import DECODING, LOSSES, without_unused
from training.shared.checkpoints import check_folder, log
from training.shared.decoding import settle
from training.shared.lora import adapter_base, with_adapter
from training.shared.memory import is_out_of_memory, memory_guard
from training.shared.quick import grouped_queries, plain_masks

DTYPES = ("float32", "bfloat16", "float16")
TOO_LARGE = "set policy.dtype=bfloat16, or policy.device_map=auto to spread the model over the devices there are"
REMOTE_CODE = f"the model brings its own code; read that code, then allow it with {ALLOW}"
_DEVICE_MAP = re.compile(r"auto|balanced|balanced_low_0|sequential|cpu|mps|cuda(:\d+)?")


def load_config(path: str | Path, trust_remote_code: bool = False) -> Any:
    """The transformers config of a folder or hub id. UserError when it cannot be read."""
    without_unused(DECODING)
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
    without_unused(DECODING)
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

    without_unused(DECODING, LOSSES)
    from transformers import AutoModelForCausalLM

    plain_masks()
    grouped_queries()
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
