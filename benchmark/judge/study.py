"""One judge on one run directory: validation, verdicts, files. What `judge`, `score --judge` and the [judge] section
of a profile all do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmark.judge import JUDGES, JudgeLike, load_judge, results
from benchmark.judge.asking import ask_all
from benchmark.judge.known import FEW, PER_CATEGORY, held_against, loud
from benchmark.judge.merging import merge
from benchmark.judge.people import with_people
from benchmark.judge.questions import Plan, first_questions, make_plan
from benchmark.judge.read import FOLDER, KNOWN, LEDGER, RESULT, SCHEMA_VERSION, SCORES, VERDICTS
from benchmark.judge.reference import reference_check
from benchmark.judge.selection import selection
from benchmark.judge.similarity import similarities
from benchmark.judge.texts import read_outputs
from benchmark.registry import nearest
from benchmark.settings.schema import Judge as Settings
from metrics.draws import Draws
from metrics.errors import UserError
from metrics.files import atomic_write_text, write_jsonl
from metrics.folders import file_digest
from metrics.judge.records import DIMENSIONS
from metrics.scores import score_table, write_scores
from metrics.terminal import say


def to_stderr(text: str) -> None:
    """To the terminal's error stream."""
    say(text, err=True)


def folder_of(run_dir: Path, name: str, task: str | None = None) -> Path:
    """Where a judge's files lie: judge/NAME, or judge/NAME/TASK for a task that is not the run's own."""
    return run_dir / FOLDER / name / task if task else run_dir / FOLDER / name


def prepared(
    run_dir: Path, name: str, settings: Settings, seed: int, task: str | None = None
) -> tuple[JudgeLike, Plan]:
    """The judge and what it will be asked. Raises UserError for everything that is wrong before anything is asked."""
    if name not in JUDGES:
        raise UserError(f"unknown judge {name!r}; {nearest(name, JUDGES)}")
    outputs = read_outputs(run_dir, task)
    plan = make_plan(outputs, settings, seed)
    return load_judge(name, settings, folder_of(run_dir, name) / LEDGER), plan


def priced(judge: JudgeLike, plan: Plan) -> dict[str, Any]:
    """Calls, tokens and price of a plan, validation and re-asking left out; of claims only the first questions are
    known."""
    return judge.price(first_questions(plan))


def run_judge(
    run_dir: Path,
    name: str,
    settings: Settings,
    draws: Draws,
    task: str | None = None,
    tell: Callable[[str], None] = to_stderr,
    encoder: str | None = None,
) -> dict[str, Any]:
    """Asks, writes judge/NAME/{judge.json, verdicts.jsonl, known.jsonl, scores.parquet, ledger.jsonl}, and adds judge.*
    to scores and summary.

    encoder: folder of the one that measures similarity (Table 4), where the run has one. Returns the content of
    judge.json. The caller holds the lock of the run directory. Raises UserError.
    """
    judge, plan = prepared(run_dir, name, settings, draws.seed, task)
    for note in plan.outputs.notes:
        tell(f"note: {note}")
    examples, judge = plan.outputs.examples, judge.knowing(plan.outputs.examples)
    n = settings.known if settings.known is not None else PER_CATEGORY.get(name, FEW)
    grades = plan.form if DIMENSIONS in settings.protocols else None
    checked = held_against(judge, examples, n, draws.seed, grades)
    if checked["warning"]:
        for line in loud(judge.label, checked["warning"]):
            tell(line)
    verdicts = ask_all(judge, plan, tell)
    metrics = results.metrics_of(verdicts, plan, judge.id)
    summary = results.summary_of(metrics, plan, draws)
    told: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "inputs": {str(p.relative_to(run_dir)): file_digest(p) for p in plan.outputs.files},
        "judge": name,
        "label": judge.label,
        "signature": results.signature(judge.id, plan),
        "task": plan.outputs.task,
        "protocols": list(settings.protocols),
        "n_items": len(plan.items),
        "n_total": len(examples),
        "trusted": checked["trusted"],
        "warning": checked["warning"],
        "validation": checked["sets"],
        **summary,
        "tables": {
            "ranking": results.ranking_table(verdicts, plan, draws),
            "pairwise": results.pairwise_tables(verdicts, plan, draws),
            "dimensions": results.dimension_table(metrics, plan),
        },
        "retest": results.retest(verdicts),
        "references": reference_check(verdicts),
        "similarity": similarities(plan.outputs, encoder, "no encoder that measures (score.retrieval)"),
        "missing": results.missing(verdicts),
        "selection": selection(verdicts, plan),
        "attempts": results.attempts(plan),
        "usage": judge.usage(),
    }
    out = folder_of(run_dir, name, task)
    out.mkdir(parents=True, exist_ok=True)
    write_jsonl(out / KNOWN, checked["verdicts"])
    write_jsonl(out / VERDICTS, (v.as_dict() for v in verdicts))
    import pyarrow as pa

    of = plan.outputs.of
    tables = [score_table(*of[key], plan.outputs.task, own) for key, own in metrics.items() if own]
    if tables:
        write_scores(out / SCORES, pa.concat_tables(tables))
        merge(run_dir, plan.outputs.task, out / SCORES, summary)
    atomic_write_text(out / RESULT, json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    return {**told, "people": with_people(run_dir, out, plan.outputs.task)}
