"""A GRPO step runs each prompt once: its completions share the prompt's keys and values.

TRL runs prompt and completion of every row, three times a step: to generate, for the reference's log-probabilities and
for the policy's, forward and backward. The prompts of a group are equal and most of the tokens, so that with groups of
8 most of the work is done 8 times over. Here equal prompts are found in the batch and run once; the gradient of a
prompt is the sum of its completions'. Log-probabilities are taken of the completions' places alone, from plain logits
where these are small, from TRL's kernel in chunks else.

Equal to TRL's own up to rounding (tests/unit/test_shared_prompts.py). Used on CPU, for models whose layers all attend
to the whole text; everything else goes TRL's own way.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from training.rl.halves import Halves, drawn_part, even
from training.shared.decoding import ids_of
from training.shared.live_rows import ended_rows_leave

PASS = 128
"""What a forward pass costs besides its tokens, in tokens."""
PLAIN_BYTES = 256 * 2**20
"""Logits (float32) up to this size are made as a whole: with few words TRL's chunks cost more than they save."""
ROLLOUT, PASSES = "rollout", "passes"
"""What a step does in halves."""
_SCALED = ("final_logit_softcapping", "logit_scale", "output_multiplier", "lm_head_multiplier", "logits_scaling")


def sharable(model: Any) -> bool:
    """Whether keys and values of a prompt can serve several completions of this model, and its logits are plain."""
    config = model.config.get_text_config()
    layers = getattr(config, "layer_types", None) or ()
    windowed = getattr(config, "sliding_window", None) and getattr(config, "use_sliding_window", True) and not layers
    return (
        model.device.type == "cpu"
        and config is model.config
        and all(kind == "full_attention" for kind in layers)
        and not windowed
        and not any(getattr(config, name, None) is not None for name in _SCALED)
        and not getattr(config, "num_experts", None)
        and not getattr(config, "num_local_experts", None)
        and not getattr(model, "_is_stateful", False)
        and not config.is_encoder_decoder
    )


def share_prompts(model: Any, temperature: float, halves: Halves | None = None) -> bool:
    """Makes `model.generate` and TRL's `model(..., fused_lm_head=True)` run equal prompts once. Returns whether it can.

    model: patched by TRL's `add_fused_lm_head` with the same temperature. halves: does rollouts, and passes with a
    gradient, in halves; a policy's.
    """
    if not sharable(model):
        return False
    model.forward = _forward(model, model.forward, temperature, halves)
    model.generate = _generate(model, model.generate, halves)
    return True


def _groups(ids: Any, mask: Any) -> tuple[list[int], Any] | None:
    """(first row of each distinct prompt, number of each row's prompt); None where all differ. ids, mask: (rows,
    length)."""
    import torch

    number: dict[bytes, int] = {}
    first: list[int] = []
    of_row = []
    for row, prompt in enumerate(torch.where(mask.bool(), ids, -1).cpu().numpy()):
        key = prompt.tobytes()
        if key not in number:
            number[key] = len(first)
            first.append(row)
        of_row.append(number[key])
    return (first, torch.tensor(of_row, device=ids.device)) if len(first) < len(of_row) else None


def _prefill(model: Any, ids: Any, mask: Any, positions: Any) -> tuple[Any, Any]:
    """(keys and values, last hidden states) of distinct prompts."""
    from transformers import DynamicCache

    cache = DynamicCache()
    hidden = model.base_model(
        input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True
    ).last_hidden_state
    return cache, hidden


def _of_rows(cache: Any, prompts: Any) -> Any:
    """Keys and values of rows whose prompts have these numbers."""
    from transformers import DynamicCache

    found = DynamicCache()
    for number, layer in enumerate(cache.layers):
        found.update(layer.keys[prompts], layer.values[prompts], number)
    return found


