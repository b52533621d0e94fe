"""Where there are no gold facts: what share of the numbers, names and answers read from the sources is in the outputs,
with ceiling and floor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmark.report.words import interval, is_number, label, listing, number, ordered, stage_of
from metrics.catalog import CONTROLLED
from metrics.stages import GOLD

SHARES = (
    ("open.number.recall", "numbers"),
    ("open.latin.recall", "Latin names"),
    ("open.name.recall", "names"),
    ("open.answer.recall", "answers"),
)
TIERS = {
    "number": "numbers, dates and money",
    "latin": "Latin names",
    "name": "names of the list",
    "answer": "answer spans",
    "soft": "small numerals and ordinals",
}
ROWS = (
    "open.f1", "open.f1" + CONTROLLED, "open.number.recall", "open.number.precision", "open.number.contradicted",
    "open.latin.recall", "open.name.recall",
    "open.name.contradicted", "open.answer.recall", "open.soft.recall",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One metric of the table."""

    metric: str
    name: str
    cells: list[tuple[str, str]]
    """(value, interval) of each system."""
    ceiling: str
    floor: str


def _bound(summary: dict[str, Any], which: str, metric: str) -> Any:
    return (((summary.get("open") or {}).get(which) or {}).get(metric) or {}).get("value")


def _percent(value: Any) -> str:
    return f"{value:.0%}" if is_number(value) else "–"


def sentence(summary: dict[str, Any], key: str) -> str:
    """ "Of what the sources say, 71 % of the numbers [68, 74] and 80 % of the names ..."; empty where nothing was
    read."""
    row = summary["systems"].get(key) or {}
    shares = []
    for metric, what in SHARES:
        cell = row.get(metric) or {}
        if is_number(cell.get("value")):
            low, high = cell.get("ci_low"), cell.get("ci_high")
            limits = f" [{100 * low:.0f}, {100 * high:.0f}]" if is_number(low) and is_number(high) else ""
            shares.append((f"{_percent(cell['value'])}{limits} of the {what}", metric))
    if not shares:
        return ""
    text = (
        f"{listing([words for words, _ in shares])} read in the sources {'is' if len(shares) == 1 else 'are'} "
        "grounded in the outputs"
    )
    precision = row.get("open.number.precision") or {}
    if is_number(precision.get("value")):
        text += f"; {_percent(precision['value'])} of the numbers they state are supported"
    bounds = [
        f"{name} {' / '.join(_percent(_bound(summary, which, m)) for _, m in shares)}"
        for name, which in (("the references reach", "ceiling"), ("shuffled references", "floor"))
        if any(is_number(_bound(summary, which, m)) for _, m in shares)
    ]
    return text + (f" ({', '.join(bounds)})" if bounds else "") + "."


def sentences(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """[(key, sentence)] of each system but the references, in the order of training; empty where nothing was read."""
    if not summary.get("open"):
        return []
    keys = [key for key in ordered(summary["systems"]) if stage_of(key) != GOLD]
    return [(key, text) for key in keys if (text := sentence(summary, key))]


def rows(summary: dict[str, Any], keys: list[str]) -> list[Row]:
    """The table of open.* with its bounds; metrics that nothing was read for are left out."""
    found = []
    for metric in ROWS:
        cells = [summary["systems"].get(key, {}).get(metric) or {} for key in keys]
        if any(is_number(cell.get("value")) for cell in cells):
            shown = [
                (number(c.get("value"), metric), interval(c.get("ci_low"), c.get("ci_high"), metric)) for c in cells
            ]
            bounds = (number(_bound(summary, which, metric), metric) for which in ("ceiling", "floor"))
            found.append(Row(metric, label(metric), shown, *bounds))
    return found


def counted(summary: dict[str, Any]) -> list[str]:
    """What was read in the sources, tier by tier: "443 names of the list (person 120, place 323)"."""
    read = (summary.get("open") or {}).get("read") or {}
    return [
        f"{sum(kinds.values())} {TIERS[tier]}"
        + (f" ({', '.join(f'{kind} {n}' for kind, n in kinds.items())})" if len(kinds) > 1 else "")
        for tier, kinds in read.items()
        if tier in TIERS and kinds
    ]
