"""`metrics explain NAME`: definition, formula, a worked Thai example that is scored on the spot, and what the metric
cannot see."""

from __future__ import annotations

import argparse
import tomllib
from importlib.resources import files
from typing import Any

from benchmark.arguments import arg
from benchmark.registry import nearest
from metrics import catalog
from metrics.errors import UserError
from metrics.records import Example, Fact, Generation
from metrics.terminal import say

ARGUMENTS = [
    arg(
        "action",
        choices=["explain", "glossary"],
        help="explain: what a metric says, how it is computed, what it cannot see; glossary: all of "
        "them in Markdown (docs/metrics.md)",
    ),
    arg("name", nargs="?", metavar="NAME", help="explain: a metric, as `ls metrics` prints it"),
]
"""Of `metrics`."""


def command(args: argparse.Namespace) -> int:
    """`metrics explain NAME` and `metrics glossary`."""
    if args.action == "glossary":
        say(*glossary().splitlines())
        return 0
    if args.name is None:
        raise UserError("metrics explain needs the name of a metric; `python -m benchmark ls metrics` lists them")
    say(*explain(args.name))
    return 0


def explain(name: str) -> list[str]:
    """The lines about one metric, derived ones included. Raises UserError for an unknown name."""
    record = catalog.metric(name)
    if record is None:
        raise UserError(f"unknown metric {name!r}; {nearest(name, catalog.metrics())}")
    better = {True: "higher is better", False: "lower is better", None: "neither direction is better"}[
        record.higher_is_better
    ]
    unit = {
        "fraction": "0 to 1",
        "percent": "0 to 100",
        "characters": "code points",
        "ratio": "ratio of lengths",
        "density": "per 100 characters",
        "grade": "0 to 5 (rank points: -1 to 2)",
    }
    needs = ", ".join(record.needs) or "nothing but the texts"
    lines = [
        f"{name} - {catalog.label(name)}",
        f"  says       {record.definition}",
        f"  formula    {record.formula}",
        f"  values     {unit[record.scale]}; {better}; needs {needs}",
        f"  blind to   {record.blind}",
    ]
    return [*lines, *_worked(name)]


def glossary() -> str:
    """Every declared metric in Markdown, family by family, with the values of the worked example."""
    told = worked()
    lines = [
        "<!-- Made by `python -m benchmark metrics glossary`; do not edit. -->",
        "The worked example: one Chinese sentence, one Thai reference, five gold facts, and four outputs.",
        "",
        *_texts(told),
        "",
    ]
    for family in catalog.families().values():
        lines += [f"## {', '.join(dict.fromkeys(family.headings.values()))}", ""]
        own = worked(family.name)
        if own["source"] != told["source"]:
            lines += ["The worked example of this part:", "", *_texts(own), ""]
        for record in family.metrics:
            derived = (
                [".length_controlled"] * record.controlled
                + [".seen", ".unseen"] * record.strata
                + [".<type>"] * record.by_type
            )
            values = [
                f"{v:.{catalog.decimals(record.name)}f}" if v is not None else "none"
                for _, v, _ in worked_values(record.name)
            ]
            mine = worked(record.name, family.name)
            outputs = [o["name"] for o in mine["outputs"]]
            better = {True: "higher is better", False: "lower is better", None: "no direction"}[record.higher_is_better]
            lines += [
                f"**`{record.name}`** - {record.label} ({better}; "
                f"needs {', '.join(record.needs) or 'nothing but texts'})",
                "",
                f"- {record.definition}",
                f"- formula: {record.formula}",
                f"- blind to: {record.blind}",
                *([f"- also: {', '.join('`' + d + '`' for d in derived)}"] if derived else []),
                *(
                    [f"- example: {', '.join(f'{o} {v}' for o, v in zip(outputs, values, strict=True))}"]
                    if set(values) != {"none"}
                    else []
                ),
                "",
                *(["Its own example:", "", *_texts(mine), ""] if mine["source"] != own["source"] else []),
            ]
    return "\n".join(lines)


def _texts(told: dict[str, Any]) -> list[str]:
    return [
        f"- source: {told['source']} ({told['source_gloss']})",
        f"- reference: {told['reference']} ({told['reference_gloss']})",
        *(f"- {o['name']}: {o['text']} ({o['gloss']})" for o in told["outputs"]),
    ]


def worked(*names: str) -> dict[str, Any]:
    """The worked example as it stands in its file: source, reference, facts, outputs, and English glosses of all
    texts; of the first name (a metric, its family) that has one of its own, that one. Cut or not, it is the same."""
    told = tomllib.loads((files("metrics") / "data" / "worked.toml").read_text("utf-8"))
    whole = [name.removesuffix(catalog.CONTROLLED) for name in names]
    return next((own for name in whole if isinstance(own := told.get(name), dict)), told)


def worked_values(name: str) -> list[tuple[dict[str, str], float | None, str | None]]:
    """(output, value, reason) of a metric for each output of the worked example, by the same code that scores a
    system."""
    from metrics.catalog import score_families
    from metrics.inventory import Inventory
    from metrics.scoring import Means, Scoring

    told = worked(name, catalog.family_of(name))
    facts = tuple(
        Fact(f["type"], tuple(f["source"]), tuple(f["target"]), f.get("salience", 1.0)) for f in told.get("facts", ())
    )
    # open.* is for texts whose facts nobody has written down.
    example = Example(
        "worked", told["source"], (told["reference"],), None if catalog.family_of(name) == "open" else facts, "zh", "th"
    )
    out = []
    for output in told["outputs"]:
        generation = Generation("worked", "example", "example", output["text"], None, "stop", None)
        scored = score_families(
            Scoring([example], [generation], Means(Inventory([example]), None, {}, None)), [catalog.family_of(name)]
        )
        found = next((m for m in scored if m.metric == name), None)
        out.append(
            (output, found.value() if found else None, found.reason if found else "needs more than this example has")
        )
    return out


def _worked(name: str) -> list[str]:
    found = worked_values(name)
    if all(value is None for _, value, _ in found):
        record = catalog.metrics().get(name)
        lacks = f" without {', '.join(record.needs)}" if record else ": it needs more than one example"
        return [f"  example    none{lacks}"]
    told = worked(name, catalog.family_of(name))
    lines = ["  example", f"    source     {told['source']}", f"               = {told['source_gloss']}"]
    lines += [f"    reference  {told['reference']}", f"               = {told['reference_gloss']}"]
    for output, value, reason in found:
        shown = f"{value:.{catalog.decimals(name)}f}" if value is not None else "none"
        why = f": {reason}" if reason else ""
        lines += [f"    {shown:<10} {output['text']}", f"               = {output['gloss']}  ({output['name']}{why})"]
    return lines
