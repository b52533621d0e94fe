"""`leaderboard verify`: every class of lie is found, whoever makes it, and named by entry and field."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from board_world import (
    EXAMPLES,
    REWARD,
    TASK,
    N,
    chatter,
    entries,
    first,
    gold,
    leaderboard,
    new_board,
    rewrite,
    run_directory,
    submit,
    submit_run,
    two,
    write_outputs,
)

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.packed import pack_stats, stats_hash
from benchmark.leaderboard.scoring import texts_of
from benchmark.leaderboard.verify import verify
from metrics.records import parse_generation

PRIMARY = "coverage.f1.length_controlled"
Board = dict[str, Any]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A board with the three stages of a run and one system of outputs alone."""
    folder = tmp_path_factory.mktemp("honest")
    board = new_board(folder / "board")
    assert submit_run(board, run_directory(folder / "run")) == 0
    assert submit(board, write_outputs(folder / "g.jsonl", chatter), "talker") == 0
    return board


@pytest.fixture
def board(honest: Path, tmp_path: Path) -> Path:
    """A copy of the honest board to lie on."""
    shutil.copytree(honest.parent, tmp_path / "board")
    return tmp_path / "board" / honest.name


def of(told: Board, stage: str) -> dict[str, Any]:
    return next(e for e in told["entries"] if e["stage"] == stage)


def stored(board: Path, stage: str) -> Path:
    entry = next(e for e in entries(board) if e["stage"] == stage)
    return boards.outputs_path(board, entry["outputs"]["sha256"])


def replace_outputs(board: Path, change: Callable[[list[dict[str, Any]]], None], stage: str = "post-rl") -> None:
    """New outputs under their right hashes, for a liar who knows the house."""
    rows = [json.loads(line) for line in gzip.decompress(stored(board, stage).read_bytes()).decode().splitlines()]
    change(rows)
    data = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows).encode()
    sha256 = hashlib.sha256(data).hexdigest()
    boards.outputs_path(board, sha256).write_bytes(boards.pack(data))

    def point(told: Board) -> None:
        of(told, stage)["outputs"] |= texts_of([parse_generation(row, "") for row in rows]) | {"sha256": sha256}

    rewrite(board, point)


def lie(board: Path, quick: bool = False) -> Lie:
    with pytest.raises(Lie) as found:
        verify(board, quick, foreign=True)
    return found.value


