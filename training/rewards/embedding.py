"""The embedding reward: (1 + cosine) / 2 between source and candidate through sentence-transformers (Qwen3-Embedding,
LaBSE, BGE-M3 ...).

Where the model brings a prompt for queries, the source is embedded with it, as its makers ask; candidates are
documents.
"""

from __future__ import annotations

from typing import Any

from metrics.errors import UNLOADABLE, UserError, first_line
from metrics.false_alarm import no_false_alarm
from metrics.foreign import check_foreign
from metrics.hub import model_folder
from metrics.progress import counted_passes
from training.rewards.pair_models import PairReward


class EmbeddingReward(PairReward):
    """A bi-encoder as a reward. A source is embedded once, however many candidates it has."""

    name = "embedding"

    def __init__(self, model: Any, where: str, batch_size: int = 64, name: str = "embedding") -> None:
        """model: a SentenceTransformer."""
        self.name = name
        prompts = getattr(model, "prompts", None) or {}
        self.source_prompt = "query" if prompts.get("query") else None
        self.candidate_prompt = "document" if prompts.get("document") else None
        super().__init__(where, model.tokenizer, f"{self.source_prompt or 'plain'}")
        self.model, self.batch_size = model, batch_size

    def _embed(self, texts: list[str], prompt: str | None) -> dict[str, Any]:
        unique = list(dict.fromkeys(texts))
        with counted_passes(self.model, self.name, len(unique), self.batch_size):
            rows = self.model.encode(
                unique,
                prompt_name=prompt,
                batch_size=self.batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return dict(zip(unique, rows, strict=True))

    def _score(self, sources: list[str], candidates: list[str]) -> list[float]:
        limit = self.model.max_seq_length
        if limit:
            self._counts["texts_cut"] += sum(
                len(ids) > limit for ids in self.token_ids(list(dict.fromkeys(sources + candidates)))
            )
        a, b = self._embed(sources, self.source_prompt), self._embed(candidates, self.candidate_prompt)
        cosines = (float(a[s] @ b[c]) for s, c in zip(sources, candidates, strict=True))
        return [min(max((1 + c) / 2, 0.0), 1.0) for c in cosines]


def load_embedding(
    path: str, *, batch_size: int = 64, trust_remote_code: bool = False, name: str = "embedding"
) -> EmbeddingReward:
    """A bi-encoder from a sentence-transformers folder or hub id. UserError when it cannot be loaded."""
    from sentence_transformers import SentenceTransformer

    folder = model_folder(path, trust_remote_code)
    if not (folder / "modules.json").is_file():
        raise UserError(
            f"embedding {path}: holds no modules.json, so nobody knows how its vectors are pooled; "
            "give a folder saved by sentence-transformers"
        )
    check_foreign(folder, trust_remote_code)
    try:
        with no_false_alarm(folder):
            model = SentenceTransformer(
                str(folder),
                local_files_only=True,
                trust_remote_code=trust_remote_code,
                model_kwargs={"use_safetensors": True},
            )
    except UNLOADABLE as err:
        raise UserError(
            f"embedding {path}: cannot be loaded ({first_line(err)}); give a sentence-transformers folder"
        ) from err
    return EmbeddingReward(model, path, batch_size, name)


def load_contrastive(path: str, **options: Any) -> EmbeddingReward:
    """The in-domain encoder trained with InfoNCE (`training/embedded/embedder.py`): the same reward under its own
    name."""
    return load_embedding(path, name="embedding-contrastive", **options)
