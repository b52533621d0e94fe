"""What code a step runs: everything that can be reached from its entry function by names, read from the sources without
importing them.

The unit is what a module defines at its top (a function, a class, a constant): another command in the same file, or
another loss in the same package, changes no key. Imports inside functions count, so do the "module:function" texts of
tables (rewards, tasks, metric families), for they are imported by name. Of an argument its type hint tells the class,
whose methods count; what has no hint a step names as an entry.
"""

from __future__ import annotations

import ast
import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PROJECT = ("metrics", "training", "benchmark")
DATA_SUFFIXES = (".toml", ".tsv", ".txt", ".j2", ".css")
PLACES = (b"__file__", b"files(", b"resources.")
"""How code of this project finds the data files beside it."""
NO_CODE = ("profiles", "accelerate", "assets")
"""Folders of `benchmark` whose files are settings and models: they come into a step's key as its config and inputs."""
HOUSE = (
    "benchmark.rundir.",
    "benchmark.pipeline.measure",
    "benchmark.pipeline.workplace",
    "benchmark.settings.config",
    "benchmark.settings.schema",
    "benchmark.cli",
    "metrics.progress",
)
"""Modules that keep the steps and carry settings: what they hand to a step is in its key by value. Or they only say
how far a step is."""
LOOSE = "<loose>"
"""Name of what a module does at its top besides defining things."""
WHOLE = "*"
_TEXT = re.compile(rf"(?:{'|'.join(PROJECT)})(?:\.\w+)+(?::\w+)?", re.ASCII)

Place = tuple[str, str]
"""(module, name that it defines at its top; WHOLE for all of them)."""


@dataclass(frozen=True)
class Module:
    """One source file, read."""

    name: str
    path: Path
    lines: list[bytes]
    defined: dict[str, list[ast.stmt]] = field(default_factory=dict)
    """Name -> the statements that define it; LOOSE for the rest."""
    bound: dict[str, Place] = field(default_factory=dict)
    """Name -> where an import at the top takes it from."""


@cache
def file_of(module: str) -> Path | None:
    """The source file of a module of the project, or None."""
    base = TOP.joinpath(*module.split("."))
    return next((p for p in (base / "__init__.py", base.with_suffix(".py")) if p.is_file()), None)


def _imports(node: ast.Import | ast.ImportFrom, module: str, path: Path) -> dict[str, Place]:
    """name bound by the statement -> what it is, for the project's own modules."""
    if isinstance(node, ast.Import):
        return {
            a.asname or a.name.partition(".")[0]: (a.name, WHOLE)
            for a in node.names
            if a.name.partition(".")[0] in PROJECT
        }
    source = node.module or ""
    if node.level:
        parts = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
        source = ".".join([*parts[: len(parts) - node.level + 1], *([source] if source else [])])
    if source.partition(".")[0] not in PROJECT:
        return {}
    found = {}
    for alias in node.names:
        inner = f"{source}.{alias.name}"
        found[alias.asname or alias.name] = (inner, WHOLE) if file_of(inner) else (source, alias.name)
    return found


def _only_for_types(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _targets(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)]
    if isinstance(node, ast.AnnAssign | ast.AugAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


@cache
def read_module(name: str) -> Module:
    """A module of the project, parsed."""
    path = file_of(name)
    assert path is not None, name
    source = path.read_bytes()
    found = Module(name, path, source.splitlines(keepends=True))
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.bound.update(_imports(node, name, path))
        elif not _only_for_types(node) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            for target in _targets(node) or [LOOSE]:
                found.defined.setdefault(target, []).append(node)
    return found


class _Names(ast.NodeVisitor):
    """The names that a statement uses, attributes of names, texts that name code, and its own imports."""

    def __init__(self, module: Module) -> None:
        self.module, self.used, self.attributes, self.places = module, set[str](), set[tuple[str, str]](), set[Place]()
        self.local: dict[str, Place] = {}

    def visit_If(self, node: ast.If) -> None:
        if not _only_for_types(node):
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.local.update(_imports(node, self.module.name, self.module.path))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.local.update(_imports(node, self.module.name, self.module.path))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name):
            self.attributes.add((node.value.id, node.attr))
        else:
            self.visit(node.value)

    def visit_Name(self, node: ast.Name) -> None:
        self.used.add(node.id)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and _TEXT.fullmatch(node.value):
            module, _, name = node.value.partition(":")
            if file_of(module):
                self.places.add((module, name or WHOLE))


