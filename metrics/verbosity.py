"""How much an output says and in what form: lengths, density of facts, repetition, foreign script, truncation.

None of these is better when larger or smaller as such, except repetition, wrong script and truncation (lower is
better). Lengths are code points of the output as `metrics.normalise.tidy` leaves it (NFC, nothing invisible, one space
for any white space).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metrics.languages import language
from metrics.ngrams import distinct_ngrams
from metrics.normalise import equal_form, tidy
from metrics.records import Example, Generation
from metrics.scripts import count_letters, scripts_of
from metrics.segment import SegmentStats, from_values, unscorable
from metrics.version import V
from metrics.words import segmenter, units

REPETITION_ORDER = 4


def tokens(text: str, lang: str) -> list[str]:
    """The units whose 4-grams are counted (`metrics.words.units`), of a text as it was written."""
    return units(equal_form(text), lang)


def repetition(units: Sequence[str], order: int = REPETITION_ORDER) -> float:
    """1 - distinct / total n-grams (paper, eq. 6: the reward's p_rep has the same form); 0 for a text too short to have
    one."""
    grams = [tuple(units[i : i + order]) for i in range(len(units) - order + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def _ratio(
    metric: str,
    ids: Sequence[str],
    rows: Sequence[tuple[float, float] | None],
    missing: Sequence[str | None],
    signature: str,
    higher_is_better: bool | None,
    undefined: str,
) -> SegmentStats:
    """A pooled ratio; rows of None carry the reason at the same place in `missing`; `undefined` says why a sum of 0
    gives nothing."""
    reasons = tuple(why if row is None else None for row, why in zip(rows, missing, strict=True))
    known = [row for row in rows if row is not None]
    if not known or not sum(row[1] for row in known):
        common = sorted({why for why in reasons if why is not None})
        return unscorable(
            metric, ids, common[0] if not known and common else undefined, signature, higher_is_better, "ratio"
        )
    return SegmentStats(
        metric, tuple(ids), np.array([row or (0.0, 0.0) for row in rows]), "ratio", reasons, signature, higher_is_better
    )


def score_verbosity(
    examples: Sequence[Example],
    texts: Sequence[str],
    generations: Sequence[Generation | None] | None,
    facts_stated: Sequence[int | None] | None,
) -> list[SegmentStats]:
    """verbosity.* of one system.

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
    ids = [example.id for example in examples]
    texts = [tidy(text) for _, text in zip(examples, texts, strict=True)]
    chars = [float(len(text)) for text in texts]
    langs = sorted({language(example.target_lang).id for example in examples})

    def sign(name: str, detail: str = "") -> str:
        return f"verbosity.{name}|{V}|norm:tidy{detail}"

    references = [float(len(tidy(example.reference[0]))) if example.reference else None for example in examples]
    ratios = [None if r is None else (c, r) for c, r in zip(chars, references, strict=True)]
    stated = facts_stated if facts_stated is not None else [None] * len(ids)
    density = [None if n is None else (100.0 * n, c) for n, c in zip(stated, chars, strict=True)]

    foreign: list[tuple[float, float] | None] = []
    no_script: list[str | None] = []
    for example, text in zip(examples, texts, strict=True):
        scripts = scripts_of(example.target_lang)
        foreign.append(None if scripts is None else count_letters(text, scripts))
        no_script.append(f"no script known for language {language(example.target_lang).id}")

    finished = [
        None if made is None else made.finish_reason
        for made in (generations if generations is not None else [None] * len(ids))
    ]
    truncated = [None if finish is None else float(finish == "length") for finish in finished]
    distinct, total = distinct_ngrams(
        [tokens(t, e.target_lang) for e, t in zip(examples, texts, strict=True)], REPETITION_ORDER
    )
    repeats = np.where(total > 0, 1 - distinct / np.maximum(total, 1), 0.0).tolist()
    cut = "+".join(sorted({segmenter(language(lang).units) for lang in langs}))
    return [
        from_values("verbosity.chars", ids, chars, sign("chars"), None),
        _ratio(
            "verbosity.length_ratio",
            ids,
            ratios,
            ["no reference"] * len(ids),
            sign("length_ratio", "|ref:1"),
            None,
            "the references are empty",
        ),
        _ratio(
            "verbosity.facts_per_100_chars",
            ids,
            density,
            ["no gold facts"] * len(ids),
            sign("facts_per_100_chars"),
            None,
            "all outputs are empty",
        ),
        from_values(
            "verbosity.repetition", ids, repeats, sign("repetition", f"|n:{REPETITION_ORDER}|units:{cut}"), False
        ),
        _ratio(
            "verbosity.wrong_script",
            ids,
            foreign,
            no_script,
            sign("wrong_script", "|langs:" + "+".join(langs)),
            False,
            "no output holds a letter",
        ),
        from_values(
            "verbosity.truncated",
            ids,
            truncated,
            sign("truncated"),
            False,
            ["finish_reason is not known" if value is None else None for value in truncated],
        ),
    ]