def test_an_honest_board_holds(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leaderboard("verify", board) == 0
    assert "4 entries recomputed and equal" in capsys.readouterr().out
    assert leaderboard("verify", board, "--quick") == 0


def raised_digit(told: Board) -> None:
    cell = of(told, "post-rl")["scores"]["overlap.chrf"]
    cell["value"] = round(cell["value"] - 1e-8, 10)
    cell["ci_low"] = min(cell["ci_low"], cell["value"])


def narrow(told: Board) -> None:
    cell = of(told, "user")["scores"]["verbosity.chars"]
    cell["ci_high"] = cell["value"]


def last_digit_of_a_limit(told: Board) -> None:
    """One unit in the last of the ten digits that a board keeps."""
    cell = of(told, "user")["scores"]["verbosity.length_ratio"]
    cell["ci_low"] = float(f"{cell['ci_low'] - 10.0 ** (math.floor(math.log10(cell['ci_low'])) - 9):.10g}")


def of_another_split(told: Board) -> None:
    of(told, "user")["test_sha256"] = "0" * 64


def renamed(told: Board) -> None:
    of(told, "user")["stage"] = "post-human"


def renamed_in_lineage(told: Board) -> None:
    entry = of(told, "post-sft")
    entry["stage"] = entry["lineage"][-1]["stage"] = "cold-start"


def other_parent(told: Board) -> None:
    of(told, "post-recovery")["lineage"][2]["parent_hash"] = "9" * 64


def other_base(told: Board) -> None:
    """The chain holds together, but another entry says otherwise of the same weights."""
    links = of(told, "post-recovery")["lineage"]
    links[0]["weights_hash"] = links[1]["parent_hash"] = "9" * 64


def skipped_stage(told: Board) -> None:
    links = of(told, "post-recovery")["lineage"]
    links[3]["parent_hash"] = links[1]["weights_hash"]
    del links[2]


def fewer_steps(told: Board) -> None:
    of(told, "post-rl")["training"]["rl_steps"] = 1


def boast(told: Board) -> None:
    of(told, "user")["trust"] = "regenerated"


def boast_with_hashes(told: Board) -> None:
    """Outputs without a checkpoint were not trained by anybody's run."""
    of(told, "user").update(
        trust="regenerated",
        regenerated={"manifests": ["0" * 64, "1" * 64], "cpu": [None, None], "same": "bits", "largest": None},
    )


def validated_without_a_reward(told: Board) -> None:
    of(told, "user")["reward"]["validation_sha256"] = "0" * 64


def another_validation(told: Board) -> None:
    of(told, "post-rl")["reward"]["validation_sha256"] = "0" * 64


def doubled(told: Board) -> None:
    told["entries"].append(json.loads(json.dumps(told["entries"][0])))


def unscored(told: Board) -> None:
    del of(told, "user")["scores"]["verbosity.repetition"]


def unknown_score(told: Board) -> None:
    cell = of(told, "user")["scores"]["coverage.precision"]
    of(told, "user")["scores"]["coverage.beauty"] = cell


def other_copies(told: Board) -> None:
    of(told, "post-rl")["copies"] = {"exact": 0, "near": 0, "lcs": 0.1, "repeated": 0, "overlong": 0}


def other_hash(told: Board) -> None:
    of(told, "user")["outputs"]["sha256"] = "0" * 64


def other_texts_hash(told: Board) -> None:
    of(told, "user")["outputs"]["texts_sha256"] = "0" * 64


def wider_level(told: Board) -> None:
    told["statistics"]["level"] = 0.5


def another_primary(told: Board) -> None:
    told["primary"] = "verbosity.chars"


def other_signature(told: Board) -> None:
    key = of(told, "user")["scores"]["overlap.bleu"]["signature"]
    told["signatures"][key] += "|v:2"


def fewer_examples(told: Board) -> None:
    told["test"]["n"] = 3


def infinite(told: Board) -> None:
    of(told, "user")["scores"]["verbosity.chars"]["ci_high"] = 1e300


CLASSES: list[tuple[Callable[[Board], None], str]] = [
    (raised_digit, "scores.overlap.chrf"),
    (narrow, "scores.verbosity.chars.ci_high"),
    (last_digit_of_a_limit, "scores.verbosity.length_ratio.ci_low"),
    (of_another_split, "test_sha256"),
    (renamed, "stage"),
    (renamed_in_lineage, "stage"),
    (other_parent, "parent_hash"),
    (other_base, "lineage.1.parent_hash"),
    (skipped_stage, "lineage.2.stage"),
    (fewer_steps, "training.rl_steps"),
    (boast, "trust"),
    (boast_with_hashes, "trust"),
    (validated_without_a_reward, "reward.validation_sha256"),
    (another_validation, "reward.validation_sha256"),
    (doubled, "system"),
    (unscored, "scores.verbosity.repetition"),
    (unknown_score, "scores.coverage.beauty"),
    (other_copies, "copies"),
    (other_hash, "outputs.sha256"),
    (other_texts_hash, "outputs.texts_sha256"),
    (infinite, "scores.verbosity.chars.ci_high"),
]


@pytest.mark.parametrize(("change", "field"), CLASSES)
def test_a_lie_with_all_digests_made_right_is_found_and_named(
    board: Path, change: Callable[[Board], None], field: str
) -> None:
    rewrite(board, change)
    found = lie(board)
    assert field in found.field
    assert found.entry.startswith(("sg-srl v1 seed 3", "talker v1"))


@pytest.mark.parametrize(("change", "field"), CLASSES)
def test_a_plain_edit_is_found_without_recomputing(board: Path, change: Callable[[Board], None], field: str) -> None:
    rewrite(board, change, redigest=False)
    if change is not doubled:
        assert lie(board, quick=True).entry.startswith(("sg-srl", "talker"))
    assert lie(board).field


@pytest.mark.parametrize("change", [wider_level, another_primary, other_signature, fewer_examples])
def test_the_head_of_a_board_is_checked_too(board: Path, change: Callable[[Board], None]) -> None:
    rewrite(board, change)
    assert lie(board).entry == "the board"


def swap(rows: list[dict[str, Any]]) -> None:
    rows[4]["text"] = first(4)


def drop(rows: list[dict[str, Any]]) -> None:
    del rows[5]


def duplicate(rows: list[dict[str, Any]]) -> None:
    rows[6] = rows[5]


def exchange(rows: list[dict[str, Any]]) -> None:
    rows[0], rows[1] = rows[1], rows[0]


def rename(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["stage"] = "post-sft"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (swap, "scores.", "recomputed it is"),
        (drop, "outputs.example_id", "missing 'toy-05'"),
        (duplicate, "outputs.example_id", "doubled 'toy-05'"),
        (exchange, "outputs.example_id", "another order"),
        (rename, "stage", "'post-sft'"),
    ],
)
def test_outputs_replaced_under_their_right_hashes(board: Path, change: Any, field: str, words: str) -> None:
    replace_outputs(board, change)
    found = lie(board)
    assert found.field.startswith(field)
    assert words in found.message


