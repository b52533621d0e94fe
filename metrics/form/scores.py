"""form.fluency and form.headline: how an output is written, whatever it says.

Fluency of a text = sound x fresh x glued, each in 0..1 and 1 (or nearly) for gold:

- sound = 1 / (1 + ln(1 + exp(e - 2)) / 4), e = (gold's mean - the text's mean ln P per character) / gold's spread;
- fresh = ((1 - what is said again) / (1 - gold's))^8, at most 1; said again: the share of 8-character pieces that
  stood in the text before. A language model finds a sentence as good the second time as the first;
- glued = 1 - (1 - g) min(1, 2 (1 - sound)), g = share of words that are neither names nor events / gold's, from 0.1 to
  1. A list of names has none of them, and where it is odd besides, nothing joins it.

Gold is what held-out texts of the model's own world are like (titles, or passages for long outputs); with a model that
the user names, what the references of the file are like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.form import grams, shape
from metrics.form.known import Gold, Known, known, languages
from metrics.languages import code, language
from metrics.normalise import equal_form, tidy
from metrics.records import Example, Generation
from metrics.segment import SegmentStats, from_values, unscorable
from metrics.version import UNAVAILABLE, V
from metrics.words import segmenter, words

FLUENCY, HEADLINE = "form.fluency", "form.headline"
STRANGE = 0.2
"""References with more unseen pieces than this are from elsewhere: nothing is said of texts about them. Held-out gold
has at most .02, real news .44 (Tibetan), .78 (Thai) and .97 (Chinese; docs/metrics.md)."""
SLACK, SOFT, POWER, LEAST = 2.0, 4.0, 8, 0.1
CUT_AT_CAP = "length"
PASSAGES = "the references are passages, no titles"


@dataclass(frozen=True)
class Read:
    """Texts of one language, read once."""

    sound: np.ndarray
    """(n,) mean ln P per character."""
    end: np.ndarray
    """(n,) ln P of the end."""
    again: np.ndarray
    """(n,) share of pieces that were there before."""
    glue: np.ndarray
    """(n,) share of words that are no names."""


def read_texts(texts: Sequence[str], model: Known) -> Read:
    """What fluency and headline rest on."""
    made = grams.block([grams.read(text) for text in texts])
    sound, end = grams.per_text(made, model.grams)
    again = shape.repeated(made, grams.hashes(made, grams.ORDER)[-1], grams.ORDER)
    glue = np.array([shape.glue_share(words(equal_form(text), model.lang), model.glue) for text in texts])
    return Read(sound, end, again, glue)


def joined(read: Read, gold: Sequence[Gold]) -> np.ndarray:
    """(n,) sound x glued, in 0..1: whether the words of a text make a whole, whatever it says again."""
    mean, spread, glue = (np.array([getattr(g, name) for g in gold]) for name in ("mean", "spread", "glue"))
    heard = sound(read.sound, mean, spread)
    bare = 1 - np.clip(read.glue / glue, LEAST, 1.0)
    return heard * (1 - bare * np.minimum(1.0, 2 * (1 - heard)))


def fluency(read: Read, gold: Sequence[Gold]) -> np.ndarray:
    """(n,) in 0..1, from what a text is like and what gold of its kind is like."""
    again = np.array([g.repeated for g in gold])
    return joined(read, gold) * np.minimum((1 - read.again) / (1 - again), 1.0) ** POWER


def sound(found: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """(n,) in 0..1: falls with every spread that a text lies below gold's mean; never level, so that of two texts the
    likelier one always has more."""
    return 1 / (1 + np.logaddexp(0, (mean - found) / spread - SLACK) / SOFT)


def why_not(examples: Sequence[Example], lang: str) -> str | None:
    """Why the shipped model says nothing of texts in `lang` about these examples (all with this target language); None
    where it does.

    Decided by the references, or where there are none by the sources; never by the outputs.
    """
    if known(lang) is None:
        return f"unsupported: no language model of {lang} is shipped (there are {', '.join(languages())}); {_HOW}"
    held = [r for e in examples for r in e.reference or ()]
    what, model = "references", known(lang)
    if not held:
        sources = {code(e.source_lang) for e in examples}
        what, model = "sources", known(next(iter(sources))) if len(sources) == 1 else None
        held = [e.source for e in examples]
    if model is None:
        return f"unsupported: without references nothing tells whether the shipped model of {lang} knows them; {_HOW}"
    rate = grams.strange(grams.block([grams.read(text) for text in held]), model.grams, model.piece)
    if rate is None or rate <= STRANGE:
        return None
    return (
        f"unsupported: the shipped model of {model.lang} knows generated news alone; it never saw {rate:.0%} of the "
        f"{what}' pieces of {model.piece} characters (at most {STRANGE:.0%}); {_HOW}"
    )


_HOW = "name a language model (--set score.fluency=HUB_ID_OR_FOLDER)"


def score_form(
    examples: Sequence[Example], texts: Sequence[str], generations: Sequence[Generation] | None = None
) -> list[SegmentStats]:
    """form.fluency and form.headline of one system by the shipped models. Lengths must agree (ValueError).

    An output without a letter has 0 in both: it is not written at all. Texts about examples from elsewhere have no
    value.
    """
    ids = [e.id for e in examples]
    n = len(ids)
    fluent: list[float | None] = [None] * n
    title: list[float | None] = [None] * n
    reasons: list[str | None] = [None] * n
    no_title: list[str | None] = [None] * n
    signed = []
    capped = [made.finish_reason == CUT_AT_CAP for made in generations] if generations is not None else [False] * n
    langs = [code(e.target_lang) for e, _, _ in zip(examples, texts, capped, strict=True)]
    for key in sorted(set(langs)):
        at = [i for i, lang in enumerate(langs) if lang == key]
        own = [examples[i] for i in at]
        why, model = why_not(own, key), known(key)
        if why is not None or model is None:
            for i in at:
                reasons[i] = no_title[i] = why
            continue
        outputs = [texts[i] for i in at]
        found = read_texts(outputs, model)
        sizes = [len(equal_form(text)) for text in outputs]
        gold = [model.gold(size) for size in sizes]
        told, title_like = fluency(found, gold), joined(found, [model.title] * len(at)) >= model.joined
        low, high = _lengths(own, model)
        whole = title_like & (found.end >= model.end) & (found.again <= model.title.repeated)
        for j, i in enumerate(at):
            written = any(map(str.isalpha, outputs[j]))
            fluent[i] = float(told[j]) if written else 0.0
            if _passages(own, model):
                no_title[i] = PASSAGES
                continue
            fits = low <= sizes[j] <= high and not capped[i]
            title[i] = float(written and fits and bool(whole[j]) and plain_title(outputs[j]))
        signed.append(f"{key}:{model.sha256[:12]}:{segmenter(language(key).words)}")
    return [
        _metric(FLUENCY, ids, fluent, reasons, signed),
        _metric(HEADLINE, ids, title, no_title, signed),
    ]


def plain_title(text: str) -> bool:
    """Whether a raw text has no mark of a list and says nothing twice on the spot."""
    return not shape.marked_list(text) and not shape.stutters(tidy(text))


def _metric(
    name: str, ids: Sequence[str], values: Sequence[float | None], reasons: Sequence[str | None], signed: Sequence[str]
) -> SegmentStats:
    common = reasons[0] if reasons and len(set(reasons)) == 1 else None
    if common is not None:
        return unscorable(name, ids, common, f"{name}{UNAVAILABLE}", True)
    return from_values(name, ids, values, f"{name}|{V}|norm:surface|lm:{'+'.join(signed)}", True, reasons)


def _passages(examples: Sequence[Example], model: Known) -> bool:
    """Whether references are too long for titles."""
    sizes = [len(tidy(e.reference[0])) for e in examples if e.reference]
    return bool(sizes) and float(np.median(sizes)) > model.limits[0]


def _lengths(examples: Sequence[Example], model: Known) -> tuple[int, int]:
    """Code points of gold titles: of the model's own and of the references."""
    sizes = [len(tidy(r)) for e in examples for r in e.reference or ()]
    return min([model.lengths[0], *sizes]), max([model.lengths[1], *sizes])
