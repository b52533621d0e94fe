"""From a run directory to what a person reads: report.html and the table on the terminal."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from metrics.errors import UserError


def read_summary(run_dir: Path) -> dict[str, Any]:
    """summary.json of a run directory. Raises UserError when it is missing or malformed."""
    path = run_dir / "summary.json"
    try:
        summary = json.loads(path.read_text("utf-8"))
        summary["systems"]
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{run_dir} is no finished run directory: it has no summary.json") from None
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} cannot be read ({error}); score the run again") from None
    return dict(summary)


def command(args: argparse.Namespace) -> int:
    """`report RUN_DIR`."""
    from benchmark.report import print_table, write_report

    run_dir = Path(args.run_dir)
    summary = read_summary(run_dir)
    path = write_report(run_dir)
    print_table(summary)
    print(f"report: {path}")
    return 0
