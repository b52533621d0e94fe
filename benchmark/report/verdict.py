"""The verdict in plain words, made of the numbers alone: what RL did, what recovery did, and whether the control arm explains it.

A change is called one only when its Holm-corrected p-value is below ALPHA. What was not measured is called unknown, never "no".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmark.report.data import RunData
from benchmark.report.words import (
    CONTROLLED,
    interval,
    is_number,
    label,
    listing,
    number,
    p_value,
    prefix_of,
    significant,
    stage_of,
)
from metrics.stages import STAGES

LEADING = (
    "coverage.recall" + CONTROLLED,
    "coverage.f1" + CONTROLLED,
    "coverage.f1",
    "grounding.entity" + CONTROLLED,
    "open.f1" + CONTROLLED,
    "open.f1",
    "scorer.comet_qe",
    "overlap.chrf",
)
"""The first of these that a run has leads the verdict: independent of the reward, and not raised by padding, where there are facts."""
GROUNDING = ("grounding.entity", "grounding.event", "grounding.quantity", "grounding.relation")
FINAL = ("coverage.f1", "grounding.entity")
"""What recovery has to beat the control arm on."""
NEAR = 0.10
"""Length counts as recovered within this share of the reference length."""
NOT_ESTABLISHED = " The interval leaves 0 out, but the change is not significant after Holm's correction: too few documents or segments to tell."
ESTIMATED = " There are no gold facts: this is estimated from the numbers and names read in the sources."
NOTHING_LOST = "it was never lost"
"""Answer about the length where RL had left it near the references'."""
MOST = 0.6
"""From this share of the RL gain on, most of it counts as kept."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One question of the verdict."""

    question: str
    answer: str
    """A few words."""
    sentence: str
    tone: str
    """good | bad | mixed | unknown: never the only carrier of the meaning."""


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
        found += [_gain(data, keys), _length(data, keys), _invention(data, keys)]
    if "post-rl" in keys and "post-recovery" in keys:
        found += [_form(data, keys), _kept(data, keys, prefix)]
    if "post-recovery" in keys:
        found.append(_control(data, keys))
    return found


def leading(data: RunData, *keys: str) -> str | None:
    """The metric of LEADING that all the given systems have a value of."""
    return next((m for m in LEADING if all(is_number(data.cell(k, m).get("value")) for k in keys)), None)


def change(data: RunData, before: str, after: str, metric: str) -> str:
    """ "0.610 → 0.722 (+0.112 [0.080, 0.140], p_holm < 0.001)"."""
    a, b, cell = data.cell(before, metric), data.cell(after, metric), data.transition(before, after).get(metric, {})
    p = p_value(cell.get("p_holm"), cell.get("p_floor"))
    tested = f", p_holm {p if p.startswith(('<', '≤')) else '= ' + p}" if p != "–" else ", not tested"
    limits = interval(cell.get("ci_low"), cell.get("ci_high"), metric)
    delta = number(cell.get("delta"), metric, signed=True)
    return f"{number(a.get('value'), metric)} → {number(b.get('value'), metric)} ({delta}{' ' + limits if limits else ''}{tested})"


def _sign(cell: dict[str, Any] | None) -> int:
    """1 or -1 for a significant change, 0 for none."""
    return (1 if cell["delta"] > 0 else -1) if cell is not None and significant(cell) else 0


def _outside(cell: dict[str, Any] | None) -> int:
    """1 or -1 where the interval of a change leaves 0 out, whatever the test says: absence of proof is not called absence of change."""
    low, high = (cell or {}).get("ci_low"), (cell or {}).get("ci_high")
    return 0 if not (is_number(low) and is_number(high)) else 1 if low > 0 else -1 if high < 0 else 0


def _moves(data: RunData, before: str, after: str, metrics: tuple[str, ...]) -> str:
    """ "Entities and events rose; quantities did not change measurably." over those that were tested."""
    cells = data.transition(before, after)
    tested = [m for m in metrics if is_number(cells.get(m, {}).get("p_holm"))]
    parts = []
    for sign, verb in ((1, "rose"), (-1, "fell"), (0, "did not change measurably")):
        names = [label(m).split(",")[0].lower() for m in tested if _sign(cells[m]) == sign]
        if names:
            parts.append(f"{listing(names)} {verb}")
    return f" {'; '.join(parts)}.".replace("  ", " ").capitalize() if parts else ""


def _upper(text: str) -> str:
    text = text.strip()
    return " " + text[:1].upper() + text[1:] if text else ""


