"""`evaluate --examples FILE`: one's own file in place of the task's texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.pipeline.evaluate import _mine, _off_boards
from benchmark.rundir.manifest import read_manifest
from benchmark.settings.assets import ASSETS
from benchmark.settings.config import PROFILES, load_profile
from metrics.records import read_examples, read_generations


def test_it_stands_for_the_measured_split(tmp_path: Path) -> None:
    file = tmp_path / 'my "own" ไฟล์.tsv'
    data = load_profile("tiny", _mine(str(file), "newswire-title@2", "test", [])).data
    assert (data.test, data.name, data.dev) == (str(file), "newswire-title@2", None)
    said = ["run.split=dev", "data.name=mine"]
    data = load_profile("tiny", [*said, *_mine(str(file), "newswire-title@2", "dev", said)]).data
    assert (data.dev, data.name, data.test) == (str(file), "mine", None)


def test_its_texts_are_measured_under_the_name_of_the_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    smoke = (PROFILES / "smoke.toml").read_text("utf-8")
    Path("dev.toml").write_text(smoke.replace("[run]", '[run]\nsplit = "dev"', 1), "utf-8")
    rows = ["source\treference", "中国银行宣布裁员300人\tธนาคารจีนปลดพนักงาน 300 คน", "北京发生地震\tเกิดแผ่นดินไหวในปักกิ่ง"]
    Path("mine.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    command = ["evaluate", "--model", str(ASSETS / "base"), "--task", "newswire-title", "--profile", "dev.toml"]
    few = ["--set", "score.bootstrap_draws=100", "judge.names=[]", "generate.max_new_tokens=4"]
    assert main([*command, "--examples", "mine.tsv", "--limit", "1", "--out", "out", *few]) == 0
    out = tmp_path / "out"
    (example,) = read_examples(out / "examples" / "newswire-title-dev.jsonl")
    assert (example.source, example.reference) == ("中国银行宣布裁员300人", ("ธนาคารจีนปลดพนักงาน 300 คน",))
    (file,) = (out / "generations" / "newswire-title").glob("*.jsonl")
    assert [made.example_id for made in read_generations(file)] == [example.id]
    assert read_manifest(out).config["data"]["name"] == "newswire-title"
    told = capsys.readouterr()
    off = "no board takes this result: it is measured on a file of your own"
    assert off in told.err and off in told.out, "before the texts are generated, and in the end"
    assert main([*command, "--examples", "none.tsv", "--out", "never"]) == 2
    assert "none.tsv: no such file" in capsys.readouterr().err.lower()
    assert not Path("never").exists()


@pytest.mark.parametrize(
    ("said", "split", "n", "file", "told"),
    [
        ([], "test", 24, None, "it is measured on 24 examples, the test split has 500 (data.n_test"),
        (["run.limit=3"], "test", 24, None, "it is a trial (--limit)"),
        ([], "dev", 500, None, "it is measured on the split dev"),
        ([], "test", 500, "mine.tsv", "it is measured on a file of your own"),
        ([], "test", 500, None, None),
    ],
)
def test_it_says_before_it_generates_where_no_board_takes_the_result(
    said: list[str], split: str, n: int, file: str | None, told: str | None
) -> None:
    found = _off_boards(load_profile("smoke", said), split, n, 500, file)
    assert found is None if told is None else told in (found or "")
