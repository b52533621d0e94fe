"""Variances and limits with seeds random (`metrics/estimates.py`), against what stands in its module text, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sampled import mean_of

from metrics import intervals
from metrics.contrast import Contrast, Measured, level_of, of_values
from metrics.estimates import SAME_SEEDS, ratio_limits, recipe_limits, recipe_variance, run_limits, seed_limits
from metrics.stats import compare

N, SEEDS = 40, (1, 2, 3)


def _measured(rows: np.ndarray, scale: float | None = 1.0) -> Measured:
    """rows: (seeds, documents), the value of each document by itself."""
    values = rows.mean(axis=1)
    moved = (rows - values[:, None]) / (rows.shape[1] - 1)
    return Measured(values, moved, np.full(rows.shape[1], 1 / rows.shape[1]), scale, tuple(range(rows.shape[0])))


def _rows(shift: float, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    shared = draw.uniform(0.2, 0.5, N)
    return np.clip(shared + shift + draw.normal(0, 0.05, (len(SEEDS), 1)) + draw.normal(0, 0.02, (len(SEEDS), N)), 0, 1)


def test_the_part_between_seeds_counts_three_times_in_the_degrees_of_freedom() -> None:
    after, before = _measured(_rows(0.2, 1)), _measured(_rows(0.0, 2))
    x = Contrast(((1.0, after), (-1.0, before)))
    change = after.values - before.values
    seeds = ((change - change.mean()) ** 2).sum() / (3 * 2)
    moved = after.moved - before.moved
    within = float(intervals.covariance(moved - moved.mean(axis=0)).sum()) / (3 * 2)
    shared = float(intervals.difference_variance(x.value, x.moved, x.weights, 0.95)) - within
    variance, df = recipe_variance(x, 0.95)
    assert variance == pytest.approx(seeds + shared, rel=1e-9)
    assert df == pytest.approx((3 * seeds + shared) ** 2 / ((3 * seeds) ** 2 / 2 + shared**2 / (N - 1)), rel=1e-9)


def test_what_is_kept_of_a_gain_moves_with_it_from_seed_to_seed() -> None:
    """Half of the gain is kept, whatever the gain of a seed: the ratio is known far better than the gain."""
    before = _rows(0.0, 3)
    gain = _rows(0.25, 4) - before
    sft, rl, recovered = (_measured(before + share * gain) for share in (0.0, 1.0, 0.5))
    kept, gained = Contrast(((1.0, recovered), (-1.0, sft))), Contrast(((1.0, rl), (-1.0, sft)))
    found = ratio_limits(kept, gained, 0.95)
    whole = recipe_limits(gained, 0.95)
    assert found.low is not None and found.high is not None and whole.low is not None and whole.high is not None
    assert found.low <= 0.5 <= found.high
    assert found.high - found.low < 0.25 * (whole.high - whole.low) / gained.value


def test_a_difference_of_fractions_over_two_seeds_stays_within_one() -> None:
    after, before = (_measured(np.array([[a] * N, [b] * N])) for a, b in ((0.2, 0.95), (0.1, 0.0)))
    found = recipe_limits(Contrast(((1.0, after), (-1.0, before))), 0.95)
    assert (found.low, found.high) == (-1.0, 1.0)


def test_equal_seeds_bound_nothing() -> None:
    rows = np.tile(np.random.default_rng(0).uniform(0, 1, N), (2, 1))
    found, p = seed_limits(Contrast(((1.0, _measured(rows)), (-1.0, _measured(rows * 0.5)))), 0.95)
    assert (found.low, found.high, found.reason, p) == (None, None, SAME_SEEDS, None)


def test_two_seeds_next_to_each_other_make_nothing_certain() -> None:
    """+.0050 and +.0051: Student's t would give p = .006, and a caution stands beside the interval."""
    found, p = seed_limits(level_of(of_values({1: 0.0050, 2: 0.0051})), 0.95)
    assert p is None and found.caution is not None and found.caution.startswith("two seeds say little")
    found, p = seed_limits(level_of(of_values({1: 0.0050, 2: 0.0051, 3: 0.0052})), 0.95)
    assert p is not None and found.caution is None


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_row_that_is_perfect_in_every_seed_has_the_interval_of_its_documents(value: float) -> None:
    rows = np.full((2, N), value)
    found, alone = recipe_limits(level_of(_measured(rows)), 0.95), run_limits(level_of(_measured(rows[:1])), 0.95, None)
    assert (found.low, found.high) == (alone.low, alone.high)


@pytest.mark.parametrize(("others", "told"), [(0, True), (4, True), (6, False)])
def test_a_change_of_nearly_all_documents_has_a_caution(others: int, told: bool) -> None:
    """0 -> .98 of 200 yes/no documents covers 90 %, and nothing in four documents that stay tells so."""
    before, after = np.zeros(200), np.ones(200)
    after[:others] = 0
    caution = compare(mean_of(before), mean_of(after), draws_perm=100).caution
    assert (caution is not None and caution.startswith(f"all but {others} documents")) == told
