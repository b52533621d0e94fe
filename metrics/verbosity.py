"""How much an output says and in what form: lengths, density of facts, repetition, foreign script, truncation.

None of these is better when larger or smaller as such, except repetition, wrong script and truncation (lower is
better). Lengths are code points of the output as `metrics.normalise.tidy` leaves it (NFC, nothing invisible, one space
for any white space).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from metrics.blocks import Column, Reasons, finished, from_numbers
from metrics.languages import language
from metrics.ngrams import distinct_ngrams
from metrics.normalise import equal_form, tidy
from metrics.records import Example, Generation
from metrics.scripts import letters_of, scripts_of
from metrics.segment import SegmentStats
from metrics.version import V
from metrics.words import segmenter, units

REPETITION_ORDER = 4


def tokens(text: str, lang: str) -> list[str]:
    """The units whose 4-grams are counted (`metrics.words.units`), of a text as it was written."""
    return units(equal_form(text), lang)


@lru_cache(maxsize=32_768)
def _reference_length(text: str) -> float:
    return float(len(tidy(text)))


def repetition(units: Sequence[str], order: int = REPETITION_ORDER) -> float:
    """1 - distinct / total n-grams (paper, eq. 6: the reward's p_rep has the same form); 0 for a text too short to have
    one."""
    grams = [tuple(units[i : i + order]) for i in range(len(units) - order + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def _ratio(
    metric: str,
    rows: np.ndarray,
    reasons: Reasons,
    signature: str,
    higher_is_better: bool | None,
    undefined: str,
) -> Column:
    """A pooled ratio of (n, 2) rows; `undefined` says why a sum of 0 gives nothing."""
    rows = np.where(reasons.scored[:, None], rows, 0.0)
    return Column(metric, rows, reasons, "ratio", signature, higher_is_better, undefined)


def _missing(n: int, at: np.ndarray, reason: str) -> Reasons:
    return Reasons.none(n).where(at, reason)


def measure_verbosity(
    examples: Sequence[Example],
    texts: Sequence[str],
    generations: Sequence[Generation | None] | None,
    facts_stated: Sequence[int | None] | None,
    targets: Sequence[str],
) -> list[Column]:
    """verbosity.* of some segments. targets: the target languages of the whole file.

    texts: one output per example, in order. generations: the same outputs with their finish reasons, or None when
    unknown (the gold references, for one). facts_stated: per example the number of its facts that the output states
    (from `metrics.coverage.facts_stated`), or None when there are no gold facts. Lengths must agree (ValueError).

    - verbosity.chars: mean code points; length_ratio: sum of them / sum over the first references
    - facts_per_100_chars: 100 * facts stated / code points, pooled
    - repetition: mean over segments of 1 - distinct/total 4-grams of `tokens`
    - wrong_script: letters outside the target language's script / letters, pooled; a language of unknown script is
      unscorable
    - truncated: share of outputs with finish_reason "length"; unscorable where it is unknown
    """
    n = len(examples)
    texts = [tidy(text) for _, text in zip(examples, texts, strict=True)]
    chars = np.array([len(text) for text in texts], dtype=np.float64)
    langs = sorted({language(lang).id for lang in targets})

    def sign(name: str, detail: str = "") -> str:
        return f"verbosity.{name}|{V}|norm:tidy{detail}"

    references = np.array([_reference_length(e.reference[0]) if e.reference else -1.0 for e in examples])
    stated = facts_stated if facts_stated is not None else [None] * n
    facts = np.array([-1 if found is None else found for _, found in zip(examples, stated, strict=True)])

    foreign = np.zeros((n, 2))
    no_script: list[str | None] = [None] * n
    by_lang: dict[str, list[int]] = {}
    for i, example in enumerate(examples):
        by_lang.setdefault(example.target_lang, []).append(i)
    for lang, at in by_lang.items():
        scripts = scripts_of(lang)
        if scripts is not None:
            foreign[at] = letters_of([texts[i] for i in at], scripts)
        for i in at if scripts is None else ():
            no_script[i] = f"no script known for language {language(lang).id}"

    made = generations if generations is not None else [None] * n
    finished_by = [None if one is None else one.finish_reason for one in made]
    unknown = np.array([finish is None for finish in finished_by], dtype=bool)
    truncated = np.array([finish == "length" for finish in finished_by], dtype=np.float64)
    distinct, total = distinct_ngrams(
        [tokens(t, e.target_lang) for e, t in zip(examples, texts, strict=True)], REPETITION_ORDER
    )
    repeats = np.where(total > 0, 1 - distinct / np.maximum(total, 1), 0.0)
    cut = "+".join(sorted({segmenter(language(lang).units) for lang in langs}))
    return [
        from_numbers("verbosity.chars", chars, Reasons.none(n), sign("chars"), None),
        _ratio(
            "verbosity.length_ratio",
            np.column_stack((chars, references)),
            _missing(n, references < 0, "no reference"),
            sign("length_ratio", "|ref:1"),
            None,
            "the references are empty",
        ),
        _ratio(
            "verbosity.facts_per_100_chars",
            np.column_stack((100.0 * facts, chars)),
            _missing(n, facts < 0, "no gold facts"),
            sign("facts_per_100_chars"),
            None,
            "all outputs are empty",
        ),
        from_numbers(
            "verbosity.repetition",
            repeats,
            Reasons.none(n),
            sign("repetition", f"|n:{REPETITION_ORDER}|units:{cut}"),
            False,
        ),
        _ratio(
            "verbosity.wrong_script",
            foreign,
            Reasons.of(no_script),
            sign("wrong_script", "|langs:" + "+".join(langs)),
            False,
            "no output holds a letter",
        ),
        from_numbers(
            "verbosity.truncated",
            truncated,
            _missing(n, unknown, "finish_reason is not known"),
            sign("truncated"),
            False,
        ),
    ]


def score_verbosity(
    examples: Sequence[Example],
    texts: Sequence[str],
    generations: Sequence[Generation | None] | None,
    facts_stated: Sequence[int | None] | None,
) -> list[SegmentStats]:
    """verbosity.* of one system: `measure_verbosity` over all its segments."""
    targets = sorted({example.target_lang for example in examples})
    columns = measure_verbosity(examples, texts, generations, facts_stated, targets)
    return finished(columns, [example.id for example in examples])
