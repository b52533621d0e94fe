"""One sentence over the findings of a run: what a careful reader would say, and never the opposite of a number below
it."""

from __future__ import annotations

from benchmark.report.finding import Finding
from benchmark.report.verdict import CONTROL, FINALLY
from benchmark.report.verdict_length import FORM, GAIN, GAMED, KEPT, LENGTH
from benchmark.report.words import listing
from benchmark.report.written import COST, WRITTEN
from metrics.hacking import YES

UNKNOWN = (
    "Grounding was not measured, so the question of this suite cannot be answered on this input; "
    "the other metrics are below."
)
AS_READ = "grounding as far as numbers and names show it (there are no gold facts)"
GREW = {
    "longer": "made outputs longer",
    "shorter": "made outputs shorter",
    "probably longer": "probably made outputs longer",
    "probably shorter": "probably made outputs shorter",
    "same": "left the length of outputs as it was",
    "slight": "hardly changed the length of outputs",
    "uneven": "made lengths uneven (many far too short or too long)",
    "unclear": "may or may not have changed the length of outputs",
}
BACK = {
    "back": "brought the length back",
    "never lost": "kept the length near the references'",
    "off": "left a length that is off",
    "silent": "left a model that writes nothing",
    "uneven": "left lengths that are right only on average",
}
AGAINST = {
    "better": ", more than the same extra epoch without RL achieves",
    "part": "; only part of it is more than the same extra epoch without RL achieves",
    "open": "; the advantage over the same epoch without RL is not established",
    "none": "; no advantage over the same epoch without RL is established",
    "worse": "; the same extra epoch without RL does better",
    "absent": "; there is no comparison with a control arm",
}


def headline(findings: list[Finding]) -> str:
    """One sentence over the findings, with no number but the share that is kept; empty when there is no RL stage among
    them."""
    by = {f.question: f for f in findings}
    gain, length = by.get(GAIN), by.get(LENGTH)
    if gain is None or length is None:
        return ""
    kind = gain.code.removesuffix(" estimated")
    if kind in ("unknown", "proxy"):
        return UNKNOWN
    if kind == "silent":
        return "There is nothing to judge: all outputs after SFT and after RL are empty."
    what = AS_READ if gain.code.endswith(" estimated") else "grounding"
    text = _reinforced(gain, kind, what, by.get(GAMED))
    if grew := GREW.get(length.code):
        text += f"{',' if gain.names and kind != 'up' else ''} and {grew}"
    if (cost := by.get(WRITTEN)) is not None and cost.code == COST:
        text += ", at the cost of their form"
    form, kept, final, control = by.get(FORM), by.get(KEPT), by.get(FINALLY), by.get(CONTROL)
    if form is not None and kept is not None:
        text += _recovered(form, kept, final)
    if control is not None and final is not None and final.code.startswith(("up", "partly up", "mixed")):
        text += AGAINST.get(control.code, "")
    return text + "."


def _reinforced(gain: Finding, kind: str, what: str, gamed: Finding | None) -> str:
    """What RL did to grounding."""
    if gamed is not None and gamed.code == YES:
        fell = listing(gain.names) if kind == "down" and gain.names else "what is independent of it"
        return f"RL gamed its reward: it rose while {fell} fell"
    if kind == "mixed":
        up, down = gain.names
        return f"Mixed: RL raised {up} and lowered {down}" + (
            " (estimated from numbers and names)" if what is AS_READ else ""
        )
    return {
        "up": f"RL improved {what}",
        "partly up": f"RL raised {listing(gain.names)}, not {what} as a whole",
        "down": f"RL lowered {what}" + (f" ({listing(gain.names)})" if gain.names else ""),
        "open": f"RL may have improved {what}, which is not established",
        "open down": f"RL may have lowered {what}, which is not established",
        "unclear": f"RL may or may not have changed {what} (too few documents to tell)",
        "flat": f"RL did not change {what} measurably",
    }[kind]


def _recovered(form: Finding, kept: Finding, final: Finding | None) -> str:
    """What recovery did to length and gain, and where that leaves the model against SFT."""
    parts = [BACK.get(form.code, "was not measured in length")]
    if kept.code == "kept":
        parts.append(f"kept {kept.answer} of the gain")
    elif kept.code in ("lost", "below"):
        parts.append("lost all of the gain" + (", falling below SFT" if kept.code == "below" else ""))
    text = "; recovery " + ", and ".join(parts)
    if final is None or kept.code == "below":
        return text
    end = final.code.removesuffix(" estimated")
    if end == "down":
        return (
            text + "; the final model is worse than after SFT" + (f" in {listing(final.names)}" if final.names else "")
        )
    if end == "mixed":
        up, down = final.names
        return text + f"; against SFT the final model is better in {up} and worse in {down}"
    if kept.code == "no ratio":
        return text + {
            "up": "; the final model is better than after SFT",
            "partly up": f"; against SFT {listing(final.names)} rose",
            "open": "; a gain over SFT is not established",
        }.get(end, "")
    return text
