"""The losses that several embedded models learn by, and how well candidates of one source are ordered."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn.functional import cross_entropy, logsigmoid


def info_nce(near: torch.Tensor) -> torch.Tensor:
    """InfoNCE in both directions. near (n, n): similarity over temperature; row i and column i belong together."""
    target = torch.arange(len(near))
    return (cross_entropy(near, target) + cross_entropy(near.T, target)) / 2


def better(owner: torch.Tensor, label: torch.Tensor, margin: float) -> torch.Tensor:
    """(n, n) of candidates: i and j are of one source, and i's label is better than j's by more than the margin."""
    return (owner[:, None] == owner[None, :]) & (label[:, None] > label[None, :] + margin)


def order_loss(score: torch.Tensor, ordered: torch.Tensor, scale: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
    """(mean surprise at the order, share of pairs in the right order) of scores (n,) over the pairs of `better`.

    scale: logits to a difference of 1 between two scores. Both are 0 where no pair is ordered.
    """
    gap = score[:, None] - score[None, :]
    n = ordered.sum().clamp(min=1)
    return -(logsigmoid(scale * gap) * ordered).sum() / n, ((gap > 0) & ordered).sum() / n


def order_quality(
    scores: Sequence[Sequence[float]], labels: Sequence[Sequence[float]], margin: float
) -> dict[str, float]:
    """Shares in the right order, of candidates' scores and labels by source: pair_accuracy over all pairs whose labels
    differ by more than the margin, one_error_accuracy of the first candidate (right) against the second (one error).
    A key without pairs is left out."""
    pairs, first = [], []
    for found, true in zip(scores, labels, strict=True):
        wins = {
            (i, j): float(found[i] > found[j])
            for i in range(len(true))
            for j in range(len(true))
            if true[i] > true[j] + margin
        }
        pairs += list(wins.values())
        first += [wins[0, 1]] if (0, 1) in wins else []
    return {
        name: sum(values) / len(values)
        for name, values in (("pair_accuracy", pairs), ("one_error_accuracy", first))
        if values
    }
