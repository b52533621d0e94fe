"""The command line. Each command is one line in COMMANDS; its module is imported only when it runs, so `--help` loads
no torch.

Exit codes: 0 done; 1 a check failed (`leaderboard verify`), or our own fault (with a traceback); 2 the user's mistake
(one message on stderr); 130 interrupted.
"""

from __future__ import annotations

import argparse
import errno
import os
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module
from typing import Any, NoReturn

from benchmark.arguments import Argument, told
from benchmark.progress import shown
from benchmark.registry import load, nearest
from metrics.errors import UserError
from metrics.terminal import plain, plain_logs, say
from metrics.version import METRICS_VERSION
from training.shared import processes

ENVIRONMENT = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ENAMETOOLONG,
}
"""Errors of the disk or the file system that the user has to mend."""
FULL = ("No space left on device", "os error 28", "Disk quota exceeded")
TORCH_WRITER = "inline_container.cc"
"""Stands in torch's message when a file cannot be written to its end."""
LONGEST = 4000
"""Characters of a message that are printed."""
GRACE = 3.0
"""Seconds that a process other than the main one holds back its message: where all of them found the same mistake, the
main one tells it, and its end makes the launcher end the others."""
SCARCE = 32 * 2**20
"""Free bytes below which such a message is taken for a full disk."""


COMMANDS: dict[str, tuple[str, str]] = {
    "ls": (
        "benchmark.listing.ls:command",
        "list tasks, metrics, rewards, judges, languages, profiles or profile keys",
    ),
    "metrics": (
        "benchmark.listing.explain:command",
        "explain a metric: definition, formula, worked example, blind spots",
    ),
    "run": (
        "benchmark.run:command",
        "train the stages and measure every one of them",
    ),
    "plan": (
        "benchmark.plan.command:command",
        "tell what a run needs - memory, tokens, FLOPs, hours, disk - and refuse one that cannot fit",
    ),
    "evaluate": (
        "benchmark.pipeline.evaluate:command",
        "generate with a checkpoint and score it",
    ),
    "parity": (
        "benchmark.pipeline.parity:command",
        "check that the backends generate and score alike; exit 1 where they do not",
    ),
    "score": (
        "benchmark.scoring.command:command",
        "score generations, without any policy model",
    ),
    "judge": (
        "benchmark.judge.command:command",
        "judge the outputs of a run: ranking, pairwise, grades, claims",
    ),
    "human": (
        "benchmark.human.command:command",
        "export blinded forms for people, import what they said",
    ),
    "report": (
        "benchmark.report.command:command",
        "write report.html of a run directory and print its table",
    ),
    "compare": (
        "benchmark.compare.runs:command",
        "compare two run directories on the same segments",
    ),
    "pool": (
        "benchmark.compare.pool:command",
        "runs that differ in their seed as one result: pooled intervals, spread between seeds, Markdown tables",
    ),
    "study": (
        "benchmark.studies.command:command",
        "run a named set of cells in several seeds and compare them: safeguards, recovery, D_para, rewards, steps",
    ),
    "data": (
        "benchmark.data.command:command",
        "export a split of a task, or a training corpus of the embedded models; join articles and titles into splits",
    ),
    "validate-metrics": (
        "benchmark.validity.command:command",
        "hold open.* metrics against human, shuffled and damaged references of any parallel file",
    ),
    "validate-reward": (
        "benchmark.reward.command:command",
        "hold a reward or a metric against pairs with known answers",
    ),
    "meta-eval": (
        "benchmark.reward.metaeval:command",
        "agreement of a metric or reward with human scores",
    ),
    "submit": (
        "benchmark.leaderboard.submit:command",
        "score outputs on a leaderboard's test split and enter them",
    ),
    "leaderboard": (
        "benchmark.leaderboard.show:command",
        "show, verify or export the leaderboards, create empty ones, enter baselines, score again, confirm an entry",
    ),
}
"""name -> ("module:function" that takes the parsed arguments and returns the exit code, help). The module's ARGUMENTS
are the command's."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message}; see {self.prog} --help")

    def parse_known_args(  # type: ignore[override]  # the overloads of the stubs say no more than this
        self, args: Any = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As argparse's, but an unknown option is refused here, where the options that it may be meant for are known:
        argparse would hand it up to the parser of all commands."""
        parsed, unknown = super().parse_known_args(args, namespace)
        if options := [u.partition("=")[0] for u in unknown if u.startswith("--")]:
            flags = [flag for flag in self._option_string_actions if flag.startswith("--") and flag != "--help"]
            self.error("; ".join(f"unknown option {option}: {nearest(option, flags)}" for option in options))
        return parsed, unknown


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands; the arguments of one command alone, whose module is imported for them."""
    parser = _Parser(
        prog="python -m benchmark",
        description="Measures what each stage of source-grounded semantic RL does to a model.",
    )
    parser.add_argument(
        "--version", dest="of_suite", action="store_true", help="print the version of the suite and of its metrics"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name, (target, summary) in COMMANDS.items():
        sub = commands.add_parser(
            name, help=summary, description=summary[0].upper() + summary[1:] + ".", allow_abbrev=False
        )
        if name == command:
            _declare(sub, target)
    return parser


def _declare(parser: argparse.ArgumentParser, target: str) -> None:
    """Adds the arguments that the module of "module:function" declares; one with ACTIONS has a parser for each of
    them."""
    module = import_module(target.partition(":")[0])
    if (actions := getattr(module, "ACTIONS", None)) is not None:
        choices = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
        for name, (action, summary) in actions.items():
            _declare(
                choices.add_parser(
                    name, help=summary, description=summary[0].upper() + summary[1:] + ".", allow_abbrev=False
                ),
                action,
            )
        return
    arguments: list[Argument] = module.ARGUMENTS
    for argument in arguments:
        parser.add_argument(*argument.flags, **told(argument))


def disk_message(error: BaseException, folder: str | None = None) -> str | None:
    """The message for a full disk or an unwritable place, or None when the error is something else.

    folder: where the command writes. safetensors and torch report a full disk as errors of their own kinds, so their
    text is read too; torch's says nothing of space, so the free space is looked at.
    """
    if isinstance(error, OSError) and error.errno in ENVIRONMENT:
        place = f": {error.filename}" if error.filename else ""
        if error.errno == errno.ENAMETOOLONG:
            return f"{os.strerror(error.errno)}{place[:200]}; give shorter names of files, systems and stages"
        return f"{os.strerror(error.errno or 0)}{place}; free some space or choose a directory that you may write to"
    full = any(sign in str(error) for sign in FULL)
    if TORCH_WRITER in str(error) and folder is not None and os.path.isdir(folder):
        full = full or shutil.disk_usage(folder).free < SCARCE
    return (
        f"no space left on the device ({folder or type(error).__name__}); free some space and run the same "
        "command again"
        if full
        else None
    )


def harmless(message: str) -> str:
    """A message as it may go to a terminal: what a user's file says in it can neither act there nor fill it."""
    return plain(message if len(message) <= LONGEST else f"{message[:LONGEST]}... ({len(message)} characters)")


