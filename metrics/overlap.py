"""Overlap with references: BLEU and chrF2, computed by sacreBLEU from its own per-segment statistics.

Words are cut before sacreBLEU sees the text (`tokenize=none`), because its default 13a cuts at spaces and Thai and Tibetan have none between
words: `metrics.words` has the words of each language. Texts are compared in `metrics.normalise.equal_form`. chrF2 uses no words.
References go to sacreBLEU per stream (the i-th reference of every segment), with None where a segment has fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from metrics.errors import UserError
from metrics.languages import language
from metrics.normalise import equal_form
from metrics.segment import WIDTHS, SegmentStats, unscorable
from metrics.version import V
from metrics.words import segmenter
from metrics.words import words as cut_words

if TYPE_CHECKING:
    from metrics.records import Example

NO_REFERENCE = "no reference"


def words(text: str, lang: str) -> list[str]:
    """The words that BLEU sees, of a text as it was written. Raises UserError for an unknown language code, or for Thai without pythainlp."""
    return list(cut_words(equal_form(text), lang))


def _streams(references: Sequence[Sequence[str]]) -> list[list[str | None]]:
    """Per-example references -> sacreBLEU's streams: streams[i][j] is the i-th reference of segment j, None where there is none."""
    depth = max(len(r) for r in references)
    return [[r[i] if i < len(r) else None for r in references] for i in range(depth)]


def _statistics(
    combiner: str, hypotheses: Sequence[str], references: Sequence[Sequence[str]]
) -> np.ndarray:
    """(n, k) sacreBLEU statistics of already cleaned (BLEU: segmented) texts."""
    from sacrebleu.metrics import BLEU, CHRF

    # `force` silences the warning about tokenised input: here it is tokenised on purpose.
    metric = BLEU(tokenize="none", force=True) if combiner == "bleu" else CHRF(word_order=0)
    rows = metric._extract_corpus_statistics(hypotheses, _streams(references))  # type: ignore[arg-type]
    if len(rows) != len(hypotheses):
        raise ValueError(f"sacreBLEU returned {len(rows)} rows for {len(hypotheses)} segments")
    return np.array(rows, dtype=np.float64)


def score_overlap(examples: Sequence[Example], texts: Sequence[str]) -> list[SegmentStats]:
    """overlap.bleu and overlap.chrf (0..100) of `texts`, aligned with `examples`.

    A segment without a reference is unscored ("no reference"); without any the metric is null. The corpus values equal
    `sacrebleu.corpus_score` on the same (segmented) texts. Raises ValueError when the lengths differ.
    """
    ids = [e.id for e in examples]
    if len(texts) != len(ids):
        raise ValueError(f"{len(texts)} texts for {len(ids)} examples")
    from sacrebleu import __version__

    cuts = sorted({language(e.target_lang).words for e in examples})
    scored = [i for i, e in enumerate(examples) if e.reference]
    depths = {len(examples[i].reference or ()) for i in scored}
    n_refs = "var" if len(depths) > 1 else str(max(depths, default=0))
    out = []
    for combiner in ("bleu", "chrf"):
        name = f"overlap.{combiner}"
        if combiner == "bleu":
            try:
                tokens = "+".join(segmenter(cut) for cut in cuts)
            except UserError as error:
                out.append(unscorable(name, ids, str(error), f"{name}|unavailable", True, combiner))
                continue
            settings = f"nrefs:{n_refs}|case:mixed|eff:no|tok:{tokens}|smooth:exp"
        else:
            settings = f"nrefs:{n_refs}|case:mixed|eff:yes|nc:6|nw:0|space:no"
        signature = f"{name}|{V}|{settings}|norm:equal|version:{__version__}"
        if not scored:
            out.append(unscorable(name, ids, NO_REFERENCE, signature, True, combiner))
            continue

        def prepare(text: str, lang: str, segment: bool = combiner == "bleu") -> str:
            text = equal_form(text)
            return " ".join(cut_words(text, lang)) if segment else text

        rows = _statistics(
            combiner,
            [prepare(texts[i], examples[i].target_lang) for i in scored],
            [[prepare(r, examples[i].target_lang) for r in examples[i].reference or ()] for i in scored],
        )
        stats = np.zeros((len(ids), WIDTHS[combiner]))
        stats[scored] = rows
        reasons = tuple(None if e.reference else NO_REFERENCE for e in examples)
        out.append(SegmentStats(name, tuple(ids), stats, combiner, reasons, signature, True))
    return out
