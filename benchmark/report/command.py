"""From a run directory to what a person reads: report.html and the table on the terminal."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmark.arguments import arg
from benchmark.rundir.summaries import read_summary
from metrics.terminal import say

ARGUMENTS = [arg("run_dir", metavar="RUN_DIR")]
"""Of `report`."""


def command(args: argparse.Namespace) -> int:
    """`report RUN_DIR`."""
    from benchmark.report import print_table, print_verdict, write_report
    from benchmark.report.data import load

    run_dir = Path(args.run_dir)
    summary = read_summary(run_dir)
    data = load(run_dir)
    for note in data.notes:
        say(f"note: {note}", err=True)
    path = write_report(run_dir, data)
    print_table(summary)
    print_verdict(run_dir, data)
    say(f"report: {path}")
    return 0
