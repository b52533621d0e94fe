"""`compare RUN_A RUN_B`: the same systems of two runs on the same segments, with paired intervals, tests and Holm's
correction."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.arguments import arg
from benchmark.report.words import ordered_metrics, stage_of
from benchmark.rundir.intact import check_output
from benchmark.rundir.summaries import read_summary
from metrics import catalog
from metrics.errors import UserError
from metrics.records import read_examples, sha256_file
from metrics.scores import read_scores
from metrics.segment import SegmentStats
from metrics.stages import GOLD
from metrics.stats import Delta, compare, holm, p_text
from metrics.summary import system_keys
from metrics.terminal import say
from metrics.version import versions_apart

ALPHA = 0.05
LEADING = ("coverage.f1.length_controlled", "open.f1.length_controlled")
"""What a comparison is read by first: with gold facts, and without."""


@dataclass(frozen=True, slots=True)
class Row:
    """One metric of one system in both runs."""

    key: str
    metric: str
    a: float | None
    b: float | None
    delta: Delta
    p_holm: float | None


def systems_of(run_dir: Path, task: str) -> dict[str, list[SegmentStats]]:
    """Key of the summary -> metrics of one task, from scores.parquet."""
    found = {
        (system, stage): metrics
        for (system, stage, t), metrics in read_scores(check_output(run_dir, run_dir / "scores.parquet")).items()
        if t == task
    }
    return dict(zip(system_keys(list(found)), found.values(), strict=True))


def documents(run_dir: Path, task: str, ids: Sequence[str]) -> list[str | None] | None:
    """Document ids of the segments, from the run's examples; None where it holds none."""
    for path in sorted((run_dir / "examples").glob(f"{task}-*.jsonl")):
        docs = {e.id: e.doc_id for e in read_examples(check_output(run_dir, path))}
        if all(i in docs for i in ids):
            return [docs[i] for i in ids]
    return None


def compare_runs(run_a: Path, run_b: Path) -> list[Row]:
    """Every metric of every system that both runs hold, on the segments scored in both. Holm's correction is over one
    system's metrics.

    Raises UserError when the runs have no task, system or segments in common, or were scored by two versions of the
    metrics.
    """
    tasks = []
    for folder in (run_a, run_b):
        told = read_summary(folder).get("run")
        if not told:
            raise UserError(
                f"{folder / 'summary.json'} cannot be compared (it does not tell its run); score the run again"
            )
        tasks.append(str(told.get("task")))
    if tasks[0] != tasks[1]:
        raise UserError(f"{run_a} is of task {tasks[0]}, {run_b} of {tasks[1]}; only runs of one task can be compared")
    a, b = systems_of(run_a, tasks[0]), systems_of(run_b, tasks[1])
    if len(a) == len(b) == 2 and not (a.keys() & b.keys()) - {"gold"}:
        # One system in each (and the gold): they are meant, whatever they are called.
        b = {next(k for k in a if k != "gold") if k != "gold" else k: m for k, m in b.items()}
    shared = [k for k in a if k in b and stage_of(k) != GOLD]  # the references are the same in both
    if not shared:
        raise UserError(f"no system in common: {run_a} holds {_held(a)}; {run_b} holds {_held(b)}")
    rows: list[Row] = []
    for key in shared:
        other = {m.metric: m for m in b[key]}
        pairs = [(m, other[m.metric]) for m in a[key] if m.metric in other]
        if pairs and set(pairs[0][0].example_ids) != set(pairs[0][1].example_ids):
            raise UserError(
                f"{key}: the two runs were measured on different examples; compare runs of the same split and size"
            )
        if apart := versions_apart(
            [x.signature for x, _ in pairs], [y.signature for _, y in pairs], (str(run_a), str(run_b))
        ):
            raise UserError(apart)
        docs = documents(run_a, tasks[0], pairs[0][0].example_ids) if pairs else None
        deltas = {x.metric: compare(x, y, docs) for x, y in pairs}
        corrected = holm({name: d.p for name, d in deltas.items()})
        rows += [Row(key, x.metric, x.value(), y.value(), deltas[x.metric], corrected[x.metric]) for x, y in pairs]
    return rows


