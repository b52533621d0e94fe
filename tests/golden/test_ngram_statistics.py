"""The statistics counted in arrays are sacreBLEU's own, integer by integer, on any texts and any number of
references."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.metrics.helpers import extract_all_char_ngrams

from metrics import ngrams, overlap_counts
from metrics.ngrams import distinct_ngrams
from metrics.overlap_counts import bleu_statistics, chrf_statistics
from metrics.verbosity import repetition

LETTERS = {
    "few": "ab ",
    "thai": "กขคงจชาิีุูเแโ้่ ",
    "many": "".join(map(chr, range(0x4E00, 0x4E00 + 3000))) + " ",
    "beyond": "a𐍈😀\U0001f9d1 \U00020000",
}
TEXTS = st.sampled_from(sorted(LETTERS)).flatmap(
    lambda kind: st.lists(st.text(LETTERS[kind], max_size=25), min_size=2, max_size=4)
)
SEGMENTS = st.lists(TEXTS, min_size=1, max_size=5)


def theirs_bleu(output: str, references: Sequence[str]) -> list[float]:
    score = BLEU(tokenize="none", force=True, effective_order=True).sentence_score(output, list(references))
    return [score.sys_len, score.ref_len, *score.counts, *score.totals]


def theirs_chrf(output: str, reference: str) -> list[float]:
    row: list[float] = []
    for mine, own in zip(
        extract_all_char_ngrams(output, 6, False), extract_all_char_ngrams(reference, 6, False), strict=True
    ):
        row += [mine.total() if own else 0, own.total(), (mine & own).total()]
    return row


@settings(max_examples=150, deadline=None)
@given(SEGMENTS)
def test_bleu_counts_and_lengths(segments: list[list[str]]) -> None:
    outputs, references = [own[0] for own in segments], tuple(tuple(own[1:]) for own in segments)
    found = bleu_statistics(outputs, references, ["spaces"] * len(outputs))
    assert found.tolist() == [theirs_bleu(o, own) for o, own in zip(outputs, references, strict=True)]


@settings(max_examples=150, deadline=None)
@given(SEGMENTS)
def test_chrf_counts_of_the_best_reference(segments: list[list[str]]) -> None:
    outputs, references = [own[0] for own in segments], tuple(tuple(own[1:]) for own in segments)
    found = chrf_statistics(outputs, references)
    for row, output, own in zip(found.tolist(), outputs, references, strict=True):
        scores = [CHRF().sentence_score(output, [reference]).score for reference in own]
        assert row == theirs_chrf(output, own[scores.index(max(scores))])


@pytest.mark.parametrize("kind", sorted(LETTERS))
def test_whole_files_over_several_blocks(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks change nothing, nor does the renumbering that many different n-grams ask for."""
    rng = np.random.default_rng(0)
    letters = list(LETTERS[kind])
    texts = ["".join(rng.choice(letters, rng.integers(0, 60))) for _ in range(400)]
    outputs = texts[:200]
    # One reference that shares long pieces with the output, and in two of three segments another that shares little.
    close = [f"{o[len(o) // 2 :]}{o[: len(o) // 2]}" for o in outputs]
    references = tuple(
        (near, far) if i % 3 else (near,) for i, (near, far) in enumerate(zip(close, texts[200:], strict=True))
    )
    whole = bleu_statistics(outputs, references, ["spaces"] * 200), chrf_statistics(outputs, references)
    assert whole[0].tolist() == [theirs_bleu(o, own) for o, own in zip(outputs, references, strict=True)]
    monkeypatch.setattr(ngrams, "BLOCK", 7)
    assert np.array_equal(bleu_statistics(outputs, references, ["spaces"] * 200), whole[0])
    assert np.array_equal(chrf_statistics(outputs, references), whole[1])
    monkeypatch.setattr(overlap_counts, "_LONG", 100)
    assert np.array_equal(chrf_statistics(outputs, references), whole[1])
    monkeypatch.setattr(ngrams, "KEY_BITS", 34)
    overlap_counts._word_index.cache_clear()
    overlap_counts._character_index.cache_clear()
    assert np.array_equal(bleu_statistics(outputs, references, ["spaces"] * 200), whole[0])
    assert np.array_equal(chrf_statistics(outputs, references), whole[1])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcde"), max_size=30), max_size=6), st.integers(1, 5))
def test_distinct_ngrams_are_those_of_a_set(rows: list[list[str]], order: int) -> None:
    distinct, total = distinct_ngrams(rows, order)
    shares = [1 - d / t if t else 0.0 for d, t in zip(distinct.tolist(), total.tolist(), strict=True)]
    assert shares == [repetition(row, order) for row in rows]


@settings(max_examples=100, deadline=None)
@given(SEGMENTS)
def test_n_grams_sorted_once_count_as_those_of_each_order(segments: list[list[str]]) -> None:
    outputs, references = [own[0] for own in segments], tuple(tuple(own[1:]) for own in segments)
    kinds, found = ["spaces"] * len(outputs), []
    for plain in (False, True):
        with pytest.MonkeyPatch.context() as patched:
            if plain:
                patched.setattr(ngrams.Coder, "fits", False)
            overlap_counts._word_index.cache_clear()
            overlap_counts._character_index.cache_clear()
            found.append((bleu_statistics(outputs, references, kinds), chrf_statistics(outputs, references)))
    assert all(map(np.array_equal, *found))


def test_wrong_shapes_are_faults() -> None:
    with pytest.raises(ValueError, match="2 outputs for 1"):
        chrf_statistics(["a", "b"], (("a",),))
    with pytest.raises(ValueError, match="without a reference"):
        chrf_statistics(["a"], ((),))
    assert chrf_statistics([], ()).shape == (0, 18)
    assert bleu_statistics([], (), []).shape == (0, 10)


@pytest.fixture(autouse=True)
def _words_by_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    from metrics import words

    monkeypatch.setitem(words.TOKENIZERS, "spaces", str.split)
