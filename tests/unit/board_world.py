"""A task of 24 examples with three facts each, texts whose scores can be worked out by hand, a board, and a run
directory for it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from syllables import SYLLABLES

from benchmark.cli import main
from benchmark.leaderboard import board as boards
from benchmark.leaderboard import chain
from benchmark.leaderboard.board import Entry
from benchmark.leaderboard.spelling import digest
from benchmark.rundir.manifest import RunManifest
from metrics.records import Example, Fact, Generation, write_examples, write_generations
from metrics.version import V
from training.shared.hashes import weights_hash

TASK = "toy"
N = 24


def _name(i: int, kind: str) -> str:
    return kind + SYLLABLES[i % 18] + SYLLABLES[(i * 7 + i // 18 + 3) % 18] + SYLLABLES[(i * 5 + 1) % 18]


def example(i: int) -> Example:
    """Person, place and organisation; the reference states all of them, each as long as the others or nearly."""
    names = [_name(i, kind) for kind in ("นาย", "เมือง", "บริษัท")]
    facts = tuple(Fact(t, (f"名{i}",), (n,)) for t, n in zip(("person", "place", "organisation"), names, strict=True))
    return Example(f"toy-{i:02d}", f"原文{i}", (" ".join(names),), facts, "zh", "th", f"doc-{i}")


EXAMPLES = [example(i) for i in range(N)]


def gold(i: int) -> str:
    """All three facts: the reference."""
    return (EXAMPLES[i].reference or ("",))[0]


def first(i: int) -> str:
    """The person alone: recall 1/3, precision 1, F1 1/2."""
    return gold(i).split(" ")[0]


def two(i: int) -> str:
    """Person and place: recall 2/3, precision 1, F1 4/5."""
    return " ".join(gold(i).split(" ")[:2])


def chatter(i: int) -> str:
    """The person, then much that says nothing."""
    return first(i) + " และยังมีรายละเอียดอื่นอีก" * 12


Text = Callable[[int], str]


def copied(board: Path, tmp_path: Path) -> Path:
    """A copy of a board with all that lies beside it, to lie on."""
    shutil.copytree(board.parent, tmp_path / "board")
    return tmp_path / "board" / board.name


def new_board(folder: Path, examples: Sequence[Example] = EXAMPLES, task: str = TASK) -> Path:
    """An empty board."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{task}.json"
    boards.create(path, task, "1", examples)
    return path


