"""`parity`: do the backends generate and score alike? Exit 1 where they do not; the result goes into the manifest of a
run.

Each check compares a backend with transformers' plainest way on the same checkpoint and the same sources:

- generation: greedy texts. Every token that the backend wrote is looked at under one forward pass of transformers over
  prompt and text: it
  is right when no other token scores higher by more than the tolerance. So a difference is explained token by token (a
  tie that rounding broke the other way) or it is a failure, and everything after a first difference is checked too.
- reranker: P(yes) against one pair at a time through the model's own head, within the tolerance.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

from benchmark.arguments import ALLOW, SET, arg, check_place
from benchmark.keeping import keep_file
from benchmark.pipeline.parity_checks import run_checks
from benchmark.pipeline.workplace import settle_torch
from benchmark.registry import nearest
from benchmark.rundir.manifest import package_versions, read_manifest
from benchmark.rundir.steps import locked
from benchmark.rundir.whole import check_manifest, rewrite
from benchmark.settings.assets import resolve
from benchmark.settings.config import Profile, load_profile, rebuild
from benchmark.settings.models import with_dtype
from benchmark.tasks import load_task
from metrics.errors import UserError
from metrics.hub import need_hub
from metrics.records import atomic_write_text
from metrics.terminal import say

BACKENDS = ("transformers", "vllm", "both")
RERANKERS = ("reranker-generative", "reranker-vllm")
ACTED_ON = ("policy.trust_remote_code", "rl.reward_options", "generate.vllm")
"""What could name code in a manifest and is used here; a reward that is a function is not checked."""


ARGUMENTS = [
    arg(
        "run_dir",
        nargs="?",
        metavar="RUN_DIR",
        help="check this run's checkpoints and reward; the result goes into its manifest",
    ),
    arg(
        "--model",
        metavar="PATH_OR_HUB_ID",
        help="policy to generate with (default: the last stage of RUN_DIR, or the profile's)",
    ),
    arg(
        "--reranker",
        metavar="PATH_OR_HUB_ID",
        help="yes/no reranker to score with (default: the reward of RUN_DIR or profile)",
    ),
    arg("--backend", help="transformers, vllm or both (default: both where vLLM is installed)"),
    arg("--task", metavar="NAME", help="task whose dev sources are used (default: the profile's)"),
    arg("--n", type=int, default=32, help="number of sources (default: 32)"),
    arg("--tolerance", type=float, default=1e-3, help="largest difference of scores and logits (default: 0.001)"),
    arg("--out", metavar="FILE", help="JSON file to write"),
    arg("--profile", default="tiny", help="profile for models and generation settings (default: tiny)"),
    SET,
    ALLOW,
]
"""Of `parity`."""


def command(args: argparse.Namespace) -> int:
    """`parity`."""
    backend = args.backend or ("both" if find_spec("vllm") else "transformers")
    if backend not in BACKENDS:
        raise UserError(f"unknown backend {backend!r}; {nearest(backend, BACKENDS)}")
    if backend != "transformers":
        from training.shared.vllm_engine import need_vllm

        need_vllm()
    if args.n < 1 or not args.tolerance > 0:
        raise UserError(f"--n {args.n} --tolerance {args.tolerance}: both must be above 0")
    if args.out:
        check_place(Path(args.out), file=True)
        keep_file(Path(args.out), ("passed", "backend", "checks"))
    run_dir = None if args.run_dir is None else Path(args.run_dir)
    profile, policy, reranker = _models(args, run_dir)
    need_hub({"--model": policy, **({} if reranker is None else {"--reranker": reranker})})
    profile = with_dtype(profile, policy)
    task = load_task(args.task, allow_code=True) if args.task else load_task(profile.run.task)
    settle_torch(profile)
    checks = run_checks(task, policy, reranker, profile, backend, args.n, args.tolerance)
    found = {
        "passed": all(check.passed for check in checks),
        "backend": backend,
        "task": task.name,
        "dtype": profile.policy.dtype,
        "packages": package_versions(),
        "checks": [asdict(check) for check in checks],
    }
    for check in checks:
        unit = "logits" if check.name.startswith("generation") else "probability"
        state = "ok    " if check.passed else "FAILED"
        say(
            f"{state} {check.name}: {check.n} compared, largest difference {check.largest:.2g} ({unit}; allowed "
            f"{check.tolerance:g})"
        )
        say("       " + ", ".join(f"{k} {v}" for k, v in check.details.items() if not isinstance(v, list)))
    if backend == "transformers":
        say("not checked: vLLM" + (" (--backend vllm or both)" if find_spec("vllm") else " (not installed here)"))
    if args.out:
        atomic_write_text(args.out, json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    if run_dir is not None:
        with locked(run_dir):
            check_manifest(run_dir)
            manifest = read_manifest(run_dir)
            manifest.parity = found
            rewrite(run_dir, manifest)
    return 0 if found["passed"] else 1


def _models(args: argparse.Namespace, run_dir: Path | None) -> tuple[Profile, str, str | None]:
    """(settings, policy, reranker or None): of the run directory where one is given, else of the profile; the arguments
    come first."""
    policy = None if args.model is None else resolve(args.model, "--model")
    if run_dir is None:
        profile = load_profile(args.profile, args.overrides, allow_code=args.allow_code)
    else:
        manifest = read_manifest(run_dir)
        profile = rebuild(manifest.config, args.overrides, str(run_dir / "manifest.json"), ACTED_ON)
        trained = [stage for stage in manifest.checkpoints if (run_dir / "checkpoints" / stage).is_dir()]
        if policy is None and not trained:
            raise UserError(f"{run_dir}: holds no checkpoint of its own; name one by --model")
        policy = policy or str(run_dir / "checkpoints" / trained[-1])
    policy = policy or resolve(profile.policy.path, "policy.path")
    reranker = None if args.reranker is None else resolve(args.reranker, "--reranker")
    if reranker is None and profile.rl.reward in RERANKERS and profile.rl.reward_path is not None:
        reranker = resolve(profile.rl.reward_path, "rl.reward_path")
    return profile, policy, reranker