def batches_of_like_length(needed: list[int]) -> list[list[int]]:
    """Numbers of the rows that need anything, longest first, cut into batches so that (rows x longest of the batch +
    PASS for each) is least."""
    order = sorted((i for i, n in enumerate(needed) if n), key=lambda i: (-needed[i], i))
    best = [0] * (len(order) + 1)  # least cost of the first rows
    cut = [0] * (len(order) + 1)  # where their last batch begins
    for end in range(1, len(order) + 1):
        best[end], cut[end] = min(
            (best[begin] + (end - begin) * needed[order[begin]] + PASS, begin) for begin in range(end)
        )
    found, end = [], len(order)
    while end:
        found.append(order[cut[end] : end])
        end = cut[end]
    return found[::-1]


def _forward(model: Any, original: Callable[..., Any], temperature: float, halves: Halves | None) -> Callable[..., Any]:
    import torch
    from trl.trainer.utils import FusedCausalLMOutput

    if halves is not None:

        def job(half: int, ids: Any, mask: Any, labels: Any, start: int) -> tuple[Any, ...]:
            with torch.enable_grad():
                log_probs, *others = _told(model, ids, mask, labels, start, temperature)
            halves.keep(half, log_probs)
            return log_probs.detach(), *others

        halves.jobs[PASSES] = job

    @functools.wraps(original)
    def forward(*args: Any, fused_lm_head: bool = False, labels: Any = None, **kwargs: Any) -> Any:
        def as_it_is() -> Any:
            told = {"labels": labels} if labels is not None else {}
            return original(*args, **({"fused_lm_head": True} if fused_lm_head else {}), **told, **kwargs)

        if not fused_lm_head or args or labels is None or set(kwargs) != {"input_ids", "attention_mask"}:
            return as_it_is()
        if model.training and getattr(model, "is_gradient_checkpointing", False):
            return as_it_is()  # it keeps no keys and values
        ids, mask = kwargs["input_ids"], kwargs["attention_mask"]
        scored = labels != -100
        columns = scored.any(dim=0)
        start = int(columns.int().argmax()) if bool(columns.any()) else 0  # where the completions begin
        small = 4 * int(scored.sum()) * model.get_output_embeddings().weight.shape[0] <= PLAIN_BYTES
        groups = _groups(ids[:, :start], mask[:, :start]) if start and small else None
        if groups is None:
            return as_it_is()
        parts = [torch.arange(len(ids), device=ids.device)]
        halved = halves is not None and torch.is_grad_enabled() and not torch.is_autocast_enabled("cpu")
        if halves is not None and halved and len(groups[0]) > 1:
            costs = torch.full((len(groups[0]),), float(start)).index_add_(0, groups[1], scored.sum(dim=1).float())
            half = torch.tensor(even(costs.tolist()))[groups[1]]
            parts = [(half == i).nonzero()[:, 0] for i in (0, 1)]
            told = halves.log_probs(PASSES, [(i, ids[p], mask[p], labels[p], start) for i, p in enumerate(parts)])
        else:
            told = [_told(model, ids, mask, labels, start, temperature)]
        row = torch.cat([part[row] for part, (_, _, row, _) in zip(parts, told, strict=True)])
        log_probs, entropy, _, place = (torch.cat(values) for values in zip(*told, strict=True))
        shape = (ids.shape[0], ids.shape[1] - 1)
        return FusedCausalLMOutput(
            log_probs=log_probs.new_zeros(shape).index_put((row, place), log_probs),
            entropy=entropy.new_zeros(shape).index_put((row, place), entropy),
            label_mask=labels[:, 1:] != -100,
        )

    return forward


