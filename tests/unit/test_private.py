"""What is used of others without being public is where it was, and is listed in one place."""

from __future__ import annotations

import ast
import inspect
import platform
import re
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from metrics.private import PRIVATE, Private

TOP = Path(__file__).parents[2]


def found(name: str) -> Any:
    """What "module:attribute" names; an attribute that only instances have is looked for on one."""
    module, _, attributes = name.partition(":")
    thing = import_module(module)
    for part in attributes.split("."):
        thing = getattr(thing if hasattr(thing, part) else thing(), part)
    return thing


@pytest.mark.parametrize("private", PRIVATE, ids=lambda p: p.name)
def test_it_is_where_it_was_and_takes_what_it_took(private: Private) -> None:
    try:
        installed = platform.python_version() if private.package == "python" else version(private.package)
    except PackageNotFoundError:
        pytest.skip(f"{private.package} is not installed here")
    assert installed.startswith(private.checked), f"check {private.name} of {installed}, then say so in PRIVATE"
    thing = found(private.name)
    if private.parameters is not None:
        assert [*private.parameters] == [p for p in inspect.signature(thing).parameters if p in private.parameters]


ROOMS = ("metrics", "training", "benchmark")
PUBLIC = {"_asdict", "_exit", "_fields", "_make", "_replace"}
"""Documented in spite of their names: of namedtuple, and os._exit."""
TREES = {
    str(file.relative_to(TOP)): ast.parse(file.read_text("utf-8"))
    for room in ROOMS
    for file in sorted((TOP / room).rglob("*.py"))
}


def hidden(name: object) -> bool:
    return isinstance(name, str) and name.startswith("_") and not name.startswith("__") and name not in ("_", *PUBLIC)


def ours(trees: Iterable[ast.AST]) -> set[str]:
    """Every name that the sources define: what has another one is of somebody else."""
    found = set()
    for node in chain.from_iterable(map(ast.walk, trees)):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.Attribute(attr=name, value=ast.Name(id="self" | "cls"), ctx=ast.Store()):
                found.add(name)
    return found


def foreign(tree: ast.AST, known: set[str]) -> set[str]:
    """Private names of others in a file, as far as can be told without types: imported ones and private modules;
    `super()._name`; and attributes, written out or as a text, that no source of ours defines."""
    used = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] not in ROOMS:
                used |= {part for name in names for part in (*module.split("."), name.name) if hidden(part)}
            case ast.Import(names=names):
                used |= {part for name in names for part in name.name.split(".") if hidden(part)}
            case ast.Attribute(attr=name, value=ast.Call(func=ast.Name(id="super"))) if hidden(name):
                used.add(name)
            case ast.Attribute(attr=name) if hidden(name) and name not in known:
                used.add(name)
            case ast.Call(
                func=ast.Name(id="getattr" | "hasattr" | "setattr"), args=[_, ast.Constant(value=str(name)), *_]
            ) if hidden(name) and name not in known:
                used.add(name)
    return used


def test_every_private_name_of_others_is_listed_with_the_file_that_uses_it() -> None:
    known = ours(TREES.values())
    used = {(name, file) for file, tree in TREES.items() for name in foreign(tree, known)}
    listed = {
        (part, private.used_in)
        for private in PRIVATE
        for part in re.split("[.:]", private.name)
        if hidden(part) or part == private.name.rpartition(".")[2]
    }
    assert used - listed == set()
    assert {"_parser", "_generate_single_turn", "_is_stateful", "_option_string_actions"} <= {name for name, _ in used}


@pytest.mark.parametrize(
    ("source", "used"),
    [
        ("from torch._C import x", {"_C"}),
        ("from trl import _helper as h", {"_helper"}),
        ("import re._parser", {"_parser"}),
        ("model._foreign()", {"_foreign"}),
        ("getattr(model, '_foreign', None)", {"_foreign"}),
        ("model._foreign = 1", {"_foreign"}),
        ("class A(B):\n def _own(self): return super()._own()", {"_own"}),
        ("from metrics.words import _mine", set()),
        ("self._own = 1; other._own; row._replace(a=1); os._exit(0); x.__dict__", set()),
    ],
)
def test_what_counts_as_private_and_of_others(source: str, used: set[str]) -> None:
    tree = ast.parse(source)
    assert foreign(tree, ours([tree])) == used


def test_files_that_are_named_use_it() -> None:
    for private in PRIVATE:
        word = private.name.rpartition(".")[2].rpartition(":")[2]
        assert word in (TOP / private.used_in).read_text("utf-8"), private
