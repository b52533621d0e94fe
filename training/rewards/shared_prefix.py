"""Last hidden states of many endings after few beginnings: each beginning is run once, its keys and values serve all of its endings.

Equal to running every beginning + ending alone (tests/unit/test_reranker_generative.py), at the cost of one beginning for each source
instead of one for each candidate. Written against the parts of the cache interface that transformers 4.57 and 5 share:
`DynamicCache.update` and `.layers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch


def _padded(rows: list[list[int]], pad_id: int, left: bool, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """(ids, mask), both (len(rows), longest)."""
    width = max(map(len, rows))
    ids, mask = [], []
    for row in rows:
        gap = width - len(row)
        ids.append([pad_id] * gap + row if left else row + [pad_id] * gap)
        mask.append([0] * gap + [1] * len(row) if left else [1] * len(row) + [0] * gap)
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def _batches(sizes: list[int], cost: list[int], limit: int) -> Iterator[list[int]]:
    """Indices in order of size, cut so that (largest cost) x (number) stays within limit; at least one each."""
    batch: list[int] = []
    for i in sorted(range(len(sizes)), key=lambda i: (sizes[i], i)):
        if batch and max(cost[i], *(cost[j] for j in batch)) * (len(batch) + 1) > limit:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _rows_of(cache: Any, rows: torch.Tensor) -> Any:
    """A new cache whose i-th row is row rows[i] of `cache`: the model appends to it, so every forward pass needs its own."""
    from transformers import DynamicCache

    chosen = DynamicCache()
    for number, layer in enumerate(cache.layers):
        chosen.update(layer.keys.index_select(0, rows), layer.values.index_select(0, rows), number)
    return chosen


def last_hidden_states(
    model: Any, prefixes: list[list[int]], endings: list[list[list[int]]], pad_id: int, batch_tokens: int
) -> torch.Tensor:
    """Hidden state (N, H) at the last token of each ending, N = all endings, in order of the prefixes.

    model: a causal LM whose `base_model` is the decoder; prefixes: S lists of ids; endings: for each prefix its endings (none empty);
    batch_tokens: bound on tokens in one forward pass, each ending counted with its prefix. Call without gradients.
    """
    from transformers import DynamicCache

    decoder, device = model.base_model, model.device
    slots, n = [], 0
    for own in endings:
        slots.append(range(n, n + len(own)))
        n += len(own)
    out: torch.Tensor | None = None
    # Beginnings of like length together; each weighs as much as its endings need room.
    room = [(len(p) + max(map(len, own))) * len(own) for p, own in zip(prefixes, endings, strict=True)]
    for group in _batches([len(p) for p in prefixes], room, batch_tokens):
        ids, before = _padded([prefixes[i] for i in group], pad_id, left=True, device=device)
        positions = (before.cumsum(-1) - 1).clamp(min=0)
        cache = DynamicCache()
        decoder(input_ids=ids, attention_mask=before, position_ids=positions, past_key_values=cache, use_cache=True)
        flat = [(row, slots[i][k], ending) for row, i in enumerate(group) for k, ending in enumerate(endings[i])]
        width = ids.shape[1]
        for batch in _batches([len(e) for _, _, e in flat], [width + len(e) for _, _, e in flat], batch_tokens):
            rows = torch.tensor([flat[j][0] for j in batch], device=device)
            after_ids, after = _padded([flat[j][2] for j in batch], pad_id, left=False, device=device)
            start = before.sum(-1)[rows]
            hidden = decoder(
                input_ids=after_ids,
                attention_mask=torch.cat([before[rows], after], dim=1),
                past_key_values=_rows_of(cache, rows),
                use_cache=True,
                position_ids=start[:, None] + torch.arange(after_ids.shape[1], device=device)[None, :],
            ).last_hidden_state
            last = hidden[torch.arange(len(batch), device=device), after.sum(-1) - 1]
            if out is None:
                out = last.new_empty((n, last.shape[-1]))
            out[torch.tensor([flat[j][1] for j in batch], device=device)] = last
    if out is None:
        raise ValueError("no endings to score")
    return out
