"""Test texts in training data: exact and near duplicates by character n-grams, told before training and scoring."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.cli import main
from metrics import contamination
from metrics.contamination import Double, find, notice, told
from metrics.records import Example

LONG = "昨天下午三点，来自德国的二百名游客乘船抵达这座沿海城市，当地政府为他们举行了欢迎仪式。"
OTHER = "研究人员在高原湖泊中发现了一种从未记录过的鱼类，相关论文发表在上周出版的学术期刊上。"
THAI = "เมื่อวานนี้นักท่องเที่ยวชาวเยอรมันสองร้อยคนเดินทางถึงเมืองชายทะเลแห่งนี้โดยทางเรือ"
TIBETAN = "ཁ་སང་འཇར་མན་གྱི་ཡུལ་སྐོར་བ་ཉིས་བརྒྱ་གྲུ་ལ་བསྡད་ནས་མཚོ་འགྲམ་གྱི་གྲོང་ཁྱེར་དེར་འབྱོར།"


def example(name: str, source: str, reference: str | None = None) -> Example:
    return Example(name, source, (reference,) if reference else None, None, "zh", "th", None, {})


def only(test: Example, *training: Example) -> Double | None:
    found = find([test], {"para": training})
    assert len(found) < 2
    return found[0] if found else None


def test_an_equal_text_is_exact_whatever_the_spaces_and_digits_look_like() -> None:
    spaced = LONG.replace("，", "， ").replace("德国", "\u200b德国")
    double = only(example("t", LONG), example("a", OTHER), example("b", spaced))
    assert double == Double("t", "source", "para", "b", 1.0, True)


@pytest.mark.parametrize(
    "near",
    [
        LONG.replace("二百", "三百"),
        LONG.replace("，", "；").replace("。", "！"),
        "本报讯 " + LONG + OTHER,
        OTHER * 3 + LONG,
        LONG[:-12],
    ],
)
def test_a_changed_number_punctuation_a_longer_text_and_a_cut_one_are_near(near: str) -> None:
    double = only(example("t", LONG), example("a", OTHER), example("b", near))
    assert double is not None and not double.exact
    assert double.training_id == "b" and contamination.NEAR <= double.share <= 1


def test_another_text_of_the_same_subject_is_none() -> None:
    other = "今年夏天，德国游客的人数增加了两成，沿海城市的旅馆几乎天天客满。"
    assert only(example("t", LONG), example("a", other), example("b", OTHER)) is None


@pytest.mark.parametrize("text", [THAI, TIBETAN])
def test_references_are_compared_with_references_in_every_script(text: str) -> None:
    test = example("t", LONG, text)
    double = only(test, example("a", OTHER, "ใหม่ " + text.replace("།", " ")))
    assert double is not None and double.side == "reference" and double.share > 0.9
    assert only(test, example("a", text, "อื่น ๆ")) is None  # a source is no reference


def test_short_titles_are_compared_exactly_alone() -> None:
    assert only(example("t", "今天下雨"), example("a", "今天下雨了")) is None
    double = only(example("t", "今天下雨"), example("a", "今天 下雨"))
    assert double is not None and double.exact


def test_the_closest_training_text_is_named_and_an_equal_one_first() -> None:
    near, nearer = LONG[:-14], LONG[:-4]
    double = only(example("t", LONG), example("a", near), example("b", nearer), example("c", near))
    assert double is not None and double.training_id == "b"
    double = only(example("t", LONG), example("b", nearer), example("c", LONG), example("d", LONG))
    assert double is not None and double.training_id == "c" and double.exact


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    training = [example(str(i), text) for i, text in enumerate([OTHER, LONG[:-5], OTHER[3:], LONG])]
    test = [example("t", LONG), example("u", OTHER)]
    whole = find(test, {"src": training})
    for size in (1, 50, 90):
        monkeypatch.setattr(contamination, "CHUNK", size)
        assert find(test, {"src": training}) == whole
    assert [(d.id, d.training_id, d.exact) for d in whole] == [("t", "3", True), ("u", "0", True)]


@given(st.lists(st.text(max_size=40), max_size=6), st.lists(st.text(max_size=40), max_size=6))
def test_any_texts(ours: list[str], theirs: list[str]) -> None:
    """Nothing raises; an equal text is always exact, and shares lie between the threshold and 1."""
    found = find(
        [example(str(i), t) for i, t in enumerate(ours)], {"para": [example(str(i), t) for i, t in enumerate(theirs)]}
    )
    assert all(contamination.NEAR <= d.share <= 1 for d in found)
    exact = {d.id for d in found if d.exact}
    assert {str(i) for i, t in enumerate(ours) if t in theirs} <= exact


def test_the_finding_counts_examples_and_says_what_to_do() -> None:
    finding = told([example("t", LONG, THAI), example("u", OTHER)], {"para": [example("a", LONG, THAI)], "src": []})
    assert (finding["n"], finding["exact"], finding["near"]) == (2, 1, 0)  # one example, though both sides are there
    assert [d["side"] for d in finding["doubles"]] == ["source", "reference"]
    said = notice(finding)
    assert said is not None and "1 of 2 stand in the training data (1 exactly, 0 nearly)" in said and "'t'" in said
    assert notice(told([example("u", OTHER)], {"para": [example("a", LONG)]})) is None


def write(path: Path, rows: list[Example]) -> str:
    path.write_text("".join(json.dumps(row.as_dict()) + "\n" for row in rows), "utf-8")
    return str(path)


def test_score_tells_it_before_scoring_and_keeps_it_in_manifest_and_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    test = [example("t", LONG, THAI), example("u", OTHER, "นักวิจัยพบปลาชนิดใหม่")]
    out = tmp_path / "out"
    generations = tmp_path / "g.jsonl"
    rows = [{"example_id": e.id, "system": "s", "stage": "model", "text": THAI} for e in test]
    generations.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    call = ["score", "--examples", write(tmp_path / "e.jsonl", test), "--generations", str(generations)]
    call += ["--para", write(tmp_path / "p.jsonl", [example("a", LONG[:-3], THAI)]), "--out", str(out)]
    assert main([*call, "--set", "score.bootstrap_draws=100"]) == 0
    assert "WARNING" in (said := capsys.readouterr().err) and "1 of 2 stand in the training data" in said
    about = json.loads((out / "manifest.json").read_text("utf-8"))["data"]["test"]
    # Nearly by its source, exactly by its reference: an exact double.
    assert about["training_overlap"]["exact"] == 1 and about["training_overlap"]["near"] == 0
    assert "stand in the training data" in (out / "report.html").read_text("utf-8")


def test_run_tells_it_when_the_data_are_laid_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first stage is trained, into the manifest."""
    from types import SimpleNamespace

    from benchmark.run import data
    from benchmark.settings.config import load_profile
    from benchmark.tasks import load_task

    splits = {
        "para": [example("a", LONG[:-3], THAI)],
        "src": [example("s", OTHER)],
        "test": [example("t", LONG, "อื่น ๆ"), example("u", "别的新闻。", "ข่าวอื่น")],
    }
    files = {split: write(tmp_path / f"{split}.jsonl", rows) for split, rows in splits.items()}
    profile = load_profile("tiny", [*(f"data.{split}={path}" for split, path in files.items()), "data.name=mine"])

    def step(name: str, made_of: object, outputs: list[Path], work) -> SimpleNamespace:  # type: ignore[no-untyped-def]
        work()
        return SimpleNamespace(outputs={str(p.relative_to(tmp_path)): "0" * 64 for p in outputs})

    place = SimpleNamespace(
        profile=profile,
        run_dir=tmp_path,
        examples_path=lambda task, split: tmp_path / "examples" / f"{task}-{split}.jsonl",
        steps=SimpleNamespace(run=step),
        manifest=SimpleNamespace(),
    )
    data(place, load_task("newswire-title"), splits)  # type: ignore[arg-type]
    assert "WARNING: data.test: 1 of 2 stand in the training data (0 exactly, 1 nearly)" in capsys.readouterr().err
    about = place.manifest.data
    assert about["test"]["training_overlap"]["near"] == 1 and "training_overlap" not in about["para"]
    assert about["test"]["training_overlap"]["n_training"] == {"para": 1, "src": 1}
