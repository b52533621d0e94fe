"""Answers of people: a panel of known bias, raters who fail the checks, ratings written for others, wrong files."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from human_campaign import (
    TRUE,
    answer_of,
    campaign,
    run_dir,  # noqa: F401 - a fixture
)

from benchmark.cli import main
from benchmark.human.campaign import Campaign, read_campaign
from benchmark.human.collect import read_answers
from benchmark.judge.texts import read_outputs
from metrics.errors import UserError


def fill(c: Campaign, folder: Path, biases: dict[str, float] | None = None, noise: float = 0.3) -> list[str]:
    """Files as the HTML form gives them out."""
    paths = []
    for rater in c.raters:
        draw = random.Random(rater)
        answers = {s.id: answer_of(c, s, draw, (biases or {}).get(rater, 0.0), noise) for s in c.of(rater)}
        paths.append(folder / f"{c.id}-{rater}.json")
        paths[-1].write_text(json.dumps({"campaign": c.id, "rater": rater, "protocol": c.protocol, "answers": answers}))
    return [str(p) for p in paths]


def export(run_dir: Path, protocol: str, raters: int = 4, items: int = 16) -> Campaign:
    before = set((run_dir / "human").glob("*")) if (run_dir / "human").exists() else set()
    assert (
        main(["human", "export", str(run_dir), "--protocol", protocol, "--raters", str(raters), "--items", str(items)])
        == 0
    )
    (folder,) = set((run_dir / "human").glob("*")) - before
    return read_campaign(folder / "campaign.json")


def brought_in(run_dir: Path, c: Campaign, files: list[str]) -> dict[str, Any]:
    assert main(["human", "import", str(run_dir), *files, "--campaign", c.id]) == 0
    return dict(json.loads((run_dir / "human" / c.id / "human.json").read_text()))


def test_a_panel_of_known_bias_and_noise_comes_back(
    run_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Grades: order of the systems, a generous and a strict rater by their bias, agreement that falls with noise."""
    c = export(run_dir, "dimensions")
    capsys.readouterr()
    told = brought_in(run_dir, c, fill(c, tmp_path, {"rater1": 0.6, "rater2": -0.6}))
    means = {k: row["average"] for k, row in told["tables"]["dimensions"]["systems"].items()}
    assert means["gold"] > means["post-recovery"] > means["post-sft"]
    for system, mean in means.items():
        assert mean == pytest.approx(TRUE[system], abs=0.25)
    # Against the mean of the three others, a bias of .6 shows as .6 less the mean of theirs, (-.6 + 0 + 0) / 3.
    assert told["bias"]["rater1"]["bias"] == pytest.approx(0.8, abs=0.2) and told["bias"]["rater1"]["z"] > 3
    assert told["bias"]["rater2"]["bias"] == pytest.approx(-0.8, abs=0.2) and abs(told["bias"]["rater3"]["bias"]) < 0.25
    assert all(row["passed"] == row["n"] > 0 for row in told["checks"].values())
    noisy = brought_in(run_dir, c, fill(c, tmp_path, noise=2.0))
    assert told["alpha"]["entity"] > 0.5 > (noisy["alpha"]["entity"] or 0)
    assert told["meta_evaluation"]["coverage.f1"]["segment"]["pearson"] > 0.3
    assert "Krippendorff" in capsys.readouterr().out


def test_pairs_come_back_as_wins_with_tests(run_dir: Path, tmp_path: Path) -> None:
    c = export(run_dir, "pairwise")
    told = brought_in(run_dir, c, fill(c, tmp_path))
    (pair,) = told["tables"]["pairwise"]
    assert (pair["a"], pair["b"]) == ("post-recovery", "post-sft") and pair["wins_a"] == 16
    assert pair["p"] < 0.01 and abs(told["bias"]["rater1"]["bias"]) < 0.5
    assert told["alpha"]["pairwise"] is None or told["alpha"]["pairwise"] > 0.5


def equalled(run_dir: Path, out: Path, ids: Sequence[str]) -> Path:
    """A copy of the run in which post-recovery says what post-sft says of some examples."""
    shutil.copytree(run_dir, out, ignore=shutil.ignore_patterns("human"))
    folder = next((out / "generations").iterdir())
    rows = {
        s: [json.loads(x) for x in (folder / f"{s}.jsonl").read_text("utf-8").splitlines()]
        for s in ("post-sft", "post-recovery")
    }
    said = {row["example_id"]: row["text"] for row in rows["post-sft"]}
    new = [
        row | ({"text": said[row["example_id"]]} if row["example_id"] in ids else {}) for row in rows["post-recovery"]
    ]
    (folder / "post-recovery.jsonl").write_text("".join(json.dumps(row) + "\n" for row in new), "utf-8")
    return out


