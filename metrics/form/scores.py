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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.blocks import Column, Reasons, absent, finished, from_numbers
from metrics.form import FLUENCY, HEADLINE, grams, shape
from metrics.form.held import Held, held_of
from metrics.form.known import Gold, Known
from metrics.languages import code, language
from metrics.normalise import equal_form, tidy
from metrics.records import Example, Generation
from metrics.segment import SegmentStats
from metrics.version import UNAVAILABLE, V
from metrics.words import segmenter, words

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
    parts = [_read(texts[first:end], model) for first, end in grams.portions(texts)]
    if not parts:
        return Read(*(np.zeros(0) for _ in range(4)))
    return Read(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _read(texts: Sequence[str], model: Known) -> tuple[np.ndarray, ...]:
    made = grams.block([grams.read(text) for text in texts])
    sound, end = grams.per_text(made, model.grams)
    again = shape.repeated(made, made.hashed[-1], grams.ORDER)
    glue = np.array([shape.glue_share(words(equal_form(text), model.lang), model.glue) for text in texts])
    return sound, end, again, glue


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


def model_for(examples: Sequence[Example], lang: str) -> Known | None:
    """The shipped model for texts about examples that all have this target language; None where none knows them."""
    held = Held(lang)
    held.add(examples)
    return held.model if held.why_not() is None else None


def measure_form(
    examples: Sequence[Example],
    texts: Sequence[str],
    generations: Sequence[Generation] | None,
    held: Mapping[str, Held],
) -> list[Column]:
    """form.fluency and form.headline of some segments by the shipped models. held: target language -> what the whole
    file is like. Lengths must agree (ValueError).

    An output without a letter has 0 in both: it is not written at all. Texts about examples from elsewhere have no
    value.
    """
    n = len(examples)
    fluent, title = np.zeros(n), np.zeros(n)
    capped = [made.finish_reason == CUT_AT_CAP for made in generations] if generations is not None else [False] * n
    langs = [code(e.target_lang) for e, _, _ in zip(examples, texts, capped, strict=True)]
    why, no_title, signed = {}, {}, []
    for key, own in held.items():
        why[key], model = own.why_not(), own.model
        passages = model is not None and own.passages(model)
        no_title[key] = why[key] or (PASSAGES if passages else None)
        if why[key] is not None or model is None:
            continue
        signed.append(f"{key}:{model.sha256[:12]}:{segmenter(language(key).words)}")
        at = [i for i, lang in enumerate(langs) if lang == key]
        if not at:
            continue
        outputs = [texts[i] for i in at]
        found = read_texts(outputs, model)
        sizes = [len(equal_form(text)) for text in outputs]
        told = fluency(found, [model.gold(size) for size in sizes])
        title_like = joined(found, [model.title] * len(at)) >= model.joined
        low, high = own.lengths(model)
        whole = title_like & (found.end >= model.end) & (found.again <= model.title.repeated)
        for j, i in enumerate(at):
            written = any(map(str.isalpha, outputs[j]))
            fluent[i] = float(told[j]) if written else 0.0
            if not passages:
                fits = low <= sizes[j] <= high and not capped[i]
                title[i] = float(written and fits and bool(whole[j]) and plain_title(outputs[j]))
    return [
        _column(FLUENCY, fluent, [why[lang] for lang in langs], why, signed),
        _column(HEADLINE, title, [no_title[lang] for lang in langs], no_title, signed),
    ]


def score_form(
    examples: Sequence[Example], texts: Sequence[str], generations: Sequence[Generation] | None = None
) -> list[SegmentStats]:
    """form.fluency and form.headline of one system: `measure_form` over all its segments."""
    return finished(measure_form(examples, texts, generations, held_of(examples)), [e.id for e in examples])


def _column(
    name: str,
    values: np.ndarray,
    reasons: Sequence[str | None],
    of_file: Mapping[str, str | None],
    signed: Sequence[str],
) -> Column:
    """of_file: language -> why none of its texts has a value, of the whole file."""
    kinds = set(of_file.values())
    if len(kinds) == 1 and (common := next(iter(kinds))) is not None:
        return absent(name, len(values), common, f"{name}{UNAVAILABLE}")
    signature = f"{name}|{V}|norm:surface|lm:{'+'.join(signed)}"
    return from_numbers(name, values, Reasons.of(reasons), signature, True)


def plain_title(text: str) -> bool:
    """Whether a raw text has no mark of a list and says nothing twice on the spot."""
    return not shape.marked_list(text) and not shape.stutters(tidy(text))
