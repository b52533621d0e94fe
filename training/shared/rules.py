"""What a checkpoint brings to decoding, and how its texts are decoded, in full: known without its weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.shared.decoding import VERSION, asked_by, context_of, end_tokens
from training.shared.files_of import files_of
from training.shared.lora import adapter_base


@dataclass(frozen=True, slots=True)
class Rules:
    """What a checkpoint brings to decoding, read without its weights."""

    end_tokens: tuple[int, ...]
    asked: dict[str, Any]
    """What its generation config asks for, which is not done."""
    context: int | None
    """Tokens that prompt and text together may have; None where the config does not say."""
    chat: bool
    """Its tokenizer brings a chat template."""


def rules_of(path: str | Path, trust_remote_code: bool = False) -> Rules:
    """The rules of a folder or hub id (of an adapter: its base's generation config). UserError as `files_of`."""
    from transformers import GenerationConfig

    tokenizer, config = files_of(path, trust_remote_code)
    base = adapter_base(path)
    while base is not None:
        path, base = base, adapter_base(base)
    try:
        generation = GenerationConfig.from_pretrained(str(path))
    except OSError:  # the file is optional; transformers derives the same when it loads the weights
        generation = GenerationConfig.from_model_config(config)
    chat = bool(getattr(tokenizer, "chat_template", None))
    return Rules(tuple(end_tokens(generation, tokenizer)), asked_by(generation), context_of(config), chat)


def described(
    rules: Rules, *, max_new_tokens: int | None, temperature: float, stop: Sequence[str], strip_think: bool
) -> dict[str, Any]:
    """How texts are decoded, in full: what the manifest holds and the step's key hashes."""
    return {
        "version": VERSION,
        "method": "sampling" if temperature > 0 else "greedy",
        "temperature": temperature if temperature > 0 else None,
        "top_k": None,
        "top_p": 1.0,
        "repetition_penalty": 1.0,
        "num_beams": 1,
        "max_new_tokens": max_new_tokens,
        "end_tokens": list(rules.end_tokens),
        "stop": list(stop),
        "think": "stripped" if strip_think else "kept",
    }
