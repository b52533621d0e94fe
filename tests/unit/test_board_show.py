"""`leaderboard show|export|create`: ranks with their ranges, trajectories, flags, and pages on which nothing acts."""

from __future__ import annotations

import argparse
import csv
import html
import io
import shutil
from pathlib import Path

import board_world as world
import pytest
from board_shown import board  # noqa: F401 - a fixture

from benchmark.cli import main
from benchmark.leaderboard import board as boards
from benchmark.leaderboard import ranks
from benchmark.leaderboard.ranks import derive
from benchmark.leaderboard.show import table, views_of


def test_ranks_and_the_ranges_they_may_have(tmp_path: Path) -> None:
    """All segments differ in one direction between the levels, so every pair but the twins is significant: by hand."""
    path = world.new_board(tmp_path / "b")
    for name, text in {"best": world.gold, "middle": world.two, "twin": world.two, "last": world.first}.items():
        world.submit(path, world.write_outputs(tmp_path / f"{name}.jsonl", text), name)
    view = derive(path, boards.read_board(path))
    found = {g.system: (g.rows[0].rank, g.rows[0].ranks) for g in view.groups}
    assert found == {"best": (1, (1, 1)), "middle": (2, (2, 3)), "twin": (2, (2, 3)), "last": (4, (4, 4))}
    assert [g.system for g in view.groups] == ["best", "middle", "twin", "last"]
    assert any(
        "the same texts as middle" in flag for g in view.groups if g.system == "twin" for flag in g.rows[0].flags
    )


def test_the_same_texts_are_told_even_where_the_lineages_say_one_checkpoint(tmp_path: Path) -> None:
    """Arms of one experiment share one, and a copy may claim to: what is claimed hides nothing."""
    path = world.new_board(tmp_path / "b")
    run = world.run_directory(tmp_path / "run")
    for name in ("one", "other"):
        assert world.submit_run(path, run, "--system", name) == 0
    world.submit(path, world.write_outputs(tmp_path / "g.jsonl", world.gold), "copy")
    view = derive(path, boards.read_board(path))
    told = {
        g.system: [flag for row in g.rows for flag in row.flags if "the same texts as" in flag] for g in view.groups
    }
    assert told["copy"] == ["the same texts as one v1 seed 3, post-rl"]
    claimed = "the same texts as one v1 seed 3, {}; by their lineages it is one checkpoint"
    assert len(told["one"]) == len(told["other"]) == len(world.STAGES)
    assert [claimed.format(s) in told["other"] for s in ("post-sft", "post-recovery")] == [True, True]


def test_systems_that_differ_on_few_segments_share_a_range(tmp_path: Path) -> None:
    """Two of 24 segments differ: p = 1/2 at the least."""
    path = world.new_board(tmp_path / "b")
    world.submit(path, world.write_outputs(tmp_path / "a.jsonl", world.two), "a")
    world.submit(
        path, world.write_outputs(tmp_path / "b.jsonl", lambda i: world.gold(i) if i < 2 else world.two(i)), "b"
    )
    view = derive(path, boards.read_board(path))
    assert {g.system: (g.rows[0].rank, g.rows[0].ranks) for g in view.groups} == {"b": (1, (1, 2)), "a": (2, (1, 2))}


def test_ranks_are_never_stored(board: Path) -> None:
    assert '"rank' not in board.read_text("utf-8")


