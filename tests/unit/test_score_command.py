"""`score` and `report` lose nothing of a user's, and say what they leave out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.settings.config import load_profile
from metrics.errors import UserError
from metrics.records import Example, Fact, Generation, write_examples, write_generations


def example(i: int, reference: bool = True) -> Example:
    return Example(
        f"e{i}",
        f"原文{i}",
        ("นายก ไปเมือง",) if reference else None,
        (Fact("person", ("名",), ("นายก",)),),
        "zh",
        "th",
        None,
        {},
    )


def files(folder: Path, stage: str = "user", references: int = 4) -> tuple[Path, Path]:
    """(examples, generations) of four segments, of which the first `references` have one."""
    examples, generations = folder / "mine.jsonl", folder / "g.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    write_examples(examples, [example(i, i < references) for i in range(4)])
    write_generations(generations, [Generation(f"e{i}", "s", stage, "นายก", None, None, None) for i in range(4)])
    return examples, generations


def score(examples: Path, generations: Path, out: Path) -> int:
    few = ["--set", "score.bootstrap_draws=100"]
    return main(["score", "--examples", str(examples), "--generations", str(generations), "--out", str(out), *few])


def test_scoring_again_keeps_files_that_it_did_not_write(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert score(*files(tmp_path / "in"), out) == 0
    before = (out / "summary.json").read_bytes()
    own = files(out / "examples")[0], files(out / "generations")[1]
    held = [path.read_bytes() for path in own]
    assert score(*own, out) == 0
    assert [path.read_bytes() for path in own] == held
    assert (out / "summary.json").read_bytes() == before


def test_scoring_what_an_earlier_score_wrote_into_its_place_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert score(*files(tmp_path / "in"), out) == 0
    tree = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    (examples,), (generations,) = out.glob("examples/*.jsonl"), out.glob("generations/*/*.jsonl")
    assert score(examples, generations, out) == 2
    assert "give another --out" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == tree


def test_an_input_where_an_output_goes_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two systems in one file, which would be overwritten with one of them."""
    out = tmp_path / "out"
    examples, _ = files(tmp_path / "in")
    place = out / "generations" / "user-data" / "one--user.jsonl"
    place.parent.mkdir(parents=True)
    write_generations(
        place, [Generation(f"e{i}", s, "user", "นายก", None, None, None) for s in ("one", "two") for i in range(4)]
    )
    before = place.read_bytes()
    assert score(examples, place, out) == 2
    assert "is one of the files" in capsys.readouterr().err
    assert place.read_bytes() == before


def test_texts_cannot_pass_for_the_references(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(*files(tmp_path / "in", stage="gold"), tmp_path / "out") == 2
    assert "stage gold" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_gold_that_cannot_be_scored_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(*files(tmp_path / "in", references=3), tmp_path / "out") == 0
    assert "gold is not scored: 1 of 4 examples have no reference" in capsys.readouterr().err


def test_report_tells_what_it_cannot_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(*files(tmp_path / "in"), tmp_path / "out") == 0
    (tmp_path / "out" / "scores.parquet").write_text("garbage")
    capsys.readouterr()
    assert main(["report", str(tmp_path / "out")]) == 0
    assert "note: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"systems": []}', "summary.json cannot be read"),
        ('{"systems": {"a": 1}, "run": {"task": "t"}}', "summary.json cannot be read"),
        ("[]", "summary.json: holds a JSON list, not an object"),
    ],
)
def test_a_malformed_summary_is_refused(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "summary.json").write_text(text)
    for command in (["report", str(tmp_path)], ["compare", str(tmp_path), str(tmp_path)]):
        assert main(command) == 2
        assert said in capsys.readouterr().err


def test_a_summary_that_does_not_tell_its_run_cannot_be_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "summary.json").write_text('{"systems": {}, "run": {}}')
    assert main(["compare", str(tmp_path), str(tmp_path)]) == 2
    assert "cannot be compared" in capsys.readouterr().err


@pytest.mark.parametrize("setting", ["run.seed=4294967296", "data.n_para=100000000"])
def test_a_number_beyond_all_use_is_refused(setting: str) -> None:
    with pytest.raises(UserError, match=setting.partition("=")[0]):
        load_profile("smoke", (setting,))


