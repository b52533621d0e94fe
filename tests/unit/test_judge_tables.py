"""The paper's Tables 3 and 4 beside 1 and 2, the references against machine text, and people beside a judge."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from judge_tasks import LONG, TIBETAN, with_tasks

from benchmark.cli import main
from benchmark.judge import similarity
from benchmark.judge.people import with_people
from benchmark.judge.reference import reference_check
from benchmark.judge.texts import read_outputs
from metrics.judge.records import FORM_DIMENSIONS, Question, Verdict


def embed(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors: the share of the letter ས against everything else."""
    share = np.array([t.count("ས") / max(1, len(t)) for t in texts])
    return np.column_stack([share, np.sqrt(1 - share**2)])


@pytest.fixture
def run_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(similarity, "load_encoder", lambda folder: embed)
    monkeypatch.setattr(similarity, "weights_hash", lambda folder: "ab" * 32)
    return with_tasks(tmp_path / "run")


def judge(run_dir: Path, *more: str) -> int:
    return main(
        ["judge", str(run_dir), "--judge", "oracle", "--set", "judge.known=1", "score.bootstrap_draws=100", *more]
    )


def rows_of(page: str, title: str) -> list[list[str]]:
    """Header and rows of the table under a heading, as plain text."""
    table = page[page.index(title) :]
    table = table[: table.index("</table>")]
    plain = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr.*?</tr>", table)]
    return [[re.sub(r"<small>.*?</small>|<[^>]+>", "", cell).strip() for cell in row] for row in plain]


def test_all_four_tables_stand_beside_the_papers(run_dir: Path) -> None:
    """`judge.tasks=all`: long passages with BLEU and chrF, Tibetan with similarity, each with the paper's rows."""
    assert judge(run_dir, "judge.tasks=all") == 0
    page = (run_dir / "report.html").read_text("utf-8")
    assert "Table 1a" in page and "Table 1b" in page and "Table 2" in page
    assert "Table 4: Tibetan, 8 examples" in page and page.count("mean length in code points, 8 examples") == 3
    long = rows_of(page, "Table 3")
    assert long[0][1:] == ["BLEU", "chrF", *FORM_DIMENSIONS["long"], "average", "length", "unscored"]
    summary = json.loads((run_dir / "summary.json").read_text("utf-8"))
    cells = summary["tasks"][LONG]["systems"]["post-recovery"]
    (own,) = [r for r in long if r and r[0].endswith("post-recovery")]
    assert own[1] == f"{cells['overlap.bleu']['value']:.2f}" and own[2] == f"{cells['overlap.chrf']['value']:.2f}"
    assert own[7] == f"{cells['judge.completeness']['value']:.3f}"
    assert ["SG-SRL", "0.17", "–", "3.420", "3.540", "3.520", "3.280", "3.260", "3.404", "–", "–"] in long
    assert "judge.completeness" not in summary["systems"]["post-recovery"], "the primary task keeps its own"
    tibetan = rows_of(page, "Table 4")
    assert ["RL with Ch reference", "0.4523", "–", "0.7011", "–"] in tibetan
    (gold,) = [r for r in tibetan if r and r[0].endswith("gold")]
    assert gold[3] == "1.0000"


def test_further_tasks_are_judged_only_where_they_are_wanted(run_dir: Path) -> None:
    assert judge(run_dir, "judge.tasks=primary") == 0
    assert not (run_dir / "judge" / "oracle" / LONG).exists() and "Table 3" not in (run_dir / "report.html").read_text()


