"""Overlap with references: BLEU and chrF2, equal to sacreBLEU's in every digit.

Texts are compared in `metrics.normalise.equal_form`. Words are those of `metrics.words`, because sacreBLEU's default
13a cuts at spaces, and Thai and Tibetan have none between words; chrF2 uses no words. The statistics are counted in
`metrics.overlap_counts`, all segments at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from metrics.blocks import Column, Reasons, absent, finished
from metrics.errors import UserError
from metrics.languages import language
from metrics.normalise import equal_form
from metrics.outline import Outline
from metrics.overlap_counts import bleu_statistics, chrf_statistics
from metrics.segment import WIDTHS, SegmentStats
from metrics.version import UNAVAILABLE, V
from metrics.words import segmenter
from metrics.words import words as cut_words

if TYPE_CHECKING:
    from metrics.records import Example

NO_REFERENCE = "no reference"


_reference_form = lru_cache(maxsize=32_768)(equal_form)


@cache
def _sacrebleu_version() -> str:
    """Of what is installed; importing sacreBLEU to ask takes a quarter of a second."""
    from importlib.metadata import version

    return version("sacrebleu")


def words(text: str, lang: str) -> list[str]:
    """The words that BLEU sees, of a text as it was written. Raises UserError for an unknown language code, or for Thai
    without pythainlp."""
    return list(cut_words(equal_form(text), lang))


def measure_overlap(examples: Sequence[Example], texts: Sequence[str], outline: Outline) -> list[Column]:
    """overlap.bleu and overlap.chrf (0..100) of `texts`, aligned with `examples`. outline: of the whole examples file.

    A segment without a reference is unscored ("no reference"); without any the metric is null. The corpus values equal
    `sacrebleu.corpus_score` on the same (segmented) texts. Raises ValueError when the lengths differ.
    """
    n = len(examples)
    if len(texts) != n:
        raise ValueError(f"{len(texts)} texts for {n} examples")
    version = _sacrebleu_version()
    cuts = sorted({language(lang).words for lang in outline.targets})
    scored = np.array([bool(e.reference) for e in examples], dtype=bool)
    at = np.flatnonzero(scored).tolist()
    outputs = [equal_form(texts[i]) for i in at]
    references = tuple(tuple(_reference_form(r) for r in examples[i].reference or ()) for i in at)
    kinds = [language(examples[i].target_lang).words for i in at]
    n_refs = "var" if len(outline.depths) > 1 else str(max(outline.depths, default=0))
    reasons = Reasons.none(n).where(~scored, NO_REFERENCE)
    out = []
    for combiner in ("bleu", "chrf"):
        name = f"overlap.{combiner}"
        if combiner == "bleu":
            try:
                tokens = "+".join(segmenter(cut) for cut in cuts)
            except UserError as error:
                out.append(absent(name, n, str(error), f"{name}{UNAVAILABLE}", combiner))
                continue
            settings = f"nrefs:{n_refs}|case:mixed|eff:no|tok:{tokens}|smooth:exp"
        else:
            settings = f"nrefs:{n_refs}|case:mixed|eff:yes|nc:6|nw:0|space:no"
        signature = f"{name}|{V}|{settings}|norm:equal|version:{version}"
        stats = np.zeros((n, WIDTHS[combiner]))
        if at:
            stats[scored] = (
                bleu_statistics(outputs, references, kinds)
                if combiner == "bleu"
                else chrf_statistics(outputs, references)
            )
        out.append(Column(name, stats, reasons, combiner, signature, True, NO_REFERENCE))
    return out


def score_overlap(examples: Sequence[Example], texts: Sequence[str]) -> list[SegmentStats]:
    """overlap.bleu and overlap.chrf of one system: `measure_overlap` over all its segments."""
    return finished(measure_overlap(examples, texts, Outline.of(examples)), [e.id for e in examples])
