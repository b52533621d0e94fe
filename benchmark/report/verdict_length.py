"""What RL and recovery did to the length of outputs."""

from __future__ import annotations

from benchmark.report.data import RunData
from benchmark.report.finding import Finding
from benchmark.report.moves import change, far_lengths, outside, sign, silent, unclear
from benchmark.report.words import interval, is_number, label, number

GAMED, FORM, KEPT = "Was the reward gamed?", "Did recovery restore the length?", "How much of the gain is kept?"
GAIN, LENGTH, INVENTION = "Did RL improve grounding?", "Did RL make outputs longer?", "Did RL invent facts?"
NOT_ESTABLISHED = (
    " The interval leaves 0 out, but the change is not significant after Holm's correction: "
    "too few documents or segments to tell."
)
TOO_FEW = " So few documents, or ones so different, could not show a change worth knowing of."

NEAR = 0.10
"""Length counts as recovered within this share of the reference length."""
SLIGHT = 0.05
"""A change of the length by less than this share is none that a reader would see."""
SLACK = 0.10
"""Share of outputs of a far length that recovery may have beyond what SFT had, and length still counts as brought
back."""


def _length(data: RunData, keys: dict[str, str]) -> Finding:
    a, b = keys["post-sft"], keys["post-rl"]
    if silent(data, a) and silent(data, b):
        return Finding(LENGTH, "no: nothing was written", f"All outputs of {a} and {b} are empty.", "bad", "silent")
    metric = next(
        (m for m in ("verbosity.length_ratio", "verbosity.chars") if is_number(data.cell(b, m).get("value"))), None
    )
    if metric is None:
        return Finding(LENGTH, "unknown", "Lengths were not measured.", "unknown", "unknown")
    way = sign(data.transition(a, b).get(metric))
    sentence = f"{label(metric)}: {change(data, a, b, metric)}."
    ratio = data.cell(b, "verbosity.length_ratio").get("value")
    if is_number(ratio):
        sentence += f" After RL the outputs are {ratio:.1f} times as long as the references."
    uneven = _uneven(data, a, b)
    sentence += _spread(data, b)
    source = data.transition(a, b).get("coverage.recall_source")
    if source and is_number(source.get("delta")):
        more = {1: "They also state more", -1: "They state less", 0: "They do not state measurably more"}
        delta = number(source["delta"], "coverage.recall_source", signed=True)
        sentence += f" {more[sign(source)]} of the source (recall of all source facts {delta})."
    cell, before = data.transition(a, b).get(metric), data.cell(a, metric).get("value")
    if uneven and way == 0 and not outside(cell):
        return Finding(LENGTH, "uneven: not on average", sentence, "bad", "uneven")
    if cell and (way or outside(cell)) and is_number(before) and abs(cell["delta"]) < SLIGHT * before and not uneven:
        told = sentence + " No reader would see so small a change of length."
        return Finding(LENGTH, "hardly", told, "good", "slight")
    if way == 0 and (seen := outside(cell)):
        word = "longer" if seen > 0 else "shorter"
        return Finding(LENGTH, f"probably {word}", sentence + NOT_ESTABLISHED, "mixed", f"probably {word}")
    if way == 0 and unclear(cell, metric, before):
        return Finding(LENGTH, "cannot be told", sentence + TOO_FEW, "unknown", "unclear")
    answer, tone, code = {
        1: ("yes", "bad", "longer"),
        -1: ("no: shorter", "mixed", "shorter"),
        0: ("no", "good", "same"),
    }[way]
    return Finding(LENGTH, answer, sentence, tone, code)


def _uneven(data: RunData, before: str, after: str) -> bool:
    """Whether many more outputs than before are far from their reference's length, whatever the mean says."""
    first, last = far_lengths(data, before), far_lengths(data, after)
    return first is not None and last is not None and sum(last) > sum(first) + SLACK


def _spread(data: RunData, key: str) -> str:
    far = far_lengths(data, key)
    if far is None or sum(far) == 0:
        return ""
    return f" {far[0]:.0%} of the outputs are shorter than half their reference, {far[1]:.0%} longer than twice."


def _form(data: RunData, keys: dict[str, str]) -> Finding:
    key = keys["post-recovery"]
    if silent(data, key):
        return Finding(FORM, "no: nothing was written", f"All outputs of {key} are empty.", "bad", "silent")
    cell = data.cell(key, "verbosity.length_ratio")
    if not is_number(cell.get("value")):
        return Finding(
            FORM, "unknown", f"No length ratio: {cell.get('reason') or 'not measured'}.", "unknown", "unknown"
        )
    off = cell["value"] - 1
    ratio = "verbosity.length_ratio"
    before = data.cell(keys["post-rl"], ratio).get("value")
    after = f"{number(cell['value'], ratio)} {interval(cell.get('ci_low'), cell.get('ci_high'), ratio)}"
    where = "within" if abs(off) <= NEAR else "not within"
    sentence = (
        f"Length / reference length: {number(before, ratio)} after RL, {after} after recovery; "
        f"{where} {NEAR:.0%} of the reference."
    )
    sentence += _spread(data, key)
    if abs(off) > NEAR:
        return Finding(FORM, f"no: {off:+.0%}".replace("-", "\u2212"), sentence, "bad", "off")
    if _uneven(data, keys["post-sft"], key):
        return Finding(FORM, "no: right only on average", sentence, "bad", "uneven")
    if is_number(before) and abs(before - 1) <= NEAR and not _uneven(data, keys["post-sft"], keys["post-rl"]):
        return Finding(FORM, "it was never lost", sentence, "good", "never lost")
    return Finding(FORM, "yes", sentence, "good", "back")