@pytest.mark.parametrize("how", ["text", "cut", "gone", "other"])
def test_outputs_changed_in_place(board: Path, how: str) -> None:
    path = stored(board, "post-rl")
    data = gzip.decompress(path.read_bytes())
    if how == "text":
        path.write_bytes(boards.pack(data.replace(gold(3).encode(), first(3).encode())))
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:-20])
    elif how == "gone":
        path.unlink()
    else:
        shutil.copy(stored(board, "post-sft"), path)
    found = lie(board)
    assert found.field == "outputs.sha256"
    assert "post-rl" in found.entry


@pytest.mark.parametrize("how", ["numbers", "shape", "metric", "cut", "pickle"])
def test_stored_statistics_are_those_of_the_outputs(board: Path, how: str) -> None:
    """Ranks are derived from them, so nobody may move them while the scores stay."""
    entry = next(e for e in entries(board) if e["stage"] == "user")
    path = boards.stats_path(board, entry["outputs"]["stats_sha256"])
    with np.load(path) as packed:
        stats = {name: packed[name] for name in packed.files}
    if how == "numbers":
        stats[PRIMARY][0] += 1
    elif how == "shape":
        stats[PRIMARY] = stats[PRIMARY][:-1]
    elif how == "metric":
        del stats[PRIMARY]
    if how == "cut":
        path.write_bytes(path.read_bytes()[:100])
    elif how == "pickle":
        np.savez(path.open("wb"), **{PRIMARY: np.array([{}], dtype=object)})
    else:
        sha256 = stats_hash(stats)
        boards.stats_path(board, sha256).write_bytes(pack_stats(stats))

        def point(told: Board) -> None:
            of(told, "user")["outputs"]["stats_sha256"] = sha256

        rewrite(board, point)
    found = lie(board)
    assert found.field.startswith("outputs.stats_sha256")
    assert "talker" in found.entry


@pytest.mark.parametrize("how", ["changed", "other", "gone"])
def test_the_stored_validation_is_the_one_of_the_entrys_reward(tmp_path: Path, how: str) -> None:
    """reward.json lies beside the board; another reward's under its right hash is no validation of this one."""
    board, run = new_board(tmp_path / "board"), run_directory(tmp_path / "run")
    text = json.dumps({"reward": "r", "signature": f"validate-reward|v:1|reward:{REWARD}"})
    (run / "reward.json").write_text(text)
    assert submit_run(board, run) == 0
    assert verify(board, foreign=True).n == 3
    file = boards.validation_path(board, hashlib.sha256(text.encode()).hexdigest())
    assert gzip.decompress(file.read_bytes()) == text.encode()
    if how == "gone":
        file.unlink()
    elif how == "changed":
        file.write_bytes(boards.pack(text.encode() + b" "))
    else:
        other = text.replace("0123456789abcdef", "fedcba9876543210").replace("safeguarded", "other").encode()
        sha256 = hashlib.sha256(other).hexdigest()
        boards.validation_path(board, sha256).write_bytes(boards.pack(other))

        def point(told: Board) -> None:
            for stage in ("post-rl", "post-recovery"):
                of(told, stage)["reward"]["validation_sha256"] = sha256

        rewrite(board, point)
    assert lie(board).field == "reward.validation_sha256"


