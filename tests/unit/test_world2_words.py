"""World 2 in its languages: names, frames, forms, numbers, cases."""

from __future__ import annotations

import re

import pytest

from benchmark.tasks import load_task
from benchmark.tasks.newswire.frames import slots_of
from benchmark.tasks.newswire.particles import fused
from benchmark.tasks.newswire.values import LANGUAGES
from benchmark.tasks.newswire.world2 import values
from benchmark.tasks.newswire.world2.frames import load_frames, shared
from benchmark.tasks.newswire.world2.lexicon import names
from benchmark.tasks.newswire.world2.values import figures
from metrics.inventory import Inventory


@pytest.mark.parametrize("type_", ["person", "organisation", "place"])
def test_names_are_unique_and_their_kinds_are_those_that_frames_ask_for(type_: str) -> None:
    for lang in LANGUAGES:
        surfaces = [s for n in names(type_) for s in n.value.surfaces[lang]]
        assert len(surfaces) == len(set(surfaces))
        assert all(s == s.strip() and not s.endswith("་") for s in surfaces)
    kinds = {n.kind for n in names(type_) if n.core}
    slots = [s for f in load_frames() for s in (*f.slots.values(), *f.brief_slots.values())]
    slots += [s for group in shared().values() for text in group for s in text.slots.values()]
    for slot in slots:
        if slot.type == type_:
            assert set(slot.kinds) <= {n.kind for n in names(type_)}
            assert set(slot.kinds) & kinds or not slot.kinds


def test_every_frame_is_well_formed() -> None:
    assert len(load_frames()) >= 20
    for frame in load_frames():
        assert 3 <= len(frame.salient) <= 4, frame.id
        for lang in LANGUAGES:
            assert len(set(frame.title[lang])) >= 6, frame.id
            for form in frame.title[lang]:
                assert slots_of(form) == set(frame.salient), (frame.id, form)
                assert any(e in form for e in frame.event[lang]), (frame.id, form)
            for clause in (*frame.clauses, frame.brief):
                assert all(slots_of(form) == set(clause.slots) for form in clause.forms[lang]), (frame.id, clause)
                assert clause.role != "event" or all(any(e in f for e in frame.event[lang]) for f in clause.forms[lang])
        told = {s for c in frame.clauses if c.role == "news" for s in c.slots}
        for lead in (c for c in frame.clauses if c.role == "event"):
            assert set(frame.salient) <= told | set(lead.slots), frame.id
            assert not set(frame.salient) <= set(lead.slots), f"{frame.id}: one sentence must not tell everything"
        assert set(frame.slots) == {s for c in frame.clauses for s in c.slots}, frame.id


def test_shared_sentences_use_their_slots_in_every_form() -> None:
    for kind, texts in shared().items():
        for text in texts:
            wanted = {"correct": {"label", "x", "not_x"}, "deny": set(), "extra": set()}.get(kind, {"c"})
            for lang in LANGUAGES:
                assert all(slots_of(form) == set(text.slots) | wanted for form in text.forms[lang]), text


def test_each_language_writes_numbers_in_its_own_ways() -> None:
    people = {"zh": ["{n}人"], "th": ["{n} คน"], "bo": ["མི་{n}"]}
    big = values.quantity(12000, people)
    assert big.surfaces["zh"] == ("1.2万人", "12000人", "12,000人")
    assert big.surfaces["th"][:3] == ("12,000 คน", "1.2 หมื่นคน", "12000 คน")
    assert big.surfaces["bo"] == ("མི་ཁྲི་1.2", "མི་12000", "མི་12,000")
    assert [big.n_forms[lang] for lang in LANGUAGES] == [2, 2, 2]
    assert "1.2 พันคน" in values.quantity(1200, people).surfaces["th"]
    assert values.money(340_000_000, "CNY").surfaces["zh"] == ("3.4亿元",)
    assert values.money(3_400_000_000, "THB").surfaces["th"][:2] == ("3,400 ล้านบาท", "3.4 พันล้านบาท")
    assert values.money(50_000, "THB").surfaces["th"][0] == "50,000 บาท"
    assert values.money(340_000_000, "CNY").surfaces["bo"][0] == "མི་དམངས་ཤོག་སྒོར་དུང་ཕྱུར་3.4"
    assert values.quantity(62, {lang: ["{n}"] for lang in LANGUAGES}, 1).surfaces["zh"] == ("6.2",)
    assert figures(values.quantity(12000, people)) == {"12"}


@pytest.mark.parametrize(
    ("word", "genitive", "ergative"),
    [
        ("ལྷ་ས", "ལྷ་སའི", "ལྷ་སས"),
        ("ཀུང་སི", "ཀུང་སིའི", "ཀུང་སིས"),
        ("པེ་ཅིན", "པེ་ཅིན་གྱི", "པེ་ཅིན་གྱིས"),
        ("སྨན་ཁང", "སྨན་ཁང་གི", "སྨན་ཁང་གིས"),
        ("པུའུ", "པུའུའི", "པུའུས"),
        ("དགའ", "དགའི", "དགས"),
        ("མི་12", "མི་12་ཀྱི", "མི་12་ཀྱིས"),
    ],
)
def test_tibetan_cases_are_fused_to_open_syllables(word: str, genitive: str, ergative: str) -> None:
    assert (fused(word, "g"), fused(word, "e")) == (genitive, ergative)


def test_case_forms_written_apart_are_accepted_as_well() -> None:
    examples = load_task("newswire-title-bo@2").load("test", 120)
    inventory = Inventory(examples)
    changed = 0
    for example in examples:
        title = example.reference[0]
        apart = re.sub(r"(ཀུང་སི)འི(?=་)", r"\1་ཡི", re.sub(r"(ཀུང་སི)ས(?=་)", r"\1་ཡིས", title))
        changed += apart != title
        aligned = inventory.align(example, apart)
        assert all(told for f, told in zip(example.facts, aligned.stated, strict=True) if f.salient), apart
    assert changed > 20
