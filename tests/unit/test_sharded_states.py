"""States of which each process writes its part (FSDP, DeepSpeed): only whole ones are resumed from."""

from __future__ import annotations

import json
import pickle
from collections import OrderedDict
from pathlib import Path

import pytest
from states import latest_complete

from training.shared.checksums import write_checksums
from training.shared.resume import checkpoint_problem


def saved(path: Path) -> None:
    """A file as torch.save writes it: a zip."""
    import torch

    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"step": 4, "weights": torch.ones(2)}, path)


def common(folder: Path) -> Path:
    for name in ("scheduler.pt", "rng_state_0.pth", "rng_state_1.pth"):
        saved(folder / name)
    step = int(folder.name.split("-")[1])
    (folder / "trainer_state.json").write_text(json.dumps({"global_step": step}), encoding="utf-8")
    return folder


def sealed(folder: Path) -> Path:
    write_checksums(folder)
    return folder


def fsdp(folder: Path) -> Path:
    for part in ("pytorch_model_fsdp_0", "optimizer_0"):
        (folder / part).mkdir(parents=True)
        for name in (".metadata", "__0_0.distcp", "__1_0.distcp"):
            (folder / part / name).write_bytes(pickle.dumps({"storage": OrderedDict(a=1)}))
    return sealed(common(folder))


def deepspeed(folder: Path) -> Path:
    for rank in (0, 1):
        saved(folder / "global_step4" / f"zero_pp_rank_{rank}_mp_rank_00_model_states.pt")
        saved(folder / "global_step4" / f"bf16_zero_pp_rank_{rank}_mp_rank_00_optim_states.pt")
    (folder / "latest").write_text("global_step4", encoding="utf-8")
    return sealed(common(folder))


@pytest.mark.parametrize("make", [fsdp, deepspeed])
def test_a_whole_state_is_resumed_from(make, tmp_path: Path) -> None:
    assert checkpoint_problem(make(tmp_path / "checkpoint-4")) is None
    assert latest_complete(tmp_path) == tmp_path / "checkpoint-4"


@pytest.mark.parametrize(
    ("make", "lost", "problem"),
    [
        (fsdp, "pytorch_model_fsdp_0/.metadata", "pytorch_model_fsdp_0 is not complete"),
        (fsdp, "optimizer_0/.metadata", "optimizer_0 is not complete"),
        (fsdp, "scheduler.pt", "scheduler.pt is missing"),
        (deepspeed, "global_step4/zero_pp_rank_1_mp_rank_00_model_states.pt", None),
        (deepspeed, "trainer_state.json", "trainer_state.json is missing"),
    ],
)
def test_a_part_that_is_missing_or_cut_short_is_seen(make, lost: str, problem: str | None, tmp_path: Path) -> None:
    folder = make(tmp_path / "checkpoint-4")
    file = folder / lost
    if problem is None:
        file.write_bytes(file.read_bytes()[:-8])
        assert "cut short" in str(checkpoint_problem(folder))
    else:
        file.unlink()
        assert problem in str(checkpoint_problem(folder))
    assert latest_complete(tmp_path) is None


def test_a_deepspeed_state_without_its_optimiser_is_seen(tmp_path: Path) -> None:
    folder = deepspeed(tmp_path / "checkpoint-4")
    for file in (folder / "global_step4").glob("*optim_states.pt"):
        file.unlink()
    assert checkpoint_problem(folder) == "global_step4 lacks a part"
