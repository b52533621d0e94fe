"""Train the embedded reranker: a small Qwen3 as a generative yes/no judge (`python -m training reranker`).

Two phases. First it learns, as a language model, to write what the source says (a fact must be known densely before it can be judged).
Then it learns to judge: graded relevance at the answer position of the official template, the order of candidates of one source, and at the
last token of every stated fact whether the source supports it. Only the answer position is used by the reward.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, logsigmoid
from transformers import PreTrainedTokenizerFast

from metrics.records import sha256_json

from .base import save_model
from .data import Corpus
from .loop import LoopSettings, run_loop
from .packed import hidden_states, pack
from .rewards.reranker_generative import DEFAULT_INSTRUCT, PREFIX, SUFFIX, TEMPLATE_WORDS, document_ids, query_ids, suffix_ids
from .tokenizer import load_words, train_tokenizer


@dataclass(frozen=True, slots=True)
class RerankerSettings:
    """Architecture and budget of the reranker."""

    hidden: int = 192
    layers: int = 4
    heads: int = 6
    kv_heads: int = 2
    head_dim: int = 32
    intermediate: int = 512
    pieces: int = 2000
    batch: int = 6
    """Sources a step; twice as many while it learns to write."""
    pair_steps: int = 1200
    """First steps, writing short aligned pairs (32 a step)."""
    pair_batch: int = 32
    lm_steps: int = 400
    """Then steps writing what whole articles say."""
    judge_steps: int = 3000
    lr: float = 2e-3
    seed: int = 1
    tokenizer_rows: int = 1500
    wrong_weight: float = 3.0
    """Weight of an unsupported fact beside a supported one."""
    margin: float = 0.08
    """Label difference from which two candidates of one source are ordered."""


def make_reranker(settings: RerankerSettings, tokenizer: PreTrainedTokenizerFast) -> torch.nn.Module:
    """A Qwen3 with random weights."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(settings.seed)
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=settings.hidden,
        intermediate_size=settings.intermediate,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        num_key_value_heads=settings.kv_heads,
        head_dim=settings.head_dim,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return Qwen3ForCausalLM(config)


def _fact_tokens(offsets: list[tuple[int, int]], checks: list[list[Any]]) -> list[tuple[int, bool]]:
    """Token index at which each checked fact is complete, and whether it is supported."""
    return [(next(i for i, (_, end) in enumerate(offsets) if end >= c[0]), bool(c[2])) for c in checks]


