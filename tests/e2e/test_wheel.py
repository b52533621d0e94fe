"""A wheel holds all that the boards need: built, unpacked in a folder of its own, and used from another one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]


def files(under: str) -> list[str]:
    """What git knows or would take."""
    command = ["git", "ls-files", "-co", "--exclude-standard", under]
    return subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, as pip would lay it out."""
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"  # built from a copy: what an earlier build left in the checkout would get in
    for name in files("."):
        if (TOP / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, tree / name)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        str(folder),
        str(tree),
    ]
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "TMPDIR": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_every_file_of_the_boards_is_in_it(installed: Path) -> None:
    """Boards, splits, outputs, statistics and validations; no locks, no older boards."""
    wanted = {name for name in files("leaderboards") if not name.endswith(".gitignore") and (TOP / name).is_file()}
    assert len(wanted) > 20
    assert {str(p.relative_to(installed)) for p in (installed / "leaderboards").rglob("*") if p.is_file()} == wanted


def test_the_boards_verify_from_another_folder(installed: Path, tmp_path: Path) -> None:
    """With the wheel's code and files alone. A board of older metrics says so, and is not false."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PYTHONPATH": str(installed)}
    command = [
        sys.executable,
        "-P",
        "-c",
        "import benchmark, sys; print(benchmark.__file__); from benchmark.cli "
        "import main; sys.exit(main(sys.argv[1:]))",
    ]
    done = subprocess.run(
        [*command, "leaderboard", "verify", "--quick"], cwd=tmp_path, capture_output=True, text=True, env=environment
    )
    assert str(installed) in done.stdout.splitlines()[0]
    assert "FALSE" not in done.stdout + done.stderr
    assert done.returncode == int("NOT VERIFIED" in done.stdout), done.stdout + done.stderr
    shown = subprocess.run(
        [*command, "leaderboard", "show"], cwd=tmp_path, capture_output=True, text=True, env=environment
    )
    assert shown.returncode == 0, shown.stderr
    assert "newswire-title (version" in shown.stdout
