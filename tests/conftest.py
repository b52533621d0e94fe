"""Before anything is imported: no network, no telemetry, one thread each for the test workers."""

from __future__ import annotations

import os

for name, value in {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
}.items():
    os.environ.setdefault(name, value)

from hypothesis import settings  # noqa: E402 - after the environment is set

# How long an example takes on a busy machine is no property of the code; tests/perf measures speed.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
