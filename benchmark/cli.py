"""The command line. Each command is one line in COMMANDS; its module is imported only when it runs, so `--help` loads no torch.

Exit codes: 0 done; 1 a check failed (`leaderboard verify`), or our own fault (with a traceback); 2 the user's mistake (one message on
stderr); 130 interrupted.
"""

from __future__ import annotations

import argparse
import errno
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn

from benchmark.registry import nearest
from metrics.errors import UserError
from training.shared import processes

STAGES = ("sft", "rl", "recovery", "all")
ENVIRONMENT = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG}
"""Errors of the disk or the file system that the user has to mend."""
FULL = ("No space left on device", "os error 28", "Disk quota exceeded")
TORCH_WRITER = "inline_container.cc"
"""Stands in torch's message when a file cannot be written to its end."""
LONGEST = 4000
"""Characters of a message that are printed."""
GRACE = 3.0
"""Seconds that a process other than the main one holds back its message: where all of them found the same mistake, the main one tells
it, and its end makes the launcher end the others."""
SCARCE = 32 * 2**20
"""Free bytes below which such a message is taken for a full disk."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command, as argparse takes it."""

    flags: tuple[str, ...]
    options: dict[str, Any]


def _arg(*flags: str, **options: Any) -> Argument:
    return Argument(flags, options)


def _stage(text: str) -> str:
    if text not in STAGES:
        raise UserError(f"unknown stage {text!r}; {nearest(text, STAGES)}")
    return text


SET = _arg("--set", dest="overrides", nargs="+", action="extend", default=[], metavar="A.B=C", help="override profile keys")
ALLOW = _arg("--allow-code", action="store_true", help="let the profile name code: module:function, trust_remote_code, plugins, addresses")
OUT = _arg("--out", required=True, metavar="DIR", help="where to write")

