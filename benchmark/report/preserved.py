"""The table of preservation: how much of what RL gained is left after recovery."""

from __future__ import annotations

from typing import Any

from benchmark.report.data import RunData
from benchmark.report.tables import badges
from benchmark.report.words import is_number, label, number, ordered_metrics, prefix_of


def preservation_table(data: RunData) -> tuple[list[dict[str, Any]], list[tuple[str, list[str]]]]:
    """(rows of metrics with a ratio or a kept difference, [(reason, metrics)] of those that have neither ratio nor
    interest)."""
    rows: list[dict[str, Any]] = []
    without: dict[str, list[str]] = {}
    found = data.summary.get("preservation", {})
    prefixes = {
        m: max((p for p in {prefix_of(k) for k in data.keys} if m.startswith(p)), key=len, default="") for m in found
    }
    order = ordered_metrics({m[len(prefixes[m]) :] for m in found})
    for metric in sorted(found, key=lambda m: (prefixes[m], order.index(m[len(prefixes[m]) :]))):
        cell, prefix = found[metric], prefixes[metric]
        bare = metric[len(prefix) :]
        if not is_number(cell.get("ratio")):
            without.setdefault(_general(cell.get("reason")), []).append(bare)
            if not is_number(cell.get("kept")) or bare.startswith("verbosity."):
                continue
        rows.append(
            {
                "metric": bare,
                "name": prefix + label(bare),
                "badges": [b for b in badges([data.cell(prefix + "post-rl", bare)]) if b[0] == "loop"],
                "sft": number(data.cell(prefix + "post-sft", bare).get("value"), bare),
                "rl": number(data.cell(prefix + "post-rl", bare).get("value"), bare),
                "recovery": number(data.cell(prefix + "post-recovery", bare).get("value"), bare),
                "kept": number(cell.get("kept"), bare, signed=True),
                "ratio": _percent(cell.get("ratio")),
                "reason": cell.get("reason") or cell.get("caution") or "",
                "limits": f"[{_percent(cell['ci_low'])}, {_percent(cell['ci_high'])}]"
                if is_number(cell.get("ci_low"))
                else "",
                **_bar(cell),
            }
        )
    return rows, sorted(without.items())


def _general(reason: str | None) -> str:
    """The reason without its numbers, so that equal cases stand together."""
    head, gain, _ = (reason or "no reason given").partition(": the RL gain")
    return f"{head}: the RL gain is not above 0" if gain else head


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
    return {
        "bar": {
            "x": at(cell["ratio"]),
            "low": at(low),
            "high": at(high),
            "zero": at(0),
            "one": at(1),
            "beyond": max(cell["ratio"], high) > 1.5,
            "below": min(cell["ratio"], low) < -0.25,
        }
    }
