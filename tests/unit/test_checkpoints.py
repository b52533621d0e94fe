"""Loading, hashing and writing checkpoints; which half-written states are not resumed from."""

from __future__ import annotations

import json
import os
import shutil
import signal
import zipfile
from pathlib import Path

import pytest
from states import latest_complete

from metrics.errors import UserError
from training.shared.checkpoints import read_checkpoint, save_checkpoint
from training.shared.checksums import write_checksums
from training.shared.hashes import weights_hash
from training.shared.loading import load_policy
from training.shared.resume import OnSigterm, StepLog, checkpoint_problem, open_workspace

LINEAGE = {"stage": "post-sft", "parent_hash": None, "config_hash": "c", "data_hash": "d", "seed": 1, "steps": 3}


@pytest.fixture
def folder(tiny_policy_path: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_policy_path, tmp_path / "model"))


def test_a_checkpoint_is_written_with_its_lineage_and_read_back(tiny_policy_path: Path, tmp_path: Path) -> None:
    model, tokenizer = load_policy(tiny_policy_path, device="cpu")
    out = tmp_path / "checkpoints" / "post-sft"
    written = save_checkpoint(model, tokenizer, out, **LINEAGE)
    assert read_checkpoint(out) == written
    assert written.weights_hash == weights_hash(out)
    assert set(json.loads((out / "lineage.json").read_text(encoding="utf-8"))) >= {
        "stage",
        "parent_hash",
        "config_hash",
        "data_hash",
        "seed",
        "steps",
        "weights_hash",
    }
    assert [p.name for p in out.parent.iterdir()] == ["post-sft"]
    save_checkpoint(model, tokenizer, out, **{**LINEAGE, "steps": 4})  # replaces
    assert read_checkpoint(out).steps == 4
    assert [p.name for p in out.parent.iterdir()] == ["post-sft"]


def test_weights_that_are_not_the_lineage_s_are_noticed(tiny_policy_path: Path, tmp_path: Path) -> None:
    model, tokenizer = load_policy(tiny_policy_path, device="cpu")
    save_checkpoint(model, tokenizer, tmp_path / "a", **LINEAGE)
    with open(tmp_path / "a" / "model.safetensors", "r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"\x77")
    with pytest.raises(UserError, match=r"not those of its lineage\.json"):
        read_checkpoint(tmp_path / "a")


def test_the_hash_is_of_the_weights_alone(tiny_policy_path: Path, folder: Path) -> None:
    (folder / "config.json").write_text((folder / "config.json").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert weights_hash(folder) == weights_hash(tiny_policy_path)


def cut(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def pickle(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def own_code(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(
        json.dumps({**config, "auto_map": {"AutoModelForCausalLM": "mine.Mine"}}), encoding="utf-8"
    )


def no_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()


def fewer_weights(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    save_file(
        {k: v for k, v in weights.items() if "layers.1.mlp" not in k},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )


def small_embedding(folder: Path) -> None:
    from transformers import SmolLM3Config, SmolLM3ForCausalLM

    config = SmolLM3Config.from_pretrained(folder)
    config.vocab_size = 20
    config.pad_token_id = config.eos_token_id = 3
    SmolLM3ForCausalLM(config).save_pretrained(folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (cut, "corrupt weights"),
        (pickle, "only pickled weights"),
        (own_code, "trust_remote_code"),
        (no_tokenizer, "tokenizer cannot be loaded"),
        (fewer_weights, "weights are missing"),
        (small_embedding, "do not belong together"),
        (lambda f: (f / "config.json").unlink(), r"no config\.json"),
        (lambda f: (f / "config.json").write_text("{", encoding="utf-8"), r"config\.json: not valid JSON"),
        (lambda f: (f / "model.safetensors").unlink(), "holds no weights"),
        (shutil.rmtree, "no such checkpoint folder"),
    ],
)
def test_an_unusable_folder_is_refused_with_a_reason(folder: Path, damage, message: str) -> None:
    damage(folder)
    with pytest.raises(UserError, match=message):
        load_policy(folder, device="cpu")


def trainer_state(work: Path, step: int) -> Path:
    """A folder with every file of a TRL checkpoint, tiny."""
    import torch
    from safetensors.torch import save_file

    folder = work / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    save_file({"w": torch.ones(2)}, folder / "model.safetensors")
    for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth"):
        torch.save({"a": 1}, folder / name)
    (folder / "trainer_state.json").write_text(json.dumps({"global_step": step}), encoding="utf-8")
    write_checksums(folder)
    return folder


@pytest.mark.parametrize(
    "name", ["model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json"]
)
@pytest.mark.parametrize("how", ["absent", "cut"])
def test_a_state_that_a_kill_cut_short_is_passed_over(tmp_path: Path, name: str, how: str) -> None:
    trainer_state(tmp_path, 5)
    newest = trainer_state(tmp_path, 10)
    assert latest_complete(tmp_path) == newest
    if how == "absent":
        (newest / name).unlink()
    else:
        (newest / name).write_bytes((newest / name).read_bytes()[:-5])
    assert checkpoint_problem(newest)
    assert latest_complete(tmp_path) == tmp_path / "checkpoint-5"


def test_states_are_ordered_by_number(tmp_path: Path) -> None:
    for step in (9, 10, 100):
        trainer_state(tmp_path, step)
    assert latest_complete(tmp_path) == tmp_path / "checkpoint-100"
    assert zipfile.is_zipfile(tmp_path / "checkpoint-100" / "optimizer.pt")


def test_a_workspace_of_another_run_is_emptied(tmp_path: Path) -> None:
    work = tmp_path / "work"
    assert open_workspace(work, {"seed": 1}) is None
    trainer_state(work, 5)
    broken = trainer_state(work, 10)
    (broken / "optimizer.pt").unlink()
    assert open_workspace(work, {"seed": 1}) == work / "checkpoint-5"
    assert not broken.exists()
    assert open_workspace(work, {"seed": 2}) is None
    assert not (work / "checkpoint-5").exists()


def test_a_step_log_drops_what_came_after_the_resumed_step(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "steps.jsonl"
    log = StepLog(path, 0)
    log.append([{"step": step, "text": "ก\u2028ข"} for step in (1, 2, 3)])
    with open(path, "ab") as stream:
        stream.write('{"step": 4, "text": "ก'.encode()[:-1])  # cut in the middle of a character
    StepLog(path, 2).append([{"step": 3, "text": "new"}])
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    assert [(row["step"], row["text"]) for row in rows] == [(1, "ก\u2028ข"), (2, "ก\u2028ข"), (3, "new")]
    StepLog(path, 0)
    assert path.read_text(encoding="utf-8") == ""


def test_sigterm_is_only_noted_inside_the_context() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with OnSigterm() as terminate:
        os.kill(os.getpid(), signal.SIGTERM)
        assert terminate.requested
    assert signal.getsignal(signal.SIGTERM) == before
