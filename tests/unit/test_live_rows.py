"""Rows that have ended are no longer run, and the texts are those of a run with all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from training.shared.live_rows import _by_row, ended_rows_leave
from training.shared.loading import load_policy

ENDS = list(range(3, 40))
"""So many words end a text that rows end at different times."""


def generated(model: Any, ends: list[int], leave: bool, **how: Any) -> tuple[Any, list[int]]:
    """(tokens, rows of each forward pass)."""
    ran: list[int] = []
    hook = model.base_model.register_forward_pre_hook(
        lambda _, args, kwargs: ran.append(len(kwargs["input_ids"])), with_kwargs=True
    )
    draw = torch.Generator().manual_seed(5)
    ids = torch.randint(40, 90, (8, 6), generator=draw)
    ids[3, -1] = ids[4, 2] = ENDS[0]  # an end token in a prompt ends nothing
    mask = torch.ones_like(ids)
    mask[::2, :2] = 0
    torch.manual_seed(2)
    asked = {"input_ids": ids, "attention_mask": mask, "max_new_tokens": 12, "pad_token_id": 0, "eos_token_id": ends}
    with torch.no_grad():
        if leave:
            with ended_rows_leave(model, ends):
                found = model.generate(**asked, **how)
        else:
            found = model.generate(**asked, **how)
    hook.remove()
    return found, ran


@pytest.mark.parametrize("how", [{"do_sample": True, "top_k": 0}, {"do_sample": False}])
def test_the_texts_are_the_same_and_fewer_rows_are_run(tiny_policy_path: Path, how: dict[str, Any]) -> None:
    model, _ = load_policy(tiny_policy_path)
    ends = ENDS if how["do_sample"] else first_words(model)
    expected, every = generated(model, ends, leave=False, **how)
    found, ran = generated(model, ends, leave=True, **how)
    assert torch.equal(found, expected)
    assert len(ran) == len(every) and set(every) == {8}
    new = expected[:, 6:]
    assert new.shape[1] > 3 and ran[-1] < 8  # rows ended at different times, and left
    assert ran == sorted(ran, reverse=True)
    assert "forward" not in vars(model)  # nothing stays behind


def first_words(model: Any) -> list[int]:
    """The second greedy words of some rows: end tokens that end these early."""
    return sorted(set(generated(model, [2], leave=False, do_sample=False)[0][:3, 7].tolist()))


def test_a_cache_that_cannot_be_thinned_out_keeps_all_rows(tiny_policy_path: Path) -> None:
    model, _ = load_policy(tiny_policy_path)
    how = {"do_sample": True, "top_k": 0, "cache_implementation": "static", "disable_compile": True}
    expected, _ = generated(model, ENDS, leave=False, **how)
    found, ran = generated(model, ENDS, leave=True, **how)
    assert torch.equal(found, expected) and set(ran) == {8}


def test_layers_that_keep_more_than_keys_and_values_are_not_thinned_out() -> None:
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer

    class Mixed(DynamicLayer):
        """As transformers 5 has them for recurrent layers."""

    cache = DynamicCache()
    cache.update(torch.ones(3, 1, 2, 4), torch.ones(3, 1, 2, 4), 0)
    asked = {"input_ids": torch.ones(3, 1), "attention_mask": torch.ones(3, 3)}
    assert _by_row(asked, cache, 3)
    assert not _by_row({**asked, "position_ids": torch.ones(3, 3, 1)}, cache, 3)  # of images
    cache.layers[0] = Mixed()
    assert not _by_row(asked, cache, 3)


def test_a_model_on_several_devices_is_left_alone(tiny_policy_path: Path) -> None:
    model, _ = load_policy(tiny_policy_path)
    model.hf_device_map = {"model": 0, "lm_head": 1}
    assert set(generated(model, ENDS, leave=True, do_sample=True, top_k=0)[1]) == {8}
    model.hf_device_map = {"": 0}
    assert generated(model, ENDS, leave=True, do_sample=True, top_k=0)[1][-1] < 8


def test_a_forward_that_was_set_before_is_set_again(tiny_policy_path: Path) -> None:
    model, _ = load_policy(tiny_policy_path)
    model.forward = own = model.forward
    generated(model, ENDS, leave=True, do_sample=True, top_k=0)
    assert model.forward is own


def test_one_within_another_does_nothing_more(tiny_policy_path: Path) -> None:
    model, _ = load_policy(tiny_policy_path)
    expected, ran = generated(model, ENDS, leave=True, do_sample=True, top_k=0)
    with ended_rows_leave(model, ENDS):
        found, again = generated(model, ENDS, leave=True, do_sample=True, top_k=0)
    assert torch.equal(found, expected) and again == ran