def _version() -> str:
    """ "sgsrl-bench 0.1.0, metrics version 2"; of a tree that is not installed, only the latter."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        suite = version("sgsrl-bench")
    except PackageNotFoundError:
        suite = "(not installed)"
    return f"sgsrl-bench {suite}, metrics version {METRICS_VERSION}"


def _readable(arguments: Sequence[str]) -> None:
    """Raises UserError for an argument that is no UTF-8: no manifest could hold it, which is written last."""
    for argument in arguments:
        try:
            argument.encode("utf-8")
        except UnicodeEncodeError:
            raise UserError(
                f"{argument!a}: not UTF-8; rename the file, or start Python in UTF-8 mode (PYTHONUTF8=1)"
            ) from None


NO_PATHS = ("out", "argv", "command", "action", "task", "split", "name", "profile", "system", "kind", "format", "langs")
"""Arguments whose words are no files, though one may be called so."""


def _keep_inputs(args: argparse.Namespace) -> None:
    """Raises UserError where --out is a file that the command reads."""
    out = getattr(args, "out", None)
    if not isinstance(out, str) or not os.path.isfile(out):
        return
    for name, value in vars(args).items():
        if name in NO_PATHS:
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and os.path.isfile(one) and os.path.samefile(one, out):
                raise UserError(f"--out {out}: is the input; give another file")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    folder = None
    plain_logs()
    try:
        _readable(arguments)
        if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
            raise UserError(f"unknown command {arguments[0]!r}; {nearest(arguments[0], COMMANDS)}")
        parser = build_parser(arguments[0] if arguments else None)
        args = parser.parse_args(arguments)
        if args.of_suite:
            say(_version())
            return 0
        if args.command is None:
            parser.print_help()
            return 0
        args.argv = arguments
        _keep_inputs(args)
        folder = getattr(args, "run_dir", None) or getattr(args, "out", None)
        with shown() if processes.is_main() else nullcontext():
            code = int(load(COMMANDS[args.command][0])(args))
            sys.stdout.flush()  # here, where a pipe that nobody reads any more is no fault of ours
            return code
    except UserError as error:
        if not processes.is_main():
            time.sleep(GRACE)
        say(f"error: {harmless(str(error))}", err=True)
        return 2
    except KeyboardInterrupt:
        say("interrupted; run the same command again to continue", err=True)
        return 130
    except BrokenPipeError:
        # The reader (head, less) has gone; what is left in the buffer must not be flushed into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        message = disk_message(error, folder)
        if message is None:
            raise
        say(f"error: {harmless(message)}", err=True)
        return 2
