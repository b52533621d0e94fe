"""The layouts in which publishers give out the corpora, read by the shipped task files; texts of this suite's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.cli import main
from benchmark.tasks import load_task
from benchmark.tasks.files import DATA_DIR, DOWNLOAD, file_task, split_hash
from metrics.errors import UserError

ZH = ["他付了200美元。", "德国队赢了。"]
TH = ["เขาจ่าย 200 ดอลลาร์สหรัฐ", "ทีมเยอรมนีชนะ"]
HEAD = """
name = "mine"
source_lang = "zh"
target_lang = "th"
version = "1"
prompt = "{source}"
licence = "CC0"
citation = "Me: Mine."
home = "https://example.org/mine"
revision = "r1"
[[texts]]
"""


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_DIR, str(tmp_path))
    monkeypatch.setenv(DOWNLOAD, "0")


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def rows(texts: list[str], first: int = 0) -> list[dict[str, Any]]:
    return [{"id": first + i, "text": text, "url": "u"} for i, text in enumerate(texts)]


def flores_jsonl(folder: Path, split: str) -> None:
    for name, texts in (("cmn_Hans", ZH), ("tha_Thai", TH)):
        put(folder / f"flores_plus/{split}/{name}.jsonl", "".join(json.dumps(r) + "\n" for r in rows(texts)))


def flores_parquet(folder: Path, split: str) -> None:
    import pyarrow
    from pyarrow import parquet

    for name, texts in (("cmn_Hans", ZH), ("tha_Thai", TH)):
        path = folder / f"flores_plus/{split}/{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        # In another order: the rows are joined by their ids, and their order is the sources'.
        table = rows(texts) if name == "cmn_Hans" else rows(texts)[::-1]
        parquet.write_table(pyarrow.Table.from_pylist(table), path)


def flores_zip(folder: Path, split: str) -> None:
    for name, texts in (("cmn_Hans", ZH), ("tha_Thai", TH)):
        put(folder / f"floresp/{split}/{split}.{name}", "\n".join(texts) + "\n")


def flores_200(folder: Path, split: str) -> None:
    for name, texts in (("zho_Hans", ZH), ("tha_Thai", TH)):
        put(folder / f"flores200_dataset/{split}/{name}.{split}", "\n".join(texts) + "\n")


@pytest.mark.parametrize("layout", [flores_jsonl, flores_parquet, flores_zip, flores_200])
def test_flores_in_each_layout_is_the_same_split(tmp_path: Path, layout: Callable[[Path, str], None]) -> None:
    layout(tmp_path, "devtest")
    layout(tmp_path, "dev")
    for split in ("test", "dev"):
        found = load_task("flores-zh-th").load(split)
        assert [(e.id, e.source, e.reference) for e in found] == [("0", ZH[0], (TH[0],)), ("1", ZH[1], (TH[1],))]


def test_ntrex_needs_the_documents_and_reads_a_clone(tmp_path: Path) -> None:
    put(tmp_path / "NTREX/NTREX-128/newstest2019-ref.zho-CN.txt", "\n".join(ZH) + "\n")
    put(tmp_path / "NTREX/NTREX-128/newstest2019-ref.tha.txt", "\n".join(TH) + "\n")
    with pytest.raises(UserError, match=r"DOCUMENT_IDS.tsv: missing; it names the document"):
        load_task("ntrex-zh-th").load("test")
    put(tmp_path / "NTREX/DOCUMENT_IDS.tsv", "a\nb\n")
    with pytest.raises(UserError, match="not the split of task ntrex-zh-th"):  # read, and not NTREX
        load_task("ntrex-zh-th").load("test")


def test_xquad_of_two_different_files_is_one_message(tmp_path: Path) -> None:
    article = {"paragraphs": [{"context": ZH[0], "qas": []}]}
    put(tmp_path / "xquad.zh.json", json.dumps({"data": [article, article]}))
    put(tmp_path / "xquad.th.json", json.dumps({"data": [article]}))
    with pytest.raises(UserError, match="not one SQuAD in two languages"):
        load_task("xquad-zh-th").load("test")


def test_cnewsum_articles_are_joined_with_the_titles_that_there_are(tmp_path: Path) -> None:
    articles = [
        {"id": 7, "article": ["他 付 了 200 美 元 。", "New York 很 大 。"], "summary": ["x"]},
        {"id": 8, "article": ["没 有 题 目 。"], "summary": ["x"]},
    ]
    put(tmp_path / "CNewSum_v2/final/test.simple.label.jsonl", "".join(json.dumps(a) + "\n" for a in articles))
    put(tmp_path / "cnewsum/titles.th.tsv", "id\ttitle\n7\tเขาจ่าย 200 ดอลลาร์\n")
    found = load_task("cnewsum-title-zh-th").load("test")
    assert [(e.id, e.source, e.reference) for e in found] == [
        ("7", "他付了200美元。New York很大。", ("เขาจ่าย 200 ดอลลาร์",))
    ]
    put(tmp_path / "cnewsum/titles.th.tsv", "id\ttitle\n7\tหนึ่ง\n9\tสอง\n")
    with pytest.raises(UserError, match="1 ids are in one of both files alone"):
        load_task("cnewsum-title-zh-th").load("test")


@pytest.mark.parametrize("names", [("passage", "title"), ("text", "label")])
def test_milic_titles(tmp_path: Path, names: tuple[str, str]) -> None:
    row = dict(zip(names, ("གསར་འགྱུར་རིང་པོ།", "ཁ་བྱང་།"), strict=True))
    put(tmp_path / "milic-eval/title_generation/bo/test.json", json.dumps([row]))
    task = load_task("milic-title-bo")
    assert [(e.source, e.reference) for e in task.load("test")] == [("གསར་འགྱུར་རིང་པོ།", ("ཁ་བྱང་།",))]
    assert task.target_lang == "bo"
    put(tmp_path / "milic-eval/title_generation/bo/test.json", json.dumps([{"odd": "x", "title": "y"}]))
    with pytest.raises(UserError, match=r"no column for source among 'odd', 'title'.*columns = \{ source"):
        task.load("test")


def mine(folder: Path, texts: str) -> list[Any]:
    put(folder / "mine.toml", HEAD + texts)
    return file_task(folder / "mine.toml", own=True).load("test")


def test_csv_with_quotes_and_line_breaks(tmp_path: Path) -> None:
    put(tmp_path / "x.csv", '\ufeffzh,th\n"他说，""好""。","เขาพูดว่า ""ดี"""\n\n二,สอง\n')
    found = mine(tmp_path, 'format = "csv"\nsource = "x.csv"\ncolumns = { source = "zh", reference = "th" }\n')
    assert [(e.source, e.reference[0]) for e in found] == [('他说，"好"。', 'เขาพูดว่า "ดี"'), ("二", "สอง")]
    put(tmp_path / "x.csv", "source,reference\na,b,c\n")
    with pytest.raises(UserError, match="line 2: 3 columns, the header has 2"):
        mine(tmp_path, 'format = "csv"\nsource = "x.csv"\n')


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        ([{"id": 0, "text": "ก"}], "1 ids are in one of both files alone"),
        ([{"id": 0, "text": "ก"}, {"id": 0, "text": "ข"}], "second, different reference"),
        ([{"text": "ก"}], "1 rows, the sources have 2"),
    ],
)
def test_rows_that_cannot_be_joined_are_refused(tmp_path: Path, theirs: list[dict[str, Any]], told: str) -> None:
    put(tmp_path / "a.jsonl", "".join(json.dumps(r) + "\n" for r in rows(ZH)))
    put(tmp_path / "b.json", json.dumps({"data": theirs}))
    layout = 'format = "jsonl"\nsource = "a.jsonl"\nreference = "b.json"\nreference_format = "json"\n'
    with pytest.raises(UserError, match=told):
        mine(tmp_path, layout + 'columns = { source = "text", reference = "text" }\n')


