"""One source, many continuations, one row: the source is encoded once, and no continuation sees another.

Training the embedded models on k continuations of a long source costs k copies of the source in an ordinary batch. Here
the row is source + c1 + ... + ck with a block mask, and each continuation's positions start where the source ends. The
logits equal those of k ordinary rows (tests/unit/test_packed.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True, slots=True)
class Packed:
    """A batch of packed rows; B rows of T tokens."""

    input_ids: torch.Tensor
    """(B, T) token ids, right-padded."""
    position_ids: torch.Tensor
    """(B, T)."""
    mask: torch.Tensor
    """(B, 1, T, T) bool, True = may attend."""
    starts: list[list[int]]
    """Per row, where each continuation begins."""


def pack(sources: list[list[int]], continuations: list[list[list[int]]], pad_id: int) -> Packed:
    """Pack sources (B lists of ids) with their continuations (B lists of lists of ids)."""
    lengths = [len(s) + sum(map(len, c)) for s, c in zip(sources, continuations, strict=True)]
    rows, width = len(sources), max(lengths)
    ids = torch.full((rows, width), pad_id)
    positions = torch.zeros((rows, width), dtype=torch.long)
    segment = torch.full((rows, width), -1)  # 0 = source, j = continuation j, -1 = padding
    starts = []
    for r, (source, parts) in enumerate(zip(sources, continuations, strict=True)):
        at = len(source)
        ids[r, :at] = torch.tensor(source)
        positions[r, :at] = torch.arange(at)
        segment[r, :at] = 0
        own = []
        for j, part in enumerate(parts, 1):
            own.append(at)
            ids[r, at : at + len(part)] = torch.tensor(part)
            positions[r, at : at + len(part)] = torch.arange(len(source), len(source) + len(part))
            segment[r, at : at + len(part)] = j
            at += len(part)
        starts.append(own)
    causal = torch.ones(width, width, dtype=torch.bool).tril()
    same = segment[:, :, None] == segment[:, None, :]
    mask = (same | (segment[:, None, :] == 0)) & causal
    mask |= torch.eye(width, dtype=torch.bool)  # padding attends to itself, or its softmax would be empty
    return Packed(ids, positions, mask[:, None], starts)


def hidden_states(model: torch.nn.Module, batch: Packed) -> torch.Tensor:
    """Last hidden states (B, T, H) of a causal LM on a packed batch."""
    inner: Any = model.model
    return inner(
        input_ids=batch.input_ids, attention_mask=batch.mask, position_ids=batch.position_ids, use_cache=False
    ).last_hidden_state
