"""Train the embedded bi-encoder: a small XLM-R, mean pooling, unit vectors, InfoNCE (`python -m training encoder`).

The loss is sentence-transformers' MultipleNegativesRankingLoss (InfoNCE with in-batch negatives, both directions), run
by its trainer. Batches are made of neighbours, so that most negatives tell the same kind of story: the only difference
left is in names and figures. Serves as the retrieval encoder of metrics/retrieval.py and as a reward like the in-domain
encoder of the paper's Tibetan experiment.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from metrics.errors import UserError
from metrics.foreign import check_foreign
from metrics.hub import model_folder
from metrics.records import sha256_json
from training.embedded.data import Corpus
from training.embedded.making import Making, computed_in_float32, hold_out, written
from training.embedded.neighbours import _trainer_class
from training.embedded.tokenizer import load_words
from training.embedded.xlmr import XlmrSettings, fast_tokenizer, xlmr_config, xlmr_tokenizer
from training.shared.resume import OnSigterm, StepLog, Terminated, open_workspace

ANCHORS = {"source": "anchor", "reference": "reference"}
"""What a text is compared with -> the corpus column: the Chinese source, or a reference in the target language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings(XlmrSettings):
    """Architecture and budget of the bi-encoder."""

    pieces: int = 2400
    batch: int = 64
    pool: int = 4
    """Neighbours are looked for among this many batches."""
    steps: int = 700
    temperature: float = 0.05
    tokenizer_rows: int = 3000
    anchored_on: str = "source"
    """source or reference."""
    held_out: int = 500
    """Rows at the corpus's end that are never trained on; at most a tenth of it."""
    save_steps: int = 200
    start: str = ""
    """Folder or hub id of a masked language model to start from, such as hfl/cino-base-v2, with its own tokenizer;
    empty: random weights."""


def pairs_of(rows: Sequence[dict[str, Any]], anchored_on: str, where: Path) -> list[tuple[str, str]]:
    """(anchor, positive) texts. Raises UserError for an unknown anchor or a corpus that lacks its column."""
    if anchored_on not in ANCHORS:
        raise UserError(f"anchored_on = {anchored_on!r}: must be one of {', '.join(ANCHORS)}")
    columns = (ANCHORS[anchored_on], "positive")
    for number, row in enumerate(rows, 1):
        absent = [c for c in columns if not isinstance(row.get(c), str) or not row[c].strip()]
        if absent:
            raise UserError(
                f"{where}:{number}: no text in column {', '.join(absent)}; training anchored on the "
                f"{anchored_on} needs {' and '.join(columns)}"
            )
    return [(row[columns[0]], row[columns[1]]) for row in rows]


def make_encoder(tokenizer: Tokenizer, settings: EncoderSettings, scratch: Path) -> Any:
    """A SentenceTransformer with random weights: XLM-R, mean pooling, unit length. `scratch`: an empty folder to build
    it in."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers import XLMRobertaModel

    wrapped = fast_tokenizer(tokenizer, settings.positions)
    torch.manual_seed(settings.seed)
    XLMRobertaModel(xlmr_config(len(wrapped), settings), add_pooling_layer=False).save_pretrained(scratch)
    wrapped.save_pretrained(scratch)
    without_pooler = {"add_pooling_layer": False}
    body = Transformer(str(scratch), max_seq_length=settings.positions, model_kwargs=without_pooler)
    # Written down with the model, or loading it (the trainer's resume too) would add a pooler with random weights.
    body.model_kwargs, body.config_keys = without_pooler, [*body.config_keys, "model_kwargs"]
    return SentenceTransformer(modules=[body, Pooling(settings.hidden, "mean"), Normalize()], device="cpu")


def start_encoder(path: str, settings: EncoderSettings) -> Any:
    """A SentenceTransformer on the weights of a masked language model (safetensors alone). UserError when it cannot be
    loaded."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer

    folder = model_folder(path)
    check_foreign(folder)
    try:
        # Without its pooler, which no masked language model has trained; written down with the model (see
        # make_encoder).
        without_pooler = {"add_pooling_layer": False}
        body = Transformer(
            str(folder), max_seq_length=settings.positions, model_kwargs={**without_pooler, "use_safetensors": True}
        )
    except Exception as err:  # the libraries raise many kinds for a bad folder; each is the same mistake of the user
        first = (str(err).strip().splitlines() or [type(err).__name__])[0][:200]
        raise UserError(
            f"start = {path}: cannot be loaded as an encoder ({first}); give a folder or hub id with "
            "safetensors weights"
        ) from err
    body.model_kwargs, body.config_keys = without_pooler, [*body.config_keys, "model_kwargs"]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(settings.seed)
    return SentenceTransformer(
        modules=[body, Pooling(body.auto_model.config.hidden_size, "mean"), Normalize()], device=device
    )


