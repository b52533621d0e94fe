"""One text equality everywhere: splits, joined files, pairs, copies of references, equal entries, distractors, learned
scorers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.data.userdata import check_disjoint
from benchmark.leaderboard.alike import texts_hash
from benchmark.leaderboard.scoring import copies
from benchmark.reward.pairs import read_pairs
from metrics.answers import no_answer
from metrics.errors import UserError
from metrics.normalise import visible
from metrics.overlap import score_overlap
from metrics.records import Example, Generation, parse_example, read_examples, write_examples, write_generations
from metrics.retrieval import distractors

UNSEEN = ["\u200b", "\ufeff", "\u00a0", "  ", "\n", "\u2060"]


def _example(key: str, source: str, reference: str = "บริษัทลงทุน") -> Example:
    return Example(key, source, (reference,), None, "zh", "th")


@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_source_that_differs_by_what_nobody_sees_is_shared(unseen: str) -> None:
    with pytest.raises(UserError, match=r"data\.para and data\.dev share sources"):
        check_disjoint(
            {
                "para": [_example("p", "飞马公司投资建厂。")],
                "dev": [_example("d", f"飞马公司{unseen}投资建厂。{unseen}")],
            }
        )
    with pytest.raises(UserError, match="the same source twice"):
        check_disjoint({"para": [_example("p", "ยอด ๓๗ คน"), _example("q", f"ยอด{unseen} 37 คน")]})
    check_disjoint(
        {"para": [_example("p", "飞马公司投资建厂。")], "dev": [_example("d", f"飞马公司{unseen}投资建桥。")]}
    )


def test_join_keeps_one_of_two_such_articles(tmp_path: Path) -> None:
    rows = [{"id": f"a{i}", "source": f"第{i}条新闻。公司起诉。", "reference": f"ข่าว {i}"} for i in range(8)]
    rows += [
        {"id": f"b{i}", "source": f"第{i}条\u200b新闻。 公司起诉。\ufeff", "reference": f"ข่าว {i}"} for i in range(8)
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    sizes = ["--n-para", "4", "--n-dev", "2", "--n-src", "2", "--target-lang", "tha"]
    assert main(["data", "join", "--articles", str(tmp_path / "a.jsonl"), "--out", str(tmp_path / "out"), *sizes]) == 0
    found = [e for split in ("para", "dev", "src") for e in read_examples(tmp_path / "out" / f"{split}.jsonl")]
    assert len(found) == 8
    assert {e.target_lang for e in found} == {"th"}
    assert main([*f"data join --articles {tmp_path}/a.jsonl --out {tmp_path}/o2".split(), *sizes[:-1], "Thai"]) == 2
    assert not (tmp_path / "o2").exists()


@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_better_text_that_is_the_worse_one_is_refused(unseen: str, tmp_path: Path) -> None:
    row = {
        "id": "1",
        "source": "新闻",
        "better": "ข่าว ลำปาง",
        "worse": f"ข่าว ล\u0e4d\u0e32ปาง{unseen}",
        "category": "x",
        "source_lang": "zho",
        "target_lang": "th-TH",
    }
    (tmp_path / "p.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    with pytest.raises(UserError, match="equal"):
        read_pairs(tmp_path / "p.jsonl")
    (tmp_path / "p.jsonl").write_text(json.dumps({**row, "worse": "ข่าว ลำพูน"}) + "\n", "utf-8")
    ((pair,), _) = read_pairs(tmp_path / "p.jsonl")
    assert (pair.source_lang, pair.target_lang) == ("zh", "th")


@pytest.mark.parametrize("unseen", UNSEEN)
def test_copies_of_references_and_equal_entries_are_seen_through_it(unseen: str) -> None:
    examples = [_example("a", "新闻", "น้ำท่วม ลำปาง ๓๗ คน")]
    made = [Generation("a", "s", "user", f"น\u0e4d\u0e49\u0e32ท่วม{unseen} ลำปาง 37 คน{unseen}", None, None, None)]
    plain = [Generation("a", "t", "user", "น้ำท่วม ลำปาง 37 คน", None, None, None)]
    none = dict.fromkeys(("repeated", "overlong", "source", "foreign"), 0.0)
    assert copies(examples, made) == {"exact": 1.0, "near": 1.0, "lcs": 1.0, **none}
    assert texts_hash(made) == texts_hash(plain)
    assert texts_hash(plain) != texts_hash([Generation("a", "t", "user", "น้ำท่วม ลำพูน 37 คน", None, None, None)])


@pytest.mark.parametrize("unseen", UNSEEN)
def test_overlap_does_not_see_it(unseen: str) -> None:
    reference = "น้ำท่วมที่จังหวัดลำปาง มีผู้เสียชีวิต ๓๗ คน"
    written = f"{unseen}น\u0e4d\u0e49\u0e32ท่วมที่จังหวัดลำปาง{unseen} มีผู้เสียชีวิต 37 คน"
    for metric in score_overlap([_example("a", "新闻", reference)], [written]):
        assert metric.value() == pytest.approx(100)


@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_copy_of_the_source_is_one_whatever_is_hidden_in_it(unseen: str) -> None:
    assert no_answer("飞马公司投资建厂。", f"飞马公司{unseen}投资建厂。", "zh", "zh") == "verbatim copy of the source"


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_nobody_sees_is_empty(unseen: str, tmp_path: Path) -> None:
    row = {"id": "a", "source": "新闻", "reference": "ข่าว", "facts": None, "source_lang": "zh", "target_lang": "th"}
    fact = {"type": "place", "source": ["清迈"], "target": [unseen]}
    for changed in ({"source": unseen}, {"reference": unseen}, {"facts": [fact]}):
        with pytest.raises(UserError, match="non-empty"):
            parse_example({**row, **changed}, "line 1")
    assert not visible(unseen)
    assert visible(f"{unseen}。")


def test_a_source_is_no_distractor_of_itself() -> None:
    pools = distractors(("a", "b", "c"), ("飞马公司投资建厂。", "飞马公司投资建厂。\u200b", "另一条新闻"))
    assert pools[0] == pools[1] == (2,)


def test_languages_and_scripts_are_told_before_scoring(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    examples = [_example(f"e{i}", "新闻报道", "中文参考译文" if i < 2 else "ข่าวภาษาไทย") for i in range(6)]
    write_examples(tmp_path / "e.jsonl", [Example(e.id, e.source, e.reference, None, "zho", "tha") for e in examples])
    write_generations(
        tmp_path / "g.jsonl", [Generation(e.id, "s", "user", "ข่าวภาษาไทย", None, None, None) for e in examples]
    )
    argv = f"score --examples {tmp_path}/e.jsonl --generations {tmp_path}/g.jsonl --out {tmp_path}/out".split()
    assert main([*argv, "--set", "score.bootstrap_draws=100"]) == 0
    told = capsys.readouterr().err
    assert told.count("note:") == 1
    assert "2 of 6 references are mostly not in Thai script" in told
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert "newmm" in summary["systems"]["user"]["overlap.bleu"]["signature"]
    assert "2 of 6 references" in (tmp_path / "out" / "report.html").read_text("utf-8")
