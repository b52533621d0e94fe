"""What a user hands in - a run directory, a file of generations - as candidates for a board. Numbers in it are not
believed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.leaderboard.board import Board
from benchmark.leaderboard.schema import label, line
from benchmark.leaderboard.spelling import canonical
from benchmark.leaderboard.validations import read_validation
from metrics.errors import UserError
from metrics.records import MAX_TEXT, Generation, parse_generation, read_jsonl, sha256_file
from metrics.stages import GOLD, TRAINED_FROM

if TYPE_CHECKING:
    from benchmark.rundir.manifest import StepRecord

LINK = ("stage", "weights_hash", "parent_hash", "config_hash", "data_hash", "seed", "steps")
TRAINING = ("n_para", "n_src", "sft_steps", "rl_steps", "recovery_steps")
STEPS = {"post-sft": "sft_steps", "post-rl": "rl_steps", "post-recovery": "recovery_steps"}
CPU = "cpu_capability"
"""In what a step was made with."""
UNNAMED = "model"
"""What `evaluate` calls a system that nobody has named."""


@dataclass(frozen=True)
class Candidate:
    """One system at one stage, not yet scored."""

    system: str
    stage: str
    generations: list[Generation]
    seed: int | None = None
    """Of its training."""
    lineage: list[dict[str, Any]] = field(default_factory=list)
    training: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(TRAINING))
    reward_id: str | None = None
    validation: bytes | None = None
    """The reward's reward.json."""
    made_with: dict[str, str | None] | None = None
    commit: str | None = None
    dirty: bool | None = None
    trained: list[str] | None = None
    """One sha256 for each training of its lineage (`trainings`); None where one is not told."""
    trained_at: frozenset[str | None] = frozenset()
    """Commits of those trainings."""
    cpu: str | None = None
    """Class of processor of all of them; None where not told, or several."""


def check_generations(generations: Sequence[Generation], system: str, stage: str) -> list[Generation]:
    """The generations under the name they are submitted by. Raises UserError for a name or an output that no board
    takes."""
    label(system, "system name")
    label(stage, "stage")
    for made in generations:
        if (size := len(made.text.encode("utf-8", "surrogatepass"))) > MAX_TEXT:
            raise UserError(
                f"example {ascii(made.example_id)[:60]}: the output has {size} bytes in "
                f"UTF-8; at most {MAX_TEXT} (64 KiB) are taken"
            )
    return [replace(made, system=system, stage=stage) for made in generations]


def _rows(path: Path) -> Iterator[Generation]:
    return (parse_generation(row, f"{path}, line {number}") for number, row in read_jsonl(path))


def from_file(path: Path, system: str) -> list[Candidate]:
    """`--generations`: one candidate per stage in the file. Raises UserError where it holds several systems.

    An example answered twice is let through, so that it is named together with the missing and the unknown ones
    (`align_generations`).
    """
    generations = list(_rows(path))
    if not generations:
        raise UserError(f"{path}: holds no generations; write one JSON object per line")
    systems = sorted({g.system for g in generations})
    if len(systems) > 1:
        raise UserError(
            f"{path}: holds {len(systems)} systems ({', '.join(ascii(s)[:40] for s in systems[:5])}); "
            "submit one file per system"
        )
    stages = dict.fromkeys(g.stage for g in generations)
    return [
        Candidate(system, s, check_generations([g for g in generations if g.stage == s], system, s))
        for s in stages
        if s != GOLD
    ]


