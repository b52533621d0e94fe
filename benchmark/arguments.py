"""How a command declares its arguments, and those that several commands share."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metrics.errors import UserError


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command, as argparse takes it."""

    flags: tuple[str, ...]
    options: dict[str, Any]


def arg(*flags: str, **options: Any) -> Argument:
    """The arguments of `argparse.ArgumentParser.add_argument`."""
    return Argument(flags, options)


FREE = "TEXT"
"""Metavar of an argument that may be empty: free text. No name, file or folder may."""


def told(argument: Argument) -> dict[str, Any]:
    """The options of an argument as argparse gets them: a value that is empty is refused, wherever text is taken."""
    options = argument.options
    takes_text = options.get("action") in (None, "append", "extend") and "type" not in options
    return {**options, "type": _given} if takes_text and options.get("metavar") != FREE else options


def _given(text: str) -> str:
    # The path "" is the current directory: `--out "$OUT"` with a misspelt variable would write there.
    if not text.strip():
        raise ArgumentTypeError("is empty (a variable that is not set?); give a value, or leave the option out")
    return text


def seed_number(text: str) -> int:
    """The number behind --seed. ArgumentTypeError, a message of the parser, for what no generator can be seeded by."""
    if not text.isdecimal() or int(text) >= 2**32:
        raise ArgumentTypeError(f"{text!r} is no seed; give a whole number from 0 to {2**32 - 1}")
    return int(text)


def check_place(out: Path, file: bool = False) -> None:
    """UserError where the folder, or file, of --out cannot be made or written, before anything heavy."""
    if file and out.is_dir():
        raise UserError(f"--out {out}: is a folder; name a file")
    place = out.absolute().parent if file else out.absolute()
    while not place.exists():
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK):
        raise UserError(f"--out {out}: cannot be written ({place} is no folder, or is read-only); give another place")


LANGS = arg("--langs", metavar="SRC-TGT", help="languages of --examples where it is a table, such as zh-th")
SET = arg(
    "--set", dest="overrides", nargs="+", action="extend", default=[], metavar="A.B=C", help="override profile keys"
)
OUT = arg("--out", required=True, metavar="DIR", help="where to write")
LIMIT = arg("--limit", type=int, metavar="N", help="a trial on the first N examples of every split; goes on no board")
DATA = arg("--data", metavar="DIR", help="folder of the texts of real corpora (default: BENCH_DATA_DIR)")
DOWNLOAD = arg(
    "--download",
    action="store_true",
    help="ask the hub for texts that are not in that folder (of tasks that lie there)",
)
ALLOW = arg(
    "--allow-code",
    action="store_true",
    help="let the profile name code: module:function, trust_remote_code, plugins, addresses",
)
SKIP_INVALID = arg(
    "--skip-invalid", action="store_true", help="go on without rows that cannot be used; they are counted in the report"
)
REUSE = arg(
    "--reuse",
    nargs="+",
    action="extend",
    default=[],
    metavar="RUN_DIR",
    help="take finished steps from these run directories where settings, inputs and code are the same",
)
