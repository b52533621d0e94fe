"""Model-based scorers. A new one is a file here and one line in SCORERS.

Every entry is `f(examples, texts, checkpoint_folder) -> SegmentStats`, imported on use so that nothing heavy is loaded
before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from metrics.errors import UserError

if TYPE_CHECKING:
    from metrics.records import Example
    from metrics.segment import SegmentStats

Scorer = Callable[["Sequence[Example]", Sequence[str], "str | Path"], "SegmentStats"]

SCORERS: dict[str, str] = {
    "comet_qe": "metrics.scorers.comet:score_examples",
}
"""name (metric `scorer.<name>`) -> "module:function"."""


def load_scorer(name: str) -> Scorer:
    """The scorer of that name. Raises UserError for an unknown one, naming the nearest."""
    if name not in SCORERS:
        near = get_close_matches(name, SCORERS, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(sorted(SCORERS))}"
        raise UserError(f"unknown scorer {name!r}; {hint}")
    module, _, attribute = SCORERS[name].partition(":")
    scorer: Scorer = getattr(import_module(module), attribute)
    return scorer
