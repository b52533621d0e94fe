"""Overlap with references: BLEU and chrF2, computed by sacreBLEU from its own per-segment statistics.

Words are cut before sacreBLEU sees the text (`tokenize=none`), because its default 13a cuts at spaces and Thai and Tibetan
have none between words: Thai by PyThaiNLP's newmm, Tibetan into tsheg syllables, Chinese by sacreBLEU's `zh`, everything else
by its `13a`. Texts are compared in NFC and stripped; digits stay as written, as everywhere in sacreBLEU. chrF2 uses no words.
References go to sacreBLEU per stream (the i-th reference of every segment), with None where a segment has fewer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from metrics.segment import WIDTHS, SegmentStats, unscorable
from metrics.version import V

if TYPE_CHECKING:
    from metrics.records import Example

NO_REFERENCE = "no reference"
# A syllable ends at a tsheg; the marks of clause and verse end (shad and its kin) are tokens of their own.
_TIBETAN = re.compile(r"[^\s\u0f0b\u0f0c\u0f0d-\u0f14]+|[\u0f0d-\u0f14]")


def _thai(text: str) -> list[str]:
    from pythainlp.tokenize import word_tokenize

    return [w for token in word_tokenize(text, engine="newmm", keep_whitespace=False) for w in token.split()]


def _tibetan(text: str) -> list[str]:
    return _TIBETAN.findall(text)


def _chinese(text: str) -> list[str]:
    from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

    return TokenizerZh()(text).split()


def _spaced(text: str) -> list[str]:
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    return Tokenizer13a()(text).split()


TOKENIZERS: dict[str, tuple[str, Callable[[str], list[str]]]] = {
    "th": ("newmm", _thai),
    "bo": ("tsheg", _tibetan),
    "zh": ("zh", _chinese),
}
"""language -> (name in the signature, function); every other language uses 13a."""


def _tokenizer(lang: str) -> tuple[str, Callable[[str], list[str]]]:
    return TOKENIZERS.get(lang.split("-")[0].lower(), ("13a", _spaced))


@lru_cache(maxsize=20_000)
def _segmented(text: str, lang: str) -> str:
    return " ".join(_tokenizer(lang)[1](text))


def words(text: str, lang: str) -> list[str]:
    """The words BLEU sees: tokens of `text` for an ISO 639-1 target language. Raises ImportError for Thai without pythainlp."""
    return _segmented(_clean(text), lang).split()


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _streams(references: Sequence[Sequence[str]]) -> list[list[str | None]]:
    """Per-example references -> sacreBLEU's streams: streams[i][j] is the i-th reference of segment j, None where there is none."""
    depth = max(len(r) for r in references)
    return [[r[i] if i < len(r) else None for r in references] for i in range(depth)]


def _tokenizer_version(name: str) -> str:
    if name != "newmm":
        return name
    from importlib.metadata import version

    return f"newmm-pythainlp{version('pythainlp')}"


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

    langs = sorted({_tokenizer(e.target_lang)[0] for e in examples})
    scored = [i for i, e in enumerate(examples) if e.reference]
    depths = {len(examples[i].reference or ()) for i in scored}
    n_refs = "var" if len(depths) > 1 else str(max(depths, default=0))
    out = []
    for combiner in ("bleu", "chrf"):
        name = f"overlap.{combiner}"
        if combiner == "bleu":
            try:
                tokens = "+".join(_tokenizer_version(t) for t in langs)
            except ImportError:
                why = "pythainlp not installed: pip install pythainlp (Thai words for BLEU)"
                out.append(unscorable(name, ids, why, f"{name}|unavailable", True, combiner))
                continue
            settings = f"nrefs:{n_refs}|case:mixed|eff:no|tok:{tokens}|smooth:exp"
        else:
            settings = f"nrefs:{n_refs}|case:mixed|eff:yes|nc:6|nw:0|space:no"
        signature = f"{name}|{V}|{settings}|norm:nfc|version:{__version__}"
        if not scored:
            out.append(unscorable(name, ids, NO_REFERENCE, signature, True, combiner))
            continue

        def prepare(text: str, lang: str, segment: bool = combiner == "bleu") -> str:
            return _segmented(_clean(text), lang) if segment else _clean(text)

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
