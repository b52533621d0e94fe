"""`submit`: scored from the texts, entered whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from board_world import (
    EXAMPLES,
    REWARD,
    STAGES,
    TASK,
    N,
    chatter,
    entries,
    first,
    gold,
    leaderboard,
    new_board,
    run_directory,
    submit,
    submit_run,
    two,
    write_outputs,
)

from benchmark.cli import main
from benchmark.leaderboard import board as boards
from metrics.draws import Draws

TOP = Path(__file__).parents[2]
PRIMARY = "coverage.f1.length_controlled"


@pytest.fixture
def board(tmp_path: Path) -> Path:
    return new_board(tmp_path / "board")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder but locks."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and not p.name.endswith(".lock")
    }


def told(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err
    assert text.startswith("error: ")
    assert text.count("\n") == 1
    assert "Traceback" not in text
    return text


def test_scores_come_from_the_texts_with_interval_and_signature(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The person alone of three facts: recall 1/3, F1 1/2. The diff names what was entered."""
    assert submit(board, write_outputs(tmp_path / "g.jsonl", first), "one") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("+ toy: one v1, user: ")
    assert f"{PRIMARY} 0.5000" in shown
    entry = entries(board)[0]
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
        "post-sft": first,
        "post-rl": lambda i: gold(i) if i % 5 else chatter(i),
        "post-recovery": lambda i: two(i) if i % 3 else gold(i),
    }
    run = run_directory(tmp_path / "run", texts)
    assert submit_run(board, run) == 0
    made = {e["stage"]: json.loads(json.dumps(e)) for e in entries(board)}
    means = known_means(EXAMPLES, [], "tiny")

    def stats(stage: str) -> Any:
        rows = (run / "generations" / TASK / f"{stage}.jsonl").read_text("utf-8").splitlines()
        return measure(EXAMPLES, [Generation(**json.loads(row)) for row in rows], means, DETERMINISTIC)

    told = summarise(
        {stage: stats(stage) for stage in STAGES}, [e.doc_id for e in EXAMPLES], {}, {}, draws=Draws(seed=1)
    )
    wide = 0
    for stage in STAGES:
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

    submit(board, write_outputs(tmp_path / "g.jsonl", first), "one")
    assert boards.read_board(board)["statistics"]["seed"] == Run(task=TASK).seed == 1
    assert "draw_seed" not in entries(board)[0]


