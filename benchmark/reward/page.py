"""reward.html: the report of `validate-reward` on one self-contained page. Texts of models are escaped, hidden
characters are shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from benchmark.report.safetext import environment, plain, shortened, visible
from benchmark.reward import figures, validate
from benchmark.reward.advice import advice
from metrics.files import atomic_write_text

FOLDER = Path(__file__).resolve().parent
STYLE = FOLDER.parent / "report" / "style.css"
SHOWN_CHARS = 400
LITTLE_MASS = 0.5
"""Share of probability on yes and no under which other answers are likelier, and the page says what that means."""


def write_page(report: Mapping[str, Any], path: Path) -> None:
    """Writes the page, whole or not at all."""
    atomic_write_text(path, render(report))


def render(report: Mapping[str, Any]) -> str:
    """The whole page as HTML."""
    pages = environment([FOLDER])
    pages.filters["num"] = lambda v: "–" if v is None else f"{v:.3f}"
    pages.filters["visible"] = _shown
    nulls = report["null_baselines"]
    return pages.get_template("reward.html.j2").render(
        r=report,
        name=plain(str(report["reward"])),
        warning=validate.warning(report),
        advice=advice(report),
        nulls=nulls,
        figures=figures.of_set(report),
        layout=figures.layout(report),
        little=LITTLE_MASS,
        pressed=figures.best_of_n(report["best_of_n"]) if report.get("best_of_n") else [],
        damage=figures.damage(report["blind_spots"]) if report.get("blind_spots") else None,
        style=Markup(STYLE.read_text(encoding="utf-8")),
        words=_words(),
    )


def _shown(text: str) -> Markup:
    cut, left = shortened(str(text), SHOWN_CHARS)
    return visible(cut) + (Markup(" <small>(+{} characters)</small>").format(left) if left else Markup(""))


def _words() -> dict[str, str]:
    """slug -> what is done to the better text: the first line of the function that does it."""
    from benchmark.reward.damage import CATEGORIES

    found = {slug: " ".join((make.__doc__ or "").split()) for slug, make in CATEGORIES.items()}
    found |= {f"entity_{t}": f"Another {t} in the place of the right one." for t in ("person", "organisation", "place")}
    left = {"omission_1": "one fact", "omission_2": "two facts", "omission_half": "half of the facts"}
    return found | {slug: f"{what[0].upper()}{what[1:]} left out." for slug, what in left.items()}
