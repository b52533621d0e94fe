"""Which scores the training could have gamed (`in_loop`) and which share their making with the reward (`kin`).

- in_loop: the metric's weights are the reward's, or it drove stopping or selection (none does: checkpoints are taken at
  a stated step).
- kin: it shares generator, error taxonomy or base weights with the reward. On the embedded world the gold facts, the
  references, COMET
  and the encoder come from the generator that also made the shipped reward's training texts: all but lengths and
  scripts is kin of it.
- None: nobody knows what the texts were trained or selected on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from metrics import catalog

Marks = dict[str, tuple[bool | None, bool | None]]
"""metric -> (in_loop, kin)."""


@dataclass(frozen=True, slots=True)
class Making:
    """What is known about how the scored texts came about."""

    reward_weights: str | None
    """Hash prefix or id of the reward that trained them; None where no reward did."""
    reward_of_world: bool
    """The reward was trained on texts of the newswire generator."""
    gold_of_world: bool
    """Examples, facts and references come from that generator."""
    scorers: Mapping[str, tuple[str, bool]]
    """metric -> (hash of its weights, its weights were trained on texts of the generator)."""


def marks(metrics: Iterable[str], making: Making | None) -> Marks:
    """(in_loop, kin) of each metric; (None, None) for all but the reward itself where the making is unknown."""
    out: Marks = {}
    for name in metrics:
        if name.startswith("reward."):
            # Its own weights by definition, whatever else is unknown.
            out[name] = (True, True)
        elif making is None:
            out[name] = (None, None)
        elif name in making.scorers:
            weights, of_world = making.scorers[name]
            same = making.reward_weights is not None and weights[:16] in making.reward_weights
            out[name] = (same, same or (of_world and making.reward_of_world))
        else:
            out[name] = (False, making.gold_of_world and making.reward_of_world and not _pure(name))
    return out


def _pure(metric: str) -> bool:
    """Whether its family reads neither gold nor weights."""
    family = catalog.families().get(catalog.family_of(metric))
    return family is not None and family.pure