def test_a_validation_that_comes_later_is_added_and_never_exchanged(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, file = run_directory(tmp_path / "run"), tmp_path / "reward.json"
    assert submit_run(board, run) == 0
    assert submit_run(board, run, "--reward-validation", str(file)) == 2
    assert "no such file" in told(capsys)
    file.write_text(json.dumps({"signature": f"validate-reward|v:1|reward:{REWARD}"}))
    assert submit_run(board, run, "--reward-validation", str(file)) == 0
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert f"reward validated: {sha256}" in capsys.readouterr().out
    before = contents(board.parent)
    assert submit_run(board, run) == 0, "submitted again without it, nothing is lost"
    assert contents(board.parent) == before
    file.write_text(file.read_text() + "\n")
    assert submit_run(board, run, "--reward-validation", str(file)) == 2
    assert "other content (reward validation)" in told(capsys)
    assert contents(board.parent) == before


def test_outputs_lie_compressed_beside_the_board_under_their_hash(board: Path, tmp_path: Path) -> None:
    submit(board, write_outputs(tmp_path / "g.jsonl", first), "one")
    sha256 = entries(board)[0]["outputs"]["sha256"]
    packed = board.parent / "outputs" / TASK / f"{sha256}.jsonl.gz"
    data = gzip.decompress(packed.read_bytes())
    assert hashlib.sha256(data).hexdigest() == sha256
    assert [json.loads(line)["text"] for line in data.decode().splitlines()] == [first(i) for i in range(N)]


def test_numbers_in_the_file_are_ignored(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that claims scores is the same submission as one that does not."""
    submit(board, write_outputs(tmp_path / "g.jsonl", first), "one")
    before = contents(board.parent)
    boasting = write_outputs(
        tmp_path / "h.jsonl", first, score=1.0, scores={PRIMARY: {"value": 1.0}}, trust="regenerated", rank=1
    )
    assert submit(board, boasting, "one") == 0
    assert contents(board.parent) == before
    assert capsys.readouterr().out.splitlines()[-1] == "= toy: one v1, user: unchanged"


def test_other_content_asks_for_a_new_version(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    submit(board, write_outputs(tmp_path / "g.jsonl", first), "one")
    before = contents(board.parent)
    capsys.readouterr()
    other = write_outputs(tmp_path / "h.jsonl", two)
    assert submit(board, other, "one") == 2
    assert "other content (outputs); submit it as a new version (--version)" in told(capsys)
    assert contents(board.parent) == before
    assert submit(board, other, "one", "--version", "2") == 0
    assert [(e["system"], e["version"]) for e in entries(board)] == [("one", "1"), ("one", "2")]


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
    path = write_outputs(tmp_path / "g.jsonl", first)
    made = rows([json.loads(line) for line in path.read_text("utf-8").splitlines()])
    path.write_text("".join(json.dumps(row) + "\n" for row in made), "utf-8")
    before = contents(board.parent)
    assert submit(board, path, "one") == 2
    message = told(capsys)
    assert all(word in message for word in words)
    assert contents(board.parent) == before


def test_a_run_directory_enters_its_stages_with_all_they_come_from(board: Path, tmp_path: Path) -> None:
    run = run_directory(tmp_path / "run")
    (run / "reward.json").write_text(
        json.dumps({"reward": "r", "signature": "validate-reward|v:1|reward:reranker-generative:0123456789abcdef:y"})
    )
    assert submit_run(board, run) == 0
    found = {e["stage"]: e for e in entries(board)}
    assert found.keys() == STAGES.keys()
    last = found["post-recovery"]
    assert [link["stage"] for link in last["lineage"]] == ["base", *STAGES]
    assert last["training"] == {"n_para": 300, "n_src": 3000, "sft_steps": 30, "rl_steps": 20, "recovery_steps": 10}
    assert last["reward"] == {
        "id": REWARD,
        "validation_sha256": hashlib.sha256((run / "reward.json").read_bytes()).hexdigest(),
    }
    assert (last["seed"], last["environment"]["commit"], last["environment"]["made_with"]["torch"]) == (
        3,
        "f" * 40,
        "2.13.0",
    )
    assert found["post-sft"]["reward"]["id"] is None
    assert submit_run(board, run) == 0
    assert len(entries(board)) == 3


def test_a_run_with_two_tasks_enters_both_boards_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One command, two boards; the second one has another split, so the first one stays as it is, too."""
    run = run_directory(tmp_path / "run")
    shutil.copytree(run / "generations" / TASK, run / "generations" / "zoo")
    shutil.copy(run / "examples" / "toy-test.jsonl", run / "examples" / "zoo-test.jsonl")
    folder = tmp_path / "boards"
    monkeypatch.setattr(boards, "BOARDS", folder)
    one, other = new_board(folder), new_board(folder, EXAMPLES[1:], "zoo")
    before = contents(folder)
    assert main(["submit", str(run)]) == 2
    assert "not the board's test split" in told(capsys)
    assert contents(folder) == before
    other.unlink()
    new_board(folder, task="zoo")
    assert main(["submit", str(run)]) == 0
    assert len(entries(one)) == len(entries(other)) == 3


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda run: (run / "examples" / "toy-test.jsonl").write_text("{}\n"), "not the board's test split"),
        (
            lambda run: (run / "checkpoints" / "post-rl" / "model.safetensors").write_bytes(b"other"),
            "the weights are not those of the manifest",
        ),
        (
            lambda run: (run / "reward.json").write_text('{"signature": "x|reward:other:fedcba9876543210"}'),
            "validate that reward",
        ),
        (lambda run: (run / "reward.json").write_text("[" * 10_000), "not valid JSON"),
        (lambda run: (run / "manifest.json").write_text('{"command": "run"}'), "not valid JSON"),
        (lambda run: (run / "generations" / "toy" / "post-sft.jsonl").write_text(""), "holds no generations"),
    ],
)
def test_a_run_directory_that_does_not_hold_together_is_refused(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Any, words: str
) -> None:
    run = run_directory(tmp_path / "run")
    spoil(run)
    before = contents(board.parent)
    assert submit_run(board, run) == 2
    assert words in told(capsys)
    assert contents(board.parent) == before


