"""`plan` as a command: profiles that fit, knobs for those that do not, wrong arguments."""

from __future__ import annotations

from pathlib import Path

import pytest
from planned import ON_80

from benchmark.cli import main
from benchmark.plan.shapes import find_shape
from metrics.errors import UserError


@pytest.mark.parametrize("name", ["paper-zh-th", "tiny", "gpu-small"])
def test_shipped_profiles_fit_where_they_are_meant_to_run(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The paper's on eight GPUs of 80 GiB; the small ones on one of 24 GiB."""
    where = ON_80 if name.startswith("paper") else ("--gpus", "1", "--gpu-memory", "24")
    assert main(["plan", "--profile", name, *where]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("sft", "rl", "recovery", "measure", "disk", "hours", "assumptions"))


def test_the_tibetan_profile_is_planned_with_the_encoder_that_its_reward_starts_from() -> None:
    """Its own reward model is trained by the user."""
    assert main(["plan", "--profile", "paper-zh-bo", *ON_80]) == 2
    assert main(["plan", "--profile", "paper-zh-bo", *ON_80, "--set", "rl.reward_path=hfl/cino-base-v2"]) == 0


@pytest.mark.parametrize(
    ("extra", "knob"),
    [
        (("--set", "sft.gradient_checkpointing=false", "sft.batch_size=256"), "set sft.gradient_checkpointing=true"),
        (("--set", "rl.accumulation=1"), "set rl.accumulation="),
        (("--set", "generate.batch_size=4096"), "set generate.batch_size="),
    ],
)
def test_a_plan_that_cannot_fit_is_refused_with_the_knob(
    extra: tuple[str, ...], knob: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, one message; the setting that it names really fits."""
    assert main(["plan", "--profile", "paper-zh-th", *ON_80, *extra]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: this plan cannot fit: ")
    assert knob in said
    named = said[said.index(knob) + 4 :].split()[0].rstrip(";|")
    assert main(["plan", "--profile", "paper-zh-th", *ON_80, *extra, named]) == 0


def test_without_any_knob_the_way_out_is_other_hardware(capsys: pytest.CaptureFixture[str]) -> None:
    """A 3B policy does not train on 8 GiB, and the message does not pretend it does."""
    assert main(["plan", "--profile", "paper-zh-th", "--gpus", "1", "--gpu-memory", "8"]) == 2
    assert "use a smaller model" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--gpus", "0", "--gpu-memory", "80"), "must be above 0"),
        (("--gpus", "8"), "--gpu-memory"),
        (("--gpus", "3", "--gpu-memory", "80"), "does not divide by GPUs"),
        (("--gpus", "1", "--gpu-memory", "80", "--strategy", "tp"), "ddp, fsdp, zero3"),
        (("--gpus", "1", "--gpu-memory", "80", "--set", "policy.path=nobody/nothing"), "no shape is known"),
    ],
)
def test_wrong_arguments_are_named(arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and one message."""
    assert main(["plan", "--profile", "paper-zh-th", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_config_without_sizes_is_refused(tmp_path: Path) -> None:
    """A model of another kind is not planned by guess."""
    (tmp_path / "config.json").write_text('{"model_type": "mamba", "hidden_size": 8}')
    with pytest.raises(UserError, match="names no vocab_size"):
        find_shape(str(tmp_path), "policy.path")
