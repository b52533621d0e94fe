"""`validate-reward`, the command: what is held against which pairs, and where the report goes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmark.arguments import LANGS, OUT, SKIP_INVALID, arg, check_place, seed_number
from benchmark.data.told import tell_languages
from benchmark.data.userdata import read_parallel
from benchmark.keeping import is_object, keep_others
from benchmark.reward.advice import advice
from benchmark.reward.bestofn import Sampling, best_of_n, prepare
from benchmark.reward.blindspots import RunUnderTest, blind_spots, read_run
from benchmark.reward.challenge import FIRST, NEWEST, TARGETS, build
from benchmark.reward.judge import PREFIX, Judge, judge_of, load_judge, need_metric
from benchmark.reward.pairs import ChallengeSet, read_candidates, read_pairs
from benchmark.reward.validate import loud, validate, warning
from benchmark.settings.models import inner_reward
from metrics.errors import UserError
from metrics.files import atomic_write_text, read_object, write_jsonl
from metrics.languages import code
from metrics.records import Example, sha256_file
from metrics.rejects import Rejects
from metrics.terminal import say


def challenge_of(args: argparse.Namespace, run: RunUnderTest | None) -> ChallengeSet:
    """The set that the command asks for: generated, or the user's own pairs; retrieval lists from a file where one is
    given."""
    if args.n < 1:
        raise UserError(f"--n {args.n}: at least 1 pair per category")
    if args.pairs and args.examples:
        raise UserError("--pairs and --examples: give one of them; pairs are held as they are, and made from examples")
    if args.examples:
        from benchmark.reward.realpairs import build as from_examples

        examples_of = read_parallel(args.examples, args.langs)
        tell_languages({str(args.examples): examples_of})
        challenge = from_examples(examples_of, args.n, args.seed, sha256_file(args.examples)[:12])
    elif args.pairs:
        rejects = Rejects(args.pairs, skip=args.skip_invalid, offered=True)
        pairs, examples = read_pairs(args.pairs, rejects)
        better = [Example(p.id, p.source, (p.better,), None, p.source_lang, p.target_lang) for p in pairs]
        tell_languages({str(args.pairs): better}, "better text", err=False)
        challenge = ChallengeSet("user", pairs, [], examples, rejects)
    else:
        wanted = args.target_lang or (run.target_lang if run else "th")
        langs = TARGETS if wanted == "all" else (code(wanted),)
        challenge = build(langs, args.n, args.seed, *world_of(args, run))
    if args.candidates:
        challenge.queries = read_candidates(args.candidates)
    return challenge


def world_of(args: argparse.Namespace, run: RunUnderTest | None) -> tuple[bool, str]:
    """(whether the core inventory alone, version) of the world that is asked for: the run's, else the newest."""
    if args.world is None:
        return True, run.world if run else NEWEST
    inventory, _, version = args.world.partition("@")
    return inventory == "core", version or FIRST


def check_reward(spec: str | None, kind: str | None) -> None:
    """UserError where --reward names nothing that there is; no model is loaded."""
    if spec is None or kind is not None:
        return
    if spec.startswith(PREFIX):
        return need_metric(spec.removeprefix(PREFIX))
    from training.rewards import load_reward, named

    if named(inner_reward(spec)) == "callable" and spec != "callable":
        load_reward(inner_reward(spec))


def judge_for(args: argparse.Namespace, challenge: ChallengeSet, run: RunUnderTest | None) -> Judge:
    """What --reward names; without it, the very reward that the run was trained on."""
    if args.reward is None:
        if run is None:
            raise UserError(
                "give --reward NAME, FOLDER, module:function or metric:NAME, or --run RUN_DIR for the reward of a run"
            )
        return judge_of(run.load_reward())
    options = {"instruct": args.instruct} if args.instruct else {}
    langs = sorted({p.target_lang for p in challenge.pairs} | {q.target_lang for q in challenge.queries})
    return load_judge(args.reward, args.kind, args.path, challenge.examples, options, langs, world_of(args, run)[1])


ARGUMENTS = [
    arg(
        "--reward", metavar="REWARD", help="NAME, FOLDER, module:function or metric:NAME (default: the reward of --run)"
    ),
    arg("--kind", metavar="NAME", help="read FOLDER as this kind of reward (default: from its config)"),
    arg(
        "--path",
        metavar="FOLDER",
        help="what a NAME or a model-based metric loads, asset:NAME too (default: the embedded model of that world)",
    ),
    arg(
        "--instruct",
        metavar="TEXT",
        help="instruction of a generative reranker (default: the title task's, in the pairs' language)",
    ),
    arg("--pairs", metavar="FILE", help="pairs.jsonl of your own, in place of the generated set"),
    arg(
        "--examples",
        metavar="FILE",
        help="examples.jsonl with references, or TSV or CSV with --langs: pairs and retrieval lists are made from it, "
        "in place of the generated set",
    ),
    LANGS,
    SKIP_INVALID,
    arg("--candidates", metavar="FILE", help="candidates.jsonl of your own, for the retrieval figures"),
    arg("--run", metavar="RUN_DIR", help="a finished run: its reward, and what RL did to each type of fact"),
    arg("--policy", metavar="FOLDER", help="best-of-n curves on this policy's own samples"),
    arg("--n-samples", type=int, default=64, help="--policy: samples of each source (default: 64)"),
    arg("--sources", type=int, default=32, help="--policy: dev sources that are sampled (default: 32)"),
    arg(
        "--task",
        default="newswire-title@2",
        metavar="NAME",
        help="--policy: whose dev sources (default: newswire-title@2)",
    ),
    arg(
        "--target-lang",
        metavar="LANG",
        help="generated set: th, bo or all for both, from zh (default: th, or the run's)",
    ),
    arg(
        "--world",
        choices=[f"{inventory}{mark}" for mark in ("@2", "") for inventory in ("core", "full")],
        help="generated set: core inventory or whole world, @2 of world 2, without a mark of world 1 "
        "(default: core@2, or that of the run)",
    ),
    arg("--n", type=int, default=200, help="generated set, --examples: pairs per category and language (default: 200)"),
    arg("--seed", type=seed_number, default=0, help="generated set, --examples: seed of the draws (default: 0)"),
    arg(
        "--no-length-probe",
        action="store_true",
        help="leave out the texts that grow by filler; the report says that length was not measured",
    ),
    OUT,
]
"""Of `validate-reward`."""


