"""Texts are data: what spells a special token in them (`</s>`, `[SEP]`, `<|im_end|>`) must reach a model as letters,
not as a control token."""

from __future__ import annotations

from typing import Any

RULE = "special tokens spelled in texts are text"


def read_literally(tokenizer: Any) -> Any:
    """The tokenizer, set to split special tokens that a text spells. Those that it puts around texts itself stay what
    they are."""
    tokenizer.split_special_tokens = True
    inner = getattr(tokenizer, "backend_tokenizer", None)  # of a fast tokenizer
    if inner is not None and hasattr(inner, "encode_special_tokens"):
        inner.encode_special_tokens = True
    return tokenizer
