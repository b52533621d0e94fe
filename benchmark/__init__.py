"""The harness: profiles, tasks, generation, scoring, reports. `python -m benchmark --help` lists the commands.

    from benchmark import run, evaluate, study, validate_reward, Leaderboard

Arrow of imports: metrics <- training <- benchmark. Exports are imported on use, so that `--help` starts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.api import Leaderboard, Run, Study, evaluate, run, study, validate_reward

__version__ = "0.1.0"
__all__ = ["Leaderboard", "Run", "Study", "evaluate", "run", "study", "validate_reward"]


def __getattr__(name: str) -> Any:
    """Exports on use (PEP 562)."""
    if name == "run":
        # The module of that name can be called: whichever way it is imported, `run` is one thing.
        from importlib import import_module

        return import_module("benchmark.run")
    if name in __all__:
        from benchmark import api

        return getattr(api, name)
    raise AttributeError(f"module 'benchmark' has no attribute {name!r}")
