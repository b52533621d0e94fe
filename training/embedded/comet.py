"""Train the embedded COMET model: unbabel-comet's ReferencelessRegression over a small XLM-R (`python -m training
comet`).

The model class, its forward pass and its loss are unbabel-comet's. Deviations from its own training: the resumable loop
of training/embedded/loop.py in place of Lightning's, because its states must hold no pickles; and, beside its squared
error, the order of the candidates of one source and InfoNCE between source and reference, because nothing here is
pre-trained (COMET starts from an XLM-R that knows which sentences are translations).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import mse_loss, normalize

from metrics.errors import UserError
from metrics.scorers.comet import unavailable
from metrics.scorers.comet_checkpoint import ENCODER, HPARAMS, WEIGHTS
from training.embedded.data import Corpus
from training.embedded.loop import LoopSettings, run_loop
from training.embedded.making import Making, hold_out, written
from training.embedded.objectives import better, info_nce, order_loss, order_quality
from training.embedded.rows import CometRow
from training.embedded.tokenizer import load_words
from training.embedded.xlmr import XlmrSettings, xlmr_config, xlmr_tokenizer


@dataclass(frozen=True, slots=True, kw_only=True)
class CometSettings(XlmrSettings):
    """Architecture and budget of the COMET model."""

    positions: int = 514
    """As XLM-R's: COMET reads two tokens less."""
    estimator: int = 128
    """Hidden units of the regression head."""
    batch: int = 12
    """Sources a step, each with all of its candidates."""
    steps: int = 900
    order_weight: float = 0.3
    order_scale: float = 10.0
    """Scores lie in 0..1: a difference of 0.1 counts as one logit at 10."""
    align_weight: float = 0.2
    temperature: float = 0.05
    margin: float = 0.08
    """Label difference from which two candidates of one source are ordered."""
    held_out: int = 200
    """Sources at the corpus's end that are never trained on; at most a tenth of them."""