def _edges(module: Module, node: ast.stmt) -> set[Place]:
    names = _Names(module)
    names.visit(node)
    found = names.places
    bound = module.bound | names.local
    for name in names.used | {root for root, _ in names.attributes}:
        if name in module.defined:
            found.add((module.name, name))
    for root, attribute in names.attributes:
        if root in bound:
            place, inside = bound[root]
            found.add((place, attribute if inside == WHOLE else inside))
    found |= {bound[name] for name in names.used if name in bound}
    return found


@cache
def _reached(module_name: str, name: str) -> frozenset[Place]:
    """What the definition of a name can reach: asked again for every step of a run."""
    module = read_module(module_name)
    return frozenset().union(*(_edges(module, node) for node in module.defined[name]))


@cache
def closure(*entries: str) -> frozenset[Place]:
    """All (module, name) that can run from the entries, each "module" or "module:name". Raises ValueError for one that
    is not there."""
    todo: list[Place] = []
    for entry in entries:
        of, _, wanted = entry.partition(":")
        if file_of(of) is None or (wanted and wanted not in read_module(of).defined | read_module(of).bound):
            raise ValueError(f"{entry}: no such code")
        todo.append((of, wanted or WHOLE))
    seen: set[Place] = set()
    while todo:
        place = todo.pop()
        if place in seen or file_of(place[0]) is None or f"{place[0]}.".startswith(HOUSE):
            continue
        seen.add(place)
        module, name = read_module(place[0]), place[1]
        parent = module.name.rpartition(".")[0]
        todo += [(parent, LOOSE)] if parent else []
        todo.append((module.name, LOOSE))
        if name == WHOLE:
            todo += [(module.name, n) for n in module.defined] + list(module.bound.values())
        elif name in module.defined:
            todo += _reached(module.name, name)
        elif name in module.bound:
            todo.append(module.bound[name])
        elif file_of(f"{module.name}.{name}"):
            todo.append((f"{module.name}.{name}", WHOLE))
    return frozenset(seen)


def _data_of(module: Module) -> list[Path]:
    """Data files beside a module, in folders that hold nothing but data too: word lists, templates, styles."""
    folder, found = module.path.parent, []
    for inner in folder.iterdir():
        if inner.is_file() and inner.suffix in DATA_SUFFIXES:
            found.append(inner)
        elif (
            inner.is_dir() and inner.name not in NO_CODE and not {p.name for p in inner.glob("*.py")} - {"__init__.py"}
        ):
            found += [p for p in inner.rglob("*") if p.suffix in DATA_SUFFIXES]
    return found


@cache
def code_hash(*entries: str) -> str:
    """sha256 over the sources that can run from the entries, and the data files beside those that look for their own
    place."""
    parts: dict[str, bytes] = {}
    for module_name, name in closure(*entries):
        module = read_module(module_name)
        for i, node in enumerate(module.defined.get(name, ())):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            text = parts[f"{module_name}:{name}:{i}"] = b"".join(module.lines[first - 1 : node.end_lineno])
            if any(sign in text for sign in PLACES):
                for file in _data_of(module):
                    parts[file.relative_to(TOP).as_posix()] = file.read_bytes()
    digest = hashlib.sha256()
    for key in sorted(parts):
        digest.update(f"{key}\0{len(parts[key])}\0".encode() + parts[key])
    return digest.hexdigest()
