"""A run directory at work: its steps, its manifest, the settings of torch."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmark.rundir.done import Done
from benchmark.rundir.manifest import (
    RunManifest,
    StepRecord,
    git_state,
    hardware,
    package_versions,
    page_faults,
    peak_gpu_memory_mib,
    peak_memory_mib,
    read_manifest,
    step_records,
)
from benchmark.rundir.steps import Steps
from benchmark.settings.config import Profile
from metrics.errors import UserError
from training.shared import processes
from training.shared.allocator import keep_buffers


@dataclass
class Workplace:
    """A run directory at work: its steps, its manifest, what it says on the terminal."""

    run_dir: Path
    profile: Profile
    manifest: RunManifest
    say: Callable[[str], None]
    known: Mapping[str, StepRecord] = field(default_factory=dict)
    """Step records of earlier calls in this directory."""
    reuse: Sequence[Path] = ()
    """Run directories whose finished steps are taken where they are the same."""

    @cached_property
    def steps(self) -> Steps:
        """The step runner, which keeps the manifest up to date."""
        return Steps(self.run_dir, self._record, self.say, self.made_with, self.reuse)

    def made_with(self) -> dict[str, Any]:
        """What a step that is done now remembers of this call."""
        told = self.manifest
        machine = {
            name: told.hardware.get(name) for name in ("machine", "cpu_capability", "accelerators", "torch_threads")
        }
        return {"packages": told.packages, "commit": told.commit, "dirty": told.dirty, **machine}

    def _record(self, name: str, done: Done, skipped: bool) -> None:
        beside = name in self.steps.by_second
        before = self.known.get(name) if skipped else step_records(self.steps.beside).get(name) if beside else None
        here = not skipped and not beside
        self.manifest.steps[name] = StepRecord(
            seconds=done.seconds,
            skipped=skipped,
            peak_memory_mib=peak_memory_mib() if here else before.peak_memory_mib if before else None,
            page_faults=page_faults() if here else before.page_faults if before else None,
            peak_gpu_memory_mib=peak_gpu_memory_mib() if here else before.peak_gpu_memory_mib if before else None,
            record=done.record,
            made_with=done.made_with,
        )
        self.manifest.write(self.run_dir)

    def examples_path(self, task: str, split: str) -> Path:
        """Where a split of a task lies."""
        return self.run_dir / "examples" / f"{task}-{split}.jsonl"


def open_workplace(
    run_dir: Path,
    profile: Profile,
    command: str,
    argv: list[str],
    config_hash: str,
    say: Callable[[str], None],
    config: dict[str, Any] | None = None,
) -> Workplace:
    """A workplace with a fresh manifest; step records of earlier calls are remembered. config: what of the profile is
    used (default: all)."""
    try:
        before = read_manifest(run_dir)
    except UserError:
        before = None
    commit, dirty = git_state()
    manifest = RunManifest(
        command=command,
        argv=argv,
        config=config or profile.resolved(),
        config_hash=config_hash,
        commit=commit,
        dirty=dirty,
        packages=package_versions(),
        hardware=hardware(profile.run.threads),
        processes=processes.count(),
        parity=before.parity if before else None,
    )
    processes.wait()  # everyone has read the old manifest
    manifest.write(run_dir)
    return Workplace(run_dir, profile, manifest, say, before.steps if before else {})


def prepare_torch(place: Workplace) -> None:
    """As `settle_torch`; the manifest gets what torch sees of the machine, and how memory is asked for."""
    settle_torch(place.profile)
    place.manifest.hardware = {**hardware(), "allocator": keep_buffers()}


def settle_torch(profile: Profile) -> None:
    """Allocator, seeds, threads and deterministic kernels. What cannot be deterministic warns (torch) rather than
    stops."""
    keep_buffers()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    import warnings

    import numpy as np
    import torch
    import transformers

    warnings.filterwarnings(
        "ignore", message="mtime may not be reliable"
    )  # transformers about checkpoint folders; harmless
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    if profile.run.threads is not None:
        torch.set_num_threads(profile.run.threads)
    random.seed(profile.run.seed)
    np.random.seed(profile.run.seed)
    torch.manual_seed(profile.run.seed)
    torch.use_deterministic_algorithms(True, warn_only=True)
