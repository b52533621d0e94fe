"""Tokenizer and config of a small XLM-R."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from tokenizers import AddedToken, Tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast, XLMRobertaConfig

from training.embedded.making import ModelSettings
from training.embedded.tokenizer import train_tokenizer

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
"""In XLM-R's order: its position ids start at the padding id + 1, so the padding id must be small."""


def xlmr_tokenizer(texts: Iterable[str], words: Iterable[str], pieces: int) -> Tokenizer:
    """The embedded tokenizer (training/embedded/tokenizer.py) with XLM-R's special tokens at ids 0 to 3 and texts
    wrapped as <s> ... </s>."""
    words = sorted(set(words), key=lambda w: (-len(w), w))
    raw = json.loads(train_tokenizer(texts, words, pieces).backend_tokenizer.to_str())
    kept = [t for t, _ in sorted(raw["model"]["vocab"].items(), key=lambda item: item[1]) if t not in SPECIAL]
    raw["model"]["vocab"] = {t: i for i, t in enumerate([*SPECIAL, *kept])}
    raw["added_tokens"] = []
    tok = Tokenizer.from_str(json.dumps(raw, ensure_ascii=False))
    tok.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in (*SPECIAL, "<mask>")])
    tok.add_tokens([AddedToken(w, special=False, normalized=False) for w in words])
    ends = [(t, SPECIAL.index(t)) for t in ("<s>", "</s>")]
    tok.post_processor = TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=ends)
    return tok


def fast_tokenizer(tokenizer: Tokenizer, positions: int) -> PreTrainedTokenizerFast:
    """The tokenizer as transformers loads and saves it; texts of more than `positions` tokens are cut."""
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        model_max_length=positions,
        padding_side="right",
        clean_up_tokenization_spaces=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class XlmrSettings(ModelSettings):
    """Shape of a small XLM-R."""

    positions: int = 512
    """Longest text in tokens; what is longer is cut."""


def xlmr_config(vocab_size: int, shape: XlmrSettings) -> XLMRobertaConfig:
    """A small XLM-R without dropout (it underfits as it is)."""
    return XLMRobertaConfig(
        vocab_size=vocab_size,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.intermediate,
        max_position_embeddings=shape.positions + 2,
        type_vocab_size=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        layer_norm_eps=1e-5,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
    )
