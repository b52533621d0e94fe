"""`human`: forms for people about the outputs of a run, and what they said; an action each."""

from __future__ import annotations

import argparse

from benchmark.registry import load

ACTIONS = {
    "export": ("benchmark.human.exporting:command", "write blinded forms for raters, and the key"),
    "import": (
        "benchmark.human.importing:command",
        "read what raters sent back: completeness, checks, agreement, tables, meta-evaluation",
    ),
}
"""action -> ("module:function", help); the module's ARGUMENTS are the action's."""


def command(args: argparse.Namespace) -> int:
    """Runs the action."""
    return int(load(ACTIONS[args.action][0])(args))
