"""Masks of attention as transformers makes them, made faster; and a start without scikit-learn."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AttentionMaskInterface, masking_utils

from training.shared.quick import _Mask, plain_masks

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


def test_a_tokenizer_is_loaded_without_scikit_learn_and_the_trainer_too() -> None:
    code = (
        "import sys\n"
        "from training.shared.loading import load_tokenizer\n"
        "from benchmark.settings.assets import resolve\n"
        "load_tokenizer(resolve('asset:base', 'policy.path'))\n"
        "import training.shared.callbacks\n"
        "from transformers import Trainer, utils\n"
        "print('sklearn' in sys.modules, bool(utils.is_sklearn_available()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == "False"
