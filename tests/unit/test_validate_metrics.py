"""validate-metrics: damage is planted where it says, and its rates can fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.validity import measure
from benchmark.validity.damage import DAMAGES, damage
from benchmark.validity.measure import noticed, validate
from metrics.open.facts import hold
from metrics.open.lists import name_list
from metrics.records import Example, write_examples

PAIRS = [
    (
        "2019年3月15日，伦敦约有37%的居民和4600万欧元受影响。",
        "วันที่ 15 มีนาคม ค.ศ. 2019 ประชากรลอนดอนราว 37% และเงิน 46 ล้านยูโรได้รับผลกระทบ",
    ),
    ("德国派出12架飞机前往巴西。", "เยอรมนีส่งเครื่องบิน 12 ลำ ไปบราซิล"),
    ("日本去年有850万名游客。", "ญี่ปุ่นมีนักท่องเที่ยว 8.5 ล้านคน เมื่อปีที่แล้ว"),
    ("他住在巴黎。", "เขาอาศัยอยู่ในปารีส"),
]
EXAMPLES = [
    Example(str(i), source, (reference,), None, "zh", "th", f"d{i}") for i, (source, reference) in enumerate(PAIRS)
]


def _made(name: str, i: int = 0) -> list[tuple[str, str, str]]:
    example, known = EXAMPLES[i], name_list("zh", "th")
    found = hold(example, PAIRS[i][1], known)
    return [(one.before, one.after, one.text) for one in damage(name, example.id, found, known, ("zh", "th"), 0)]


def test_each_number_gets_one_other_digit() -> None:
    made = _made("digit")
    assert len(made) == 4
    for before, after, text in made:
        assert len(before) == len(after) and sum(a != b for a, b in zip(before, after, strict=True)) == 1
        assert after in text and text != PAIRS[0][1]


@pytest.mark.parametrize(
    ("name", "i", "after"),
    [
        ("scale", 0, "46 แสนยูโร"),
        ("unit", 0, "46 ล้านเยน"),
        ("era", 0, "พ.ศ. 2019"),
        ("scale", 1, "120 ลำ"),
        ("unit", 2, "8.5 ล้านกิโลเมตร"),
    ],
)
def test_damage_says_what_it_does(name: str, i: int, after: str) -> None:
    assert any(after in text for _, _, text in _made(name, i))


def test_a_unit_that_the_source_leaves_unsaid_is_not_damaged() -> None:
    example = Example("x", "人口超过380000。", ("มีประชากรกว่า 380000 คน",), None, "zh", "th")
    found = hold(example, example.reference[0] if example.reference else "", None)
    assert list(damage("unit", "x", found, None, ("zh", "th"), 0)) == []


def test_a_name_is_replaced_by_another_of_its_type_that_the_source_does_not_hold() -> None:
    (before, after, text), *_ = _made("name", 3)
    assert before == "ปารีส" and after in text and "ปารีส" not in text


def test_equal_seeds_make_equal_damage_and_others_other() -> None:
    known = name_list("zh", "th")
    found = hold(EXAMPLES[0], PAIRS[0][1], known)
    first, again, other = (
        [one.text for one in damage("digit", "0", found, known, ("zh", "th"), seed)] for seed in (0, 0, 5)
    )
    assert first == again != other


def test_what_is_not_changed_is_not_noticed() -> None:
    known = name_list("zh", "th")
    found = hold(EXAMPLES[0], PAIRS[0][1], known)
    for name in DAMAGES:
        for one in damage(name, "0", found, known, ("zh", "th"), 0):
            assert noticed(found, hold(EXAMPLES[0], one.text, known), one)
            assert not noticed(found, found, one)


def test_a_blind_reader_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    real = validate(EXAMPLES, None, 0, lambda _: None, timed=False)
    assert real["noticed"]["digit"]["value"] == 1.0 and real["reference"]["open.number.recall"]["value"] == 1.0
    whole = {example.id: hold(example, PAIRS[int(example.id)][1], name_list("zh", "th")) for example in EXAMPLES}
    monkeypatch.setattr(measure, "hold", lambda example, text, known: whole[example.id])
    blind = validate(EXAMPLES, None, 0, lambda _: None, timed=False)
    assert blind["noticed"]["digit"]["value"] == blind["noticed"]["name"]["value"] == 0.0
    assert len(blind["unnoticed"]["digit"]) == blind["n_damaged"]["digit"] > 0


def test_the_command_writes_equal_files_for_equal_input_and_escapes_texts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = Example(
        "<b>",
        '伦敦有37%的人。<script>alert("x")</script>',
        ('ลอนดอนมีคน 38% <script>alert("x")</script>',),
        None,
        "zh",
        "th",
    )
    examples = tmp_path / "examples.jsonl"
    write_examples(examples, [*EXAMPLES, hostile])
    for out in ("a", "b"):
        assert main(["validate-metrics", "--examples", str(examples), "--out", str(tmp_path / out), "--no-speed"]) == 0
    assert (tmp_path / "a" / "metrics.json").read_bytes() == (tmp_path / "b" / "metrics.json").read_bytes()
    page = (tmp_path / "a" / "metrics.html").read_text("utf-8")
    assert "<script>" not in page and "&lt;script&gt;" in page
    told = json.loads((tmp_path / "a" / "metrics.json").read_text("utf-8"))
    assert told["n"] == 5 and [miss["surface"] for miss in told["misses"]] == ["37%"]
    assert "human reference" in capsys.readouterr().out


def test_what_cannot_be_measured_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    examples = tmp_path / "examples.jsonl"
    write_examples(examples, [EXAMPLES[0], Example("y", "x", None, None, "zh", "th")])
    assert main(["validate-metrics", "--examples", str(examples), "--out", str(tmp_path / "out")]) == 2
    assert "no reference (y)" in capsys.readouterr().err
    assert main(["validate-metrics", "--examples", str(examples), "--out", str(tmp_path / "out"), "--limit", "1"]) == 2
    assert not (tmp_path / "out").exists()


def test_speed_is_measured_for_every_family() -> None:
    found = measure.speed(EXAMPLES, None)
    assert set(found) == {"open", "verbosity", "overlap", "together"} and all(rate > 0 for rate in found.values())
    assert found["together"] < min(found["open"], found["verbosity"], found["overlap"])


@pytest.mark.parametrize(
    ("lang", "source", "reference", "told"),
    [
        ("th", "面积700万平方公里。", "พื้นที่ 7 ล้านตารางกิโลเมตร", "7 ล้านกิโลกรัม"),
        ("th", "重1011公吨。", "หนัก 1,011 เมตริกตัน", "กิโลเมตร"),
        ("bo", "增长了20%。", "བརྒྱ་ཆ་20%འཕར་ཡོད།", "གྲངས་20"),
    ],
)
def test_a_unit_is_changed_as_a_whole_and_wherever_it_is_said(
    lang: str, source: str, reference: str, told: str
) -> None:
    """Not กิโลเมตร inside of ตารางกิโลเมตร, and not one of two signs for per cent."""
    example = Example("x", source, (reference,), None, "zh", lang)
    found = hold(example, reference, None)
    made = list(damage("unit", "x", found, None, ("zh", lang), 0))
    assert made and all(told in one.text and "ตาราง" not in one.text and "%" not in one.text for one in made)
    assert all(noticed(found, hold(example, one.text, None), one) for one in made)


@pytest.mark.parametrize("ending", ["tsv", "csv"])
def test_a_table_gives_what_the_examples_give(tmp_path: Path, ending: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of every command that takes a parallel file; a table does not say its languages."""
    mark = {"tsv": "\t", "csv": ","}[ending]
    rows = [
        ("id", "source", "reference", "doc_id"),
        *((e.id, e.source, *(e.reference or ()), e.doc_id) for e in EXAMPLES),
    ]
    table = tmp_path / f"pairs.{ending}"
    table.write_text("".join(mark.join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
    write_examples(tmp_path / "examples.jsonl", EXAMPLES)
    for command, out, made in (
        (("validate-metrics", "--no-speed"), "", "metrics.json"),
        (("data", "facts"), "facts.jsonl", ""),
        (("validate-reward", "--reward", "metric:open.f1", "--n", "2"), "", "reward.json"),
    ):
        found = []
        for given in ((str(tmp_path / "examples.jsonl"),), (str(table), "--langs", "zh-th")):
            place = tmp_path / f"{command[0]}-{len(given)}"
            assert main([*command, "--examples", *given, "--out", str(place / out)]) == 0
            told = (place / (out or made)).read_text(encoding="utf-8")
            found.append(json.loads(told)["reference" if made == "metrics.json" else "accuracy"] if made else told)
        assert found[0] == found[1]
        capsys.readouterr()
        assert main([*command, "--examples", str(table), "--out", str(tmp_path / "none" / out)]) == 2
        assert "--langs SRC-TGT" in capsys.readouterr().err and not (tmp_path / "none").exists()
