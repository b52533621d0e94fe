"""Tasks on real corpora: one TOML file each, texts with the user, every layout of a split with the same hash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.tasks import load_task
from benchmark.tasks.files import DATA_DIR, file_task, read_task_file, shipped, split_hash
from metrics.errors import UserError
from metrics.records import read_examples

PAIRS = [("今天下雨。", "วันนี้ฝนตก"), ("他在曼谷。", "เขาอยู่กรุงเทพฯ"), ("共有3人。", "มี 3 คน")]
HEAD = """
name = "mine"
source_lang = "zh"
target_lang = "th"
version = "1"
prompt = "翻译：{source}\\n"
licence = "CC0"
citation = "Me: Mine. 2026."
home = "https://example.org/mine"
revision = "r1"
"""


@pytest.fixture(autouse=True)
def _no_data_dir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATA_DIR, raising=False)


def _lines(folder: Path) -> str:
    (folder / "zh.txt").write_text("".join(a + "\n" for a, _ in PAIRS), "utf-8")
    (folder / "th.txt").write_text("\ufeff" + "\r\n".join(b for _, b in PAIRS), "utf-8")
    (folder / "docs.txt").write_text("d1\nd1\nd2\n", "utf-8")
    return '[[texts]]\nformat = "lines"\nsource = "zh.txt"\nreference = "th.txt"\ndocs = "docs.txt"\n'


def _jsonl(folder: Path) -> str:
    (folder / "x.jsonl").write_text("".join(json.dumps({"chinese": a, "th": b}) + "\n" for a, b in PAIRS), "utf-8")
    return '[[texts]]\nformat = "jsonl"\nsource = "x.jsonl"\ncolumns = { source = "chinese", reference = "th" }\n'


def _tsv(folder: Path) -> str:
    (folder / "x.tsv").write_text("source\tthai\n" + "".join(f"{a}\t{b}\n" for a, b in PAIRS), "utf-8")
    return '[[texts]]\nformat = "tsv"\nsource = "x.tsv"\ncolumns = { reference = "thai" }\n'


def _task(folder: Path, texts: str, more: str = "") -> Path:
    path = folder / "mine.toml"
    path.write_text(HEAD + more + texts, "utf-8")
    return path


@pytest.mark.parametrize("layout", [_lines, _jsonl, _tsv])
def test_every_layout_reads_the_same_split(tmp_path: Path, layout) -> None:
    task = load_task(f"file:{_task(tmp_path, layout(tmp_path))}")
    examples = task.load("test")
    assert [(e.source, e.reference) for e in examples] == [(a, (b,)) for a, b in PAIRS]
    assert split_hash(examples) == split_hash(task.load("test")) and len(task.load("test", 2)) == 2
    assert (task.name, task.of_world, task.ask("x")) == ("mine", False, "翻译：x\n")
    again = load_task(
        f"file:{_task(tmp_path, layout(tmp_path), f'sha256 = {json.dumps(split_hash(examples))}' + chr(10))}"
    )
    assert again.load("test") == examples


def test_squad_gives_paragraphs_with_their_answers(tmp_path: Path) -> None:
    for lang, context, answer in (("zh", "他有308分。", "308"), ("th", "เขาได้ 308 คะแนน", "308 คะแนน")):
        qas = [{"id": "q", "question": f"{lang}?", "answers": [{"text": answer, "answer_start": 0}]}]
        article = {"title": "t", "paragraphs": [{"context": context, "qas": qas}]}
        (tmp_path / f"{lang}.json").write_text(json.dumps({"data": [article, article, article]}), "utf-8")
    task = file_task(
        _task(tmp_path, '[[texts]]\nformat = "squad"\nsource = "zh.json"\nreference = "th.json"\nevery = 2\n'), own=True
    )
    examples = task.load("test")
    assert [(e.id, e.doc_id) for e in examples] == [("0-0", "0"), ("2-0", "2")]
    assert examples[0].meta["qa"] == [
        {"question_zh": "zh?", "answer_zh": "308", "question": "th?", "answer": "308 คะแนน"}
    ]


def test_documents_go_with_the_lines(tmp_path: Path) -> None:
    assert [e.doc_id for e in file_task(_task(tmp_path, _lines(tmp_path)), own=True).load("test")] == ["d1", "d1", "d2"]


def test_another_version_of_the_texts_is_refused(tmp_path: Path) -> None:
    task = file_task(_task(tmp_path, _tsv(tmp_path), f'sha256 = "{"a" * 64}"\nn = 3\n'), own=True)
    with pytest.raises(UserError, match=r"not the split of task mine \(3 pairs"):
        task.load("test")


def test_lines_that_do_not_answer_each_other_are_refused(tmp_path: Path) -> None:
    task = file_task(_task(tmp_path, _lines(tmp_path)), own=True)
    (tmp_path / "th.txt").write_text("หนึ่ง\n", "utf-8")
    with pytest.raises(UserError, match="3 lines, but 1 references"):
        task.load("test")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = [", "not a TOML file"),
        (HEAD, "texts"),
        (HEAD + "colour = 1\n" + '[[texts]]\nformat = "tsv"\nsource = "x"\n', "colour"),
        (HEAD + '[[texts]]\nformat = "xml"\nsource = "x"\n', "format"),
        (HEAD.replace("{source}", "") + '[[texts]]\nformat = "tsv"\nsource = "x"\n', "prompt"),
    ],
)
def test_a_wrong_task_file_is_told_by_its_key(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UserError, match=told):
        file_task(path)


def test_absent_texts_are_told_with_where_to_get_and_put_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    for name in shipped():
        assert main(["data", "export", "--task", name, "--split", "test", "--out", str(out)]) == 2
        told = capsys.readouterr().err
        assert read_task_file(shipped()[name]).home in told and DATA_DIR in told and "--data" in told
    assert main(f"data export --task ntrex-zh-th --split test --data {tmp_path}/no --out {out}".split()) == 2
    assert "no such folder" in capsys.readouterr().err
    assert main(["data", "export", "--task", "ntrex-zh-th", "--split", "para", "--out", str(out)]) == 2
    assert "split test alone" in capsys.readouterr().err
    assert not out.exists()


def test_data_names_the_folder_and_the_hash_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATA_DIR, "elsewhere")  # put back after the test
    out = tmp_path / "out.jsonl"
    path = _task(tmp_path, _tsv(tmp_path))
    assert (
        main(
            ["data", "export", "--task", f"file:{path}", "--split", "test", "--data", str(tmp_path), "--out", str(out)]
        )
        == 0
    )
    assert len(read_examples(out)) == 3 and split_hash(read_examples(out)) in capsys.readouterr().out


def test_the_shipped_files_are_whole_and_named_after_their_tasks() -> None:
    boards = {"ntrex-zh-th", "ntrex-zh-bo", "flores-zh-th", "flores-zh-bo", "xquad-zh-th"}
    assert set(shipped()) == {*boards, "cnewsum-title-zh-th", "milic-title-bo"}
    for name, path in shipped().items():
        spec = read_task_file(path)
        assert spec.name == name and load_task(name).target_lang == spec.target_lang
        assert spec.sha256 is not None or "pin" in path.read_text("utf-8")  # a hash, or why there is none


def test_a_board_of_a_real_corpus_is_verified_with_the_texts_and_says_so_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmark.tasks import files

    monkeypatch.setattr(files, "FOLDER", tmp_path)
    monkeypatch.setenv(DATA_DIR, str(tmp_path))
    _task(tmp_path, _tsv(tmp_path))
    board = str(tmp_path / "boards" / "mine.json")
    assert main(["leaderboard", "create", "--task", "mine", "--board", board]) == 0
    made = [{"example_id": str(i), "system": "toy", "stage": "post-sft", "text": b} for i, (_, b) in enumerate(PAIRS)]
    (tmp_path / "g.jsonl").write_text("".join(json.dumps(row) + "\n" for row in made), "utf-8")
    assert main([*f"submit --generations {tmp_path}/g.jsonl --task mine --system toy --board".split(), board]) == 0
    capsys.readouterr()
    assert main(["leaderboard", "verify", "--board", board]) == 0
    assert "data absent" not in capsys.readouterr().out
    (tmp_path / "x.tsv").rename(tmp_path / "away.tsv")
    assert main(["leaderboard", "verify", "--board", board]) == 0
    assert "not rechecked: data absent" in capsys.readouterr().out
    (tmp_path / "x.tsv").write_text("source\tthai\n另外的。\tอื่น ๆ\n", "utf-8")
    assert main(["leaderboard", "verify", "--board", board]) == 1
