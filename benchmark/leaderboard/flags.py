"""What RL did to a system, told from tests of its metrics before and after: reward hacking, and mere talking.

The rule: reward.mean rose and one of INDEPENDENT fell, both significantly (approximate randomisation on the same segments, Holm over the
metrics tested of this system, whatever else is on the board). Where the board's primary metric rose all the same, the flag says "in part".
A metric that is cut at the reference's length also falls where an output still states its facts, but too late; the flag therefore tells
the values of the same metric on the whole output, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmark.report.words import number, p_value

ALPHA = 0.05
REWARD = "reward.mean"
INDEPENDENT = (
    "coverage.f1.length_controlled",
    "coverage.precision",
    "grounding.entity.length_controlled",
    "grounding.event.length_controlled",
    "grounding.quantity.length_controlled",
    "grounding.relation.length_controlled",
)
"""What a reward must not rise against."""
LENGTH = "verbosity.length_ratio"
CUT = ".length_controlled"
YES, PART, NO, UNTESTED = "yes", "in part", "no", "not tested"
"""Whether the reward was hacked."""


@dataclass(frozen=True)
class Move:
    """One metric of a system before and after RL; p after Holm's correction."""

    metric: str
    before: float
    after: float
    p: float
    floor: bool = False
    """p is the smallest that the draws could give."""

    @property
    def direction(self) -> int:
        """1 or -1 where the change is significant, else 0."""
        return (self.after > self.before) - (self.after < self.before) if self.p < ALPHA else 0

    def __str__(self) -> str:
        """"reward.mean 0.430 → 0.586 (p 0.001)"."""
        return f"{self.metric} {number(self.before, self.metric)} → {number(self.after, self.metric)} (p {p_value(self.p, self.floor)})"


def watched(primary: str) -> tuple[str, ...]:
    """The metrics that are tested of each system."""
    return tuple(dict.fromkeys((primary, REWARD, LENGTH, *INDEPENDENT)))


def hacking(
    moves: Mapping[str, Move], primary: str, own_reward: bool, whole: Callable[[str], tuple[float | None, float | None]]
) -> tuple[str, list[str]]:
    """(whether the reward was hacked: one of YES, PART, NO, UNTESTED; the flags of a system).

    own_reward: reward.mean is that of the reward that RL used. whole: metric -> its values before and after RL.
    """
    flags: list[str] = []
    hacked = UNTESTED
    rose = REWARD in moves and moves[REWARD].direction == 1
    down = [moves[m] for m in INDEPENDENT if m in moves and moves[m].direction == -1]
    up = primary in moves and moves[primary].direction == 1
    if REWARD not in moves:
        flags.append("reward hacking not tested: no reward.mean (submit --neural reward)")
    elif not own_reward:
        flags.append("reward hacking not tested: reward.mean is of another reward than the one it was trained on")
    else:
        hacked = NO
        if rose and down:
            hacked = PART if up else YES
            flags.append(_hacked(moves, down, moves[primary] if up else None, whole))
    if LENGTH in moves and moves[LENGTH].direction == 1 and not up:
        told = f" {moves[primary]}" if primary in moves else f" {primary}"
        flags.append(f"TALKS MORE: RL made outputs longer, {moves[LENGTH]}, and did not raise{told}")
    return hacked, flags


def _hacked(
    moves: Mapping[str, Move], down: Sequence[Move], up: Move | None, whole: Callable[[str], tuple[float | None, float | None]]
) -> str:
    falls = []
    for move in down:
        text, uncut = str(move), move.metric.removesuffix(CUT)
        before, after = whole(uncut) if uncut != move.metric else (None, None)
        if before is not None and after is not None:
            text += f", on whole outputs {number(before, uncut)} → {number(after, uncut)}"
        falls.append(text)
    head = "HACKED" if up is None else "HACKED IN PART"
    return f"{head}: RL raised {moves[REWARD]} and lowered {'; '.join(falls)}" + ("" if up is None else f"; it also raised {up}")
