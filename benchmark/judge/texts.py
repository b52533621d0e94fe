"""What of a run directory is judged: the outputs of one task, by the keys of the summary, with the examples that
they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.registry import nearest
from benchmark.report.words import ordered
from benchmark.rundir.intact import check_output
from benchmark.rundir.summaries import read_summary
from metrics.errors import UserError
from metrics.judge.records import LONG, TITLE
from metrics.records import Example, Generation, align_generations, read_examples, read_generations
from metrics.stages import GOLD
from metrics.summary import system_keys

LONG_TASKS = ("newswire-long",)
"""Tasks whose outputs are judged by the long-form dimensions (paper, Table 3)."""


@dataclass(frozen=True)
class Outputs:
    """The outputs of one task."""

    run_dir: Path
    task: str
    examples: list[Example]
    systems: dict[str, list[str]]
    """Key of the summary -> one text per example, in order; `gold` where every example has a reference."""
    of: dict[str, tuple[str, str]]
    """Key -> (system, stage)."""
    files: list[Path]
    """The files that were read: generations and examples."""
    notes: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """The examples' ids."""
        return [e.id for e in self.examples]

    @property
    def docs(self) -> list[str | None] | None:
        """Document of each example; None where there are none."""
        return [e.doc_id for e in self.examples] if any(e.doc_id is not None for e in self.examples) else None

    @property
    def form(self) -> str:
        """Which dimensions fit the task."""
        return LONG if self.task.partition("@")[0] in LONG_TASKS else TITLE


def read_outputs(run_dir: Path, task: str | None = None) -> Outputs:
    """The outputs of a run directory. Raises UserError where it has no summary, texts or examples, or they do not
    belong together."""
    summary = read_summary(run_dir)
    known = sorted(p.name for p in (run_dir / "generations").glob("*") if p.is_dir())
    if task is not None and task not in known:
        raise UserError(
            f"{run_dir}: holds no outputs of the task {task!r}; "
            f"{nearest(task, known) if known else 'it holds none at all'}"
        )
    name = task or str(summary.get("run", {}).get("task") or "")
    folder = run_dir / "generations" / name
    paths = sorted(folder.glob("*.jsonl")) if name and folder.is_dir() else []
    if not paths:
        raise UserError(f"{run_dir}: holds no generations/{name or 'TASK'}/*.jsonl; there is nothing to judge")
    source = _examples(run_dir, name)
    examples = read_examples(source)
    notes: list[str] = []
    groups: dict[tuple[str, str], dict[int | None, list[Generation]]] = {}
    for path in paths:
        for made in read_generations(check_output(run_dir, path)):
            groups.setdefault((made.system, made.stage), {}).setdefault(made.seed, []).append(made)
    of = list(groups)
    keys = system_keys(of)
    systems: dict[str, list[str]] = {}
    for key, (system, stage) in zip(keys, of, strict=True):
        by_seed = groups[system, stage]
        own = next(iter(by_seed.values()))
        if len(by_seed) > 1 and len(own) < len(examples):
            own = [g for group in by_seed.values() for g in group]
        elif len(by_seed) > 1:
            notes.append(f"{key}: of {len(by_seed)} seeds the first one is judged")
        systems[key] = [g.text for g in align_generations(examples, own)]
    pairs = dict(zip(keys, of, strict=True))
    if all(e.reference for e in examples):
        systems[GOLD] = [(e.reference or ("",))[0] for e in examples]
        pairs[GOLD] = (GOLD, GOLD)
    order = ordered(systems)
    return Outputs(run_dir, name, examples, {k: systems[k] for k in order}, pairs, [*paths, source], notes)


def _examples(run_dir: Path, task: str) -> Path:
    likely = [run_dir / "examples" / f"{task}-{split}.jsonl" for split in ("test", "dev")]
    measured = read_summary(run_dir).get("run", {}).get("split")
    if measured == "dev":
        likely.reverse()
    for path in likely:
        if path.is_file():
            return check_output(run_dir, path)
    raise UserError(f"{run_dir}: examples/{task}-test.jsonl is missing; the judge has no sources to read")


def chosen_systems(outputs: Outputs, wanted: Sequence[str], group: bool) -> list[str]:
    """The systems that are ranked together. Raises UserError for an unknown one, or where fewer than two are there."""
    keys = list(outputs.systems)
    for key in wanted:
        if key not in keys:
            raise UserError(f"judge.systems: {key!r} is no system of this run; {nearest(key, keys)}")
    found = list(dict.fromkeys(wanted)) or (keys if group else _three(keys))
    if len(found) < 2 or len(found) > 8:
        how = "name some by judge.systems" if len(found) > 8 else "ask for what looks at one: --protocol dimensions"
        raise UserError(f"ranking: needs 2 to 8 systems, and there are {len(found)} ({', '.join(found)}); {how}")
    return found


def _three(keys: Sequence[str]) -> list[str]:
    """Gold, post-recovery and post-sft where they are there, else the first three of what there is (gold among
    them)."""
    last = ("post-recovery", "post-sft")
    own = sorted((k for k in keys if k.rsplit("/", 1)[-1] in last), key=lambda k: last.index(k.rsplit("/", 1)[-1]))
    main = [k for k in (GOLD, *own) if k in keys]
    if len(main) >= 3:
        return main[:3]
    rest = [k for k in keys if k not in main]
    return [*main, *rest][:3]


def chosen_pairs(outputs: Outputs, wanted: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs that are compared. Raises UserError for what is no pair of two systems of this run."""
    keys = list(outputs.systems)
    if wanted:
        pairs = []
        for text in wanted:
            a, colon, b = text.partition(":")
            if not colon or a == b or a not in keys or b not in keys:
                raise UserError(
                    f'judge.pairs: {text!r} is no pair "A:B" of two systems of this run; there are {", ".join(keys)}'
                )
            pairs.append((a, b))
        return list(dict.fromkeys(pairs))
    prefixes = [k[: -len("post-sft")] for k in keys if k.rsplit("/", 1)[-1] == "post-sft"]
    main = [(f"{p}post-recovery", f"{p}post-sft") for p in prefixes if f"{p}post-recovery" in keys]
    if main:
        return main
    own = [k for k in keys if k != GOLD][:3]
    pool = own if len(own) > 1 else keys[:3]
    return [(a, b) for i, a in enumerate(pool) for b in pool[i + 1 :]]
