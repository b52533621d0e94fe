"""The tables of the page as plain rows, so that the template only lays them out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from benchmark.report.data import RunData
from benchmark.report.words import (
    direction,
    family,
    interval,
    is_number,
    label,
    number,
    ordered,
    ordered_metrics,
    p_value,
    prefix_of,
    stage_of,
)
from metrics import catalog
from metrics.catalog import CONTROLLED
from metrics.stages import PARENTS


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a table."""

    value: str
    limits: str = ""
    note: str = ""
    """n_scored / n_total where segments are missing, or why there is no value."""
    arrow: str = ""
    tone: str = ""
    """better | worse | changed | "" - the colour of the arrow."""


@dataclass(frozen=True, slots=True)
class Row:
    """One metric."""

    metric: str
    name: str
    indent: bool
    badges: list[tuple[str, str, str]]
    """(class, text, explanation)"""
    signature: str
    cells: list[Cell]
    strip: list[dict[str, Any]] = field(default_factory=list)
    """Dots and whiskers of the row, in percent of its range."""
    whole: str = ""
    """Why the whole row is null; then the cells are not shown."""
    said_of: list[tuple[str, str]] = field(default_factory=list)
    """[(systems, what is to be known of their intervals)] where several cells would say the same."""


@dataclass(frozen=True, slots=True)
class Group:
    """One family of metrics."""

    title: str
    badges: list[tuple[str, str, str]]
    """Those that all of its metrics share; they are not repeated at each."""
    rows: list[Row]
    """Metrics with a value in some system."""
    empty: list[tuple[str, list[Row]]]
    """[(reason, metrics)] of those that have none anywhere."""


def tone(cell: dict[str, Any] | None, higher_is_better: bool | None) -> str:
    """How a significant change is coloured."""
    arrow = direction(cell)
    if not arrow or higher_is_better is None:
        return "changed" if arrow else ""
    return "better" if (arrow == "▲") == higher_is_better else "worse"


def _name(metric: str) -> tuple[str, bool]:
    if metric.endswith(CONTROLLED):
        return "… cut at reference length", True
    return label(metric), False


