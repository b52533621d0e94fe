"""`submit`: scored from the texts, entered whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import board_world as world
import pytest
from board_submitted import (
    board,  # noqa: F401 - a fixture
    contents,
    told,
)

from benchmark.leaderboard import board as boards
from metrics.draws import Draws

PRIMARY = "coverage.f1.length_controlled"


def test_scores_come_from_the_texts_with_interval_and_signature(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The person alone of three facts: recall 1/3, F1 1/2. The diff names what was entered."""
    assert world.submit(board, world.write_outputs(tmp_path / "g.jsonl", world.first), "one") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("+ toy: one v1, user: ")
    assert f"{PRIMARY} 0.5000" in shown
    entry = world.entries(board)[0]
    scores = entry["scores"]
    assert scores["coverage.recall"]["value"] == pytest.approx(1 / 3, abs=1e-9)
    assert scores[PRIMARY]["value"] == 0.5
    assert scores[PRIMARY]["ci_low"] <= 0.5 <= scores[PRIMARY]["ci_high"]
    signatures = boards.read_board(board)["signatures"]
    assert all(signatures[cell["signature"]].startswith(metric + "|") for metric, cell in scores.items())
    assert (entry["trust"], entry["stage"], entry["lineage"], entry["copies"]["near"]) == (
        "recomputed",
        "user",
        [],
        0.0,
    )
    assert entry["environment"]["scored_with"]["sacrebleu"]


def test_intervals_and_preservation_are_those_of_the_summary_of_the_run(board: Path, tmp_path: Path) -> None:
    """Of a summary drawn with the board's seed, which nobody chooses: the numbers of metrics.summary in all digits that
    a board keeps."""
    from benchmark.leaderboard.ranks import derive
    from benchmark.leaderboard.scoring import DETERMINISTIC, known_means, measure
    from metrics.records import Generation
    from metrics.summary import summarise

    texts = {
        "post-sft": world.first,
        "post-rl": lambda i: world.gold(i) if i % 5 else world.chatter(i),
        "post-recovery": lambda i: world.two(i) if i % 3 else world.gold(i),
    }
    run = world.run_directory(tmp_path / "run", texts)
    assert world.submit_run(board, run) == 0
    made = {e["stage"]: json.loads(json.dumps(e)) for e in world.entries(board)}
    means = known_means(world.EXAMPLES, [], "tiny")

    def stats(stage: str) -> Any:
        rows = (run / "generations" / world.TASK / f"{stage}.jsonl").read_text("utf-8").splitlines()
        return measure(world.EXAMPLES, [Generation(**json.loads(row)) for row in rows], means, DETERMINISTIC)

    told = summarise(
        {stage: stats(stage) for stage in world.STAGES}, [e.doc_id for e in world.EXAMPLES], {}, {}, draws=Draws(seed=1)
    )
    wide = 0
    for stage in world.STAGES:
        for metric, cell in told["systems"][stage].items():
            for what in ("value", "ci_low", "ci_high"):
                held, wanted = made[stage]["scores"][metric][what], cell[what]
                assert held == (None if wanted is None else pytest.approx(wanted, rel=1e-9, abs=1e-12)), (
                    stage,
                    metric,
                    what,
                )
            wide += cell["ci_low"] != cell["ci_high"]
    assert wide > 20, "intervals of no width would agree under any method"
    assert derive(board, boards.read_board(board)).groups[0].preservation == told["preservation"][PRIMARY]


def test_the_draws_are_the_boards(board: Path, tmp_path: Path) -> None:
    """Its seed is that of `score` by default, and no entry has one of its own to choose."""
    from benchmark.settings.config import Run

    world.submit(board, world.write_outputs(tmp_path / "g.jsonl", world.first), "one")
    assert boards.read_board(board)["statistics"]["seed"] == Run(task=world.TASK).seed == 1
    assert "draw_seed" not in world.entries(board)[0]


