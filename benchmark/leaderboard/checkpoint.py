"""`submit --checkpoint`: what a checkpoint says on a board's test split, as a candidate. Imports torch."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmark.generation.decoding import Policy
from benchmark.generation.local import Request, generate_file
from benchmark.generation.wanted import wanted
from benchmark.leaderboard.board import Board, need_current, read_test
from benchmark.leaderboard.schema import label
from benchmark.leaderboard.sources import Candidate, chain, check_generations, seed_of, steps_of
from benchmark.pipeline.evaluate import lineage_of, shown
from benchmark.pipeline.workplace import settle_torch
from benchmark.rundir.manifest import git_state, package_versions
from benchmark.settings.config import load_profile
from benchmark.settings.models import model_hash
from benchmark.settings.prompts import asked
from benchmark.tasks import load_task
from metrics.errors import UserError
from metrics.records import read_generations
from training.shared.checkpoints import check_folder, read_checkpoint


def from_checkpoint(
    folder: str, task_name: str, system: str, stage: str | None, board: Board, board_file: Path, profile: str
) -> Candidate:
    """The checkpoint's outputs on the board's test split, made as `evaluate` makes them. Pickled weights and code of
    the model's own are refused."""
    settings = load_profile(profile, [f"run.task={task_name}"])
    if settings.generate.backend == "vllm":
        from training.shared.vllm_engine import need_vllm

        need_vllm()
    examples = read_test(board_file, board)
    trusted = settings.policy.trust_remote_code
    record: dict[str, Any] = {}
    if Path(folder).exists() or "/" not in folder:
        check_folder(Path(folder), trusted)
        record = lineage_of(folder)
        if record:
            read_checkpoint(folder)  # raises where the weights are not those of the lineage
    record |= {"weights_hash": model_hash(folder)}
    board = need_current(board, board_file)
    name = label(stage or str(record.get("stage") or "model"), "stage")
    if record.get("stage") not in (None, name):
        raise UserError(
            f"--stage-name {name}: the checkpoint's own lineage says {record['stage']!r}; leave --stage-name out"
        )
    task = load_task(task_name)
    task = asked(task, settings.prompt, folder, shown(settings, task), trusted)
    settle_torch(settings)
    decoding, how = settings.generate, wanted(settings, folder)
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "generations.jsonl"
        policy = Policy(
            folder, settings.policy.dtype, decoding.backend, decoding.vllm, settings.policy.device_map, trusted
        )
        gold = [r for e in examples for r in e.reference or ()]
        request = Request(examples, task.ask, gold, how.decoding, system, name, decoding.max_new_tokens)
        generate_file(policy, request, out)
        made = check_generations(read_generations(out), system, name)
    commit, dirty = git_state()
    packages = package_versions()
    lineage = chain({name: {"stage": name, **record}}, name)
    return Candidate(
        system, name, made, seed_of(record), lineage, steps_of(lineage), None, None, packages, commit, dirty
    )
