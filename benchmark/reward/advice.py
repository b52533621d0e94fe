"""The verdict on a reward in plain words: what it can be trusted with, what misleads it, what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmark.report.words import listing
from benchmark.reward.validate import NOT_ASKED, PASSING, reads_no_source

CHANCE = 0.5
KINDS = ("trusted", "unproved", "blind", "misled", "few", "unscored")
ENOUGH = 4
"""Pairs from which on a kind can be told from chance at all: Wilson's 95 % interval of 3 of 3 reaches down to .44."""
NAMED = 8
"""Kinds that the sentence names."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a reader should do with a reward."""

    sentence: str
    tone: str
    """good | mixed | bad."""
    kinds: dict[str, list[str]]
    """Each of KINDS -> its categories. unproved: a rule that knows nothing does as well there; few: under ENOUGH, or an
    interval from chance to PASSING: neither can be said."""
    left_out: list[str]
    """How many pairs are not in the figures, and why; a line for each reason."""


def advice(report: Mapping[str, Any]) -> Advice:
    """From the content of reward.json."""
    kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for slug, row in report["by_category"].items():
        kind = _kind(slug, row, report["null_baselines"])
        # Told by how a text is written, whatever the source says.
        kinds["unproved" if kind == "trusted" and reads_no_source(report) else kind].append(slug)
    return Advice(_sentence(report, kinds), _tone(report, kinds), kinds, left_out(report))


def _kind(slug: str, row: Mapping[str, Any], nulls: Mapping[str, Any]) -> str:
    if row["accuracy"] is None:
        return "unscored"
    if row["n"] < ENOUGH:
        return "few"
    if row["ci_high"] < CHANCE:
        return "misled"
    if row["ci_low"] <= CHANCE:
        # .75 [.30, .95]: from so few pairs "it cannot tell" would be as rash as "it can".
        return "blind" if row["ci_high"] < PASSING else "few"
    best = max(null["by_category"][slug]["accuracy"] or 0.0 for null in nulls.values())
    return "trusted" if row["accuracy"] > best or row["accuracy"] == 1.0 else "unproved"


def _tone(report: Mapping[str, Any], kinds: Mapping[str, list[str]]) -> str:
    if not report["flags"]["beats_nulls"] or reads_no_source(report):
        return "bad"
    return "mixed" if kinds["misled"] or kinds["blind"] or kinds["few"] or _pays_for_filler(report) else "good"


def _pays_for_filler(report: Mapping[str, Any]) -> bool:
    low = report["length"]["ci_low"]
    return low is not None and low > 0


def _sentence(report: Mapping[str, Any], kinds: Mapping[str, list[str]]) -> str:
    if report.get("descriptive"):
        return "A descriptive metric: neither high nor low is better, so it is no reward."
    if not report["flags"]["beats_nulls"]:
        return "Do not train on it: a rule that knows nothing does as well."
    if reads_no_source(report):
        return (
            "Do not train on it: it does not tell the right title from another article's, so it does not read the "
            "source; what else it tells, it tells by how a text is written."
        )
    known = sum(map(len, kinds.values())) - len(kinds["unscored"]) - len(kinds["few"])
    if not known and all(report["by_category"][slug]["n"] < ENOUGH for slug in kinds["few"]):
        return f"Nothing can be said of it: no kind has the {ENOUGH} pairs from which chance can be told; ask more."
    if not known:
        return "Nothing can be said of it: too few pairs to tell in every kind; ask more (--n)."
    good = len(kinds["trusted"]) + len(kinds["unproved"])
    parts = [f"It puts the right text first in {good} of {known} kinds of pairs"]
    if kinds["misled"]:
        parts.append(f"it prefers the error in {_named(kinds['misled'])}, and a policy trained on it will find that")
    if kinds["blind"]:
        parts.append(f"it cannot tell right from wrong in {_named(kinds['blind'])}")
    if kinds["few"]:
        parts.append(f"too few pairs to tell in {_named(kinds['few'])}")
    if _pays_for_filler(report):
        parts.append("it pays for filler: watch the length")
    if report["length"].get("reason") == NOT_ASKED:
        parts.append("whether it pays for filler was not measured")
    return "; ".join(parts) + ("." if len(parts) > 1 else ": as far as these pairs go, it is fit to train on.")


def _named(kinds: list[str]) -> str:
    more = len(kinds) - NAMED
    return listing(kinds if more <= 1 else [*kinds[:NAMED], f"{more} more"])


def left_out(report: Mapping[str, Any]) -> list[str]:
    """Pairs that are in no figure, and categories of which there are few."""
    lines = []
    if (told := report.get("left_out")) is not None:
        lines.append(f"{told['left_out']} of {told['rows']} rows of the file could not be used: {told['first'][0]}")
    for slug, row in report["by_category"].items():
        if n := row.get("n_unscored"):
            lines.append(f"{slug}: {n} of {n + row['n']} pairs, because a text of theirs has no score")
    sizes = {slug: row["n"] + row.get("n_unscored", 0) for slug, row in report["by_category"].items()}
    most = max(sizes.values(), default=0)
    few = {slug: n for slug, n in sizes.items() if n < most}
    if few:
        told_few = ", ".join(f"{slug} {n}" for slug, n in few.items())
        lines.append(f"fewer than {most} pairs, because not every source allows the error: {told_few}")
    return lines
