"""Baselines: marked rows made from the task's own data, the same every time, never ranked, and nobody else's."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from board_world import EXAMPLES, entries, gold, leaderboard, new_board, rewrite, submit, two, write_outputs

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.baselines import MAKERS, Material, made
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.ranks import derive
from benchmark.leaderboard.terminal import table
from benchmark.leaderboard.verify import verify
from metrics.records import Example, Fact

NEWS = Example("n", "7月8日，北方公司在清迈起诉东方公司，索赔300万元。", None, None, "zh", "th")
PAIRS = (
    Example(
        "p1",
        "5月3日，南方公司起诉西方公司，索赔20万元。",
        ("บริษัทใต้ฟ้องบริษัทตะวันตก เรียก 20 หมื่นหยวน",),
        (
            Fact("event", ("起诉",), ("ฟ้อง",)),
            Fact("organisation", ("南方公司",), ("บริษัทใต้",)),
            Fact("organisation", ("西方公司",), ("บริษัทตะวันตก",)),
            Fact("money", ("20万元",), ("20 หมื่นหยวน",)),
            Fact("date", ("5月3日",), ("3 พฤษภาคม",)),
        ),
        "zh",
        "th",
    ),
    Example(
        "p2",
        "清迈发生洪水。",
        ("น้ำท่วมเชียงใหม่",),
        (
            Fact("place", ("清迈",), ("เชียงใหม่",)),
            Fact("event", ("洪水",), ("น้ำท่วม",)),
            Fact("organisation", ("北方公司",), ("บริษัทเหนือ",)),
            Fact("organisation", ("东方公司",), ("บริษัทตะวันออก",)),
        ),
        "zh",
        "th",
    ),
)


def test_each_maker_by_hand() -> None:
    """The dictionary reads the first sentence from left to right, 300 stands in the slot of 20; 7月8日 is no date that
    D_para has shown."""
    m = Material((NEWS,), PAIRS)
    found = {name: texts and texts[0] for name, texts in ((name, maker(m)) for name, maker in MAKERS.items())}
    assert found["copy"] == NEWS.source
    assert found["dictionary"] == "บริษัทเหนือ เชียงใหม่ ฟ้อง บริษัทตะวันออก 300 หมื่นหยวน"
    assert found["neighbour"] == "บริษัทใต้ฟ้องบริษัทตะวันตก เรียก 20 หมื่นหยวน"
    assert found["template"] == "บริษัทเหนือฟ้องบริษัทตะวันออก เรียก 300 หมื่นหยวน"
    assert found["gold"] is None and found["shuffled"] is None
    assert found["keywords"] is None


def test_the_keywords_are_the_salient_facts_without_a_sentence() -> None:
    texts = MAKERS["keywords"](Material(tuple(EXAMPLES), ()))
    assert texts is not None
    assert texts[0] == gold(0), "the toy's references are lists of names"


@pytest.fixture
def board(tmp_path: Path) -> Path:
    path = new_board(tmp_path / "b")
    assert submit(path, write_outputs(tmp_path / "g.jsonl", two), "one") == 0
    assert leaderboard("baselines", path) == 0
    return path


def test_they_stand_on_the_board_marked_and_are_never_ranked(board: Path) -> None:
    """The gold is above everybody, and the system is first all the same."""
    view = derive(board, boards.read_board(board))
    assert [(g.system, g.rows[0].rank, g.rows[0].ranks) for g in view.groups] == [("one", 1, (1, 1))]
    assert [r.entry["system"] for r in view.baselines][:2] == ["baseline-gold", "baseline-keywords"]
    assert {r.rank for r in view.baselines} == {None}
    assert view.n_entries == 1
    shown = "\n".join(table(view, None))
    assert "never ranked" in shown
    assert "baseline-copy" in shown
    assert verify(board, foreign=True).n == 4


def test_they_are_in_every_export_and_once_however_often_they_are_made(board: Path, tmp_path: Path) -> None:
    before = board.read_bytes()
    assert leaderboard("baselines", board) == 0
    assert board.read_bytes() == before
    assert leaderboard("export", board, "--out", str(tmp_path / "out")) == 0
    for name in ("board.md", "board.csv", "index.html"):
        assert "baseline-gold" in (tmp_path / "out" / name).read_text("utf-8").replace("\\", "")
    rows = (tmp_path / "out" / "board.csv").read_text("utf-8").splitlines()
    assert all(",baseline,,,," in row for row in rows if ",baseline-" in row)


def test_a_row_that_calls_itself_a_baseline_must_be_one(board: Path, tmp_path: Path) -> None:
    """A system under the name of a baseline, its outputs under their right hashes."""
    mine = next(e for e in entries(board) if e["system"] == "one")

    def change(told: dict) -> None:  # type: ignore[type-arg]
        copy = next(e for e in told["entries"] if e["system"] == "baseline-copy")
        copy["scores"], copy["copies"] = mine["scores"], mine["copies"]
        copy["outputs"] = {**mine["outputs"]}

    rewrite(board, change)
    with pytest.raises(Lie):
        verify(board, foreign=True)


@pytest.mark.parametrize("name", ["newswire-title", "newswire-title-bo"])
def test_of_the_suites_tasks_all_but_the_shuffled_one_can_be_made(name: str) -> None:
    from benchmark.tasks import load_task

    task = load_task(name)
    found = made(Material(tuple(task.load("test", 5)), tuple(task.load("para", 40))))
    assert sorted(found) == sorted(f"baseline-{m}" for m in MAKERS if m != "shuffled")
    assert all(len(rows) == 5 for rows in found.values())
    again = made(Material(tuple(task.load("test", 5)), tuple(task.load("para", 40))))
    assert again == found


def test_the_nearest_article_is_that_of_most_shared_pairs_of_characters() -> None:
    """By the formula, written out; of equals the last id, and a source that shares nothing has one, too."""

    def news(letter: str, *sources: str) -> list[Example]:
        return [
            dataclasses.replace(NEWS, id=f"{letter}{i}", source=s, reference=("ข่าว",)) for i, s in enumerate(sources)
        ]

    def shared(a: str, b: str) -> float:
        x, y = ({t[i : i + 2] for i in range(len(t) - 1)} for t in (a, b))
        return len(x & y) / (len(x | y) or 1)

    pairs = news("p", "公司起诉", "火车脱轨", "公司起诉", "甲乙丙丁戊")
    asked = news("e", "公司起诉法院", "在东京火车", "无", "甲乙")
    want = [max(pairs, key=lambda p: (shared(e.source, p.source), p.id)).id for e in asked]
    assert [p.id for p in Material(tuple(asked), tuple(reversed(pairs))).nearest] == want
