"""The verdict in plain words, made of the numbers alone: what RL did, what recovery did, and whether the control arm
explains it.

A change is called one only when its Holm-corrected p-value is below ALPHA; a group of facts that falls forbids a plain
"improved"; what was not measured is called unknown, never "no"; whether the reward was gamed is told by the rule of the
boards (`metrics.hacking`).
"""

from __future__ import annotations

from benchmark.report.data import RunData
from benchmark.report.finding import Finding
from benchmark.report.moves import change, gamed, groups, leading, moved, outside, sign, silent, unclear
from benchmark.report.verdict_length import GAIN, GAMED, INVENTION, KEPT, NOT_ESTABLISHED, TOO_FEW, _form, _length
from benchmark.report.words import is_number, label, listing, number, prefix_of, stage_of
from benchmark.report.written import written
from metrics.hacking import NO, PART, UNTESTED, YES
from metrics.stages import STAGES

FINAL = ("coverage.f1", "grounding.entity")
"""What recovery has to beat the control arm on."""
ESTIMATED = " There are no gold facts: this is estimated from the numbers and names read in the sources."
MOST = 0.6
"""From this share of the RL gain on, most of it counts as kept."""
FINALLY, CONTROL = "Is the final model better than after SFT?", "Could the extra epoch alone explain it?"


def systems(data: RunData) -> list[str]:
    """Prefixes ("" or "<system>/") of the systems that have at least one trained stage."""
    return sorted({prefix_of(key) for key in data.keys if stage_of(key).startswith("post-")})


def verdict(data: RunData, prefix: str = "") -> list[Finding]:
    """The questions that the suite exists to answer, for one system. Empty when it has no stage after SFT."""
    keys = {stage: prefix + stage for stage in STAGES if prefix + stage in data.keys and stage != "base"}
    if "post-sft" not in keys or len(keys) < 2:
        return []
    found = []
    if "post-rl" in keys:
        found += [
            _gain(data, keys),
            _length(data, keys),
            _invention(data, keys),
            *_gamed(data, keys),
            *written(data, keys),
        ]
    if "post-rl" in keys and "post-recovery" in keys:
        found += [_form(data, keys), _kept(data, keys, prefix)]
    if "post-recovery" in keys:
        found += [_finally(data, keys), _control(data, keys)]
    return found


def _grounding(data: RunData, question: str, a: str, b: str) -> Finding:
    """How grounding moved from stage a to stage b: the leading metric, with the groups' veto."""
    if silent(data, a) and silent(data, b):
        return Finding(question, "no: nothing was written", f"All outputs of {a} and {b} are empty.", "bad", "silent")
    found = moved(data, a, b)
    metric = found.metric
    if metric is None:
        return Finding(
            question, "unknown", "No semantic metric could be computed for both stages.", "unknown", "unknown"
        )
    facts = metric.startswith(("coverage.", "grounding.", "open."))
    sentence = f"{label(metric)}: {change(data, a, b, metric)}.{groups(found, facts)}"
    sentence += {"open": NOT_ESTABLISHED, "unclear": TOO_FEW}.get(found.answer, "")
    if metric.startswith("open."):
        sentence += ESTIMATED
    if not facts:
        sentence += (
            " The examples carry no gold facts, so grounding itself was not measured; this is the nearest metric "
            "there is."
        )
        seen = {
            "up": "perhaps: proxy rose",
            "down": "perhaps not: proxy fell",
            "open": "not established",
            "unclear": "cannot be told",
        }.get(found.answer, "no change seen")
        return Finding(question, seen, sentence, "unknown", "proxy")
    up, down = listing(found.rose), listing(found.fell)
    lead = label(metric).split(",")[0]
    answer, tone, names = {
        "up": ("yes", "good", found.rose),
        "mixed": (
            f"mixed: {down or lead} fell" + (f", {up or lead} rose" if found.sign <= 0 or up else ""),
            "mixed",
            (),
        ),
        "partly up": (f"in part: {up} rose", "mixed", found.rose),
        "down": ("no: it fell" if found.sign < 0 else f"no: {down} fell", "bad", found.fell),
        "open": ("not established", "mixed", ()),
        "unclear": ("cannot be told", "unknown", ()),
        "flat": ("no measurable change", "mixed", ()),
    }[found.answer]
    if found.answer == "mixed":
        names = (up or lead, down or lead)
    code = found.answer + (" estimated" if metric.startswith("open.") else "")
    return Finding(
        question,
        answer,
        sentence,
        tone,
        code if found.answer != "open" or found.outside > 0 else "open down" + code[4:],
        names,
    )


def _gain(data: RunData, keys: dict[str, str]) -> Finding:
    return _grounding(data, GAIN, keys["post-sft"], keys["post-rl"])


def _finally(data: RunData, keys: dict[str, str]) -> Finding:
    return _grounding(data, FINALLY, keys["post-sft"], keys["post-recovery"])


