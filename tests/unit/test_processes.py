"""Two processes under `accelerate launch` (gloo) do what one does: the same generations, scores, rewards and
weights."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import shared_work
import yaml
from shared_work import COMPLETIONS, Letters

from training.rewards.safeguards import Penalties, shape
from training.shared import processes

TOP = Path(__file__).parents[2]
CONFIGS = TOP / "benchmark" / "accelerate"


@pytest.fixture(scope="module")
def one(tiny_policy_path: Path, tiny_reranker_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of it in this process."""
    out = tmp_path_factory.mktemp("one")
    shared_work.everything(str(tiny_policy_path), str(tiny_reranker_path), out)
    return out


@pytest.fixture(scope="module")
def two(tiny_policy_path: Path, tiny_reranker_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of it in two processes."""
    out = tmp_path_factory.mktemp("two")
    script = [str(Path(__file__).with_name("shared_work.py")), str(tiny_policy_path), str(tiny_reranker_path), str(out)]
    launch = ["-m", "accelerate.commands.accelerate_cli", "launch", "--config_file", str(CONFIGS / "ddp.yaml")]
    command = [sys.executable, *launch, "--num_processes", "2", "--main_process_port", "0", *script]
    paths = os.pathsep.join([str(TOP), str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": paths}, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return out


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_generations_and_scores_are_equal_to_the_byte(one: Path, two: Path) -> None:
    for name in ("generations.jsonl", "scores.parquet"):
        assert (one / name).read_bytes() == (two / name).read_bytes(), name
    assert not list(two.glob("*.part*"))


def test_every_process_knows_the_records_and_counts_of_all(one: Path, two: Path) -> None:
    expected = json.loads((one / "records-0.json").read_text(encoding="utf-8"))
    assert expected[1]["reward_counts"]["scored"] == 13
    for rank in (0, 1):
        assert json.loads((two / f"records-{rank}.json").read_text(encoding="utf-8")) == expected


def test_rewards_do_not_depend_on_how_the_batch_is_split(one: Path, two: Path) -> None:
    whole, parts = rows(one / "rewards.jsonl"), rows(two / "rewards.jsonl")
    assert len(whole) == len(parts) == len(COMPLETIONS)
    assert len({row["p_len"] for row in whole}) > 2  # else a median of a half could pass for that of all
    for a, b in zip(whole, parts, strict=True):
        assert {k: v for k, v in a.items() if k not in ("raw", "shaped", "reward")} == {
            k: v for k, v in b.items() if k not in ("raw", "shaped", "reward")
        }
        assert (b["raw"], b["shaped"], b["reward"]) == pytest.approx((a["raw"], a["shaped"], a["reward"]), abs=1e-6)
    (_, summary), (first, seen), (second, also) = (
        json.loads(path.read_text(encoding="utf-8"))
        for path in (one / "summary-0.json", two / "summary-0.json", two / "summary-1.json")
    )
    assert [*first, *second] == [row["reward"] for row in parts]
    assert seen == also
    assert {k: v for k, v in seen.items() if isinstance(v, float)} == pytest.approx(
        {k: v for k, v in summary.items() if isinstance(v, float)}, abs=1e-6
    )


def test_fine_tuning_gives_the_same_weights_to_rounding(one: Path, two: Path, tiny_policy_path: Path) -> None:
    from safetensors.torch import load_file

    a, b = (load_file(folder / "post-sft" / "model.safetensors") for folder in (one, two))
    start = load_file(tiny_policy_path / "model.safetensors")
    assert a.keys() == b.keys() == start.keys()
    # Sums, not maxima: Adam turns the sign of a gradient that is zero but for rounding into a whole step of its weight.
    # How many such weights there are depends on the processor (1e-7 to 5e-3 of the way was seen); half of each batch
    # alone gives 0.67.
    apart, moved = (sum((a[k] - x[k]).abs().sum().item() for k in a) for x in (b, start))
    assert apart < 0.1 * moved


def test_reinforcement_logs_one_batch_of_all_processes(two: Path) -> None:
    logged = rows(two / "logs" / "rl_rewards.jsonl")
    assert [row["index"] for row in logged] == [*range(8), *range(8)]
    for step in (1, 2):
        batch = [row for row in logged if row["step"] == step]
        assert all(len({row["example_id"] for row in batch if row["group"] == g}) == 1 for g in (0, 1))
        texts = [row["text"] for row in batch]
        expected = shape([row["raw"] for row in batch], texts, Letters().token_ids(texts), "th", Penalties())
        assert [row["reward"] for row in batch] == [s.reward for s in expected]
    assert not (two / "post-rl.work").exists()


def test_reinforcement_draws_the_completions_that_one_process_draws(one: Path, two: Path) -> None:
    """All of the first step; but for rounding of the weights also those of the second, which come of the first one's
    random state."""
    alone, shared = (rows(folder / "logs" / "rl_rewards.jsonl") for folder in (one, two))
    same = [(a["example_id"], a["text"]) == (b["example_id"], b["text"]) for a, b in zip(alone, shared, strict=True)]
    assert all(same[:8])
    assert sum(same[8:]) >= 6
    assert len({row["text"] for row in alone}) > 8


def test_blocks_are_dealt_out_and_put_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "3")
    monkeypatch.setenv("RANK", "1")
    seen: list[list[int]] = []
    monkeypatch.setattr(processes, "gather", lambda found: [(2, [4]), *found, (0, [0, 1]), (3, [6])])
    assert processes.in_blocks(lambda block: seen.append(list(block)) or list(block), 7, 2) == [0, 1, 2, 3, 4, 6]
    assert seen == [[2, 3]]
    with pytest.raises(ValueError, match="1 results for 2 items"):
        processes.in_blocks(lambda block: [0], 7, 2)


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.yaml")), ids=lambda p: p.stem)
def test_shipped_launch_configs_are_read_by_accelerate(file: Path) -> None:
    """Unknown keys are refused by accelerate, and no file decides on a precision that the profile decides on."""
    from accelerate.commands.config.config_args import load_config_from_file

    config = load_config_from_file(str(file))
    assert config.mixed_precision == "no"
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert config.num_processes == written["num_processes"]
    assert config.distributed_type.value == written["distributed_type"]
