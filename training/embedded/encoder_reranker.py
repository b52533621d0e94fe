"""Train the embedded encoder reranker: a small XLM-R cross-encoder with one output (`python -m training
reranker-encoder`).

It reads the reranker's corpus and learns in three phases: a fact must be known before it can be judged.
1. Words: the mean word embeddings of the two sides of short aligned pairs find each other in a batch (InfoNCE; no layer
   is run, so it is cheap).
   Without it, translation language modelling sits on a plateau for longer than this budget.
2. Translation language modelling (Conneau and Lample 2019): half of the target words of a pair are masked and can only
   be read off the source.
3. Judging: graded relevance, the order of the candidates of one source, and at the last token of every stated fact
   whether the source supports it.
The word and fact heads are thrown away; what is stored is a sequence-classification checkpoint that
sentence-transformers' CrossEncoder loads.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, embedding_bag, logsigmoid, normalize
from transformers import PreTrainedTokenizerFast

from metrics.errors import UserError
from metrics.records import atomic_write_text, sha256_json
from training.embedded.data import Corpus
from training.embedded.embedder import fast_tokenizer, xlmr_config, xlmr_tokenizer
from training.embedded.loop import LoopSettings, run_loop
from training.embedded.tokenizer import load_words


@dataclass(frozen=True, slots=True)
class EncoderRerankerSettings:
    """Architecture and budget of the cross-encoder."""

    hidden: int = 192
    layers: int = 3
    heads: int = 4
    intermediate: int = 256
    positions: int = 320
    """Longest pair in tokens; what is longer is cut."""
    pieces: int = 2000
    """BPE pieces; the world's words come on top."""
    batch: int = 5
    """Sources a step, each with all of its candidates."""
    align_steps: int = 200
    """First steps, on word embeddings alone."""
    align_batch: int = 128
    temperature: float = 0.05
    pair_steps: int = 400
    """Then steps on masked short pairs."""
    pair_batch: int = 48
    judge_steps: int = 1100
    masked: float = 0.5
    """Share of a pair's target tokens that are masked."""
    lr: float = 2e-3
    seed: int = 1
    tokenizer_rows: int = 1500
    wrong_weight: float = 3.0
    """Weight of an unsupported fact beside a supported one."""
    margin: float = 0.08
    """Label difference from which two candidates of one source are ordered."""
    held_out: int = 200
    """Rows at the corpus's end that are never trained on; at most a tenth of it."""


def make_cross_encoder(settings: EncoderRerankerSettings, vocab_size: int) -> Any:
    """An XLMRobertaForSequenceClassification with one label and random weights.

    In the first layer queries and keys start equal and orthogonal, so that a token looks at tokens that are like it:
    once the words are aligned, at its translation. Left to chance, that look-up took longer to appear than the whole
    budget.
    """
    from transformers import XLMRobertaForSequenceClassification

    torch.manual_seed(settings.seed)
    config = xlmr_config(
        vocab_size, settings.hidden, settings.layers, settings.heads, settings.intermediate, settings.positions
    )
    config.num_labels = 1
    model: Any = XLMRobertaForSequenceClassification(config)
    look = model.roberta.encoder.layer[0].attention.self
    torch.nn.init.orthogonal_(look.query.weight)
    look.key.weight.data.copy_(look.query.weight)
    return model