def write_outputs(path: Path, text: Text, stage: str = "user", system: str = "any", **extra: Any) -> Path:
    """generations.jsonl; `extra` keys stand in every row."""
    rows = [
        Generation(e.id, system, stage, text(i), None, "stop", None).as_dict() | extra for i, e in enumerate(EXAMPLES)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def submit(board: Path, file: Path, system: str, *more: str) -> int:
    """`submit --generations`; the exit code."""
    return main(
        ["submit", "--generations", str(file), "--task", TASK, "--system", system, "--board", str(board), *more]
    )


def entries(board: Path) -> list[Entry]:
    """The entries of a board."""
    return list(boards.read_board(board)["entries"])


def leaderboard(action: str, board: Path, *more: str) -> int:
    """`leaderboard ACTION`; the exit code. That the toy task is none of the suite's is known."""
    return main(["leaderboard", action, "--board", str(board), *(["--foreign"] if action == "verify" else []), *more])


def rewrite(board: Path, change: Callable[[dict[str, Any]], None], redigest: bool = True) -> None:
    """Somebody edits a board by hand; one who knows the house also makes groups, chain and digests right again."""
    told = json.loads(board.read_text("utf-8"))
    change(told)
    boards.write_board(board, rebound(told) if redigest else told)


def rebound(told: dict[str, Any]) -> dict[str, Any]:
    """The board with groups, digests and chain made right, whatever its entries are; doubled ones stay."""
    groups: dict[tuple[str, str, int], list[Entry]] = {}
    for entry in told["entries"]:
        groups.setdefault(chain.group_key(entry), []).append(entry)
    told["retired"], tip = [], chain.genesis(told)
    for entry in told["entries"]:
        entry["group"], entry["previous"] = chain.group_digest(groups[chain.group_key(entry)]), tip
        entry["digest"] = tip = digest(entry)
    return {**told, "tip": tip}


REWARD = "safeguarded:th:gate+batchlen:0.2:0.05:0(reranker-generative:0123456789abcdef:x)"
STAGES: dict[str, Text] = {"post-sft": first, "post-rl": gold, "post-recovery": two}
STEPS = {"post-sft": 30, "post-rl": 20, "post-recovery": 10}


def run_directory(
    folder: Path, texts: dict[str, Text] | None = None, argv: Sequence[str] = ("run",), **changed: Any
) -> Path:
    """What `run --stage all` leaves, as far as a board looks at it."""
    write_examples(folder / "examples" / f"{TASK}-test.jsonl", EXAMPLES)
    records: dict[str, dict[str, Any]] = {}
    parent = "b" * 64
    for stage, text in (texts or STAGES).items():
        weights = folder / "checkpoints" / stage / "model.safetensors"
        weights.parent.mkdir(parents=True)
        weights.write_bytes(stage.encode())
        own = weights_hash(weights.parent)
        records[stage] = {
            "stage": stage,
            "weights_hash": own,
            "parent_hash": parent,
            "config_hash": "c" * 64,
            "data_hash": "d" * 64,
            "seed": 3,
            "steps": STEPS[stage],
        }
        parent = own
        outputs = [Generation(e.id, "sg-srl", stage, text(i), None, "stop", None) for i, e in enumerate(EXAMPLES)]
        write_generations(folder / "generations" / TASK / f"{stage}.jsonl", outputs)
    told: dict[str, Any] = {
        "command": "run",
        "argv": list(argv),
        "config": {"run": {"seed": 3}},
        "config_hash": "e" * 64,
        "commit": "f" * 40,
        "dirty": False,
        "packages": {"torch": "2.13.0", "vllm": None},
        "hardware": {},
        "reward_id": REWARD,
        "n_para": 300,
        "n_src": 3000,
        "training_steps": STEPS,
        "checkpoints": records,
    }
    told |= changed
    took = int(hashlib.sha256(str(folder).encode()).hexdigest()[:6], 16) / 1000
    made = {"commit": told["commit"], **told["hardware"]}
    told["steps"] = {
        f"train/{stage}": {"seconds": took, "skipped": False, "peak_memory_mib": None, "made_with": made}
        for stage in (records if told["command"] == "run" else ())
    }
    RunManifest(**told).write(folder)
    return folder


def submit_run(board: Path, run: Path, *more: str) -> int:
    """`submit RUN_DIR`; the exit code."""
    return main(["submit", str(run), "--board", str(board), *more])


def with_reward(path: Path, means: dict[str, float], reward: str) -> None:
    """Gives the stages of the run a reward.mean, as `--neural reward` would."""
    import numpy as np

    from benchmark.leaderboard.packed import pack_stats, stats_hash
    from benchmark.leaderboard.scoring import segments, signature_key

    signature = f"reward.mean|{V}|gate x raw|reward:{reward}"
    told = boards.read_board(path)
    for entry in told["entries"]:
        if entry["stage"] not in means:
            continue
        stats = boards.read_stats(path, entry["outputs"]["stats_sha256"], N)
        rows = np.column_stack([np.full(N, means[entry["stage"]]), np.ones(N)])
        value = segments("reward.mean", tuple(e.id for e in EXAMPLES), rows, signature).value()
        cell = {"value": value, "ci_low": value, "ci_high": value, "n_scored": N, "signature": signature_key(signature)}
        entry["scores"]["reward.mean"] = cell
        sha256 = stats_hash(stats | {"reward.mean": rows})
        entry["outputs"]["stats_sha256"] = sha256
        boards.stats_path(path, sha256).write_bytes(pack_stats(stats | {"reward.mean": rows}))
    told["signatures"][signature_key(signature)] = signature
    boards.write_board(path, told)
    rewrite(path, lambda told: None)
