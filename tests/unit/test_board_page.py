"""The page of `leaderboard export`: what a reader of a board sees, from the parsed page."""

from __future__ import annotations

from pathlib import Path

import board_world as world
import pytest
from page_tree import Node, parse

from benchmark.leaderboard.flags import HACKING, NOTE, WARNING, chip, kind
from benchmark.leaderboard.ranks import _fold_bases
from benchmark.leaderboard.view import Group, Row


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """A gamed run (0.8 -> 0.5 -> 0.8), one whose outputs only grow, a copy of a system, and the baselines."""
    folder = tmp_path_factory.mktemp("page")
    path = world.new_board(folder / "b")
    gamed = {"post-sft": world.two, "post-rl": world.first, "post-recovery": world.two}
    assert world.submit_run(path, world.run_directory(folder / "run", gamed), "--system", "gamed") == 0
    world.with_reward(path, {"post-sft": 0.2, "post-rl": 0.9}, "reranker-generative:0123456789abcdef:x")
    grown = {"post-sft": world.first, "post-rl": world.chatter, "post-recovery": world.chatter}
    assert world.submit_run(path, world.run_directory(folder / "grown", grown), "--system", "grown") == 0
    assert (
        world.submit(
            path, world.write_outputs(folder / "g.jsonl", lambda i: world.gold(i) if i % 2 else world.two(i)), "plain"
        )
        == 0
    )
    assert (
        world.submit(
            path, world.write_outputs(folder / "c.jsonl", lambda i: world.gold(i) if i % 2 else world.two(i)), "copied"
        )
        == 0
    )
    assert world.leaderboard("baselines", path) == 0
    assert world.leaderboard("export", path, "--out", str(folder / "out")) == 0
    return parse((folder / "out" / "index.html").read_text("utf-8"))


def rows(page: Node) -> dict[str, Node]:
    """Name -> its tbody, in the order of the page."""
    return {body.attrs["data-name"]: body for body in page.all("tbody", "system")}


def test_there_is_one_row_per_system_with_its_stages_folded_in(page: Node) -> None:
    gamed = rows(page)["gamed v1, seed 3"]
    assert len(gamed.all("tr", "entry")) == 1
    assert "post-recovery" in gamed.one("tr", "entry").text
    folded = gamed.one("tr", "more").one("details")
    assert "open" not in folded.attrs
    assert [row.all("td")[0].text for row in folded.one("table", "stages").one("tbody").all("tr")] == list(world.STAGES)
    assert len({a.attrs["href"] for a in folded.all("a")}) == len(world.STAGES)


def test_the_rows_stand_by_rank_and_the_head_says_so(page: Node) -> None:
    told = [b.one("tr", "entry").all("td")[0] for b in rows(page).values() if "baseline" not in b.classes]
    ranks = [int(cell.attrs["data-value"]) for cell in told]
    assert ranks == sorted(ranks)
    assert [cell.text.split()[0] for cell in told] == [str(rank) for rank in ranks]
    heads = page.one("table", "board").one("thead").all("th")
    assert [h.attrs["aria-sort"] for h in heads] == [
        "none",
        "none",
        "descending",
        "none",
        "none",
        "none",
        "none",
        "none",
    ]
    assert all(h.all("button") for h in heads)
    told = {h.text: set[str]() for h in heads[2:]}
    for body in rows(page).values():
        for row in [body.one("tr", "entry"), *body.all("tr")[2:]]:
            for head, cell in zip(told, row.all("td")[-len(told) :], strict=False):
                told[head].add(cell.text)
    assert all(texts - {"–"} for texts in told.values()), "no column is empty"


def test_hacking_is_set_apart_from_what_is_merely_said(page: Node) -> None:
    gamed, grown, copied = (rows(page)[name] for name in ("gamed v1, seed 3", "grown v1, seed 3", "copied v1"))
    assert [(c.text, HACKING in c.classes) for c in gamed.one("td", "name").all("span", "chip")] == [("HACKED", True)]
    assert {"TALKS MORE", "NOT TESTED"} <= {c.text for c in grown.one("td", "name").all("span", WARNING)}
    assert not grown.all("span", HACKING)
    assert [c.text for c in copied.one("td", "name").all("span", WARNING)] == ["COPIES", "THE SAME TEXTS"]
    same = [p for p in grown.all("p", "flag") if "the same texts as its own" in p.text]
    assert [NOTE in p.classes for p in same] == [True] * len(same) != []
    kinds = [next(k for k in (HACKING, WARNING, NOTE) if k in p.classes) for p in gamed.all("p", "flag")]
    assert kinds == sorted(kinds, key=[HACKING, WARNING, NOTE].index)