class Objective:
    """Losses on packed rows of judged candidates."""

    def __init__(self, model: Any, tokenizer: PreTrainedTokenizerFast, settings: RerankerSettings) -> None:
        self.model, self.tok, self.settings = model, tokenizer, settings
        self.yes, self.no = (tokenizer.convert_tokens_to_ids(t) for t in ("yes", "no"))
        self.suffix = suffix_ids(tokenizer)

    def _margins(self, hidden: torch.Tensor) -> torch.Tensor:
        weight = self.model.lm_head.weight
        return hidden @ (weight[self.yes] - weight[self.no])

    def __call__(self, rows: list[dict[str, Any]], judge: bool) -> tuple[torch.Tensor, dict[str, float]]:
        sources = [query_ids(self.tok, r["source"], DEFAULT_INSTRUCT) for r in rows]
        kept = [[c for c in r["candidates"] if judge or c["clean"]] for r in rows]
        encoded = [[self.tok(c["text"], add_special_tokens=False, return_offsets_mapping=True) for c in cs] for cs in kept]
        documents = [[document_ids(self.tok, c["text"]) for c in cs] for cs in kept]
        batch = pack(sources, [[d + self.suffix for d in ds] for ds in documents], self.tok.pad_token_id)
        hidden = hidden_states(self.model, batch)
        lm_rows, lm_at, lm_to, fact_rows, fact_at, fact_ok, end_rows, end_at, labels = [], [], [], [], [], [], [], [], []
        for r, (cs, ds, es) in enumerate(zip(kept, documents, encoded, strict=True)):
            for start, c, d, e in zip(batch.starts[r], cs, ds, es, strict=True):
                if c["clean"]:
                    lm_rows += [r] * len(d)
                    lm_at += [len(sources[r]) - 1, *range(start, start + len(d) - 1)]
                    lm_to += d
                for token, true in _fact_tokens(e["offset_mapping"], c["checks"]):
                    fact_rows.append(r)
                    fact_at.append(start + token)
                    fact_ok.append(float(true))
                end_rows.append(r)
                end_at.append(start + len(d) + len(self.suffix) - 1)
                labels.append(c["label"])
        language = cross_entropy(self.model.lm_head(hidden[lm_rows, lm_at]), torch.tensor(lm_to))
        if not judge:
            return language, {"lm": language.item()}
        ok = torch.tensor(fact_ok)
        fact_margin = self._margins(hidden[fact_rows, fact_at])
        fact = binary_cross_entropy_with_logits(fact_margin, ok, weight=1 + (self.settings.wrong_weight - 1) * (1 - ok))
        end, label = self._margins(hidden[end_rows, end_at]), torch.tensor(labels)
        answer = binary_cross_entropy_with_logits(end, label)
        rows_t = torch.tensor(end_rows)
        better = (rows_t[:, None] == rows_t[None, :]) & (label[:, None] > label[None, :] + self.settings.margin)
        order = -logsigmoid((end[:, None] - end[None, :])[better]).mean()
        with torch.no_grad():
            pair = ((end[:, None] > end[None, :]) & better).sum() / better.sum()
            seen = ((fact_margin < 0) & (ok == 0)).sum() / (ok == 0).sum().clamp(min=1)
        loss = answer + order + fact + 0.3 * language
        return loss, {
            "answer": answer.item(),
            "order": order.item(),
            "fact": fact.item(),
            "lm": language.item(),
            "pair_acc": pair.item(),
            "errors_seen": seen.item(),
        }


def _as_row(pair: list[str]) -> dict[str, Any]:
    """A short aligned pair as a row with one clean candidate."""
    return {"source": pair[0], "candidates": [{"text": pair[1], "label": 1.0, "checks": [], "clean": True}]}


def train_reranker(
    corpus_path: Path, words_path: Path, out: Path, settings: RerankerSettings, dtype: torch.dtype = torch.bfloat16
) -> dict[str, object]:
    """Train tokenizer and reranker and write a Hugging Face folder (safetensors); returns what its manifest says about it."""
    corpus = Corpus(corpus_path)
    words = load_words(words_path) + TEMPLATE_WORDS
    texts = (t for row in corpus.rows[: settings.tokenizer_rows] for t in (row["source"], *(c["text"] for c in row["candidates"])))
    tokenizer = train_tokenizer(texts, words, settings.pieces)
    model = make_reranker(settings, tokenizer)
    objective = Objective(model, tokenizer, settings)

    def loss_at(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        if step < settings.pair_steps:
            return objective(
                [_as_row(r["pairs"][step % len(r["pairs"])]) for r in corpus.batch(settings.seed, step, settings.pair_batch)], False
            )
        judge = step >= settings.pair_steps + settings.lm_steps
        return objective(corpus.batch(settings.seed, step, settings.batch if judge else 2 * settings.batch), judge)

    config_hash = sha256_json(asdict(settings))
    key = sha256_json([config_hash, corpus.hash, words, PREFIX, SUFFIX])
    log = run_loop(
        model,
        loss_at,
        LoopSettings(settings.pair_steps + settings.lm_steps + settings.judge_steps, settings.lr, seed=settings.seed),
        out.with_name(out.name + ".state"),
        key,
        "reranker",
    )
    save_model(model, tokenizer, out, dtype)
    return {"config": asdict(settings), "config_hash": config_hash, "data_hash": corpus.hash, "seed": settings.seed, "final": log[-1]}
