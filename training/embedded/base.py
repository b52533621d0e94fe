"""Pre-train the embedded base policy: a small SmolLM3 on noisily aligned text (`python -m training base`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from training.embedded.data import Corpus
from training.embedded.loop import LoopSettings, run_loop
from training.embedded.making import Making, ModelSettings, written
from training.embedded.rows import BaseRow
from training.embedded.tokenizer import load_words, train_tokenizer
from training.sft.packed import hidden_states, pack


@dataclass(frozen=True, slots=True, kw_only=True)
class CausalSettings(ModelSettings):
    """Shape of a small causal language model."""

    heads: int = 6
    kv_heads: int = 2
    intermediate: int = 512

    def shape(self, vocab_size: int, eos: int, pad: int) -> dict[str, Any]:
        """Config keys that SmolLM3 and Qwen3 share."""
        return {
            "vocab_size": vocab_size,
            "hidden_size": self.hidden,
            "intermediate_size": self.intermediate,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "tie_word_embeddings": True,
            "bos_token_id": None,
            "eos_token_id": eos,
            "pad_token_id": pad,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseSettings(CausalSettings):
    """Architecture and budget of the base policy."""

    layers: int = 4
    pair_steps: int = 1200
    """First steps, on short aligned pairs alone."""
    pair_batch: int = 32
    batch: int = 8
    """Articles a step afterwards, with as many short pairs."""
    steps: int = 2400
    tokenizer_rows: int = 4000


def make_policy(settings: BaseSettings, vocab_size: int, eos: int, pad: int) -> torch.nn.Module:
    """A SmolLM3 with random weights."""
    from transformers.models.smollm3.configuration_smollm3 import SmolLM3Config
    from transformers.models.smollm3.modeling_smollm3 import SmolLM3ForCausalLM

    torch.manual_seed(settings.seed)
    shape = settings.shape(vocab_size, eos, pad)
    return SmolLM3ForCausalLM(SmolLM3Config(**shape, max_position_embeddings=2048, use_cache=True))


def completion_loss(
    model: torch.nn.Module, sources: list[list[int]], completions: list[list[list[int]]], pad: int
) -> torch.Tensor:
    """Mean cross-entropy of the completions' tokens, each after its source; the sources' own tokens are not scored."""
    batch = pack(sources, completions, pad)
    hidden = hidden_states(model, batch)
    rows, at, targets = [], [], []
    for r, (source, parts) in enumerate(zip(sources, completions, strict=True)):
        for start, part in zip(batch.starts[r], parts, strict=True):
            rows += [r] * len(part)
            at += [len(source) - 1, *range(start, start + len(part) - 1)]
            targets += part
    head: Any = model.lm_head
    return cross_entropy(head(hidden[rows, at]), torch.tensor(targets))


def train_base(
    corpus_path: Path, words_path: Path, out: Path, settings: BaseSettings, dtype: torch.dtype = torch.bfloat16
) -> dict[str, object]:
    """Train tokenizer and policy and write a Hugging Face folder (safetensors); returns what its manifest says about
    it."""
    corpus = Corpus(corpus_path, BaseRow)
    words = load_words(words_path)
    texts = (t for row in corpus.rows[: settings.tokenizer_rows] for t in (row["prompt"], *row["completions"]))
    tokenizer = train_tokenizer(texts, words, settings.pieces)
    eos, pad = tokenizer.eos_token_id, tokenizer.pad_token_id
    model = make_policy(settings, len(tokenizer), eos, pad)
    encode = lambda text: tokenizer(text, add_special_tokens=False)["input_ids"]  # noqa: E731

    def loss_of(rows: list[tuple[str, list[str]]]) -> torch.Tensor:
        return completion_loss(
            model, [encode(p) for p, _ in rows], [[[*encode(c), eos] for c in cs] for _, cs in rows], pad
        )

    def loss_at(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        if step < settings.pair_steps:
            rows = corpus.batch(settings.seed, step, settings.pair_batch)
            pairs = loss_of([(p, [c]) for p, c in (r["pairs"][step % len(r["pairs"])] for r in rows)])
            return pairs, {"pairs": pairs.item()}
        rows = corpus.batch(settings.seed, step, settings.batch)
        story = loss_of([(r["prompt"], r["completions"]) for r in rows])
        pairs = loss_of([(p, [c]) for p, c in (r["pairs"][step % len(r["pairs"])] for r in rows)])
        return story + 0.5 * pairs, {"story": story.item(), "pairs": pairs.item()}

    making = Making.of(settings, corpus, words, out)
    steps = LoopSettings(settings.steps, settings.lr, seed=settings.seed)
    log = run_loop(model, loss_at, steps, making.state, making.key(), "base policy")
    save_model(model, tokenizer, out, dtype)
    return making.manifest(log[-1])


def save_model(
    model: Any, tokenizer: Any, out: Path, dtype: torch.dtype, also: Callable[[Path], None] | None = None
) -> None:
    """Write model and tokenizer as a Hugging Face folder in `dtype`, by rename. also: what is done to the folder
    before."""
    with written(out) as folder:
        model.to(dtype).save_pretrained(folder, safe_serialization=True)
        tokenizer.save_pretrained(folder)
        if also is not None:
            also(folder)
