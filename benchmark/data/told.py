"""What is told of a user's texts before anything is trained or scored on them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from metrics.records import Example
from metrics.scripts import notices
from training.shared import processes


def tell_languages(
    texts: Mapping[str, Sequence[Example]], reference: str = "reference", out: TextIO | None = None
) -> None:
    """One line on stderr (or `out`) for each thing that `metrics.scripts.notices` finds in a file; keys of `texts` name
    the files to the user."""
    if not processes.is_main():
        return
    for where, examples in texts.items():
        for notice in notices(examples, reference):
            print(f"note: {where}: {notice}", file=out or sys.stderr)