COMMANDS: dict[str, tuple[str, str, list[Argument]]] = {
    "run": (
        "benchmark.run:command",
        "train the stages and measure every one of them",
        [
            _arg("--stage", type=_stage, required=True, metavar="{" + ",".join(STAGES) + "}", help="how far to go"),
            _arg("--profile", default="tiny", help="name of a shipped profile, or a TOML file (default: tiny)"),
            _arg("--run-dir", metavar="DIR", help="run directory (default: runs/PROFILE-seedN)"),
            SET,
            ALLOW,
            _arg("--seed", type=int, help="seed of training, sampling and resampling; never of the world"),
        ],
    ),
    "plan": (
        "benchmark.plan.command:command",
        "tell what a run needs - memory, tokens, FLOPs, hours, disk - and refuse one that cannot fit",
        [
            _arg("--profile", default="tiny", help="profile to plan (default: tiny)"),
            _arg("--gpus", type=int, default=1, metavar="N", help="number of GPUs (default: 1)"),
            _arg("--gpu-memory", type=float, required=True, metavar="GIB", help="memory of one GPU in GiB"),
            _arg("--strategy", default="ddp", metavar="NAME", help="ddp: weights whole on each GPU; fsdp or zero3: spread (default: ddp)"),
            SET,
            ALLOW,
        ],
    ),
    "evaluate": (
        "benchmark.pipeline.evaluate:command",
        "generate with a checkpoint and score it",
        [
            _arg("--model", required=True, metavar="PATH_OR_HUB_ID", help="Hugging Face checkpoint"),
            _arg("--task", required=True, metavar="NAME", help="task to evaluate on"),
            OUT,
            _arg("--backend", help="transformers or vllm (default: the profile's generate.backend)"),
            _arg("--stage-name", metavar="NAME", help="stage to file it under (default: the checkpoint's own, else 'model')"),
            _arg("--profile", default="tiny", help="profile for generation and scoring settings (default: tiny)"),
            SET,
            ALLOW,
        ],
    ),
    "parity": (
        "benchmark.pipeline.parity:command",
        "check that the backends generate and score alike; exit 1 where they do not",
        [
            _arg("run_dir", nargs="?", metavar="RUN_DIR", help="check this run's checkpoints and reward; the result goes into its manifest"),
            _arg("--model", metavar="PATH_OR_HUB_ID", help="policy to generate with (default: the last stage of RUN_DIR, or the profile's)"),
            _arg("--reranker", metavar="PATH_OR_HUB_ID", help="yes/no reranker to score with (default: the reward of RUN_DIR or profile)"),
            _arg("--backend", help="transformers, vllm or both (default: both where vLLM is installed)"),
            _arg("--task", metavar="NAME", help="task whose dev sources are used (default: the profile's)"),
            _arg("--n", type=int, default=32, help="number of sources (default: 32)"),
            _arg("--tolerance", type=float, default=1e-3, help="largest difference of scores and logits (default: 0.001)"),
            _arg("--out", metavar="FILE", help="JSON file to write"),
            _arg("--profile", default="tiny", help="profile for models and generation settings (default: tiny)"),
            SET,
            ALLOW,
        ],
    ),
    "score": (
        "benchmark.scoring.score:command",
        "score generations, without any policy model",
        [
            _arg("--examples", required=True, metavar="FILE", help="examples.jsonl"),
            _arg("--generations", required=True, nargs="+", metavar="FILE", help="generations.jsonl, one or more"),
            OUT,
            _arg("--task", default="user-data", metavar="NAME", help="name to file the scores under (default: user-data)"),
            _arg("--names", metavar="FILE.tsv", help="your own names for open.name.*: type, source names, target names (default: score.names)"),
            _arg("--profile", default="tiny", help="profile for scoring settings (default: tiny)"),
            SET,
            ALLOW,
        ],
    ),
    "report": (
        "benchmark.report.command:command",
        "write report.html of a run directory and print its table",
        [_arg("run_dir", metavar="RUN_DIR")],
    ),
    "compare": (
        "benchmark.compare.runs:command",
        "compare two run directories on the same segments",
        [
            _arg("run_a", metavar="RUN_A"),
            _arg("run_b", metavar="RUN_B"),
        ],
    ),
    "pool": (
        "benchmark.compare.pool:command",
        "runs that differ in their seed as one result: pooled intervals, spread between seeds, Markdown tables",
        [
            _arg("runs", nargs="+", metavar="RUN_DIR"),
            _arg("--out", metavar="FILE.json", help="where to write the pooled summary"),
        ],
    ),
    "data": (
        "benchmark.data.export:command",
        "export a split of a task or a training corpus; join articles and titles; make a list of names; read facts from your examples",
        [
            _arg(
                "action",
                choices=["export", "corpus", "join", "names", "facts"],
                help="export: a split as examples.jsonl; corpus: texts for python -m training; join: your texts into disjoint splits; "
                "names: a list of names from pairs of titles; facts: your examples with what can be read from them, to be corrected",
            ),
            _arg("--task", metavar="NAME", help="export: the task"),
            _arg("--split", metavar="SPLIT", help="export: para, src, dev or test"),
            _arg("--name", metavar="NAME", help="corpus: base, reranker, comet, encoder or words"),
            _arg("--n", type=int, help="number of rows (export: default is the split's size)"),
            _arg("--seed", type=int, default=1, help="corpus: seed of the draw (default: 1)"),
            _arg("--articles", nargs="+", metavar="FILE", help="join: JSON Lines of articles (CNewSum's, or id and source)"),
            _arg("--titles", metavar="FILE", help="join: their titles in the target language, TSV or JSON Lines of id and title"),
            _arg("--target-lang", default="th", metavar="LANG", help="join, names: language of the titles (default: th)"),
            _arg("--from", dest="titles_from", metavar="FILE.tsv", help="names: pairs of titles, Chinese and target language, with a header line"),
            _arg("--origin", metavar="TEXT", help="names: where the titles come from and under what licence; goes into the list"),
            _arg("--examples", metavar="FILE", help="facts: examples.jsonl without facts"),
            _arg("--names", metavar="FILE.tsv", help="facts: your own names besides the shipped ones"),
            _arg("--n-para", type=int, default=10_000, help="join: pairs of D_para (default: 10000)"),
            _arg("--n-dev", type=int, default=5_000, help="join: pairs of dev (default: 5000)"),
            _arg("--n-src", type=int, default=100_000, help="join: sources of D_src (default: 100000)"),
            _arg("--out", required=True, metavar="FILE", help="file to write (join: folder)"),
        ],
    ),
    "validate-reward": (
        "benchmark.reward.command:command",
        "hold a reward or a metric against pairs with known answers",
        [
            _arg("--reward", metavar="REWARD", help="NAME, FOLDER, module:function or metric:NAME (default: the reward of --run)"),
            _arg("--kind", metavar="NAME", help="read FOLDER as this kind of reward (default: from its config)"),
            _arg("--path", metavar="FOLDER", help="what a NAME or a model-based metric loads (default: the embedded model)"),
            _arg("--instruct", metavar="TEXT", help="instruction of a generative reranker (default: the title task's, in the pairs' language)"),
            _arg("--pairs", metavar="FILE", help="pairs.jsonl of your own, in place of the generated set"),
            _arg("--candidates", metavar="FILE", help="candidates.jsonl of your own, for the retrieval figures"),
            _arg("--run", metavar="RUN_DIR", help="a finished run: its reward, and what RL did to each type of fact"),
            _arg("--policy", metavar="FOLDER", help="best-of-n curves on this policy's own samples"),
            _arg("--n-samples", type=int, default=64, help="--policy: samples of each source (default: 64)"),
            _arg("--sources", type=int, default=32, help="--policy: dev sources that are sampled (default: 32)"),
            _arg("--task", default="newswire-title", metavar="NAME", help="--policy: whose dev sources (default: newswire-title)"),
            _arg("--target-lang", choices=["th", "bo", "all"], help="generated set: zh -> th, zh -> bo or both (default: th, or the run's)"),
            _arg("--world", choices=["core", "full"], default="core", help="generated set: core inventory or whole world (default: core)"),
            _arg("--n", type=int, default=200, help="generated set: pairs per category and language (default: 200)"),
            _arg("--seed", type=int, default=0, help="generated set: seed of the draws (default: 0)"),
            OUT,
        ],
    ),
    "meta-eval": (
        "benchmark.reward.metaeval:command",
        "agreement of a metric or reward with human scores",
        [
            _arg("--judgements", required=True, metavar="FILE", help="judgements.tsv: system, item, metric, human [, metric2]"),
            _arg("--seed", type=int, default=0, help="permutation draws (default: 0)"),
            _arg("--out", required=True, metavar="FILE", help="JSON file to write"),
        ],
    ),
    "submit": (
        "benchmark.leaderboard.submit:command",
        "score outputs on a leaderboard's test split and enter them",
        [
            _arg("run_dir", nargs="?", metavar="RUN_DIR", help="a run directory: its stages on every task that has a board"),
            _arg("--checkpoint", metavar="DIR", help="a Hugging Face checkpoint to generate with"),
            _arg("--generations", metavar="FILE", help="generations.jsonl of one system"),
            _arg("--task", metavar="NAME", help="task of the board"),
            _arg("--system", metavar="NAME", help="name on the board"),
            _arg("--version", default="1", metavar="V", help="version of the system (default: 1)"),
            _arg("--board", metavar="FILE", help="board file (default: the suite's own)"),
            _arg("--stage-name", metavar="NAME", help="stage of a checkpoint that does not tell it"),
            _arg("--confirm", metavar="RUN_DIR", help="a second run of the same configuration: equal weights and outputs make it `regenerated`"),
            _arg("--reward-validation", metavar="FILE", help="reward.json of validate-reward; its digest goes into the entry"),
            _arg("--neural", nargs="+", action="extend", default=[], metavar="FAMILY", help="score with weights, too: retrieval, scorers, reward"),
            _arg("--profile", default="tiny", help="profile that names those weights and the decoding (default: tiny)"),
        ],
    ),
    "leaderboard": (
        "benchmark.leaderboard.show:command",
        "show, verify or export the leaderboards, or create an empty one",
        [
            _arg("action", choices=["show", "verify", "export", "create"], help="create: empty boards, or anew where they are empty"),
            _arg("--board", metavar="FILE", help="board file (default: all of the suite's own)"),
            _arg("--task", metavar="NAME", help="the suite's own board of that task; create: the task (default: all tasks)"),
            _arg("--quick", action="store_true", help="verify: what the file tells by itself, nothing recomputed"),
            _arg("--sort", metavar="COLUMN", help="show, export: a metric, system or trust (default: the board's primary metric)"),
            _arg("--reverse", action="store_true", help="show, export: the other way round"),
            _arg("--filter", nargs="+", action="extend", default=[], metavar="TEXT", help="show, export: systems with TEXT, or FIELD=TEXT"),
            _arg("--top", type=int, default=10, help="show: number of systems (default: 10)"),
            _arg("--out", metavar="DIR", default="leaderboard-export", help="export: where to write (default: leaderboard-export)"),
            _arg("--profile", default="tiny", help="verify: profile that names the weights of neural metrics (default: tiny)"),
        ],
    ),
}
"""name -> ("module:function" taking the parsed arguments and returning the exit code, help, arguments)."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message}; see {self.prog} --help")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = _Parser(prog="python -m benchmark", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.description = "Measures what each stage of source-grounded semantic RL does to a model."
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name, (_, summary, arguments) in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".", allow_abbrev=False)
        for argument in arguments:
            sub.add_argument(*argument.flags, **argument.options)
    return parser


def disk_message(error: BaseException, folder: str | None = None) -> str | None:
    """The message for a full disk or an unwritable place, or None when the error is something else.

    folder: where the command writes. safetensors and torch report a full disk as errors of their own kinds, so their text is read
    too; torch's says nothing of space, so the free space is looked at.
    """
    if isinstance(error, OSError) and error.errno in ENVIRONMENT:
        place = f": {error.filename}" if error.filename else ""
        return f"{os.strerror(error.errno or 0)}{place}; free some space or choose a directory that you may write to"
    full = any(sign in str(error) for sign in FULL)
    if TORCH_WRITER in str(error) and folder is not None and os.path.isdir(folder):
        full = full or shutil.disk_usage(folder).free < SCARCE
    return (
        f"no space left on the device ({folder or type(error).__name__}); free some space and run the same command again" if full else None
    )


def harmless(message: str) -> str:
    """A message as it may go to a terminal: what a user's file says in it can neither act there nor fill it."""
    from benchmark.report.safetext import plain

    return plain(message if len(message) <= LONGEST else f"{message[:LONGEST]}... ({len(message)} characters)")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    folder = None
    try:
        if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
            raise UserError(f"unknown command {arguments[0]!r}; {nearest(arguments[0], COMMANDS)}")
        parser = build_parser()
        args = parser.parse_args(arguments)
        if args.command is None:
            parser.print_help()
            return 0
        args.argv = arguments
        folder = getattr(args, "run_dir", None) or getattr(args, "out", None)
        module, _, attr = COMMANDS[args.command][0].partition(":")
        return int(getattr(import_module(module), attr)(args))
    except UserError as error:
        if not processes.is_main():
            time.sleep(GRACE)
        print(f"error: {harmless(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; run the same command again to continue", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader (head, less) has gone; what is left in the buffer must not be flushed into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        message = disk_message(error, folder)
        if message is None:
            raise
        print(f"error: {harmless(message)}", file=sys.stderr)
        return 2
