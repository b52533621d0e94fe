"""`human export`: forms for people about the outputs of a run, and the key that stays with the asker."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmark.arguments import arg, seed_number
from benchmark.human.campaign import PROTOCOLS, Wanted, make_campaign
from benchmark.human.foreign import WRITERS as FOREIGN
from benchmark.human.forms import WRITERS as OWN
from benchmark.human.forms import words
from benchmark.human.importing import KEY
from benchmark.judge.texts import read_outputs
from benchmark.registry import nearest
from benchmark.rundir.steps import locked
from metrics.errors import UserError
from metrics.files import atomic_write_text
from metrics.judge.records import LONG, TITLE
from metrics.terminal import say

WRITERS = {**OWN, **FOREIGN}
ARGUMENTS = [
    arg("run_dir", metavar="RUN_DIR"),
    arg("--protocol", default="pairwise", metavar="NAME", help=f"{', '.join(PROTOCOLS)} (default: pairwise)"),
    arg("--raters", type=int, default=3, metavar="N", help="people; every one sees every item (default: 3)"),
    arg("--items", type=int, default=100, metavar="N", help="examples, drawn by the seed (default: 100)"),
    arg("--format", default="html", metavar="NAME", help=f"{', '.join(WRITERS)} (default: html)"),
    arg("--systems", nargs="+", default=[], metavar="KEY", help="systems (default: gold, post-recovery, post-sft)"),
    arg("--pairs", nargs="+", default=[], metavar="A:B", help="pairs (default: post-recovery:post-sft)"),
    arg("--form", choices=(TITLE, LONG), help="dimensions of titles or of long texts (default: the task's)"),
    arg("--lang", choices=("en", "zh", "th"), default="en", help="language that forms open in (default: en)"),
    arg("--task", metavar="NAME", help="a further task of the run (default: its own)"),
    arg("--seed", type=seed_number, default=1, help="what is drawn, and orders (default: 1)"),
]
"""Of `human export`."""


def command(args: argparse.Namespace) -> int:
    """`human export RUN_DIR`."""
    if args.format not in WRITERS:
        raise UserError(f"human export: unknown format {args.format!r}; {nearest(args.format, WRITERS)}")
    if args.protocol not in PROTOCOLS:
        raise UserError(f"human export: unknown protocol {args.protocol!r}; {nearest(args.protocol, PROTOCOLS)}")
    run_dir = Path(args.run_dir)
    outputs = read_outputs(run_dir, args.task)
    wanted = Wanted(
        args.protocol, args.raters, args.items, args.seed, tuple(args.systems), tuple(args.pairs), args.form
    )
    campaign = make_campaign(outputs, wanted)
    with locked(run_dir):
        folder = run_dir / "human" / campaign.id
        (folder / "forms").mkdir(parents=True, exist_ok=True)
        made = WRITERS[args.format](campaign, folder / "forms", args.lang)
        atomic_write_text(folder / KEY, json.dumps(campaign.as_dict(), ensure_ascii=False) + "\n")
    n = len(campaign.of(campaign.raters[0]))
    checks = sum(s.check for s in campaign.of(campaign.raters[0]))
    say(
        f"campaign {campaign.id}: {args.protocol}, {len(campaign.raters)} raters, {n} screens each, "
        f"{checks} of them checks",
        *([f"not asked: {len(campaign.ties)} pairs of equal texts, which count as ties"] if campaign.ties else []),
        f"languages of the forms: {', '.join(words())}",
        *[f"send: {path}" for path in made],
        f"keep, and show no rater: {folder / KEY}",
    )
    return 0
