"""Blind spots and damage: how well the reward sees each type of fact, beside what RL on it did to the recall of that
type.

For looking only. Half a dozen types prove nothing by correlation, so none is computed, and there is no p-value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.records import FACT_TYPES

TRANSITION = "post-sft->post-rl"
RECALL = "coverage.recall."


@dataclass(frozen=True)
class RunUnderTest:
    """What is needed of a finished run."""

    name: str
    """Name of the run directory."""
    config: dict[str, Any]
    """Its resolved profile."""
    reward_id: str | None
    """Id of the reward that it was trained on."""
    target_lang: str
    world: str
    """Version of the world of its task; that of the newest where its task is of none."""
    changes: dict[str, dict[str, Any]]
    """Fact type -> row of the transition post-sft -> post-rl (delta, ci_low, ci_high)."""

    def load_reward(self) -> Any:
        """The very reward of its RL stage. Raises UserError where that is code: a run directory may not decide what
        runs."""
        from benchmark.settings.config import rebuild
        from benchmark.settings.models import Models
        from benchmark.settings.trust import REWARD_KEYS

        mend = "name the reward in this call: --reward module:function"
        return Models(rebuild(self.config, [], f"{self.name}/manifest.json", REWARD_KEYS, mend)).load_reward()


def read_run(run_dir: Path) -> RunUnderTest:
    """A finished run directory. UserError for one without RL, or without gold facts."""
    from benchmark.reward.challenge import NEWEST
    from benchmark.rundir.manifest import read_manifest
    from benchmark.rundir.summaries import read_summary
    from benchmark.tasks import TASKS, load_task

    manifest, summary = read_manifest(run_dir), read_summary(run_dir)
    rows = (summary.get("transitions") or {}).get(TRANSITION)
    if not rows:
        raise UserError(f"{run_dir}: holds no transition {TRANSITION}; give a run with --stage rl, recovery or all")
    changes = {kind: row for kind in FACT_TYPES if (row := rows.get(RECALL + kind)) and row.get("delta") is not None}
    if not changes:
        raise UserError(f"{run_dir}: has no recall by fact type (no gold facts), so there is no damage to show by type")
    section = manifest.config.get("run")
    if not isinstance(section, dict) or not isinstance(section.get("task"), str):
        raise UserError(f"{run_dir / 'manifest.json'}: names no task; give a run directory as the run left it")
    task = load_task(section["task"])
    version = task.version if task.name in TASKS else NEWEST
    return RunUnderTest(run_dir.resolve().name, manifest.config, manifest.reward_id, task.target_lang, version, changes)


def blind_spots(report: Mapping[str, Any], run: RunUnderTest, reward_id: str) -> dict[str, Any]:
    """The key `blind_spots` of reward.json.

    {"run", "transition", "same_reward": the run was trained on this very reward, "by_fact_type": {type: {"accuracy",
    "accuracy_ci_low", "accuracy_ci_high", "n", "delta", "delta_ci_low", "delta_ci_high"}}}, for types that both sides
    know; "missing": the others.
    """
    seen = {t: row for t, row in report["by_fact_type"].items() if row["accuracy"] is not None}
    both = [t for t in seen if t in run.changes]
    table = {
        t: {
            "accuracy": seen[t]["accuracy"],
            "accuracy_ci_low": seen[t]["ci_low"],
            "accuracy_ci_high": seen[t]["ci_high"],
            "n": seen[t]["n"],
            "delta": run.changes[t]["delta"],
            "delta_ci_low": run.changes[t]["ci_low"],
            "delta_ci_high": run.changes[t]["ci_high"],
        }
        for t in both
    }
    missing = sorted((set(seen) | set(run.changes)) - set(both))
    same = run.reward_id is not None and run.reward_id == reward_id
    return {"run": run.name, "transition": TRANSITION, "same_reward": same, "by_fact_type": table, "missing": missing}
