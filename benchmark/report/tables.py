"""The tables of the page as plain rows, so that the template only lays them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from benchmark.report.data import RunData
from benchmark.report.words import (
    CONTROLLED, FAMILIES, PARENTS, direction, family, interval, is_number, label, number, ordered, ordered_metrics, p_value, prefix_of, stage_of,
)


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
        found.append(("loop", "in the loop", "Its weights are the reward's, or it drove stopping or selection: no independent evidence."))
    elif cells and all(x is None for x in loops):
        found.append(("unknown", "lineage ?", "Whether the reward or the selection of checkpoints used this is not known."))
    if any(c.get("kin") is True for c in cells):
        found.append(("kin", "kin", "Shares generator, error taxonomy or base weights with the reward."))
    return found


def stage_table(data: RunData, systems: dict[str, Any], transitions: dict[str, Any]) -> list[tuple[str, list[Row]]]:
    """[(family, rows)] of one task: every metric x every system of `systems`."""
    keys = ordered(systems)
    groups: dict[str, list[Row]] = {}
    for metric in ordered_metrics({m for k in keys for m in systems[k]}):
        cells = [systems[k].get(metric, {}) for k in keys]
        name, indent = _name(metric)
        signature = next((c["signature"] for c in cells if c.get("signature")), "")
        known = [c for c in cells if is_number(c.get("value"))]
        whole = "" if known else next((c["reason"] for c in cells if c.get("reason")), "no value, and no reason given")
        shown = [_cell(metric, k, systems, transitions) for k in keys]
        row = Row(metric, name, indent, badges([c for c in cells if c]), signature, shown, _strip(keys, cells), whole)
        groups.setdefault(family(metric), []).append(row)
    return [(FAMILIES[name], groups[name]) for name in FAMILIES if name in groups]


def _cell(metric: str, key: str, systems: dict[str, Any], transitions: dict[str, Any]) -> Cell:
    cell = systems[key].get(metric)
    if not cell:
        return Cell("–", note="not measured")
    if not is_number(cell.get("value")):
        return Cell("–", note=cell.get("reason") or "no reason given")
    parent = PARENTS.get(stage_of(key))
    moved = transitions.get(f"{prefix_of(key)}{parent}->{key}", {}).get(metric) if parent else None
    scored, total = cell.get("n_scored"), cell.get("n_total")
    note = "" if scored == total else f"{scored} of {total} scored"
    return Cell(number(cell["value"], metric), interval(cell.get("ci_low"), cell.get("ci_high"), metric), note, direction(moved),
                tone(moved, cell.get("higher_is_better")))


def _strip(keys: list[str], cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Positions of a row's values and intervals in percent of the row's own range (empty for fewer than two values)."""
    known = [(k, c) for k, c in zip(keys, cells, strict=True) if is_number(c.get("value"))]
    ends = [c[name] for _, c in known for name in ("value", "ci_low", "ci_high") if is_number(c.get(name))]
    if len(known) < 2 or max(ends) <= min(ends):
        return []
    low, width = min(ends), max(ends) - min(ends)

    def at(value: float) -> float:
        return round(4 + 92 * (value - low) / width, 2)

    return [{"key": k, "stage": stage_of(k), "x": at(c["value"]), "low": at(c["ci_low"]) if is_number(c.get("ci_low")) else None,
             "high": at(c["ci_high"]) if is_number(c.get("ci_high")) else None} for k, c in known]


def counts(systems: dict[str, Any]) -> str:
    """"500" or "498 to 500": segments per cell."""
    totals = sorted({c.get("n_total") for row in systems.values() for c in row.values() if isinstance(c.get("n_total"), int)})
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
    """Per transition: its two systems, how many metrics rose and fell, and a Change per metric."""
    out = []
    for name, cells in data.summary.get("transitions", {}).items():
        before, _, after = name.partition("->")
        lines = []
        for metric in ordered_metrics(cells):
            cell, better = cells[metric], data.cell(after, metric).get("higher_is_better")
            note = cell.get("reason") or ""
            if paired := cell.get("paired"):
                delta = number(paired.get("delta"), metric, signed=True)
                note = f"on the {paired.get('n')} segments scored in both: {delta} {interval(paired.get('ci_low'), paired.get('ci_high'), metric, True)}"
                note += f", p {p_value(paired.get('p'))}"
            lines.append(Change(
                metric, label(metric), number(data.cell(before, metric).get("value"), metric), number(data.cell(after, metric).get("value"), metric),
                number(cell.get("delta"), metric, signed=True), interval(cell.get("ci_low"), cell.get("ci_high"), metric, signed=True),
                p_value(cell.get("p")), p_value(cell.get("p_holm")), direction(cell), tone(cell, better), note,
            ))
        out.append({"before": before, "after": after, "rows": lines, "up": sum(r.arrow == "▲" for r in lines),
                    "down": sum(r.arrow == "▼" for r in lines), "tested": sum(r.p_holm != "–" for r in lines)})
    return out


def preservation_table(data: RunData) -> tuple[list[dict[str, Any]], list[tuple[str, list[str]]]]:
    """(rows of metrics with a ratio or a kept difference, [(reason, metrics)] of those that have neither ratio nor interest)."""
    rows: list[dict[str, Any]] = []
    without: dict[str, list[str]] = {}
    found = data.summary.get("preservation", {})
    prefixes = {m: max((p for p in {prefix_of(k) for k in data.keys} if m.startswith(p)), key=len, default="") for m in found}
    order = ordered_metrics({m[len(prefixes[m]):] for m in found})
    for metric in sorted(found, key=lambda m: (prefixes[m], order.index(m[len(prefixes[m]):]))):
        cell, prefix = found[metric], prefixes[metric]
        bare = metric[len(prefix):]
        if not is_number(cell.get("ratio")):
            without.setdefault(_general(cell.get("reason")), []).append(bare)
            if not is_number(cell.get("kept")) or bare.startswith("verbosity."):
                continue
        rows.append({
            "metric": bare, "name": prefix + label(bare), "sft": number(data.cell(prefix + "post-sft", bare).get("value"), bare),
            "rl": number(data.cell(prefix + "post-rl", bare).get("value"), bare),
            "recovery": number(data.cell(prefix + "post-recovery", bare).get("value"), bare),
            "kept": number(cell.get("kept"), bare, signed=True), "ratio": _percent(cell.get("ratio")), "reason": cell.get("reason") or "",
            "limits": f"[{_percent(cell['ci_low'])}, {_percent(cell['ci_high'])}]" if is_number(cell.get("ci_low")) else "", **_bar(cell),
        })
    return rows, sorted(without.items())


def _general(reason: str | None) -> str:
    """The reason without its numbers, so that equal cases stand together."""
    return (reason or "no reason given").split(": the RL gain")[0] + (": the RL gain is not above 0" if reason and ": the RL gain" in reason else "")


def _percent(value: Any) -> str:
    return f"{value:.0%}".replace("-", "\u2212") if is_number(value) else "–"


def _bar(cell: dict[str, Any]) -> dict[str, Any]:
    """Ratio and interval on a scale from -25 % to 150 %, in percent of its width; open ends are marked."""
    if not is_number(cell.get("ratio")):
        return {"bar": None}
    def at(value: float) -> float:
        return round(100 * (min(max(value, -0.25), 1.5) + 0.25) / 1.75, 2)

    low, high = cell.get("ci_low"), cell.get("ci_high")
    low, high = (low if is_number(low) else cell["ratio"]), (high if is_number(high) else cell["ratio"])
    return {"bar": {"x": at(cell["ratio"]), "low": at(low), "high": at(high), "zero": at(0), "one": at(1)}}