def test_an_entry_moved_to_another_board_is_found(board: Path, tmp_path: Path) -> None:
    """With its files; first as it is, then with task and test split adapted."""
    other = new_board(tmp_path / "other", EXAMPLES[: N // 2], "elsewhere")
    moved = entries(board)[0]
    shutil.copytree(board.parent / "outputs" / TASK, other.parent / "outputs" / "elsewhere")
    told = boards.read_board(other)
    signatures = boards.read_board(board)["signatures"]
    boards.write_board(other, {**told, "entries": [moved], "signatures": signatures})
    assert lie(other, quick=True).field == "task"

    def adapt(told: Board) -> None:
        told["entries"][0] |= {"task": "elsewhere", "test_sha256": told["test"]["sha256"]}
        for cell in told["entries"][0]["scores"].values():
            cell["n_scored"] = min(cell["n_scored"], N // 2)

    rewrite(other, adapt)
    found = lie(other)
    assert found.field == "outputs.example_id"
    assert "unknown 'toy-12'" in found.message


def test_another_test_split_is_found(board: Path) -> None:
    """The stored split changed in place, then a whole split exchanged: no longer the task's own."""
    sha256 = boards.read_board(board)["test"]["sha256"]
    boards.test_path(board, sha256).write_bytes(boards.pack(boards.examples_bytes(EXAMPLES[:-1])))
    assert lie(board).field == "test.sha256"
    boards.test_path(board, sha256).unlink()
    assert lie(board, quick=True).field == "test.sha256"


def test_a_split_that_is_not_the_tasks_own_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark.tasks.newswire.splits import WORLD_VERSION

    board = tmp_path / "newswire-long.json"
    boards.create(board, "newswire-long", WORLD_VERSION, EXAMPLES)
    found = lie(board)
    assert (found.entry, found.field) == ("the board", "test.sha256")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 200_000,
        '{"kind": "board", "kind": "board"}',
        '{"kind": NaN}',
        '{"entries": [1e999]}',
        "\x00",
        '{"kind": "board", "entries": []}',
    ],
)
def test_a_file_that_is_no_board(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "b.json"
    path.write_text(text, "utf-8")
    assert leaderboard("verify", path) == 1
    assert "b.json: FALSE: the board: schema: " in capsys.readouterr().out
    assert leaderboard("show", path) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("system", "\u202e\x1b[2J"),
        ("system", "<script>alert(1)</script>"),
        ("system", "x" * 1_000_000),
        ("system", "../../x"),
        ("system", "\ud800"),
        ("stage", 7),
        ("seed", 1e400),
        ("lineage", {}),
        ("scores", {}),
        ("scores", {"\x1b]0;x": {}}),
        ("extra", 1),
        ("digest", None),
        ("trust", "reported"),
        ("environment", [[]]),
    ],
)
@pytest.mark.parametrize("quick", [True, False])
def test_hostile_entries_are_refused_by_every_command(
    board: Path, tmp_path: Path, name: str, value: Any, quick: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Written past `submit`, for instance in a pull request. What is printed is printable and short."""
    told = json.loads(board.read_text("utf-8"))
    told["entries"][0][name] = value
    board.write_text(json.dumps(told), "utf-8")
    assert leaderboard("verify", board, *(["--quick"] if quick else [])) == 1
    shown = capsys.readouterr().out
    assert len(shown) < 2000
    assert all(line.isprintable() for line in shown.splitlines())
    assert leaderboard("show", board) == 2
    assert leaderboard("export", board, "--out", str(tmp_path / "out")) == 2
    assert not (tmp_path / "out").exists()
    assert all(line.isprintable() for line in capsys.readouterr().err.splitlines())


def test_neural_scores_are_not_rechecked_where_the_weights_are_absent(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """But they must be those of the stored statistics, and within 1e-4 where the weights are there."""
    from benchmark.leaderboard.scoring import described, segments, signature_key

    entry = next(e for e in entries(board) if e["stage"] == "user")
    told = boards.read_board(board)
    stats = boards.read_stats(board, entry["outputs"]["stats_sha256"], N)
    signature = "scorer.comet_qe|weights:" + "0" * 16
    rows = np.column_stack([np.linspace(0, 1, N), np.ones(N)])
    metric = segments("scorer.comet_qe", tuple(e.id for e in EXAMPLES), rows, signature)
    cell = described(told, EXAMPLES, [metric])[0]["scorer.comet_qe"]
    stats["scorer.comet_qe"] = rows
    sha256 = stats_hash(stats)
    boards.stats_path(board, sha256).write_bytes(pack_stats(stats))

    def enter(told: Board) -> None:
        told["signatures"][signature_key(signature)] = signature
        of(told, "user")["scores"]["scorer.comet_qe"] = cell
        of(told, "user")["outputs"]["stats_sha256"] = sha256

    rewrite(board, enter)
    profile = tmp_path / "bare.toml"
    text = (Path(__file__).parents[2] / "benchmark" / "profiles" / "tiny.toml").read_text()
    profile.write_text(text.replace('comet_qe = "asset:comet"', 'comet_qe = "/nowhere"'))
    assert leaderboard("verify", board, "--profile", str(profile)) == 0
    assert "1 neural scores not rechecked" in capsys.readouterr().out

    def flatter(told: Board) -> None:
        of(told, "user")["scores"]["scorer.comet_qe"]["value"] += 0.01

    rewrite(board, flatter)
    with pytest.raises(Lie) as found:
        verify(board, profile=str(profile), foreign=True)
    assert found.value.field == "scores.scorer.comet_qe.value"


def test_the_first_lie_is_named_on_the_terminal(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(board, narrow)
    assert leaderboard("verify", board) == 1
    assert "toy.json: FALSE: talker v1, user: scores.verbosity.chars.ci_high: the board says" in capsys.readouterr().out


def test_two_outputs_of_equal_texts_are_no_lie(board: Path, tmp_path: Path) -> None:
    """The same texts under another name are flagged when shown; nothing about them is false."""
    assert submit(board, write_outputs(tmp_path / "g.jsonl", two), "twin") == 0
    assert verify(board, foreign=True).n == 5
