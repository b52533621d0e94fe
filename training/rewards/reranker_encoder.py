"""The encoder reranker: a sequence-classification cross-encoder (BERT, mMARCO, XLM-R, bge-reranker) through
sentence-transformers.

One output is squashed by a sigmoid; of two outputs the softmax share of the second ("relevant", as those models are
trained) counts.
"""

from __future__ import annotations

import logging
from typing import Any

from metrics.errors import UNLOADABLE, UserError, first_line
from metrics.false_alarm import no_false_alarm
from metrics.foreign import check_foreign
from metrics.hub import model_folder
from metrics.progress import counted_passes
from training.rewards.pair_models import PairReward


class EncoderReranker(PairReward):
    """A CrossEncoder as a reward."""

    name = "reranker-encoder"

    def __init__(self, model: Any, where: str, batch_size: int = 32) -> None:
        """model: sentence_transformers.CrossEncoder with one or two labels. UserError for more."""
        if model.num_labels not in (1, 2):
            raise UserError(
                f"reranker {where}: has {model.num_labels} labels; a relevance model has one (a score) or two (no, yes)"
            )
        super().__init__(where, model.tokenizer)
        self.model, self.batch_size = model, batch_size
        self.limit = model.max_length or getattr(model.config, "max_position_embeddings", 512)

    def _score(self, sources: list[str], candidates: list[str]) -> list[float]:
        import torch

        pairs = list(zip(sources, candidates, strict=True))
        lengths = self.tokenizer(sources, candidates, truncation=False, verbose=False)["input_ids"]
        self._counts["pairs_cut"] += sum(len(ids) > self.limit for ids in lengths)
        with counted_passes(self.model, self.name, len(pairs), self.batch_size):
            logits = self.model.predict(
                pairs,
                batch_size=self.batch_size,
                activation_fn=torch.nn.Identity(),
                convert_to_tensor=True,
                show_progress_bar=False,
            ).float()
        chance = (
            torch.softmax(logits, dim=-1)[:, 1]
            if logits.ndim == 2 and logits.shape[1] == 2
            else torch.sigmoid(logits.reshape(-1))
        )
        return [float(x) for x in chance]


def load_encoder_reranker(
    path: str, *, batch_size: int = 32, max_length: int | None = None, trust_remote_code: bool = False
) -> EncoderReranker:
    """A cross-encoder from a folder or hub id. UserError when it cannot be loaded."""
    from sentence_transformers import CrossEncoder

    folder = model_folder(path, trust_remote_code)
    check_foreign(folder, trust_remote_code)
    logger = logging.getLogger("sentence_transformers")
    level = logger.level
    logger.setLevel(
        logging.ERROR
    )  # it warns that a transformers folder has no modules.json, which is how all of these come
    try:
        with no_false_alarm(folder):
            model = CrossEncoder(
                str(folder),
                max_length=max_length,
                local_files_only=True,
                trust_remote_code=trust_remote_code,
                model_kwargs={"use_safetensors": True},
            )
    except UNLOADABLE as err:
        raise UserError(
            f"reranker {path}: cannot be loaded as a cross-encoder ({first_line(err)}); "
            "give a ...ForSequenceClassification model"
        ) from err
    finally:
        logger.setLevel(level)
    kinds = getattr(model.config, "architectures", None) or []
    if not any(str(kind).endswith("ForSequenceClassification") for kind in kinds):
        # It would be loaded all the same: an encoder with a random head, a causal judge without its template.
        raise UserError(
            f"reranker {path}: is {', '.join(map(str, kinds)) or 'of no named architecture'}, "
            "which has no trained relevance score; "
            "give a ...ForSequenceClassification model"
        )
    return EncoderReranker(model, path, batch_size)
