"""The arrow metrics <- training <- benchmark, no circle of imports, and a light start."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
ALLOWED = {
    "metrics": {"metrics"},
    "training": {"metrics", "training"},
    "benchmark": {"metrics", "training", "benchmark"},
}
HEAVY = ("torch", "transformers", "trl", "pandas", "pyarrow", "scipy", "matplotlib", "sklearn", "comet")


def imported(path: Path) -> Iterator[str]:
    """Top-level packages that a module imports anywhere, relative imports left out."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_imports_follow_the_arrow(package: str) -> None:
    """No module imports a package that stands to its right."""
    files = list((TOP / package).rglob("*.py"))
    assert files
    wrong = [f"{f}: {name}" for f in files for name in imported(f) if name in ALLOWED and name not in ALLOWED[package]]
    assert wrong == []


def test_tables_of_names_follow_the_arrow() -> None:
    """Strings "package.module:attr" are imports too."""
    wrong = []
    for package, allowed in ALLOWED.items():
        for file in (TOP / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and ":" in node.value:
                    head = node.value.partition(":")[0].split(".")
                    if (
                        len(head) > 1
                        and head[0] in ALLOWED
                        and head[0] not in allowed
                        and all(p.isidentifier() for p in head)
                    ):
                        wrong.append(f"{file}: {node.value}")
    assert wrong == []


def module_graph(top: Path) -> dict[str, set[str]]:
    """Module -> the modules of the three packages that it imports, inside functions and under TYPE_CHECKING, too."""
    files = {}
    for package in ALLOWED:
        for file in (top / package).rglob("*.py"):
            parts = file.relative_to(top).with_suffix("").parts
            files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    graph: dict[str, set[str]] = {name: set() for name in files}
    for name, file in files.items():
        home = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            found: list[str] = []
            if isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                above = home[: len(home) - node.level + 1] if node.level else []
                base = ".".join([*above, *([node.module] if node.module else [])])
                found = [f"{base}.{a.name}" if f"{base}.{a.name}" in files else base for a in node.names]
            graph[name] |= {other for other in found if other in files and other != name}
    return graph


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """A circle of modules, the first one again at its end; empty where there is none."""
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name not in done:
            for other in sorted(graph[name]):
                if found := walk(other, [*path, name]):
                    return found
            done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := walk(name, []))), [])


def test_no_circle_of_imports() -> None:
    """Imports inside functions and for type checkers alone count: a circle that is hidden in one is still a circle."""
    graph = module_graph(TOP)
    assert sum(map(len, graph.values())) > 500
    assert circle_in(graph) == []


def test_a_circle_of_lazy_imports_is_found(tmp_path: Path) -> None:
    """The check itself: a circle over three modules, one import of it in a function, one relative."""
    for package in ALLOWED:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    (tmp_path / "metrics" / "a.py").write_text("from metrics import b\n")
    (tmp_path / "metrics" / "b.py").write_text("def f():\n    from .c import g\n")
    (tmp_path / "metrics" / "c.py").write_text("g = 1\n")
    assert circle_in(module_graph(tmp_path)) == []
    (tmp_path / "metrics" / "c.py").write_text("if TYPE_CHECKING:\n    import metrics.a\n")
    assert circle_in(module_graph(tmp_path)) == ["metrics.a", "metrics.b", "metrics.c", "metrics.a"]


LIGHT = [
    "import metrics",
    "import benchmark",
    "from benchmark.cli import main; main(['--help'])",
    "from benchmark.cli import main; main(['run', '--stage', 'nonsense'])",
]


@pytest.mark.parametrize("code", LIGHT)
def test_a_light_start_loads_nothing_heavy(code: str) -> None:
    """`import metrics`, `--help` and a wrong argument load neither torch nor pandas nor their kin."""
    script = (
        f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint([m for m in {HEAVY!r} if m in "
        "sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_profiles_are_checked_without_torch() -> None:
    """A mistake in a profile is told at once."""
    script = (
        "import sys; from benchmark.settings.config import load_profile; load_profile('tiny'); "
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
