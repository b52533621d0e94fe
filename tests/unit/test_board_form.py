"""Form on boards: facts up and form down gets its flag, and what was scored without form.* stays as it was."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import board_world as world
import pytest
from tampering_files import statistics

from benchmark.leaderboard import bench
from benchmark.leaderboard import scoring as boards_scoring
from benchmark.leaderboard.board import BOARDS
from benchmark.leaderboard.ranks import derive
from benchmark.leaderboard.terminal import table
from benchmark.tasks.newswire import title_example
from benchmark.tasks.newswire.articles import title
from benchmark.tasks.newswire.attacks import keywords, keywords_with_roles
from benchmark.tasks.newswire.splits import article_stream
from metrics.hacking import FORM

N = 40
ARTICLES = list(islice(article_stream("challenge", True), N))


def honest(i: int) -> str:
    return title(ARTICLES[i], "th")


def elsewhere(i: int) -> str:
    """A good title of another article: fluent, and wrong."""
    return honest((i + 1) % N)


def listed(i: int) -> str:
    """The right clause and a list, or the title where the story has no clause."""
    return keywords_with_roles(ARTICLES[i], "th", random.Random(i)) or honest(i)


def bare(i: int) -> str:
    return keywords(ARTICLES[i], "th", random.Random(i)) or ""


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    examples = [title_example(a, i, "test", "th", True, "toy") for i, a in enumerate(ARTICLES)]
    monkeypatch.setattr(world, "EXAMPLES", examples)
    return world.new_board(tmp_path / "b", examples)


def flags(path: Path) -> dict[str, list[str]]:
    """System and stage -> the flags of its row that speak of form."""
    view = derive(path, world.boards.read_board(path))
    return {
        f"{r.entry['system']} {r.entry['stage']}": [f for f in r.flags if f.startswith("FORM")]
        for g in view.groups
        for r in g.rows
    }


def test_facts_up_and_form_down_is_flagged_against_post_sft(board: Path, tmp_path: Path) -> None:
    stages = {"post-sft": elsewhere, "post-rl": bare, "post-recovery": honest}
    run = world.run_directory(tmp_path / "run", stages)
    assert world.submit_run(board, run, "--system", "lister") == 0
    found = flags(board)
    assert found["lister post-sft"] == found["lister post-recovery"] == []
    (flag,) = found["lister post-rl"]
    assert flag.startswith("FORM DOWN: facts up, form down against its post-sft: coverage.f1.length_controlled ")
    assert "form.fluency" in flag and "form.headline" in flag
    assert "FORM DOWN" in "\n".join(table(derive(board, world.boards.read_board(board)), None))


def test_a_list_with_right_clauses_is_flagged_against_the_gold(board: Path, tmp_path: Path) -> None:
    """Its primary lies .015 below the gold: nothing else tells it."""
    for name, text in (("clauses", listed), ("titles", honest), ("elsewhere", elsewhere)):
        assert world.submit(board, world.write_outputs(tmp_path / f"{name}.jsonl", text), name) == 0
    assert all(not told for told in flags(board).values()), "without the gold there is nothing to hold it against"
    assert world.leaderboard("baselines", board) == 0
    found = flags(board)
    assert found["titles user"] == found["elsewhere user"] == []
    (flag,) = found["clauses user"]
    assert flag.startswith("FORM BELOW FACTS: further below the gold than its facts account for")


def test_a_board_that_was_scored_without_form_is_verified_as_it_stands(
    board: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = tuple(name for name in boards_scoring.DETERMINISTIC if name != "form")
    with monkeypatch.context() as before:
        before.setattr(boards_scoring, "DETERMINISTIC", older)
        before.setattr(bench, "DETERMINISTIC", older)
        assert world.submit(board, world.write_outputs(tmp_path / "old.jsonl", listed), "old") == 0
    assert not any(m in world.entries(board)[0]["scores"] for m in FORM)
    assert world.submit(board, world.write_outputs(tmp_path / "new.jsonl", elsewhere), "new") == 0
    assert all(m in world.entries(board)[-1]["scores"] or m in world.entries(board)[0]["scores"] for m in FORM)
    assert world.leaderboard("verify", board) == 0
    assert flags(board) == {"old user": [], "new user": []}


def test_the_published_boards_are_read_as_they_are() -> None:
    """None of their entries has form.* before it is rescored; nothing is said of it."""
    path = BOARDS / "newswire-title-bo.json"
    told = world.boards.read_board(path)
    scored = any(m in e["scores"] for e in told["entries"] for m in FORM)
    assert scored or all(not f for f in flags(path).values())


def test_a_changed_form_is_a_lie(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert world.submit(board, world.write_outputs(tmp_path / "a.jsonl", bare), "a") == 0
    world.rewrite(board, lambda told: told["entries"][0]["scores"]["form.fluency"].update(value=0.99, ci_high=1.0))
    assert world.leaderboard("verify", board) == 1
    assert "form.fluency" in capsys.readouterr().out


@pytest.mark.parametrize(("by", "held"), [(1e-13, 0), (1e-6, 1)])
def test_form_may_differ_by_how_another_processor_rounds_and_by_no_more(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], by: float, held: int
) -> None:
    """No other metric may: "statistics of other numbers" and the last digit of a score are lies (tampering_files)."""
    assert world.submit(board, world.write_outputs(tmp_path / "a.jsonl", elsewhere), "a") == 0
    statistics(lambda s: s["form.fluency"].__setitem__((0, 0), s["form.fluency"][0, 0] + by))(board)
    assert world.leaderboard("verify", board) == held
    assert ("outputs.stats_sha256 (form.fluency)" in capsys.readouterr().out) == bool(held)
