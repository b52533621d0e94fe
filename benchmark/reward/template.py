"""How much a generative reranker depends on the wording of its instruction, and how much of its belief goes to the two
answers at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

PARAPHRASES = (
    "Given a Chinese news article, decide if the {language} text is a faithful rendering of what it says",
    "Judge whether the {language} document says the same as the Chinese article in the query",
    "Retrieve the {language} text that conveys the content of the Chinese news article correctly",
)
N_PAIRS, N_MASS = 96, 48


def sensitivity(reward: Any, pairs: Sequence[Any], seed: int) -> dict[str, Any] | None:
    """Accuracy under other wordings of the instruction, and the share of probability on yes and no; None for rewards
    without a template.

    {"instructions": [{"instruct", "accuracy", "mean_change"}], "accuracy_range": [low, high], "yes_no_mass": {"mean",
    "p5"}}; the first instruction is the reward's own. On at most 96 pairs.
    """
    if reward is None or getattr(reward, "name", "") != "reranker-generative":
        return None
    from metrics.languages import language

    order = np.random.default_rng(seed).permutation(len(pairs))[:N_PAIRS]
    chosen = [pairs[i] for i in order]
    asked = language(chosen[0].target_lang).name
    own, base, rows = reward.instruct, None, []
    sources = [p.source for p in chosen for _ in range(2)]
    texts = [t for p in chosen for t in (p.better, p.worse)]
    try:
        for instruct in (own, *(p.format(language=asked) for p in PARAPHRASES)):
            reward.instruct = instruct
            found = np.array(reward.score(sources, texts))
            base = found if base is None else base
            margin = found[0::2] - found[1::2]
            accuracy = float(((margin > 0) + 0.5 * (margin == 0)).mean())
            rows.append({"instruct": instruct, "accuracy": accuracy, "mean_change": float(np.abs(found - base).mean())})
    finally:
        reward.instruct = own
    span = [min(r["accuracy"] for r in rows), max(r["accuracy"] for r in rows)]
    return {
        "instructions": rows,
        "accuracy_range": span,
        "yes_no_mass": _mass(reward, sources[:N_MASS], texts[:N_MASS]),
        "n_pairs": len(chosen),
    }


def _mass(reward: Any, sources: Sequence[str], texts: Sequence[str]) -> dict[str, float]:
    """Softmax over the whole vocabulary at the answer's position: the share of the two answer tokens."""
    import torch

    from training.rewards.yes_no_template import document_ids, query_ids

    shares = []
    with torch.inference_mode():
        for source, text in zip(sources, texts, strict=True):
            ids = query_ids(reward.tokenizer, source, reward.instruct, reward.max_source_tokens)
            ids = ids + document_ids(reward.tokenizer, text, reward.max_candidate_tokens) + reward.suffix
            logits = reward.model(input_ids=torch.tensor([ids], device=reward.model.device)).logits[0, -1].float()
            shares.append(torch.softmax(logits, dim=0)[[reward.yes, reward.no]].sum().item())
    return {"mean": float(np.mean(shares)), "p5": float(np.percentile(shares, 5))}