def retrieval_quality(model: Any, pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    """p_at_1 and mrr of the positives among 100 anchors, 10 of them hard, exactly as grounding.retrieval_* measures
    outputs."""
    from metrics.retrieval import distractors, ranks

    anchors = tuple(a for a, _ in pairs)
    encode = lambda texts: model.encode(list(texts), batch_size=64, show_progress_bar=False, normalize_embeddings=True)  # noqa: E731
    pools = distractors(tuple(str(i) for i in range(len(pairs))), anchors)
    found = ranks(encode([p for _, p in pairs]), encode(anchors), range(len(pairs)), pools)
    return {
        "p_at_1": round(sum(r == 1 for r in found) / len(found), 4),
        "mrr": round(sum(1 / r for r in found) / len(found), 4),
        "n": len(pairs),
    }


def train_encoder(
    corpus_path: Path, words_path: Path | None, out: Path, settings: EncoderSettings
) -> dict[str, object]:
    """Train tokenizer and encoder and write a sentence-transformers folder (float16 safetensors); returns what its
    manifest says about it.

    Killed and called again it goes on from its last whole state in `<out>.state`. Raises UserError for a corpus without
    the columns needed.
    """
    import torch
    from datasets import Dataset
    from sentence_transformers import SentenceTransformerTrainingArguments
    from sentence_transformers.losses import MultipleNegativesRankingLoss

    from training.shared.callbacks import Logged, Watch, quiet

    corpus = Corpus(corpus_path)
    if words_path is None and not settings.start:
        raise UserError(
            "an encoder from random weights needs --words, the world's word list; or start from a checkpoint "
            "with --set start=FOLDER"
        )
    words = load_words(words_path) if words_path is not None else []
    pairs = pairs_of(corpus.rows, settings.anchored_on, corpus_path)
    trained, held_out = hold_out(pairs, settings.held_out)
    if len(trained) < 2:
        raise UserError(f"{corpus_path}: {len(pairs)} rows; contrastive training needs at least 2")
    tokenizer = None
    if not settings.start:
        tokenizer = xlmr_tokenizer(
            (t for pair in trained[: settings.tokenizer_rows] for t in pair), words, settings.pieces
        )
    making = Making.of(settings, corpus, words, out)
    work, steps_log = making.state, out.with_name(out.name + ".state.log.jsonl")
    resume = open_workspace(
        work, {"config_hash": making.config_hash, "data_hash": corpus.hash, "words": sha256_json(words)}, [steps_log]
    )
    scratch = work / "start"
    shutil.rmtree(scratch, ignore_errors=True)
    model = (
        make_encoder(tokenizer, settings, scratch) if tokenizer is not None else start_encoder(settings.start, settings)
    )
    vocabulary = len(model.tokenizer)
    cut = {"truncation": True, "max_length": settings.positions}
    anchors = [a for a, _ in trained]
    token_ids = (
        [e.ids for e in tokenizer.encode_batch(anchors)]
        if tokenizer is not None
        else model.tokenizer(anchors, **cut)["input_ids"]
    )
    args = SentenceTransformerTrainingArguments(
        output_dir=str(work),
        max_steps=settings.steps,
        per_device_train_batch_size=min(settings.batch, len(trained)),
        learning_rate=settings.lr,
        lr_scheduler_type="cosine",
        warmup_steps=min(50, settings.steps // 10),
        weight_decay=0.01,
        max_grad_norm=1.0,
        seed=settings.seed,
        data_seed=settings.seed,
        save_steps=settings.save_steps,
        save_total_limit=2,
        logging_steps=min(25, settings.steps),
        report_to=[],
        use_cpu=not (settings.start and torch.cuda.is_available()),
        bf16=False,
        fp16=False,
        dataloader_drop_last=True,
        disable_tqdm=True,
    )
    columns = {"anchor": [a for a, _ in trained], "positive": [p for _, p in trained]}
    loss = MultipleNegativesRankingLoss(
        model,
        scale=1 / settings.temperature,
        directions=("query_to_doc", "doc_to_query"),
        partition_mode="per_direction",
    )
    trainer_class = _trainer_class(token_ids, vocabulary, settings.pool)
    trainer = trainer_class(model=model, args=args, train_dataset=Dataset.from_dict(columns), loss=loss)
    quiet(trainer)
    first = int(resume.name.split("-")[1]) if resume else 0
    log = StepLog(steps_log, first)
    with OnSigterm() as terminate:
        trainer.add_callback(
            Watch("encoder", terminate, Logged(log, _row, files=[steps_log]), True, f"lower lr (now {settings.lr})")
        )
        trainer.train(resume_from_checkpoint=str(resume) if resume else None)
        if terminate.requested and trainer.state.global_step < settings.steps:
            raise Terminated(work, int(trainer.state.global_step))
    final = {"step": int(trainer.state.global_step), "loss": round(float(trainer.state.log_history[-2]["loss"]), 4)}
    model.to(torch.float16).to(torch.float32).eval()  # measured as it is stored
    if len(held_out) > 1:
        final |= retrieval_quality(model, held_out)
    with written(out) as folder:
        model.half().save(str(folder), safe_serialization=True, create_model_card=False)
        computed_in_float32(folder)
    shutil.rmtree(work)
    return making.manifest(final)


def _row(step: int, logs: dict[str, Any]) -> dict[str, Any]:
    return {"step": step, "loss": logs["loss"], "lr": logs.get("learning_rate")}
