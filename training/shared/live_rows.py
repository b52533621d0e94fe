"""Rows that have ended leave the batch of `model.generate`.

transformers runs every row of a batch until the last one has ended. One text that goes round in circles to the limit
of tokens keeps all others busy, and after RL there is one in most batches. Here the model is run on the rows alone that
have not ended. `generate` sees logits of the whole batch, 0 for those that have, to which it adds padding whatever they
say; what it draws at random is drawn for the whole batch as before. So the texts are the same, up to rounding
(tests/unit/test_live_rows.py).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

KEPT = 0.875
"""Rows leave when at most this share of those that are run have not ended: keys and values are copied each time."""


@contextmanager
def ended_rows_leave(model: Any, end_tokens: Iterable[int]) -> Iterator[None]:
    """Within it one call of `model.generate` without beams no longer runs rows that have ended.

    end_tokens: ids that end a text, as `generate` knows them. Rows that something else ends (a stop string) stay.
    Within another one it does nothing more.
    Nothing changes for a model on several devices, for keys and values in anything but a `DynamicCache`, and where an
    input does not say by its shape which part of it belongs to which row.
    """
    several = len(set((getattr(model, "hf_device_map", None) or {"": 0}).values())) > 1
    original, own = model.forward, "forward" in vars(model)
    if several or getattr(original, "leaves_out_ended", False):
        yield
        return
    model.forward = _live_forward(original, sorted(set(end_tokens)))
    try:
        yield
    finally:
        if own:
            model.forward = original
        else:
            del model.forward


def _live_forward(original: Callable[..., Any], ends: list[int]) -> Callable[..., Any]:
    """The forward pass of one call of `generate`: it remembers which rows have ended and which it still runs."""
    import torch

    rows: Any = None  # numbers of the rows that are run; None: all
    live: Any = None  # which of all have not ended: (batch,) bool; None before the first pass

    @functools.wraps(original)
    def forward(*args: Any, **kwargs: Any) -> Any:
        nonlocal rows, live
        ids, cache = kwargs.get("input_ids"), kwargs.get("past_key_values")
        if args or ids is None or cache is None:
            return original(*args, **kwargs)
        batch = len(ids)
        if live is None:  # these ids are the prompt's
            live = torch.ones(batch, dtype=torch.bool, device=ids.device)
        elif ids.shape[1] == 1:
            live &= ~torch.isin(ids[:, -1], torch.tensor(ends, device=ids.device))
        left = int(live.sum())
        if 0 < left <= KEPT * (batch if rows is None else len(rows)) and _by_row(kwargs, cache, batch):
            cache.batch_select_indices((live if rows is None else live[rows]).nonzero()[:, 0])
            rows = live.nonzero()[:, 0]
        if rows is None:
            return original(**kwargs)
        found = original(**{k: v[rows] if _tensor(v) else v for k, v in kwargs.items()})
        logits = found.logits.new_zeros((batch, *found.logits.shape[1:]))
        found.logits = logits.index_copy_(0, rows, found.logits)
        return found

    forward.leaves_out_ended = True  # type: ignore[attr-defined]
    # `generate` asks for it before every token, and to find it out anew costs as much as a layer.
    forward.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
    return forward


def _tensor(value: Any) -> bool:
    """Whether it holds something for each row: `cache_position` has one axis and belongs to all."""
    import torch

    return isinstance(value, torch.Tensor) and value.dim() > 1


def _by_row(kwargs: dict[str, Any], cache: Any, batch: int) -> bool:
    """Whether all that holds something for each row has the rows first: ids (batch, 1), masks (batch, keys) or
    (batch, 1, 1, keys). Positions with three axes are those of images and have their own axis first."""
    from transformers.cache_utils import DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

    # Other layers (of a mixture with convolutions or recurrent states, transformers 5) keep states of all rows.
    keys_alone = type(cache) is DynamicCache and all(
        type(layer) in (DynamicLayer, DynamicSlidingWindowLayer) for layer in cache.layers
    )
    tensors = [value for value in kwargs.values() if _tensor(value)]
    if not keys_alone or getattr(cache, "offloading", False):
        return False
    return all(v.dim() in (2, 4) and len(v) == batch for v in tensors)
