"""What a command writes over is its own earlier output; a file that somebody else made is refused and stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmark.cli import main

ROWS = [
    {"id": str(i), "source": "他有三只猫。", "reference": ["เขามีแมวสามตัว"], "source_lang": "zh", "target_lang": "th"}
    for i in range(3)
]


@pytest.fixture
def given(tmp_path: Path) -> list[str]:
    examples, outputs = tmp_path / "e.jsonl", tmp_path / "g.jsonl"
    examples.write_text("".join(json.dumps(row) + "\n" for row in ROWS), "utf-8")
    made = [{"example_id": row["id"], "system": "mine", "stage": "model", "text": "เขามีแมว"} for row in ROWS]
    outputs.write_text("".join(json.dumps(row) + "\n" for row in made), "utf-8")
    return ["score", "--examples", str(examples), "--generations", str(outputs), "--families", "overlap", "--no-report"]


@pytest.mark.parametrize(
    "name", ["summary.json", "scores.parquet", "report.html", "manifest.json", "steps/x", "judge/x"]
)
def test_score_keeps_what_others_wrote(given: list[str], name: str, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "keep"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text('{"mine": 1}', "utf-8")
    assert main([*given, "--out", str(out)]) == 2
    assert f"{out / name.split('/')[0]} would be replaced" in capsys.readouterr().err
    assert [p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()] == [name]
    assert (out / name).read_text("utf-8") == '{"mine": 1}'


def test_score_replaces_its_own_and_goes_on_with_an_interrupted_one(given: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine", "utf-8")  # beside which there is room
    assert main([*given, "--out", str(out)]) == 0
    assert main([*given, "--out", str(out)]) == 0
    for name in ("manifest.json", "summary.json"):  # as one that was stopped before it wrote them
        (out / name).unlink()
    assert main([*given, "--out", str(out)]) == 0
    assert (out / "notes.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    "argv",
    [
        ["data", "export", "--task", "newswire-title", "--split", "dev", "--n", "2"],
        ["data", "corpus", "--name", "base@2", "--n", "2"],
        ["data", "corpus", "--name", "words"],
    ],
    ids=["export", "corpus", "words"],
)
def test_a_file_of_another_form_is_kept(argv: list[str], tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "out"
    out.write_text("Dear diary\n", "utf-8")
    assert main([*argv, "--out", str(out)]) == 2
    assert "would be replaced" in capsys.readouterr().err
    assert out.read_text("utf-8") == "Dear diary\n"
    out.write_text("", "utf-8")  # of mktemp
    assert main([*argv, "--out", str(out)]) == 0
    before = out.read_bytes()
    assert main([*argv, "--out", str(out)]) == 0
    assert out.read_bytes() == before


def test_validate_reward_keeps_pairs_and_reports_of_others(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_short.py").write_text("def score(s, c):\n    return [1 / (1 + len(x)) for x in c]\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    argv = ["validate-reward", "--reward", "own_short:score", "--n", "1", "--no-length-probe"]
    out = tmp_path / "out"
    out.mkdir()
    for name in ("pairs.jsonl", "reward.json", "reward.html"):
        (out / name).write_text("{}", "utf-8")
        assert main([*argv, "--out", str(out)]) == 2
        assert f"{out / name} would be replaced" in capsys.readouterr().err
        (out / name).unlink()
    assert main([*argv, "--out", str(out)]) == 0
    assert main([*argv, "--out", str(out)]) == 0
    # A user's own pairs beside the report on them are of the form of ours, and stay.
    mine = tmp_path / "mine"
    mine.mkdir()
    pairs = mine / "pairs.jsonl"
    pairs.write_bytes((out / "pairs.jsonl").read_bytes())
    assert main([*argv, "--pairs", str(pairs), "--out", str(mine)]) == 0
    assert main([*argv, "--out", str(mine)]) == 2
    assert pairs.read_bytes() == (out / "pairs.jsonl").read_bytes()


def test_join_keeps_splits_of_others_and_what_it_reads(tmp_path: Path, capsys: Any) -> None:
    articles = tmp_path / "dev.jsonl"
    rows = [{"id": str(i), "text": f"第{i}条消息,今天有{i}人到场。" * 5, "reference": f"title {i}"} for i in range(6)]
    articles.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    argv = ["data", "join", "--articles", str(articles), "--n-para", "2", "--n-dev", "2", "--n-src", "2"]
    before = articles.read_bytes()
    assert main([*argv, "--out", str(tmp_path)]) == 2
    assert "would be replaced" in capsys.readouterr().err
    (tmp_path / "encoder.jsonl").write_text('{"anchor": "", "reference": "", "positive": ""}\n', "utf-8")
    assert main([*argv, "--out", str(tmp_path)]) == 2
    assert "is one of the files that" in capsys.readouterr().err
    assert articles.read_bytes() == before
