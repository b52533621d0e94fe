"""How stages, metrics and numbers are called and written, on the page and on the terminal alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeGuard

from metrics import catalog
from metrics.stages import GOLD, STAGES

ALPHA = 0.05
"""A change counts as significant when its Holm-corrected p-value is below this."""


def key_metrics() -> list[str]:
    """The metrics of the table, in order. Fact types, scorers, judges and the reward follow; what is not declared
    stands at the end."""
    return catalog.shown("key")


def stage_of(key: str) -> str:
    """The stage in a key of the summary ("<system>/<stage>" or "<stage>")."""
    return key.rsplit("/", 1)[-1]


def prefix_of(key: str) -> str:
    """ "<system>/" of a key, or "" where the input held one system."""
    return key[: len(key) - len(stage_of(key))]


def ordered(keys: Iterable[str]) -> list[str]:
    """Keys by system, then in the order of training; unknown stages after the known ones, the references last."""

    def rank(key: str) -> tuple[bool, str, int, str]:
        stage = stage_of(key)
        return stage == GOLD, prefix_of(key), STAGES.index(stage) if stage in STAGES else len(STAGES), stage

    return sorted(keys, key=rank)


def family(metric: str) -> str:
    """The part of the table that a metric belongs to (key of `catalog.headings`)."""
    base, derived = catalog.base_of(metric)
    if base == "coverage.recall" and derived and not derived.endswith(tuple(catalog.SUFFIXES)):
        return "types"
    head = metric.split(".", 1)[0]
    return head if head in catalog.headings() else "other"


def ordered_metrics(metrics: Iterable[str]) -> list[str]:
    """All metrics of a summary in the order of the table."""
    heads = list(catalog.headings())
    order = {name: i for i, name in enumerate(catalog.ordered(metrics))}
    return sorted(order, key=lambda metric: (heads.index(family(metric)), order[metric]))


def label(metric: str) -> str:
    """What a metric is called in running text."""
    return catalog.label(metric)


def decimals(metric: str) -> int:
    """Decimals that a value of this metric is written with: 0..1 scores 3, scores of 0..100 and lengths 1 or 2."""
    return catalog.decimals(metric)


UNITS = {
    "fraction": "share, 0 to 1",
    "percent": "score, 0 to 100",
    "characters": "code points",
    "ratio": "ratio",
    "density": "per 100 characters",
}
"""Scale of a metric -> what an axis of it is called."""


def unit(metric: str) -> str:
    """What an axis of this metric is called."""
    record = catalog.metric(metric)
    return UNITS[record.scale if record else "fraction"]


def number(value: Any, metric: str, signed: bool = False) -> str:
    """A value as it is shown; "–" for null. A negative number has a real minus sign, and -0 is 0."""
    if not is_number(value):
        return "–"
    text = f"{value:+.{decimals(metric)}f}" if signed else f"{value:.{decimals(metric)}f}"
    if float(text) == 0:
        text = text.lstrip("+-")
    return text.replace("-", "\u2212")


def interval(low: Any, high: Any, metric: str, signed: bool = False) -> str:
    """ "[low, high]", or "" where there is none."""
    return (
        f"[{number(low, metric, signed)}, {number(high, metric, signed)}]" if is_number(low) and is_number(high) else ""
    )


def p_value(p: Any, floor: Any = False) -> str:
    """A p-value with 3 decimals, "< 0.001" below that, "–" for null; "≤ 0.0035" where it is the smallest that the draws
    could give (`p_floor`)."""
    if not is_number(p):
        return "–"
    if floor and p < 1:
        return f"≤ {p:.4f}" if p >= 0.0001 else f"≤ {p:.1g}"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


PLUMBING = 10
"""Below this many steps of training nothing is learned: such a run shows that the parts fit together."""


def plumbing(run: Mapping[str, Any]) -> str:
    """ "2 steps: a test of the plumbing, not a result" of a run of so few steps of RL, or of SFT where there is no RL;
    "" of any other."""
    steps = run.get("rl_steps") if run.get("rl_steps") is not None else run.get("sft_steps")
    if not isinstance(steps, int) or isinstance(steps, bool) or not 0 < steps < PLUMBING:
        return ""
    return f"{steps} step{'s' if steps > 1 else ''}: a test of the plumbing, not a result"


def count(value: Any) -> str:
    """A whole number with thin thousands spaces, "unknown" for null."""
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) and not isinstance(value, bool) else "unknown"


def is_number(value: Any) -> TypeGuard[float]:
    """Whether this is a finite number (not a bool, not null)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def significant(cell: dict[str, Any] | None) -> bool:
    """Whether a transition is significant after Holm's correction."""
    return cell is not None and is_number(cell.get("p_holm")) and cell["p_holm"] < ALPHA and bool(cell.get("delta"))


def direction(cell: dict[str, Any] | None) -> str:
    """ "▲" or "▼" of a significant change, "" otherwise."""
    if cell is None or not significant(cell):
        return ""
    return "▲" if cell["delta"] > 0 else "▼"


def listing(parts: Sequence[str]) -> str:
    """ "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