def test_the_stages_of_a_system_stand_together_with_their_trajectory(
    board: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """SFT 1/2, RL 1, recovery 4/5: three fifths of the gain are kept."""
    assert world.leaderboard("show", board) == 0
    lines = capsys.readouterr().out.splitlines()
    at = next(i for i, line in enumerate(lines) if "sg-srl v1, seed 3" in line)
    assert [stage in lines[at + 1 + k] for k, stage in enumerate(world.STAGES)] == [True] * 3
    assert "SFT 0.500 → RL 1.000 → recovery 0.800; 60% of the RL gain kept" in lines[at + 4]
    assert "reward hacking not tested" in "".join(lines[at + 4 : at + 11])


@pytest.mark.parametrize(
    ("after_rl", "rewards", "reward", "flag"),
    [
        (world.first, (0.2, 0.9), "reranker-generative:0123456789abcdef:x", "HACKED"),
        (world.gold, (0.2, 0.9), "reranker-generative:0123456789abcdef:x", None),
        (world.first, (0.9, 0.2), "reranker-generative:0123456789abcdef:x", None),
        (world.first, (0.2, 0.9), "reranker-generative:fedcba9876543210:x", "another reward"),
    ],
)
def test_a_reward_that_rises_while_an_independent_metric_falls_is_flagged(
    tmp_path: Path, after_rl: world.Text, rewards: tuple[float, float], reward: str, flag: str | None
) -> None:
    path = world.new_board(tmp_path / "b")
    world.submit_run(
        path,
        world.run_directory(tmp_path / "run", {"post-sft": world.two, "post-rl": after_rl, "post-recovery": world.two}),
    )
    world.with_reward(path, {"post-sft": rewards[0], "post-rl": rewards[1]}, reward)
    flags = derive(path, boards.read_board(path)).groups[0].flags
    told = [f for f in flags if "HACKED" in f or "reward" in f]
    assert (told == []) if flag is None else (flag in told[0])


def test_the_flag_tells_what_fell_and_by_how_much_in_every_view(tmp_path: Path) -> None:
    """Of three facts RL drops one (F1 .8 -> .5), in every example: p of 10,000 draws that never come near is 1e-4,
    times 8 of Holm."""
    path = world.new_board(tmp_path / "b")
    world.submit_run(
        path,
        world.run_directory(
            tmp_path / "run", {"post-sft": world.two, "post-rl": world.first, "post-recovery": world.two}
        ),
    )
    world.with_reward(path, {"post-sft": 0.2, "post-rl": 0.9}, "reranker-generative:0123456789abcdef:x")
    told = (
        "HACKED: RL raised reward.mean 0.200 → 0.900 (p ≤ 0.0008) and lowered coverage.f1.length_controlled "
        "0.800 → 0.500 (p ≤ 0.0008), "
        "on whole outputs 0.800 → 0.500; grounding.entity.length_controlled"
    )
    out = tmp_path / "out"
    assert world.leaderboard("export", path, "--out", str(out)) == 0
    shown = " ".join(" ".join(table(derive(path, boards.read_board(path)), None)).split())
    pages = [html.unescape(f.read_text("utf-8")) for f in (out / "index.html", *(out / "entries").glob("*.html"))]
    markdown = (out / "board.md").read_text("utf-8").replace("\\", "").replace("&lt;", "<")
    rows = list(csv.DictReader(io.StringIO((out / "board.csv").read_text("utf-8"))))
    assert len(pages) == 4
    assert all(told in text for text in (shown, markdown, *pages, *(r["flags"] for r in rows)))
    assert {r["hacked"] for r in rows} == {"yes"}


@pytest.mark.parametrize(
    ("after", "head", "word"), [("0.9", "HACKED IN PART: ", "in part"), ("0.5", "HACKED: ", "yes")]
)
def test_a_fall_beside_a_rise_of_the_primary_metric_is_hacking_in_part(after: str, head: str, word: str) -> None:
    from benchmark.leaderboard.flags import flags_of
    from metrics.hacking import Move, judge

    primary, quantity = "coverage.f1.length_controlled", "grounding.quantity.length_controlled"
    moves = {m: Move(m, 0.5, x, 0.001) for m, x in ((primary, float(after)), ("reward.mean", 0.9), (quantity, 0.4))}
    found = judge(moves, primary)
    flags = flags_of(found, lambda metric: (0.96, 0.95))
    assert found.hacked == word
    assert flags[0].startswith(head)
    assert "grounding.quantity.length_controlled 0.500 → 0.400 (p 0.001), on whole outputs 0.960 → 0.950" in flags[0]


def test_a_flag_does_not_depend_on_what_else_is_shown(tmp_path: Path) -> None:
    """Holm's correction counts the tests of one system, not those of its neighbours on the board."""
    path = world.new_board(tmp_path / "b")
    runs = {
        "a": {"post-sft": world.two, "post-rl": lambda i: world.first(i) if i < 9 else world.two(i)},
        "b": {"post-sft": world.two, "post-rl": world.first},
    }
    for name, texts in runs.items():
        world.submit_run(path, world.run_directory(tmp_path / name, texts), "--system", name)
    world.with_reward(path, {"post-sft": 0.2, "post-rl": 0.9}, "reranker-generative:0123456789abcdef:x")
    told = boards.read_board(path)
    alone = {g.system: g.flags for name in runs for g in derive(path, told, wanted=[f"system={name}"]).groups}
    assert alone == {g.system: g.flags for g in derive(path, told).groups}
    assert len(alone["a"]) == 1


def test_a_system_that_only_talks_more_is_flagged(tmp_path: Path) -> None:
    path = world.new_board(tmp_path / "b")
    world.submit_run(
        path,
        world.run_directory(
            tmp_path / "run", {"post-sft": world.first, "post-rl": world.chatter, "post-recovery": world.first}
        ),
    )
    assert any(flag.startswith("TALKS MORE") for flag in derive(path, boards.read_board(path)).groups[0].flags)


def test_sorting_and_filtering(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = boards.read_board(board)

    def order(*args: str | None, **options: bool) -> list[str]:
        return [g.system for g in derive(board, told, *args, **options).groups]

    assert order() == ["best", "middle", "sg-srl", "twin", "last", "attack"]
    assert order("verbosity.chars", reverse=True)[0] == "last"
    assert order("system") == sorted(order())
    assert order("system", reverse=True) == sorted(order())[::-1]
    assert [g.system for g in derive(board, told, wanted=["stage=post"]).groups] == ["sg-srl"]
    assert world.leaderboard("show", board, "--filter", "twin", "--sort", "overlap.chrf", "--top", "1") == 0
    shown = capsys.readouterr().out
    assert "twin v1" in shown
    assert "best" not in shown
    assert world.leaderboard("show", board, "--sort", "overlap.chrff") == 2
    assert "did you mean overlap.chrf" in capsys.readouterr().err
    assert world.leaderboard("show", board, "--filter", "sytem=twin") == 2
    assert "did you mean system or stage?" in capsys.readouterr().err
    assert [g.system for g in derive(board, told, wanted=["seed=3"]).groups] == ["sg-srl"]
    assert derive(board, told, wanted=["seed=1"]).groups == []
    assert world.leaderboard("show", board, "--top", "0") == 2
    assert "at least 1" in capsys.readouterr().err


@pytest.mark.parametrize("sort", [None, "grounding.quantity.length_controlled", "trust"])
def test_the_terminals_table_is_at_most_a_hundred_columns_wide(board: Path, sort: str | None) -> None:
    lines = list(table(derive(board, boards.read_board(board), sort), sort))
    assert max(map(len, lines)) <= 100
    assert any(line.startswith("rank") for line in lines)
    suite = boards.board_path("newswire-title", None)
    assert max(map(len, table(derive(suite, boards.read_board(suite), sort), sort))) <= 100


def test_every_action_takes_a_task(
    board: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(boards, "BOARDS", board.parent)
    for action in ("show", "verify"):
        assert main(["leaderboard", action, "--task", world.TASK, "--foreign"]) == 0
        assert main(["leaderboard", action, "--task", "tay"]) == 2
        assert "did you mean toy?" in capsys.readouterr().err


def test_damaged_statistics_are_a_message(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(board.parent, tmp_path / "b")
    path = tmp_path / "b" / board.name
    import numpy as np

    for file in (path.parent / "outputs" / world.TASK).glob("*.npz"):
        np.savez(file, **{"coverage.f1.length_controlled": np.zeros((3, 3))})
    assert world.leaderboard("show", path) == 2
    assert "restore it" in capsys.readouterr().err


def test_untested_entries_have_no_range(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the best TESTED the view says so; the ranges of those tested allow for the others."""
    monkeypatch.setattr(ranks, "TESTED", 2)
    path = world.new_board(tmp_path / "b")
    for name, text in {"best": world.gold, "middle": world.two, "last": world.first}.items():
        world.submit(path, world.write_outputs(tmp_path / f"{name}.jsonl", text), name)
    view = derive(path, boards.read_board(path))
    assert [g.rows[0].ranks for g in view.groups] == [(1, 2), (2, 3), None]
    assert any("2 best entries of 3 were tested" in line for line in table(view, None))
    world.submit(
        path, world.write_outputs(tmp_path / "twin.jsonl", world.two), "twin"
    )  # the same texts are tested as one
    again = derive(path, boards.read_board(path))
    assert {g.system: g.rows[0].ranks for g in again.groups} == {
        "best": (1, 2),
        "middle": (2, 4),
        "twin": (2, 4),
        "last": None,
    }


def test_boards_of_the_default_world_come_first() -> None:
    """In the order of the tasks; those without entries last."""
    tasks = ["newswire-title", "ntrex-zh-th", "newswire-long@2", "newswire-title@2"]
    asked = argparse.Namespace(sort=None, filter=[], reverse=False)
    assert [
        view.board["task"] for _, view in views_of([boards.BOARDS / f"{task}.json" for task in tasks], asked, None)
    ] == ["newswire-title@2", "newswire-title", "newswire-long@2", "ntrex-zh-th"]
