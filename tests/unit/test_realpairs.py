"""Challenge pairs from a parallel file: right by construction, the same each time, every category as it says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.reward.realpairs import CATEGORIES, build
from metrics.errors import UserError
from metrics.normalise import same_text
from metrics.records import Example, write_examples

PAIRS = [
    (
        "2019年3月15日，特朗普在伦敦会见约37%的代表，花费4600万欧元。",
        "วันที่ 15 มีนาคม ค.ศ. 2019 ทรัมป์พบผู้แทนราว 37% ในลอนดอน ใช้เงิน 46 ล้านยูโร",
    ),
    ("联合国派出12架飞机前往巴西。", "สหประชาชาติส่งเครื่องบิน 12 ลำ ไปบราซิล"),
    ("日本去年有850万名游客。", "ญี่ปุ่นมีนักท่องเที่ยว 8.5 ล้านคน เมื่อปีที่แล้ว"),
    ("他住在巴黎。", "เขาอาศัยอยู่ในปารีส"),
    ("德国总理昨天访问了越南。", "นายกรัฐมนตรีเยอรมนีเยือนเวียดนามเมื่อวานนี้"),
]
EXAMPLES = [
    Example(str(i), source, (reference,), None, "zh", "th", f"d{i // 3}") for i, (source, reference) in enumerate(PAIRS)
]


def test_every_category_is_made_and_the_better_text_is_the_reference() -> None:
    found = build(EXAMPLES, 5, 0, "t")
    assert {pair.category for pair in found.pairs} == set(CATEGORIES)
    references = dict(PAIRS)
    for pair in found.pairs:
        assert same_text(pair.better, references[pair.source]) and not same_text(pair.better, pair.worse)
    assert len({pair.id for pair in found.pairs}) == len(found.pairs)
    assert all(
        query.candidates[0] == references[query.source] and query.relevance[0] == 1 and sum(query.relevance) == 1
        for query in found.queries
    )


def test_the_faults_are_what_they_are_called() -> None:
    worse = {(pair.category, pair.source): pair.worse for pair in build(EXAMPLES, 5, 0, "t").pairs}
    first = PAIRS[0][0]
    assert "ลอนดอน" not in worse["entity_place", first] and "ทรัมป์" not in worse["entity_person", first]
    assert (
        worse["copy_source", first] == first
        and worse["empty", first] == ""
        and worse["truncated", first] in PAIRS[0][1]
    )
    assert worse["copy_source_word", first].startswith(first) and worse["copy_source_word", first].count("ที่") == 20
    assert worse["other_article_hard", first] == PAIRS[1][1] and worse["other_article", first] in {
        PAIRS[3][1],
        PAIRS[4][1],
    }
    assert not any("\u0e00" <= letter <= "\u0e7f" for letter in worse["wrong_script", first])


def test_a_wrong_language_is_a_third_one_with_the_names_and_numbers_of_the_right_text() -> None:
    made = {p.source: p for p in build(EXAMPLES, 5, 0, "t").pairs if p.category == "wrong_language"}
    assert len(made) == len(EXAMPLES)
    for pair in made.values():
        letters = [char for char in pair.worse if char.isalpha()]
        assert not any("\u0e00" <= char <= "\u0e7f" or "\u4e00" <= char <= "\u9fff" for char in letters)
    assert "12" in made[PAIRS[1][0]].worse
    assert not [
        p
        for p in build([replace(e, source_lang="en") for e in EXAMPLES], 2, 0, "t").pairs
        if p.category == "wrong_language" and all(c.isascii() for c in p.worse)
    ]  # English is the source's


def test_equal_seeds_make_equal_sets() -> None:
    assert build(EXAMPLES, 2, 3, "t").pairs == build(EXAMPLES, 2, 3, "t").pairs
    assert all(sum(pair.category == slug for pair in build(EXAMPLES, 2, 3, "t").pairs) <= 2 for slug in CATEGORIES)


def test_a_language_without_words_of_its_own_leaves_those_categories_out() -> None:
    pairs = [
        Example(str(i), f"He has {i + 20} cars.", (f"Er hat {i + 20} Autos.",), None, "en", "de") for i in range(4)
    ]
    made = {pair.category for pair in build(pairs, 3, 0, "t").pairs}
    assert {"number", "copy_source", "empty", "truncated", "other_article"} <= made
    assert not {"wrong_script", "irrelevant_short", "copy_source_word", "padding_filler"} & made


def test_texts_without_references_are_told() -> None:
    with pytest.raises(UserError, match="1 examples have a reference"):
        build([EXAMPLES[0], Example("x", "源", None, None, "zh", "th")], 3, 0, "t")


def test_the_command_holds_a_metric_against_pairs_of_ones_own_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples, out = tmp_path / "examples.jsonl", tmp_path / "out"
    write_examples(examples, EXAMPLES)
    argv = f"validate-reward --reward metric:open.f1 --examples {examples} --out {out}".split()
    assert main([*argv, "--n", "5"]) == 0
    told = json.loads((out / "reward.json").read_text("utf-8"))
    assert told["by_category"]["number"]["accuracy"] == told["by_category"]["hallucination"]["accuracy"] == 1.0
    assert told["by_category"]["padding_filler"]["ties"] > 0  # a metric of facts does not see filler
    assert (out / "pairs.jsonl").is_file()
    capsys.readouterr()
    assert main([*argv, "--pairs", str(out / "pairs.jsonl")]) == 2
    assert "give one of them" in capsys.readouterr().err
