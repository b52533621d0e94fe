"""LoRA, and the other options of the trainer: what is trained, what is saved, and what is said when something is
missing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.generation.decoding import Decoding, Work
from benchmark.generation.local import generate_texts
from metrics.errors import UserError
from training.rl.grpo import train_rl
from training.rl.settings import RLSettings
from training.sft.settings import SFTSettings
from training.sft.train import train_sft
from training.shared import loading, options
from training.shared.checkpoints import check_folder, read_checkpoint
from training.shared.files_of import files_of
from training.shared.hashes import weights_hash
from training.shared.loading import load_policy
from training.shared.options import check_installed
from training.shared.stage import Around, RLAround

PAIRS = [("中国公司", "กขค"), ("公司起诉", "งจช"), ("法院北京", "ทนบ"), ("起诉法院", "ปผพ")]
CFG = SFTSettings(epochs=2, batch_size=4, lr=5e-2, lora_rank=4, save_steps=1, lr_scheduler="constant", warmup_ratio=0.0)

pytest.importorskip("peft")


def texts(folder: Path, dtype: str = "float32") -> list[str]:
    """Greedy generations of a checkpoint."""
    model, tokenizer = load_policy(folder, dtype, device="cpu")
    prompts = [p for p, _ in PAIRS]
    found = {
        i: t
        for rows in generate_texts(model, tokenizer, prompts, prompts, Decoding(12, 4), work=Work(progress=False))
        for i, t, _, _ in rows
    }
    return [found[p] for p in prompts]


@pytest.fixture(scope="module")
def trained(tiny_policy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same LoRA run saved merged and as an adapter."""
    folder = tmp_path_factory.mktemp("lora")
    train_sft(tiny_policy_path, PAIRS, folder / "merged", CFG, "post-sft", around=Around(progress=False))
    train_sft(
        tiny_policy_path,
        PAIRS,
        folder / "adapter",
        replace(CFG, lora_merge=False),
        "post-sft",
        around=Around(progress=False),
    )
    return folder


def test_merged_and_adapter_are_evaluated_alike(trained: Path, tiny_policy_path: Path) -> None:
    """Equal weights to the bit after loading, in bfloat16 too; and they have learned something."""
    import torch

    for dtype in ("float32", "bfloat16"):
        merged, adapter = (
            load_policy(trained / name, dtype, device="cpu")[0].state_dict() for name in ("merged", "adapter")
        )
        assert merged.keys() == adapter.keys()
        assert all(torch.equal(merged[k], adapter[k]) for k in merged)
    assert texts(trained / "merged") == texts(trained / "adapter") != texts(tiny_policy_path)


def test_only_the_adapter_learns(trained: Path, tiny_policy_path: Path) -> None:
    """Embeddings and norms are the parent's; the folder of the adapter holds none of them."""
    import torch

    before, after = (load_policy(p, device="cpu")[0].state_dict() for p in (tiny_policy_path, trained / "merged"))
    changed = {
        name.rpartition(".")[0].rpartition(".")[2] for name in before if not torch.equal(before[name], after[name])
    }
    assert changed == {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}
    assert not (trained / "adapter" / "model.safetensors").exists()


def test_the_hash_of_an_adapter_is_that_of_its_base_too(trained: Path, tiny_policy_path: Path, tmp_path: Path) -> None:
    """Another base gives another hash, and is refused where the lineage knows the old one."""
    base = tmp_path / "base"
    shutil.copytree(tiny_policy_path, base)
    shutil.copytree(trained / "adapter", tmp_path / "adapter")
    config = tmp_path / "adapter" / "adapter_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "base_model_name_or_path": str(base)}))
    assert weights_hash(tmp_path / "adapter") == weights_hash(trained / "adapter")
    weights = base / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\1\1\1\1")
    assert weights_hash(tmp_path / "adapter") != weights_hash(trained / "adapter")
    with pytest.raises(UserError, match="has changed since the adapter was trained"):
        load_policy_of(tmp_path / "adapter")


def load_policy_of(folder: Path) -> Any:
    """As the commands do: look at the files, then load."""
    check_folder(folder)
    return load_policy(folder, device="cpu")


def test_an_adapter_that_moved_with_its_base_is_found(trained: Path, tiny_policy_path: Path, tmp_path: Path) -> None:
    """A run directory can be moved as a whole."""
    shutil.copytree(tiny_policy_path, tmp_path / "base")
    shutil.copytree(trained / "adapter", tmp_path / "adapter")
    config = tmp_path / "adapter" / "adapter_config.json"
    moved = {**json.loads(config.read_text()), "base_model_name_or_path": "/nowhere/base"}
    config.write_text(json.dumps(moved))
    assert len(load_policy_of(tmp_path / "adapter")) == 2
    shutil.rmtree(tmp_path / "base")
    with pytest.raises(UserError, match="base model /nowhere/base is not there"):
        load_policy_of(tmp_path / "adapter")