@pytest.mark.parametrize("form", ["json", "parquet", "squad", "lines"])
def test_what_is_no_file_of_its_format_is_one_message(tmp_path: Path, form: str) -> None:
    put(tmp_path / "x", "{ no")
    with pytest.raises(UserError):
        mine(tmp_path, f'format = "{form}"\nsource = "x"\n' + ('reference = "x"\n' if form == "squad" else ""))


def export(*more: str, out: Path) -> int:
    return main(["data", "export", "--task", "flores-zh-th", "--split", "test", "--out", str(out), *more])


def test_download_offline_is_one_message_with_the_way_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmark.tasks.download.unreachable", lambda: "HF_HUB_OFFLINE is set")
    assert export("--download", out=tmp_path / "out.jsonl") == 2
    told = capsys.readouterr().err
    assert "HF_HUB_OFFLINE is set" in told and "put them at" in told and "flores_plus/devtest/tha_Thai" in told
    assert told.count("--download") == 1, "what was asked for in vain is not advised again"
    assert "Traceback" not in told and not (tmp_path / "out.jsonl").exists()
    monkeypatch.setenv(DOWNLOAD, "1")
    with pytest.raises(UserError, match="ntrex-zh-th has no place on the hub; get them from https"):
        load_task("ntrex-zh-th").load("test")
    monkeypatch.delenv(DATA_DIR)
    with pytest.raises(UserError, match="by --data DIR"):
        load_task("flores-zh-th").load("test")


def test_download_asks_the_hub_only_when_told_and_reads_what_it_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    asked: list[tuple[str, str, str]] = []

    def give(repo: str, name: str, *, repo_type: str, revision: str, local_dir: Path) -> None:
        asked.append((repo, name, revision))
        put(local_dir / name, "")
        flores_parquet(tmp_path, "devtest")

    monkeypatch.setattr("benchmark.tasks.download.unreachable", lambda: None)
    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", lambda *_, **__: SimpleNamespace(sha="c" * 40))
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", give)
    assert export(out=tmp_path / "out.jsonl") == 2 and not asked
    assert export("--download", out=tmp_path / "out.jsonl") == 0
    assert {repo for repo, _, _ in asked} == {"openlanguagedata/flores_plus"}
    assert {revision for _, _, revision in asked} == {"c" * 40}
    assert len(load_task("flores-zh-th").load("test")) == 2


def test_where_nothing_is_pinned_the_hash_of_what_was_read_is_recorded(tmp_path: Path) -> None:
    from benchmark.tasks.files import provenance

    flores_200(tmp_path, "devtest")
    examples = load_task("flores-zh-th").load("test")
    told = provenance("flores-zh-th", examples)
    assert told is not None and told["sha256"] == split_hash(examples) and told["pinned"] is False
    assert provenance("newswire-title", examples) is None