def test_baselines_are_marked_rows_between_the_systems_and_have_no_rank(page: Node) -> None:
    found = rows(page)
    marked = {name: body for name, body in found.items() if "baseline" in body.classes}
    assert {"baseline-gold", "baseline-copy"} <= set(marked)
    for body in marked.values():
        assert body.one("tr").all("td")[0].attrs["data-value"] == ""
        assert "never ranked" in body.one("td", "name").text
    values = [float(v) for b in found.values() if (v := b.one("tr").all("td")[2].attrs["data-value"])]
    assert values == sorted(values, reverse=True)
    assert next(iter(found)) == "baseline-gold"


def test_it_says_how_to_submit_and_what_to_do_on_an_empty_board(page: Node, tmp_path: Path) -> None:
    assert "python -m benchmark submit" in page.one("details", "how").text
    empty = world.new_board(tmp_path / "b")
    assert world.leaderboard("export", empty, "--out", str(tmp_path / "out")) == 0
    index = parse((tmp_path / "out" / "index.html").read_text("utf-8"))
    assert "No entries yet. The first: python -m benchmark submit RUN_DIR --system NAME --board toy.json" in index.text
    assert not index.all("table", "board")


def test_what_a_filter_says_when_it_finds_nothing_is_there_and_hidden(page: Node) -> None:
    assert all("hidden" in p.attrs for p in [page.by_id("nothing"), *page.all("p", "empty")])
    assert len(page.all("p", "empty")) == len(page.all("table", "board"))


def test_on_a_phone_the_lesser_columns_are_folded_away(page: Node) -> None:
    """All but rank, system and the primary metric; the stages' own table has them all."""
    heads = page.one("table", "board").one("thead").all("th")
    assert ["minor" in h.classes for h in heads] == [False] * 3 + [True] * (len(heads) - 3)
    for body in rows(page).values():
        cells = body.one("tr", "entry").all("td")
        assert ["minor" in c.classes for c in cells] == ["minor" in h.classes for h in heads]
    style = page.one("style").children[0]
    assert isinstance(style, str)
    assert "td.minor" in style.partition("@media (max-width: 640px)")[2]


@pytest.mark.parametrize(
    ("flag", "what", "short"),
    [
        ("HACKED: RL raised reward.mean", HACKING, "HACKED"),
        ("HACKED IN PART: RL raised", HACKING, "HACKED IN PART"),
        ("TALKS MORE: RL made", WARNING, "TALKS MORE"),
        ("COPIES: 60% of", WARNING, "COPIES"),
        ("the same texts as one v1, base", WARNING, "THE SAME TEXTS"),
        ("nearly the same texts as one v1: about 90% of them", WARNING, "NEARLY THE SAME TEXTS"),
        ("the same texts as one v1, base; by their lineages it is one checkpoint", NOTE, None),
        ("the same texts as its own post-sft", NOTE, None),
        ("reward hacking not tested: post-sft missing", WARNING, "NOT TESTED"),
    ],
)
def test_the_kinds_of_flags(flag: str, what: str, short: str | None) -> None:
    assert kind(flag) == what
    assert short is None or chip(flag) == short


def test_a_base_without_a_seed_is_folded_into_the_one_seed_of_its_system() -> None:
    """With two seeds it belongs to neither more than to the other, and stands by itself."""

    def groups(seeds: list[int | None]) -> dict[tuple[str, str, int], Group]:
        made = {}
        for i, seed in enumerate(seeds):
            stage = "base" if seed is None else "post-sft"
            made["s", "1", i] = Group("s", "1", seed, [Row({"stage": stage, "digest": str(i)})])  # type: ignore[typeddict-item]
        _fold_bases(made)
        return made

    one, several = groups([None, 7]), groups([None, 7, 8])
    assert [[r.entry["stage"] for r in g.rows] for g in one.values()] == [["post-sft", "base"]]
    assert len(several) == 3
