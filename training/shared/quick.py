"""What transformers does in every forward pass that costs much and changes nothing.

Masks of attention made by `torch.vmap` over functions of four indices: at the size of the shipped models a sixth of a
GRPO step, where a comparison of two ranges gives the same booleans. And, on a CPU, a copy of all keys and values for
each token, once for every head that shares them: two fifths of a token of a rollout. What it loads at every start and
nobody needs: `metrics.lean`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def plain_masks() -> None:
    """Makes transformers build the usual causal mask for `sdpa` attention by one comparison, from now on.

    The booleans are those of transformers (tests/unit/test_quick.py); every other kind of mask is left to it. Under
    transformers 5, whose functions take other arguments, nothing is changed.
    """
    from transformers import AttentionMaskInterface, masking_utils

    theirs = AttentionMaskInterface()["sdpa"]
    if "cache_position" in theirs.__code__.co_varnames[: theirs.__code__.co_argcount]:
        AttentionMaskInterface.register("sdpa", _Mask(theirs, masking_utils.causal_mask_function))


@cache
def grouped_queries() -> None:
    """Makes transformers leave it to torch, from now on, that several heads share keys and values (grouped-query
    attention), where it is on a CPU and no gradient is asked for.

    transformers repeats them beside a mask, because a GPU has no kernel for both. torch's kernel for CPUs has, and its
    results are the same bits (tests/unit/test_quick.py).
    """
    from transformers.integrations import sdpa_attention

    theirs = getattr(sdpa_attention, "use_gqa_in_sdpa", None)
    if theirs is not None:
        sdpa_attention.use_gqa_in_sdpa = functools.partial(_shared_by_heads, theirs)


def _shared_by_heads(theirs: Callable[..., bool], attention_mask: Any, key: Any) -> bool:
    """In place of `use_gqa_in_sdpa`: whether torch is told so, and given keys as they are."""
    import torch

    plain = isinstance(key, torch.Tensor) and key.device.type == "cpu" and not torch.jit.is_tracing()
    return theirs(attention_mask, key) or (plain and not torch.is_grad_enabled() and not torch.compiler.is_compiling())


class _Mask:
    """In place of `transformers.masking_utils.sdpa_mask`."""

    def __init__(self, theirs: Any, causal: Any) -> None:
        self.theirs, self.causal = theirs, causal

    def __call__(self, batch_size: int, cache_position: Any, kv_length: int, **how: Any) -> Any:
        """(batch, 1, queries, keys) booleans, True where attention goes; None where torch's own causal rule is
        enough."""
        import torch

        known = {"kv_offset", "mask_function", "attention_mask", "allow_is_causal_skip", "dtype", "config"}
        shown, offset = how.get("attention_mask"), how.get("kv_offset", 0)
        if (
            how.get("mask_function", self.causal) is not self.causal
            or not set(how) <= known
            or torch.jit.is_tracing()
            or torch.compiler.is_compiling()
            or (shown is not None and (shown.dim() != 2 or shown.shape[1] < offset + kv_length))
        ):
            return self.theirs(batch_size=batch_size, cache_position=cache_position, kv_length=kv_length, **how)
        queries = cache_position.shape[0]
        if shown is not None:
            shown = shown[:, offset : offset + kv_length].bool()
        if how.get("allow_is_causal_skip", True) and queries in (1, kv_length) and (shown is None or bool(shown.all())):
            return None
        keys = torch.arange(offset, offset + kv_length, device=cache_position.device)
        mask = (keys <= cache_position[:, None]).expand(batch_size, 1, queries, kv_length)
        return mask.contiguous() if shown is None else mask & shown[:, None, None, :]
