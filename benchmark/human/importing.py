"""`human import`: what raters sent back, and what it comes to."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmark.arguments import arg, seed_number
from benchmark.human.campaign import Campaign, Screen, read_campaign
from benchmark.human.foreign import MTME, READERS
from benchmark.judge.people import with_people
from benchmark.judge.read import folder_of, judged
from benchmark.judge.texts import read_outputs
from benchmark.judge.told import number, people_line, tables
from benchmark.registry import nearest
from benchmark.rundir.steps import locked
from benchmark.rundir.summaries import read_summary
from metrics.draws import Draws
from metrics.errors import UserError
from metrics.files import atomic_write_text, write_jsonl
from metrics.terminal import say

KEY, RESULT, RATINGS, EVALSET, MAROT = "campaign.json", "human.json", "ratings.jsonl", "mt-metrics-eval", "marot.tsv"
ARGUMENTS = [
    arg("run_dir", metavar="RUN_DIR"),
    arg("files", nargs="+", metavar="FILE", help="what raters sent back"),
    arg("--campaign", metavar="ID", help="where the run has several"),
    arg(
        "--format",
        metavar="NAME",
        help=f"html (its JSON), csv, xlsx, {', '.join((*READERS, MTME))} (default: by the ending)",
    ),
    arg("--seed", type=seed_number, default=1, help="of intervals and tests (default: 1)"),
]
"""Of `human import`."""


def command(args: argparse.Namespace) -> int:
    """`human import RUN_DIR FILE...`."""
    from benchmark.human.analysis import analyse
    from benchmark.human.collect import read_answers
    from benchmark.human.marot import marot_ratings
    from benchmark.human.mtme import write_mtme

    run_dir = Path(args.run_dir)
    read_summary(run_dir)
    folder = _folder(run_dir, args.campaign)
    campaign = read_campaign(folder / KEY)
    answers: dict[str, dict[str, Any]] = {}
    outputs = read_outputs(run_dir, campaign.task)
    for name in args.files:
        for screen, answer in read_answers(Path(name), campaign, args.format, outputs.ids).items():
            if answers.setdefault(screen, answer) != answer:
                raise UserError(f"{name}: screen {screen!r} was answered otherwise in another file; keep one")
    shown = [s for s in (*campaign.screens, *campaign.ties) if not s.check]
    stale = [s.id for s in shown if not _same(campaign, outputs.systems, outputs.ids, s)]
    if stale:
        raise UserError(
            f"{folder / KEY}: the run's outputs are not those that were rated ({len(stale)} screens differ)"
        )
    told = analyse(campaign, answers, outputs, run_dir, Draws(2000, 10_000, args.seed))
    known = campaign.by_id()
    with locked(run_dir):
        rows = (
            {
                "screen": n,
                "rater": known[n].rater,
                "example_id": known[n].example_id,
                "systems": list(known[n].systems),
                "check": known[n].check,
                "answer": answers[n],
            }
            for n in sorted(answers)
        )
        write_jsonl(folder / RATINGS, rows)
        atomic_write_text(folder / RESULT, json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
        if campaign.protocol == "esa":
            write_mtme(campaign, answers, outputs.ids, folder / EVALSET)
            atomic_write_text(folder / MAROT, "\n".join(marot_ratings(campaign, answers)) + "\n")
    say(*lines(told), *_judges(run_dir, campaign), f"figures: {folder / RESULT}")
    return 0


def _judges(run_dir: Path, campaign: Campaign) -> list[str]:
    """How far each judge of these texts agrees with the raters."""
    rows = []
    for told in judged(run_dir):
        if told["task"] == campaign.task:
            place = folder_of(run_dir, told)
            rows += [
                (told["label"], r) for r in with_people(run_dir, place, campaign.task) if r["campaign"] == campaign.id
            ]
    return [f"judge {label}: {people_line(row)}" for label, row in rows]


def _folder(run_dir: Path, campaign: str | None) -> Path:
    known = sorted(p.parent.name for p in (run_dir / "human").glob(f"*/{KEY}"))
    if not known:
        raise UserError(f"{run_dir}: no campaign was exported from this run; human export makes one")
    if campaign is None and len(known) > 1:
        raise UserError(f"{run_dir}: holds the campaigns {', '.join(known)}; say which: --campaign ID")
    if campaign is not None and campaign not in known:
        raise UserError(f"--campaign {campaign!r}: {nearest(campaign, known)}")
    return run_dir / "human" / (campaign or known[0])


def _same(campaign: Campaign, systems: dict[str, list[str]], ids: list[str], screen: Screen) -> bool:
    if screen.example_id not in ids:
        return False
    at = ids.index(screen.example_id)
    return all(s in systems and systems[s][at] == t for s, t in zip(screen.systems, screen.texts, strict=True))


def lines(told: dict[str, Any]) -> list[str]:
    """What is printed of an import."""
    out = []
    for rater, row in told["raters"].items():
        check, bias = told["checks"][rater], told["bias"].get(rater, {})
        left = "; LEFT OUT: too many checks failed" if check["excluded"] else ""
        out.append(
            f"{rater}: {row['answered']} of {row['asked']} answered, {check['passed']} of {check['n']} checks passed, "
            f"bias {number(bias.get('bias'))} (z {number(bias.get('z'), 1)}){left}"
        )
    out += [f"Krippendorff's alpha, {part}: {number(value)}" for part, value in told["alpha"].items()]
    out += tables(told)
    ranked = sorted(told["meta_evaluation"].items(), key=lambda kv: -(kv[1]["segment"]["acc_eq"] or 0.0))
    if ranked:
        out.append("agreement with the raters     acc_eq  pearson  (segments)   pairwise (systems)")
    for name, found in ranked[:12]:
        segment, system = found["segment"], found["system"]
        out.append(
            f"  {name:36s} {number(segment['acc_eq']):>6s} {number(segment['pearson']):>8s} "
            f"{number(system['pairwise_accuracy']):>20s}"
        )
    return out