def test_a_validation_that_comes_later_is_added_and_never_exchanged(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, file = world.run_directory(tmp_path / "run"), tmp_path / "reward.json"
    assert world.submit_run(board, run) == 0
    assert world.submit_run(board, run, "--reward-validation", str(file)) == 2
    assert "no such file" in told(capsys)
    file.write_text(json.dumps({"signature": f"validate-reward|v:1|reward:{world.REWARD}"}))
    assert world.submit_run(board, run, "--reward-validation", str(file)) == 0
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert f"reward validated: {sha256}" in capsys.readouterr().out
    before = contents(board.parent)
    assert world.submit_run(board, run) == 0, "submitted again without it, nothing is lost"
    assert contents(board.parent) == before
    file.write_text(file.read_text() + "\n")
    assert world.submit_run(board, run, "--reward-validation", str(file)) == 2
    assert "other content (reward validation)" in told(capsys)
    assert contents(board.parent) == before


def test_outputs_lie_compressed_beside_the_board_under_their_hash(board: Path, tmp_path: Path) -> None:
    world.submit(board, world.write_outputs(tmp_path / "g.jsonl", world.first), "one")
    sha256 = world.entries(board)[0]["outputs"]["sha256"]
    packed = board.parent / "outputs" / world.TASK / f"{sha256}.jsonl.gz"
    data = gzip.decompress(packed.read_bytes())
    assert hashlib.sha256(data).hexdigest() == sha256
    assert [json.loads(line)["text"] for line in data.decode().splitlines()] == [world.first(i) for i in range(world.N)]


def test_numbers_in_the_file_are_ignored(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that claims scores is the same submission as one that does not."""
    world.submit(board, world.write_outputs(tmp_path / "g.jsonl", world.first), "one")
    before = contents(board.parent)
    boasting = world.write_outputs(
        tmp_path / "h.jsonl", world.first, score=1.0, scores={PRIMARY: {"value": 1.0}}, trust="regenerated", rank=1
    )
    assert world.submit(board, boasting, "one") == 0
    assert contents(board.parent) == before
    assert "= toy: one v1, user: unchanged" in capsys.readouterr().out.splitlines()


def test_other_content_asks_for_a_new_version(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world.submit(board, world.write_outputs(tmp_path / "g.jsonl", world.first), "one")
    before = contents(board.parent)
    capsys.readouterr()
    other = world.write_outputs(tmp_path / "h.jsonl", world.two)
    assert world.submit(board, other, "one") == 2
    assert "other content (outputs); submit it as a new version (--version)" in told(capsys)
    assert contents(board.parent) == before
    assert world.submit(board, other, "one", "--version", "2") == 0
    assert [(e["system"], e["version"]) for e in world.entries(board)] == [("one", "1"), ("one", "2")]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (lambda rows: rows[1:], ["1 missing: toy-00"]),
        (lambda rows: [*rows, {**rows[0], "example_id": "toy-99"}], ["1 unknown", "toy-99"]),
        (lambda rows: [*rows, rows[3]], ["1 doubled: toy-03"]),
        (
            lambda rows: [*rows[2:], rows[3], {**rows[0], "example_id": "x"}],
            ["2 missing: toy-00, toy-01", "1 unknown", "1 doubled: toy-03"],
        ),
    ],
)
def test_every_kind_of_mismatch_of_ids_is_named(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: Any, words: list[str]
) -> None:
    path = world.write_outputs(tmp_path / "g.jsonl", world.first)
    made = rows([json.loads(line) for line in path.read_text("utf-8").splitlines()])
    path.write_text("".join(json.dumps(row) + "\n" for row in made), "utf-8")
    before = contents(board.parent)
    assert world.submit(board, path, "one") == 2
    message = told(capsys)
    assert all(word in message for word in words)
    assert contents(board.parent) == before


def test_near_copies_of_the_references_are_counted(board: Path, tmp_path: Path) -> None:
    """A third equal to the reference, a third with one character changed, a third of something else."""

    def text(i: int) -> str:
        return world.gold(i) if i % 3 == 0 else world.gold(i)[:-1] + "x" if i % 3 == 1 else world.chatter(i)

    world.submit(board, world.write_outputs(tmp_path / "g.jsonl", text), "copier")
    copies = world.entries(board)[0]["copies"]
    assert copies["exact"] == pytest.approx(1 / 3)
    assert copies["near"] == pytest.approx(2 / 3)
