"""Agreement figures against numbers from mt-metrics-eval (google-research), and against a plain transcription of its
definition."""

import itertools

import numpy as np
import pytest

from metrics.meta import kendall_tau_b, tie_calibrated_accuracy

GOLD, METRIC = np.array([1.0, 2, 2, 3, 4]), np.array([2, 1, 1.5, 5, 3.0])


def test_the_worked_case_tau_b_acc23_and_its_tie_optimised_value():
    assert kendall_tau_b(GOLD, METRIC) == pytest.approx(0.316227766, abs=1e-9)
    assert by_definition(np.zeros(5), GOLD, METRIC, 0.0) == pytest.approx(0.6)
    assert tie_calibrated_accuracy(np.zeros(5, int), GOLD, METRIC)[0] == pytest.approx(0.7)


def test_cases_of_tau_optimization_test():
    def calibrated(metric, human):
        return tie_calibrated_accuracy(np.zeros(4, int), np.array(human, float), np.array(metric, float))

    assert calibrated([0, 2, 6, 8], [1, 2, 3, 4]) == pytest.approx((1.0, 0.0))
    assert calibrated([0, 2, 6, 8], [1, 1, 1, 4]) == pytest.approx((4 / 6, 4.0))


def test_regression_example_of_tau_optimization_test_with_missing_values():
    metric = [[0, 5, 2, 3, 2], [None, 2, 1, 5, 3], [9, 1, 5, 3, 8], [9, 3, 4, 4, 1]]
    human = [[1, 5, 2, 1, 1], [4, 2, 2, 1, 4], [5, 9, 2, 8, 7], [7, 6, None, 3, 2]]
    pairs = [(i, h, m) for i in range(4) for h, m in zip(human[i], metric[i], strict=True)]
    rows = [row for row in pairs if None not in row]
    item, h, m = (np.array(c, dtype=float) for c in zip(*rows, strict=True))
    assert tie_calibrated_accuracy(item.astype(int), h, m) == pytest.approx((0.4916666666666668, 1.0))
    expected = [
        0.4666666666666667,
        0.4916666666666668,
        0.38333333333333347,
        0.29166666666666674,
        0.2666666666666667,
        0.2,
        0.15833333333333335,
        0.15833333333333335,
        0.1166666666666667,
    ]
    assert [by_definition(item, h, m, t) for t in range(9)] == pytest.approx(expected)


def by_definition(item, human, metric, threshold):
    """Deutsch et al. (2023), eq. for acc_eq, pair by pair, averaged over items."""
    per_item = []
    for i in np.unique(item):
        rows = np.flatnonzero(item == i)
        right = total = 0
        for a, b in itertools.combinations(rows, 2):
            tie = round(abs(metric[a] - metric[b]) - threshold, 9) <= 0  # 0.3 - 0.2 is 0.1, whatever floats say
            right += (human[a] == human[b]) if tie else (human[a] - human[b]) * (metric[a] - metric[b]) > 0
            total += 1
        if total:
            per_item.append(right / total)
    return float(np.mean(per_item))


@pytest.mark.parametrize("seed", range(20))
def test_the_vectorised_search_finds_the_best_threshold_of_all(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(6, 40))
    item, human, metric = rng.integers(0, 6, n), rng.integers(0, 4, n).astype(float), np.round(rng.normal(size=n), 1)
    candidates = {
        0.0,
        *(abs(metric[a] - metric[b]) for a, b in itertools.combinations(range(n), 2) if item[a] == item[b]),
    }
    best = max(by_definition(item, human, metric, t) for t in candidates)
    accuracy, threshold = tie_calibrated_accuracy(item, human, metric)
    assert accuracy == pytest.approx(best)
    assert by_definition(item, human, metric, threshold) == pytest.approx(accuracy)
