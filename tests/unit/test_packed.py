"""Packed rows (one source, many continuations) are only a faster way of computing ordinary rows."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch

from training.sft.packed import hidden_states, pack

VOCABULARY, PAD = 50, 49
SHAPE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 4,  # SmolLM3's fourth layer has no rotary positions
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "tie_word_embeddings": True,
    "bos_token_id": None,
    "eos_token_id": 0,
    "pad_token_id": PAD,
    "initializer_range": 0.3,  # large weights: differences would show
}


def smollm3() -> Any:
    from transformers import SmolLM3Config, SmolLM3ForCausalLM

    return SmolLM3ForCausalLM(SmolLM3Config(**SHAPE))


def qwen3() -> Any:
    from transformers import Qwen3Config, Qwen3ForCausalLM

    return Qwen3ForCausalLM(Qwen3Config(**SHAPE, head_dim=8))


@pytest.fixture(scope="module", params=[smollm3, qwen3])
def model(request: pytest.FixtureRequest) -> Any:
    torch.manual_seed(0)
    return request.param().eval()


def _rows() -> tuple[list[list[int]], list[list[list[int]]]]:
    """Sources of 7 and 3 tokens with three and two continuations of different lengths: the second row is padded."""
    rng = random.Random(1)
    draw = lambda n: [rng.randrange(1, PAD) for _ in range(n)]  # noqa: E731
    return [draw(7), draw(3)], [[draw(5), draw(1), draw(8)], [draw(2), draw(4)]]


def test_packed_logits_equal_those_of_ordinary_rows(model: Any) -> None:
    """At every token of the source and of every continuation."""
    sources, continuations = _rows()
    batch = pack(sources, continuations, PAD)
    with torch.no_grad():
        packed = model.lm_head(hidden_states(model, batch))
        for r, (source, parts) in enumerate(zip(sources, continuations, strict=True)):
            for start, part in zip(batch.starts[r], parts, strict=True):
                ordinary = model(torch.tensor([source + part])).logits[0]
                torch.testing.assert_close(packed[r, : len(source)], ordinary[: len(source)], rtol=1e-4, atol=1e-4)
                torch.testing.assert_close(
                    packed[r, start : start + len(part)], ordinary[len(source) :], rtol=1e-4, atol=1e-4
                )


def test_a_continuation_sees_neither_its_neighbours_nor_the_padding(model: Any) -> None:
    """Changing one continuation leaves the others' states as they were."""
    sources, continuations = _rows()
    changed = [[list(reversed(continuations[0][0])), *continuations[0][1:]], continuations[1]]
    before, after = pack(sources, continuations, PAD), pack(sources, changed, PAD)
    with torch.no_grad():
        a, b = hidden_states(model, before), hidden_states(model, after)
    first, end = before.starts[0][1], before.starts[0][2] + len(continuations[0][2])
    torch.testing.assert_close(a[0, first:end], b[0, first:end], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(a[1], b[1], rtol=1e-5, atol=1e-5)
    assert not torch.allclose(a[0, before.starts[0][0] : first], b[0, before.starts[0][0] : first], atol=1e-3)
    assert torch.isfinite(a).all()


def test_gradients_equal_those_of_ordinary_rows(model: Any) -> None:
    """The loss over packed continuations is the mean over the same tokens in ordinary rows, and so is its gradient."""
    from torch.nn.functional import cross_entropy

    from training.embedded.base import completion_loss

    sources, continuations = _rows()
    model.zero_grad()
    packed = completion_loss(model, sources, continuations, PAD)
    packed.backward()
    gradient = model.lm_head.weight.grad.clone()
    model.zero_grad()
    scored = []
    for source, parts in zip(sources, continuations, strict=True):
        for part in parts:
            logits = model(torch.tensor([source + part])).logits[0, len(source) - 1 : -1]
            scored.append(cross_entropy(logits, torch.tensor(part), reduction="none"))
    ordinary = torch.cat(scored).mean()
    ordinary.backward()
    torch.testing.assert_close(packed, ordinary, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(gradient, model.lm_head.weight.grad, rtol=1e-3, atol=1e-4)


def test_a_continuation_begins_where_its_source_ends() -> None:
    """Positions restart for each continuation; nothing attends to padding but padding."""
    batch = pack([[1, 2], [3]], [[[4, 5], [6]], [[7]]], PAD)
    assert batch.input_ids.tolist() == [[1, 2, 4, 5, 6], [3, 7, PAD, PAD, PAD]]
    assert batch.position_ids.tolist() == [[0, 1, 2, 3, 2], [0, 1, 0, 0, 0]]
    assert batch.starts == [[2, 4], [1]]
    assert batch.mask[0, 0].int().tolist() == [
        [1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [1, 1, 1, 0, 0],
        [1, 1, 1, 1, 0],
        [1, 1, 0, 0, 1],
    ]
    assert not batch.mask[1, 0, :2, 2:].any()
    assert batch.mask[:, 0].diagonal(dim1=1, dim2=2).all(), "an empty row of the mask would make its softmax NaN"