class Half:
    """A reward that knows nothing but counts Thai letters."""

    name, id, length_unit = "half", "half", "code points"

    def score(self, sources: list[str], candidates: list[str]) -> list[float]:
        return [min(1.0, len(c) / 20) for c in candidates]

    def token_ids(self, texts: list[str]) -> list[list[int]]:
        return [[ord(c) for c in t] for t in texts]

    def counts(self) -> dict[str, int]:
        return {}


def test_rl_goes_on_from_an_adapter_with_lora_only(trained: Path, tmp_path: Path) -> None:
    """With all weights the KL's reference would be the model before SFT: refused. With LoRA the KL begins at 0, against
    the SFT policy."""
    from metrics.records import Example

    examples = [Example(f"e{i}", p, None, None, "zh", "th") for i, (p, _) in enumerate(PAIRS)]
    cfg = RLSettings(max_steps=2, prompts_per_step=2, num_generations=2, lr=1e-2, max_completion_length=8, save_steps=1)
    with pytest.raises(UserError, match=r"sft\.lora_merge = true, or rl\.lora_rank"):
        train_rl(trained / "adapter", examples, str, tmp_path / "full", cfg, Half(), around=RLAround(progress=False))
    lora = replace(cfg, lora_rank=2, lora_merge=False)
    made = train_rl(
        trained / "adapter",
        examples,
        str,
        tmp_path / "post-rl",
        lora,
        Half(),
        around=RLAround(log_dir=tmp_path, progress=False),
    )
    first = json.loads((tmp_path / "rl_steps.jsonl").read_text().splitlines()[0])
    assert first["kl"] == pytest.approx(0, abs=1e-6)
    assert made.parent_hash == read_checkpoint(trained / "adapter").weights_hash
    assert len(texts(tmp_path / "post-rl")) == len(PAIRS)
    tokenizer, config = files_of(tmp_path / "post-rl")  # an adapter on an adapter on a model
    assert len(tokenizer) <= config.vocab_size


def test_a_lora_run_killed_ends_with_the_same_weights(
    trained: Path, tiny_policy_path: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    """Its states hold the adapter, and are resumed from."""
    from training.shared import callbacks

    before = callbacks.Watch.on_step_end

    def stop(self: Any, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == 2:
            raise KeyboardInterrupt
        before(self, args, state, control, **kwargs)

    monkeypatch.setattr(callbacks.Watch, "on_step_end", stop)
    with pytest.raises(KeyboardInterrupt):
        train_sft(tiny_policy_path, PAIRS, tmp_path / "x", CFG, "post-sft", around=Around(progress=False))
    monkeypatch.undo()
    assert (tmp_path / "x.work" / "checkpoint-1" / "adapter_model.safetensors").exists()
    made = train_sft(tiny_policy_path, PAIRS, tmp_path / "x", CFG, "post-sft", around=Around(progress=False))
    assert made.weights_hash == read_checkpoint(trained / "merged").weights_hash


def test_gradient_checkpointing_trains_the_same_weights(tiny_policy_path: Path, tmp_path: Path) -> None:
    """It costs time and saves memory, and changes the result by rounding alone."""
    import torch

    plain = SFTSettings(epochs=1, batch_size=4, lr=1e-2, save_steps=10)
    for name, cfg in (("a", plain), ("b", replace(plain, gradient_checkpointing=True, keep_states=1))):
        train_sft(tiny_policy_path, PAIRS, tmp_path / name, cfg, "post-sft", around=Around(progress=False))
    a, b = (load_policy(tmp_path / name, device="cpu")[0].state_dict() for name in "ab")
    assert all(torch.allclose(a[k], b[k], atol=1e-6) for k in a)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lora_targets": "q_proj,queries"}, "no module queries; its linear layers are down_proj"),
        ({"lora_rank": -1}, "sft.lora_rank must be at least 1"),
        ({"lora_dropout": 1.0}, "sft.lora_dropout"),
        ({"lora_targets": " "}, "names no module"),
        ({"keep_states": 0}, "sft.keep_states"),
    ],
)
def test_wrong_options_are_named(tiny_policy_path: Path, tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    """One message with the key, and nothing written."""
    with pytest.raises(UserError, match=said.replace(".", r"\.")):
        train_sft(
            tiny_policy_path, PAIRS, tmp_path / "x", replace(CFG, **wrong), "post-sft", around=Around(progress=False)
        )
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_is_named_with_its_pip_line(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """peft and liger-kernel, at training and at loading."""
    from training.shared import lora

    monkeypatch.setattr(options, "find_spec", lambda name: None)
    monkeypatch.setattr(lora, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'sgsrl-bench\[peft\]'"):
        check_installed(CFG, "sft")
    with pytest.raises(UserError, match="pip install liger-kernel"):
        check_installed(SFTSettings(liger=True), "sft")
    with pytest.raises(UserError, match=r"pip install 'sgsrl-bench\[peft\]'"):
        loading.load_policy(trained / "adapter", device="cpu")
