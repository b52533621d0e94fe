"""Train the embedded reranker: a small Qwen3 as a generative yes/no judge (`python -m training reranker`).

First it learns, as a language model, to write what the source says (a fact must be known densely before it can be
judged), on short units and then on articles. Then it learns to judge, on short units and then on articles: graded
relevance at the answer position of the official template, the order of candidates of one source, and at the last token
of every stated fact whether the source supports it. There it must also name what the source has in that place (a
second, linear readout that is thrown away afterwards): with yes or no alone, figures stay at chance for thousands of
steps. Only the answer position is used by the reward.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, log_softmax, logsigmoid
from transformers import PreTrainedTokenizerFast

from training.embedded.base import CausalSettings, save_model
from training.embedded.data import Corpus, candidate_texts
from training.embedded.loop import LoopSettings, run_loop
from training.embedded.making import Making
from training.embedded.objectives import better
from training.embedded.rows import RerankerRow
from training.embedded.tokenizer import load_words, train_tokenizer
from training.rewards.yes_no_template import (
    DEFAULT_INSTRUCT,
    PREFIX,
    SUFFIX,
    TEMPLATE_WORDS,
    document_ids,
    query_ids,
    suffix_ids,
)
from training.sft.packed import hidden_states, pack
from training.shared.hashes import weights_hash
from training.shared.loading import load_policy

WATCHED = ("person", "organisation", "place", "event", "quantity", "percentage", "money", "date", "time")
"""Fact types for which the log says which share of the wrong ones is seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankerSettings(CausalSettings):
    """Architecture and budget of the reranker."""

    layers: int = 5
    head_dim: int = 32
    batch: int = 8
    """Articles a step; twice as many while it learns to write."""
    unit_batch: int = 24
    """Short units a step."""
    write_units: int = 900
    """First steps, writing short units."""
    judge_units: int = 1400
    """Then steps judging them."""
    write_articles: int = 100
    """Then steps writing what whole articles say."""
    judge_articles: int = 1500
    """Then steps judging whole articles' candidates."""
    wrong_weight: float = 3.0
    """Weight of an unsupported fact beside a supported one."""
    margin: float = 0.08
    """Label difference from which two candidates of one source are ordered."""
    recall_weight: float = 0.5
    """Weight of naming what the source has in a stated fact's place."""
    autocast: bool = True
    """Multiply matrices in bfloat16."""
    start: str = ""
    """Folder of a reranker to go on from, its tokenizer and shape included; empty: from random weights."""


