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

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from training.embedded.base import save_model
from training.embedded.data import Corpus, candidate_texts
from training.embedded.judge import EncoderRerankerSettings, Judge
from training.embedded.loop import LoopSettings, run_loop
from training.embedded.making import Making, computed_in_float32, hold_out
from training.embedded.objectives import order_quality
from training.embedded.rows import RerankerRow
from training.embedded.tokenizer import load_words
from training.embedded.xlmr import fast_tokenizer, xlmr_config, xlmr_tokenizer


def make_cross_encoder(settings: EncoderRerankerSettings, vocab_size: int) -> Any:
    """An XLMRobertaForSequenceClassification with one label and random weights.

    In the first layer queries and keys start equal and orthogonal, so that a token looks at tokens that are like it:
    once the words are aligned, at its translation. Left to chance, that look-up took longer to appear than the whole
    budget.
    """
    from transformers import XLMRobertaForSequenceClassification

    torch.manual_seed(settings.seed)
    config = xlmr_config(vocab_size, settings)
    config.num_labels = 1
    model: Any = XLMRobertaForSequenceClassification(config)
    look = model.roberta.encoder.layer[0].attention.self
    torch.nn.init.orthogonal_(look.query.weight)
    look.key.weight.data.copy_(look.query.weight)
    return model


def quality(judge: Judge, rows: Sequence[dict[str, Any]], margin: float) -> dict[str, float]:
    """`order_quality` on rows never trained on, to 4 digits."""
    scores = []
    with torch.no_grad():
        for row in rows:
            logits, _, _ = judge.scores(
                [row["source"]] * len(row["candidates"]), [c["text"] for c in row["candidates"]]
            )
            scores.append(logits.tolist())
    found = order_quality(scores, [[c["label"] for c in row["candidates"]] for row in rows], margin)
    return {"n_sources": len(rows)} | {k: round(x, 4) for k, x in found.items()}


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
    corpus, words = Corpus(corpus_path, RerankerRow), load_words(words_path)
    corpus.rows, held_out = hold_out(corpus.rows, settings.held_out)
    tokenizer = xlmr_tokenizer(candidate_texts(corpus.rows[: settings.tokenizer_rows]), words, settings.pieces)
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

    making = Making.of(settings, corpus, words, out)
    steps = LoopSettings(
        settings.align_steps + settings.pair_steps + settings.judge_steps, settings.lr, seed=settings.seed
    )
    log = run_loop(judge, loss_at, steps, making.state, making.key(), "reranker-encoder")
    judge.model.to(dtype).to(torch.float32)  # measured as it is stored
    judge.eval()
    final = log[-1] | (quality(judge, held_out, settings.margin) if held_out else {})
    save_model(judge.model, wrapped, out, dtype, also=computed_in_float32)
    shutil.rmtree(making.state, ignore_errors=True)
    return making.manifest(final)
