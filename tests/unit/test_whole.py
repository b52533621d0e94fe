"""A finished run that is called again says so, without loading what made it; whatever has changed is gone through."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from report_run import make_run

from benchmark import run as method
from benchmark.cli import main
from benchmark.rundir import whole
from benchmark.rundir.manifest import RunManifest, StepRecord, read_manifest
from benchmark.rundir.steps import MadeOf, Steps
from benchmark.settings.config import Profile, load_profile
from metrics.errors import UserError


def profile(*overrides: str) -> Profile:
    return load_profile("smoke", overrides)


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """A run of the profile smoke that has ended: a checkpoint, a summary and a report, each the output of a step."""
    folder = tmp_path / "run"
    make_run(folder, 24, draws=50)
    manifest = RunManifest.model_validate(
        {"command": "run", "argv": ["run"], "config": profile().resolved(), "config_hash": "x", "commit": None}
        | {"dirty": None, "packages": {}, "hardware": {}}
    )
    checkpoint = folder / "checkpoints" / "post-rl"
    checkpoint.mkdir(parents=True)
    (checkpoint / "model.safetensors").write_bytes(b"weights")

    def keep(name: str, done: object, skipped: bool) -> None:
        manifest.steps[name] = StepRecord(seconds=1.0, skipped=skipped, peak_memory_mib=1.0)

    steps = Steps(folder, keep, lambda text: None)
    made_of = MadeOf({}, {}, ("metrics.files:sha256_file",))
    steps.run("train/post-rl", made_of, [checkpoint], lambda: None)
    steps.run("summary", made_of, [folder / "summary.json"], lambda: None)
    manifest.write(folder)
    whole.remember(folder, whole.request_of(profile(), "all"))
    return folder


def finished(run_dir: Path, stage: str = "all", *overrides: str) -> bool:
    return whole.unchanged(run_dir, whole.request_of(profile(*overrides), stage)) is not None


def test_the_same_call_finds_it_finished(run_dir: Path) -> None:
    assert finished(run_dir)


def test_another_request_does_not(run_dir: Path) -> None:
    assert not finished(run_dir, "rl")
    assert not finished(run_dir, "all", "run.seed=2")
    assert not finished(run_dir, "all", "rl.lr=1e-5")


@pytest.mark.parametrize("damage", ["changed", "removed", "added", "record", "step added", "manifest"])
def test_what_was_touched_since_is_gone_through(run_dir: Path, damage: str) -> None:
    checkpoint = run_dir / "checkpoints" / "post-rl"
    if damage == "changed":
        (checkpoint / "model.safetensors").write_bytes(b"Weights")
    elif damage == "removed":
        (run_dir / "summary.json").unlink()
    elif damage == "added":
        (checkpoint / "adapter.safetensors").write_bytes(b"more")
    elif damage == "record":
        record = run_dir / "steps" / "summary" / "done.json"
        record.write_text(record.read_text("utf-8").replace('"key": "', '"key": "0'), "utf-8")
    elif damage == "step added":
        (run_dir / "steps" / "other").mkdir()
        (run_dir / "steps" / "other" / "done.json").write_text("{}", "utf-8")
    else:
        (run_dir / "manifest.json").write_text("{", "utf-8")
    assert not finished(run_dir)


def test_another_version_of_the_suite_or_of_a_package_does_not(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(whole, "_sources", lambda: "other")
        assert not finished(run_dir)
    monkeypatch.setattr(whole, "package_versions", lambda: {"torch": "0"})
    assert not finished(run_dir)


def test_a_file_that_the_profile_names_is_looked_at(run_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "names.tsv"
    file.write_text("one", "utf-8")
    wanted = f"score.names={file}"
    whole.remember(run_dir, whole.request_of(profile(wanted), "all"))
    assert finished(run_dir, "all", wanted)
    file.write_text("three", "utf-8")
    assert not finished(run_dir, "all", wanted)


def test_what_cannot_be_told_without_loading_is_not_guessed(run_dir: Path) -> None:
    """A hub id may have another commit, a user's function another helper, a precision may depend on the machine."""
    for override in ("policy.path=HuggingFaceTB/SmolLM3-3B", "policy.dtype=auto"):
        assert whole.request_of(profile(override), "all") is None
    whole.remember(run_dir, None)
    assert not (run_dir / "steps" / "whole.json").exists()


def test_the_command_says_it_and_shows_the_result(
    run_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(*args: object) -> None:
        raise AssertionError("nothing may be loaded")

    monkeypatch.setattr(method, "preflight", never)
    assert main(["run", "--stage", "all", "--profile", "smoke", "--run-dir", str(run_dir)]) == 0
    out, err = capsys.readouterr()
    assert "finished before, and nothing it was made from has changed" in err
    assert "RL " in out
    assert f"summary: {run_dir / 'summary.json'}" in out
    assert all(step.skipped for step in read_manifest(run_dir).steps.values())
    assert json.loads((run_dir / "steps" / "whole.json").read_text("utf-8"))["request"]
    whole.check_manifest(run_dir)
    assert main(["run", "--stage", "all", "--profile", "smoke", "--run-dir", str(run_dir)]) == 0
    assert "finished before" in capsys.readouterr().err


def test_a_manifest_that_the_run_did_not_write_is_no_proof(run_dir: Path) -> None:
    """Sizes of the corpora stand on a board as it tells them."""
    whole.check_manifest(run_dir)
    path = run_dir / "manifest.json"
    before = path.read_text("utf-8")
    path.write_text(before.replace('"config_hash": "x"', '"config_hash": "y"'), "utf-8")
    assert read_manifest(run_dir).config_hash == "y"
    assert not finished(run_dir)
    with pytest.raises(UserError, match="is not what the run wrote"):
        whole.check_manifest(run_dir)
    path.write_text(before, "utf-8")
    assert finished(run_dir)
    (run_dir / "steps" / "whole.json").unlink()
    whole.check_manifest(run_dir)


@pytest.mark.parametrize("kind", ["ensemble", "adapter"])
def test_what_a_folder_of_the_profile_is_read_with_is_looked_at(run_dir: Path, tmp_path: Path, kind: str) -> None:
    folder, other = tmp_path / "named", tmp_path / "other"
    for made in (folder, other):
        made.mkdir()
        (made / "model.safetensors").write_bytes(b"weights")
    if kind == "ensemble":
        rows = [{"path": "../other"}, {"path": str(other)}]
        (folder / "ensemble.json").write_text(json.dumps({"members": rows}), "utf-8")
    else:
        (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(other)}), "utf-8")
    change = f"rl.reward_path={folder}"
    whole.remember(run_dir, whole.request_of(profile(change), "all"))
    assert finished(run_dir, "all", change)
    (other / "model.safetensors").write_bytes(b"other weights")
    assert not finished(run_dir, "all", change)
