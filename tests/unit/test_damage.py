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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_sft import CFG, PAIRS

from benchmark.generation.decoding import Decoding, Policy
from benchmark.generation.local import Request, generate_file
from metrics.errors import UserError
from metrics.records import Example
from training.sft.train import train_sft
from training.shared import callbacks
from training.shared.checkpoints import check_folder, read_checkpoint
from training.shared.checksums import CHECKSUMS, checksum_problem, pickle_problem, write_checksums
from training.shared.loading import load_policy
from training.shared.resume import Terminated, checkpoint_problem, open_workspace
from training.shared.stage import Around, Making, finished


def flip(path: Path, at: int = -1) -> None:
    """One bit of a file; its size, and here its time, stay."""
    data, stat = bytearray(path.read_bytes()), path.stat()
    data[at] ^= 1
    path.write_bytes(bytes(data))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))


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
            train_sft(
                tiny_policy_path,
                PAIRS,
                folder / "out",
                replace(CFG, save_steps=2),
                "post-sft",
                around=Around(log_dir=folder / "logs", progress=False),
            )
    return folder


@pytest.fixture(scope="module")
def whole(tiny_policy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run in one go."""
    folder = tmp_path_factory.mktemp("whole")
    train_sft(
        tiny_policy_path,
        PAIRS,
        folder / "out",
        replace(CFG, save_steps=2),
        "post-sft",
        around=Around(log_dir=folder / "logs", progress=False),
    )
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


@pytest.fixture
def made(whole: Path, tmp_path: Path) -> Path:
    """A copy of a finished checkpoint."""
    shutil.copytree(whole, tmp_path / "made")
    return tmp_path / "made" / "out"


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def swap_vocabulary(path: Path) -> None:
    """Two tokens change places: the file is as long as before and loads without a word."""
    content = json.loads(path.read_text("utf-8"))
    tokens = content["model"]["vocab"]
    tokens["ก"], tokens["ข"] = tokens["ข"], tokens["ก"]
    path.write_text(json.dumps(content), encoding="utf-8")


DAMAGE = {
    "config.json": truncate,
    "tokenizer.json": swap_vocabulary,
    "tokenizer_config.json": flip,
    "model.safetensors": flip,
    "generation_config.json": Path.unlink,
    "lineage.json": flip,
    CHECKSUMS: truncate,
    "adapter_config.json": lambda path: path.write_text("{}", encoding="utf-8"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_checkpoint_is_named_and_trained_again(
    made: Path, whole: Path, tiny_policy_path: Path, name: str
) -> None:
    """Whoever loads it gets one message; the stage trains again and ends with what it was."""
    DAMAGE[name](made / name)
    for look in (check_folder, load_policy, read_checkpoint):
        with pytest.raises(UserError, match=rf"{name.partition('_')[0]}|the weights"):
            look(made)
    again = train_sft(
        tiny_policy_path,
        PAIRS,
        made,
        replace(CFG, save_steps=2),
        "post-sft",
        around=Around(log_dir=made.parent / "logs", progress=False),
    )
    assert again.weights_hash == read_checkpoint(whole / "out").weights_hash
    for file in (whole / "out").iterdir():
        assert (made / file.name).read_bytes() == file.read_bytes(), file.name
    assert not (made / "adapter_config.json").exists()


def test_a_finished_stage_whose_log_was_damaged_is_not_finished(made: Path) -> None:
    """logs/*.jsonl are read by the report: their damage is not passed on under a new hash."""
    log = made.parent / "logs" / "post-sft_steps.jsonl"
    key = {k: v for k, v in json.loads((made / "lineage.json").read_text("utf-8")).items() if k in ("stage", "seed")}
    assert finished(Making("base", made, made.with_name("out.work"), key, [log])) is not None
    flip(log, 10)
    assert finished(Making("base", made, made.with_name("out.work"), key, [log])) is None


def test_sigterm_in_the_last_step_saves_and_leaves(
    whole: Path, tiny_policy_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """143 as at any other moment, and the finished checkpoint is there for the next call."""
    before = callbacks.Watch.on_log

    def on_log(self: Any, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        before(self, args, state, control, logs, **kwargs)
        if state.global_step == 6:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(callbacks.Watch, "on_log", on_log)
    cfg = replace(CFG, save_steps=2)
    with pytest.raises(Terminated) as left:
        train_sft(tiny_policy_path, PAIRS, tmp_path / "out", cfg, "post-sft", around=Around(progress=False))
    assert left.value.code == 143
    monkeypatch.setattr(callbacks.Watch, "on_log", lambda *_, **__: pytest.fail("trained again"))
    again = train_sft(tiny_policy_path, PAIRS, tmp_path / "out", cfg, "post-sft", around=Around(progress=False))
    assert again.weights_hash == read_checkpoint(whole / "out").weights_hash


def test_a_damaged_row_of_an_unfinished_generation_is_generated_again(
    tiny_policy_path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A changed character in a kept text would pass as the model's own."""
    examples = [Example(f"e{i}", "中" * (i + 1), None, None, "zh", "th") for i in range(3)]

    def write(out: Path) -> bytes:
        generate_file(
            Policy(str(tiny_policy_path), "float32"),
            Request(examples, str, ["กข"], lambda cap: Decoding(cap, 1), "me", "base", None),
            out,
        )
        return out.read_bytes()

    kept: list[bytes] = []
    unlink = Path.unlink

    def keep(self: Path, missing_ok: bool = False) -> None:
        kept.extend([self.read_bytes()] if self.suffix == ".part" else [])
        unlink(self, missing_ok)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "unlink", keep)
        expected = write(tmp_path / "whole.jsonl")
    lines = kept[0].splitlines(keepends=True)
    assert len(lines) == 3
    (tmp_path / "again.part").write_bytes(lines[0] + lines[1].replace(b'"text": "', b'"text": "x') + lines[2][:20])
    assert write(tmp_path / "again.jsonl") == expected
    assert "1 of 2 rows are damaged" in caplog.text


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.dictionaries(st.text("abc", min_size=1, max_size=3), st.binary(max_size=20), min_size=1, max_size=4),
    data=st.data(),
)
def test_any_change_of_a_sealed_folder_is_seen(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, bytes], data: st.DataObject
) -> None:
    """A byte, a file less, a file more: each is named; untouched it passes."""
    folder = tmp_path_factory.mktemp("sealed")
    for name, body in content.items():
        (folder / name).write_bytes(body)
    write_checksums(folder)
    assert checksum_problem(folder) is None
    name = data.draw(st.sampled_from(sorted(content)))
    what = data.draw(st.sampled_from(["byte", "less", "more"]))
    if what == "byte":
        (folder / name).write_bytes(content[name] + b"!")
    elif what == "less":
        (folder / name).unlink()
    else:
        name = f"{name}-new"
        (folder / name).touch()
    assert str(checksum_problem(folder)).startswith(f"{name} ")
