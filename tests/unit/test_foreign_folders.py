"""Folders of other makers: subfolders, odd or pickled modules, COMET checkpoints, adapters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from foreign_folder import edit, folder, honest  # noqa: F401 - fixtures

from metrics.errors import UserError
from metrics.foreign import check_foreign, code_named_by
from metrics.retrieval import load_encoder
from training.rewards import load_reward


def test_subfolders_count_in_the_one_hash(folder: Path) -> None:
    """Another 2_Dense is another encoder, for rewards, measuring and step keys alike; a config counts in what steps
    depend on."""
    from metrics.retrieval import weights_hash as of_encoder
    from training.shared.hashes import content_hash, weights_hash

    before, content = weights_hash(folder), content_hash(folder)
    assert of_encoder(folder) == before
    assert before[:16] in load_reward(str(folder)).id
    edit(folder / "1_Pooling" / "config.json", lambda c: c.update(note=1))
    assert weights_hash(folder) == before
    assert content_hash(folder) != content
    weights = folder / "2_Dense" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert weights_hash(folder) != before
    assert of_encoder(folder) == weights_hash(folder)


def test_pickled_weights_of_a_module_are_refused(folder: Path) -> None:
    """They would be read in place of safetensors, and no hash would know them."""
    (folder / "2_Dense" / "model.safetensors").rename(folder / "2_Dense" / "pytorch_model.bin")
    with pytest.raises(UserError, match="only pickled weights"):
        load_encoder(str(folder))


def test_a_module_outside_the_folder_is_refused(folder: Path) -> None:
    """What lies elsewhere is in no hash."""
    edit(folder / "modules.json", lambda m: m[2].update(path="../elsewhere"))
    with pytest.raises(UserError, match="outside the model's folder"):
        check_foreign(folder)


@pytest.mark.parametrize("content", ["{}", "[1]", "[[[", "[" * 100_000, '[{"type": 3}]', '[{"path": ""}]'])
def test_an_odd_modules_json_is_one_message(folder: Path, content: str) -> None:
    """No traceback, whatever it holds."""
    (folder / "modules.json").write_text(content, encoding="utf-8")
    with pytest.raises(UserError):
        check_foreign(folder)


def test_depth_hides_nothing() -> None:
    """A name is found at any depth, without running out of stack."""
    nested: Any = {"auto_map": {"AutoModel": "evil.X"}}
    for _ in range(50_000):
        nested = [nested]
    assert code_named_by(nested)


def test_a_comet_checkpoint_names_no_code(tmp_path: Path) -> None:
    """Its encoder's configs are looked at, too."""
    from metrics.scorers.comet_checkpoint import build_checkpoint

    made = tmp_path / "comet"
    (made / "encoder").mkdir(parents=True)
    (made / "model.safetensors").touch()
    (made / "hparams.yaml").write_text("class_identifier: referenceless_regression_metric\n", encoding="utf-8")
    (made / "encoder" / "config.json").write_text('{"auto_map": {"AutoModel": "evil.X"}}', encoding="utf-8")
    with pytest.raises(UserError, match="brings its own code"):
        build_checkpoint(made)


def test_hparams_that_hold_python_objects_are_refused(tmp_path: Path) -> None:
    """YAML can name any callable; only plain values are read."""
    from metrics.scorers.comet_checkpoint import build_checkpoint

    made = tmp_path / "comet"
    (made / "encoder").mkdir(parents=True)
    (made / "model.safetensors").touch()
    (made / "hparams.yaml").write_text(
        f"class_identifier: !!python/object/apply:os.system ['touch {tmp_path / 'ran'}']\n", encoding="utf-8"
    )
    (made / "encoder" / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="not readable as plain YAML"):
        build_checkpoint(made)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("loop", [["a"], ["a", "b"]])
def test_an_adapter_that_stands_on_itself_is_one_message(tmp_path: Path, loop: list[str]) -> None:
    """Directly or by way of another one."""
    from training.shared.checkpoints import check_folder
    from training.shared.files_of import files_of
    from training.shared.hashes import content_hash

    for i, name in enumerate(loop):
        (tmp_path / name).mkdir()
        base = tmp_path / loop[(i + 1) % len(loop)]
        (tmp_path / name / "adapter_config.json").write_text(
            json.dumps({"base_model_name_or_path": str(base)}), encoding="utf-8"
        )
        (tmp_path / name / "adapter_model.safetensors").write_bytes(b"\x02" + bytes(7) + b"{}")
    for look in (check_folder, files_of, content_hash):
        with pytest.raises(UserError, match="stands on itself"):
            look(tmp_path / "a")


def test_an_adapter_that_names_a_module_is_refused(tmp_path: Path) -> None:
    """megatron_core is imported by peft."""
    from training.shared.checkpoints import check_folder

    content = {"base_model_name_or_path": "owner/base", "megatron_core": "evil"}
    (tmp_path / "adapter_config.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match="megatron_core names evil"):
        check_folder(tmp_path)
