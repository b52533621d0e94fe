"""`ls`: tasks, metrics, rewards, judges, languages, profiles and profile keys, one line each."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import sys
from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import Any

from benchmark.arguments import arg
from benchmark.registry import field_lines, first_line, first_sentence
from metrics.terminal import say

WHAT = ("tasks", "metrics", "rewards", "judges", "languages", "profiles", "keys")
ARGUMENTS = [arg("what", choices=WHAT, help="what to list")]
"""Of `ls`."""


def command(args: argparse.Namespace) -> int:
    """`ls WHAT`: name and description, a line each; `keys`: key, default, description."""
    rows = list(_ROWS[args.what]())
    width = min(48, max(len(name) for name, _ in rows))
    for name, text in rows:
        say(f"{name:<{width}}  {text}".rstrip())
    return 0


def tasks() -> Iterator[tuple[str, str]]:
    """Every task of the suite."""
    from benchmark.tasks import TASKS

    for name, target in TASKS.items():
        yield name, first_line(target)
    from benchmark.tasks.files import read_task_file, shipped

    for name, path in shipped().items():
        spec = read_task_file(path)
        yield name, f"{spec.citation.partition(':')[2].strip()} ({spec.licence}; texts from {spec.home})"


def metrics() -> Iterator[tuple[str, str]]:
    """Every declared metric; derived ones are named behind their base."""
    from metrics import catalog

    for name, record in catalog.metrics().items():
        derived = (
            [".length_controlled"] * record.controlled
            + [".seen", ".unseen"] * record.strata
            + [".<fact type>"] * record.by_type
        )
        yield name, record.definition + (f" [also {', '.join(derived)}]" if derived else "")


def rewards() -> Iterator[tuple[str, str]]:
    """Every reward that RL can be driven by."""
    from training.rewards import REWARDS

    told: set[str] = set()
    for name, target in REWARDS.items():
        module = target.partition(":")[0] + ":"
        # The module's own line; a second reward of it is told by its factory.
        shown = f"{name}(NAME)" if name == "safeguarded" else name  # it stands around another reward
        yield shown, first_line(target if module in told else module)
        told.add(module)


def judges() -> Iterator[tuple[str, str]]:
    """Every judge of outputs, and the learned scorers."""
    from benchmark.judge import JUDGES
    from metrics.scorers import SCORERS

    for name, target in JUDGES.items():
        yield name, first_line(target.partition(":")[0] + ":")
    for name, target in SCORERS.items():
        yield f"scorer.{name}", first_line(target.partition(":")[0] + ":")


def languages() -> Iterator[tuple[str, str]]:
    """Every language with rules of its own; others are read by the rules of their script."""
    from metrics.languages import listed
    from metrics.reading.words import LANGUAGES

    for found in listed():
        read = f"numbers by the rules of {found.numbers}" if found.numbers in LANGUAGES else "numbers in digits alone"
        scripts = "/".join(found.scripts or ())
        yield found.id, f"{found.name}: {scripts} script, words {found.words}, repetition over {found.units}, {read}"


def profiles() -> Iterator[tuple[str, str]]:
    """The shipped profiles, by the first sentence of their files."""
    from benchmark.settings.config import PROFILES

    for path in sorted(PROFILES.glob("*.toml")):
        head = takewhile(lambda line: line.startswith("#"), path.read_text("utf-8").splitlines())
        yield path.stem, first_sentence("\n".join(line.lstrip("# ") for line in head))


def keys() -> Iterator[tuple[str, str]]:
    """Every key of a profile with its default and its description."""
    for name, default, said in described_keys():
        yield name, f"{default!r}  {said}"


def described_keys() -> Iterator[tuple[str, Any, str]]:
    """(key, default, the first sentence under it in its record) of every key of a profile."""
    from benchmark.settings.config import Profile

    for section, field in Profile.model_fields.items():
        kind: Any = field.annotation
        said: dict[str, str] = {}
        for base in reversed(inspect.getmro(kind)):
            if base.__module__.split(".")[0] in ("benchmark", "training"):
                said |= field_lines(inspect.getsource(sys.modules[base.__module__]), base.__name__)
        default = field.get_default(call_default_factory=True)
        for name in _names(kind):
            yield f"{section}.{name}", getattr(default, name), said.get(name, "")


def _names(kind: Any) -> list[str]:
    return [f.name for f in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else list(kind.model_fields)


_ROWS: dict[str, Callable[[], Iterator[tuple[str, str]]]] = {
    "tasks": tasks,
    "metrics": metrics,
    "rewards": rewards,
    "judges": judges,
    "languages": languages,
    "profiles": profiles,
    "keys": keys,
}
