"""Systems that are scored side by side give the same files as one after the other."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.scoring.workers import side_by_side
from metrics.errors import UserError

FILES = ("summary.json", "scores.parquet", "generations/user-data/a--model.jsonl")


def lines(path: Path, texts: list[str]) -> str:
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return str(path)


def test_any_number_of_processes_writes_the_same_bytes(tmp_path: Path) -> None:
    n = 12
    source = lines(tmp_path / "source", [f"公司有{i}名员工" for i in range(10, 10 + n)])
    reference = lines(tmp_path / "reference", [f"บริษัทมีพนักงาน {i} คน" for i in range(10, 10 + n)])
    systems = [
        lines(tmp_path / name, [f"บริษัทมีพนักงาน {i + off} คน" for i in range(10, 10 + n)])
        for off, name in enumerate(("a", "b", "c"))
    ]
    written = []
    for workers in (1, 3):
        out = tmp_path / str(workers)
        code = main(
            [
                *("score", "--source", source, "--reference", reference, "--hypothesis", *systems),
                *("--langs", "zh-th", "--out", str(out), "--set", f"score.workers={workers}"),
            ]
        )
        assert code == 0
        written.append([(out / name).read_bytes() for name in FILES])
    assert written[0] == written[1]
    assert json.loads(written[0][0])["systems"]["a/model"]["open.number.recall"]["value"] == 1.0


def test_the_work_is_done_elsewhere_and_its_mistakes_are_told_here(tmp_path: Path) -> None:
    def work(block: int) -> None:
        if block == 9:
            raise UserError("no such text")
        (tmp_path / str(block)).write_text(str(os.getpid()))

    side_by_side(work, [0, 1], 2, 2)
    assert os.getpid() not in [int((tmp_path / name).read_text()) for name in ("0", "1")]
    side_by_side(work, [0, 1], None, 2)
    assert int((tmp_path / "0").read_text()) == os.getpid(), "few texts are not worth a process"
    with pytest.raises(UserError, match="no such text"):
        side_by_side(work, [0, 9], 2, 2)
