"""What is told of a user's texts before anything is trained or scored on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metrics.records import Example
from metrics.scripts import notices
from metrics.terminal import say
from training.shared import processes


def tell_languages(texts: Mapping[str, Sequence[Example]], reference: str = "reference", err: bool = True) -> None:
    """One line on stderr (stdout where err is false) for each thing that `metrics.scripts.notices` finds in a file;
    keys of `texts` name
    the files to the user."""
    if not processes.is_main():
        return
    for where, examples in texts.items():
        for notice in notices(examples, reference):
            say(f"note: {where}: {notice}", err=err)
