"""Prompts that are run once for all their completions give what running every row alone gives."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import random_policy

from training.rl import shared_prompts
from training.rl.shared_prompts import sharable, share_prompts
from training.shared.loading import load_policy

TEMPERATURE = 0.9


def policy(path: Path, shared: bool) -> tuple[Any, Any, list[int]]:
    """(model with TRL's head, tokenizer, lengths of what its layers were given)."""
    from trl.trainer.utils import add_fused_lm_head

    model, tokenizer = load_policy(path)
    add_fused_lm_head(model, temperature=TEMPERATURE, outputs=("log_probs", "entropy"))
    seen: list[int] = []
    model.base_model.register_forward_pre_hook(
        lambda _, args, kwargs: seen.append(kwargs["input_ids"].numel()), with_kwargs=True
    )
    assert not shared or share_prompts(model, TEMPERATURE)
    return model, tokenizer, seen


def batch(tokenizer: Any, groups: int = 2, each: int = 3) -> tuple[Any, Any, Any]:
    """(ids, mask, labels) of rows in mixed order: prompts padded on the left, completions on the right."""
    import torch

    draw = torch.Generator().manual_seed(1)
    rows = []
    for row in range(groups * each):
        group = row % groups
        prompt = torch.arange(5 + 4 * group) % 20 + 3 + group
        completion = torch.randint(3, 30, (2 + row,), generator=draw)
        gaps = 12 - len(prompt), 8 - len(completion)
        ids = [tokenizer.pad_token_id] * gaps[0] + [*prompt, *completion] + [tokenizer.pad_token_id] * gaps[1]
        mask = [0] * gaps[0] + [1] * (len(prompt) + len(completion)) + [0] * gaps[1]
        rows.append((ids, mask))
    ids, mask = (torch.tensor([row[i] for row in rows]) for i in (0, 1))
    labels = ids.masked_fill(mask == 0, -100)
    labels[:, :12] = -100
    return ids, mask, labels


def scored(model: Any, ids: Any, mask: Any, labels: Any) -> tuple[Any, Any, dict[str, Any]]:
    """(log-probabilities, entropies, gradients of a weighted sum of the first)."""
    import torch

    model.zero_grad()
    found = model(input_ids=ids, attention_mask=mask, labels=labels, fused_lm_head=True)
    weights = torch.linspace(-1, 1, found.log_probs.numel()).view_as(found.log_probs)
    (found.log_probs * weights).sum().backward()
    return found.log_probs.detach(), found.entropy.detach(), {n: p.grad for n, p in model.named_parameters()}


def test_log_probabilities_entropies_and_gradients_are_those_of_trl(tiny_policy_path: Path) -> None:
    import torch

    alone, tokenizer, each = policy(tiny_policy_path, shared=False)
    together, _, once = policy(tiny_policy_path, shared=True)
    rows = batch(tokenizer)
    expected, found = scored(alone, *rows), scored(together, *rows)
    for mine, theirs in zip(found[:2], expected[:2], strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-5, rtol=1e-5)
    for name, theirs in expected[2].items():
        torch.testing.assert_close(found[2][name], theirs, atol=1e-5, rtol=1e-4, msg=name)
    # Six rows of 20 tokens against two prompts of 12 and six completions, of whose 8 at most the last predicts nothing.
    assert (each, once) == ([120], [24, 36])


def test_completions_of_like_length_run_together(tiny_policy_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(shared_prompts, "PASS", 3)
    alone, tokenizer, _ = policy(tiny_policy_path, shared=False)
    together, _, once = policy(tiny_policy_path, shared=True)
    ids, mask, labels = batch(tokenizer)
    labels[4] = -100  # of this row nothing is asked
    labels[3, 13:15] = -100  # of this one something within
    expected, found = scored(alone, ids, mask, labels), scored(together, ids, mask, labels)
    for mine, theirs in zip(found[:2], expected[:2], strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-5, rtol=1e-5)
    for name, theirs in expected[2].items():
        torch.testing.assert_close(found[2][name], theirs, atol=1e-5, rtol=1e-4, msg=name)
    # Completions of 7, 5 and 4, 3 and 2 tokens: without the last of each and in batches as long as their longest.
    assert once[0] == 24 and len(once) > 2 and sum(once[1:]) < 30


@given(st.lists(st.integers(0, 30), max_size=9))
def test_no_other_cut_costs_less(needed: list[int]) -> None:
    def cost(batches: list[list[int]]) -> int:
        return sum(len(b) * max(needed[i] for i in b) + shared_prompts.PASS for b in batches)

    found = shared_prompts.batches_of_like_length(needed)
    order = sorted((i for i, n in enumerate(needed) if n), key=lambda i: (-needed[i], i))
    assert [i for batch in found for i in batch] == order
    for cuts in itertools.product([False, True], repeat=max(0, len(order) - 1)):
        other: list[list[int]] = []
        for i, cut in zip(order, [True, *cuts], strict=False):
            other = [*other, [i]] if cut else [*other[:-1], [*other[-1], i]]
        assert cost(found) <= cost(other)


def test_the_same_completions_are_drawn(tiny_policy_path: Path) -> None:
    import torch

    drawn = []
    for shared in (False, True):
        model, tokenizer, _ = policy(tiny_policy_path, shared)
        ids, mask, _ = batch(tokenizer)
        torch.manual_seed(3)
        drawn.append(
            model.generate(input_ids=ids[:, :12], attention_mask=mask[:, :12], do_sample=True, max_new_tokens=9)
        )
    assert torch.equal(*drawn)


def test_where_all_prompts_differ_nothing_is_done_apart(tiny_policy_path: Path) -> None:
    model, tokenizer, seen = policy(tiny_policy_path, shared=True)
    scored(model, *batch(tokenizer, groups=2, each=1))
    assert seen == [40]


def test_a_policy_that_keeps_no_keys_goes_trls_way(tiny_policy_path: Path) -> None:
    model, tokenizer, seen = policy(tiny_policy_path, shared=True)
    model.gradient_checkpointing_enable()
    model.train()
    scored(model, *batch(tokenizer))
    assert seen == [120]


@pytest.mark.parametrize(
    ("shape", "can"),
    [
        ({}, True),
        ({"use_sliding_window": True, "sliding_window": 4, "layer_types": ["sliding_attention"] * 2}, False),
        ({"use_sliding_window": True, "sliding_window": 4, "layer_types": ["full_attention"] * 2}, True),
        ({"logit_scale": 0.5}, False),
    ],
)
def test_only_layers_that_see_the_whole_text_share(tmp_path: Path, shape: dict[str, Any], can: bool) -> None:
    assert sharable(load_policy(random_policy(tmp_path / "policy", **shape))[0]) is can
