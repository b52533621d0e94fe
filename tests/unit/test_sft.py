"""Supervised fine-tuning: what is trained on, the same weights from run to run and across a kill, refusals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from states import latest_complete
from tiny_models import HAN, THAI, character_tokenizer

from metrics.errors import UserError
from training.sft.settings import SFTSettings
from training.sft.train import encode_pair, train_sft
from training.shared.checkpoints import read_checkpoint
from training.shared.hashes import weights_hash
from training.shared.loading import load_policy
from training.shared.resume import Terminated
from training.shared.stage import Around

PAIRS = [(f"{HAN[i % 10]}{HAN[i % 7]}: ", THAI[i % 20] * 2 + THAI[i % 9]) for i in range(24)]
CFG = SFTSettings(epochs=2, batch_size=8, lr=1e-2, max_length=64, save_steps=2, seed=3)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def trained(tiny_policy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sft")
    train_sft(
        tiny_policy_path,
        PAIRS,
        folder / "post-sft",
        CFG,
        "post-sft",
        around=Around(log_dir=folder / "logs", progress=False),
    )
    return folder


def test_ids_are_those_that_generation_continues_from() -> None:
    tokenizer = character_tokenizer(["中:"])  # would swallow the boundary, were prompt and completion tokenised as one
    row = encode_pair(tokenizer, "中", ":ก")
    assert row["input_ids"] == [*tokenizer("中")["input_ids"], *tokenizer(":ก")["input_ids"], tokenizer.eos_token_id]
    assert row["labels"] == [-100, *row["input_ids"][1:]]


def test_loss_falls_and_lineage_is_written(trained: Path, tiny_policy_path: Path) -> None:
    logged = rows(trained / "logs" / "post-sft_steps.jsonl")
    assert [row["step"] for row in logged] == [1, 2, 3, 4, 5, 6]
    assert logged[-1]["loss"] < logged[0]["loss"]
    checkpoint = read_checkpoint(trained / "post-sft")
    assert (checkpoint.stage, checkpoint.steps, checkpoint.seed, checkpoint.left_out) == ("post-sft", 6, 3, 0)
    assert checkpoint.parent_hash == weights_hash(tiny_policy_path)
    assert sorted(p.name for p in trained.iterdir()) == ["logs", "post-sft"]


def test_only_the_completion_is_trained_on(tiny_policy_path: Path, tmp_path: Path) -> None:
    """The logged loss of the first step is the mean negative log-likelihood of completion and eos tokens, computed here
    by hand."""
    import torch

    pairs = PAIRS[:3]
    train_sft(
        tiny_policy_path,
        pairs,
        tmp_path / "out",
        replace(CFG, epochs=1),
        "post-sft",
        around=Around(log_dir=tmp_path, progress=False),
    )
    model, tokenizer = load_policy(tiny_policy_path, device="cpu")
    losses = []
    for prompt, completion in pairs:
        ids = tokenizer(prompt)["input_ids"]
        own = [*tokenizer(completion)["input_ids"], tokenizer.eos_token_id]
        with torch.no_grad():
            chance = model(torch.tensor([ids + own])).logits[0].log_softmax(-1)
        losses += [-chance[len(ids) - 1 + i, token].item() for i, token in enumerate(own)]
    assert rows(tmp_path / "post-sft_steps.jsonl")[0]["loss"] == pytest.approx(sum(losses) / len(losses), abs=1e-4)


def test_a_second_run_gives_the_same_weights(trained: Path, tiny_policy_path: Path, tmp_path: Path) -> None:
    again = train_sft(tiny_policy_path, PAIRS, tmp_path / "out", CFG, "post-sft", around=Around(progress=False))
    assert again.weights_hash == read_checkpoint(trained / "post-sft").weights_hash
    other = train_sft(
        tiny_policy_path, PAIRS, tmp_path / "out2", replace(CFG, seed=4), "post-sft", around=Around(progress=False)
    )
    assert other.weights_hash != again.weights_hash


def test_neither_the_stage_before_nor_a_launcher_decides_the_precision(
    trained: Path, tiny_policy_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """transformers keeps it in the environment: a stage in bfloat16 made every later one of its process so."""

    def weights(name: str, bf16: bool) -> str:
        cfg = replace(CFG, bf16=bf16)
        made = train_sft(tiny_policy_path, PAIRS, tmp_path / name, cfg, "post-sft", around=Around(progress=False))
        return made.weights_hash

    alone = read_checkpoint(trained / "post-sft").weights_hash
    monkeypatch.delenv("ACCELERATE_MIXED_PRECISION", raising=False)
    assert weights("half", True) != alone
    assert weights("after it", False) == alone
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "bf16")
    assert weights("launched so", False) == alone


def test_a_finished_stage_is_not_trained_again(
    trained: Path, tiny_policy_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import trl

    monkeypatch.setattr(trl.SFTTrainer, "train", lambda *_, **__: pytest.fail("trained again"))
    left = trained / "post-sft.work" / "checkpoint-6"  # as a kill between the last save and the tidying leaves it
    left.mkdir(parents=True)
    found = train_sft(tiny_policy_path, PAIRS, trained / "post-sft", CFG, "post-sft", around=Around(progress=False))
    assert not left.parent.exists()
    assert found == read_checkpoint(trained / "post-sft")


KILLED = """
    import json, os, signal, sys
    sys.path.insert(0, {tests!r})
    from transformers import TrainerCallback
    from test_sft import CFG, PAIRS
    from training.shared import callbacks
    from training.sft.train import train_sft
    from training.shared.stage import Around

    def on_log(self, args, state, control, logs=None, _before=callbacks.Watch.on_log, **kwargs):
        _before(self, args, state, control, logs, **kwargs)
        if state.global_step == 5:
            os.kill(os.getpid(), signal.SIGKILL)

    callbacks.Watch.on_log = on_log
    train_sft({policy!r}, PAIRS, {out!r}, CFG, "post-sft", Around({logs!r}, progress=False))
