"""study.md: what a study found, in tables."""

from __future__ import annotations

from typing import Any

from benchmark.compare.pool import limits, short, table
from metrics.stats import p_text

NOTHING = "**A trial (--quick) on the profile `smoke`: its numbers mean nothing.**"


def markdown(found: dict[str, Any]) -> str:
    """The page of a study.json: what was asked, values and differences of each stage, and what is missing."""
    lines = [f"# Study {found['study']}", "", found["question"], "", f"Source: {found['source']}.", ""]
    if found["quick"]:
        lines += [NOTHING, ""]
    lines += [*_about(found), ""]
    for stage in found["shows"]:
        lines += [*_stage(found, stage), ""]
    return "\n".join([*lines, *_missing(found)]).rstrip() + "\n"


def _about(found: dict[str, Any]) -> list[str]:
    """What the figures are, and the cells."""
    seeds, where = found["seeds"], found["profile"]
    said = "".join(f" {item}" for item in found["overrides"])
    lines = [
        f"Profile {where}{f' with --set{said}' if said else ''}, {_count(len(seeds), 'seed')} "
        f"({', '.join(map(str, seeds))}), metrics version {found['metrics_version']}. Every cell was run with the same "
        "seeds, from the same earlier stages.",
        "",
    ]
    for cell, made in found["cells"].items():
        keys = [f"`{key}={value}`{_multiple(made['times'].get(key))}" for key, value in made["set"].items()]
        reads = [f"{stage} is {source} of {made['of']}" for stage, source in made["reads"].items()]
        what = ", ".join([*keys, *reads]) or "the profile as it is"
        lines.append(f"- **{cell}**{' (baseline)' if cell == found['baseline'] else ''}: {what}")
    return lines


def _multiple(times: dict[str, Any] | None) -> str:
    """Where a value comes from that is not the study's own."""
    if times is None:
        return ""
    return f" ({times['times']:g} times the profile's{' `' + times['of'] + '`' if times['of'] else ''})"


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _stage(found: dict[str, Any], stage: str) -> list[str]:
    """Both tables of a stage."""
    values, differences, baseline = found["values"][stage], found["differences"][stage], found["baseline"]
    several, level = len(found["seeds"]) > 1, f"{found['level']:.0%}"
    if several:
        caption = (
            f"Mean over seeds [{level} t interval over seeds] ± standard deviation between seeds. The seeds are random "
            "and the articles as they are: what is said is said of the recipe, on this test set."
        )
        below = (
            f"Difference from {baseline}, paired by seed [{level} t interval over seeds]; p of Student's t after "
            "Holm's correction over all cells and metrics of this stage (form and judges among themselves)."
        )
    else:
        caption = "One seed: values of single runs. There is no interval and no test, and seeds may differ by more."
        below = f"Difference from {baseline} in that one seed."
    rows = [
        [_name(found, m), *(_value(values[cell][m], len(found["seeds"])) for cell in values)] for m in found["metrics"]
    ]
    changes = [[_name(found, m), *(_change(differences[cell][m]) for cell in differences)] for m in found["metrics"]]
    return [
        f"## {stage}",
        "",
        caption,
        "",
        *table(["metric", *values], rows),
        "",
        below,
        "",
        *table(["metric", *differences], changes),
    ]


def _name(found: dict[str, Any], metric: str) -> str:
    """A metric, marked where the reward itself measures it or where lower is better."""
    cells = [row[metric] for by_cell in found["values"].values() for row in by_cell.values()]
    return f"{metric} (in_loop)" if any(cell["in_loop"] for cell in cells) else metric


def _value(cell: dict[str, Any], seeds: int) -> str:
    if cell["mean"] is None:
        return "-"
    shown = short(cell["mean"])
    if cell["n"] > 1:
        shown += f" {limits(cell)} ± {short(cell['sd'])}"
    return shown if cell["n"] == seeds else f"{shown} (n = {cell['n']})"


def _change(cell: dict[str, Any]) -> str:
    if cell["delta"] is None:
        return "-"
    shown = short(cell["delta"], signed=True)
    return shown if cell["n"] < 2 else f"{shown} {limits(cell)} p {p_text(cell['p_holm'])}"


def _missing(found: dict[str, Any]) -> list[str]:
    """What a reader of the tables has to know: runs that failed, cells left out, values and intervals that are not
    there, with the reason."""
    notes = [f"cell {cell} was left out: {why}" for cell, why in found["left_out"].items()]
    notes += [
        f"{run['run_dir']} failed: {run['failed']}"
        for made in found["cells"].values()
        if made["of"] is None
        for run in made["runs"].values()
        if run["failed"] is not None
    ]
    notes += _reasons(found, "values", "mean") + _reasons(found, "differences", "delta")
    if any(told.get("caution") for rows in found["values"].values() for row in rows.values() for told in row.values()):
        notes.append("two seeds say little about the spread between seeds: intervals may cover less than they say")
    return ["What is missing, and what to keep in mind:", "", *(f"- {note}" for note in notes)] if notes else []


def _reasons(found: dict[str, Any], part: str, figure: str) -> list[str]:
    """Why figures or their intervals are not there: a line for all metrics and cells that have it in common. One seed
    is told above the tables, and a difference without one of its values with that value."""
    kind = {"values": "value", "differences": "difference"}[part]
    cells_of: dict[tuple[str, str, str, str], list[str]] = {}
    for stage, by_cell in found[part].items():
        for cell, row in by_cell.items():
            for metric, told in row.items():
                pair = (cell, found["baseline"]) if part == "differences" else ()
                valueless = any(found["values"][stage][one][metric]["mean"] is None for one in pair)
                alone = told["n"] == 1 and told[figure] is not None
                if told["reason"] is not None and not alone and not valueless:
                    what = kind if told[figure] is None else f"interval of the {kind}"
                    cells_of.setdefault((stage, what, told["reason"], metric), []).append(cell)
    metrics_of: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = {}
    for (stage, what, reason, metric), cells in cells_of.items():
        metrics_of.setdefault((stage, what, reason, tuple(cells)), []).append(metric)
    return [
        f"{stage}, {', '.join(cells)}: no {what} of {', '.join(metrics)}: {reason}"
        for (stage, what, reason, cells), metrics in metrics_of.items()
    ]
