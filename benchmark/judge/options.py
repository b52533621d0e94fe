"""The judge's options, of every command that can judge; no judge is imported for them."""

from __future__ import annotations

import argparse
import json
from typing import Any

from pydantic import ValidationError

from benchmark.arguments import arg
from benchmark.judge import JUDGES
from benchmark.registry import nearest
from benchmark.settings.schema import Judge
from metrics.errors import UserError
from metrics.judge.records import PROMPT_LANGS, PROTOCOLS


def _protocol(text: str) -> str:
    if text not in PROTOCOLS:
        raise UserError(f"unknown protocol {text!r}; {nearest(text, PROTOCOLS)}")
    return text


OPTIONS = [
    arg("--judge", metavar="NAME", help=f"who judges: {', '.join(JUDGES)}"),
    arg(
        "--protocol",
        nargs="+",
        type=_protocol,
        metavar="NAME",
        help=f"{', '.join(PROTOCOLS)} (default: all but claims)",
    ),
    arg("--url", help="openai: address of the server, such as http://127.0.0.1:8000/v1"),
    arg(
        "--judge-model",
        metavar="NAME",
        help="openai: the server's name of the model; transformers, vllm: folder or hub id",
    ),
    arg("--prompt-lang", choices=PROMPT_LANGS, help="language of the prompts (default: en)"),
    arg("--items", type=int, metavar="N", help="judge N examples, drawn by the seed (default: all)"),
    arg(
        "--price",
        nargs=2,
        type=float,
        metavar=("IN", "OUT"),
        help="price of a million tokens of prompts and of answers",
    ),
    arg("--max-cost", type=float, metavar="X", help="most that the judge may cost; needs --price"),
]
"""Of every command that can judge."""
KEYS = {
    "protocol": "protocols",
    "url": "url",
    "judge_model": "model",
    "prompt_lang": "prompt_lang",
    "items": "items",
    "max_cost": "max_cost",
}
"""Argument -> key of [judge]."""


def overrides(args: argparse.Namespace) -> list[str]:
    """The judge's options of a command line as overrides of a profile."""
    asked = {(name, key): value for name, key in KEYS.items() if (value := getattr(args, name, None)) is not None} | {
        ("price", f"price_{way}"): value for way, value in zip(("in", "out"), args.price or (), strict=False)
    }
    for (name, key), value in asked.items():
        _check(name, key, value)
    out = [f"judge.{key}={json.dumps(value)}" for (_, key), value in asked.items()]
    if args.judge is not None and args.judge not in JUDGES:
        raise UserError(f"unknown judge {args.judge!r}; {nearest(args.judge, JUDGES)}")
    if args.judge not in (None, "oracle") and not args.protocol:
        out.append(f"judge.protocols={json.dumps(Judge().protocols)}")  # what costs more has to be asked for
    if args.judge not in (None, "oracle"):
        out.append('judge.tasks="primary"')
    return [*out, *([f'judge.names=["{args.judge}"]'] if args.judge else [])]


def _check(name: str, key: str, value: Any) -> None:
    """Raises UserError that names the option itself: the user knows of no key of a profile."""
    try:
        Judge.model_validate_json(json.dumps({key: value}))
    except ValidationError as error:
        shown = " ".join(map(str, value)) if isinstance(value, list) else value
        raise UserError(f"--{name.replace('_', '-')} {shown}: {error.errors()[0]['msg']}") from None
