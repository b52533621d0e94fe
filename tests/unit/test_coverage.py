"""Coverage and grounding: hand-computed values, and what must hold whatever the outputs are."""

from __future__ import annotations

import random

import pytest
from facts_world import CHIANG_MAI, COURT, MARCH, RAIN, WORLD, example, outputs
from hypothesis import given
from hypothesis import strategies as st

from metrics.coverage import CONTROLLED, align_all, facts_stated, score_facts
from metrics.cutting import cut_to_reference
from metrics.inventory import Inventory
from metrics.records import Example, Fact
from metrics.segment import SegmentStats

INVENTORY = Inventory(WORLD)


def scores(
    texts: list[str], examples: list[Example] = WORLD, inventory: Inventory = INVENTORY
) -> dict[str, SegmentStats]:
    return {score.metric: score for score in score_facts(examples, texts, inventory)}


def values(
    texts: list[str], examples: list[Example] = WORLD, inventory: Inventory = INVENTORY
) -> dict[str, float | None]:
    return {name: score.value() for name, score in scores(texts, examples, inventory).items()}


COURT_TEXT = "หวัง เจี้ยนกั๋ว ยื่นฟ้องมหาวิทยาลัยเชียงใหม่ 37 ราย ใน กรุงเทพ เหตุน้ำท่วม 99 คัน"


def test_worked_example() -> None:
    """What each output says, counted by hand.

    court: 5 of 5 salient facts, 6 of 7 facts; known items: those 6, น้ำท่วม and 99. rain: silent, 3 salient facts of 4.
    counter: 2 of 4 (person and organisation), and one made-up place.
    """
    got = values([COURT_TEXT, "", "นายหวัง กับ มช. ใน กรุงเทพ"])
    assert got["coverage.recall"] == pytest.approx((5 + 0 + 2) / (5 + 3 + 4))
    assert got["coverage.recall_source"] == pytest.approx((6 + 0 + 2) / (7 + 4 + 4))
    assert got["coverage.precision"] == pytest.approx((6 + 0 + 2) / (8 + 0 + 3))
    precision, recall = 8 / 11, 7 / 12
    assert got["coverage.f1"] == pytest.approx(2 * precision * recall / (precision + recall))
    assert got["coverage.recall.person"] == 1.0
    assert got["coverage.recall.event"] == pytest.approx(1 / 3)
    assert got["coverage.recall.place"] == 0.0, "only rain has a salient place"
    assert got["coverage.recall.relation"] == got["grounding.relation"] == pytest.approx(1 / 2)
    # entities: supported 3 + 0 + 2 of 3 + 0 + 3 stated; salient 2 + 0 + 2 of 2 + 1 + 2
    assert got["grounding.entity"] == pytest.approx(2 * (5 / 6) * (4 / 5) / (5 / 6 + 4 / 5))
    # events: supported 1 of 2 stated (น้ำท่วม is made up); salient 1 of 3
    assert got["grounding.event"] == pytest.approx(2 * (1 / 2) * (1 / 3) / (1 / 2 + 1 / 3))
    # quantities: supported 1 of 2 stated (99); salient 1 (37 ราย) of 2 (37 ราย, ร้อยละ 12)
    assert got["grounding.quantity"] == pytest.approx(1 / 2)
    # the reference of court ends after the university: 4 of 5 salient facts are left
    assert cut_to_reference(COURT, COURT_TEXT) == "หวัง เจี้ยนกั๋ว ยื่นฟ้องมหาวิทยาลัยเชียงใหม่"
    # the reference of counter is 8 code points long: นายหวัง is left
    assert got["coverage.recall.length_controlled"] == pytest.approx((4 + 0 + 1) / 12)
    # precision sets the 5 that the cuts have right against the 3 that the whole outputs have wrong
    assert got["coverage.f1.length_controlled"] == pytest.approx(2 * (5 / 8) * (5 / 12) / (5 / 8 + 5 / 12))


def test_types_without_facts_give_no_metric_and_types_never_salient_give_the_reason() -> None:
    got = scores(["", "", ""])
    assert [
        name for name in got if name.startswith("coverage.recall.") and not name.endswith(("controlled", "seen"))
    ] == [
        f"coverage.recall.{kind}"
        for kind in ("person", "organisation", "place", "event", "relation", "cause", "quantity", "percentage", "date")
    ]
    assert got["coverage.recall.date"].reason == "no salient date fact"
    assert got["coverage.recall.date"].value() is None
    assert got["coverage.recall.person"].reasons == (None, "no salient person fact", None)


