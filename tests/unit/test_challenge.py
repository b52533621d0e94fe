"""The challenge set keeps its promises: every category, minimal pairs, answers that hold, deterministic, held out."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest

from benchmark.reward.challenge import N_CANDIDATES, build, padding_series
from benchmark.reward.damage import CATEGORIES
from benchmark.reward.phrases import phrases, pinyin, romanise, spell
from benchmark.tasks.newswire.articles import body
from benchmark.tasks.newswire.frames import SLOT, load_frames
from benchmark.tasks.newswire.splits import BUCKETS, _hash, article_stream
from metrics.errors import UserError
from metrics.inventory import Inventory
from metrics.normalise import normalise

SLUGS = [
    "entity_person",
    "entity_organisation",
    "entity_place",
    "number",
    "date",
    "event",
    "negation",
    "role_swap",
    "omission_1",
    "omission_2",
    "omission_half",
    "hallucination",
    "padding_repeat",
    "padding_filler",
    "word_salad",
    "copy_source",
    "copy_half",
    "wrong_language",
    "wrong_script",
    "transliteration",
    "truncated",
    "empty",
    "other_article",
    "other_article_hard",
    "prompt_injection",
    "denial",
    "reversed_predicate",
    "swapped_unit",
    "near_name",
    "doubled_role",
    "invented_clause",
]
N = 8


@pytest.fixture(scope="module")
def both():
    return build(("th", "bo"), N)


def test_every_category_of_the_contract_is_full_in_both_languages(both):
    assert list(CATEGORIES) == SLUGS
    found = Counter((p.target_lang, p.category) for p in both.pairs)
    assert found == {(lang, slug): N for lang in ("th", "bo") for slug in SLUGS}
    assert len({p.id for p in both.pairs}) == len(both.pairs)


def test_two_hundred_pairs_of_each_can_be_made_and_each_is_of_another_article():
    pairs = build(("th",), 200).pairs
    assert Counter(p.category for p in pairs) == dict.fromkeys(SLUGS, 200)
    for slug in SLUGS:
        assert len({p.source for p in pairs if p.category == slug}) == 200


def test_no_text_is_right_in_one_pair_and_wrong_in_another(both):
    right = {(p.source, normalise(p.better)) for p in both.pairs}
    assert not right & {(p.source, normalise(p.worse)) for p in both.pairs}
    assert not {p.source for p in both.pairs if p.target_lang == "th"} & {
        p.source for p in both.pairs if p.target_lang == "bo"
    }


def test_the_attacks_on_metrics_are_seen_by_the_fact_metrics_whatever_a_reward_makes_of_them(both):
    """Each worse text has something unsupported, or states less."""
    for lang in ("th", "bo"):
        examples = [e for (_, own), e in both.examples.items() if own == lang]
        inventory, of = Inventory(examples), {e.source: e for e in examples}
        for p in both.pairs:
            if p.target_lang == lang and p.category in SLUGS[-6:]:
                better, worse = (inventory.align(of[p.source], text) for text in (p.better, p.worse))
                assert not better.unsupported and (worse.unsupported or sum(worse.stated) < sum(better.stated)), p


def test_it_is_deterministic_and_the_seed_matters():
    a, b, c = (build(("th",), 3, seed) for seed in (0, 0, 1))
    assert [p.as_dict() for p in a.pairs] == [p.as_dict() for p in b.pairs]
    assert [p.worse for p in a.pairs] != [p.worse for p in c.pairs]


def test_its_articles_are_of_no_split_and_no_training_corpus(both):
    stories = {}
    for article in article_stream("challenge", True):
        stories[body(article, "zh")] = article.signature
        if len(stories) > 150:
            break
    known = [stories[p.source] for p in both.pairs if p.source in stories]
    assert known
    assert all(_hash(s) % 1000 in BUCKETS["challenge"] for s in known)


def test_right_texts_state_nothing_unsupported(both):
    for lang in ("th", "bo"):
        examples = [e for (_, own), e in both.examples.items() if own == lang]
        inventory = Inventory(examples)
        of = {e.source: e for e in examples}
        for p in both.pairs:
            if p.target_lang == lang and p.category not in (
                "date",
            ):  # months are numbers in Tibetan surfaces that nobody else uses
                assert not inventory.align(of[p.source], p.better).unsupported, p


def test_a_changed_fact_is_changed_and_the_rest_is_kept(both):
    for p in both.pairs:
        if p.category in ("entity_person", "entity_organisation", "entity_place", "date", "number"):
            old, new = p.changed.split(" → ")
            assert new not in p.better or old not in p.worse, p
            assert abs(len(p.better) - len(p.worse)) < 60, p
        if p.category == "number" and p.target_lang == "th":
            better, worse = (re.sub(r"[\d.]+\s*(ล้าน)?\s*", "#", text) for text in (p.better, p.worse))
            assert better == worse, p


def _amount(text):
    """What a Thai or Tibetan amount of money is worth, from its digits and its word of scale."""
    scale = next((times for word, times in (("ล้าน", 10**6), ("དུང་ཕྱུར", 10**8), ("ཁྲི", 10**4)) if word in text), 1)
    return round(float(re.search(r"[\d.]+", text)[0]) * scale)


def test_a_number_is_wrong_by_a_digit_by_its_scale_or_by_its_era():
    for lang, eras in (("th", {543, -543}), ("bo", {543})):
        kinds = Counter()
        for p in (p for p in build((lang,), 60).pairs if p.category == "number"):
            old, new = (re.sub(r"\D", "", x) for x in p.changed.split(" → "))
            if p.fact_type == "date":
                kinds["era"] += 1
                assert int(new) - int(old) in eras, p
            elif p.severity == "critical":
                kinds["scale"] += 1
                assert p.fact_type == "money" and new.strip("0") == old.strip("0"), p
                before, after = map(_amount, p.changed.split(" → "))
                assert after / before in (10, 100, 10**4, 10**-4), p
                kinds["wan and yi"] += after / before in (10**4, 10**-4)
            else:
                kinds["digit"] += len(old) == len(new) and sum(a != b for a, b in zip(old, new, strict=True)) == 1
        assert min(kinds["era"], kinds["scale"], kinds["digit"]) >= 5 and kinds["wan and yi"] >= 3, kinds


def test_lengths_go_with_the_damage(both):
    for p in both.pairs:
        if p.category.startswith("padding") or p.category in ("hallucination", "copy_source"):
            assert len(p.worse) > len(p.better) or p.category == "copy_source"
        if p.category in ("truncated", "empty"):
            assert len(p.worse) < len(p.better)


def test_symmetric_relations_are_not_swapped():
    pairs = [p for p in build(("th",), 60).pairs if p.category == "role_swap"]
    symmetric = [event for f in load_frames() if f.symmetric for event in f.event["th"]]
    assert symmetric
    assert not any(event in p.better for p in pairs for event in symmetric)


def test_retrieval_lists_have_hard_distractors(both):
    assert both.queries
    for q in both.queries:
        assert len(q.candidates) == len(set(q.candidates)) == N_CANDIDATES
        assert sum(q.relevance) == 2
        assert q.relevance[0] == 0
        assert q.relevance[-1] == 1


def test_the_padding_series_adds_words_only(both):
    series = padding_series(both.pairs, 6)
    assert len(series) == 6
    for source, lang, texts in series:
        assert all(b.startswith(a) and len(b) > len(a) for a, b in pairwise(texts))
        example = both.examples[source, lang]
        found = {Inventory([example]).align(example, t).n_stated for t in texts}
        assert len(found) == 1


def test_every_title_character_can_be_spelled_and_romanised():
    for frame in load_frames():
        for form in frame.title["zh"]:
            for char in SLOT.sub("", form):
                assert not "\u4e00" <= char <= "\u9fff" or char in pinyin()
                assert not re.search("[\u4e00-\u9fff]", spell(char, "th") + spell(char, "bo"))
    assert re.fullmatch(r"[ -~]+", romanise("ยื่นฟ้อง ๒๕"))
    assert "25" in romanise("๒๕")
    assert not re.search("[\u0f00-\u0fff]", romanise("རིན་གོང་"))
    assert set(phrases()["vague"]["th"]) == set(phrases()["vague"]["bo"])


def test_an_unknown_language_is_a_user_error():
    with pytest.raises(UserError, match="no challenge set for the target language 'de'"):
        build(("de",), 2)
