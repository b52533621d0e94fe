"""Speed of a board with 10,000 entries, and 100 submissions at once (run with `tox -e perf`)."""

from __future__ import annotations

import copy
import json
import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmark.leaderboard import board as boards
from benchmark.leaderboard import chain
from benchmark.leaderboard.sources import LINK
from benchmark.tasks import load_task
from metrics.records import Generation, write_generations

N_ENTRIES, N_SUBMISSIONS = 10_000, 100
STAGES = ("post-sft", "post-rl", "post-recovery")


def _python(*argv: str) -> list[str]:
    return [sys.executable, "-m", "benchmark", *argv]


def _outputs(path: Path, seed: int) -> None:
    """Titles of the test split with a few words left out."""
    rng = random.Random(seed)
    made = []
    for example in load_task("newswire-title").load("test"):
        words = (example.reference or ("",))[0].split(" ")
        made.append(
            Generation(example.id, "any", "user", " ".join(w for w in words if rng.random() > 0.2), None, "stop", None)
        )
    write_generations(path, made)


def _varied(entry: dict[str, Any], i: int, rng: random.Random) -> dict[str, Any]:
    """The entry under another name, with other scores; its lineage holds."""
    new = copy.deepcopy(entry)
    new["system"], new["seed"], new["stage"] = f"system-{i // 3}", 1, STAGES[i % 3]
    hashes = [f"{i // 3 + 1:060d}{k:04d}" for k in range(3)]
    links = [dict.fromkeys(LINK) | {"stage": "base", "weights_hash": "0" * 64}]
    for k in range(i % 3 + 1):
        parent = links[-1]["weights_hash"]
        links.append(
            {
                "stage": STAGES[k],
                "weights_hash": hashes[k],
                "parent_hash": parent,
                "config_hash": "1" * 64,
                "data_hash": "2" * 64,
                "seed": 1,
                "steps": 100 + k,
            }
        )
    new["lineage"] = links
    steps = {f"{n}_steps": 100 + k if i % 3 >= k else None for k, n in enumerate(("sft", "rl", "recovery"))}
    new["training"] = {"n_para": 300, "n_src": 3000 if i % 3 else None} | steps
    for cell in new["scores"].values():
        if cell["value"] is not None and cell["ci_low"] is not None:
            scale = rng.uniform(0.5, 1.0)
            for what in ("value", "ci_low", "ci_high"):
                cell[what] = float(f"{cell[what] * scale:.10g}")
    if i % 3:
        new["reward"] = {"id": "reranker-encoder:0123456789abcdef", "validation_sha256": None}
    digits = "%064x"
    new["outputs"] |= {"sha256": digits % rng.getrandbits(256), "texts_sha256": digits % rng.getrandbits(256)}
    new["outputs"]["sketch"] = "".join(f"{rng.getrandbits(48):012x}" for _ in range(16))
    return new


@pytest.fixture(scope="module")
def large_board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A board of 10,000 entries (3,334 systems) that `verify --quick` accepts."""
    folder = tmp_path_factory.mktemp("board")
    path, outputs = folder / "newswire-title.json", folder / "a.jsonl"
    _outputs(outputs, 0)
    subprocess.run(_python("leaderboard", "create", "--task", "newswire-title", "--board", str(path)), check=True)
    subprocess.run(
        _python(
            "submit", "--generations", str(outputs), "--task", "newswire-title", "--system", "A", "--board", str(path)
        ),
        check=True,
    )
    board = boards.read_board(path)
    rng = random.Random(0)
    entry = chain.content(board["entries"][0])
    board = chain.rechained(board, [_varied(entry, i, rng) for i in range(N_ENTRIES)])
    for entry in board["entries"]:
        boards.outputs_path(path, entry["outputs"]["sha256"]).touch()
    boards.write_board(path, board)
    return path


@pytest.mark.parametrize(
    "argv", [["show"], ["show", "--sort", "overlap.chrf", "--filter", "system-1"], ["verify", "--quick"]]
)
def test_ten_thousand_entries(benchmark: Any, large_board: Path, argv: list[str]) -> None:
    """The whole command, start of the interpreter included."""
    command = _python("leaderboard", *argv, "--board", str(large_board))
    benchmark.pedantic(lambda: subprocess.run(command, check=True, capture_output=True), rounds=3, warmup_rounds=1)
    assert benchmark.stats.stats.min < (1.5 if "verify" in argv else 1)


def test_a_hundred_submissions_at_once(benchmark: Any, tmp_path: Path) -> None:
    """All entries are there, the file is valid whenever it is read; the children stay small, because few of them score
    at a time."""
    path = tmp_path / "newswire-title.json"
    subprocess.run(_python("leaderboard", "create", "--task", "newswire-title", "--board", str(path)), check=True)
    for i in range(N_SUBMISSIONS):
        _outputs(tmp_path / f"{i}.jsonl", i)

    def submit_all() -> None:
        started = [
            subprocess.Popen(
                _python(
                    "submit",
                    "--generations",
                    str(tmp_path / f"{i}.jsonl"),
                    "--task",
                    "newswire-title",
                    "--system",
                    f"s{i}",
                    "--board",
                    str(path),
                ),
                stdout=subprocess.DEVNULL,
            )
            for i in range(N_SUBMISSIONS)
        ]
        while any(p.poll() is None for p in started):
            json.loads(path.read_text("utf-8"))
            time.sleep(0.02)
        assert [p.returncode for p in started] == [0] * N_SUBMISSIONS

    benchmark.pedantic(submit_all, rounds=1)
    assert {e["system"] for e in boards.read_board(path)["entries"]} == {f"s{i}" for i in range(N_SUBMISSIONS)}
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    assert largest * N_SUBMISSIONS < 24 * 1024, f"the largest process took {largest:.0f} MiB"
    subprocess.run(_python("leaderboard", "verify", "--board", str(path)), check=True)