def test_silence_has_no_recall_and_no_part_in_precision() -> None:
    loud = [COURT_TEXT, "เชียงใหม่", "น้ำท่วม"]
    full, half = scores(loud), scores([loud[0], "", loud[2]])
    assert half["coverage.precision"].stats[1].tolist() == [0, 0]
    assert half["coverage.precision"].reasons[1] is None, "both systems are compared on the same segments"
    assert half["coverage.recall"].sentence_values()[1] == 0.0
    assert full["coverage.precision"].stats[[0, 2]].tolist() == half["coverage.precision"].stats[[0, 2]].tolist()
    silent = values(["", "", ""])
    assert silent["coverage.recall"] == silent["coverage.f1"] == silent["grounding.entity"] == 0.0
    assert silent["coverage.precision"] is None
    assert scores(["", "", ""])["coverage.precision"].reason == "no known item stated"


def test_missing_facts_and_references_are_reasons_not_zeros() -> None:
    bare = Example("bare", "s", ("r",), None, "zh", "th")
    mute = example("mute", CHIANG_MAI, reference=None)
    got = scores(["x", "เชียงใหม่"], [bare, mute], Inventory([bare, mute]))
    assert got["coverage.recall"].reasons == ("no gold facts", None)
    assert got["coverage.recall"].value() == 1.0
    assert got["coverage.recall.length_controlled"].reasons[1] is not None
    assert got["coverage.recall.length_controlled"].value() is None
    alone = scores(["x"], [bare], Inventory([bare]))
    assert {score.reason for score in alone.values()} == {"no gold facts"}
    assert set(alone) == {
        "coverage.recall",
        "coverage.recall_source",
        "coverage.precision",
        "coverage.f1",
        "grounding.entity",
        "grounding.event",
        "grounding.quantity",
        "grounding.relation",
        *(f"{name}.{what}" for name in CONTROLLED for what in ("length_controlled", "seen", "unseen")),
    }
    assert scores(["เชียงใหม่"], [mute], Inventory([mute]))["coverage.f1.length_controlled"].reason == "no reference"
    with pytest.raises(ValueError, match="zip"):
        score_facts(WORLD, ["x"], INVENTORY)


def test_the_references_themselves_score_perfectly_on_what_they_say() -> None:
    got = values([COURT.reference[0], RAIN.reference[0], "นายหวัง"])  # type: ignore[index]
    assert got["coverage.precision"] == 1.0


@given(outputs(), st.randoms())
def test_permuting_the_examples_changes_no_corpus_score(texts: list[str], rng: random.Random) -> None:
    order = list(range(len(WORLD)))
    rng.shuffle(order)
    shuffled = [WORLD[i] for i in order]
    assert values([texts[i] for i in order], shuffled, Inventory(shuffled)) == values(texts)


@given(
    outputs(),
    st.integers(0, 2),
    st.sampled_from([("เชียงใหม่", "กรุงเทพ", "กรุงเทพ"), ("น้ำท่วม", "ยื่นฟ้อง", "น้ำท่วม"), ("61 ตัน",) * 3, ("ร้อยละ 7",) * 3]),
)
def test_appending_a_hallucinated_fact_lowers_precision_and_never_raises_recall(
    texts: list[str], at: int, lies: tuple[str, ...]
) -> None:
    lie = lies[at]
    worse = [f"{text} {lie}" if i == at else text for i, text in enumerate(texts)]
    before, after = values(texts), values(worse)
    if lie not in texts[at]:
        assert (after["coverage.precision"] or 0.0) < (before["coverage.precision"] or 1.0) or before[
            "coverage.precision"
        ] == 0.0
    for name, value in before.items():
        if "recall" in name and value is not None:
            assert (after[name] or 0) <= value
    assert (after["coverage.f1"] or 0) <= (before["coverage.f1"] or 0)


