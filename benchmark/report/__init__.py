"""The report of a run directory: one self-contained HTML page, and a table for the terminal. Importing this loads no
figure library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.report.data import RunData


def write_report(run_dir: Path, data: RunData | None = None) -> Path:
    """Writes `report.html` into a run directory and returns its path. data: what is read of the directory, where it is
    at hand.

    Needs `summary.json`; whatever else is absent or unreadable is said in the page. The page loads nothing from outside
    and is the same for equal inputs. Raises UserError when the summary is missing or malformed, or the page cannot be
    written.
    """
    from benchmark.report.page import write

    return write(Path(run_dir), data)


def print_table(summary: dict[str, Any]) -> None:
    """Prints metric x stage with intervals, and arrows for significant changes (p_holm), to standard output; readable
    without colours."""
    from benchmark.report.terminal import show

    show(summary)


def print_verdict(run_dir: Path, data: RunData | None = None) -> None:
    """Prints the sentence at the head of the report, one for each system that has stages. data: as in `write_report`.

    Raises UserError when the summary is missing or malformed.
    """
    from benchmark.report import single
    from benchmark.report.data import load
    from benchmark.report.headline import headline
    from benchmark.report.verdict import systems, verdict
    from benchmark.report.words import plumbing
    from metrics.terminal import say

    data = load(Path(run_dir), scores=False) if data is None else data
    told = [(prefix.rstrip("/"), headline(verdict(data, prefix))) for prefix in systems(data)]
    small = plumbing(data.run)
    if not any(text for _, text in told):
        told = [("", single.headline(data, key)) for key in single.keys_of(data)]
    for system, text in told:
        if text:
            say(f"{system}: {text}" if system else text)
    if small:
        say(f"{small}.")
