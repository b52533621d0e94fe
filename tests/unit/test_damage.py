"""Damage: what a later step reads is as it was written, or it is made again, or one message names it. Nothing broken is
blessed."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from damaged import flip, made, train, whole  # noqa: F401 - fixtures
from test_sft import CFG, PAIRS

from training.sft.train import train_sft
from training.shared import callbacks
from training.shared.checkpoints import read_checkpoint
from training.shared.checksums import pickle_problem, write_checksums
from training.shared.resume import Terminated, checkpoint_problem, open_workspace
from training.shared.stage import Around


@pytest.fixture(scope="module")
def stopped(tiny_policy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real run of SFT that was told to leave in step 4 of 6: two states, a log."""
    folder = tmp_path_factory.mktemp("damage")
    before = callbacks.Watch.on_step_end

    def on_step_end(self: Any, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == 4:
            os.kill(os.getpid(), signal.SIGTERM)
        before(self, args, state, control, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(callbacks.Watch, "on_step_end", on_step_end)
        with pytest.raises(Terminated):
            train(tiny_policy_path, folder)
    return folder


PARTS = (
    "model.safetensors optimizer.pt scheduler.pt rng_state.pth config.json tokenizer.json tokenizer_config.json "
    "trainer_state.json training_args.bin"
)


@pytest.mark.parametrize("name", PARTS.split())
@pytest.mark.parametrize("at", [-1, 3])
def test_a_flipped_bit_in_a_training_state_is_seen(stopped: Path, tmp_path: Path, name: str, at: int) -> None:
    """Weights, optimiser, random states, schedule, config, tokenizer: the state before goes on, and what was wrong is
    said."""
    work = tmp_path / "out.work"
    shutil.copytree(stopped / "out.work", work)
    assert checkpoint_problem(work / "checkpoint-4") is None
    flip(work / "checkpoint-4" / name, at)
    assert name in str(checkpoint_problem(work / "checkpoint-4"))
    key = json.loads((work / "key.json").read_text("utf-8"))
    assert open_workspace(work, key) == work / "checkpoint-2"
    assert not (work / "checkpoint-4").exists()


def test_a_damaged_state_ends_with_the_weights_of_an_undamaged_run(
    stopped: Path, whole: Path, tiny_policy_path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """From the state before, and from nothing where the log was damaged, too."""
    cfg = replace(CFG, save_steps=2)
    for i, broken in enumerate(["out.work/checkpoint-4/optimizer.pt", "logs/post-sft_steps.jsonl"]):
        place = tmp_path / str(i)
        shutil.copytree(stopped, place)
        flip(place / broken, 20)
        made = train_sft(
            tiny_policy_path,
            PAIRS,
            place / "out",
            cfg,
            "post-sft",
            around=Around(log_dir=place / "logs", progress=False),
        )
        assert made.weights_hash == read_checkpoint(whole / "out").weights_hash
        assert (place / "logs/post-sft_steps.jsonl").read_bytes() == (whole / "logs/post-sft_steps.jsonl").read_bytes()
    assert "optimizer.pt has changed since it was written" in caplog.text
    assert "the log post-sft_steps.jsonl has changed" in caplog.text


class Evil:
    """A pickle that would leave a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("name", ["optimizer.pt", "scheduler.pt", "rng_state.pth"])
@pytest.mark.parametrize("bare", [True, False])
def test_a_pickle_that_names_code_is_refused_in_one_line(stopped: Path, tmp_path: Path, name: str, bare: bool) -> None:
    """Even where the sums were written anew by the hand that put it there. Nothing of it runs."""
    import torch

    state = tmp_path / "checkpoint-4"
    shutil.copytree(stopped / "out.work" / "checkpoint-4", state)
    if bare:
        (state / name).write_bytes(pickle.dumps(Evil(tmp_path / "ran")))
    else:
        torch.save({"state": Evil(tmp_path / "ran")}, state / name)
    write_checksums(state)
    problem = checkpoint_problem(state)
    assert problem is not None
    assert problem.startswith(name)
    assert "\n" not in problem
    assert not (tmp_path / "ran").exists()


def test_the_pickle_of_a_sharded_state_holds_tensors_metadata_alone(tmp_path: Path) -> None:
    """torch.distributed.checkpoint unpickles `.metadata` without asking; what it writes itself passes."""
    import torch
    import torch.distributed.checkpoint as sharded

    model = torch.nn.Linear(2, 2)
    sharded.save({"model": model.state_dict()}, checkpoint_id=str(tmp_path / "pytorch_model_fsdp_0"))
    assert pickle_problem(tmp_path) is None
    (tmp_path / "pytorch_model_fsdp_0" / ".metadata").write_bytes(pickle.dumps(Evil(tmp_path / "ran")))
    assert "names posix.mkdir" in str(pickle_problem(tmp_path))
    assert not (tmp_path / "ran").exists()


def test_a_state_that_names_modules_of_its_own_is_not_resumed_from(stopped: Path, tmp_path: Path) -> None:
    """sentence-transformers' trainer loads the saved folder by its modules.json."""
    state = tmp_path / "checkpoint-4"
    shutil.copytree(stopped / "out.work" / "checkpoint-4", state)
    (state / "modules.json").write_text(
        '[{"idx": 0, "name": "0", "path": "", "type": "modeling_x.X"}]', encoding="utf-8"
    )
    write_checksums(state)
    assert "type names modeling_x.X" in str(checkpoint_problem(state))
