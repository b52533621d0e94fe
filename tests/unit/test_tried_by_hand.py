"""What a new user gives wrong: one message that says what, where and how to fix it, exit code 2, nothing written."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from benchmark.cli import main

ARTICLE = {"id": "a1", "source": "北京大学起诉东方银行。", "source_lang": "zh", "target_lang": "th"}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with small files, an empty file, a folder."""
    monkeypatch.chdir(tmp_path)
    Path("dir").mkdir()
    Path("empty").touch()
    Path("articles.jsonl").write_text(json.dumps(ARTICLE, ensure_ascii=False) + "\n", encoding="utf-8")
    Path("other.jsonl").write_text('{"id": "a1", "headline": "x"}\n', encoding="utf-8")
    Path("titles.tsv").write_text("id\ttitle\na1\tมหาวิทยาลัยปักกิ่งฟ้องธนาคาร\n", encoding="utf-8")
    Path("outputs.txt").write_text("ธนาคาร\n", encoding="utf-8")
    rows = [f"{s}\t{i}\t{i + n}\t{i % 2}" for n, s in enumerate("AB") for i in range(4)]
    Path("judgements.tsv").write_text("\n".join(["system\titem\tmetric\thuman", *rows]) + "\n", encoding="utf-8")
    return tmp_path


JOIN, CONVERT = "data join --titles titles.tsv --out new", "data convert --format lines --input outputs.txt"
META = "meta-eval --judgements judgements.tsv"
SCORE = "score --source titles.tsv --hypothesis titles.tsv --langs zh-th"
WITH = "--examples articles.jsonl"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{JOIN} --articles empty", "--articles empty: no article with a text"),
        (f"{JOIN} --articles other.jsonl", "none of source, article, text is there (found: id, headline)"),
        ("data join --articles articles.jsonl --titles empty --out new", "--titles empty: holds no titles"),
        (f"data convert --format lines --input empty {WITH} --out new", "holds no output; give the file"),
        (f"data convert --format outputs --input empty {WITH} --out new", "empty: is empty; it must hold one JSON"),
        (f"data convert --format inspect --input empty {WITH} --out new", "empty: is empty; it must hold one JSON"),
        (f"{CONVERT} {WITH} --out empty", "cannot write empty/generations.jsonl: empty is no folder"),
        (f"{CONVERT} {WITH} --out empty/deeper/x", "empty is no folder; choose another name"),
        (f"{CONVERT} {WITH} --stage gold --out new", "which stands for the references"),
        (f"{CONVERT} {WITH} --system '' --out new", "argument --system: is empty"),
        (f"{META} --out dir", "cannot write dir: it is a folder; name a file"),
        (f"data facts {WITH} --out dir", "cannot write dir: it is a folder; name a file"),
        (f"{META} --seed -1 --out new", "argument --seed: '-1' is no seed; give a whole number from 0"),
        (f"{META} --seed 4294967296 --out new", "is no seed; give a whole number from 0 to 4294967295"),
        (f"{META} --seed 1.5 --out new", "'1.5' is no seed"),
        ("data corpus --name words --seed -1 --out new", "'-1' is no seed"),
        ("judge dir --judge oracle --seed -1", "'-1' is no seed"),
        ("human export dir --out new --seed -1", "'-1' is no seed"),
        ("validate-reward --reward x --seed -1 --out new", "'-1' is no seed"),
        ("validate-metrics --seed -1 --out new", "'-1' is no seed"),
        ("run --stage all --profile smoke --seed -1 --run-dir new", "argument --seed: '-1' is no seed"),
        (f"{SCORE} --families fact --out new", "--families fact: 'fact' is no family of metrics; there are: facts,"),
        (
            f"{SCORE} --set score.families=[] --out new",
            "--set score.families = []: name at least one family of metrics",
        ),
        ("judge dir --judge oracle", "dir is no finished run directory: it has no summary.json; give a folder that"),
        ("pool dir empty", "is no finished run directory: it has no summary.json; give a folder that"),
        ("plan --gpu-memory inf", "--gpu-memory inf: both must be above 0, and a GPU's memory in GiB below"),
        ("plan --gpu-memory nan", "--gpu-memory nan: both must be above 0"),
        ("plan --gpu-memory 80 --profile none.toml", "no such file; check the path, or name a shipped profile"),
        ("data export --task ntrex-zh-th --split test --data none --out new", "none: no such folder; give the one"),
    ],
)
def test_a_mistake_is_one_message_and_nothing_is_written(
    place: Path, line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {p: p.stat().st_size for p in place.rglob("*")}
    try:
        code = main(shlex.split(line))
    except SystemExit as stopped:  # argparse's own way out
        code = int(str(stopped.code))
    told = capsys.readouterr().err
    assert code == 2 and said in told, told
    assert len([row for row in told.splitlines() if row.startswith("error")]) == 1 and "Traceback" not in told
    assert {p: p.stat().st_size for p in place.rglob("*")} == before


def test_meta_eval_prints_figures_that_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    """Four digits, `-` for what is undefined; the file keeps every digit."""
    assert main([*META.split(), "--out", "new.json"]) == 0
    told = capsys.readouterr().out
    assert "None" not in told and max(len(word) for word in told.split() if word[0] in "-0123456789") <= 7
    found = json.loads(Path("new.json").read_text(encoding="utf-8"))
    assert f"segment.pearson                {found['segment']['pearson']:.4f}" in told
