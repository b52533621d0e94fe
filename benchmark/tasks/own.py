"""A task of the user's own function: what it does wrong is told by its name and line, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from benchmark.tasks.task import Task
from metrics.errors import UserError
from metrics.own_code import own_code
from metrics.records import Example, Fact, parse_example

HOW = "see CONTRIBUTING.md, 'A task'"


def own_task(where: str) -> Task:
    """The task that "module:function" returns. UserError where it cannot be imported, fails, or returns something
    else; its `load` is checked at every call."""
    module, _, name = where.partition(":")
    what = f"task {where!r}"
    try:
        with own_code(what, module, ImportError, AttributeError, ValueError):
            function = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as err:
        raise UserError(
            f"{what}: cannot be imported ({err}); give module:function, with the module's folder on PYTHONPATH"
        ) from err
    with own_code(what, module):
        made = function()
    if not isinstance(made, Task):
        raise UserError(f"{what}: returned {type(made).__name__}; return a benchmark.tasks.Task ({HOW})")
    return replace(made, load=_checked(made.load, what, module))


def _checked(load: Callable[..., Any], what: str, module: str) -> Callable[..., list[Example]]:
    def call(split: str, n: int | None = None) -> list[Example]:
        asked = f"{what}, load({split!r})"
        with own_code(asked, module):
            rows = list(load(split, n))
        if not rows:
            raise UserError(f"{asked}: returned no examples; return a list of Example ({HOW})")
        found, seen = [], set()
        for number, row in enumerate(rows, 1):
            example = _example(row, f"{asked}, example {number}")
            if example.id in seen:
                raise UserError(f"{asked}, example {number}: the id {example.id!r} is used twice; give each its own")
            seen.add(example.id)
            found.append(example)
        return found

    return call


def _example(row: Any, where: str) -> Example:
    """The example as it would be read from a file: a list in place of a tuple is taken, anything else is told."""
    if not isinstance(row, Example):
        raise UserError(f"{where}: is a {type(row).__name__}; return metrics.records.Example ({HOW})")
    if row.reference is not None and not isinstance(row.reference, list | tuple):
        raise UserError(
            f'{where}: "reference" must be a tuple of texts or None, not {type(row.reference).__name__}; '
            "one reference is (text,)"
        )
    if row.facts is not None and not isinstance(row.facts, list | tuple):
        raise UserError(f'{where}: "facts" must be a tuple of Fact or None, not {type(row.facts).__name__}')
    for number, fact in enumerate(row.facts or (), 1):
        if not isinstance(fact, Fact):
            raise UserError(f"{where}, fact {number}: is a {type(fact).__name__}; give a metrics.records.Fact")
        for name in ("source", "target"):
            if not isinstance(getattr(fact, name), list | tuple):
                raise UserError(f'{where}, fact {number}: "{name}" must be a tuple of texts; one is (text,)')
    plain: dict[str, Any] = row.as_dict()
    return parse_example(plain | {"reference": None if row.reference is None else list(row.reference)}, where)
