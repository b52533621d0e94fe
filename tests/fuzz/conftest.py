"""The worlds of the unit tests (a toy board, a made-up run) are the ground that is fuzzed."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
