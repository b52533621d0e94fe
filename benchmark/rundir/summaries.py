"""The reader of summary.json, for everything that looks at a finished run directory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmark.rundir.intact import check_output
from metrics.errors import UserError


def read_summary(run_dir: Path) -> dict[str, Any]:
    """summary.json of a run directory. Raises UserError when it is missing, malformed, or not what the run wrote."""
    path = check_output(run_dir, run_dir / "summary.json")
    try:
        summary = dict(json.loads(path.read_text("utf-8")))
        if not isinstance(summary["systems"], dict):
            raise ValueError("systems must be an object")
        if not all(isinstance(metrics, dict) for metrics in summary["systems"].values()) or not isinstance(
            summary.get("run", {}), dict
        ):
            raise ValueError("systems must hold objects of metrics, run must be an object")
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{run_dir} is no finished run directory: it has no summary.json") from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UserError(f"{path} cannot be read ({error}); score the run again") from None
    return summary
