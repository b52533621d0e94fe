"""form.*: how an output is written, whatever it says."""

from __future__ import annotations

from metrics.blocks import Column, finished
from metrics.declared import Family, Metric
from metrics.form import FLUENCY, HEADLINE
from metrics.scoring import Scoring
from metrics.segment import SegmentStats


def measure(scoring: Scoring) -> list[Column] | None:
    """Both metrics of a block; null on texts that no known language model knows. None where a causal model is named:
    it is held against all references."""
    if scoring.means.fluency is not None:
        return None
    from metrics.form.scores import measure_form

    return measure_form(scoring.examples, scoring.texts, scoring.generations, scoring.outline.form)


def score(scoring: Scoring) -> list[SegmentStats]:
    """Both metrics of one system."""
    if scoring.means.fluency is not None:
        from metrics.form.causal import score_causal

        return score_causal(scoring.examples, scoring.texts, scoring.generations, scoring.means.fluency)
    return finished(measure(scoring) or [], scoring.ids)


FAMILY = Family(
    "form",
    {"form": "Form"},
    score,
    (
        Metric(
            FLUENCY,
            "Fluency",
            True,
            "How likely the output is as a text of its language, held against gold texts: about .95 for gold, .3 for "
            "two words exchanged, under .1 for a list of keywords. Nothing is said of real text unless a language "
            "model is named (score.fluency).",
            "mean of sound x fresh x glued: sound = 1 / (1 + ln(1 + e^(z - 2)) / 4), z = (gold's mean - ln P per "
            "character) / gold's spread; fresh = (share not said before / gold's)^8; glued = 1 - (1 - g) min(1, "
            "2 (1 - sound)), g = words that are no names / gold's, .1 to 1",
            "what is said: a fluent lie is fluent; good sentences in words that the news it was made from lacks count "
            "as odd; two sentences that do not belong together",
            needs=("language model",),
            short="fluency",
            places=("key", "sum", "board", "pool"),
        ),
        Metric(
            HEADLINE,
            "In title form",
            True,
            "Share of the outputs that are written as one title: no list, nothing said twice, no word cut off, of a "
            "length that gold has.",
            "mean of [sound x glued as gold's last 200th; no marks of a list; no repetition beyond gold's; ends where "
            "a title may end, not at the token cap; length within that of gold titles]",
            "what the title says; styles of title that the references do not have",
            needs=("language model",),
            short="title form",
            places=("key", "pool"),
        ),
    ),
    apart=True,
    measure=measure,
)
