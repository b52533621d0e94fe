"""`score --shard i/n` measures every n-th block, on any machine; `score merge DIR...` finishes what the shards
measured, as one run would have."""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmark.scoring.blocks import Work, key_of, missing, place
from benchmark.settings.config import check_overrides
from metrics.errors import UserError
from metrics.files import atomic_write_text, read_object

PLAN = "shard.json"
FILE, FILES = ("examples", "source", "para", "names"), ("generations", "reference", "hypothesis")
"""Arguments that name a file, and several."""
TEXT = ("format", "langs", "source_lang", "target_lang", "task", "profile")
TAKEN = (*FILE, *FILES, *TEXT, "limit", "skip_invalid", "overrides")
"""Arguments that a merge takes from the shards. What may run code or ask an address (--allow-code, judges, such
settings) is the word of who merges: a folder may be a stranger's (docs/security.md)."""


def parse(shard: str) -> tuple[int, int]:
    """ "2/8" -> (1, 8). Raises UserError for anything else."""
    first, _, of = shard.partition("/")
    if not (first.isdecimal() and of.isdecimal() and 1 <= int(first) <= int(of)):
        raise UserError(f"--shard {shard}: write i/n, such as 2/8 for the second of eight")
    return int(first) - 1, int(of)


def share(blocks: Iterable[int], shard: str) -> list[int]:
    """The blocks of a shard."""
    i, n = parse(shard)
    return [block for block in blocks if block % n == i]


def write_plan(out: Path, args: argparse.Namespace, work: Work) -> None:
    """What a merge must know: the arguments, files by their whole paths."""
    told = {name: getattr(args, name) for name in TAKEN}
    told |= {name: os.path.abspath(told[name]) for name in FILE if told[name]}
    told |= {name: [os.path.abspath(path) for path in told[name]] for name in FILES if told[name]}
    plan = {"shard": args.shard, "blocks": len(work.blocks), "key": work.key, "arguments": told}
    atomic_write_text(out / PLAN, json.dumps(plan, ensure_ascii=False, indent=1) + "\n")


def plans(folders: Sequence[Path], said: Sequence[str], allow_code: bool) -> dict[str, Any]:
    """The arguments of all shards. said: overrides of this call, which come last. Raises UserError where a folder is no
    shard, they are not of one run, or they name code that neither `said` nor allow_code lets them."""
    if not folders:
        raise UserError("score merge DIR... --out OUT: give the folders that score --shard wrote")
    found = []
    for folder in folders:
        if not (folder / PLAN).is_file():
            raise UserError(f"{folder}: holds no {PLAN}; give the folders that score --shard i/n wrote")
        found.append(read_object(folder / PLAN))
    told = [_arguments(plan, folder / PLAN) for folder, plan in zip(folders, found, strict=True)]
    for folder, plan in zip(folders, found, strict=True):
        if _same(plan) != _same(found[0]):
            raise UserError(
                f"{folder} and {folders[0]} are shards of different runs (other inputs, settings or version); "
                "measure one of them again"
            )
    arguments = told[0]
    if not allow_code:
        check_overrides(arguments["overrides"], str(folders[0] / PLAN), said)
    return arguments | {"overrides": [*arguments["overrides"], *said]}


def _arguments(plan: dict[str, Any], where: Path) -> dict[str, Any]:
    told = plan.get("arguments")
    if not isinstance(told, dict):
        raise UserError(f"{where}: names no arguments; measure the shard again")
    try:
        parse(str(plan.get("shard")))
    except UserError:
        raise UserError(f"{where}: shard: not what --shard writes; measure the shard again") from None
    wrong = sorted(name for name in TAKEN if not _fits(name, told.get(name)))
    if wrong:
        raise UserError(f"{where}: {', '.join(wrong)}: not what --shard writes; measure the shard again")
    return {name: told[name] for name in TAKEN}


def _fits(name: str, value: object) -> bool:
    """Whether a plan's value is one that the command line could have given."""
    if name == "skip_invalid":
        return isinstance(value, bool)
    if name == "limit":
        return value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0)
    if name in (*FILES, "overrides"):
        none = value is None and name in ("generations", "hypothesis")
        return none or (isinstance(value, list) and all(isinstance(item, str) for item in value))
    return isinstance(value, str) or (value is None and name not in ("task", "profile"))


def _same(plan: dict[str, Any]) -> tuple[object, ...]:
    """What all shards of a run share: the key of their blocks, and what the summary depends on besides."""
    told = plan["arguments"]
    settings = [o for o in told["overrides"] if not o.startswith("score.workers=")]
    return plan.get("key"), settings, told["profile"], told["task"]


def collect(work: Work, folder: Path, task: str, others: Sequence[Path]) -> None:
    """Brings the blocks of other folders here. Raises UserError where one is in none of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for block in missing(work, folder):
        for other in others:
            path = place(other / "steps" / "score" / task, block)
            if path.is_file() and key_of(path) == work.key:
                temporary = place(folder, block).with_suffix(".tmp")
                shutil.copyfile(path, temporary)
                os.replace(temporary, place(folder, block))
                break
    if lacking := missing(work, folder):
        names = ", ".join(str(block) for block in lacking[:8]) + (", ..." if len(lacking) > 8 else "")
        _, n = parse(str(read_object(others[0] / PLAN)["shard"]))
        shards = sorted({block % n + 1 for block in lacking})
        raise UserError(
            f"{len(lacking)} of {len(work.blocks)} blocks are in none of these folders, or were measured from other "
            f"inputs or by another version ({names}); give or run shard(s) {', '.join(f'{i}/{n}' for i in shards)}"
        )
