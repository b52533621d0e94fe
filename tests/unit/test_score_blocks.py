"""`score` in blocks: the same bytes for any blocks, processes, shards and restarts."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_any
from hypothesis import strategies as st

from benchmark.cli import main
from benchmark.report import data, write_report
from benchmark.scoring import blocks, workers
from metrics import lazily
from metrics.indexed import index_lines
from metrics.records import Example, Fact, Generation, write_examples, write_generations

N = 23
FILES = (
    "summary.json",
    "scores.parquet",
    "examples/user-data-test.jsonl",
    "generations/user-data/a--user.jsonl",
)
FEW = ["--set", "score.bootstrap_draws=100"]


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Arguments: some segments with gold facts and some without, documents, two systems whose answers stand in another
    order than the examples."""
    folder = tmp_path_factory.mktemp("given")
    sources = ("公司有{}名员工。", "张伟{}日到北京。", "价格上涨{}%。")
    outputs = ("บริษัทมีพนักงาน {} คน", "จางเหว่ยไปปักกิ่ง", "ราคาเพิ่มขึ้นร้อยละ {}")
    fact = (Fact("quantity", ("员工",), ("พนักงาน",)),)
    examples = [
        Example(
            f"e{i}",
            sources[i % 3].format(i + 11),
            (outputs[i % 3].format(i + 11),),
            fact if i % 5 == 0 else None,
            "zh",
            "th",
            f"d{i // 2}",
            {},
        )
        for i in range(N)
    ]
    write_examples(folder / "e.jsonl", examples)
    rows = [
        Generation(f"e{i}", s, "user", outputs[i % 3].format(i + 11 + off), None, "stop", None)
        for i in reversed(range(N))
        for off, s in enumerate("ab")
    ]
    write_generations(folder / "g.jsonl", rows)
    return ["score", "--examples", str(folder / "e.jsonl"), "--generations", str(folder / "g.jsonl"), *FEW]


def files(out: Path) -> dict[str, bytes]:
    """What must be equal; the report tells how it was made, too."""
    return {name: (out / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def once(given: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What one block gives."""
    out = tmp_path_factory.mktemp("once") / "out"
    assert main([*given, "--out", str(out)]) == 0
    return files(out)


def test_blocks_and_processes_change_no_byte(
    given: list[str], once: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 5)
    for n in (1, 2):
        assert main([*given, f"score.workers={n}", "--out", str(tmp_path / str(n))]) == 0
        assert files(tmp_path / str(n)) == once
    assert not list(tmp_path.rglob(f"*{blocks.SUFFIX}")), "blocks are gone when all is written"


def test_the_report_of_a_long_file_looks_at_its_first_segments_and_says_so(
    given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(data, "MOST", 7)
    assert main([*given, "--out", str(tmp_path / "out")]) == 0
    found = data.load(tmp_path / "out")
    assert (found.n, len(found.examples), {len(texts) for texts in found.texts.values()}) == (N, 7, {7})
    assert {len(rows) for metrics in found.segments.values() for rows in metrics.values()} <= set(range(8))
    assert "those of the first 7 of 23 segments" in "".join(found.notes)
    assert "those of the first 7 of 23 segments" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_the_report_of_texts_at_hand_is_that_of_the_files(given: list[str], tmp_path: Path) -> None:
    assert main([*given, "--out", str(tmp_path / "out")]) == 0
    at_hand = (tmp_path / "out" / "report.html").read_bytes()
    write_report(tmp_path / "out")
    assert (tmp_path / "out" / "report.html").read_bytes() == at_hand


def test_blocks_that_are_read_again_from_their_files_change_no_byte(
    given: list[str], once: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 5)
    monkeypatch.setattr(blocks, "HELD", 1)
    assert main([*given, "--out", str(tmp_path / "out")]) == 0
    assert files(tmp_path / "out") == once


LINES = st.lists(st.text("กa\ufeff\r \u2028", max_size=4), min_size=1, max_size=9)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given_any(LINES, st.booleans(), st.data())
def test_lines_read_together_are_those_read_one_by_one(
    tmp_path: Path, lines: list[str], closed: bool, drawn: st.DataObject
) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(("\n".join(lines) + "\n" * closed).encode("utf-8"))
    found = index_lines(path)
    places = drawn.draw(st.lists(st.integers(0, max(0, len(found) - 1)), max_size=8)) if len(found) else []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lazily, "TOGETHER", 2)
        assert found.at(places) == [found[i] for i in places]
        assert list(found) == [found[i] for i in range(len(found))]


def test_a_killed_score_goes_on_where_it_was(
    given: list[str], once: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 5)
    out, measured = tmp_path / "out", []
    real = workers.write

    def killed(work: blocks.Work, block: int, folder: Path) -> None:
        if block == 3 and len(measured) < 4:
            raise KeyboardInterrupt
        measured.append(block)
        real(work, block, folder)

    monkeypatch.setattr(workers, "write", killed)
    assert main([*given, "score.workers=1", "--out", str(out)]) == 130
    assert not (out / "summary.json").exists()
    assert measured == [0, 1, 2]
    blocks.place(out / "steps" / "score" / "user-data", 1).write_bytes(b"half of a block")
    measured.append(-1)
    assert main([*given, "score.workers=1", "--out", str(out)]) == 0
    assert measured == [0, 1, 2, -1, 1, 3, 4], "what was damaged is measured again, what was whole is not"
    assert files(out) == once


def test_a_block_that_is_not_what_was_written_is_measured_again(
    given: list[str], once: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flipped bit is another number: nothing but a hash tells."""
    monkeypatch.setattr(blocks, "BLOCK", 12)
    shard, out = tmp_path / "shard", tmp_path / "out"
    assert main([*given, "--shard", "1/1", "--out", str(shard)]) == 0
    path = blocks.place(shard / "steps" / "score" / "user-data", 0)
    whole, draw = path.read_bytes(), random.Random(0)
    assert blocks.key_of(path) is not None
    for at in (len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(60))):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << draw.randrange(8)]) + whole[at + 1 :])
        assert blocks.key_of(path) is None, at
    for damaged in (whole + b"\0", whole[:-1], b""):
        path.write_bytes(damaged)
        assert blocks.key_of(path) is None
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert main(["score", "merge", str(shard), "--out", str(out)]) == 2
    assert main([*given, "--out", str(shard)]) == 0
    assert files(shard) == once


