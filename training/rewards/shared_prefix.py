"""Last hidden states of many endings after few beginnings: each beginning is run once, its keys and values serve all of
its endings.

Equal to running every beginning + ending alone (tests/unit/test_reranker_generative.py), at the cost of one beginning
for each source instead of one for each candidate (tests/perf/test_perf_reranker.py). The endings of one beginning stand
one behind the other in one row and a mask keeps them apart, so the beginning's keys and values are neither copied nor
repeated. Written against the parts of the model interface that transformers 4.57 and 5 share: `DynamicCache` with
`crop`, four-dimensional masks, and `position_ids`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch

PACKED = 256
"""Tokens of endings in one row. Each sees the keys of all others in vain, so a longer row costs more than it saves."""


def _batches(sizes: Sequence[int], cost: Sequence[int], limit: int) -> Iterator[list[int]]:
    """Indices in order of size, cut so that (largest cost) x (number) stays within limit; at least one each."""
    batch: list[int] = []
    for i in sorted(range(len(sizes)), key=lambda i: (sizes[i], i)):
        if batch and max(cost[i], *(cost[j] for j in batch)) * (len(batch) + 1) > limit:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _packs(endings: Sequence[Sequence[int]], limit: int) -> list[list[int]]:
    """Indices of endings in rows of at most `limit` tokens, short ones together; at least one each."""
    packs: list[list[int]] = []
    room = 0
    for i in sorted(range(len(endings)), key=lambda i: (len(endings[i]), i)):
        if not packs or len(endings[i]) > room:
            packs.append([])
            room = limit
        packs[-1].append(i)
        room -= len(endings[i])
    return packs


def _beginnings(model: Any, prefixes: Sequence[list[int]], pad_id: int) -> tuple[Any, torch.Tensor]:
    """(cache, which of its places hold a token: (S, longest) bool) after one pass over the prefixes, padded on the
    left."""
    from transformers import DynamicCache

    width = max(map(len, prefixes))
    ids = torch.tensor([[pad_id] * (width - len(p)) + p for p in prefixes], device=model.device)
    before = torch.tensor([[False] * (width - len(p)) + [True] * len(p) for p in prefixes], device=model.device)
    cache = DynamicCache()
    model.base_model(
        input_ids=ids,
        # Without padding no mask is needed, and attention takes its fast path.
        attention_mask=None if before.all() else before.long(),
        position_ids=(before.cumsum(-1) - 1).clamp(min=0),
        past_key_values=cache,
        use_cache=True,
    )
    return cache, before


def _rows(packs: list[list[list[int]]], pad_id: int) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    """(ids, number of the ending that a token belongs to or -1, place in that ending) of rows of packed endings, padded
    on the right."""
    width = max(sum(map(len, pack)) for pack in packs)
    ids, owner, place = [], [], []
    for pack in packs:
        gap = width - sum(map(len, pack))
        ids.append([t for ending in pack for t in ending] + [pad_id] * gap)
        owner.append([k for k, ending in enumerate(pack) for _ in ending] + [-1] * gap)
        place.append([n for ending in pack for n in range(len(ending))] + [0] * gap)
    return ids, owner, place


def batches(
    prefixes: Sequence[Sequence[int]], endings: Sequence[Sequence[Sequence[int]]], batch_tokens: int
) -> list[list[int]]:
    """Numbers of the prefixes that are run together with their endings. batch_tokens: bound on rows x (prefix + packed
    endings) of one forward pass; one row at least."""
    room = [
        len(p) + max(sum(len(own[k]) for k in pack) for pack in _packs(own, PACKED))
        for p, own in zip(prefixes, endings, strict=True)
    ]
    return list(_batches([len(p) for p in prefixes], room, batch_tokens))


def last_hidden_states(
    model: Any, prefixes: Sequence[list[int]], endings: Sequence[Sequence[list[int]]], pad_id: int
) -> torch.Tensor:
    """Hidden state (N, H) at the last token of each ending, N = all endings, in order of the prefixes.

    model: a causal LM whose `base_model` is the decoder; prefixes: S lists of ids, all run at once; endings: for each
    prefix its endings (one at least, none empty). Call without gradients.
    """
    decoder, device = model.base_model, model.device
    first, n = [], 0
    for own in endings:
        first.append(n)
        n += len(own)
    packed = [_packs(own, PACKED) for own in endings]
    out: torch.Tensor | None = None
    cache, before = _beginnings(model, prefixes, pad_id)
    start = before.sum(-1)
    for turn in range(max(map(len, packed))):
        # A row that has no pack left in this turn keeps its place in the cache with one token that nobody looks at.
        chosen = [(packs[turn] if turn < len(packs) else []) for packs in packed]
        rows = [[own[k] for k in pack] or [[pad_id]] for own, pack in zip(endings, chosen, strict=True)]
        ids, owner_rows, place_rows = _rows(rows, pad_id)
        owner, place = torch.tensor(owner_rows, device=device), torch.tensor(place_rows, device=device)
        length = owner.shape[1]
        same = (owner[:, :, None] == owner[:, None, :]) & torch.ones(
            length, length, dtype=torch.bool, device=device
        ).tril()
        seen = torch.cat([before[:, None, :].expand(-1, length, -1), same], dim=-1)[:, None]
        hidden = decoder(
            input_ids=torch.tensor(ids, device=device),
            attention_mask=_additive(seen, model.dtype),
            past_key_values=cache,
            use_cache=True,
            position_ids=start[:, None] + place,
        ).last_hidden_state
        cache.crop(-length)  # what this turn added; transformers 5.24 takes no absolute length
        if out is None:
            out = hidden.new_empty((n, hidden.shape[-1]))
        for row, pack in enumerate(chosen):
            end = -1
            for k in pack:
                end += len(endings[row][k])
                out[first[row] + k] = hidden[row, end]
    if out is None:
        raise ValueError("no endings to score")
    return out


def _additive(seen: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """The mask as attention kernels of all kinds take it: 0 where a key is seen, the type's least number elsewhere."""
    return torch.zeros(seen.shape, dtype=dtype, device=seen.device).masked_fill_(~seen, torch.finfo(dtype).min)
