"""`data`: data in and out, an action each."""

from __future__ import annotations

import argparse

from benchmark.registry import load

ACTIONS = {
    "export": ("benchmark.data.export:command", "a split of a task as examples.jsonl"),
    "convert": (
        "benchmark.data.convert:command",
        "outputs in a neighbouring tool's format as examples and generations",
    ),
    "join": ("benchmark.data.join:command", "your articles and titles as disjoint splits"),
    "names": ("benchmark.data.names:command", "a list of names from pairs of titles"),
    "facts": (
        "benchmark.data.facts:command",
        "your examples with what can be read from them, to be corrected by a person",
    ),
    "corpus": ("benchmark.data.corpus:command", "training texts of the embedded models, for python -m training"),
    "world": (
        "benchmark.data.world:command",
        "what a world of the newswire is made of, how easily a script fakes it; --show reads its articles",
    ),
}
"""action -> ("module:function", help); the module's ARGUMENTS are the action's."""


def command(args: argparse.Namespace) -> int:
    """Runs one action."""
    return int(load(ACTIONS[args.action][0])(args))
