"""A run to report of, and its page."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from report_run import make_run

from benchmark.report import page, write_report


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    make_run(folder)
    write_report(folder)
    return folder


@pytest.fixture
def copy(run_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run_dir, tmp_path / "run"))


@pytest.fixture
def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures take most of the time; where they are not what is tested, none are drawn."""
    from collections import defaultdict

    names = ("against_length", "across", "by_type", "scatter", "components", "lengths", "probe")
    monkeypatch.setattr(
        page, "pictures", lambda data: {name: [] for name in names} | {"why": defaultdict(lambda: "left out")}
    )


def page_of(folder: Path) -> str:
    return write_report(folder).read_text("utf-8")


def edit(folder: Path, change: Any) -> None:
    path = folder / "summary.json"
    summary = json.loads(path.read_text("utf-8"))
    change(summary)
    path.write_text(json.dumps(summary), "utf-8")