def grouped(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows {"src", "mt", "ref", "score"} as one {"src", "ref", "mts", "scores"} per run of equal sources."""
    out = []
    for src, group in groupby(rows, key=lambda r: r["src"]):
        part = list(group)
        out.append(
            {
                "src": src,
                "ref": part[0]["ref"],
                "mts": [r["mt"] for r in part],
                "scores": [float(r["score"]) for r in part],
            }
        )
    return out


def make_comet(settings: CometSettings, texts: Sequence[str], words: Sequence[str], folder: Path) -> Any:
    """A ReferencelessRegression with random weights; its config and tokenizer are written to `folder`, where
    unbabel-comet reads them."""
    from comet.models import ReferencelessRegression
    from transformers import XLMRobertaTokenizerFast

    tokenizer = XLMRobertaTokenizerFast(
        tokenizer_object=xlmr_tokenizer(texts, words, settings.pieces), model_max_length=settings.positions - 2
    )
    tokenizer.save_pretrained(folder)
    xlmr_config(len(tokenizer), settings).save_pretrained(folder)
    torch.manual_seed(settings.seed)
    return ReferencelessRegression(
        nr_frozen_epochs=0.0,
        keep_embeddings_frozen=False,
        encoder_model="XLM-RoBERTa",
        pretrained_model=str(folder),
        pool="avg",
        layer="mix",
        layer_transformation="softmax",
        layer_norm=False,
        dropout=0.0,
        hidden_sizes=[settings.estimator],
        activations="Tanh",
        final_activation="Sigmoid",
        learning_rate=settings.lr,
        encoder_learning_rate=settings.lr,
        batch_size=settings.batch,
        load_pretrained_weights=False,
        local_files_only=True,
    )


def embed(model: Any, texts: Sequence[str], size: int = 32) -> torch.Tensor:
    """COMET's sentence embeddings (n, hidden) of `texts`, encoded in chunks of similar length."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    found = []
    for start in range(0, len(order), size):
        inputs = model.encoder.prepare_sample([texts[i] for i in order[start : start + size]])
        found.append(model.get_sentence_embedding(inputs["input_ids"], inputs["attention_mask"]))
    return torch.cat(found)[torch.tensor(order).argsort()]


def estimate(model: Any, mt: torch.Tensor, src: torch.Tensor) -> torch.Tensor:
    """Scores (n,) from the embeddings of outputs and sources: the second half of ReferencelessRegression.forward, so
    that a source is encoded once."""
    return model.estimator(torch.cat((mt, src, mt * src, (mt - src).abs()), dim=1)).view(-1)


def losses(
    model: Any, rows: Sequence[dict[str, Any]], settings: CometSettings
) -> tuple[torch.Tensor, dict[str, float]]:
    """Squared error + order of the candidates of one source + InfoNCE of source against reference, both directions."""
    owner = torch.tensor([r for r, row in enumerate(rows) for _ in row["mts"]])
    label = torch.tensor([s for row in rows for s in row["scores"]])
    mts = [t for row in rows for t in row["mts"]]
    found = embed(model, [row["src"] for row in rows] + mts + [row["ref"] for row in rows])
    src, mt, ref = found[: len(rows)], found[len(rows) : -len(rows)], found[-len(rows) :]
    score = estimate(model, mt, src[owner])
    error = mse_loss(score, label)
    order, pairs = order_loss(score, better(owner, label, settings.margin), settings.order_scale)
    align = info_nce(normalize(src, dim=1) @ normalize(ref, dim=1).T / settings.temperature)
    total = error + settings.order_weight * order + settings.align_weight * align
    return total, {"mse": error.item(), "order": order.item(), "align": align.item(), "pair_acc": pairs.item()}


def quality(model: Any, rows: Sequence[dict[str, Any]], margin: float) -> dict[str, float]:
    """On rows never trained on: pearson and kendall (tau-b) with the labels, and `order_quality`."""
    from scipy.stats import kendalltau, pearsonr

    with torch.no_grad():
        scores = [
            estimate(model, embed(model, row["mts"]), embed(model, [row["src"]]).expand(len(row["mts"]), -1)).tolist()
            for row in rows
        ]
    labels = [row["scores"] for row in rows]
    flat, flat_labels = [s for part in scores for s in part], [s for part in labels for s in part]
    out = {
        "pearson": float(pearsonr(flat, flat_labels)[0]),
        "kendall": float(kendalltau(flat, flat_labels)[0]),
        "n_sources": len(rows),
    } | order_quality(scores, labels, margin)
    return {k: round(x, 4) for k, x in out.items()}


def train_comet(corpus_path: Path, words_path: Path, out: Path, settings: CometSettings) -> dict[str, object]:
    """Train a COMET model and write its checkpoint folder (float16 safetensors, see metrics/scorers/comet.py); returns
    what its manifest says about it.

    Killed and called again it goes on from `<out>.state`. Raises UserError where unbabel-comet is missing (naming the
    pip line) and for a corpus without COMET's columns.
    """
    if (reason := unavailable()) is not None:
        raise UserError(f"training comet: {reason}")
    corpus, words = Corpus(corpus_path, CometRow), load_words(words_path)
    corpus.rows, held_out = hold_out(grouped(corpus.rows), settings.held_out)
    texts = [t for row in corpus.rows[: settings.tokenizer_rows] for t in (row["src"], *row["mts"])]
    making = Making.of(settings, corpus, words, out)
    steps = LoopSettings(settings.steps, settings.lr, seed=settings.seed)
    with written(out) as folder:
        model = make_comet(settings, texts, words, folder / ENCODER)

        def loss_at(step: int) -> tuple[torch.Tensor, dict[str, float]]:
            return losses(model, corpus.batch(settings.seed, step, settings.batch), settings)

        log = run_loop(model, loss_at, steps, making.state, making.key(), "COMET")
        state = {k: v.half().contiguous() for k, v in model.state_dict().items()}
        model.load_state_dict(state)  # measured as it is stored
        final = log[-1] | (quality(model.eval(), held_out, settings.margin) if len(held_out) > 1 else {})
        save_comet(model, state, folder)
    return making.manifest(final)


def save_comet(model: Any, state: dict[str, torch.Tensor], folder: Path) -> None:
    """Complete a folder that holds encoder/ already."""
    import yaml
    from safetensors.torch import save_file

    save_file(state, folder / WEIGHTS, metadata={"format": "pt"})
    hparams = {k: v for k, v in model.hparams.items() if isinstance(v, str | int | float | bool | list | None)}
    # The loader sets the encoder's place: a path of the machine it was trained on would be of no use to anyone.
    (folder / HPARAMS).write_text(
        yaml.safe_dump(hparams | {"pretrained_model": ENCODER}, sort_keys=True, allow_unicode=True), encoding="utf-8"
    )
