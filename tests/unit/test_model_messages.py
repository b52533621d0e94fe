"""What is said about a model that cannot be used as it is: one message that names the setting, for each of them."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

import pytest

from benchmark.cli import main
from metrics.errors import UserError
from training.shared.loading import load_policy, load_tokenizer


@pytest.fixture
def policy(tiny_policy_path: Path, tmp_path: Path) -> Path:
    """A copy that may be spoiled."""
    shutil.copytree(tiny_policy_path, tmp_path / "policy")
    return tmp_path / "policy"


def edit(path: Path, **values: object) -> None:
    """Set keys of a JSON file; None takes one away."""
    content = {**json.loads(path.read_text(encoding="utf-8")), **values}
    path.write_text(json.dumps({k: v for k, v in content.items() if v is not None}), encoding="utf-8")


def test_a_wrong_dtype_or_device_map_is_named(policy: Path) -> None:
    """Before anything is loaded."""
    for dtype in ("fp8", "int8", "float64", "nn"):
        with pytest.raises(UserError, match="use float32, bfloat16, float16"):
            load_policy(policy, dtype)
    with pytest.raises(UserError, match="use auto, balanced"):
        load_policy(policy, device_map="all")


def test_a_device_map_gives_the_same_model(policy: Path) -> None:
    """Through accelerate's dispatch."""
    import torch

    a, b = load_policy(policy, device="cpu")[0].state_dict(), load_policy(policy, device_map="cpu")[0].state_dict()
    assert all(torch.equal(a[k], b[k]) for k in a)


def test_remote_code_is_refused_with_the_setting_that_allows_it(
    policy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code in the folder is never run by default; the tokenizer's neither."""
    marker = tmp_path / "ran"
    (policy / "evil.py").write_text(f"open({str(marker)!r}, 'w')\nclass M: pass\nclass T: pass\n", encoding="utf-8")
    edit(policy / "config.json", auto_map={"AutoModelForCausalLM": "evil.M"})
    assert main(["evaluate", "--model", str(policy), "--task", "newswire-title", "--out", str(tmp_path / "out")]) == 2
    assert "--set policy.trust_remote_code=true" in capsys.readouterr().err
    assert not marker.exists()
    assert not (tmp_path / "out").exists()


def test_a_tokenizer_without_an_end_token_is_refused_before_anything_is_written(
    policy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As is one with more tokens than the model: both are known without the weights."""
    edit(policy / "tokenizer_config.json", pad_token=None, eos_token=None)
    (policy / "special_tokens_map.json").unlink(missing_ok=True)
    assert main(["evaluate", "--model", str(policy), "--task", "newswire-title", "--out", str(tmp_path / "out")]) == 2
    assert "no end-of-sequence token" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_tokenizers_own_code_is_refused_too(policy: Path, tmp_path: Path) -> None:
    """auto_map of tokenizer_config.json, with a class that the library does not have."""
    marker = tmp_path / "ran"
    (policy / "evil.py").write_text(f"open({str(marker)!r}, 'w')\nclass T: pass\n", encoding="utf-8")
    edit(policy / "tokenizer_config.json", auto_map={"AutoTokenizer": ["evil.T", None]}, tokenizer_class="T")
    with pytest.raises(UserError, match=r"policy\.trust_remote_code=true"):
        load_tokenizer(policy)
    assert not marker.exists()


def test_a_tokenizer_without_a_pad_token_is_said_and_pads_with_eos(
    policy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As with Llama's: usable, but not in silence. Without eos there is nothing to do but to say so."""
    edit(policy / "tokenizer_config.json", pad_token=None)
    (policy / "special_tokens_map.json").unlink(missing_ok=True)
    with caplog.at_level(logging.WARNING, logger="training"):
        tokenizer = load_tokenizer(policy)
    assert tokenizer.pad_token == tokenizer.eos_token
    assert "no padding token" in caplog.text
    edit(policy / "tokenizer_config.json", eos_token=None)
    with pytest.raises(UserError, match="no end-of-sequence token"):
        load_tokenizer(policy)


def test_a_pickled_adapter_is_not_loaded(policy: Path, tmp_path: Path) -> None:
    """adapter_model.bin can run code; only safetensors are read."""
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(policy)}))
    (adapter / "adapter_model.bin").write_bytes(b"x")
    from training.shared.checkpoints import check_folder

    with pytest.raises(UserError, match="only pickled weights"):
        check_folder(adapter)
    (adapter / "adapter_config.json").write_text("{}")
    with pytest.raises(UserError, match="names no base_model_name_or_path"):
        check_folder(adapter)
