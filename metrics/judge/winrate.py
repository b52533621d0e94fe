"""Length-controlled win rate, after AlpacaEval 2 (Dubois et al. 2024): what the win rate would be were both texts of
one length.

logit P(win) = theta + phi * tanh(d / sd(d)), d = difference of the lengths in code points; the controlled rate is
sigmoid(theta).
Two deviations, on purpose: there is no term for the difficulty of single instructions (it needs other models'
outputs), and half a win and
half a loss at d = 0 are added, with a ridge on phi, so that a system that wins everything has a finite theta.
Intervals: sandwich variance
over documents on the logit scale, Student's t.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from metrics.errors import UserError

RIDGE = 1e-2
STEPS = 100


def _expit(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -700, 700)))


def length_controlled(
    wins: Mapping[str, float],
    lengths: Mapping[str, int],
    other_lengths: Mapping[str, int],
    docs: Mapping[str, str | None] | None = None,
    level: float = 0.95,
) -> dict[str, Any]:
    """{"value", "ci_low", "ci_high", "length_effect", "n"} of one system against another.

    wins: example -> 1, .5 or 0; lengths, other_lengths: example -> code points of the system's and the other's text;
    docs: example -> document.
    Raises UserError where the three do not hold the same examples: a smaller n would answer another question.
    """
    ids = sorted(wins)
    for name, found in (("its lengths", lengths), ("the other's lengths", other_lengths)):
        if missing := set(ids) ^ set(found):
            raise UserError(
                f"length-controlled win rate: verdicts and {name} are not of the same examples ({len(missing)} differ: "
                f"{', '.join(sorted(missing)[:3])}); judge the outputs again"
            )
    if not ids:
        return {"value": None, "ci_low": None, "ci_high": None, "length_effect": None, "n": 0, "reason": "no verdict"}
    y = np.array([wins[i] for i in ids])
    d = np.array([lengths[i] - other_lengths[i] for i in ids], dtype=float)
    spread = d.std()
    x = np.column_stack([np.ones(len(ids)), np.tanh(d / spread) if spread > 0 else np.zeros(len(ids))])
    theta, hessian = _fit(x, y)
    names = [f"e:{i}" if docs is None or docs.get(i) is None else f"d:{docs[i]}" for i in ids]
    _, group = np.unique(np.array(names, dtype=object), return_inverse=True)
    low, high, reason = _limits(x, y, theta, hessian, group, level)
    value = float(_expit(theta[:1])[0])
    told = {"value": value, "ci_low": low, "ci_high": high, "length_effect": float(theta[1]), "n": len(ids)}
    return told | ({"ci_reason": reason} if reason else {})


def _fit(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Newton's method on the penalised log-likelihood; returns the coefficients and the Hessian there."""
    prior = np.array([[1.0, 0.0]])
    rows, wins, weight = np.vstack([x, prior]), np.append(y, 0.5), np.ones(len(y) + 1)
    ridge = np.diag([0.0, RIDGE])
    beta = np.zeros(2)
    for _ in range(STEPS):
        p = _expit(rows @ beta)
        gradient = rows.T @ (weight * (wins - p)) - ridge @ beta
        hessian = (rows * (weight * p * (1 - p))[:, None]).T @ rows + ridge + 1e-12 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        beta = beta + step * min(1.0, 4.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    return beta, hessian


def _limits(
    x: np.ndarray, y: np.ndarray, beta: np.ndarray, hessian: np.ndarray, group: np.ndarray, level: float
) -> tuple[float | None, float | None, str | None]:
    from metrics.intervals import student

    n = int(group.max()) + 1
    if n < 2:
        return None, None, "one document says nothing about others"
    scores = np.zeros((n, 2))
    np.add.at(scores, group, x * (y - _expit(x @ beta))[:, None])
    bread = np.linalg.inv(hessian)
    # The model's own variance is a floor: with all wins on one side the residuals alone would say that nothing can
    # vary.
    variance = max(float((bread @ (scores.T @ scores) @ bread)[0, 0]) * n / (n - 1), float(bread[0, 0]))
    half = float(student(level, np.array(n - 1.0))) * np.sqrt(variance)
    low, high = _expit(np.array([beta[0] - half, beta[0] + half])).tolist()
    return low, high, None
