"""`leaderboard rescore`: a board of older metrics scored again from its stored outputs, in one step, and the old one
kept."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import board_world as world
import numpy as np
import pytest
from test_tamper import make_older

from benchmark.leaderboard import bench
from benchmark.leaderboard import board as boards
from benchmark.leaderboard import rescore as command
from benchmark.leaderboard.older import upgraded
from benchmark.leaderboard.spelling import digest
from benchmark.leaderboard.verify import verify
from metrics.version import METRICS_VERSION

PRIMARY = "coverage.f1.length_controlled"


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A board of a run and of outputs alone, made by older metrics that scored otherwise."""
    board = world.new_board(tmp_path / "board")
    assert world.submit_run(board, world.run_directory(tmp_path / "run")) == 0
    for name, text in {"talker": world.chatter, "best": world.gold, "second": world.two}.items():
        assert world.submit(board, world.write_outputs(tmp_path / f"{name}.jsonl", text), name) == 0
    make_older(board)
    return board


def scores(board: Path) -> dict[tuple[str, str], Any]:
    return {(e["system"], e["stage"]): e["scores"] for e in world.entries(board)}


def test_a_rescored_board_is_the_one_that_submitting_now_would_give(older: Path, tmp_path: Path) -> None:
    """Scores, statistics, texts, names, lineage; verified without a word; and the order in which entries came."""
    assert world.leaderboard("rescore", older) == 0
    told = boards.read_board(older)
    assert told["metrics"] == METRICS_VERSION
    assert told["rescored"]["metrics"] == 1
    assert verify(older, foreign=True).unproved == []
    new = world.new_board(tmp_path / "new")
    assert world.submit_run(new, tmp_path / "run") == 0
    for name in ("talker", "best", "second"):
        assert world.submit(new, tmp_path / f"{name}.jsonl", name) == 0
    assert scores(older) == scores(new)
    assert [e["lineage"] for e in world.entries(older)] == [e["lineage"] for e in world.entries(new)]
    assert not list(older.parent.glob(".*.rescore"))


