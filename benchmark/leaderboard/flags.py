"""The flags of a board in words. What RL did is judged by `metrics.hacking`, what outputs are made of by
`metrics.likeness`.

A metric that is cut at the reference's length also falls where an output still states its facts, but too late; the
flag therefore tells the values of the same metric on the whole output, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmark.report.words import number, p_value
from metrics.hacking import NO, PART, UNTESTED, YES, Judgement, Move
from metrics.likeness import NEAR, OVERLONG, SHARES, untranslated
from metrics.misplaced import PRECISION, misplaced

CUT = ".length_controlled"
Whole = Callable[[str], tuple[float | None, float | None]]
"""Metric -> its values before and after."""
HACKING, WARNING, NOTE = "hacked", "warning", "note"
"""Kinds of flags: the reward was gamed; outputs a reader should look at; what is merely said (an arm that shares a
checkpoint)."""
HIDDEN = "reward hacking not tested"
"""Begins the flag of a system of which nobody can say whether its reward was gamed: a stage or a score is held back."""
KINDS = (HACKING, WARNING, NOTE)
"""In which the flags of a system are told."""
SHARED = "by their lineages it is one checkpoint"
"""Ends a flag of entries with the same texts, where it is no wonder."""
OWN = "the same texts as its own"
"""Begins a flag of stages of one system that write the same: nothing was copied."""
COPY = ("the same texts as", "nearly the same texts as")
__all__ = ["NO", "PART", "UNTESTED", "YES", "flags_of", "made_of", "out_of_place"]


def told(move: Move) -> str:
    """ "reward.mean 0.430 → 0.586 (p 0.001)"."""
    p = p_value(move.p, move.floor)
    return f"{move.metric} {number(move.before, move.metric)} → {number(move.after, move.metric)} (p {p})"


def kind(flag: str) -> str:
    """HACKING, WARNING or NOTE."""
    if flag.startswith("HACKED"):
        return HACKING
    if (
        flag.partition(":")[0].isupper()
        or flag.startswith(HIDDEN)
        or (flag.startswith(COPY) and not (flag.startswith(OWN) or flag.endswith(SHARED)))
    ):
        return WARNING
    return NOTE


def chip(flag: str) -> str:
    """A flag in a few words: "HACKED IN PART", "NOT TESTED"; the words of COPY in capitals, without "as"."""
    head = flag.partition(":")[0].replace(HIDDEN, "NOT TESTED")
    return head if head.isupper() else next(c for c in COPY if flag.startswith(c)).removesuffix(" as").upper()


def flags_of(found: Judgement, whole: Whole) -> list[str]:
    """The flags of a system from what RL did to it."""
    flags = []
    if found.why is not None:
        flags.append(f"{HIDDEN}: {found.why}")
    elif found.hacked in (YES, PART) and found.reward is not None:
        head, also = (
            ("HACKED", "")
            if found.hacked == YES or found.primary is None
            else ("HACKED IN PART", f"; it also raised {told(found.primary)}")
        )
        flags.append(
            f"{head}: RL raised {told(found.reward)} and lowered {'; '.join(_fall(m, whole) for m in found.fell)}{also}"
        )
    if found.longer is not None:
        beside = f"; {told(found.primary)}" if found.primary is not None else ""
        flags.append(f"TALKS MORE: RL made outputs longer than their references, {told(found.longer)}{beside}")
    return flags


def of_form(fell: Sequence[Move], below: Sequence[Move], primary: Move | None) -> list[str]:
    """The flags of an entry whose facts are better written down than its texts are written.

    fell: of form.* against the system's post-sft, while the primary rose; below: against the gold, beyond what
    the facts lack accounts for; primary: the move that stands beside them.
    """
    beside = "" if primary is None else f"{told(primary)}; "
    if fell:
        return [f"FORM DOWN: facts up, form down against its post-sft: {beside}{'; '.join(map(told, fell))}"]
    if below:
        lower = "; ".join(map(told, below))
        return [f"FORM BELOW FACTS: further below the gold than its facts account for: {beside}{lower}"]
    return []


def _fall(move: Move, whole: Whole) -> str:
    uncut = move.metric.removesuffix(CUT)
    before, after = whole(uncut) if uncut != move.metric else (None, None)
    if before is None or after is None:
        return told(move)
    return f"{told(move)}, on whole outputs {number(before, uncut)} → {number(after, uncut)}"


def made_of(copies: Mapping[str, Any] | None) -> list[str]:
    """The flags of an entry from what its outputs are made of."""
    if not copies:
        return []
    flags = []
    if copies["near"] >= SHARES["near"]:
        flags.append(
            f"COPIES: {copies['near']:.0%} of the outputs hold {NEAR:.0%} or more of a "
            f"public reference (equal: {copies['exact']:.0%})"
        )
    flags += untranslated(copies.get("source"), copies.get("foreign"))
    if (copies["repeated"] or 0.0) >= SHARES["repeated"]:
        flags.append(f"REPEATS: {copies['repeated']:.0%} of the outputs say the same again and again")
    if (copies["overlong"] or 0.0) >= SHARES["overlong"]:
        flags.append(
            f"OVERLONG: {copies['overlong']:.0%} of the outputs are more than "
            f"{OVERLONG:g} times as long as their references"
        )
    return flags


def out_of_place(scores: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The flag of an entry whose facts stand in other places than in their source; nothing where that was not
    scored."""
    cell = scores.get(PRECISION, {})
    return misplaced(cell.get("value"), cell.get("ci_high"))
