"""reward.html: the report of `validate-reward` on one self-contained page. Texts of models are escaped, hidden characters are shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from benchmark.report.safetext import plain, shortened, visible
from benchmark.report.svg import GRID, INK, MUTED, axes, to_svg
from metrics.files import atomic_write_text

from . import validate

FOLDER = Path(__file__).resolve().parent
STYLE = FOLDER.parent / "report" / "style.css"
GOOD, BAD = "#009e73", "#d55e00"
SHOWN_CHARS = 400


def write_page(report: Mapping[str, Any], path: Path) -> None:
    """Writes the page, whole or not at all."""
    atomic_write_text(path, render(report))


def render(report: Mapping[str, Any]) -> str:
    """The whole page as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["num"] = lambda v: "–" if v is None else f"{v:.3f}"
    environment.filters["visible"] = _shown
    nulls = report["null_baselines"]
    figures = [_accuracies(report), _distribution(report)] + ([_reliability(report)] if report["reliability"] else [])
    return environment.get_template("reward.html.j2").render(
        r=report,
        name=plain(str(report["reward"])),
        warning=validate.warning(report),
        nulls=nulls,
        figures=figures,
        style=Markup(STYLE.read_text(encoding="utf-8")),
        words=_words(),
    )


def _shown(text: str) -> Markup:
    cut, left = shortened(str(text), SHOWN_CHARS)
    return visible(cut) + (Markup(" <small>(+{} characters)</small>").format(left) if left else Markup(""))


def _words() -> dict[str, str]:
    """slug -> what is done to the better text: the first line of the function that does it."""
    from .damage import CATEGORIES

    found = {slug: (make.__doc__ or "").strip() for slug, make in CATEGORIES.items()}
    found |= {f"entity_{t}": f"Another {t} in the place of the right one." for t in ("person", "organisation", "place")}
    left = {"omission_1": "one fact", "omission_2": "two facts", "omission_half": "half of the facts"}
    return found | {slug: f"{what[0].upper()}{what[1:]} left out." for slug, what in left.items()}


def _accuracies(report: Mapping[str, Any]) -> Markup:
    rows = [(slug, row) for slug, row in report["by_category"].items() if row["accuracy"] is not None]
    best = report["null_baselines"][report["flags"]["best_null"]]["by_category"]
    figure, ax = axes(7.2, 0.6 + 0.24 * len(rows), "accuracy")
    for i, (slug, row) in enumerate(reversed(rows)):
        colour = BAD if row["ci_high"] < 0.5 else GOOD if row["ci_low"] > 0.5 else MUTED
        ax.plot([row["ci_low"], row["ci_high"]], [i, i], color=colour, linewidth=2.2)
        ax.plot([row["accuracy"]], [i], "o", color=colour, markersize=5)
        ax.plot([best[slug]["accuracy"]], [i], "|", color=INK, markersize=9)
    ax.axvline(0.5, color=GRID, linewidth=1.4)
    ax.set_yticks(range(len(rows)), [plain(slug) for slug, _ in reversed(rows)])
    ax.set_xlim(-0.02, 1.02)
    return to_svg(figure, "acc", "Accuracy by category with 95 % Wilson intervals; a vertical stroke marks the best null baseline")


def _distribution(report: Mapping[str, Any]) -> Markup:
    figure, ax = axes(4.2, 1.5, "raw score")
    for i, key in enumerate(("worse", "better")):
        row = report["distribution"][key]
        colour = GOOD if key == "better" else BAD
        ax.plot([row["p5"], row["p95"]], [i, i], color=colour, linewidth=5, solid_capstyle="butt", alpha=0.5)
        ax.plot([row["p50"]], [i], "o", color=colour)
    ax.set_yticks([0, 1], ["wrong texts", "right texts"])
    ax.set_ylim(-0.6, 1.6)
    return to_svg(figure, "dist", "Raw scores of right and wrong texts: 5th to 95th percentile and median")


def _reliability(report: Mapping[str, Any]) -> Markup:
    figure, ax = axes(3.6, 3.2, "mean score of the bin", "share of right texts")
    ax.plot([0, 1], [0, 1], color=GRID, linewidth=1.4)
    bins = report["reliability"]
    ax.plot([b["confidence"] for b in bins], [b["accuracy"] for b in bins], "o-", color=INK, markersize=4)
    return to_svg(figure, "rel", "Reliability: share of right texts against the mean score, in ten bins")
