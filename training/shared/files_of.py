"""What can be known of a checkpoint without its weights: tokenizer and config, and whether the two belong together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.hub import is_hub_id
from training.shared.checkpoints import check_folder
from training.shared.loading import load_config, load_tokenizer
from training.shared.lora import adapter_base


def files_of(path: str | Path, trust_remote_code: bool = False) -> tuple[Any, Any]:
    """(tokenizer, config) of a folder or hub id; an adapter has its base's where it brings none.

    Raises UserError as `load_policy` would for the same files: code of its own, no tokenizer, no end token, a
    vocabulary that is larger than the embedding.
    """
    folder = Path(path)
    if not is_hub_id(path):
        check_folder(folder, trust_remote_code)
    base = adapter_base(folder)
    if base is None:
        tokenizer, config = load_tokenizer(path, trust_remote_code), load_config(path, trust_remote_code)
    else:
        tokenizer, config = files_of(base, trust_remote_code)  # which may be an adapter, too
        if (folder / "tokenizer_config.json").exists():
            tokenizer = load_tokenizer(folder, trust_remote_code)
    vocabulary = getattr(config, "vocab_size", None)
    if vocabulary is not None and len(tokenizer) > vocabulary:
        raise UserError(
            f"{path}: the tokenizer has {len(tokenizer)} tokens, the model only {vocabulary}; "
            "they do not belong together"
        )
    return tokenizer, config
