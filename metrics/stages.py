"""The stages of the recipe: names, order, parents and the transitions that are tested. The one place that declares
them.

It stands in `metrics`, and not in the harness, because summaries compare stages, and `metrics` imports nothing to its
right. Source: paper section 3 (train - reinforce - recover); the control arm is this suite's own.
"""

from __future__ import annotations

GOLD = "gold"
"""System and stage of the references, scored as a system."""
STAGES = ("base", "post-sft", "post-sft-continued", "post-rl", "post-recovery")
"""Stages in the order in which tables show them."""
TRAINED_FROM = {"post-sft": "base", "post-sft-continued": "post-sft", "post-rl": "post-sft", "post-recovery": "post-rl"}
"""stage -> the stage whose checkpoint it was trained from."""
PARENTS = {"post-rl": "post-sft", "post-recovery": "post-rl"}
"""stage -> the stage that tables hold it against with an arrow."""
TRANSITIONS = (
    ("post-sft", "post-rl"),
    ("post-rl", "post-recovery"),
    ("post-sft", "post-recovery"),
    ("post-sft-continued", "post-recovery"),
)
"""(before, after) pairs that are tested on the same segments."""
SPLITS = ("para", "src", "dev", "test")
"""Splits of a task: D_para, D_src, development, test."""
