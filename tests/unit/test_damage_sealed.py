"""Finished stages, generations and sealed folders that were damaged."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from damaged import flip, made, train, whole  # noqa: F401 - fixtures
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
from training.shared.checksums import CHECKSUMS, checksum_problem, write_checksums
from training.shared.loading import load_policy
from training.shared.resume import Terminated
from training.shared.stage import Around, Making, finished


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
    again = train(tiny_policy_path, made.parent)
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
