"""The shape of the code: files that can be read at one sitting."""

from __future__ import annotations

from pathlib import Path

TOP = Path(__file__).parents[2]
ROOMS = ("metrics", "training", "benchmark")
LONGEST = 300


def lines_of(file: Path) -> int:
    """Lines of a file."""
    return len(file.read_text("utf-8").splitlines())


def test_no_file_is_longer_than_300_lines() -> None:
    """What grows beyond that holds two things; part them by what they mean."""
    files = [f for room in (*ROOMS, "tests") for f in (TOP / room).rglob("*.py")]
    assert len(files) > 400
    assert {str(f.relative_to(TOP)): n for f in files if (n := lines_of(f)) > LONGEST} == {}
