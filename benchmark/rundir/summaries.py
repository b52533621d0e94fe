"""The reader of summary.json, for everything that looks at a finished run directory.

A run directory may come from a stranger or from a disk that failed: the fields that report, compare and pool compute
with are held against their kinds here, once, so that none of them has to think of a text where a number belongs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec

from benchmark.rundir.intact import check_output
from metrics.errors import UserError
from metrics.files import MAX_CONFIG, read_object
from metrics.summary import SCHEMA_VERSION

Number = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)] | None
"""More than any metric is: what overflows in a figure comes from a damaged file or a stranger."""
Count = int | None
Text = str | None
AT_MOST = 10_000
"""Systems, and metrics of one system: more than any run has."""


class Limits(msgspec.Struct):
    """What tells how sure a value is."""

    ci_low: Number = None
    ci_high: Number = None
    ci_reason: Text = None
    caution: Text = None
    reason: Text = None
    delta: Number = None
    p: Number = None
    p_holm: Number = None
    p_floor: bool = False
    sd: Number = None
    values: list[Number] | None = None
    n: Count = None


class Value(Limits):
    """A metric of a system."""

    value: Number = None
    n_scored: Annotated[int, msgspec.Meta(ge=0)] = 0
    n_total: Annotated[int, msgspec.Meta(ge=0)] = 0
    signature: Text = None
    in_loop: bool | None = None
    kin: bool | None = None
    higher_is_better: bool | None = None
    these_runs: Limits | None = None
    seeds: Limits | None = None


class Change(Limits):
    """A metric in a transition."""

    these_runs: Limits | None = None
    seeds: Limits | None = None
    paired: Limits | None = None


class Kept(Limits):
    """A metric in the preservation."""

    kept: Number = None
    kept_ci_low: Number = None
    kept_ci_high: Number = None
    ratio: Number = None
    these_runs: dict[str, Any] | None = None
    seeds: dict[str, Any] | None = None


class Run(msgspec.Struct):
    """What the run tells of itself."""

    task: Text = None
    world_version: str | int | None = None
    config_hash: Text = None
    reward_id: Text = None
    n_para: Count = None
    n_src: Count = None
    sft_steps: Count = None
    rl_steps: Count = None
    recovery_steps: Count = None
    seed: Count = None
    seeds: list[Count] | None = None
    split: Text = None
    variant: Text = None
    limit: Count = None


class Resampling(msgspec.Struct):
    """How intervals and tests were drawn."""

    draws_boot: Count = None
    draws_perm: Count = None
    level: Number = None
    n_docs: Count = None


class Part(msgspec.Struct):
    """A task's part of a summary."""

    systems: dict[str, dict[str, Value]]
    run: Run = msgspec.field(default_factory=Run)
    resampling: Resampling | None = None
    transitions: dict[str, dict[str, Change]] = {}
    preservation: dict[str, Kept] = {}


class Summary(Part):
    """summary.json, as far as it is computed with; further fields are allowed."""

    tasks: dict[str, Part] = {}
    schema_version: int = SCHEMA_VERSION


def read_summary(run_dir: Path) -> dict[str, Any]:
    """summary.json of a run directory. Raises UserError when it is missing, malformed, or not what the run wrote."""
    path = run_dir / "summary.json"
    if not path.exists():
        raise UserError(
            f"{run_dir} is no finished run directory: it has no summary.json; give a folder that `run`, `evaluate` or "
            "`score` has written to its end"
        )
    summary = read_object(check_output(run_dir, path), 8 * MAX_CONFIG)
    try:
        told = msgspec.convert(summary, Summary)
    except (msgspec.ValidationError, RecursionError) as error:
        raise UserError(f"{path} cannot be read ({error}); score the run again") from None
    if told.schema_version > SCHEMA_VERSION:
        raise UserError(
            f"{path}: its form is of version {told.schema_version}, this suite reads {SCHEMA_VERSION}; "
            "upgrade the suite, or score the run again"
        )
    for part in (told, *told.tasks.values()):
        if max(len(part.systems), *(len(row) for row in part.systems.values()), 0) > AT_MOST:
            raise UserError(f"{path} cannot be read (more than {AT_MOST} systems or metrics); score the run again")
    return summary
