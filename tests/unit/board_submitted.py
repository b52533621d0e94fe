"""A board to submit to, and what a command said of it."""

from __future__ import annotations

from pathlib import Path

import board_world as world
import pytest


@pytest.fixture
def board(tmp_path: Path) -> Path:
    return world.new_board(tmp_path / "board")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder but locks."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and not p.name.endswith(".lock")
    }


def told(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err
    assert text.startswith("error: ")
    assert text.count("\n") == 1
    assert "Traceback" not in text
    return text
