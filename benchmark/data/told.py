"""What is told of a user's texts before anything is trained or scored on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metrics import contamination
from metrics.records import Example
from metrics.scripts import notices
from metrics.terminal import say
from training.shared import processes


def tell_languages(texts: Mapping[str, Sequence[Example]], reference: str = "reference", err: bool = True) -> None:
    """One line on stderr (stdout where err is false) for each thing that `metrics.scripts.notices` finds in a file;
    keys of `texts` name the files to the user."""
    if not processes.is_main():
        return
    for where, examples in texts.items():
        tell_notices(where, notices(examples, reference), err)


def tell_notices(where: str, found: Sequence[str], err: bool = True) -> None:
    """One line for each of `notices` that were found in a file already."""
    for notice in found if processes.is_main() else ():
        say(f"note: {where}: {notice}", err=err)


def tell_doubles(
    where: str, test: Sequence[Example], training: Mapping[str, Sequence[Example]], about: dict[str, Any]
) -> None:
    """Says on stderr, before anything is trained or scored, which texts of a test split stand in the training data
    (`metrics.contamination`), and keeps the finding in what the manifest says of the split: `training_overlap`, and a
    notice for the report. where: names the test texts to the user. Nothing where no training data are known.
    """
    training = {split: rows for split, rows in training.items() if rows}
    if not training:
        return
    finding = contamination.told(test, training)
    about["training_overlap"] = finding
    if (notice := contamination.notice(finding)) is not None:
        about["notices"] = [*about.get("notices", ()), notice]
        if processes.is_main():
            say(f"WARNING: {where}: {notice}", err=True)
