"""Masks of attention as transformers makes them, made faster; keys that heads share; a start without scikit-learn."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AttentionMaskInterface, masking_utils
from transformers.integrations import sdpa_attention

from training.shared.quick import _Mask, grouped_queries, plain_masks

THEIRS = masking_utils.sdpa_mask
OLDER = "cache_position" in THEIRS.__code__.co_varnames[: THEIRS.__code__.co_argcount]


@pytest.mark.skipif(not OLDER, reason="transformers 5 makes its masks itself")
@given(st.data())
def test_the_mask_is_that_of_transformers(data: st.DataObject) -> None:
    """All sizes, padding on either side or in the middle, with and without earlier keys, wider 2D masks."""
    rows, queries, before = (data.draw(st.integers(low, 4)) for low in (1, 1, 0))
    length, wider, offset = queries + before, data.draw(st.integers(0, 2)), data.draw(st.integers(0, 1))
    cells = data.draw(st.lists(st.booleans(), min_size=rows * 12, max_size=rows * 12))
    shown = torch.tensor(cells).view(rows, 12)[:, : length + offset + wider]
    how = {
        "attention_mask": data.draw(st.sampled_from([None, shown, torch.ones_like(shown)])),
        "allow_is_causal_skip": data.draw(st.booleans()),
        "mask_function": masking_utils.causal_mask_function,
        "kv_offset": offset,
    }
    places = torch.arange(before, length) + offset
    ours = _Mask(None, masking_utils.causal_mask_function)(rows, places, length, **how)
    theirs = THEIRS(batch_size=rows, cache_position=places, kv_length=length, **how)
    if theirs is None or ours is None:
        assert ours is theirs
    else:
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype
        assert bool((ours == theirs).all())


@pytest.mark.skipif(not OLDER, reason="transformers 5 makes its masks itself")
def test_other_masks_are_left_to_transformers() -> None:
    asked: list[str] = []

    def theirs(**how: object) -> str:
        asked.append("theirs")
        return "theirs"

    mask = _Mask(theirs, masking_utils.causal_mask_function)
    window = masking_utils.sliding_window_causal_mask_function(2)
    assert mask(1, torch.arange(3), 3, mask_function=window) == "theirs"
    assert mask(1, torch.arange(3), 3, local_size=2) == "theirs"
    assert mask(1, torch.arange(3), 3, attention_mask=torch.ones(1, 2)) == "theirs"
    assert len(asked) == 3


@pytest.mark.skipif(not OLDER, reason="transformers 5 makes its masks itself")
def test_it_is_registered_once() -> None:
    plain_masks()
    plain_masks()
    registered = AttentionMaskInterface()["sdpa"]
    assert isinstance(registered, _Mask)
    assert not isinstance(registered.theirs, _Mask)


@given(st.data())
def test_heads_that_share_keys_attend_as_if_each_had_its_own(data: st.DataObject) -> None:
    """To the bit, for one query or several, with every kind of mask; with a gradient nothing changes."""
    grouped_queries()
    rows, shared, groups, queries, keys = (data.draw(st.integers(1, most)) for most in (3, 3, 4, 9, 40))
    draw = torch.Generator().manual_seed(data.draw(st.integers(0, 99)))
    kind = data.draw(st.sampled_from([torch.float32, torch.bfloat16]))
    size = data.draw(st.sampled_from([8, 32, 64]))
    query, key, value = (
        torch.randn(rows, heads, length, size, generator=draw).to(kind)
        for heads, length in ((shared * groups, queries), (shared, keys), (shared, keys))
    )
    seen = torch.rand(rows, 1, queries, keys, generator=draw) < 0.7
    seen[..., 0] = True
    mask = data.draw(
        st.sampled_from([seen, torch.zeros(seen.shape, dtype=kind).masked_fill_(~seen, torch.finfo(kind).min)])
    )
    module = torch.nn.Module()
    module.num_key_value_groups = groups
    attend = lambda k, v: sdpa_attention.sdpa_attention_forward(module, query, k, v, mask, scaling=0.3)[0]  # noqa: E731
    with torch.no_grad():
        ours = attend(key, value)
        assert sdpa_attention.use_gqa_in_sdpa(mask, key)
        module.num_key_value_groups = 1
        repeated = (sdpa_attention.repeat_kv(x, groups) for x in (key, value))
        assert torch.equal(ours, attend(*repeated))
    assert not sdpa_attention.use_gqa_in_sdpa(mask, key)


def test_what_is_trained_is_loaded_without_scikit_learn_and_scipy_and_the_trainer_too() -> None:
    code = (
        "import sys\n"
        "from training.shared.loading import load_policy\n"
        "from benchmark.settings.assets import resolve\n"
        "load_policy(resolve('asset:base', 'policy.path'))\n"
        "import training.shared.callbacks\n"
        "from transformers import Trainer, utils\n"
        "print('sklearn' in sys.modules, 'scipy' in sys.modules, bool(utils.is_sklearn_available()))\n"
        "print(bool(utils.is_scipy_available()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True", "True"]