def make_reranker(settings: RerankerSettings, tokenizer: PreTrainedTokenizerFast) -> torch.nn.Module:
    """A Qwen3 with random weights."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(settings.seed)
    shape = settings.shape(len(tokenizer), tokenizer.eos_token_id, tokenizer.pad_token_id)
    return Qwen3ForCausalLM(Qwen3Config(**shape, head_dim=settings.head_dim, max_position_embeddings=4096))


def _fact_tokens(offsets: list[tuple[int, int]], checks: list[list[Any]]) -> list[int]:
    """Index of the token at which each checked fact is complete."""
    return [next(i for i, (_, end) in enumerate(offsets) if end >= c[0]) for c in checks]


class Objective:
    """Losses on packed rows of judged candidates."""

    def __init__(self, model: Any, tokenizer: PreTrainedTokenizerFast, settings: RerankerSettings) -> None:
        self.model, self.tok, self.settings = model, tokenizer, settings
        self.yes, self.no = (tokenizer.convert_tokens_to_ids(t) for t in ("yes", "no"))
        self.suffix = suffix_ids(tokenizer)
        self._known: dict[str, list[int]] = {}
        hidden = model.config.hidden_size
        model.recall = torch.nn.Linear(hidden, hidden, bias=False)

    def _margins(self, hidden: torch.Tensor) -> torch.Tensor:
        weight = self.model.lm_head.weight
        return hidden @ (weight[self.yes] - weight[self.no])

    def _named(self, hidden: torch.Tensor, truths: list[str]) -> torch.Tensor:
        """Mean surprise at the tokens of what the source has, read off the states (N, H) at the ends of N stated facts;
        order does not count."""
        logs = log_softmax(self.model.lm_head(self.model.recall(hidden)), dim=-1)
        rows, ids, weights = [], [], []
        for row, text in enumerate(truths):
            tokens = self._tokens_of(text)
            rows += [row] * len(tokens)
            ids += tokens
            weights += [1 / len(tokens)] * len(tokens)
        return -(logs[rows, ids] * torch.tensor(weights)).sum() / max(len(truths), 1)

    def _tokens_of(self, text: str) -> list[int]:
        """The distinct tokens of a surface, spaces left out."""
        if text not in self._known:
            ids = self.tok(text, add_special_tokens=False)["input_ids"]
            self._known[text] = sorted({t for t in ids if self.tok.decode([t]).strip()})
        return self._known[text]

    def write(self, rows: list[dict[str, Any]]) -> tuple[torch.Tensor, dict[str, float]]:
        """The language-model loss on the clean candidates."""
        return self(rows, judge=False)

    def __call__(self, rows: list[dict[str, Any]], judge: bool = True) -> tuple[torch.Tensor, dict[str, float]]:
        sources = [query_ids(self.tok, r["source"], DEFAULT_INSTRUCT) for r in rows]
        kept = [[c for c in r["candidates"] if judge or c["clean"]] for r in rows]
        encoded = [
            [self.tok(c["text"], add_special_tokens=False, return_offsets_mapping=True) for c in cs] for cs in kept
        ]
        documents = [[document_ids(self.tok, c["text"]) for c in cs] for cs in kept]
        batch = pack(sources, [[d + self.suffix for d in ds] for ds in documents], self.tok.pad_token_id)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.settings.autocast):
            hidden = hidden_states(self.model, batch)
        hidden = hidden.float()
        lm_rows, lm_at, lm_to, fact_rows, fact_at, facts, end_rows, end_at, labels = [], [], [], [], [], [], [], [], []
        for r, (cs, ds, es) in enumerate(zip(kept, documents, encoded, strict=True)):
            for start, c, d, e in zip(batch.starts[r], cs, ds, es, strict=True):
                if c["clean"]:
                    lm_rows += [r] * len(d)
                    lm_at += [len(sources[r]) - 1, *range(start, start + len(d) - 1)]
                    lm_to += d
                for token, check in zip(_fact_tokens(e["offset_mapping"], c["checks"]), c["checks"], strict=True):
                    fact_rows.append(r)
                    fact_at.append(start + token)
                    facts.append(check)
                end_rows.append(r)
                end_at.append(start + len(d) + len(self.suffix) - 1)
                labels.append(c["label"])
        language = cross_entropy(self.model.lm_head(hidden[lm_rows, lm_at]), torch.tensor(lm_to))
        if not judge:
            return language, {"lm": language.item()}
        stated = hidden[fact_rows, fact_at]
        ok = torch.tensor([float(c[2]) for c in facts])
        fact_margin = self._margins(stated)
        fact = binary_cross_entropy_with_logits(fact_margin, ok, weight=1 + (self.settings.wrong_weight - 1) * (1 - ok))
        known = [i for i, c in enumerate(facts) if c[3]]
        named = self._named(stated[known], [facts[i][3] for i in known])
        end, label = self._margins(hidden[end_rows, end_at]), torch.tensor(labels)
        answer = binary_cross_entropy_with_logits(end, label)
        ordered = better(torch.tensor(end_rows), label, self.settings.margin)
        order = -logsigmoid((end[:, None] - end[None, :])[ordered]).mean()
        with torch.no_grad():
            pair = ((end[:, None] > end[None, :]) & ordered).sum() / ordered.sum()
            parts = {
                "answer": answer.item(),
                "order": order.item(),
                "fact": fact.item(),
                "named": named.item(),
                "lm": language.item(),
            }
            for type_ in WATCHED:
                wrong = torch.tensor([c[1] == type_ and not c[2] for c in facts])
                parts[type_] = (((fact_margin < 0) & wrong).sum() / wrong.sum().clamp(min=1)).item()
        loss = answer + order + fact + self.settings.recall_weight * named + 0.3 * language
        return loss, {**parts, "pair_acc": pair.item()}


def train_reranker(
    corpus_path: Path, words_path: Path, out: Path, settings: RerankerSettings, dtype: torch.dtype = torch.bfloat16
) -> dict[str, object]:
    """Train tokenizer and reranker and write a Hugging Face folder (safetensors); returns what its manifest says about
    it."""
    corpus = Corpus(corpus_path, RerankerRow)
    words = load_words(words_path) + TEMPLATE_WORDS
    if settings.start:
        loaded, tokenizer = load_policy(settings.start)
        model, start = loaded.train(), weights_hash(settings.start)
    else:
        tokenizer, start = (
            train_tokenizer(candidate_texts(corpus.rows[: settings.tokenizer_rows]), words, settings.pieces),
            None,
        )
        model = make_reranker(settings, tokenizer)
    objective = Objective(model, tokenizer, settings)

    phases = (
        (settings.write_units, settings.unit_batch, "units", objective.write),
        (settings.judge_units, settings.unit_batch, "units", objective),
        (settings.write_articles, 2 * settings.batch, "articles", objective.write),
        (settings.judge_articles, settings.batch, "articles", objective),
    )

    def loss_at(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        end = 0
        for n, size, what, loss in phases:
            end += n
            if step < end:
                rows = corpus.batch(settings.seed, step, size)
                return loss([r["units"][step % len(r["units"])] for r in rows] if what == "units" else rows)
        raise IndexError(step)

    stated = asdict(settings) | (
        {"start": Path(settings.start).name} if start else {}
    )  # no path of this machine in the manifest
    making = Making(stated, corpus, words, out)
    steps = LoopSettings(sum(n for n, *_ in phases), settings.lr, seed=settings.seed)
    log = run_loop(model, loss_at, steps, making.state, making.key(PREFIX, SUFFIX, start), "reranker")
    del model.recall
    save_model(model, tokenizer, out, dtype)
    return making.manifest(log[-1]) | ({"start_hash": start} if start else {})
