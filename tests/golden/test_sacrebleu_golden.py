"""Our corpus and sentence values are sacreBLEU's, to 1e-9, on real and on random text."""

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF

from metrics.overlap import score_overlap, words
from metrics.records import Example
from metrics.segment import COMBINERS

ENGLISH = [
    ("The dog bit the man.", ["The dog bit the man.", "The dog had bit the man."]),
    ("It wasn't surprising.", ["It was not unexpected.", "No one was surprised."]),
    ("The man had just bitten him.", ["The man bit him first.", "The man had bitten the dog."]),
]


def stats_of(pairs, lang):
    examples = [Example(f"e{i}", "x", tuple(refs), None, "zh", lang) for i, (_, refs) in enumerate(pairs)]
    return {s.metric: s for s in score_overlap(examples, [hyp for hyp, _ in pairs])}


def streams(pairs, cut):
    depth = max(len(refs) for _, refs in pairs)
    return [[cut(refs[i]) if i < len(refs) else None for _, refs in pairs] for i in range(depth)]


def test_the_examples_of_sacrebleus_own_readme():
    # The README of sacreBLEU 2.6.0 prints two decimals: BLEU 48.53, chrF2 59.73, and 29.44 with one reference taken
    # away.
    found = stats_of(ENGLISH, "en")
    assert f"{found['overlap.bleu'].value():.2f}" == "48.53"
    assert f"{found['overlap.chrf'].value():.2f}" == "59.73"
    fewer = [(ENGLISH[0][0], ENGLISH[0][1][1:]), *ENGLISH[1:]]
    assert f"{stats_of(fewer, 'en')['overlap.bleu'].value():.2f}" == "29.44"


def random_pairs(lang, rng, n=30):
    letters = {"th": "กขคงจฉชาิีุูเแโ ", "bo": "ཀཁགང་་་།", "zh": "中国人大学天地", "en": "abc de. "}[lang]
    pairs = []
    for _ in range(n):
        ref = "".join(rng.choice(list(letters), rng.integers(3, 60)))
        hyp = "".join(c if rng.random() < 0.8 else rng.choice(list(letters)) for c in ref)[: rng.integers(0, 60)]
        more = ["".join(rng.choice(list(letters), 20))] if rng.random() < 0.4 else []
        pairs.append((hyp.strip(), [ref.strip() or "x", *[m.strip() or "x" for m in more]]))
    return pairs


@pytest.mark.parametrize("lang", ["th", "bo", "zh", "en"])
@pytest.mark.parametrize("seed", range(4))
def test_corpus_values_are_sacrebleus(lang, seed):
    pairs = random_pairs(lang, np.random.default_rng(seed))
    found = stats_of(pairs, lang)

    def cut(text):
        return " ".join(words(text, lang))

    bleu = BLEU(tokenize="none", force=True).corpus_score([cut(h) for h, _ in pairs], streams(pairs, cut)).score
    chrf = CHRF().corpus_score([h for h, _ in pairs], streams(pairs, str)).score
    assert found["overlap.bleu"].value() == pytest.approx(bleu, abs=1e-9)
    assert found["overlap.chrf"].value() == pytest.approx(chrf, abs=1e-9)


def test_chinese_and_english_words_are_sacrebleus_own_tokenizers():
    for lang, name in (("zh", "zh"), ("en", "13a")):
        pairs = random_pairs(lang, np.random.default_rng(9))
        theirs = BLEU(tokenize=name, force=True).corpus_score([h for h, _ in pairs], streams(pairs, str)).score
        assert stats_of(pairs, lang)["overlap.bleu"].value() == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("lang", ["th", "en"])
def test_sentence_values_are_sacrebleus(lang):
    pairs = random_pairs(lang, np.random.default_rng(1))
    found = stats_of(pairs, lang)
    bleu, chrf = BLEU(tokenize="none", force=True, effective_order=True), CHRF()
    for i, (hyp, refs) in enumerate(pairs):
        theirs = bleu.sentence_score(" ".join(words(hyp, lang)), [" ".join(words(r, lang)) for r in refs]).score
        assert found["overlap.bleu"].sentence_values()[i] == pytest.approx(theirs, abs=1e-9)
        assert found["overlap.chrf"].sentence_values()[i] == pytest.approx(
            chrf.sentence_score(hyp, refs).score, abs=1e-9
        )


@pytest.mark.parametrize("seed", range(50))
def test_the_vectorised_formula_is_compute_bleu_on_any_counts(seed):
    rng = np.random.default_rng(seed)
    total = np.sort(rng.integers(0, 12, 4))[::-1]
    correct = np.minimum(rng.integers(0, 9, 4), total)
    hyp_len, ref_len = int(total[0]), int(rng.integers(1, 15))
    theirs = BLEU.compute_bleu(correct.tolist(), total.tolist(), hyp_len, ref_len, smooth_method="exp").score
    ours = COMBINERS["bleu"](np.array([hyp_len, ref_len, *correct, *total], dtype=float))
    assert float(ours) == pytest.approx(theirs, abs=1e-9)