def chain(records: dict[str, dict[str, Any]], stage: str) -> list[dict[str, Any]]:
    """The lineage of a stage, the oldest known checkpoint first. `records`: stage -> fields of its lineage.json.

    Where the oldest link names a parent of which nothing else is known, that parent stands first by its hash alone.
    """
    links: list[dict[str, Any]] = []
    record: dict[str, Any] | None = records.get(stage)
    while record is not None:
        link = {name: record.get(name) for name in LINK} | {"stage": record.get("stage", stage)}
        line(link["weights_hash"], f"lineage of {stage}, weights_hash")
        if len(links) >= len(records):
            raise UserError(f"lineage of {stage}: its parents go in a circle; mend the lineage.json")
        links.insert(0, link)
        parent = link["parent_hash"]
        record = next((r for r in records.values() if r.get("weights_hash") == parent), None) if parent else None
    if links and links[0]["parent_hash"]:
        oldest = dict.fromkeys(LINK) | {
            "weights_hash": links[0]["parent_hash"],
            "stage": TRAINED_FROM.get(str(links[0]["stage"])),
        }
        links.insert(0, oldest)
    for link in links:
        if link["stage"] is not None:
            label(link["stage"], f"lineage of {stage}, stage")
        for name in ("weights_hash", "parent_hash", "config_hash", "data_hash"):
            line(link[name], f"lineage of {stage}, {name}")
    return links


def steps_of(lineage: Sequence[dict[str, Any]]) -> dict[str, int | None]:
    """`training` of an entry: steps of each stage as the lineage tells them; corpus sizes are left unknown."""
    told = {STEPS[link["stage"]]: link["steps"] for link in lineage if link["stage"] in STEPS}
    return {name: told.get(name) for name in TRAINING}


def from_run(run_dir: Path, task: str, system: str | None, board: Board, validation: Path | None) -> list[Candidate]:
    """A run directory: one candidate per stage of `generations/<task>/`. validation: reward.json (default: the run
    directory's own).

    Raises UserError when its test split is not the board's, or when a checkpoint that is there has other weights than
    the manifest says.
    """
    from benchmark.rundir.intact import check_output
    from benchmark.rundir.manifest import read_manifest, versions_of
    from benchmark.rundir.whole import check_manifest
    from training.shared.hashes import weights_hash

    check_manifest(run_dir)
    manifest = read_manifest(run_dir)
    section = manifest.config.get("run")
    if isinstance(section, dict) and section.get("limit") is not None:
        raise UserError(
            f"{run_dir}: a trial (--limit {section['limit']}) on a part of the split; "
            "run it again without --limit, then submit that"
        )
    _check_split(run_dir, task, board)
    files = sorted((run_dir / "generations" / task).glob("*.jsonl"))
    found = [c for file in files for c in _of_file(check_output(run_dir, file), system, manifest.checkpoints)]
    if not found:
        raise UserError(f"{run_dir}: holds no generations of {task}; finish the run first")
    records = manifest.checkpoints
    for stage, record in records.items():
        folder = run_dir / "checkpoints" / label(stage, f"{run_dir}/manifest.json, stage")
        if folder.is_dir() and weights_hash(folder) != record.get("weights_hash"):
            raise UserError(
                f"{folder}: the weights are not those of the manifest; submit a run directory as the run left it"
            )
    own = manifest.command == "run"
    run_seed = _run_seed(run_dir, manifest.config.get("run"))
    told = run_dir / "reward.json"
    validation = validation or (told if told.is_file() else None)
    out = []
    for one in found:
        lineage = chain(records, one.stage)
        if not lineage and "post-sft" in records and one.stage == "base":
            lineage = [dict.fromkeys(LINK) | {"stage": "base", "weights_hash": records["post-sft"].get("parent_hash")}]
        stages = {link["stage"] for link in lineage}
        training = steps_of(lineage)
        trained = bool(stages & set(STEPS))
        training["n_para"] = manifest.n_para if "post-sft" in stages else None
        training["n_src"] = manifest.n_src if "post-rl" in stages else None
        reward_id = line(manifest.reward_id, "reward_id") if "post-rl" in stages else None
        out.append(
            replace(
                one,
                seed=run_seed if own and trained else seed_of(records.get(one.stage)),
                lineage=lineage,
                training=training,
                reward_id=reward_id,
                validation=read_validation(validation, reward_id) if validation and reward_id else None,
                made_with={label(k, "package"): line(v, "version") for k, v in versions_of(manifest).items()},
                commit=manifest.commit,
                dirty=manifest.dirty,
                **trainings(manifest.steps, [link["stage"] for link in lineage if link["stage"] in records]),
            )
        )
    return out


