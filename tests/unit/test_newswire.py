"""The newswire world keeps its promises: size of the inventory, disjoint splits, held-out parts, facts that gold
states."""

from __future__ import annotations

import re
from itertools import islice

import pytest

from benchmark.data.userdata import check_disjoint
from benchmark.tasks import load_task
from benchmark.tasks.newswire import corpora, gold, particles, splits, values
from benchmark.tasks.newswire.frames import SLOT, load_frames, shared_sentences, slots_of
from benchmark.tasks.newswire.values import LANGUAGES
from metrics.inventory import Inventory
from metrics.normalise import normalise

SCRIPT = {
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "bo": re.compile(r"[\u0f00-\u0fff]"),
}


def test_inventory_is_as_large_as_promised():
    count = {
        t: (len(values.lexicon(t)), sum(e.core for e in values.lexicon(t))) for t in ("person", "organisation", "place")
    }
    assert count["person"][0] >= 80 and count["person"][1] >= 30
    assert count["organisation"][0] >= 60 and count["organisation"][1] >= 24
    assert count["place"][0] >= 150 and count["place"][1] >= 40
    frames = load_frames()
    assert len(frames) >= 25 and sum(f.core for f in frames) >= 15
    assert len({f.domain for f in frames}) >= 8


@pytest.mark.parametrize("type_", ["person", "organisation", "place"])
def test_lexicon_surfaces_are_unique_and_in_their_script(type_):
    for lang in LANGUAGES:
        surfaces = [s for e in values.lexicon(type_) for s in e.value.surfaces[lang]]
        assert len(surfaces) == len(set(surfaces))
        assert all(SCRIPT[lang].search(s) and s == s.strip() and not s.endswith("་") for s in surfaces)


def test_country_names_are_those_of_cldr():
    import csv

    from babel import Locale

    with (values.DATA / "places.tsv").open(encoding="utf-8") as stream:
        rows = [r for r in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if r["cldr"]]
    assert len(rows) >= 12
    for row in rows:
        for lang in ("zh", "th"):
            assert Locale(lang).territories[row["cldr"]] in {row[lang], *row[f"{lang}_aliases"].split("|")}


def test_every_frame_is_well_formed():
    for frame in load_frames():
        assert sum(s.role == "lead" for s in frame.sentences) == 1
        assert 2 <= len(frame.salient) <= 4, frame.id
        lead = next(s for s in frame.sentences if s.role == "lead")
        assert len(lead.forms["zh"]) >= 3 and len(frame.title["th"]) >= 3
        for lang in LANGUAGES:
            for form in frame.title[lang]:
                assert slots_of(form) == set(frame.salient), (frame.id, form)
            for form in (*frame.title[lang], *lead.forms[lang]):
                assert any(e in SLOT.sub("", form) or e in form for e in frame.event[lang]), (frame.id, form)
            for sentence in frame.sentences:
                assert all(slots_of(form) == set(sentence.slots) for form in sentence.forms[lang]), (
                    frame.id,
                    sentence.forms[lang],
                )
        assert set(frame.salient) <= set(lead.slots), frame.id
    for sentence, slots in shared_sentences():
        assert all(slots_of(form) == set(slots) for lang in LANGUAGES for form in sentence.forms[lang])


def test_articles_have_the_promised_shape():
    for core, low, high in ((True, 4, 6), (False, 4, 10)):
        for article in islice(splits.article_stream("test", core), 60):
            assert low <= len(article.lines) <= high
            assert 6 <= len(gold.facts(article, "th")) <= 14
            assert 3 <= sum(f.salient for f in gold.facts(article, "th")) <= 6


def test_splits_are_disjoint_and_deduplicated():
    seen: dict[str, str] = {}
    for split in splits.BUCKETS:
        for article in islice(splits.article_stream(split, True), 80):
            assert seen.setdefault(article.signature, split) == split
    sizes = {"para": 300, "src": 3000, "dev": 200, "test": 500}
    found = {split: load_task("newswire-title").load(split, n) for split, n in sizes.items()}
    assert {split: len(examples) for split, examples in found.items()} == sizes
    check_disjoint(found)  # raises for the same source twice, within a split or in two
    ids = [e.id for examples in found.values() for e in examples]
    assert len(set(ids)) == len(ids)


def test_sizes_do_not_change_what_a_split_begins_with():
    task = load_task("newswire-title")
    assert task.load("test", 5) == task.load("test", 20)[:5]


