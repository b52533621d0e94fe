"""Whose word runs code: the command line's, a profile's with --allow-code, never a manifest's."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmark.cli import main
from benchmark.rundir.manifest import RunManifest
from benchmark.settings.config import PROFILES, load_profile, rebuild
from benchmark.settings.trust import code_in
from metrics.errors import UserError

ROW = {"delta": -0.3, "ci_low": -0.4, "ci_high": -0.2, "p": 0.001, "p_holm": 0.01}
NAMED = {
    "run.task": '"evil:f"',
    "run.extra_tasks": '["evil:f"]',
    "policy.trust_remote_code": "true",
    "rl.reward": '"evil:f"',
    "rl.reward ": '"safeguarded(evil:f)"',
    "rl.reward_path": '"evil:f"',
    "rl.reward_path ": '"http://198.51.100.7/v1#judge"',
    "rl.reward_options.trust_remote_code": "true",
    "rl.reward_options.inner": '"evil:f"',
    "rl.vllm_server_base_url": '"http://198.51.100.7"',
    "generate.vllm.worker_extension_cls": '"evil.Worker"',
    "generate.vllm.hf_overrides": '"evil"',
}
AWAY = {
    "run.task": "run.task=newswire-title",
    "run.extra_tasks": "run.extra_tasks=[]",
    "rl.reward": "rl.reward=comet-qe",
    "policy.trust_remote_code": "policy.trust_remote_code=false",
}
"""Key -> the override that takes the code away; null for others."""


@pytest.fixture
def evil(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module `evil` that can be imported and leaves a mark when it is; returns the mark."""
    place = tmp_path / "path"
    place.mkdir()
    mark = tmp_path / "ran"
    (place / "evil.py").write_text(
        f"open({str(mark)!r}, 'w')\ndef f(sources, candidates):\n    return [0.5] * len(candidates)\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(place))
    monkeypatch.delitem(sys.modules, "evil", raising=False)
    yield mark
    sys.modules.pop("evil", None)


def profile_with(folder: Path, key: str, value: str) -> Path:
    """A TOML profile on top of nothing that sets one key."""
    section, _, rest = key.strip().partition(".")
    path = folder / "stranger.toml"
    path.write_text(f"[{section}]\n{rest} = {value}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("key", NAMED)
def test_a_profile_names_no_code_unless_it_is_said(tmp_path: Path, key: str) -> None:
    """Refused with the key; let through by --allow-code, or by the same words on the command line; an override that
    takes it away is enough."""
    path = str(profile_with(tmp_path, key, NAMED[key]))
    with pytest.raises(UserError, match=f"{key.strip()} = .*a file may not decide that.*--set {key.strip()}="):
        load_profile(path)
    assert load_profile(path, allow_code=True)
    assert load_profile(path, [f"{key.strip()}={NAMED[key]}"])
    parts = key.strip().split(".")
    away = AWAY.get(key.strip(), ".".join(parts[:2]) + "=null")
    if len(parts) == 2:
        assert load_profile(path, [away])


def test_one_override_says_nothing_about_another_key(tmp_path: Path) -> None:
    """`--set rl.reward=callable` does not let the file choose the function."""
    path = str(profile_with(tmp_path, "rl.reward_path", '"evil:f"'))
    with pytest.raises(UserError, match=r"rl\.reward_path"):
        load_profile(path, ["rl.reward=callable"])


@pytest.mark.parametrize("path", PROFILES.glob("*.toml"), ids=lambda p: p.stem)
def test_no_shipped_profile_names_code(path: Path) -> None:
    """They are loaded without any word."""
    assert not list(code_in(load_profile(path.stem).resolved()))


@pytest.mark.parametrize(
    "command",
    [["run", "--stage", "sft"], ["evaluate", "--model", "asset:base", "--task", "newswire-title", "--out", "OUT"]],
)
def test_a_profile_runs_nothing_in_a_command(
    tmp_path: Path, evil: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 and one message; nothing imported, nothing written."""
    profile = profile_with(tmp_path, "rl.reward", '"evil:f"')
    out = tmp_path / "out"
    asked = [str(out) if word == "OUT" else word for word in command] + ["--profile", str(profile)]
    asked += ["--run-dir", str(out)] if command[0] == "run" else []
    assert main(asked) == 2
    assert "rl.reward = evil:f" in capsys.readouterr().err
    assert not evil.exists()
    assert not out.exists()


def run_directory(folder: Path, *overrides: str, **changes: Any) -> Path:
    """A finished run that a stranger made."""
    config = load_profile("smoke", overrides).resolved()
    for section, values in changes.items():
        config[section] |= values
    folder.mkdir()
    RunManifest(
        command="run", argv=[], config=config, config_hash="c", commit=None, dirty=None, packages={}, hardware={}
    ).write(folder)
    rows = {"post-sft->post-rl": {"coverage.recall": ROW, "coverage.recall.person": ROW}}
    (folder / "summary.json").write_text(json.dumps({"systems": {}, "transitions": rows}), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "reward",
    [
        {"reward": "evil:f"},
        {"reward": "callable", "reward_path": "evil:f"},
        {"reward": "safeguarded(evil:f)"},
        {"reward": "safeguarded", "reward_path": "evil:f"},
        {"reward": "safeguarded", "reward_path": "evil:f", "reward_options": {"inner": "callable"}},
    ],
)
def test_the_reward_of_a_run_directory_is_never_code(
    tmp_path: Path, evil: Path, reward: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """validate-reward --run: refused, with the way to ask for it; named in the call it runs."""
    run = run_directory(tmp_path / "run", rl=reward)
    out = str(tmp_path / "out")
    assert main(["validate-reward", "--run", str(run), "--n", "2", "--out", out]) == 2
    assert "name the reward in this call: --reward module:function" in capsys.readouterr().err
    assert not evil.exists()
    assert not Path(out).exists()
    assert main(["validate-reward", "--run", str(run), "--reward", "evil:f", "--n", "2", "--out", out]) == 0
    assert evil.exists()


def test_a_manifest_does_not_let_a_models_own_code_run(
    tmp_path: Path, evil: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """parity RUN_DIR: trust_remote_code of the manifest is not the user's word."""
    run = run_directory(tmp_path / "run", policy={"trust_remote_code": True})
    (run / "checkpoints" / "post-rl").mkdir(parents=True)
    assert main(["parity", str(run)]) == 2
    assert "manifest.json: policy.trust_remote_code = true" in capsys.readouterr().err


def test_a_manifest_is_rebuilt_for_what_is_acted_on() -> None:
    """A reward that is a function stops nobody who does not run it."""
    config = load_profile("smoke", ["rl.reward=evil:f"]).resolved()
    assert rebuild(config, [], "manifest.json", needed=["policy.trust_remote_code"]).rl.reward == "evil:f"
    with pytest.raises(UserError, match=r"manifest\.json: rl\.reward = evil:f"):
        rebuild(config, [], "manifest.json")
    assert rebuild(config, ["rl.reward=evil:f"], "manifest.json")


def test_a_manifest_of_other_shapes_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sections that are no sections, keys that no profile has."""
    run = run_directory(tmp_path / "run")
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    manifest["config"]["rl"] = {"nonsense": [1]}
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert main(["validate-reward", "--run", str(run), "--n", "2", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