def test_an_export_of_endless_size_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(f"data export --task newswire-title --split test --n 999999999 --out {tmp_path}/x".split()) == 2
    assert "at most 1000000" in capsys.readouterr().err


def seeded(folder: Path, gains: dict[int, tuple[int, int, int]], n: int = 60) -> tuple[Path, Path]:
    """(examples, generations): seed -> how many of n outputs state the fact after SFT, RL and recovery."""
    folder.mkdir(parents=True, exist_ok=True)
    examples, generations = folder / "e.jsonl", folder / "g.jsonl"
    write_examples(examples, [example(i) for i in range(n)])
    rows = []
    for seed, counts in gains.items():
        for stage, right in zip(("post-sft", "post-rl", "post-recovery"), counts, strict=True):
            # Which outputs are right depends on the seed: articles that are hard for one are not for another.
            rows += [
                Generation(f"e{i}", "s", stage, "นายก" if (i * 7 + 11 * seed) % n < right else "ไม่มี", None, None, seed)
                for i in range(n)
            ]
    write_generations(generations, rows)
    return examples, generations


def test_generations_of_several_seeds_are_pooled_with_seeds_as_random(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert score(*seeded(tmp_path, {1: (30, 36, 35), 2: (30, 45, 44), 3: (30, 33, 33)}), out) == 0
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert set(summary["systems"]) == {"post-sft", "post-rl", "post-recovery", "gold"}
    cell = summary["systems"]["post-rl"]["coverage.recall"]
    assert cell["value"] == pytest.approx((36 + 45 + 33) / 180)
    assert (cell["n_total"], cell["seeds"]["values"]) == (180, pytest.approx([0.6, 0.75, 0.55]))
    assert (
        cell["ci_low"] < cell["these_runs"]["ci_low"] < cell["value"] < cell["these_runs"]["ci_high"] < cell["ci_high"]
    )
    gain = summary["transitions"]["post-sft->post-rl"]["coverage.recall"]
    assert gain["delta"] == pytest.approx(8 / 60)
    # Seed level, by hand: gains .1, .25, .05; mean .1333, sd .1041, t(2) = 4.3027.
    half = 4.3027 * 0.10408 / 3**0.5
    assert (gain["seeds"]["ci_low"], gain["seeds"]["ci_high"]) == pytest.approx(
        (0.13333 - half, 0.13333 + half), abs=1e-4
    )
    assert gain["these_runs"]["p"] < gain["p"]
    assert gain["ci_low"] < 0 < gain["these_runs"]["ci_low"], "these runs gained; the recipe need not"
    kept = summary["preservation"]["coverage.recall"]
    assert (kept["ratio"], "does not exclude 0" in kept["reason"]) == (None, True)
    assert "seeds" not in summary["systems"]["gold"]["coverage.recall"]
    assert sorted(p.name for p in (out / "generations" / "user-data").iterdir())[:2] == [
        "post-recovery--seed1.jsonl",
        "post-recovery--seed2.jsonl",
    ]
    page = (out / "report.html").read_text("utf-8")
    assert "the recipe, over 3 seeds; these runs" in page
    capsys.readouterr()
    assert main(["compare", str(out), str(out)]) == 2
    assert "several seeds (1, 2, 3)" in capsys.readouterr().err


def test_seeds_that_answer_the_examples_between_them_are_one_run(tmp_path: Path) -> None:
    """One answer to each example, whatever its seed, is a run as before."""
    examples, generations = files(tmp_path / "in")
    write_generations(generations, [Generation(f"e{i}", "s", "user", "นายก", None, None, i % 2) for i in range(4)])
    assert score(examples, generations, tmp_path / "out") == 0
    assert (
        "seeds"
        not in json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["systems"]["user"]["coverage.recall"]
    )


def test_several_answers_of_which_some_have_no_seed_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples, generations = files(tmp_path / "in")
    write_generations(
        generations,
        [Generation(f"e{i}", "s", "user", "นายก", None, None, seed) for seed in (1, None) for i in range(4)],
    )
    assert score(examples, generations, tmp_path / "out") == 2
    assert "not every answer has a seed" in capsys.readouterr().err
    write_generations(
        generations,
        [Generation(f"e{i}", "s", "user", "นายก", None, None, seed) for seed in (1, 2) for i in range(4 - seed + 1)],
    )
    assert score(examples, generations, tmp_path / "out") == 2
    assert "1 missing: e3" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
