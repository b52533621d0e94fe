"""`python -m training NAME` on corpora that are empty, broken, of another kind or too small: one message, exit code 2,
nothing half-written."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from benchmark.tasks.newswire import corpora
from metrics.errors import UserError
from metrics.records import write_jsonl
from training.__main__ import ASSETS, main
from training.embedded.making import written
from training.embedded.rows import BaseRow, CometRow, FormRow, RerankerRow, check_row

KEYS = {
    "base": ["prompt", "completions", "pairs"],
    "reranker": ["source", "candidates", "units"],
    "reranker-encoder": ["source", "candidates", "units"],
    "comet": ["src", "mt", "ref", "score"],
    "encoder": ["anchor", "positive"],
    "form": ["lang", "kind", "text", "names"],
}


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("words") / "words.txt"
    path.write_text("曼谷\nกรุงเทพฯ\n", encoding="utf-8")
    return path


def _refused(name: str, corpus: Path, words: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    out = corpus.parent / "made" / "model"
    assert main([name, "--corpus", str(corpus), "--words", str(words), "--out", str(out), *more]) == 2
    assert not out.parent.exists() or not list(out.parent.iterdir())
    told = capsys.readouterr().err
    assert told.startswith("error: ") and "Traceback" not in told
    return told


@pytest.mark.parametrize("name", sorted(ASSETS))
def test_a_corpus_that_is_none_is_refused(
    name: str, words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each trainer, each way for a file to be no corpus."""
    if name == "comet":
        from metrics.scorers.comet import unavailable

        if reason := unavailable():
            pytest.skip(reason)
    for content, said in (
        ("", "holds no rows"),
        ("\n \n", "holds no rows"),
        ("[1, 2]\n", "not an object"),
        ("a,b\n1,2\n", "comma-separated text"),
        ('{"a": 1}\n{"b"', "line 2: not valid JSON"),
    ):
        corpus = tmp_path / "corpus.jsonl"
        corpus.write_text(content, encoding="utf-8")
        if said.startswith("line 2"):
            corpus.write_text(json.dumps(next(iter(corpora.CORPORA[name.removesuffix("-encoder")](1)))) + '\n{"b"')
        assert said in _refused(name, corpus, words, capsys)
    corpus.write_text('{"other": 1}\n', encoding="utf-8")
    told = _refused(name, corpus, words, capsys)
    assert all(key in told for key in KEYS[name])


def test_a_word_list_that_is_none_is_refused(words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = tmp_path / "corpus.jsonl"
    write_jsonl(corpus, islice(corpora.CORPORA["base"](1), 2))
    (tmp_path / "none.txt").write_text("\n", encoding="utf-8")
    assert "holds no words" in _refused("base", corpus, tmp_path / "none.txt", capsys)
    assert "cannot read" in _refused("base", corpus, tmp_path / "absent.txt", capsys)


def test_too_few_rows_for_the_form_models_are_counted_and_named(
    words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was an IndexError, with the folder made."""
    corpus = tmp_path / "form.jsonl"
    for n in (1, 6):
        write_jsonl(corpus, islice(corpora.CORPORA["form"](1), n))
        told = _refused("form", corpus, words, capsys)
        assert f"too few rows ({n};" in told and "held out" in told


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (["--set", "heads=5"], "hidden must be a multiple of heads"),
        (["--set", "layers=0"], "at least 1"),
        (["--set", "lr=-1"], "at least 0"),
        (["--set", "lr=nan"], "at least 0"),
        (["--set", "steps=0", "--set", "pieces=300", "--set", "hidden=12"], "no steps"),
    ],
)
def test_a_setting_that_no_training_has_is_refused(
    setting: list[str], said: str, words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus.jsonl"
    write_jsonl(corpus, islice(corpora.CORPORA["base"](1), 2))
    assert said in _refused("base", corpus, words, capsys, *setting)


def test_a_switch_is_true_or_false() -> None:
    """bool("false") is true: the switch could not be put off."""
    from training.__main__ import _settings
    from training.embedded.reranker import RerankerSettings

    found: Any = [_settings(RerankerSettings, [f"autocast={word}"]) for word in ("true", "false")]
    assert [settings.autocast for settings in found] == [True, False]
    with pytest.raises(UserError, match="'no' is neither true nor false"):
        _settings(RerankerSettings, ["autocast=no"])


def test_a_folder_with_other_files_is_never_replaced(
    words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.tex").write_text("mine", encoding="utf-8")
    for out, said in ((tmp_path, "holds other files"), (tmp_path / "thesis.tex", "is a file")):
        assert main(["base", "--corpus", "c.jsonl", "--words", str(words), "--out", str(out)]) == 2
        assert said in capsys.readouterr().err
    assert (tmp_path / "thesis.tex").read_text("utf-8") == "mine"


def test_a_writing_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with written(tmp_path / "model") as folder:
            folder.mkdir()
            (folder / "half").write_text("x", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not list(tmp_path.iterdir())


def test_every_row_of_the_shipped_corpora_is_right() -> None:
    for name, kind in (("base", BaseRow), ("reranker", RerankerRow), ("comet", CometRow), ("form", FormRow)):
        for world in ("", "@2"):
            for n, row in enumerate(islice(corpora.CORPORA[name + world](1), 40)):
                check_row(json.loads(json.dumps(row)), kind, f"{name}{world}, row {n}")


CANDIDATE = {"text": "กรุงเทพฯ", "label": 0.9, "checks": [[8, "place", True, "กรุงเทพฯ"]], "clean": True}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"checks": [[9, "place", True, None]]}, "ends outside the text"),
        ({"checks": [[0, "place", True, None]]}, "ends outside the text"),
        ({"clean": False}, "no candidate is clean"),
        ({"label": 1.5}, "candidates.0.label"),
        ({"text": " ", "checks": []}, "it is clean and holds no text"),
    ],
)
def test_a_judged_row_that_cannot_be_learnt_from_is_named(change: dict[str, object], said: str) -> None:
    unit = {"source": "曼谷", "candidates": [CANDIDATE]}
    check_row({**unit, "units": [unit]}, RerankerRow, "here")
    with pytest.raises(UserError, match="a right line") as caught:
        check_row({"source": "曼谷", "candidates": [CANDIDATE | change], "units": [unit]}, RerankerRow, "here")
    assert said in str(caught.value) and str(caught.value).startswith("here: ")
