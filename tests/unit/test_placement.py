"""placement.*: facts of a passage that stand among those of other sentences."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.cli import main
from benchmark.leaderboard.board import create, read_board
from benchmark.leaderboard.ranks import derive
from benchmark.leaderboard.words import footnotes
from benchmark.report.cautions import cautions
from benchmark.report.data import load
from metrics.catalog import families_of_tests, score_families
from metrics.companions import places
from metrics.inventory import Inventory
from metrics.misplaced import IN_PLACE, OUT_OF_PLACE, PRECISION, RECALL, misplaced
from metrics.outline import PASSAGE, Outline
from metrics.placement import NO_PASSAGE
from metrics.records import Example, Fact, Generation, write_examples, write_generations
from metrics.scoring import Means, Scoring
from metrics.segment import SegmentStats

PERSONS = ("陈红", "李明", "王伟", "周杰")
NAMES = ("Chen Hong", "Li Ming", "Wang Wei", "Zhou Jie")
TOWNS = ("北京", "上海", "广州", "成都")
CITIES = ("Beijing", "Shanghai", "Guangzhou", "Chengdu")
SUMS = (31, 42, 53, 64)
STORIES = range(4)


def passage(id_: str = "p") -> Example:
    """Four stories of a sentence each: somebody pays a sum in a town."""
    facts = [
        fact
        for i in STORIES
        for fact in (
            Fact("person", (PERSONS[i],), (NAMES[i],)),
            Fact("place", (TOWNS[i],), (CITIES[i],)),
            Fact("money", (f"{SUMS[i]}万元",), (f"{SUMS[i]}0,000 yuan",)),
        )
    ]
    source = "".join(f"{PERSONS[i]}在{TOWNS[i]}支付{SUMS[i]}万元。" for i in STORIES)
    return Example(id_, source, (told(NAMES, CITIES),), tuple(facts), "zh", "en")


def told(persons: tuple[str, ...], cities: tuple[str, ...], order: tuple[int, ...] = tuple(STORIES)) -> str:
    return " ".join(f"{persons[i]} paid {SUMS[i]}0,000 yuan in {cities[i]}." for i in order)


def scored(text: str, examples: list[Example] | None = None) -> dict[str, SegmentStats]:
    held = examples or [passage()]
    made = [Generation(e.id, "s", "user", text, None, "stop", None) for e in held]
    found = score_families(Scoring(held, made, Means(Inventory(held), None, {}, None)), ["facts", "placement"])
    return {m.metric: m for m in found}


def values(text: str) -> tuple[float | None, float | None, float | None]:
    found = scored(text)
    return found["coverage.recall"].value(), found[RECALL].value(), found[PRECISION].value()


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2), (2, 3, 1, 0)])
def test_stories_in_any_order_are_in_their_places(order: tuple[int, ...]) -> None:
    assert values(told(NAMES, CITIES, order)) == (1, 1, 1)


def test_exchanged_names_cost_what_coverage_does_not_see() -> None:
    """By hand: the four names stand beside strangers, sums and towns beside each other."""
    turned = NAMES[1:] + NAMES[:1]
    assert values(told(turned, CITIES)) == (1, pytest.approx(8 / 12), pytest.approx(8 / 12))
    assert values(told(turned, CITIES[3:] + CITIES[:3])) == (1, 0, 0)


def test_a_summary_has_nothing_out_of_place_and_silence_nothing_in_it() -> None:
    alone = f"{NAMES[0]} travelled. {CITIES[1]} celebrated. {NAMES[3]} paid."
    assert values(alone) == (pytest.approx(3 / 12), pytest.approx(3 / 12), None)
    assert values("") == (0, 0, None)


def test_a_relation_has_no_place_of_its_own() -> None:
    one = passage()
    clause = Fact("relation", ("陈红在北京支付",), ("Chen Hong paid 310,000 yuan",))
    with_clause = replace(one, facts=(*(one.facts or ()), clause))
    known = Inventory([with_clause]).companions(with_clause)
    assert not known.of(12) and all(known.of(i) for i in range(12))


def test_titles_are_no_passages() -> None:
    one = passage()
    title = replace(one, facts=(one.facts or ())[: PASSAGE - 1])
    assert Outline.of([title]).passages == 0
    found = scored(told(NAMES, CITIES), [title])
    assert found[RECALL].value() is None and set(found[RECALL].reasons) == {NO_PASSAGE}
    assert found[RECALL].signature.endswith("|unavailable")
    mixed = scored(told(NAMES, CITIES), [passage(), replace(title, id="t")])
    assert mixed[PRECISION].reasons == (None, NO_PASSAGE) and mixed[PRECISION].value() == 1


def test_its_tests_change_no_other_p_value() -> None:
    assert families_of_tests([RECALL, "coverage.f1", PRECISION]) == [[RECALL, PRECISION], ["coverage.f1"]]


@given(st.permutations(NAMES), st.permutations(CITIES), st.lists(st.sampled_from(NAMES + CITIES), max_size=4))
def test_what_is_in_its_place_is_stated(persons: list[str], cities: list[str], more: list[str]) -> None:
    """Whatever is written, no more facts are in their places than are stated, and all that is told is."""
    one = passage()
    inventory = Inventory([one])
    aligned = inventory.align(one, " ".join([told(tuple(persons), tuple(cities)), *more]))
    found = places(aligned, inventory.companions(one))
    assert all(
        said or not (there or asked) for there, asked, said in zip(found.held, found.told, aligned.stated, strict=True)
    )


def test_the_gold_is_in_its_place_whatever_the_order_of_its_sentences() -> None:
    """References are neighbours of their own: of gold nothing is ever out of place."""
    for order in permutations(STORIES):
        one = replace(passage(), reference=(told(NAMES, CITIES, order),))
        found = scored(one.reference[0], [one])  # type: ignore[index]
        assert found[RECALL].value() == found[PRECISION].value() == 1


@pytest.mark.parametrize(
    ("value", "high", "flagged"), [(None, None, False), (0.85, IN_PLACE, False), (0.57, 0.61, True), (1.0, 1.0, False)]
)
def test_the_flag_speaks_where_the_interval_lies_below(value: float | None, high: float | None, flagged: bool) -> None:
    assert [flag.partition(":")[0] for flag in misplaced(value, high)] == ["FACTS OUT OF PLACE"] * flagged


def test_a_board_and_a_report_say_it(tmp_path: Path) -> None:
    """Exchanged names on a board of passages, and in a report of `score`; another order of stories is no matter."""
    board, examples = tmp_path / "p.json", [replace(passage(f"p{i}"), doc_id=f"d{i}") for i in range(40)]
    create(board, "passages", "1", examples)
    turned = told(NAMES[1:] + NAMES[:1], CITIES)
    write_examples(tmp_path / "e.jsonl", examples)
    for system, text in (("exchanged", turned), ("right", told(NAMES, CITIES, (2, 0, 3, 1)))):
        rows = [Generation(e.id, system, "user", text, None, "stop", None) for e in examples]
        write_generations(tmp_path / f"{system}.jsonl", rows)
    files = [str(tmp_path / f"{system}.jsonl") for system in ("exchanged", "right")]
    for system, file in zip(("exchanged", "right"), files, strict=True):
        how = ["--task", "passages", "--system", system, "--board", str(board)]
        assert main(["submit", "--generations", file, *how]) == 0
    view = derive(board, read_board(board))
    flagged = {row.entry["system"]: row.flags for group in view.groups for row in group.rows}
    assert [flag.partition(":")[0] for flag in flagged["exchanged"]].count(OUT_OF_PLACE) == 1
    assert not any(flag.startswith(OUT_OF_PLACE) for flag in flagged["right"])
    assert any(note.startswith(OUT_OF_PLACE) for note in footnotes(view))
    out = tmp_path / "out"
    argv = ["score", "--examples", str(tmp_path / "e.jsonl"), "--generations", *files, "--out", str(out), "--no-report"]
    assert main(argv) == 0
    said = [line for line in cautions(load(out)) if OUT_OF_PLACE in line]
    assert len(said) == 1 and said[0].startswith("exchanged/user: ")


def test_every_fact_of_the_world_here_has_companions() -> None:
    one = passage()
    known = Inventory([one]).companions(one)
    assert set(chain.from_iterable(known.own)) == set(range(12)) and {*map(len, known.own)} == {2}
    assert not any(known.before + known.after)  # the reference tells none of them apart from its sentence


def test_a_sentence_that_names_half_of_all_gives_none_of_it_a_place() -> None:
    """Thousands of facts in one sentence are not paired with each other."""
    crowd = [Fact("place", (f"地{i:04d}",), (f"Town{i:04d}",)) for i in range(3000)]
    one = passage()
    many = Example(
        "m", one.source + "，".join(f.source[0] for f in crowd), None, (*(one.facts or ()), *crowd), "zh", "en"
    )
    known = Inventory([many]).companions(many)
    assert all(known.of(i) for i in range(12)) and not any(known.of(i) for i in range(12, 3012))