def test_a_judge_that_costs_is_asked_about_further_tasks_only_on_demand(
    run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The default profile judges all tasks, for the oracle costs nothing: a server is asked about the run's own."""

    def calls(*more: str) -> int:
        server = ["--judge", "openai", "--url", "http://127.0.0.1:9/v1", "--judge-model", "m", "--dry-run"]
        assert main(["judge", str(run_dir), *server, *more]) == 0
        (found,) = re.findall(r"(\d+) calls to make", capsys.readouterr().out)
        return int(found)

    assert judge(run_dir) == 0
    assert "Table 3" in (run_dir / "report.html").read_text("utf-8")
    capsys.readouterr()
    assert calls("--set", "judge.tasks=all") > calls() > 0


def test_similarity_by_hand(run_dir: Path) -> None:
    """Equal texts 1; base has every text of its neighbour; nothing at all has 0."""
    outputs = read_outputs(run_dir, TIBETAN)
    outputs.systems["post-rl"][:] = ["" for _ in outputs.systems["post-rl"]]
    found = similarity.similarities(outputs, "folder", "")
    assert found is not None
    texts, references = embed(outputs.systems["base"]), embed(outputs.systems["gold"])
    by_hand = [float(a @ b) for a, b in zip(texts, references, strict=True)]
    assert found["systems"]["base"]["reference"] == pytest.approx(np.mean(by_hand))
    assert found["systems"]["gold"]["reference"] == pytest.approx(1) and found["systems"]["post-rl"]["source"] == 0
    told = similarity.similarities(outputs, None, "no encoder")
    assert told == {"encoder": None, "systems": {}, "reason": "no encoder"}
    assert similarity.similarities(read_outputs(run_dir), "folder", "") is None, "Thai has no Table 4"


def verdict(i: int, ranks: dict[str, int], texts: tuple[str, ...] = ("ข่าวหนึ่ง", "ข่าวสอง", "ข่าวสาม")) -> Verdict:
    systems = ("post-recovery", "gold", "post-sft")
    question = Question(f"q{i}", "ranking", f"e{i}", "新闻", "zh", "th", texts, systems)
    return Verdict(question, {"ranks": ranks, "reason": ""})


def test_a_judge_that_always_prefers_machine_text_is_flagged() -> None:
    found = reference_check([verdict(i, {"A": 1, "B": 2, "C": 3}) for i in range(20)])
    assert found is not None
    assert found["systems"]["post-recovery"]["reference"] == 0 and found["systems"]["post-sft"]["reference"] == 20
    assert found["warning"] == "it prefers machine text to the references: post-recovery in 20 of 20"
    fair = reference_check([verdict(i, {"A": 1 + i % 2, "B": 2 - i % 2, "C": 3}) for i in range(20)])
    assert fair is not None and fair["warning"] is None and fair["systems"]["post-recovery"]["share"] == 0.5
    same = reference_check([verdict(0, {"A": 1, "B": 2, "C": 3}, ("ข่าว", "ข่าว", "เรื่อง"))])
    assert same is not None and set(same["systems"]) == {"post-sft"}, "of equal texts none can be preferred"
    assert reference_check([]) is None


def test_the_check_of_references_is_printed_and_shown(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge(run_dir) == 0
    assert re.search(r"references preferred to post-sft: \d of \d, \d ties", capsys.readouterr().out)
    page = (run_dir / "report.html").read_text("utf-8")
    assert re.search(r"Here it preferred the references in [^<]*\b\d of \d against post-recovery", page)
    assert "prefers machine text" not in page and "nobody was asked" in page
    path = run_dir / "judge" / "oracle" / "judge.json"
    told = json.loads(path.read_text("utf-8"))
    told["references"]["warning"] = "it prefers machine text to the references: post-sft in 8 of 8"
    path.write_text(json.dumps(told))
    assert main(["report", str(run_dir)]) == 0
    assert "prefers machine text to the references: post-sft in 8 of 8" in (run_dir / "report.html").read_text("utf-8")


def write_people(run_dir: Path, task: str, rows: list[dict[str, Any]], excluded: Sequence[str] = ()) -> None:
    folder = run_dir / "human" / "c1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ratings.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    checks = {r: {"excluded": r in excluded} for r in ("r1", "r2")}
    told = {
        "campaign": "c1",
        "task": task,
        "protocol": "pairwise",
        "raters": {r: {} for r in checks},
        "checks": checks,
    }
    (folder / "human.json").write_text(json.dumps(told))


def rating(example: str, better: str, rater: str = "r1", check: bool = False) -> dict[str, Any]:
    return {
        "rater": rater,
        "example_id": example,
        "systems": ["x", "y"],
        "check": check,
        "answer": {"better": better},
    }


def test_agreement_with_people_by_hand(tmp_path: Path) -> None:
    """Four pairs; the judge says A B A tie, people A B B tie: three of four. By chance A .25 x .5, B .5 x .25, tie
    .25 x .25: 5 / 16; kappa (12 - 5) / 11. Who failed the checks, and checks themselves, do not count."""
    folder = tmp_path / "judge" / "j"
    folder.mkdir(parents=True)
    said = [("e1", "A"), ("e2", "B"), ("e3", "A"), ("e4", "tie")]
    lines = [
        json.dumps({"example_id": e, "systems": ["x", "y"], "turn": 0, "answer": {"better": b}}) + "\n" for e, b in said
    ]
    lines.append(json.dumps({"example_id": "e1", "systems": ["x", "y"], "turn": 0, "answer": None}) + "\n")
    (folder / "verdicts.jsonl").write_text("".join(lines))
    people = [("e1", "A"), ("e2", "B"), ("e3", "B"), ("e4", "tie")]
    rows = [rating(e, b) for e, b in people] + [rating("e3", "A", "r2"), rating("e1", "B", "r1", check=True)]
    write_people(tmp_path, "t", rows, excluded=["r2"])
    (found,) = with_people(tmp_path, folder, "t")
    assert found == {
        "campaign": "c1",
        "protocol": "pairwise",
        "raters": 1,
        "n": 4,
        "share": 0.75,
        "kappa": pytest.approx(7 / 11),
    }
    assert with_people(tmp_path, folder, "another task") == []


def test_people_stand_beside_the_judge(run_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Forms filled in as the oracle would: full agreement, told by import, judge and report alike."""
    assert judge(run_dir) == 0
    assert main(["human", "export", str(run_dir), "--raters", "1", "--items", "8"]) == 0
    (key,) = (run_dir / "human").glob("*/campaign.json")
    campaign = json.loads(key.read_text())
    said: dict[tuple[str, tuple[str, ...]], str] = {}
    for line in (run_dir / "judge" / "oracle" / "verdicts.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["kind"] == "pairwise" and row["turn"] == 0:
            said[row["example_id"], tuple(row["systems"])] = row["answer"]["better"]
    answers = {}
    for s in campaign["screens"]:
        better = "AB"[s["systems"].index("gold")] if s["check"] else said[s["example_id"], tuple(s["systems"])]
        answers[s["id"]] = {"better": better}
    path = tmp_path / "r.json"
    path.write_text(json.dumps({"campaign": campaign["id"], "rater": "rater1", "answers": answers}))
    capsys.readouterr()
    assert main(["human", "import", str(run_dir), str(path)]) == 0
    # Of the eight, post-recovery and post-sft say the same in one: nobody is asked which is better.
    assert len(campaign["ties"]) == 1 and sum(not s["check"] for s in campaign["screens"]) == 7
    assert "the same preference in 1.000 of 7 pairs of texts" in capsys.readouterr().out
    assert judge(run_dir) == 0
    assert "agreement with people (pairwise, 1 raters" in capsys.readouterr().out
    assert "the same preference in 1.000 of 7 pairs of texts" in (run_dir / "report.html").read_text("utf-8")
