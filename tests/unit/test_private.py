"""What is used of others without being public is where it was, and is listed in one place."""

from __future__ import annotations

import ast
import inspect
import platform
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
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


def test_methods_of_others_that_are_overridden_are_listed() -> None:
    """`super()._name` calls a private method of a base class; each stands in PRIVATE with the file that calls it."""
    called = set()
    for room in ("metrics", "training", "benchmark"):
        for file in (TOP / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if (
                    isinstance(node, ast.Attribute)
                    and node.attr.startswith("_")
                    and not node.attr.startswith("__")
                    and isinstance(node.value, ast.Call)
                    and isinstance(node.value.func, ast.Name)
                    and node.value.func.id == "super"
                ):
                    called.add((node.attr, str(file.relative_to(TOP))))
    assert called
    assert called <= {(p.name.rpartition(".")[2], p.used_in) for p in PRIVATE}


def test_files_that_are_named_use_it() -> None:
    for private in PRIVATE:
        word = private.name.rpartition(".")[2].rpartition(":")[2]
        assert word in (TOP / private.used_in).read_text("utf-8"), private