def _held(systems: Iterable[str]) -> str:
    return ", ".join(k for k in systems if stage_of(k) != GOLD) or "nothing but references"


def primary_first(rows: Sequence[Row]) -> list[Row]:
    """The rows of each system: first the metrics of the boards, the leading one at their head, then the others in the
    order of the tables."""
    heads = list(dict.fromkeys([*LEADING, *catalog.shown("board")]))
    order = {
        m: i for i, m in enumerate([*heads, *(m for m in ordered_metrics({r.metric for r in rows}) if m not in heads)])
    }
    systems = list(dict.fromkeys(r.key for r in rows))
    return sorted(rows, key=lambda r: (systems.index(r.key), order[r.metric]))


def is_primary(row: Row) -> bool:
    """Whether a row is shown without --all: a metric of the boards that has a value in one of the runs."""
    return row.metric in {*LEADING, *catalog.shown("board")} and not (row.a is None and row.b is None)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}" if abs(value) < 10 else f"{value:.2f}"


def _excludes_0(delta: Delta) -> bool:
    return delta.ci_low is not None and delta.ci_high is not None and not delta.ci_low <= 0 <= delta.ci_high


def _same(run_a: Path, run_b: Path) -> str | None:
    """What two run directories are where they are one; None where they hold different scores."""
    if run_a.resolve() == run_b.resolve():
        return "the same run"
    scores = [folder / "scores.parquet" for folder in (run_a, run_b)]
    if all(path.is_file() for path in scores) and len({sha256_file(path) for path in scores}) == 1:
        return "two copies of the same scores"
    return None


ARGUMENTS = [
    arg("run_a", metavar="RUN_A"),
    arg("run_b", metavar="RUN_B"),
    arg("--all", action="store_true", help="every metric, not those of the boards alone"),
]
"""Of `compare`."""


def command(args: argparse.Namespace) -> int:
    """`compare`."""
    found = primary_first(compare_runs(Path(args.run_a), Path(args.run_b)))
    if same := _same(Path(args.run_a), Path(args.run_b)):
        say(f"note: A and B are {same}: every difference is 0 by itself", err=True)
    rows = found if args.all else [row for row in found if is_primary(row)] or found
    say(f"{'system':20} {'metric':42} {'A':>9} {'B':>9} {'B - A':>9}  {'95 % interval':>20}  {'p':>8} {'p_holm':>8}")
    for row in rows:
        delta = row.delta
        if delta.delta is None:
            say(f"{row.key:20} {row.metric:42} {_number(row.a):>9} {_number(row.b):>9} {'-':>9}  {delta.reason}")
            continue
        limits = f"[{_number(delta.ci_low)}, {_number(delta.ci_high)}]"
        p, p_holm = (p_text(x, delta.p_floor) for x in (delta.p, row.p_holm))
        mark = "  *" if row.p_holm is not None and row.p_holm < ALPHA else ""
        values = f"{_number(row.a):>9} {_number(row.b):>9} {_number(delta.delta):>9}"
        say(f"{row.key:20} {row.metric:42} {values}  {limits:>20}  {p:>8} {p_holm:>8}{mark}")
    if len(rows) < len(found):
        say(f"{len(found) - len(rows)} further rows: --all")
    apart = [r for r in rows if r.p_holm is not None and _excludes_0(r.delta) and (r.delta.p or 0) >= ALPHA]
    if apart:
        said = f"{len(apart)} intervals exclude" if len(apart) > 1 else "1 interval excludes"
        say(
            f"{said} 0 beside a p of "
            f"{ALPHA} or more: the interval is of Student's t over documents, p of swapping them at random, which few "
            "documents cannot make small; judge by p_holm (docs/statistics.md)"
        )
    say(f"A = {args.run_a}, B = {args.run_b}; * : p_holm < {ALPHA}, Holm over the metrics of a system")
    return 0
