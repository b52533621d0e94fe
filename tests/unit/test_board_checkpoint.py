"""A checkpoint on a board: it generates first; the reward that a system is held against; what torch is loaded for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import board_world as world
import pytest
from board_submitted import board  # noqa: F401 - a fixture

from benchmark.cli import main

TOP = Path(__file__).parents[2]


def test_a_checkpoint_generates_first(tmp_path: Path, tiny_policy_path: Path) -> None:
    """A random model, four examples: whatever it says is scored; the weights' hash stands in the lineage."""
    from benchmark.settings.models import model_hash

    board = world.new_board(tmp_path / "b", world.EXAMPLES[:4], "newswire-title")
    argv = f"submit --checkpoint {tiny_policy_path} --task newswire-title --system p --board {board}".split()
    assert main([*argv, "--profile", "smoke"]) == 0
    entry = world.entries(board)[0]
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

    def generate(policy: Any, request: Any, out: Path) -> None:
        seen.update(prompt=request.ask("原文"), stop=request.decoding(9).stop)
        world.write_outputs(out, world.first, request.stage, request.system)

    monkeypatch.setattr(checkpoint, "generate_file", generate)
    board = world.new_board(tmp_path / "b", task="newswire-title")
    argv = f"submit --checkpoint {tiny_policy_path} --task newswire-title --system p --board {board}".split()
    assert main([*argv, "--profile", str(profile)]) == 0
    assert seen == {"prompt": "译：原文=", "stop": ("。",)}
    assert len(world.entries(board)) == 1


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

    assert known_means(world.EXAMPLES, ["reward"], "world1", reward_id).reward.name == kind


def test_a_yes_no_judge_is_asked_about_the_language_of_the_board() -> None:
    """Whatever the profile's own task is: Tibetan titles are not judged as Thai."""
    from dataclasses import replace

    from benchmark.leaderboard.scoring import known_means
    from training.rewards.yes_no_template import instruct_for

    asked = {
        lang: known_means([replace(e, target_lang=lang) for e in world.EXAMPLES], ["reward"], "world1").reward.instruct
        for lang in ("th", "bo")
    }
    assert asked == {lang: instruct_for(lang) for lang in ("th", "bo")}


def test_no_torch_unless_a_neural_metric_is_asked_for(board: Path, tmp_path: Path) -> None:
    path = world.write_outputs(tmp_path / "g.jsonl", world.first)
    script = (
        "import sys; from benchmark.cli import main\n"
        f"code = main(['submit', '--generations', {str(path)!r}, '--task', 'toy', '--system', 'a', '--board', "
        f"{str(board)!r}])\n"
        "print(code, [m for m in ('torch', 'transformers', 'pandas', 'pyarrow', 'comet') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