def _told(model: Any, ids: Any, mask: Any, labels: Any, start: int, temperature: float) -> tuple[Any, Any, Any, Any]:
    """(log-probability, entropy, row, place of what predicts it) of all labels of these rows, (n,) each. start: where
    the completions begin."""
    import torch

    first, of_row = _groups(ids[:, :start], mask[:, :start]) or (range(len(ids)), torch.arange(len(ids)))
    first = list(first)
    cache, hidden = _prefill(model, ids[first, :start], mask[first, :start], None)
    scored = labels[:, start:] != -100
    needed = (scored * torch.arange(1, scored.shape[1] + 1, device=ids.device)).amax(dim=1)
    states, places = [], []
    for batch in batches_of_like_length(needed.tolist()):
        rows = torch.tensor(batch, device=ids.device)
        end = start + int(needed[rows].max())
        last = hidden[:, -1:].index_select(0, of_row[rows])
        if end - start > 1:
            # The last token of a row predicts nothing that is scored.
            more = model.base_model(
                input_ids=ids[rows, start : end - 1],
                attention_mask=mask[rows, : end - 1],
                past_key_values=_of_rows(cache, of_row[rows]),
                use_cache=True,
            ).last_hidden_state
            last = torch.cat([last, more], dim=1)
        row, place = scored[rows, : end - start].nonzero(as_tuple=True)
        states.append(last[row, place])
        places.append(torch.stack([rows[row], place + start - 1]))
    row, place = torch.cat(places, dim=1)
    log_probs, entropy = _plain(torch.cat(states), model.get_output_embeddings(), labels[row, place + 1], temperature)
    return log_probs, entropy, row, place


def _plain(hidden: Any, head: Any, labels: Any, temperature: float) -> tuple[Any, Any]:
    """(log-probability of each label, entropy of its place, without gradient) from whole logits. hidden: (n, width);
    labels: (n,)."""
    import torch

    every = torch.log_softmax(head(hidden).float() / temperature, dim=-1)
    with torch.no_grad():
        entropy = -(every.exp() * every).sum(dim=-1)
    return every.gather(-1, labels[:, None]).squeeze(-1), entropy


def _generate(model: Any, original: Callable[..., Any], halves: Halves | None) -> Callable[..., Any]:
    import torch

    def run(kwargs: dict[str, Any]) -> Any:
        config = kwargs.get("generation_config") or model.generation_config
        with ended_rows_leave(model, ids_of(config.eos_token_id)):
            return original(**kwargs, **_prefilled(model, kwargs))

    def part(kwargs: dict[str, Any]) -> Any:
        if getattr(model, "is_gradient_checkpointing", False):  # TRL ends that around `generate` in its own process
            model.gradient_checkpointing_disable()
        return run(kwargs)

    if halves is not None:
        halves.jobs[ROLLOUT] = drawn_part(part)

    @functools.wraps(original)
    def generate(*args: Any, **kwargs: Any) -> Any:
        if args:
            return original(*args, **kwargs)
        tensors = {name: value for name, value in kwargs.items() if isinstance(value, torch.Tensor)}
        cut = _middle(tensors) if halves is not None and halves.rolling else None
        if halves is None or cut is None:
            return run(kwargs)
        others = {name: value for name, value in kwargs.items() if name not in tensors}
        return halves.rollout(ROLLOUT, tensors, others, cut)

    return generate


def _middle(inputs: dict[str, Any]) -> int | None:
    """Number of rows that hold the first half of the prompts; None where these are not in order, or only one."""
    ids, mask = inputs.get("input_ids"), inputs.get("attention_mask")
    groups = None if ids is None or mask is None else _groups(ids, mask)
    if groups is None or len(groups[0]) < 2 or bool((groups[1].diff() < 0).any()):
        return None
    return groups[0][(len(groups[0]) + 1) // 2]


def _prefilled(model: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """What `generate` takes besides its inputs where prompts are equal: keys and values of all but their last token."""
    import torch

    ids, mask = kwargs.get("input_ids"), kwargs.get("attention_mask")
    if ids is None or mask is None or "past_key_values" in kwargs or ids.shape[1] < 2:
        return {}
    groups = _groups(ids, mask)
    if groups is None:
        return {}
    first, of_row = groups
    before = mask[first, :-1]
    positions = (before.long().cumsum(-1) - 1).masked_fill(before == 0, 1)  # as generate has them
    with torch.no_grad():
        cache, _ = _prefill(model, ids[first, :-1], before, positions)
        cache.batch_select_indices(of_row)
    return {"past_key_values": cache}