"""


def test_a_killed_run_goes_on_and_ends_with_the_same_weights(
    trained: Path, tiny_policy_path: Path, tmp_path: Path
) -> None:
    """Killed with SIGKILL in step 5 of 6, in the second epoch; its newest state is then cut short, as a kill during a
    save leaves it."""
    out = tmp_path / "post-sft"
    code = KILLED.format(
        tests=str(Path(__file__).parent), policy=str(tiny_policy_path), out=str(out), logs=str(tmp_path / "logs")
    )
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]),
    }
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert not out.exists()
    work = tmp_path / "post-sft.work"
    newest = latest_complete(work)
    assert newest is not None
    assert newest.name == "checkpoint-4"
    (newest / "optimizer.pt").write_bytes((newest / "optimizer.pt").read_bytes()[:100])
    resumed = train_sft(
        tiny_policy_path, PAIRS, out, CFG, "post-sft", around=Around(log_dir=tmp_path / "logs", progress=False)
    )
    assert resumed == replace_path(read_checkpoint(trained / "post-sft"), out)
    assert rows(tmp_path / "logs" / "post-sft_steps.jsonl") == rows(trained / "logs" / "post-sft_steps.jsonl")
    assert not work.exists()


def replace_path(checkpoint: Any, out: Path) -> Any:
    return replace(checkpoint, path=str(out))


def test_sigterm_saves_and_leaves(
    trained: Path, tiny_policy_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.shared import callbacks

    before = callbacks.Watch.on_log

    def on_log(self: Any, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        before(self, args, state, control, logs, **kwargs)
        if state.global_step == 2:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(callbacks.Watch, "on_log", on_log)
    with pytest.raises(Terminated) as left:
        train_sft(tiny_policy_path, PAIRS, tmp_path / "out", CFG, "post-sft", around=Around(progress=False))
    assert left.value.code == 143
    assert latest_complete(tmp_path / "out.work") == tmp_path / "out.work" / "checkpoint-3"
    monkeypatch.undo()
    resumed = train_sft(tiny_policy_path, PAIRS, tmp_path / "out", CFG, "post-sft", around=Around(progress=False))
    assert resumed.weights_hash == read_checkpoint(trained / "post-sft").weights_hash


def test_pairs_that_are_too_long_are_left_out_and_counted(
    tiny_policy_path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pairs = [*PAIRS[:8], ("中" * 100, "ก")]
    checkpoint = train_sft(
        tiny_policy_path, pairs, tmp_path / "out", replace(CFG, epochs=1), "post-sft", around=Around(progress=False)
    )
    assert (checkpoint.left_out, checkpoint.steps) == (1, 1)
    assert "1 of 9 pairs are longer than 64 tokens" in caplog.text
    with pytest.raises(UserError, match="no pair to train on"):
        train_sft(tiny_policy_path, pairs[-1:], tmp_path / "none", CFG, "post-sft", around=Around(progress=False))
    assert not (tmp_path / "none.work").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"lr": 0},
        {"epochs": float("nan")},
        {"batch_size": 0},
        {"warmup_ratio": 2},
        {"lr_scheduler": "cosin"},
        {"accumulation": 3},
    ],
)
def test_wrong_settings_are_refused(tiny_policy_path: Path, tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"sft\."):
        train_sft(
            tiny_policy_path, PAIRS, tmp_path / "out", replace(CFG, **wrong), "post-sft", around=Around(progress=False)
        )
    assert not (tmp_path / "out").exists()


def test_divergence_is_told_and_not_saved(tiny_policy_path: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"diverged: .* lower sft\.lr"):
        train_sft(
            tiny_policy_path,
            PAIRS,
            tmp_path / "out",
            replace(CFG, lr=1e30, warmup_ratio=0.0, save_steps=1),
            "post-sft",
            around=Around(progress=False),
        )
    assert not (tmp_path / "out").exists()
