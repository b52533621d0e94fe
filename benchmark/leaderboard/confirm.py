"""What a second run of the same configuration and seed proves of an entry: at hand with the first (`submit
--confirm`), or anybody's, later (`leaderboard confirm`).

Training is repeatable bit by bit on one class of CPU alone: torch computes with other vector instructions on another
(AVX2, AVX-512 ...), and from SFT on the weights differ in their last digits. So an entry is `regenerated` where a
second run on the same class gave the same weights and outputs, or where one on another class gave scores within
TOLERANCE; the entry says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.leaderboard.board import Board, Entry
from benchmark.leaderboard.checks import TOLERANCE
from benchmark.leaderboard.sources import Candidate, from_run
from metrics.errors import UserError
from metrics.records import Example, Generation, sha256_file

if TYPE_CHECKING:
    from benchmark.rundir.manifest import RunManifest

SAME_RECIPE = ("stage", "config_hash", "data_hash", "seed", "steps")
"""What links of two chains must agree in where their weights may not."""


@dataclass(frozen=True)
class Runs:
    """Two runs of one recipe: what was entered, and what is held against it."""

    manifests: tuple[str | None, str]
    """sha256 of their manifest.json; the first is None where an entry does not tell it."""
    cpus: tuple[str | None, str | None]
    """Their classes of processor, None where not told."""
    told: str
    """How messages call the second one."""

    @property
    def other_cpu(self) -> bool:
        """Whether they were made on two classes that are both known."""
        return None not in self.cpus and self.cpus[0] != self.cpus[1]


def whole_run(folder: Path) -> RunManifest:
    """The manifest of a run that trained, its weights at hand, where `from_run` hashes them. UserError otherwise."""
    from benchmark.rundir.manifest import read_manifest

    manifest = read_manifest(folder)
    if manifest.command != "run":
        raise UserError(
            f"{folder}: not trained by the suite (benchmark run), so nothing was regenerated; give a run of the recipe"
        )
    if missing := [stage for stage in manifest.checkpoints if not (folder / "checkpoints" / stage).is_dir()]:
        raise UserError(
            f"{folder}: checkpoints/{missing[0]} is gone, so its weights cannot be compared; give a whole run directory"
        )
    return manifest


def confirm(
    entries: Sequence[Entry],
    candidates: Sequence[Candidate],
    run: Path,
    second: Path,
    board: Board,
    examples: Sequence[Example],
) -> None:
    """Raises the trust of entries that a second run of the suite gave again. UserError where it did not.

    The weights must lie in both run directories, where `from_run` hashes them; a stage that no run trained (base) stays
    as it is.
    """
    manifests = [whole_run(folder) for folder in (run, second)]
    hashes = [sha256_file(folder / "manifest.json") for folder in (run, second)]
    if hashes[0] == hashes[1]:
        raise UserError(
            f"--confirm {second}: the same run, or a copy of it; give a second run of the same configuration and seed"
        )
    again = {(c.system, c.stage): c for c in from_run(second, board["task"], candidates[0].system, board, None)}
    for entry, candidate in zip(entries, candidates, strict=True):
        if candidate.stage not in manifests[0].checkpoints:
            continue
        other = again.get((candidate.system, candidate.stage))
        if other is None:
            raise UserError(f"--confirm {second}: holds no stage {candidate.stage}")
        if (same := shared(candidate.trained, other)) is not None:
            raise UserError(f"--confirm {second}: {candidate.stage}: {same}")
        runs = Runs((hashes[0], hashes[1]), (candidate.cpu, other.cpu), f"--confirm {second}")
        entry.update(regenerated(entry, candidate, other, runs, board, examples))


def shared(trained: Sequence[str] | None, other: Candidate) -> str | None:
    """Why another run's stage may not be of a second training, or None. trained: of the entry, where it is told."""
    if other.trained is None:
        return "its manifest does not tell how the stages were trained (steps train/...)"
    if set(trained or ()) & set(other.trained):
        return "the very training that was entered, called again, copied or taken over; train it anew"
    return None


def regenerated(
    entry: Entry, candidate: Candidate, other: Candidate, runs: Runs, board: Board, examples: Sequence[Example]
) -> dict[str, Any]:
    """`trust` and `regenerated` of an entry, made from `candidate`, that another run gave again. UserError where it
    did not."""
    differs = _difference(candidate, other, runs.other_cpu)
    if differs is not None:
        where = "" if runs.other_cpu else f" ({_classes(runs.cpus)}: every bit must be the same)"
        raise UserError(
            f"{runs.told}: {candidate.stage} has other {differs} there{where}; the entry stays `recomputed`"
        )
    same = _texts(other) == _texts(candidate) and other.lineage == candidate.lineage
    largest = None if same else _largest(entry, other.generations, board, examples)
    if largest is not None and largest > TOLERANCE:
        raise UserError(
            f"{runs.told}: {candidate.stage} differs by {largest:.3f} there, more "
            f"than {TOLERANCE}; the entry stays `recomputed`"
        )
    record = {
        "manifests": list(runs.manifests),
        "cpu": list(runs.cpus),
        "same": "bits" if same else "tolerance",
        "largest": largest,
    }
    return {"trust": "regenerated", "regenerated": record}


def _classes(cpus: tuple[str | None, str | None]) -> str:
    if None in cpus:
        return f"classes of CPU {cpus[0] or 'not told'} and {cpus[1] or 'not told'}"
    return f"on the same class of CPU, {cpus[0]}"


def _difference(one: Candidate, other: Candidate, other_cpu: bool) -> str | None:
    """What two runs of one recipe must have in common and do not, or None."""
    if one.seed != other.seed:
        return "seed"
    if not one.lineage or not other.lineage:
        return "weights"
    if other_cpu:
        return None if recipe(one.lineage) == recipe(other.lineage) else "configuration, data or steps"
    if one.lineage != other.lineage:
        return "weights"
    return None if _texts(one) == _texts(other) else "outputs"


def recipe(lineage: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What two runs must share in whatever digits they computed."""
    return [{name: link[name] for name in SAME_RECIPE} for link in lineage]


def _texts(one: Candidate) -> list[tuple[str, str]]:
    return sorted((g.example_id, g.text) for g in one.generations)


def _largest(entry: Entry, generations: Sequence[Generation], board: Board, examples: Sequence[Example]) -> float:
    """The largest difference of the primary metric, recall and precision between an entry and other outputs."""
    from benchmark.leaderboard.scoring import known_means, profile_of, rounded, score

    scores = score(board, examples, generations, known_means(examples, [], profile_of(board)), []).scores
    told = [
        (entry["scores"][m]["value"], scores[m]["value"])
        for m in (board["primary"], "coverage.recall", "coverage.precision")
        if m in scores
    ]
    return max((rounded(abs(a - b)) or 0.0 for a, b in told if a is not None and b is not None), default=1.0)