def command(args: argparse.Namespace) -> int:
    """`validate-reward`."""
    from benchmark.reward.page import write_page

    run = read_run(Path(args.run)) if args.run else None
    sampling = (
        None if args.policy is None else Sampling(args.policy, args.task, args.n_samples, args.sources, args.seed)
    )
    out = Path(args.out)
    check_place(out)
    _keep(out, own_pairs=not args.pairs)
    check_reward(args.reward, args.kind)  # a generated set takes minutes: mistakes are told before
    challenge = challenge_of(args, run)
    judge = judge_for(args, challenge, run)
    if sampling is not None:
        prepare(sampling)  # its mistakes are told before minutes of scoring
    report = validate(judge, challenge, args.seed, length=not args.no_length_probe)
    if challenge.rejects is not None and (note := challenge.rejects.note()):
        report["left_out"] = challenge.rejects.as_dict()
        say(f"note: {note}", err=True)
    if run is not None:
        report["blind_spots"] = blind_spots(report, run, judge.id)
    if sampling is not None:
        report["best_of_n"] = best_of_n(judge, sampling)
    # First, for it tells that the folder is ours: a call that is stopped behind it can be repeated.
    atomic_write_text(out / "reward.json", json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    if not args.pairs:
        write_jsonl(out / "pairs.jsonl", (p.as_dict() for p in challenge.pairs))
    write_page(report, out / "reward.html")
    print_report(report)
    say("", f"report: {out / 'reward.html'}   numbers: {out / 'reward.json'}")
    return 0


def _keep(out: Path, own_pairs: bool) -> None:
    """UserError where --out holds such files of somebody else. Pairs beside a report on a user's own pairs are the
    user's; it is no matter that they are of the form of ours."""
    told = out / "reward.json"
    ours = is_object(told, ("reward", "signature", "by_category", "null_baselines"))
    keep_others([told, out / "reward.html"], ours)
    if own_pairs:
        keep_others([out / "pairs.jsonl"], ours and "|set:user|" not in str(read_object(told)["signature"]))


def print_report(report: Mapping[str, Any]) -> None:
    """The table on stdout, and on stderr the warning where there is one."""
    nulls, told = report["null_baselines"], advice(report)
    best = report["flags"]["best_null"]
    say(
        f"{report['reward']}: macro accuracy {_f(report['macro_accuracy'])}, "
        f"best null ({best}) {_f(nulls[best]['macro_accuracy'])}, n = {report['n']}"
    )
    say(f"{'category':22s} {'accuracy':>8s}  {'95 % interval':15s} {'n':>5s} {'ties':>5s}  {'best null':>9s}")
    for slug, row in report["by_category"].items():
        kind = next(kind for kind, slugs in told.kinds.items() if slug in slugs)
        mark = {"misled": "  MISLED", "blind": "  blind", "few": "  too few to tell"}.get(kind, "")
        null = max(nulls[name]["by_category"][slug]["accuracy"] for name in nulls)
        say(
            f"{slug:22s} {_f(row['accuracy']):>8s}  {_f(row['ci_low'])} - {_f(row['ci_high']):7s} "
            f"{row['n']:5d} {row['ties']:5d}  {_f(null):>9s}{mark}"
        )
    length = report["length"]
    say(
        f"AUC {_f(report['auc'])} · ECE {_f(report['ece'])} · P@1 {_f(report['retrieval']['p_at_1'])} · slope per "
        f"100 characters "
        f"{_f(length['slope_per_100_chars'])} [{_f(length['ci_low'])}, {_f(length['ci_high'])}]"
    )
    if length["slope_per_100_chars"] is None:
        say(f"length: {length['reason']}")
    if told.kinds["blind"]:
        say(f"blind to: {', '.join(told.kinds['blind'])}")
    if (found := report.get("best_of_n")) is not None:
        for name, row in found["turning"].items():
            said = f"turns down after n = {row['n']}" if row["turns_down"] else "does not turn down"
            say(
                f"best of n, {name}: {said} ({_f(row['change'])} [{_f(row['ci_low'])}, {_f(row['ci_high'])}] from "
                f"there to the last)"
            )
    say(*(f"left out: {line}" for line in told.left_out), told.sentence)
    if report["descriptive"]:
        say("this metric is descriptive: neither high nor low is better as such")
    if (text := warning(report)) is not None:
        say(*loud(text), err=True)


def _f(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