def _gain(data: RunData, keys: dict[str, str]) -> Finding:
    question, a, b = "Did RL improve grounding?", keys["post-sft"], keys["post-rl"]
    metric = leading(data, a, b)
    if metric is None:
        return Finding(question, "unknown", "No semantic metric could be computed for both stages.", "unknown")
    sign = _sign(data.transition(a, b).get(metric))
    sentence = f"{label(metric)}: {change(data, a, b, metric)}.{_upper(_moves(data, a, b, tuple(m + CONTROLLED for m in GROUNDING)))}"
    open_ = sign == 0 and bool(_outside(data.transition(a, b).get(metric)))
    sentence += NOT_ESTABLISHED if open_ else ""
    if metric.startswith("open."):
        # Numbers and names are facts; what they cannot tell is the rest of what is said.
        sentence += ESTIMATED
    elif not metric.startswith(("coverage.", "grounding.")):
        sentence += " The examples carry no gold facts, so grounding itself was not measured; this is the nearest metric there is."
        seen = {1: "perhaps: proxy rose", -1: "perhaps not: proxy fell", 0: "not established" if open_ else "no change seen"}
        return Finding(question, seen[sign], sentence, "unknown")
    answer = {1: "yes", -1: "no: it fell", 0: "not established" if open_ else "no measurable change"}
    return Finding(question, answer[sign], sentence, {1: "good", -1: "bad", 0: "mixed"}[sign])


def _length(data: RunData, keys: dict[str, str]) -> Finding:
    question, a, b = "Did RL make outputs longer?", keys["post-sft"], keys["post-rl"]
    metric = next((m for m in ("verbosity.length_ratio", "verbosity.chars") if is_number(data.cell(b, m).get("value"))), None)
    if metric is None:
        return Finding(question, "unknown", "Lengths were not measured.", "unknown")
    sign = _sign(data.transition(a, b).get(metric))
    sentence = f"{label(metric)}: {change(data, a, b, metric)}."
    ratio = data.cell(b, "verbosity.length_ratio").get("value")
    if is_number(ratio):
        sentence += f" After RL the outputs are {ratio:.1f} times as long as the references."
    source = data.transition(a, b).get("coverage.recall_source")
    if source and is_number(source.get("delta")):
        more = {1: "They also state more", -1: "They state less", 0: "They do not state measurably more"}
        delta = number(source["delta"], "coverage.recall_source", signed=True)
        sentence += f" {more[_sign(source)]} of the source (recall of all source facts {delta})."
    if sign == 0 and (seen := _outside(data.transition(a, b).get(metric))):
        return Finding(question, f"probably {'longer' if seen > 0 else 'shorter'}", sentence + NOT_ESTABLISHED, "mixed")
    return Finding(question, {1: "yes", -1: "no: shorter", 0: "no"}[sign], sentence, {1: "bad", -1: "mixed", 0: "good"}[sign])


def _invention(data: RunData, keys: dict[str, str]) -> Finding:
    question, a, b = "Did RL invent facts?", keys["post-sft"], keys["post-rl"]
    metric = next((m for m in ("coverage.precision", "open.number.precision") if all(is_number(data.cell(k, m).get("value")) for k in (a, b))),
                  "coverage.precision")
    if not all(is_number(data.cell(k, metric).get("value")) for k in (a, b)):
        why = data.cell(b, metric).get("reason") or "precision was not measured"
        return Finding(question, "unknown", f"Unsupported facts cannot be counted: {why}.", "unknown")
    sign = _sign(data.transition(a, b).get(metric))
    what = "items" if metric.startswith("coverage.") else "numbers"
    sentence = f"Share of stated {what} that the source supports: {change(data, a, b, metric)}."
    if sign == 0 and (seen := _outside(data.transition(a, b).get(metric))):
        return Finding(question, "probably " + ("fewer" if seen > 0 else "more"), sentence + NOT_ESTABLISHED, "mixed")
    return Finding(
        question,
        {1: "no: fewer than before", -1: "yes: more than before", 0: "no measurable change"}[sign],
        sentence,
        {1: "good", -1: "bad", 0: "good"}[sign],
    )


def _form(data: RunData, keys: dict[str, str]) -> Finding:
    question, key = "Did recovery restore the length?", keys["post-recovery"]
    cell = data.cell(key, "verbosity.length_ratio")
    if not is_number(cell.get("value")):
        return Finding(question, "unknown", f"No length ratio: {cell.get('reason') or 'not measured'}.", "unknown")
    off = cell["value"] - 1
    before = number(data.cell(keys["post-rl"], "verbosity.length_ratio").get("value"), "verbosity.length_ratio")
    after = (
        f"{number(cell['value'], 'verbosity.length_ratio')} {interval(cell.get('ci_low'), cell.get('ci_high'), 'verbosity.length_ratio')}"
    )
    where = "within" if abs(off) <= NEAR else "not within"
    sentence = f"Length / reference length: {before} after RL, {after} after recovery; {where} {NEAR:.0%} of the reference."
    if abs(off) > NEAR:
        return Finding(question, f"no: {off:+.0%}".replace("-", "\u2212"), sentence, "bad")
    reinforced = data.cell(keys["post-rl"], "verbosity.length_ratio").get("value")
    return Finding(question, NOTHING_LOST if is_number(reinforced) and abs(reinforced - 1) <= NEAR else "yes", sentence, "good")