def trainings(steps: Mapping[str, StepRecord], stages: Sequence[str]) -> dict[str, Any]:
    """`trained`, `trained_at` and `cpu` of a candidate, from the steps that trained its stages. They stay what they
    were when the run is called again, continued or taken over, whatever the rest of its manifest says then."""
    told = [(stage, steps.get(f"train/{stage}")) for stage in stages]
    made = [step.made_with if step else {} for _, step in told]
    cpus = {line(one.get(CPU), f"made_with.{CPU}") for one in made}
    hashes = [
        hashlib.sha256(canonical([stage, step.seconds, step.made_with])).hexdigest() for stage, step in told if step
    ]
    return {
        "trained": hashes if told and len(hashes) == len(told) else None,
        "trained_at": frozenset(one.get("commit") if isinstance(one.get("commit"), str) else None for one in made),
        "cpu": cpus.pop() if len(cpus) == 1 else None,
    }


def _run_seed(run_dir: Path, settings: Any) -> int | None:
    """`run.seed` of a manifest's config, None where it has none. UserError for what is no seed: intervals are drawn
    with it."""
    seed = settings.get("seed") if isinstance(settings, dict) else None
    if seed is None or (type(seed) is int and 0 <= seed < 2**63):
        return seed
    raise UserError(
        f"{run_dir}/manifest.json: config.run.seed is {ascii(seed)[:40]}, not a "
        "whole number from 0 to 2^63 - 1; mend the manifest"
    )


def seed_of(record: dict[str, Any] | None) -> int | None:
    """The training seed that a checkpoint's record tells."""
    seed = (record or {}).get("seed")
    return seed if isinstance(seed, int) else None


def _of_file(file: Path, system: str | None, records: dict[str, dict[str, Any]]) -> list[Candidate]:
    """The system's name is the one given, else the one in the file; what `evaluate` left without one is named by its
    weights."""
    first = next(_rows(file), None)
    name = system or ("" if first is None else first.system)
    if (
        system is None
        and name == UNNAMED
        and first is not None
        and isinstance(told := records.get(first.stage, {}).get("weights_hash"), str)
    ):
        name = f"{UNNAMED}-{told.removeprefix('hub:').replace('/', '-')[:12].rstrip('-. ')}"
    return from_file(file, name)


def _check_split(run_dir: Path, task: str, board: Board) -> None:
    path = run_dir / "examples" / f"{task}-test.jsonl"
    if not path.is_file():
        raise UserError(f"{run_dir}: holds no test split of {task} ({path.name}); measure it on the whole test split")
    if (found := sha256_file(path)) != board["test"]["sha256"]:
        raise UserError(
            f"{path}: not the board's test split (sha256 {found[:12]}..., the board's "
            f"{board['test']['sha256'][:12]}..., {board['test']['n']} "
            "examples); run with the task's own test split at its full size and the world version of the board"
        )


def tasks_of(run_dir: Path) -> list[str]:
    """Tasks that a run directory holds generations of."""
    if not (run_dir / "manifest.json").is_file():
        raise UserError(f"{run_dir} is no run directory: it has no manifest.json")
    return sorted(p.name for p in (run_dir / "generations").glob("*") if p.is_dir())


def parts_of(run_dir: Path, held: Mapping[str, Board]) -> dict[str, int]:
    """Further tasks of a run that were measured on a part of their test split on purpose (data.n_extra) -> how many
    examples. held: task -> board."""
    from benchmark.rundir.manifest import read_manifest

    config = read_manifest(run_dir).config
    run, data = (section if isinstance(section := config.get(name), dict) else {} for name in ("run", "data"))
    n, further = data.get("n_extra"), run.get("extra_tasks")
    if not isinstance(n, int) or not isinstance(further, list):
        return {}
    paths = {task: run_dir / "examples" / f"{task}-test.jsonl" for task in held if task in further}
    return {task: n for task, p in paths.items() if p.is_file() and sha256_file(p) != held[task]["test"]["sha256"]}
