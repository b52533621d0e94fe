"""The embedding similarity of the paper's Table 4: mean cosine of an encoder between what was written and its
reference, and between it and its source. The encoder is the one that measures (score.retrieval), never the training
reward."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmark.judge.texts import Outputs
from metrics.languages import code
from metrics.retrieval import load_encoder, weights_hash
from metrics.stages import GOLD

TABLE_4 = ("bo",)
"""Target languages whose tasks have the table."""


def similarities(outputs: Outputs, encoder: str | None, why_not: str) -> dict[str, Any] | None:
    """{"encoder", "systems": {KEY: {"reference", "source"}}, "reason"}; None for tasks that are not of Table 4. Without
    an encoder there are no systems, and the reason. An empty output has the similarity 0."""
    if not outputs.examples or code(outputs.examples[0].target_lang) not in TABLE_4:
        return None
    if encoder is None:
        return {"encoder": None, "systems": {}, "reason": why_not}
    embed = load_encoder(encoder)
    sources = embed([e.source for e in outputs.examples])
    references = embed(outputs.systems[GOLD]) if GOLD in outputs.systems else None
    rows = {}
    for key, texts in outputs.systems.items():
        own = embed(texts) * np.array([[bool(t.strip())] for t in texts])
        rows[key] = {
            "reference": None if references is None else float((own * references).sum(axis=1).mean()),
            "source": float((own * sources).sum(axis=1).mean()),
        }
    return {"encoder": weights_hash(encoder)[:12], "systems": rows, "reason": None}
