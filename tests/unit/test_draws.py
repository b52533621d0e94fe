"""Tokens are drawn with their probabilities, and none that has none."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from metrics.errors import UserError
from training.rl.draws import Stream, shared_stream

ROWS = 20_000


def test_frequencies_are_the_probabilities() -> None:
    torch.manual_seed(1)
    chances = torch.tensor([0.5, 0.0, 0.3, 0.15, 0.05, 0.0])
    drawn = Stream(ROWS).draw(chances.expand(ROWS, -1), num_samples=1)
    assert drawn.shape == (ROWS, 1)
    counts = torch.bincount(drawn[:, 0], minlength=6)
    expected = chances * ROWS
    assert counts[1] == counts[5] == 0
    some = expected > 0
    chi_squared = ((counts - expected)[some] ** 2 / expected[some]).sum()
    assert chi_squared < 16.3  # of 3 degrees of freedom: p > .001


@given(st.lists(st.sampled_from([0.0, 1e-30, 0.25, 1.0]), min_size=1, max_size=9).filter(any), st.integers(0, 99))
def test_only_words_that_can_be_drawn_are(weights: list[float], seed: int) -> None:
    torch.manual_seed(seed)
    drawn = Stream(50).draw(torch.tensor(weights).expand(50, -1))
    assert all(weights[word] > 0 for word in drawn[:, 0].tolist())


@pytest.mark.parametrize(("at", "word"), [(0.0, 1), (0.2499, 1), (0.25, 2), (1 - 2**-53, 2)])
def test_a_number_finds_the_word_whose_share_it_falls_in(at: float, word: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "rand", lambda n, **how: torch.full((n,), at, **how))
    drawn = Stream(1).draw(torch.tensor([[0.0, 0.75, 2.25, 0.0]]))  # a sum of 3: words get a share of it
    assert drawn.tolist() == [[word]]


def test_probabilities_that_are_no_numbers_are_told() -> None:
    with pytest.raises(UserError, match=r"it has diverged; lower rl\.lr"):
        Stream(2).draw(torch.tensor([[0.5, 0.5], [float("nan"), 1.0]]))


def test_multinomial_is_torchs_again_afterwards_and_takes_one_sample_a_row() -> None:
    kept = torch.multinomial
    with pytest.raises(ValueError, match="2 samples for 3 rows"), shared_stream(3):
        torch.multinomial(torch.ones(3, 4), num_samples=2)
    assert torch.multinomial is kept
