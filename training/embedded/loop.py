"""The small pre-training loop of the embedded models: AdamW, linear warm-up, cosine decay, resumable to the same
weights.

The stages themselves (SFT, GRPO) use TRL; this loop only serves objectives that no library trainer has (packed rows,
per-fact judgements). State is kept in safetensors, never in pickles.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tqdm import tqdm

from metrics.errors import UserError
from metrics.records import atomic_write_text
from training.shared.checksums import checksum_problem, write_checksums
from training.shared.resume import log


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """Steps, learning rate and what is kept on the way."""

    steps: int
    lr: float
    warmup: int = 50
    weight_decay: float = 0.01
    clip: float = 1.0
    save_every: int = 200
    log_every: int = 25
    seed: int = 1


def _lr(settings: LoopSettings, step: int) -> float:
    if step < settings.warmup:
        return settings.lr * (step + 1) / settings.warmup
    share = (step - settings.warmup) / max(settings.steps - settings.warmup, 1)
    return settings.lr * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * share)))


def _save(folder: Path, step: int, model: torch.nn.Module, optimiser: torch.optim.Optimizer, key: str) -> None:
    temporary = folder.with_name(folder.name + ".partial")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    save_file({f"{i}": p.detach().contiguous() for i, p in enumerate(parameters)}, temporary / "weights.safetensors")
    moments = {f"{i}.{k}": t.contiguous() for i, p in enumerate(parameters) for k, t in optimiser.state[p].items()}
    save_file(moments, temporary / "optimiser.safetensors")
    (temporary / "state.json").write_text(json.dumps({"step": step, "key": key}), encoding="utf-8")
    write_checksums(temporary)
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(temporary, folder)


def _load(folder: Path, optimiser: torch.optim.Optimizer, key: str) -> int:
    """Step to go on from: 0 where there is no saved state, it belongs to other settings or data, or it was damaged
    (which is told)."""
    state = folder / "state.json"
    if not state.exists():
        return 0
    if (problem := checksum_problem(folder)) is not None:
        log.warning("%s: not as it was saved (%s); starting from step 0", folder, problem)
        return 0
    if (saved := json.loads(state.read_text(encoding="utf-8")))["key"] != key:
        return 0
    weights, moments = load_file(folder / "weights.safetensors"), load_file(folder / "optimiser.safetensors")
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    for i, p in enumerate(parameters):
        p.data.copy_(weights[f"{i}"])
        optimiser.state[p] = {k: moments[f"{i}.{k}"] for k in ("step", "exp_avg", "exp_avg_sq")}
    return int(saved["step"])


def run_loop(
    model: torch.nn.Module,
    loss_at: Callable[[int], tuple[torch.Tensor, dict[str, float]]],
    settings: LoopSettings,
    state: Path,
    key: str,
    title: str,
) -> list[dict[str, float]]:
    """Train in place. `loss_at(step)` must depend on the step alone, so that a resumed run sees the same batches.
    Returns the log rows.

    `key` names settings and data: a state folder with another key is not resumed. The log goes to `<state>.log.jsonl`,
    too.
    """
    if settings.steps < 1:
        raise UserError(f"{title}: no steps to train; raise the number of steps (--set)")
    torch.manual_seed(settings.seed)
    optimiser = torch.optim.AdamW(
        [p for p in model.parameters() if p.requires_grad],
        lr=settings.lr,
        weight_decay=settings.weight_decay,
        betas=(0.9, 0.98),
    )
    first = _load(state, optimiser, key)
    log_path = state.with_name(state.name + ".log.jsonl")
    old = log_path.read_text(encoding="utf-8").splitlines() if first and log_path.exists() else []
    rows = [r for r in map(json.loads, old) if r["step"] <= first]
    model.train()
    bar = tqdm(range(first, settings.steps), initial=first, total=settings.steps, desc=title, mininterval=2)
    sums: dict[str, float] = {}
    for step in bar:
        for group in optimiser.param_groups:
            group["lr"] = _lr(settings, step)
        loss, parts = loss_at(step)
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"{title}: the loss is {loss.item()} at step {step}; lower the learning rate ({settings.lr})"
            )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        optimiser.step()
        for name, value in parts.items():
            sums[name] = sums.get(name, 0.0) + value
        done = step + 1
        if done % settings.log_every == 0 or done == settings.steps:
            n = (done - 1) % settings.log_every + 1
            rows.append({"step": done} | {k: round(x / n, 4) for k, x in sums.items()})
            sums = {}
            atomic_write_text(log_path, "".join(json.dumps(r) + "\n" for r in rows))
            bar.set_postfix({k: x for k, x in rows[-1].items() if k != "step"})
        if done % settings.save_every == 0 and done < settings.steps:
            _save(state, done, model, optimiser, key)
    return rows