def test_nobody_is_asked_about_equal_texts_and_they_count_as_ties(
    run_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every = read_outputs(run_dir).ids
    run = equalled(run_dir, tmp_path / "run", every[:9])
    c = export(run, "pairwise", items=24)
    assert "not asked: 9 pairs of equal texts, which count as ties" in capsys.readouterr().out
    assert sorted(s.example_id for s in c.ties) == sorted(every[:9])
    assert not {s.example_id for s in c.screens if not s.check} & set(every[:9])
    assert all(len(set(s.texts)) == 2 for s in c.screens)
    told = brought_in(run, c, fill(c, tmp_path))
    (pair,) = told["tables"]["pairwise"]
    assert (pair["wins_a"], pair["ties"], pair["n"], pair["n_total"]) == (15, 9, 24, 24)
    assert all(row["asked"] == row["answered"] == len(c.of("rater1")) for row in told["raters"].values())
    # Other texts than those that were held to be equal are noticed.
    equalled(run_dir, tmp_path / "other", every[:3])
    shutil.copytree(run / "human", tmp_path / "other" / "human")
    files = [str(path) for path in tmp_path.glob("*-rater*.json")]
    assert main(["human", "import", str(tmp_path / "other"), *files, "--campaign", c.id]) == 2
    assert "6 screens differ" in capsys.readouterr().err
    # Nothing is left to ask.
    same = equalled(run_dir, tmp_path / "same", every)
    assert main(["human", "export", str(same), "--protocol", "pairwise", "--items", "5"]) == 2
    assert "equal in all 5 of the chosen examples" in capsys.readouterr().err
    assert not (same / "human").exists()


def test_a_rater_who_fails_the_checks_is_left_out_and_named(
    run_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    c = export(run_dir, "ranking", raters=2, items=14)
    files = fill(c, tmp_path, noise=0.1)
    told = json.loads(Path(files[1]).read_text())
    for answer in told["answers"].values():
        top = max(answer["ranks"].values())
        answer["ranks"] = {k: top + 1 - v for k, v in answer["ranks"].items()}
    Path(files[1]).write_text(json.dumps(told))
    found = brought_in(run_dir, c, files)
    assert found["checks"]["rater2"]["excluded"] and not found["checks"]["rater1"]["excluded"]
    assert found["tables"]["ranking"]["systems"]["gold"]["average"] > 1.5, "the other rater's ranks alone"
    assert "LEFT OUT" in capsys.readouterr().out


def test_esa_writes_files_of_mt_metrics_eval_that_come_back(run_dir: Path, tmp_path: Path) -> None:
    """A block for each system with a line for each segment of the test set, None where nothing was rated; read again,
    the same numbers."""
    c = export(run_dir, "esa", raters=2, items=6)
    told = brought_in(run_dir, c, fill(c, tmp_path))
    assert told["systems"]["gold"]["human.esa"]["value"] == pytest.approx(88, abs=6)
    folder = run_dir / "human" / c.id
    made = folder / "mt-metrics-eval"
    rows = [r.split("\t") for r in (made / "zh-th.esa.rater1.seg.rating").read_text().splitlines()]
    assert [r[0] for r in rows] == [s for s in c.systems for _ in range(24)], "all 24 segments, in order"
    rated = [r for r in rows if r[1] != "None"]
    assert len(rated) == 6 * len(c.systems) and {r[2] for r in rated} == {"rater1"}
    error = {"start": 0, "end": 2, "category": None, "severity": "minor", "score": None, "is_source_error": False}
    assert json.loads(rated[0][1]) == {"errors": [error]}
    alone = [json.loads(r) for r in (made / "standalone.jsonl").read_text().splitlines()]
    assert {r["rater_id"] for r in alone} == set(c.raters) and {r["system_id"] for r in alone} == set(c.systems)
    shown = [r.split("\t") for r in (folder / "marot.tsv").read_text().splitlines()]
    assert all(len(r) == 10 for r in shown) and shown[1][6].startswith("<v>") and shown[1][8] == "Minor"
    again = brought_in(run_dir, c, [str(made / f"zh-th.esa.{r}.seg.score") for r in c.raters])
    assert again["systems"] == told["systems"] and again["alpha"] == told["alpha"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"campaign": "other"}, "belongs to campaign"),
        ({"answers": {"nobody-1": {"better": "A"}}}, "is none of campaign"),
        ({"answers": {}}, "holds no answer"),
        ({"answers": []}, "not what a form gives out"),
    ],
)
def test_wrong_files_are_one_message(
    run_dir: Path, tmp_path: Path, change: dict[str, Any], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    c = campaign(run_dir, "pairwise", items=5, seed=9)
    folder = run_dir / "human" / c.id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "campaign.json").write_text(json.dumps(c.as_dict()))
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"campaign": c.id, "rater": "rater1", "answers": {}, **change}))
    assert main(["human", "import", str(run_dir), str(path), "--campaign", c.id]) == 2
    told = capsys.readouterr().err
    assert says in told and told.count("error:") == 1


@pytest.mark.parametrize("answer", [{"better": "C"}, {"better": None}, {}, {"better": 1}])
def test_no_answer_is_made_up(run_dir: Path, tmp_path: Path, answer: dict[str, Any]) -> None:
    c = campaign(run_dir, "pairwise")
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"campaign": c.id, "rater": "rater1", "answers": {c.of("rater1")[0].id: answer}}))
    with pytest.raises(UserError, match="screen"):
        read_answers(path, c)