@pytest.mark.parametrize(
    "changed",
    [
        {"config": {"run": ["seed"]}, "packages": {"../../x": "1"}},
        {"config": {"run": {"seed": "\u202e1"}}},
        {"config": {"run": {"seed": -1}}},
        {"config": {"run": {"seed": 10**400}}},
        {"config": {"run": {"seed": True}}},
        {"reward_id": "r\u202e\x1b[2J"},
        {"packages": {"torch": "x" * 10_000_000}},
        {"checkpoints": {"../../etc": {"weights_hash": "a"}}},
        {"checkpoints": {"post-sft": {"weights_hash": ["a"], "stage": "post-sft"}}},
        {"checkpoints": {"post-rl": {"weights_hash": "a" * 64, "parent_hash": "b" * 64, "stage": {"x": 1}}}},
        {
            "checkpoints": {
                "post-rl": {"weights_hash": "a" * 64, "parent_hash": "a" * 64, "stage": "post-rl", "steps": -1}
            }
        },
    ],
)
def test_hostile_manifests_are_refused(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any]
) -> None:
    run = run_directory(tmp_path / "run", **changed)
    for folder in (run / "checkpoints").iterdir():
        (folder / "model.safetensors").unlink()
        folder.rmdir()
    before = contents(board.parent)
    assert submit_run(board, run) == 2
    message = told(capsys)
    assert len(message) < 5000
    assert message.isprintable() or message[:-1].isprintable()
    assert contents(board.parent) == before


def test_what_evaluate_left_without_a_name_is_named_by_its_weights(board: Path, tmp_path: Path) -> None:
    """Or by --system."""
    run = run_directory(tmp_path / "run", {"post-sft": first}, command="evaluate")
    path = run / "generations" / TASK / "post-sft.jsonl"
    path.write_text(path.read_text("utf-8").replace("sg-srl", "model"), "utf-8")
    assert submit_run(board, run) == 0
    entry = entries(board)[0]
    assert entry["system"] == "model-" + entry["lineage"][-1]["weights_hash"][:12]
    assert submit_run(board, run, "--system", "mine") == 0
    assert "mine" in {e["system"] for e in entries(board)}