class Judge(torch.nn.Module):
    """The cross-encoder with the two heads that only training needs."""

    def __init__(self, model: Any, tokenizer: Tokenizer, settings: EncoderRerankerSettings) -> None:
        super().__init__()
        self.model, self.settings = model, settings
        self.words = torch.nn.Sequential(
            torch.nn.Linear(settings.hidden, settings.hidden), torch.nn.GELU(), torch.nn.LayerNorm(settings.hidden)
        )
        self.fact = torch.nn.Linear(settings.hidden, 1)
        self.tok = Tokenizer.from_str(tokenizer.to_str())
        self.tok.enable_truncation(settings.positions, strategy="longest_first")
        self.pad, self.mask = (tokenizer.token_to_id(t) for t in ("<pad>", "<mask>"))

    def hidden(self, rows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Hidden states (B, T, H) of right-padded rows after the last layer but one, and after the last.

        Words and facts are read off the former: the last layer is then free to gather at the first token what was
        found.
        """
        width = max(map(len, rows))
        ids = torch.tensor([[*row, *[self.pad] * (width - len(row))] for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        states = self.model.roberta(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        return states[-2], states[-1]

    def aligned_words(self, pairs: Sequence[Sequence[str]]) -> tuple[torch.Tensor, dict[str, float]]:
        """InfoNCE, both directions, between the mean word embeddings of the sides of short pairs."""
        table = self.model.roberta.embeddings.word_embeddings.weight
        sides = []
        for side in (0, 1):
            ids = [
                e.ids or [self.pad] for e in self.tok.encode_batch([p[side] for p in pairs], add_special_tokens=False)
            ]
            flat, cuts = (
                torch.tensor([i for row in ids for i in row]),
                torch.tensor([0, *(len(row) for row in ids[:-1])]).cumsum(0),
            )
            sides.append(normalize(embedding_bag(flat, table, cuts, mode="mean"), dim=1))
        near, target = sides[0] @ sides[1].T / self.settings.temperature, torch.arange(len(pairs))
        loss = (cross_entropy(near, target) + cross_entropy(near.T, target)) / 2
        return loss, {"align": loss.item(), "found": (near.argmax(1) == target).float().mean().item()}

    def masked_words(self, pairs: Sequence[Sequence[str]], step: int) -> torch.Tensor:
        """Cross-entropy of masked target tokens of (source, target) pairs; which are masked depends on seed and step
        alone."""
        draw = torch.Generator().manual_seed(self.settings.seed * 1_000_003 + step)
        rows, at_row, at, to = [], [], [], []
        for r, found in enumerate(self.tok.encode_batch([(a, b) for a, b in pairs])):
            ids = list(found.ids)
            places = [i for i, part in enumerate(found.sequence_ids) if part == 1]
            chosen = torch.rand(len(places), generator=draw) < self.settings.masked
            chosen[int(torch.randint(len(places), (1,), generator=draw))] = True
            for i, hide in zip(places, chosen.tolist(), strict=True):
                if hide:
                    at_row.append(r)
                    at.append(i)
                    to.append(ids[i])
                    ids[i] = self.mask
            rows.append(ids)
        embedding = self.model.roberta.embeddings.word_embeddings.weight
        return cross_entropy(self.words(self.hidden(rows)[0][at_row, at]) @ embedding.T, torch.tensor(to))

    def scores(self, sources: Sequence[str], texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor, list[Any]]:
        """(logits (B,), hidden states (B, T, H) that the facts are read off, encodings) of pairs."""
        encoded = self.tok.encode_batch(list(zip(sources, texts, strict=True)))
        inner, last = self.hidden([e.ids for e in encoded])
        return self.model.classifier(last).view(-1), inner, encoded

    def judge(self, rows: Sequence[dict[str, Any]]) -> tuple[torch.Tensor, dict[str, float]]:
        """Relevance + order within a source + support of each fact, of judged candidates."""
        owner = torch.tensor([r for r, row in enumerate(rows) for _ in row["candidates"]])
        candidates = [c for row in rows for c in row["candidates"]]
        logit, hidden, encoded = self.scores(
            [rows[r]["source"] for r in owner.tolist()], [c["text"] for c in candidates]
        )
        label = torch.tensor([float(c["label"]) for c in candidates])
        answer = binary_cross_entropy_with_logits(logit, label)
        better = (owner[:, None] == owner[None, :]) & (label[:, None] > label[None, :] + self.settings.margin)
        gap = logit[:, None] - logit[None, :]
        order = -(logsigmoid(gap) * better).sum() / better.sum().clamp(min=1)
        places = [
            (k, i, bool(ok))
            for k, (c, e) in enumerate(zip(candidates, encoded, strict=True))
            for i, ok in fact_places(e, c["checks"])
        ]
        fact = hidden.sum() * 0
        seen = 0.0
        if places:
            margin = self.fact(hidden[[k for k, _, _ in places], [i for _, i, _ in places]]).view(-1)
            ok = torch.tensor([float(true) for _, _, true in places])
            fact = binary_cross_entropy_with_logits(margin, ok, weight=1 + (self.settings.wrong_weight - 1) * (1 - ok))
            seen = (((margin < 0) & (ok == 0)).sum() / (ok == 0).sum().clamp(min=1)).item()
        pairs = (((gap > 0) & better).sum() / better.sum().clamp(min=1)).item()
        parts = {
            "answer": answer.item(),
            "order": order.item(),
            "fact": fact.item(),
            "pair_acc": pairs,
            "errors_seen": seen,
        }
        return answer + order + fact, parts


def fact_places(encoding: Any, checks: Sequence[Sequence[Any]]) -> list[tuple[int, bool]]:
    """(index of the token in which a checked fact of the candidate ends, whether it is supported); facts that were cut
    off are left out."""
    ends = [
        (i, end)
        for i, (part, (_, end)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True))
        if part == 1
    ]
    found = []
    for check in checks:
        place = next((i for i, end in ends if end >= check[0]), None)
        if place is not None:
            found.append((place, bool(check[2])))
    return found


def quality(judge: Judge, rows: Sequence[dict[str, Any]], margin: float) -> dict[str, float]:
    """On rows never trained on: accuracy over all ordered pairs of candidates, and of the right title over that with
    one error."""
    pairs, first = [], []
    with torch.no_grad():
        for row in rows:
            found = judge.scores([row["source"]] * len(row["candidates"]), [c["text"] for c in row["candidates"]])[
                0
            ].tolist()
            labels = [c["label"] for c in row["candidates"]]
            n = len(labels)
            wins = {
                (i, j): float(found[i] > found[j]) for i in range(n) for j in range(n) if labels[i] > labels[j] + margin
            }
            pairs += list(wins.values())
            first += [wins[0, 1]] if (0, 1) in wins else []
    out = {"n_sources": len(rows)} | {
        k: sum(v) / len(v) for k, v in (("pair_accuracy", pairs), ("one_error_accuracy", first)) if v
    }
    return {k: round(x, 4) for k, x in out.items()}


def _checked(rows: Sequence[dict[str, Any]], where: Path) -> list[dict[str, Any]]:
    for number, row in enumerate(rows, 1):
        if absent := [c for c in ("source", "candidates", "units") if not row.get(c)]:
            raise UserError(
                f"{where}:{number}: lacks {', '.join(absent)}; write it with `python -m benchmark data corpus "
                "--name reranker`"
            )
    if not rows:
        raise UserError(f"{where}: holds no rows; write it with `python -m benchmark data corpus --name reranker`")
    return list(rows)


def short_pair(row: dict[str, Any], step: int) -> list[str]:
    """[source, target] of one of a row's short units: its first candidate is the right one."""
    unit = row["units"][step % len(row["units"])]
    return [unit["source"], unit["candidates"][0]["text"]]


def train_encoder_reranker(
    corpus_path: Path,
    words_path: Path,
    out: Path,
    settings: EncoderRerankerSettings,
    dtype: torch.dtype = torch.bfloat16,
) -> dict[str, object]:
    """Train tokenizer and cross-encoder and write a Hugging Face folder (safetensors); returns what its manifest says
    about it.

    Killed and called again it goes on from `<out>.state`. Raises UserError for a corpus of another kind.
    """
    corpus, words = Corpus(corpus_path), load_words(words_path)
    rows = _checked(corpus.rows, corpus_path)
    n_held_out = min(settings.held_out, len(rows) // 10)
    corpus.rows, held_out = rows[: len(rows) - n_held_out], rows[len(rows) - n_held_out :]
    texts = (
        t
        for row in corpus.rows[: settings.tokenizer_rows]
        for t in (row["source"], *(c["text"] for c in row["candidates"]))
    )
    tokenizer = xlmr_tokenizer(texts, words, settings.pieces)
    wrapped = fast_tokenizer(tokenizer, settings.positions)
    judge = Judge(make_cross_encoder(settings, len(wrapped)), tokenizer, settings)

    def loss_at(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        if step < settings.align_steps:
            rows = corpus.batch(settings.seed + 1, step, settings.align_batch)
            return judge.aligned_words([short_pair(r, step) for r in rows])
        judging = step >= settings.align_steps + settings.pair_steps
        size = settings.pair_batch // 3 if judging else settings.pair_batch
        # Pairs go on beside the judging, fewer of them, so that what is known densely is not forgotten.
        of = corpus.batch(settings.seed + 1, step, max(size, 1))
        words_loss = judge.masked_words([short_pair(r, step) for r in of], step)
        if not judging:
            return words_loss, {"words": words_loss.item()}
        loss, parts = judge.judge(corpus.batch(settings.seed, step, settings.batch))
        return loss + 0.3 * words_loss, parts | {"words": words_loss.item()}

    config_hash = sha256_json(asdict(settings))
    key = sha256_json([config_hash, corpus.hash, words])
    steps = LoopSettings(
        settings.align_steps + settings.pair_steps + settings.judge_steps, settings.lr, seed=settings.seed
    )
    state = out.with_name(out.name + ".state")
    log = run_loop(judge, loss_at, steps, state, key, "reranker-encoder")
    judge.model.to(dtype).to(torch.float32)  # measured as it is stored
    judge.eval()
    final = log[-1] | (quality(judge, held_out, settings.margin) if held_out else {})
    _save(judge.model, wrapped, out, dtype)
    shutil.rmtree(state, ignore_errors=True)
    return {
        "config": asdict(settings),
        "config_hash": config_hash,
        "data_hash": corpus.hash,
        "seed": settings.seed,
        "final": final,
    }


def _save(model: Any, tokenizer: PreTrainedTokenizerFast, out: Path, dtype: torch.dtype) -> None:
    """Write the folder by rename. float32 in config.json: halves are how the weights are stored, not how they are
    computed with."""
    temporary = out.with_name(out.name + ".partial")
    shutil.rmtree(temporary, ignore_errors=True)
    model.to(dtype).save_pretrained(temporary, safe_serialization=True)
    tokenizer.save_pretrained(temporary)
    config = json.loads((temporary / "config.json").read_text(encoding="utf-8"))
    config.pop("torch_dtype", None)
    atomic_write_text(
        temporary / "config.json", json.dumps(config | {"dtype": "float32"}, indent=2, sort_keys=True) + "\n"
    )
    if out.exists():
        shutil.rmtree(out)
    os.replace(temporary, out)