def test_d_para_never_shows_what_is_held_out_and_others_do():
    held = splits.held_out()

    def shown(split: str) -> set[tuple[str, str]]:
        out = set()
        for a in islice(splits.article_stream(split, True), 250):
            out.add(("frame", a.frame.id))
            for line in a.lines:
                out |= {(x.type, x.key) for x in line.values.values()}
            out |= {
                ("pair", f"{a.frame.id}/{x.key}")
                for x in a.values.values()
                if x.type in ("person", "organisation", "place")
            }
        return out

    assert not shown("para") & held
    for split in ("src", "test", "base"):
        found = shown(split) & held
        assert {kind for kind, _ in found} == {"person", "organisation", "place", "frame", "pair"}


@pytest.mark.parametrize(
    "name", ["newswire-title", "newswire-title-full", "newswire-short", "newswire-title-bo", "newswire-long"]
)
def test_gold_states_every_salient_fact_and_nothing_else(name):
    examples = load_task(name).load("test", 12 if name == "newswire-long" else 150)
    inventory = Inventory(examples)
    for example in examples:
        alignment = inventory.align(example, example.reference[0])
        missing = [f for f, stated in zip(example.facts, alignment.stated, strict=True) if f.salient and not stated]
        assert not missing, (example.reference, missing)
        assert not alignment.unsupported, (example.reference, alignment.unsupported)


def test_long_passages_are_long():
    assert all(len(e.source) > 500 for e in load_task("newswire-long").load("dev", 5))


def test_sources_state_their_facts_in_chinese():
    for example in load_task("newswire-title").load("test", 60):
        text = normalise(example.source)
        for fact in example.facts:
            if fact.type != "relation":
                assert any(normalise(s) in text for s in fact.source), (example.source, fact)


@pytest.mark.parametrize(
    ("word", "particle"),
    [("པེ་ཅིན", "གྱི"), ("ལྷ་ས", "ཡི"), ("ཁང", "གི"), ("བོད", "ཀྱི"), ("འགྲོ", "ཡི"), ("རྒྱལ་ཁབ", "ཀྱི"), ("ཐག", "གི"), ("ཡུལ", "གྱི")],
)
def test_tibetan_genitive_agrees_with_the_final_letter(word, particle):
    assert particles.genitive(word) == particle
    assert particles.ergative(word) == particle + "ས"


def test_money_is_the_same_amount_in_every_language():
    value = values.money(37, "yi", "USD")
    assert (
        value.surfaces["zh"][0].startswith("37亿")
        and value.surfaces["th"][0].startswith("3700 ล้าน")
        and "དུང་ཕྱུར་37" in value.surfaces["bo"][0]
    )
    assert values.money(80, "wan", "THB").surfaces["th"][0] == "800000 บาท"
    assert values.year(2024).surfaces["th"][0] == "ปี 2567"


def test_base_corpus_holds_what_d_para_leaves_out():
    text = " ".join(c for row in islice(corpora.base(), 1500) for c in row["completions"])
    for type_, key in splits.held_out():
        if type_ in ("person", "organisation", "place"):
            entry = next(e for e in values.lexicon(type_) if e.value.key == key)
            assert not entry.core or entry.value.surfaces["th"][0] in text, (type_, key)


def test_short_units_are_right_first_and_wrong_once_or_more_after():
    """Every wrong text has a marked error that the right one has not; what the source says there is named."""
    seen = set()
    for row in islice(corpora.reranker(), 40):
        for unit in row["units"]:
            right, *wrong = unit["candidates"]
            assert right["clean"] and all(ok for _, _, ok, _ in right["checks"])
            assert all(true in right["text"] for _, _, _, true in right["checks"] if true)
            for candidate in wrong:
                errors = [(type_, true) for _, type_, ok, true in candidate["checks"] if not ok]
                assert errors and not candidate["clean"] and candidate["text"] != right["text"]
                assert candidate["label"] < right["label"]
                seen |= {type_ for type_, _ in errors}
                assert all(true is None or true in right["text"] for _, true in errors)
    assert {"person", "organisation", "place", "event", "quantity", "percentage", "money", "date"} <= seen


def test_judged_candidates_carry_the_truth():
    for row in islice(corpora.reranker(), 20):
        clean, broken = row["candidates"][0], row["candidates"][1]
        assert all(ok for _, _, ok, _ in clean["checks"])
        # no error is planted where the inventory has nothing left to plant (two courts, both in the article)
        assert clean["label"] > broken["label"] or all(ok for _, _, ok, _ in broken["checks"])
        for candidate in row["candidates"]:
            assert 0 < candidate["label"] < 1
            assert all(0 < end <= len(candidate["text"]) for end, _, _, _ in candidate["checks"])
