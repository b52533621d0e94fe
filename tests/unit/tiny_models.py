"""Tokenizer and shape of the tiny random models of the tests (the fixtures are in conftest.py)."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

THAI = "กขคงจชซญดตถทนบปผพฟมยรลวสหอ"
HAN = "中国公司起诉法院北京泰"
PRINTABLE = "".join(chr(c) for c in range(32, 127))


def character_tokenizer(words: list[str]) -> Any:
    """A fast tokenizer: one token per character of this small world, `words` whole, everything else unknown."""
    from tokenizers import AddedToken, Tokenizer, models

    from training.embedded.tokenizer import wrapped

    characters = sorted(set(THAI + HAN + PRINTABLE + "\nะาิี่้ำเแไ，。"))
    vocabulary = {token: i for i, token in enumerate(["<unk>", *characters])}
    tok = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    tok.add_special_tokens(
        [AddedToken(t, special=True, normalized=False) for t in ("<|im_start|>", "<|im_end|>", "<|pad|>")]
    )
    tok.add_tokens([AddedToken(w, normalized=False) for w in words])
    return wrapped(tok)


def small_shape(tokenizer: Any) -> dict[str, Any]:
    """Config keys that SmolLM3 and Qwen3 share."""
    return {
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


def small_bert(tokenizer: Any, **further: Any) -> Any:
    """A BertConfig of one layer; `further`: more of its keys."""
    from transformers import BertConfig

    return BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=80,
        pad_token_id=tokenizer.pad_token_id,
        **further,
    )


WIDE_HEADS = {"hidden_size": 64, "num_attention_heads": 2, "num_key_value_heads": 1}
"""Heads of 32: the least that vLLM's attention on CPU knows. In place of small_shape's, whose heads are of 8."""


def random_policy(folder: Path, **shape: Any) -> Path:
    """Saves a random SmolLM3 that has never seen anything. shape: config keys in place of small_shape's."""
    import torch
    from transformers import SmolLM3Config, SmolLM3ForCausalLM

    logging.getLogger("transformers").setLevel(logging.ERROR)
    torch.manual_seed(0)
    tokenizer = character_tokenizer([])
    SmolLM3ForCausalLM(SmolLM3Config(**(small_shape(tokenizer) | shape))).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def random_reranker(folder: Path, head_dim: int = 8, **shape: Any) -> Path:
    """Saves a random Qwen3 with the template's words, its weights large enough for its answers to differ."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    from training.rewards.yes_no_template import TEMPLATE_WORDS

    torch.manual_seed(1)
    tokenizer = character_tokenizer(TEMPLATE_WORDS)
    config = Qwen3Config(**(small_shape(tokenizer) | shape), head_dim=head_dim, initializer_range=0.3)
    Qwen3ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
