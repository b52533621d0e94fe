"""Watch-dogs of the RL stage: what is going wrong in a step, and what to change. They warn and never choose a
checkpoint.

Each message is in rl_steps.jsonl (`warnings`) or rl_probe.jsonl (`warning`) every time, and on the terminal now and
then. A loss, gradient, KL or reward that is not a number stops training (`callbacks.Watch`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from metrics.hacking import FORM, PART, YES, Move, judge

WARN_TRUNCATED, WARN_ZERO_STD, WARN_GATE = 0.2, 0.5, 0.5
"""Shares of completions (or groups) of a step from which a warning is due."""
REWARD = "reward.mean"
"""The probe's reward on the held-out slice: mean of gate x raw score."""
CHRF = "overlap.chrf/100"
"""chrF2 against the references as a fraction, where the held-out slice has no facts."""
INDEPENDENT = ("coverage.f1", "coverage.recall", CHRF)
"""What it is held against, the first of them that the probe reports; none of them has the reward's weights."""
ROSE, FELL = 0.02, 0.05
"""Hacking is suspected when the reward is ROSE above where it began and the independent measure FELL (share of its own
beginning) or more."""


def warnings_of(summary: Mapping[str, Any]) -> dict[str, str]:
    """kind -> what is going wrong in a step and what to change."""
    found = {}
    if summary["clipped_ratio"] > WARN_TRUNCATED:
        found["truncated"] = (
            f"{summary['clipped_ratio']:.0%} of the completions were cut at the token cap; "
            "raise rl.max_completion_length, or, if their "
            "length keeps growing, rl.lambda_len or rl.beta"
        )
    if summary["gate_pass"] < 1 - WARN_GATE:
        found["gate"] = (
            f"{1 - summary['gate_pass']:.0%} of the completions fail the language gate and earn nothing; "
            "train SFT longer or "
            "lower rl.temperature, and check that the target language is the right one"
        )
    if summary["zero_std_groups"] > WARN_ZERO_STD:
        found["zero_std"] = (
            f"{summary['zero_std_groups']:.0%} of the groups have equal rewards throughout and teach nothing; "
            "raise rl.num_generations or "
            "rl.temperature (or fix the gate failures first, where there are many)"
        )
    return found


class HackingWatch:
    """Holds the reward on a held-out slice against an independent measure of the same texts: where they part, the
    reward is gamed."""

    def __init__(self) -> None:
        self.first: dict[str, float] = {}

    def remember(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take up the beginning of a resumed run from its log."""
        for row in rows:
            if row.get("step") == 0:
                self.first = {k: v for k, v in row.items() if isinstance(v, int | float)}

    def look(self, row: Mapping[str, Any]) -> str | None:
        """The message for a row of the probe, or None. The row of step 0 is the beginning that later ones are compared
        with."""
        if row["step"] == 0:
            self.remember([row])
            return None
        measure = next((m for m in INDEPENDENT if m in row and m in self.first), None)
        if measure is None:
            return None
        moves = {m: self._move(m, row[m]) for m in (REWARD, measure, *FORM) if m in row and m in self.first}
        found = judge(moves, measure, against=(measure,))
        if found.hacked in (YES, PART) and found.reward is not None:
            gained, (fell,) = found.reward.after - found.reward.before, found.fell
            return (
                f"the reward on held-out sources rose by {gained:.3f} while {fell.metric} fell from {fell.before:.3f} "
                f"to {fell.after:.3f}: the policy is gaming "
                "the reward; lower rl.lr, raise rl.beta, stop earlier (rl.max_steps), "
                "or use a better reward (python -m benchmark validate-reward)"
            )
        if found.formless:
            told = ", ".join(f"{m.metric} fell from {m.before:.3f} to {m.after:.3f}" for m in found.formless)
            return (
                f"{measure} on held-out sources rose while {told}: the policy lists facts instead of writing texts; "
                "lower rl.lr, raise rl.beta, or stop earlier (rl.max_steps)"
            )
        return None

    def _move(self, metric: str, now: float) -> Move:
        """A probe is too small for tests: a change by ROSE or FELL counts as one (p 0), a smaller one as none (p 1)."""
        before = self.first[metric]
        seen = now - before >= ROSE or (before > 0 and now <= before * (1 - FELL))
        return Move(metric, before, now, 0.0 if seen else 1.0)
