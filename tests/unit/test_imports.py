"""The arrow metrics <- training <- benchmark, and a light start."""

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