@given(outputs(), outputs())
def test_padding_never_raises_a_length_controlled_metric(texts: list[str], padding: list[str]) -> None:
    full = [f"{text} {'ก' * 60}" for text in texts]  # longer than every reference
    padded = [f"{text} {more}" for text, more in zip(full, padding, strict=True)]
    cut = [cut_to_reference(one, text) or "" for one, text in zip(WORLD, full, strict=True)]
    before, truncated, after = values(full), values(cut), values(padded)
    for name in CONTROLLED:
        name = f"{name}.length_controlled"
        assert (after[name] or 0) <= (before[name] or 0)
        if "recall" in name or "relation" in name:
            assert after[name] == before[name]
            # What the cut takes away may be the items that make a list of keywords of what is left.
            assert (before[name] or 0) <= (truncated[name.removesuffix(".length_controlled")] or 0)


@pytest.mark.parametrize(
    ("text", "length", "cut"),
    [
        ("มี 30,000 คน", 5, "มี "),
        ("มี 30,000 คน", 6, "มี "),
        ("มี 30,000 คน", 9, "มี 30,000"),
        ("มี 30 คนแล้ว", 5, "มี 30"),
        ("มี 30 ล้านคน", 5, "มี "),
        ("มี 30 ล้านคน", 6, "มี "),
        ("เมื่อ 15 มีนาคมนี้", 8, "เมื่อ "),
        ("มีสามสิบเจ็ดคน", 8, "มี"),
        ("เมื่อ 15 มีนาคมนี้", 11, "เมื่อ "),
        ("เมื่อ 15 มีนาคมนี้", 15, "เมื่อ 15 มีนาคม"),
        ("หนัก 30 กก.", 8, "หนัก "),
        ("ราว 30% แล้ว", 6, "ราว "),
        ("มี ๓๐,๐๐๐ คน", 5, "มี "),
        ("ฝน 1.5 ซม.", 4, "ฝน "),
        ("มีคนมา", 4, "มีคน"),
    ],
)
def test_a_cut_divides_no_number(text: str, length: int, cut: str) -> None:
    one = example("one", reference="ก" * length)
    assert cut_to_reference(one, text) == cut


def test_a_cut_inside_a_number_states_no_other_one() -> None:
    one = example("one", Fact("quantity", ("30人",), ("30 คน", "30"), 0.9), reference="30 คน")
    got = values(["มี 30,000 คน"], [one], Inventory([one]))
    assert got["coverage.recall"] == got["coverage.recall.length_controlled"] == 0
    assert got["coverage.f1.length_controlled"] == 0


@given(outputs(), st.lists(st.sampled_from(["และ", "ข่าว", "ก" * 9, ""]), min_size=3, max_size=3))
def test_filler_after_a_short_output_raises_no_length_controlled_metric(texts: list[str], filler: list[str]) -> None:
    before, after = values(texts), values([f"{text} {more}" for text, more in zip(texts, filler, strict=True)])
    for name in CONTROLLED:
        assert (after[f"{name}.length_controlled"] or 0) <= (before[f"{name}.length_controlled"] or 0)


@given(outputs())
def test_every_score_is_a_fraction_and_saying_more_never_lowers_recall_of_the_source(texts: list[str]) -> None:
    got = values(texts)
    assert all(value is None or 0 <= value <= 1 for value in got.values())
    # In a sentence: one more bare item could make a text nothing but a list of keywords, which states less.
    more = values([f"{text} เมื่อวันที่ 15 มีนาคม" for text in texts])
    assert (more["coverage.recall_source"] or 0) >= (got["coverage.recall_source"] or 0)


def test_alignments_at_hand_are_used_and_counted() -> None:
    texts = [COURT_TEXT, "", "นายหวัง"]
    alignments = align_all(WORLD, texts, INVENTORY)
    assert facts_stated(alignments) == [6, 0, 1]
    again = {score.metric: score.value() for score in score_facts(WORLD, texts, INVENTORY, alignments)}
    assert again == values(texts)
    bare = Example("bare", "s", None, None, "zh", "th")
    assert facts_stated(align_all([bare], ["x"], Inventory([bare]))) == [None]


def test_signatures_tell_other_inventories_and_metrics_apart() -> None:
    small = Inventory([COURT])
    one, other = scores([""], [COURT], small), scores([""], [COURT], INVENTORY)
    assert one["coverage.f1"].signature != other["coverage.f1"].signature
    assert len({score.signature for score in other.values()}) == len(other)
    assert MARCH in (COURT.facts or ())