def test_the_old_board_stays_readable_where_it_is_said_to_be(older: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, shown = older.read_bytes(), boards.read_board(older)
    assert world.leaderboard("rescore", older) == 0
    kept = older.parent / "older" / "metrics-1" / older.name
    assert str(kept) in capsys.readouterr().out
    assert kept.read_bytes() == before
    assert boards.read_board(kept) == shown
    assert world.leaderboard("show", kept) == 0
    assert "made with metrics version 1" in " ".join(capsys.readouterr().out.split())
    assert world.leaderboard("export", kept, "--out", str(older.parent / "export")) == 0
    assert world.leaderboard("verify", kept) == 1
    assert "NOT VERIFIED" in capsys.readouterr().out
    assert {p.stem for p in older.parent.glob("*.json")} == {"toy"}, "what is kept is no board of the folder"


def test_a_rescore_that_is_stopped_leaves_the_board_and_goes_on(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped before the third entry; the second call scores the rest alone, and the result is that of one call."""
    whole = older.parent.parent / "whole"
    shutil.copytree(older.parent, whole)
    assert world.leaderboard("rescore", whole / older.name) == 0
    before = {p: p.read_bytes() for p in older.parent.rglob("*") if p.is_file() and ".lock" not in p.name}
    real, calls = command.scored_as, [0]

    def dying(*args: Any) -> Any:
        calls[0] += 1
        if calls[0] == 3:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(command, "scored_as", dying)
    with pytest.raises(KeyboardInterrupt):
        command.rescore(older)
    assert {p: p.read_bytes() for p in before} == before
    monkeypatch.setattr(command, "scored_as", lambda *args: calls.append(1) or real(*args))
    calls.clear()
    assert world.leaderboard("rescore", older) == 0
    assert len(calls) == len(world.entries(older)) - 2
    assert boards.read_board(older) == boards.read_board(whole / older.name)


def test_a_board_that_changes_meanwhile_is_not_overwritten(
    older: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = command._keep

    def change(*args: Any) -> Any:
        return real(*args)

    scored = command._scored

    def slow(*args: Any) -> Any:
        found = scored(*args)
        older.write_text(older.read_text("utf-8") + "\n", "utf-8")
        return found

    monkeypatch.setattr(command, "_scored", slow)
    monkeypatch.setattr(command, "_keep", change)
    assert world.leaderboard("rescore", older) == 2
    assert "changed while it was scored" in capsys.readouterr().err
    assert boards.read_board(older)["metrics"] == 1
    assert not (older.parent / "older").exists()


def test_neural_scores_are_never_lost_in_silence(
    older: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A reward that is not here: said, with the way out; given up only when told to."""
    board = world.new_board(tmp_path / "b")
    assert world.submit_run(board, tmp_path / "run") == 0
    world.with_reward(board, {"post-sft": 0.2, "post-rl": 0.9}, "other:0123456789abcdef")
    make_older(board)
    before = board.read_bytes()
    profile = Path(boards.__file__).parents[1] / "profiles" / "tiny.toml"
    bare = tmp_path / "bare.toml"
    text, n = re.subn(r"(?m)^reward_path = .*$", 'reward_path = "/nowhere"', profile.read_text("utf-8"))
    assert n == 1
    bare.write_text(text, "utf-8")
    assert world.leaderboard("rescore", board, "--profile", str(bare)) == 2
    assert "--without reward" in capsys.readouterr().err
    assert board.read_bytes() == before
    assert world.leaderboard("rescore", board, "--without", "reward") == 0
    assert all("reward.mean" not in e["scores"] for e in world.entries(board))
    assert world.leaderboard("rescore", board, "--without", "rewards") == 2


def test_nothing_is_done_to_a_board_of_these_metrics(older: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert world.leaderboard("rescore", older) == 0
    before = older.read_bytes()
    assert world.leaderboard("rescore", older) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert older.read_bytes() == before


def test_a_board_of_the_first_schema_is_read_shown_and_rescored(
    older: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the suite wrote them before: draws of the run, an array of two manifests, no chain."""
    told = boards.read_board(older)
    old = {k: v for k, v in told.items() if k not in ("metrics", "rescored", "tip", "retired")} | {"schema_version": 1}
    for entry in old["entries"]:
        for name in ("group", "previous"):
            del entry[name]
        entry["draw_seed"] = 3
        del entry["environment"]["trained"], entry["environment"]["cpu"]
        entry["copies"] = {k: entry["copies"][k] for k in ("exact", "near", "lcs")}
        del entry["outputs"]["sketch"]
        entry["digest"] = digest(entry)
    boards.write_board(older, old)
    assert boards.read_board(older)["metrics"] == 1
    assert world.leaderboard("show", older) == 0
    assert world.leaderboard("verify", older, "--quick") == 1
    assert world.leaderboard("verify", older) == 1
    assert capsys.readouterr().out.count("NOT VERIFIED: made with metrics version 1") == 2
    spoilt = json.loads(json.dumps(old))
    spoilt["entries"][0]["scores"][PRIMARY]["value"] += 0.01
    with pytest.raises(boards.UserError, match="digest"):
        upgraded(spoilt, "x")
    assert world.leaderboard("rescore", older) == 0
    assert verify(older, foreign=True).unproved == []


def test_an_empty_board_of_older_metrics_takes_entries_at_once(tmp_path: Path) -> None:
    board = world.new_board(tmp_path / "b")
    world.rewrite(board, lambda told: told.update(metrics=1))
    assert world.submit(board, world.write_outputs(tmp_path / "g.jsonl", world.first), "one") == 0
    assert boards.read_board(board)["metrics"] == METRICS_VERSION
    assert verify(board, foreign=True).n == 1


def test_an_empty_board_is_of_the_new_metrics_at_once_and_nothing_is_kept(tmp_path: Path) -> None:
    """Also where nothing was ever submitted, so that no folder of outputs is there."""
    board = world.new_board(tmp_path / "b")
    world.rewrite(board, lambda told: told.update(metrics=1))
    assert world.leaderboard("rescore", board) == 0
    assert boards.read_board(board)["metrics"] == METRICS_VERSION
    assert not (board.parent / "older").exists()
    assert verify(board, foreign=True).n == 0


def test_a_board_with_baselines_has_them_again(older: Path) -> None:
    """Made anew by the new metrics, not carried over."""
    assert world.leaderboard("rescore", older) == 0
    assert world.leaderboard("baselines", older) == 0
    make_older(older)
    assert world.leaderboard("rescore", older) == 0
    assert sum(e["trust"] == "baseline" for e in world.entries(older)) == 3
    assert verify(older, foreign=True).unproved == []


@pytest.mark.parametrize("grouped", [False, True])
def test_equal_texts_are_measured_once_and_blocks_give_each_entry_its_own(
    monkeypatch: pytest.MonkeyPatch, grouped: bool
) -> None:
    """Three entries, two of the same texts: pieces of work, and which values come back to whom. By a scorer that
    counts characters. Grouped, a model sees all outputs of one source together."""
    from board_world import EXAMPLES

    from metrics.blocks import Reasons, from_numbers
    from metrics.records import Generation
    from metrics.segment import from_values

    monkeypatch.setattr(bench, "BLOCK", 7)

    def outputs(text: Any) -> list[Generation]:
        return [Generation(e.id, "s", "user", text(i), None, "stop", None) for i, e in enumerate(EXAMPLES)]

    wanted = [bench.Wanted(outputs(t), ("scorers", "reward"), "r") for t in (world.first, world.two, world.first)]
    done: list[tuple[tuple[str, ...], int]] = []
    seen: list[int] = []

    class Done:
        def __init__(self, value: Any) -> None:
            self.value = value

        def result(self) -> Any:
            return self.value

    def given(families: tuple[str, ...], reward_id: str | None, rows: list[tuple[int, Generation]]) -> Done:
        done.append((tuple(families), len(rows)))
        seen.extend(i for i, _ in rows if families == ("scorers",))
        if families == ("reward",):
            return Done("no such reward here")
        if families == bench.TEXTWISE:
            lengths = np.array([float(len(made.text)) for _, made in rows])
            chars = from_numbers("verbosity.chars", lengths, Reasons.none(len(rows)), "verbosity.chars|x", None)
            return Done({**dict.fromkeys(bench.TEXTWISE, ()), "verbosity": [chars]})
        if families == ("open",):
            return Done([])
        name = "scorer.length" if families == ("scorers",) else "overlap.chrf"
        return Done(
            [
                from_values(
                    name,
                    [made.example_id for _, made in rows],
                    [float(len(made.text)) for _, made in rows],
                    f"{name}|x",
                    True,
                )
            ]
        )

    found = list(bench.Bench(EXAMPLES, wanted, "tiny", given, grouped))
    assert {*bench.TEXTWISE, "open", "overlap"} == set(bench.DETERMINISTIC)
    assert [n for families, n in done if families == ("overlap",)] == [24, 24]
    for paired in (("scorers",), bench.TEXTWISE):
        assert [n for families, n in done if families == paired] == [7, 7, 7, 7, 7, 7, 6]
    in_turn = sorted(seen, key=lambda i: (len(EXAMPLES[i].source), i))
    assert len(set(seen)) == 24 and (seen == in_turn) == grouped
    for one, text in zip(found, (world.first, world.two, world.first), strict=True):
        scorer = next(m for m in one.metrics if m.metric == "scorer.length")
        chars = next(m for m in one.metrics if m.metric == "verbosity.chars")
        for measured in (scorer, chars):
            assert [row[0] for row in measured.stats] == [len(text(i)) for i in range(24)]
        assert [m.metric for m in one.metrics] == ["verbosity.chars", "overlap.chrf", "scorer.length"]
        assert one.absent == {"reward": "no such reward here"}