def test_a_second_run_with_the_same_hashes_makes_it_regenerated(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, again = run_directory(tmp_path / "a"), run_directory(tmp_path / "b", argv=["run", "--run-dir", "b"])
    assert submit_run(board, run) == 0
    assert submit_run(board, run, "--confirm", str(again)) == 0
    assert "trust: recomputed -> regenerated" in capsys.readouterr().out
    assert {e["trust"] for e in entries(board)} == {"regenerated"}
    assert submit_run(board, run) == 0
    assert {e["trust"] for e in entries(board)} == {"regenerated"}, "trust is not lost by submitting again"
    assert leaderboard("verify", board) == 0


@pytest.mark.parametrize("what", ["texts", "weights", "same", "evaluated", "gone"])
def test_nothing_else_makes_it_regenerated(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    run = run_directory(tmp_path / "a")
    if what == "same":
        again = run
    elif what == "evaluated":
        again = run_directory(tmp_path / "b", argv=["evaluate"], command="evaluate")
    else:
        again = run_directory(
            tmp_path / "b", {**STAGES, "post-rl": two} if what == "texts" else None, argv=["run", "again"]
        )
    if what == "weights":
        manifest = json.loads((again / "manifest.json").read_text())
        (again / "checkpoints" / "post-recovery" / "model.safetensors").write_bytes(b"other")
        from training.shared.hashes import weights_hash

        manifest["checkpoints"]["post-recovery"]["weights_hash"] = weights_hash(again / "checkpoints" / "post-recovery")
        (again / "manifest.json").write_text(json.dumps(manifest))
    if what == "gone":
        (again / "checkpoints" / "post-rl" / "model.safetensors").unlink()
        (again / "checkpoints" / "post-rl").rmdir()
    assert submit_run(board, run, "--confirm", str(again)) == 2
    told(capsys)
    assert entries(board) == []


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "/etc/passwd",
        "a/b",
        "",
        " ",
        ".",
        "..",
        "x" * 10_000_000,
        "<script>alert(1)</script>",
        "a\x1b[2Jb",
        "a\u202eb",
        "a\nb",
        "\ud800",
        "=1+1",
        "a\u200bb",
    ],
)
def test_hostile_names_are_refused(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """As system, version, stage of the file; nothing is written anywhere."""
    path = write_outputs(tmp_path / "g.jsonl", first)
    before = contents(tmp_path)
    assert submit(board, path, name) == 2
    assert len(told(capsys)) < 600
    assert submit(board, path, "ok", "--version", name) == 2
    assert len(told(capsys)) < 600
    assert contents(tmp_path) == before
    if name != "\ud800" and len(name) < 1000:
        write_outputs(path, first, stage=name)
        assert submit(board, path, "ok") == 2
        message = told(capsys)
        assert len(message) < 600
        assert message[:-1].isprintable()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('{"example_id": "toy-00", "system": "any", "stage": "user", "text": NaN}', "NaN"),
        ('{"example_id": "toy-00", "system": "any", "stage": "user", "text": "x", "n_tokens": Infinity}', "Infinity"),
        ('{"example_id": "toy-00", "system": "any", "stage": "user", "text": "x", "meta": 1e999}', "too large"),
        ('{"example_id": "toy-00", "system": "any", "stage": "user", "text": ' + "[" * 100_000 + "}", "not valid JSON"),
        ('{"example_id": "toy-00", "system": "any", "stage": "user", "text": "\\ud800"}', "surrogate"),
        ('{"example_id": "toy-00", "system": "any", "stage": "user", "text": "' + "ก" * 10_000_000 + '"}', "at most"),
        (
            '{"example_id": "\\u202e\\u001b[2J' + "x" * 1_000_000 + '", "system": "any", "stage": "user", "text": "x"}',
            "[U+202E]",
        ),
        ("\x80\x04\x95", "not JSON"),
    ],
)
def test_hostile_rows_are_refused(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, words: str
) -> None:
    path = write_outputs(tmp_path / "g.jsonl", first)
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([row, *lines[1:]]) + "\n", "utf-8")
    before = contents(board.parent)
    assert submit(board, path, "one") == 2
    message = told(capsys)
    assert words in message
    assert len(message) < 5000
    assert message[:-1].isprintable()
    assert contents(board.parent) == before


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "exactly one of"),
        (["runs/x", "--generations", "g.jsonl"], "exactly one of"),
        (["--generations", "g.jsonl"], "--task NAME and --system NAME"),
        (["--generations", "nowhere.jsonl", "--task", "newswire-titel", "--system", "a"], "newswire-title"),
        (["nowhere"], "no run directory"),
        (["--generations", "nowhere.jsonl", "--task", "newswire-title", "--system", "a"], "nowhere.jsonl"),
        (["--generations", "g.jsonl", "--task", "t", "--system", "a", "--board", "nowhere.json"], "no such board"),
        (["--checkpoint", "nowhere", "--task", "newswire-title", "--system", "a"], "no such checkpoint folder"),
        (
            ["--generations", "g.jsonl", "--task", "newswire-title", "--system", "a", "--reward-validation", "r"],
            "RUN_DIR",
        ),
        (
            ["--generations", "g.jsonl", "--task", "newswire-title", "--system", "a", "--stage-name", "post-rl"],
            "--checkpoint",
        ),
        (
            ["--generations", "g.jsonl", "--task", "newswire-title", "--system", "a", "--profile", "tinny"],
            "did you mean tiny",
        ),
    ],
)
def test_bad_arguments(
    argv: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["submit", *argv]) == 2
    assert words in told(capsys)
    assert list(tmp_path.iterdir()) == []


def test_near_copies_of_the_references_are_counted(board: Path, tmp_path: Path) -> None:
    """A third equal to the reference, a third with one character changed, a third of something else."""

    def text(i: int) -> str:
        return gold(i) if i % 3 == 0 else gold(i)[:-1] + "x" if i % 3 == 1 else chatter(i)

    submit(board, write_outputs(tmp_path / "g.jsonl", text), "copier")
    copies = entries(board)[0]["copies"]
    assert copies["exact"] == pytest.approx(1 / 3)
    assert copies["near"] == pytest.approx(2 / 3)