def test_blocks_of_other_inputs_are_not_gone_on_with(
    given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 5)
    out = tmp_path / "out"
    assert main([*given, "--shard", "1/1", "--out", str(out)]) == 0
    before = {path.name: path.read_bytes() for path in out.rglob(f"*{blocks.SUFFIX}")}
    assert len(before) == 5
    assert main([*given, "--shard", "1/1", "--task", "other", "--out", str(out)]) == 0
    assert {path.parent.name for path in out.rglob(f"*{blocks.SUFFIX}")} == {"other"}


def test_shards_make_the_same_files(
    given: list[str],
    once: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 5)
    shards = [str(tmp_path / f"s{i}") for i in (1, 2)]
    assert main([*given, "--shard", "1/2", "--out", shards[0]]) == 0
    assert not (tmp_path / "s1" / "summary.json").exists()
    merge = ["score", "merge", *shards, "--out", str(tmp_path / "out")]
    assert main(merge) == 2
    assert "holds no shard.json" in capsys.readouterr().err
    assert main(["score", "merge", shards[0], "--out", str(tmp_path / "out")]) == 2
    assert "give or run shard(s) 2/2" in capsys.readouterr().err
    assert main([*given, "--shard", "2/2", "--out", shards[1]]) == 0
    monkeypatch.chdir(tmp_path)
    assert main(merge) == 0
    assert files(tmp_path / "out") == once
    assert main([*given, "run.seed=7", "--shard", "2/2", "--out", shards[1]]) == 0
    assert main(merge) == 2
    assert "shards of different runs" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"overrides": ["rl.reward=os:getcwd"]}, "a file may not decide that"),
        ({"overrides": ["judge.url=http://127.0.0.1:9/"]}, "a file may not decide that"),
        ({"overrides": 3}, "overrides: not what --shard writes"),
        ({"overrides": "rl.reward=length"}, "overrides: not what --shard writes"),
        ({"limit": "many"}, "limit: not what --shard writes"),
        ({"examples": ["e.jsonl"]}, "examples: not what --shard writes"),
        ({"task": None}, "task: not what --shard writes"),
    ],
)
def test_a_strangers_shard_says_nothing_that_runs(
    given: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], said: str
) -> None:
    """allow_code and a judge in it are no word of who merges, either."""
    shard = tmp_path / "s"
    assert main([*given, "--shard", "1/1", "--out", str(shard)]) == 0
    plan = json.loads((shard / "shard.json").read_text("utf-8"))
    plan["arguments"] |= {"allow_code": True, "judge": ["openai"], **changed}
    (shard / "shard.json").write_text(json.dumps(plan), "utf-8")
    assert main(["score", "merge", str(shard), "--out", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("plan", [{"shard": "1/0"}, {"shard": "x"}, {"shard": None}, {"arguments": 3}])
def test_the_shard_that_is_damaged_is_named(
    given: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], plan: dict[str, Any]
) -> None:
    """Not the whole one beside it, and whatever it says."""
    shards = [tmp_path / "a", tmp_path / "b"]
    for number, shard in enumerate(shards, 1):
        assert main([*given, "--shard", f"{number}/2", "--out", str(shard)]) == 0
    told = json.loads((shards[0] / "shard.json").read_text("utf-8"))
    (shards[0] / "shard.json").write_text(json.dumps({**told, **plan}), "utf-8")
    capsys.readouterr()
    assert main(["score", "merge", *map(str, reversed(shards)), "--out", str(tmp_path / "out")]) == 2
    assert f"error: {shards[0] / 'shard.json'}: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--shard", "3/2"], "--shard 3/2: write i/n"),
        (["--shard", "half"], "--shard half: write i/n"),
        (["combine"], "score combine: there is"),
        (["merge"], "give the folders"),
    ],
)
def test_wrong_words_are_told(
    given: list[str], words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([given[0], *words, *given[1:], "--out", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_ray_measures_the_same_though_a_process_is_lost(
    given: list[str], once: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A local cluster of two processes; the first one that measures block 1 dies."""
    ray = pytest.importorskip("ray", reason="Ray is not installed (extra: cluster)")
    monkeypatch.setattr(blocks, "BLOCK", 5)
    monkeypatch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    mark = tmp_path / "died"
    real = workers.measure

    def measure(work: blocks.Work, block: int) -> bytes:
        if block == 1 and not mark.exists():
            mark.touch()
            os._exit(1)
        return real(work, block)

    monkeypatch.setattr(workers, "measure", measure)
    path = os.pathsep.join([str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
    ray.init(num_cpus=2, log_to_driver=False, include_dashboard=False, runtime_env={"env_vars": {"PYTHONPATH": path}})
    try:
        assert main([*given, "--engine", "ray", "--out", str(tmp_path / "out")]) == 0
    finally:
        ray.shutdown()
    assert mark.exists()
    assert files(tmp_path / "out") == once
