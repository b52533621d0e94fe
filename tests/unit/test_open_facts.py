"""Facts read from real text: outcomes, metrics, bounds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.cutting import cut_to_reference
from metrics.normalise import cut_graphemes
from metrics.open.bounds import counts, floor, read, shuffled
from metrics.open.comparison import CONTRADICTED, UNVERIFIED, VERIFIED
from metrics.open.facts import hold
from metrics.open.lists import name_list
from metrics.open.scores import CONTROLLED, WHOLE, compare_all, score_open
from metrics.records import Example, Fact

SOURCE = "2019年3月15日，伦敦约有37%的居民和4600万欧元受影响，德国派出3架飞机。"
REFERENCE = "วันที่ 15 มีนาคม 2562 ประชากรลอนดอนราว 37% และเงิน 46 ล้านยูโรได้รับผลกระทบ เยอรมนีส่งเครื่องบิน 3 ลำ"


def _example(source: str = SOURCE, reference: str | None = REFERENCE, **more) -> Example:
    given = {"id": "1", "doc_id": None, "meta": {}, "facts": None, **more}
    return Example(
        given["id"],
        source,
        (reference,) if reference else None,
        given["facts"],
        "zh",
        "th",
        given["doc_id"],
        given["meta"],
    )


def _outcomes(text: str, source: str = SOURCE) -> dict[str, str]:
    found = hold(_example(source), text, name_list("zh", "th"))
    return {fact.surface: fact.outcome for fact in found.facts}


def _values(texts: list[str], examples: list[Example] | None = None) -> dict[str, float | None]:
    return {m.metric: m.value() for m in score_open(examples or [_example()] * len(texts), texts)}


def test_a_faithful_text_verifies_everything() -> None:
    assert set(_outcomes(REFERENCE).values()) == {VERIFIED}
    values = _values([REFERENCE])
    assert (
        values["open.f1"]
        == values["open.number.precision"]
        == values["open.number.recall"]
        == values["open.name.recall"]
        == 1.0
    )


@pytest.mark.parametrize(
    ("before", "after", "surface"),
    [
        ("37%", "38%", "37%"),
        ("46 ล้านยูโร", "46 หมื่นยูโร", "4600万欧元"),
        ("15 มีนาคม", "16 มีนาคม", "3月15日"),
        ("2562", "2563", "2019年"),
    ],
)
def test_a_changed_number_is_contradicted(before: str, after: str, surface: str) -> None:
    text = REFERENCE.replace(before, after)
    assert text != REFERENCE
    outcomes = {
        fact.surface: (fact.outcome, text[slice(*fact.at)] if fact.at else None)
        for fact in hold(_example(), text, name_list("zh", "th")).facts
    }
    found = next(value for key, value in outcomes.items() if surface.startswith(key) or key.startswith(surface))
    assert found[0] == CONTRADICTED


def test_another_name_of_the_type_contradicts_and_a_missing_one_does_not() -> None:
    assert _outcomes(REFERENCE.replace("ลอนดอน", "มาดริด"))["伦敦"] == CONTRADICTED
    assert _outcomes(REFERENCE.replace("ลอนดอน", "ที่นั่น"))["伦敦"] == UNVERIFIED


def test_an_empty_output_recalls_nothing_and_states_nothing() -> None:
    found = hold(_example(), "", name_list("zh", "th"))
    assert found.statements == () and {fact.outcome for fact in found.facts} == {UNVERIFIED}
    values = _values(["", REFERENCE], [_example(), _example(id="2")])
    assert values["open.number.precision"] == 1.0 and values["open.number.recall"] == 0.5


def test_an_added_number_costs_precision_alone() -> None:
    values = _values([REFERENCE + " มีผู้บาดเจ็บ 5,812 คน"])
    assert values["open.number.recall"] == 1.0 and 0 < (values["open.number.precision"] or 0) < 1


def test_padding_raises_nothing_that_is_length_controlled() -> None:
    padded = f"{REFERENCE[:30]} {'มากมาย ' * 40}{REFERENCE[30:]}"
    short, long = _values([REFERENCE[:30]]), _values([padded])
    for name in ("open.number.recall", "open.name.recall", "open.f1"):
        assert (long[name + CONTROLLED] or 0) <= (short[name] or 0) + 1e-12
    hidden = _values([REFERENCE + " " + "ค่ะ" * 60 + " 9,999 คน"])
    assert (hidden["open.number.precision" + CONTROLLED] or 0) < 1


def test_a_cut_inside_a_number_states_no_other_one() -> None:
    one, text = _example("共有30人参加。", "มีผู้เข้าร่วม 30"), "ผู้เข้าร่วมมี 30,000 คน"
    assert cut_to_reference(one, text) == "ผู้เข้าร่วมมี "
    assert _values([cut_graphemes(text, len("มีผู้เข้าร่วม 30"))], [one])["open.number.recall"] == 1
    values = _values([text], [one])
    assert values["open.number.recall"] == values["open.number.recall" + CONTROLLED] == 0
    assert values["open.f1" + CONTROLLED] == 0
    assert _values([f"มีผู้มา 30 คน {text}"], [one])["open.number.recall" + CONTROLLED] == 1


def test_answers_are_found_whole_and_numbers_never_inside_longer_ones() -> None:
    example = _example(
        "他有308分。", "เขาได้ 308 คะแนน", meta={"qa": [{"answer_zh": "308", "answer": "308"}, {"answer": "เขา"}]}
    )
    assert [f.outcome for f in hold(example, "เขาได้ 308 คะแนน", None).facts if f.tier == "answer"] == [
        VERIFIED,
        VERIFIED,
    ]
    assert [f.outcome for f in hold(example, "ได้ 1,308 คะแนน", None).facts if f.tier == "answer"] == [
        UNVERIFIED,
        UNVERIFIED,
    ]


@pytest.mark.parametrize("meta", [{}, {"qa": None}, {"qa": 3}, {"qa": [1, None, {}, {"answer": ""}, {"answer": 5}]}])
def test_data_without_answers_has_no_answer_metric(meta: dict) -> None:
    scores = {m.metric: m for m in score_open([_example(meta=meta)], [REFERENCE])}
    assert scores["open.answer.recall"].value() is None
    assert scores["open.answer.recall"].reason == "no answer span"


def test_latin_names_are_recognised_in_the_other_script() -> None:
    outcomes = _outcomes("ซีเอ็นเอ็นรายงานข่าวจากทวิตเตอร์", "CNN 报道 Twitter 消息")
    assert outcomes["CNN"] == VERIFIED and outcomes["Twitter"] == VERIFIED
    assert _outcomes("สำนักข่าวรายงาน", "CNN 报道")["CNN"] == UNVERIFIED


def test_latin_names_are_no_numbers() -> None:
    """They are copied as they stand: a text that says no number has no recall of numbers."""
    example = _example("CNN 报道，Radcliffe 付了 37% 的钱。", "CNN รายงานว่า Radcliffe จ่ายเงิน 37%")
    text = "CNN รายงานว่า Radcliffe จ่ายเงิน"
    tiers = [(fact.tier, fact.kind) for fact in hold(example, text, None).facts]
    assert tiers == [("latin", "name"), ("latin", "name"), ("number", "percentage")]
    values = _values([text], [example])
    assert (values["open.number.recall"], values["open.latin.recall"]) == (0.0, 1.0)
    assert values["open.number.precision"] is None and "open.number.recall.name" not in values
    assert values["open.f1"] == pytest.approx(6 / 7)  # nothing false; three of four, for CNN is on the list, too


def test_gold_facts_leave_open_metrics_to_the_exact_ones() -> None:
    known = _example(facts=(Fact("place", ("伦敦",), ("ลอนดอน",)),))
    assert score_open([known], [REFERENCE]) == []
    assert compare_all([known], [REFERENCE]) == [None]
    mixed = {m.metric: m for m in score_open([known, _example(id="2")], [REFERENCE, REFERENCE])}
    assert mixed["open.f1"].reasons[0] is not None and mixed["open.f1"].reasons[1] is None


def test_every_metric_is_there_with_its_controlled_twin_and_a_signature() -> None:
    names = [m.metric for m in score_open([_example()], [REFERENCE])]
    assert set(WHOLE) <= set(names) and {name + CONTROLLED for name in WHOLE} <= set(names)
    assert all("names:" in m.signature for m in score_open([_example()], [REFERENCE]))


def test_without_a_reference_nothing_is_length_controlled() -> None:
    scores = {m.metric: m for m in score_open([_example(reference=None)], [REFERENCE])}
    assert scores["open.f1"].value() == 1.0
    assert scores["open.f1" + CONTROLLED].reason == "no reference"


def test_the_floor_is_of_other_documents_and_the_same_each_time() -> None:
    examples = [_example(id=str(i), doc_id=str(i // 3)) for i in range(12)]
    order = shuffled(examples)
    assert order == shuffled(examples) and order is not None and sorted(order) == list(range(12))
    assert all(examples[i].doc_id != examples[j].doc_id for i, j in enumerate(order))
    assert shuffled(examples[:1]) is None and shuffled(examples[:2]) == [1, 0]


def test_floor_and_counts_of_a_file() -> None:
    other = _example("法国有12%的人。", "ฝรั่งเศสมีคน 12%", id="2")
    below = {m.metric: m.value() for m in floor([_example(), other]) or []}
    assert below["open.number.recall"] == 0.0 and below["open.name.recall"] == 0.0
    found = read([_example(), other])
    assert found["number"]["percentage"] == 2 and found["name"]["place"] == 3
    assert counts([None]) == {"number": {}, "latin": {}, "soft": {}, "name": {}, "answer": {}}
    assert floor([_example(reference=None), other]) is None


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("0123456789.,%年月日点第约万亿元两三百美国伦敦ก-๙ลานที่ปีพ.ศ༠༡ཆཁྲིAZaz$€()' \n"),
        max_size=80,
    ),
    st.text(max_size=80),
)
def test_no_text_breaks_the_reading(source: str, text: str) -> None:
    for lang in ("th", "bo", "en"):
        example = Example("1", source or "x", (text or "x",), None, "zh", lang)
        found = hold(example, text, name_list("zh", lang))
        for fact in found.facts:
            assert fact.at is None or 0 <= fact.at[0] < fact.at[1] <= len(found.text)
        for metric in score_open([example], [text]):
            value = metric.value()
            assert value is None or (0 <= value <= 1 and not math.isnan(value))


def test_facts_are_prefilled_from_source_and_reference_and_doubts_are_listed() -> None:
    from benchmark.data.facts import prefilled

    made = prefilled(_example(reference=REFERENCE.replace("ลอนดอน", "ที่นั่น")), name_list("zh", "th"))
    by_source = {fact.source[0]: fact for fact in made.facts or ()}
    assert by_source["37%"].target == ("37%",) and by_source["37%"].salient and by_source["37%"].type == "percentage"
    assert by_source["德国"].target[0] == "เยอรมนี"
    assert by_source["伦敦"].type == "place" and "ลอนดอน" in by_source["伦敦"].target and not by_source["伦敦"].salient
    assert made.meta["facts_to_check"] == ["伦敦"]
    assert prefilled(made, name_list("zh", "th")) is made


def test_the_commands_write_lists_and_facts(tmp_path, capsys) -> None:
    from benchmark.cli import main
    from metrics.records import read_examples, write_examples

    examples = tmp_path / "examples.jsonl"
    write_examples(examples, [_example()])
    assert main(["data", "facts", "--examples", str(examples), "--out", str(tmp_path / "facts.jsonl")]) == 0
    assert len(read_examples(tmp_path / "facts.jsonl")[0].facts or ()) >= 5
    assert main(["data", "facts", "--examples", str(examples), "--out", str(examples)]) == 2
    assert main(["data", "names", "--out", str(tmp_path / "names.tsv")]) == 2
    assert "--from" in capsys.readouterr().err
    assert main(["data", "names", "--from", str(tmp_path / "none.tsv"), "--out", str(tmp_path / "names.tsv")]) == 2


def test_an_answer_that_the_data_cut_inside_a_number_is_still_found() -> None:
    example = _example(
        "面积7,000,000平方公里（2,700,000平方英里）",
        "พื้นที่ 7,000,000 ตารางกิโลเมตร (2,700,000 ตารางไมล์)",
        meta={"qa": [{"answer": "7,000,000 ตารางกิโลเมตร (2,70"}]},
    )
    assert [
        f.outcome
        for f in hold(example, "พื้นที่ 7,000,000 ตารางกิโลเมตร (2,700,000 ตารางไมล์)", None).facts
        if f.tier == "answer"
    ] == [VERIFIED]
    assert [f.outcome for f in hold(example, "พื้นที่ 5,000,000 ตารางกิโลเมตร", None).facts if f.tier == "answer"] == [
        UNVERIFIED
    ]


@pytest.mark.parametrize(
    ("source", "output", "surface"),
    [
        ("Digital 公司", "ที่ชาวอิตาโลอาศัย", "Digital"),  # four consonants by chance
        ("Punta 岛", "ผู้สนับสนุนการแบ่งแยก", "Punta"),  # four letters of five
        ("S2 型", "มีคน 20000 คนใน 2 เมือง", "S2"),  # its number alone
    ],
)
def test_what_is_heard_by_chance_is_no_latin_name(source: str, output: str, surface: str) -> None:
    assert _outcomes(output, source)[surface] != VERIFIED


def test_an_identifier_is_heard_by_the_name_of_its_letter() -> None:
    assert _outcomes("รุ่นเอส2 ออกแล้ว", "S2 型")["S2"] == VERIFIED
    assert _outcomes("รุ่น S2 ออกแล้ว", "S2 型")["S2"] == VERIFIED


@pytest.mark.parametrize(
    ("source", "output", "verified"),
    [
        ("持续了五周。", "ชนะด้วยคะแนน 5-2", False),
        ("持续了五周。", "นานห้าสัปดาห์", True),
        ("比赛用了三分钟。", "จำนวนเฉพาะ 3 จำนวน", False),
        ("长达40公里。", "ระยะ 40 กว่า", True),  # a large number without its unit still says it
        ("比率是2.21米。", "มากกว่า 2 ข้อความ", False),
    ],
)
def test_a_lone_small_numeral_says_no_measure(source: str, output: str, verified: bool) -> None:
    assert (VERIFIED in _outcomes(output, source).values()) == verified


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([REFERENCE, "", "ราคา 12 บาท", "Apple II"]), st.text("ก ราคา0123456789.,%", max_size=30))
def test_what_is_read_in_a_source_does_not_depend_on_the_output(one, other):
    """`score` counts it once for all systems."""
    example = _example(meta={"qa": [{"answer": "12", "answer_zh": "12"}]})
    assert counts(compare_all([example], [one])) == counts(compare_all([example], [other])) == read([example])
