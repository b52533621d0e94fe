"""Encoders of the plainest kind - XLM-R, the mean of its tokens, unit length: those of this suite - without
sentence-transformers.

To import it takes longer than to embed the texts of a short run: it asks for scikit-learn, SciPy, pandas and datasets,
none of which an embedding needs. What is done here is what it does with such a folder on a CPU, step by step: the
vectors are the same to the bit (tests/unit/test_plain_encoder.py). Every other folder, and every other device, is left
to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from metrics.errors import UserError
from metrics.files import read_json
from metrics.lean import DECODING, LOSSES, without_unused

MODULES = ("transformer.Transformer", "pooling.Pooling", "normalize.Normalize")
"""How the names of its modules end, in their order."""
LOADED_WITH = {"add_pooling_layer": False}
TRANSFORMER = {
    "transformer_task": "feature-extraction",
    "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
    "module_output_name": "token_embeddings",
    "model_kwargs": LOADED_WITH,
}
POOLING = {"pooling_mode": "mean", "include_prompt": True}
SETTINGS = ("modules.json", "sentence_bert_config.json", "1_Pooling/config.json", "config_sentence_transformers.json")
KNOWN = {
    *(name.partition("/")[0] for name in SETTINGS),
    *("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"),
    *("2_Normalize", "README.md", "asset.json", "checksums.json", "lineage.json"),
}
"""What may lie in its folder. Any other file could be one that sentence-transformers reads."""


def is_plain(folder: Path) -> bool:
    """Whether a folder holds such an encoder, and nothing in it asks for more."""
    try:
        modules, transformer, pooling, told = (read_json(folder / name) for name in SETTINGS)
        kind = read_json(folder / "config.json")["model_type"]
        return (
            {file.name for file in folder.iterdir()} <= KNOWN
            and kind == "xlm-roberta"
            and len(modules) == len(MODULES)
            and all(module["type"].endswith(f".{name}") for module, name in zip(modules, MODULES, strict=True))
            and [module["path"] for module in modules[:2]] == ["", "1_Pooling"]
            and transformer == TRANSFORMER
            and pooling == {**POOLING, "embedding_dimension": pooling["embedding_dimension"]}
            and told.get("default_prompt_name") is None
            and told.get("truncate_dim") is None
        )
    except (OSError, UserError, KeyError, TypeError, AttributeError):
        return False


def on_cpu() -> bool:
    """Whether sentence-transformers would use the CPU: there is nothing else."""
    import torch

    return not torch.accelerator.is_available()


class PlainEncoder:
    """Such an encoder, loaded."""

    def __init__(self, folder: Path) -> None:
        """Raises what transformers raises where it cannot be loaded."""
        without_unused(DECODING, LOSSES)
        from transformers import AutoModel, AutoTokenizer

        self.tokenizer: Any = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        self.model: Any = AutoModel.from_pretrained(
            str(folder), local_files_only=True, use_safetensors=True, **LOADED_WITH
        ).eval()
        longest = self.model.config.max_position_embeddings
        self.tokenizer.model_max_length = min(self.tokenizer.model_max_length, longest)

    def encode(self, texts: Sequence[str], batch_size: int) -> np.ndarray:
        """(n, d) unit rows, float32."""
        import torch
        from torch.nn.functional import normalize

        order = np.argsort([-len(text) for text in texts])
        rows: list[np.ndarray] = []
        with torch.inference_mode():
            for start in range(0, len(texts), batch_size):
                batch = [texts[i] for i in order[start : start + batch_size]]
                inputs = self.tokenizer(batch, padding=True, truncation="longest_first", return_tensors="pt")
                states = self.model(**inputs, return_dict=True).last_hidden_state
                shown = inputs["attention_mask"].unsqueeze(-1).expand_as(states).to(states.dtype)
                mean = (states * shown).sum(dim=1) / torch.clamp(shown.sum(dim=1), min=1e-9)
                rows.extend(normalize(normalize(mean, p=2, dim=1), p=2, dim=1).numpy())  # its module, then `encode`
        return np.asarray([rows[i] for i in np.argsort(order)])
