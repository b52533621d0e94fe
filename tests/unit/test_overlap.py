"""BLEU and chrF2: the right words for the language, references per stream, corpus scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics import overlap
from metrics.errors import UserError
from metrics.overlap import score_overlap, words
from metrics.records import Example

TH = ["ตำรวจจับกุมผู้ต้องหาสามคนที่กรุงเทพ", "บริษัทประกาศผลกำไรไตรมาสแรก", "นายกรัฐมนตรีเยือนปักกิ่งวันจันทร์", "ฝนตกหนักทำให้น้ำท่วมเชียงใหม่"]


def example(i, reference, lang="th"):
    refs = None if reference is None else (reference,) if isinstance(reference, str) else tuple(reference)
    return Example(f"e{i}", "新闻", refs, None, "zh", lang)


def score(references, texts, lang="th"):
    return {s.metric: s for s in score_overlap([example(i, r, lang) for i, r in enumerate(references)], texts)}


def test_the_reference_itself_scores_100_in_every_language():
    others = {"bo": ["བོད་ཀྱི་རིག་གནས་དར་སྤེལ་གཏོང་བ།"], "zh": ["警方在曼谷逮捕三人"], "en": ["Police arrested three people."]}
    for lang, refs in {"th": TH, **others}.items():
        found = score(refs, refs, lang)
        assert found["overlap.bleu"].value() == pytest.approx(100)
        assert found["overlap.chrf"].value() == pytest.approx(100)


def test_thai_and_tibetan_are_cut_into_words_and_syllables():
    assert len(words(TH[0], "th")) > 5
    assert "".join(words(TH[0], "th")) == TH[0]
    assert words("བོད་ཀྱི་རིག་གནས།", "bo") == ["བོད", "ཀྱི", "རིག", "གནས", "།"]
    assert words("中国2024年", "zh") == ["中", "国", "2024", "年"]
    assert words("Hello, world.", "en") == ["Hello", ",", "world", "."]


def test_the_signature_names_the_tokenizer_and_the_versions():
    found = score(TH, TH)
    assert "tok:newmm-pythainlp" in found["overlap.bleu"].signature
    assert "version:2." in found["overlap.bleu"].signature
    assert "nc:6|nw:0" in found["overlap.chrf"].signature
    assert "tok" not in found["overlap.chrf"].signature
    assert "tok:tsheg" in score(["བོད"], ["བོད"], "bo")["overlap.bleu"].signature


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(4)))
def test_permuting_examples_changes_no_corpus_score_and_degrading_any_one_output_lowers_it(order):
    base, moved = score(TH, TH), score([TH[i] for i in order], [TH[i] for i in order])
    for name in base:
        assert moved[name].value() == base[name].value()
        worse = score(TH, [t[:4] if i == order[0] else t for i, t in enumerate(TH)])
        assert worse[name].value() < base[name].value()


def test_the_second_reference_counts_for_its_own_segment_only():
    two = [[TH[1], TH[0]], [TH[1]], [TH[2]], [TH[3]]]
    assert score(two, TH)["overlap.bleu"].value() == pytest.approx(100)
    crossed = score([[TH[1]], [TH[1], TH[0]], [TH[2]], [TH[3]]], TH)
    assert crossed["overlap.bleu"].value() < 90
    assert "nrefs:var" in crossed["overlap.bleu"].signature


def test_a_segment_without_a_reference_is_unscored_and_no_reference_at_all_is_null():
    found = score([TH[0], None], TH[:2])["overlap.chrf"]
    assert found.n_scored == 1
    assert found.reasons == (None, "no reference")
    assert found.value() == pytest.approx(100)
    for s in score([None, None], TH[:2]).values():
        assert s.value() is None
        assert s.reason == "no reference"
        assert np.isnan(s.sentence_values()).all()
    assert [s.value() for s in score_overlap([], [])] == [None, None]


def test_silence_scores_0_not_null():
    for s in score(TH, [""] * 4).values():
        assert s.value() == 0
        assert s.n_scored == 4


def test_composed_and_decomposed_texts_are_the_same_text():
    for s in score(["caf\u00e9 noir au lait"], ["cafe\u0301 noir au lait"], "fr").values():
        assert s.value() == pytest.approx(100)


def test_without_pythainlp_thai_bleu_is_null_with_the_pip_line_and_chrf_stays(monkeypatch):
    def absent(name):
        raise UserError("Thai words need pythainlp, which is not installed; run: pip install pythainlp")

    monkeypatch.setattr(overlap, "segmenter", absent)
    found = score(TH, TH)
    assert found["overlap.bleu"].value() is None
    assert "pip install pythainlp" in found["overlap.bleu"].reason
    assert found["overlap.chrf"].value() == pytest.approx(100)


def test_a_text_for_every_example():
    with pytest.raises(ValueError, match="1 texts for 4"):
        score(TH, ["x"])