def test_pickled_weights_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (model / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    board = new_board(tmp_path / "b", task="newswire-title")
    assert (
        main(["submit", "--checkpoint", str(model), "--task", "newswire-title", "--system", "p", "--board", str(board)])
        == 2
    )
    assert "pickled" in told(capsys)


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("config.json", b"[" * 100_000, "not valid JSON"),
        ("config.json", b'{"auto_map": {"AutoModel": "evil.Model"}}', "brings its own code"),
        ("model.safetensors", b"\x80\x04\x95" + b"." * 100, "model.safetensors"),
        ("model.safetensors", struct.pack("<Q", 100_000) + b"[" * 100_000, "model.safetensors"),
        ("lineage.json", b"[" * 100_000, "not valid JSON"),
        ("lineage.json", b'{"stage": "../../x", "weights_hash": "a"}', "cannot be read"),
    ],
)
def test_hostile_checkpoints_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, content: bytes, words: str
) -> None:
    """Pickles by another name, deep JSON, code of the model's own: nothing is loaded, nothing is written."""
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (model / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")
    (model / file).write_bytes(content)
    board = new_board(tmp_path / "b", task="newswire-title")
    before = contents(board.parent)
    assert (
        main(["submit", "--checkpoint", str(model), "--task", "newswire-title", "--system", "p", "--board", str(board)])
        == 2
    )
    assert words in told(capsys)
    assert contents(board.parent) == before


def test_a_checkpoint_generates_first(tmp_path: Path, tiny_policy_path: Path) -> None:
    """A random model, four examples: whatever it says is scored; the weights' hash stands in the lineage."""
    from benchmark.settings.models import model_hash

    board = new_board(tmp_path / "b", EXAMPLES[:4], "newswire-title")
    argv = [
        "submit",
        "--checkpoint",
        str(tiny_policy_path),
        "--task",
        "newswire-title",
        "--system",
        "p",
        "--board",
        str(board),
        "--profile",
        "smoke",
    ]
    assert main(argv) == 0
    entry = entries(board)[0]
    assert entry["stage"] == "model"
    assert entry["lineage"][-1]["weights_hash"] == model_hash(str(tiny_policy_path))
    assert entry["scores"]["verbosity.chars"]["n_scored"] == 4


def test_a_checkpoint_is_asked_by_the_prompt_of_the_profile(
    tmp_path: Path, tiny_policy_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `evaluate` asks it: template and stop texts."""
    from benchmark.leaderboard import checkpoint

    profile = tmp_path / "mine.toml"
    smoke = (TOP / "benchmark" / "profiles" / "smoke.toml").read_text("utf-8")
    profile.write_text(smoke + '\n[prompt]\ntemplate = "译：{source}="\nstop = ["。"]\n', "utf-8")
    seen: dict[str, Any] = {}

    def generate(
        model: str,
        dtype: str,
        ask: Any,
        examples: Any,
        gold: Any,
        out: Path,
        system: str,
        stage: str,
        decoding: Any,
        *more: Any,
    ) -> None:
        seen.update(prompt=ask("原文"), stop=decoding(9).stop)
        write_outputs(out, first, stage, system)

    monkeypatch.setattr(checkpoint, "generate_file", generate)
    board = new_board(tmp_path / "b", task="newswire-title")
    argv = [
        "submit",
        "--checkpoint",
        str(tiny_policy_path),
        "--task",
        "newswire-title",
        "--system",
        "p",
        "--board",
        str(board),
    ]
    assert main([*argv, "--profile", str(profile)]) == 0
    assert seen == {"prompt": "译：原文=", "stop": ("。",)}
    assert len(entries(board)) == 1


@pytest.mark.parametrize(
    ("reward_id", "kind"),
    [
        ("reranker-encoder:0123456789abcdef", "reranker-encoder"),
        ("safeguarded:th:gate-only:0.2:0.05:0(reranker-encoder:0123456789abcdef)", "reranker-encoder"),
        ("somebodys-own:0123456789abcdef", "reranker-generative"),
        (None, "reranker-generative"),
    ],
)
def test_a_system_is_held_against_the_reward_that_it_was_trained_with(reward_id: str | None, kind: str) -> None:
    """Where that is of an embedded kind, else against the profile's."""
    from benchmark.leaderboard.scoring import known_means

    assert known_means(EXAMPLES, ["reward"], "tiny", reward_id).reward.name == kind


def test_a_yes_no_judge_is_asked_about_the_language_of_the_board() -> None:
    """Whatever the profile's own task is: Tibetan titles are not judged as Thai."""
    from dataclasses import replace

    from benchmark.leaderboard.scoring import known_means
    from training.rewards.yes_no_template import instruct_for

    asked = {
        lang: known_means([replace(e, target_lang=lang) for e in EXAMPLES], ["reward"], "tiny").reward.instruct
        for lang in ("th", "bo")
    }
    assert asked == {lang: instruct_for(lang) for lang in ("th", "bo")}


def test_no_torch_unless_a_neural_metric_is_asked_for(board: Path, tmp_path: Path) -> None:
    path = write_outputs(tmp_path / "g.jsonl", first)
    script = (
        "import sys; from benchmark.cli import main\n"
        f"code = main(['submit', '--generations', {str(path)!r}, '--task', 'toy', '--system', 'a', '--board', "
        f"{str(board)!r}])\n"
        "print(code, [m for m in ('torch', 'transformers', 'pandas', 'pyarrow', 'comet') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
