"""Decoding is the suite's own. What a checkpoint's generation_config.json asks for (repetition_penalty, top_k, a
temperature ...) acts on transformers' `generate(do_sample=False)` too, so "greedy" would mean something else for each
checkpoint. Here it acts on nothing: a loaded model gets a bare generation config with its token ids alone, what is used
is recorded, and what the checkpoint asks for is told.

The ids stay the checkpoint's: a chat model names several tokens that end a text there and one of them in its tokenizer.
"""

from __future__ import annotations

from typing import Any

VERSION = "decoding1"
"""Of the rules in this file and in `rules`: part of every generation step's key."""
_NOT_ASKED = {
    *("bos_token_id", "eos_token_id", "pad_token_id", "transformers_version", "_from_model_config", "use_cache"),
    *("return_dict_in_generate", "output_scores", "output_attentions", "output_hidden_states"),
}
"""Entries of a generation config that decide no text, and the ids, which are kept."""


def ids_of(value: Any) -> set[int]:
    """The ids that an entry of a generation config names: None, one or several."""
    return set() if value is None else {value} if isinstance(value, int) else {int(i) for i in value}


def end_tokens(generation: Any, tokenizer: Any) -> list[int]:
    """All token ids that end a text, in order: those of the generation config and the tokenizer's own."""
    return sorted(ids_of(getattr(generation, "eos_token_id", None)) | ids_of(tokenizer.eos_token_id))


def asked_by(generation: Any) -> dict[str, Any]:
    """What a checkpoint's generation config asks for besides its token ids: what settings and readers are told, never
    what acts."""
    found = generation.to_diff_dict() if generation is not None else {}
    return {k: v for k, v in sorted(found.items()) if k not in _NOT_ASKED and v is not None}


def settle(model: Any, tokenizer: Any) -> dict[str, Any]:
    """Gives a loaded model the bare generation config; returns what its own one asked for.

    Everything that generates with the model afterwards (`generate_texts`, TRL's rollouts, the probe) starts from here,
    and a checkpoint that is saved from it keeps its end tokens and asks for nothing.
    """
    from transformers import GenerationConfig

    asked = asked_by(model.generation_config)
    pad = tokenizer.pad_token_id
    model.generation_config = GenerationConfig(
        eos_token_id=end_tokens(model.generation_config, tokenizer) or None,
        pad_token_id=pad,
        bos_token_id=tokenizer.bos_token_id,
    )
    return asked


def context_of(config: Any) -> int | None:
    """Positions of a model, of the text part where it has several; None where the config names none."""
    found = getattr(config, "max_position_embeddings", None)
    if found is None and hasattr(config, "get_text_config"):
        found = getattr(config.get_text_config(), "max_position_embeddings", None)
    return int(found) if found else None
