"""A pipe that nobody reads, calls that fail at once, hidden marks, keys that stand twice, a judge without facts."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from benchmark.cli import main
from benchmark.leaderboard.packed import unpack
from benchmark.listing import ls
from benchmark.rundir.steps import check_config, locked
from metrics.errors import UserError
from metrics.files import atomic_write_text, parse_line

MARK = "\u202e"
ROWS = [
    {
        "id": str(i),
        "source": f"他{MARK}有三只猫。",
        "reference": "เขามีแมวสามตัว",
        "source_lang": "zh",
        "target_lang": "th",
    }
    for i in range(3)
]


@pytest.fixture
def given(tmp_path: Path) -> list[str]:
    examples, outputs = tmp_path / "e.jsonl", tmp_path / "g.jsonl"
    examples.write_text("".join(json.dumps(row) + "\n" for row in ROWS), "utf-8")
    made = [{"example_id": row["id"], "system": "m", "stage": "model", "text": f"เขามี{MARK}แมว"} for row in ROWS]
    outputs.write_text("".join(json.dumps(row) + "\n" for row in made), "utf-8")
    out = str(tmp_path / "out")
    return ["score", "--examples", str(examples), "--generations", str(outputs), "--families", "open", "--out", out]


def test_marks_of_direction_are_shown_where_no_gold_facts_are_known(given: list[str], tmp_path: Path) -> None:
    """Of the source and of the output, whose normal form has lost them."""
    assert main(given) == 0
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert MARK not in page
    assert page.count("hidden in what was written: ") >= 2 and page.count(">U+202E<") >= 2


def test_a_reader_that_has_gone_is_no_fault_of_ours(given: list[str]) -> None:
    """As `score ... | head -1`: 141, as of a program that SIGPIPE ends, and nothing on stderr of it."""
    code = (
        "import os, sys\nfrom benchmark.cli import main\nread, write = os.pipe()\nos.close(read)\nos.dup2(write, 1)\n"
        f"os._exit(main({[*given, '--no-report']!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 141, done.stderr
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


def test_a_key_that_stands_twice_is_refused(given: list[str], tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "g.jsonl"
    path.write_text(path.read_text("utf-8").replace('"text":', '"text": "other", "text":', 1), "utf-8")
    assert main(given) == 2
    assert "the key 'text' stands twice in an object: keep one of its values" in capsys.readouterr().err
    with pytest.raises(UserError, match="the key 'a' stands twice"):
        parse_line(b'{"x": [{"a": 1, "a": 1}]}', "here")


def test_the_oracle_without_gold_facts_is_refused(given: list[str], tmp_path: Path, capsys: Any) -> None:
    assert main([*given, "--no-report", "--judge", "oracle"]) == 2
    assert "e.jsonl has no gold facts" in capsys.readouterr().err
    assert main([*given, "--no-report"]) == 0
    before = sorted(p.name for p in (tmp_path / "out").rglob("*"))
    capsys.readouterr()
    assert main(["judge", str(tmp_path / "out"), "--judge", "oracle"]) == 2
    told = capsys.readouterr()
    assert "has no gold facts" in told.err and "CANNOT BE TRUSTED" not in told.out + told.err
    assert sorted(p.name for p in (tmp_path / "out").rglob("*")) == before


def test_a_call_that_fails_at_once_leaves_no_folder(tmp_path: Path) -> None:
    def fail(out: Path, made: str = "") -> None:
        with suppress(UserError), locked(out):
            check_config(out, "hash")
            atomic_write_text(out / "manifest.json", "{}")
            atomic_write_text(out / "steps" / "data" / "started.json", "{}")
            if made:
                atomic_write_text(out / made, "{}")
            raise UserError("at once")

    fail(tmp_path / "new")
    assert not (tmp_path / "new").exists()
    (tmp_path / "empty").mkdir()
    fail(tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []
    fail(tmp_path / "half", "examples/a.jsonl")  # what another call goes on from stays
    assert (tmp_path / "half" / "config_hash").exists() and (tmp_path / "half" / "manifest.json").exists()
    fail(tmp_path / "half")
    assert (tmp_path / "half" / "manifest.json").exists()


def test_a_board_without_its_outputs_says_where_they_lie(tmp_path: Path) -> None:
    (tmp_path / "outputs" / "toy").mkdir(parents=True)
    with pytest.raises(
        UserError, match=r"outputs/copy \(there is toy\): copy or rename it.* NAME.json is outputs/NAME"
    ):
        unpack(tmp_path / "outputs" / "copy" / "a.npz")
    with pytest.raises(UserError, match=r"toy/a.npz: missing; restore it"):
        unpack(tmp_path / "outputs" / "toy" / "a.npz")


def test_safeguarded_is_named_with_what_it_stands_around(tmp_path: Path, capsys: Any) -> None:
    assert main(["validate-reward", "--reward", "safeguarded", "--n", "1", "--out", str(tmp_path / "o")]) == 2
    assert "safeguarded(ensemble)" in capsys.readouterr().err
    assert "safeguarded(NAME)" in dict(ls.rewards()) and "safeguarded" not in dict(ls.rewards())


def test_a_file_system_that_is_read_only_is_told_with_the_name_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Removing a temporary file that was never made fails there, too; that is not what is told."""

    def refused(*_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), ".rows.jsonl.1.tmp")

    monkeypatch.setattr("builtins.open", refused)
    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(
        UserError, match=r"cannot write .*/rows\.jsonl: Read-only file system; free some space or choose"
    ):
        atomic_write_text(tmp_path / "rows.jsonl", "{}")