def badges(cells: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """in_loop and kin of a metric over its systems."""
    loops = [c.get("in_loop") for c in cells]
    found = []
    if any(x is True for x in loops):
        found.append(
            (
                "loop",
                "in the loop",
                "Its weights are the reward's, or it drove stopping or selection: no independent evidence.",
            )
        )
    elif cells and all(x is None for x in loops):
        found.append(
            ("unknown", "lineage ?", "Whether the reward or the selection of checkpoints used this is not known.")
        )
    if any(c.get("kin") is True for c in cells):
        found.append(("kin", "kin", "Shares generator, error taxonomy or base weights with the reward."))
    return found


def stage_table(data: RunData, systems: dict[str, Any], transitions: dict[str, Any]) -> list[Group]:
    """One task: every metric x every system of `systems`, by family."""
    keys = ordered(systems)
    families: dict[str, list[Row]] = {}
    for metric in ordered_metrics({m for k in keys for m in systems[k]}):
        cells = [systems[k].get(metric, {}) for k in keys]
        name, indent = _name(metric)
        signature = next((c["signature"] for c in cells if c.get("signature")), "")
        known = [c for c in cells if is_number(c.get("value"))]
        whole = "" if known else next((c["reason"] for c in cells if c.get("reason")), "no value, and no reason given")
        alike = _alike(dict(zip(keys, cells, strict=True)))
        shown = [_cell(metric, k, systems, transitions, alike) for k in keys]
        told = [(", ".join(of) if len(of) < len(known) else "", text) for text, of in alike.items()]
        made = badges([c for c in cells if c])
        row = Row(metric, name, indent, made, signature, shown, _strip(keys, cells), whole, told)
        families.setdefault(family(metric), []).append(row)
    return [_group(heading, families[name]) for name, heading in catalog.headings().items() if name in families]


def _group(title: str, rows: list[Row]) -> Group:
    common = rows[0].badges if all(r.badges == rows[0].badges for r in rows) else []
    empty: dict[str, list[Row]] = {}
    for row in rows:
        if row.whole:
            empty.setdefault(_common(row.whole), []).append(row)
    kept = [replace(r, badges=[b for b in r.badges if b not in common]) for r in rows if not r.whole]
    return Group(title, common, kept, list(empty.items()))


def _common(reason: str) -> str:
    """The reason without the fact type in it, so that equal cases stand together."""
    return re.sub(r"^no salient \w+ fact$", "no salient fact of this type", reason)


def _alike(cells: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """What is said of more than one cell's interval -> whose."""
    found: dict[str, list[str]] = {}
    for key, cell in cells.items():
        for text in (cell.get("ci_reason"), cell.get("caution")):
            if text and is_number(cell.get("value")):
                found.setdefault(text, []).append(key)
    return {text: keys for text, keys in found.items() if len(keys) > 1}


def _cell(metric: str, key: str, systems: dict[str, Any], transitions: dict[str, Any], alike: dict[str, Any]) -> Cell:
    """alike: what the row says once, for several cells."""
    cell = systems[key].get(metric)
    if not cell:
        return Cell("–", note="not measured")
    if not is_number(cell.get("value")):
        return Cell("–", note=cell.get("reason") or "no reason given")
    parent = PARENTS.get(stage_of(key))
    moved = transitions.get(f"{prefix_of(key)}{parent}->{key}", {}).get(metric) if parent else None
    scored, total = cell.get("n_scored"), cell.get("n_total")
    notes = [
        "" if scored == total else f"{scored} of {total} scored",
        of_seeds(cell, metric),
        *(text for text in (cell.get("ci_reason"), cell.get("caution")) if text not in alike),
    ]
    note = "; ".join(n for n in notes if n)
    return Cell(
        number(cell["value"], metric),
        interval(cell.get("ci_low"), cell.get("ci_high"), metric),
        note,
        direction(moved),
        tone(moved, cell.get("higher_is_better")),
    )


def of_seeds(cell: dict[str, Any], metric: str, signed: bool = False) -> str:
    """What a cell that is pooled over seeds says beside the recipe's interval: "3 seeds; these runs [0.71, 0.75], p ≤
    0.0035"; "" for one seed."""
    runs, seeds = cell.get("these_runs"), cell.get("seeds")
    if not runs or not seeds or not seeds.get("values"):
        return ""
    p = p_value(runs.get("p_holm"), runs.get("p_floor"))
    tested = f", p_holm {p}" if p != "–" else ""
    return (
        f"the recipe, over {len(seeds['values'])} seeds; "
        f"these runs {interval(runs.get('ci_low'), runs.get('ci_high'), metric, signed)}{tested}"
    )


def _strip(keys: list[str], cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Positions of a row's values and intervals in percent of the row's own range (empty for fewer than two values)."""
    known = [(k, c) for k, c in zip(keys, cells, strict=True) if is_number(c.get("value"))]
    ends = [c[name] for _, c in known for name in ("value", "ci_low", "ci_high") if is_number(c.get(name))]
    if len(known) < 2 or max(ends) <= min(ends):
        return []
    low, width = min(ends), max(ends) - min(ends)

    def at(value: float) -> float:
        return round(4 + 92 * (value - low) / width, 2)

    return [
        {
            "key": k,
            "stage": stage_of(k),
            "x": at(c["value"]),
            "low": at(c["ci_low"]) if is_number(c.get("ci_low")) else None,
            "high": at(c["ci_high"]) if is_number(c.get("ci_high")) else None,
        }
        for k, c in known
    ]


def counts(systems: dict[str, Any]) -> str:
    """ "500" or "498 to 500": segments per cell."""
    totals = sorted(
        {c.get("n_total") for row in systems.values() for c in row.values() if isinstance(c.get("n_total"), int)}
    )
    return "unknown" if not totals else str(totals[0]) if len(totals) == 1 else f"{totals[0]} to {totals[-1]}"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a transition."""

    metric: str
    name: str
    before: str
    after: str
    delta: str
    limits: str
    p: str
    p_holm: str
    arrow: str
    tone: str
    note: str


def transition_table(data: RunData) -> list[dict[str, Any]]:
    """Per transition: its two systems, how many metrics rose and fell, a Change per metric, and what could not be
    compared and why."""
    out = []
    for name, cells in data.summary.get("transitions", {}).items():
        before, _, after = name.partition("->")
        lines: list[Change] = []
        empty: dict[str, list[str]] = {}
        for metric in ordered_metrics(cells):
            if is_number(cells[metric].get("delta")):
                lines.append(_change(data, before, after, metric, cells[metric]))
            else:
                empty.setdefault(_common(cells[metric].get("reason") or "no reason given"), []).append(metric)
        out.append(
            {
                "before": before,
                "after": after,
                "rows": lines,
                "empty": list(empty.items()),
                "up": sum(r.arrow == "▲" for r in lines),
                "down": sum(r.arrow == "▼" for r in lines),
                "tested": sum(r.p_holm != "–" for r in lines),
            }
        )
    return out


def _change(data: RunData, before: str, after: str, metric: str, cell: dict[str, Any]) -> Change:
    note = ""
    if paired := cell.get("paired"):
        delta = number(paired.get("delta"), metric, signed=True)
        limits = interval(paired.get("ci_low"), paired.get("ci_high"), metric, signed=True)
        note = (
            f"on the {paired.get('n')} segments scored in both: {delta} {limits}, "
            f"p {p_value(paired.get('p'), paired.get('p_floor'))}"
        )
    note = "; ".join(
        n for n in (note, of_seeds(cell, metric, signed=True), cell.get("ci_reason"), cell.get("caution")) if n
    )
    return Change(
        metric,
        label(metric),
        number(data.cell(before, metric).get("value"), metric),
        number(data.cell(after, metric).get("value"), metric),
        number(cell["delta"], metric, signed=True),
        interval(cell.get("ci_low"), cell.get("ci_high"), metric, signed=True),
        p_value(cell.get("p"), cell.get("p_floor")),
        p_value(cell.get("p_holm"), cell.get("p_floor")),
        direction(cell),
        tone(cell, data.cell(after, metric).get("higher_is_better")),
        note,
    )


def transition_matrix(transitions: list[dict[str, Any]]) -> list[tuple[str, str, list[Change | None]]]:
    """[(metric, its name, its change in each transition)] of the metrics that sum a run up; the rest stands in the full
    tables."""
    by_metric = [{r.metric: r for r in t["rows"]} for t in transitions]
    short = catalog.shown("sum")
    found = ordered_metrics({m for row in by_metric for m in row if m in short or m.startswith(("scorer.", "judge."))})
    return [(m, label(m), [row.get(m) for row in by_metric]) for m in found]