def _kept(data: RunData, keys: dict[str, str], prefix: str) -> Finding:
    question = "How much of the gain is kept?"
    metric = leading(data, keys["post-sft"], keys["post-rl"], keys["post-recovery"])
    if metric is None:
        return Finding(question, "unknown", "No semantic metric could be computed for all three stages.", "unknown")
    cell = data.summary.get("preservation", {}).get(prefix + metric) or {}
    gained = number(cell.get("kept"), metric, signed=True)
    if not is_number(cell.get("ratio")):
        why = cell.get("reason") or "no preservation ratio"
        return Finding(question, "no ratio", f"{label(metric)}: post-recovery against post-sft {gained}; {why}.", "mixed")
    ratio, low, high = cell["ratio"], cell.get("ci_low"), cell.get("ci_high")
    limits = f" [{_percent(low)}, {_percent(high)}]" if is_number(low) and is_number(high) else ""
    sentence = f"{label(metric)}: {_percent(ratio)}{limits} of what RL added over post-sft is left after recovery ({gained})."
    if _sign(data.transition(keys["post-sft"], keys["post-rl"]).get(metric)) == 0:
        # A share of a gain that is itself not established is no finding, however large it is.
        return Finding(question, "not established", sentence + " The gain itself is not significant after Holm's correction.", "mixed")
    tone = "good" if is_number(low) and low > 0 and ratio >= MOST else "mixed" if ratio > 0 else "bad"
    return Finding(question, _percent(ratio), sentence, tone)


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("-", "\u2212")


def _control(data: RunData, keys: dict[str, str]) -> Finding:
    question, b = "Could the extra epoch alone explain it?", keys["post-recovery"]
    if "post-sft-continued" not in keys:
        why = "There is no control arm (SFT followed by the same extra epoch, without RL) in this run."
        return Finding(question, "unknown", why, "unknown")
    a = keys["post-sft-continued"]
    cells = data.transition(a, b)
    metrics = [m for m in FINAL if is_number(cells.get(m, {}).get("p_holm"))] or [m for m in [leading(data, a, b)] if m and m in cells]
    if not metrics:
        return Finding(question, "unknown", "No semantic metric could be compared with the control arm.", "unknown")
    sentence = "Control arm → post-recovery: " + "; ".join(f"{label(m)} {change(data, a, b, m)}" for m in metrics) + "."
    signs = [_sign(cells[m]) for m in metrics]
    if all(s > 0 for s in signs):
        return Finding(question, "no", sentence + " Recovery after RL beats the same epoch without RL.", "good")
    if any(s > 0 for s in signs):
        return Finding(question, "only in part", sentence, "mixed")
    if any(s < 0 for s in signs):
        return Finding(question, "yes: the control is better", sentence, "bad")
    return Finding(question, "it cannot be ruled out", sentence + " No measurable advantage over the same epoch without RL.", "mixed")


def headline(findings: list[Finding]) -> str:
    """One sentence over the findings, without numbers; empty when there are none."""
    by = {f.question: f for f in findings}
    gain, length = by.get("Did RL improve grounding?"), by.get("Did RL make outputs longer?")
    form, kept, control = (
        by.get("Did recovery restore the length?"),
        by.get("How much of the gain is kept?"),
        by.get("Could the extra epoch alone explain it?"),
    )
    if gain is None or length is None:
        return ""
    grew = {
        "yes": "made outputs longer",
        "no: shorter": "made outputs shorter",
        "no": "left the length of outputs as it was",
        "probably longer": "probably made outputs longer",
        "probably shorter": "probably made outputs shorter",
    }.get(length.answer, "")
    did = {"good": "improved grounding", "bad": "lowered grounding", "mixed": "did not change grounding measurably"}.get(gain.tone)
    if did is None:
        return "Grounding was not measured, so the question of this suite cannot be answered on this input; the other metrics are below."
    text = f"RL {did}{' and ' + grew if grew else ''}"
    if gain.sentence.endswith((ESTIMATED, ESTIMATED + NOT_ESTABLISHED)):
        text = text.replace("grounding", "grounding as far as numbers and names show it (there are no gold facts)")
    if form and kept:
        back = {"good": "brought the length back", "bad": "left a length that is off"}.get(form.tone, "was not measured in length")
        if form.answer == NOTHING_LOST:
            back = "kept the length near the references'"
        text += f"; recovery {back}"
        if gain.tone == "good" and kept.answer.endswith("%"):
            text += f" and kept {kept.answer} of the gain"
    if control and gain.tone == "good":
        text += {
            "good": ", more than the same extra epoch without RL achieves",
            "unknown": "; there is no comparison with a control arm",
        }.get(control.tone, "; the advantage over the same epoch without RL is not established")
    return text + "."