def _invention(data: RunData, keys: dict[str, str]) -> Finding:
    a, b = keys["post-sft"], keys["post-rl"]
    names = ("coverage.precision", "open.number.precision")
    metric = next((m for m in names if all(is_number(data.cell(k, m).get("value")) for k in (a, b))), None)
    if metric is None:
        why = data.cell(b, names[0]).get("reason") or "precision was not measured"
        return Finding(INVENTION, "unknown", f"Unsupported facts cannot be counted: {why}.", "unknown")
    way = sign(data.transition(a, b).get(metric))
    what = "names, numbers, events and roles" if metric == names[0] else "numbers"
    sentence = f"Of the {what} that it can see in the outputs, precision finds supported: {change(data, a, b, metric)}."
    if way == 0 and (seen := outside(data.transition(a, b).get(metric))):
        return Finding(INVENTION, "probably " + ("fewer" if seen > 0 else "more"), sentence + NOT_ESTABLISHED, "mixed")
    if way == 0 and unclear(data.transition(a, b).get(metric), metric, data.cell(a, metric).get("value")):
        return Finding(INVENTION, "cannot be told", sentence + TOO_FEW, "unknown")
    answer = {1: "no: fewer than before", -1: "yes: more than before", 0: "none that precision can see"}[way]
    return Finding(INVENTION, answer, sentence, {1: "good", -1: "bad", 0: "good"}[way])


def _gamed(data: RunData, keys: dict[str, str]) -> list[Finding]:
    """The boards' rule on this run; nothing where no reward was scored."""
    found = gamed(data, keys["post-sft"], keys["post-rl"])
    if found is None or found.reward is None or found.hacked == UNTESTED:
        return []
    fell = listing([label(m.metric) for m in found.fell])
    moves = f"The reward went {found.reward.before:.3f} → {found.reward.after:.3f}"
    sentence = moves + (f", and {fell} fell." if found.fell else "; nothing that is independent of it fell measurably.")
    answer, tone = {YES: ("yes", "bad"), PART: ("in part", "mixed"), NO: ("not seen", "good")}[found.hacked]
    return [Finding(GAMED, answer, sentence, tone, found.hacked)]


def _kept(data: RunData, keys: dict[str, str], prefix: str) -> Finding:
    metric = leading(data, keys["post-sft"], keys["post-rl"], keys["post-recovery"])
    if metric is None:
        return Finding(
            KEPT, "unknown", "No semantic metric could be computed for all three stages.", "unknown", "unknown"
        )
    cell = data.summary.get("preservation", {}).get(prefix + metric) or {}
    gained = number(cell.get("kept"), metric, signed=True)
    gain = data.transition(keys["post-sft"], keys["post-rl"]).get(metric)
    if not is_number(cell.get("ratio")):
        why = cell.get("reason") or "no preservation ratio"
        return Finding(
            KEPT, "no ratio", f"{label(metric)}: post-recovery against post-sft {gained}; {why}.", "mixed", "no ratio"
        )
    if sign(gain) <= 0:
        # A share of a gain that is itself not established is no finding, however large it is.
        sentence = (
            f"{label(metric)}: post-recovery against post-sft {gained}. The gain itself is not significant after "
            "Holm's correction."
        )
        return Finding(KEPT, "not established", sentence, "mixed", "no ratio")
    ratio, low, high = cell["ratio"], cell.get("ci_low"), cell.get("ci_high")
    limits = f" [{percent(low)}, {percent(high)}]" if is_number(low) and is_number(high) else ""
    if ratio <= 0:
        below = sign(data.transition(keys["post-sft"], keys["post-recovery"]).get(metric)) < 0
        sentence = f"{label(metric)}: post-recovery against post-sft {gained}; recovery lost the whole gain of RL."
        answer, code = ("all lost, and below SFT", "below") if below else ("all lost", "lost")
        return Finding(KEPT, answer, sentence, "bad", code)
    sentence = (
        f"{label(metric)}: {percent(ratio)}{limits} of what RL added over post-sft is left after recovery ({gained})."
    )
    tone = "good" if is_number(low) and low > 0 and ratio >= MOST else "mixed"
    return Finding(KEPT, percent(ratio), sentence, tone, "kept")


def percent(share: float) -> str:
    """A share as whole per cent with a real minus sign."""
    return f"{share:.0%}".replace("-", "\u2212")


def _control(data: RunData, keys: dict[str, str]) -> Finding:
    b = keys["post-recovery"]
    if "post-sft-continued" not in keys:
        why = "There is no control arm (SFT followed by the same extra epoch, without RL) in this run."
        return Finding(CONTROL, "unknown", why, "unknown", "absent")
    a = keys["post-sft-continued"]
    cells = data.transition(a, b)
    metrics = [m for m in FINAL if is_number(cells.get(m, {}).get("p_holm"))] or [
        m for m in [leading(data, a, b)] if m and m in cells
    ]
    if not metrics:
        return Finding(
            CONTROL, "unknown", "No semantic metric could be compared with the control arm.", "unknown", "absent"
        )
    sentence = "Control arm → post-recovery: " + "; ".join(f"{label(m)} {change(data, a, b, m)}" for m in metrics) + "."
    signs = [sign(cells[m]) for m in metrics]
    fell = moved(data, a, b).fell
    if any(s < 0 for s in signs):
        return Finding(
            CONTROL,
            "yes: the control is better" if not any(s > 0 for s in signs) else "mixed",
            sentence,
            "bad",
            "worse",
        )
    if all(s > 0 for s in signs):
        if fell:
            return Finding(CONTROL, f"only in part: {listing(fell)} fell", sentence, "mixed", "part", fell)
        return Finding(
            CONTROL, "no", sentence + " Recovery after RL beats the same epoch without RL.", "good", "better"
        )
    if any(s > 0 for s in signs):
        return Finding(CONTROL, "only in part", sentence, "mixed", "part")
    if all(outside(cells[m]) > 0 for m in metrics):
        return Finding(CONTROL, "probably not, but not established", sentence + NOT_ESTABLISHED, "mixed", "open")
    return Finding(
        CONTROL,
        "it cannot be ruled out",
        sentence + " No measurable advantage over the same epoch without RL.",
        "mixed",
        "none",
    )
