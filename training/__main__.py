"""`python -m training NAME`: regenerate one of the embedded models from its corpus. Killed runs go on where they
were."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import math
import sys
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.records import atomic_write_text
from metrics.terminal import say

# asset -> (module, settings class, function(corpus, words, out, settings) -> manifest fields)
ASSETS = {
    "base": ("training.embedded.base", "BaseSettings", "train_base"),
    "reranker": ("training.embedded.reranker", "RerankerSettings", "train_reranker"),
    "reranker-encoder": ("training.embedded.encoder_reranker", "EncoderRerankerSettings", "train_encoder_reranker"),
    "comet": ("training.embedded.comet", "CometSettings", "train_comet"),
    "encoder": ("training.embedded.embedder", "EncoderSettings", "train_encoder"),
    "form": ("training.embedded.form", "FormSettings", "train_form"),
}
SWITCH = {"true": True, "false": False}
KINDS = {int: "whole number", float: "number"}
WORDLESS = ("encoder", "form")
"""Made without a word list."""


def _settings(cls: Any, overrides: list[str]) -> object:
    fields = {f.name: f for f in dataclasses.fields(cls)}
    values = {}
    for item in overrides:
        name, is_there, text = item.partition("=")
        if not is_there:
            raise UserError(f"--set {item}: give KEY=VALUE, such as --set seed=2")
        if name not in fields:
            raise UserError(f"--set {item}: no such setting; there are {', '.join(fields)}")
        values[name] = _value(item, text, type(fields[name].default))
    return cls(**values)


def _value(item: str, text: str, kind: Any) -> Any:
    """The text as a value of the default's kind. UserError for another one, and for a number below 0."""
    if kind is bool:
        if text not in SWITCH:
            raise UserError(f"--set {item}: {text!r} is neither true nor false")
        return SWITCH[text]
    try:
        value = kind(text)
    except ValueError as error:
        raise UserError(f"--set {item}: {text!r} is not a {KINDS[kind]}") from error
    if kind in KINDS and not 0 <= value < math.inf:
        raise UserError(f"--set {item}: at least 0")
    return value


def _path(text: str) -> Path:
    # The path "" is the current directory, into which an unset variable would have a model written.
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty (a variable that is not set?); give a path")
    return Path(text)


def build_parser() -> argparse.ArgumentParser:
    """The options of `python -m training NAME`."""
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description="Train an embedded model on CPU from a corpus that `python -m benchmark data corpus` writes.",
    )
    parser.add_argument("name", choices=sorted(ASSETS))
    parser.add_argument(
        "--corpus",
        type=_path,
        required=True,
        help="JSON Lines of `benchmark data corpus --name NAME` (reranker-encoder: that of reranker)",
    )
    parser.add_argument(
        "--words",
        type=_path,
        help="word list of `python -m benchmark data corpus --name words` (not for encoder with start, not for form)",
    )
    parser.add_argument("--out", type=_path, required=True, help="folder to write (Hugging Face format)")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 done, 2 the user's mistake."""
    parser = build_parser()
    args = parser.parse_args(argv)
    if args.words is None and args.name not in WORDLESS:
        parser.error("the following arguments are required: --words")
    module_name, cls, function = ASSETS[args.name]
    try:
        from training.embedded.making import check_out

        module = importlib.import_module(module_name)
        check_out(args.out)
        settings = _settings(getattr(module, cls), args.overrides)
        record = getattr(module, function)(args.corpus, args.words, args.out, settings)
        from training.shared.hashes import weights_hash

        words = f" --words {args.words.name}" if args.words is not None else ""
        overrides = "".join(f" --set {o}" for o in args.overrides)
        record |= {
            "name": args.name,
            "weights_hash": weights_hash(args.out),
            "command": f"python -m training {args.name} --corpus {args.corpus.name}{words} --out "
            f"{args.out.name}{overrides}",
        }
        atomic_write_text(args.out / "asset.json", json.dumps(record, indent=1, sort_keys=True, default=str) + "\n")
    except UserError as error:
        say(f"error: {error}", err=True)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
