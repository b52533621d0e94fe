"""Whether RL cost the outputs their form: the rule of the boards (`metrics.hacking`) on form.* of a run."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.report.data import RunData
from benchmark.report.finding import Finding
from benchmark.report.moves import change, judged
from benchmark.report.words import is_number, label, number
from metrics.hacking import FORM

WRITTEN = "Did RL cost the outputs their form?"
COST, FELL, SAME = "facts up, form down", "fell", "same"


def written(data: RunData, keys: Mapping[str, str]) -> list[Finding]:
    """The finding; nothing where form.* has no value. keys: stage -> system."""
    a, b = keys["post-sft"], keys["post-rl"]
    shown = [m for m in FORM if all(is_number(data.cell(k, m).get("value")) for k in (a, b))]
    if not shown:
        return []
    sentence = "; ".join(f"{label(m)}: {change(data, a, b, m)}" for m in shown) + "."
    last = keys.get("post-recovery")
    if last is not None and all(is_number(data.cell(last, m).get("value")) for m in shown):
        sentence += f" After recovery: {', '.join(number(data.cell(last, m)['value'], m) for m in shown)}."
    found = judged(data, a, b)
    if found.formless:
        return [Finding(WRITTEN, "yes: facts up, form down", sentence, "bad", COST)]
    if found.unwritten:
        return [Finding(WRITTEN, "yes: it fell", sentence, "bad", FELL)]
    return [Finding(WRITTEN, "not seen", sentence, "good", SAME)]
