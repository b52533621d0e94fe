"""A user's own splits: TSV and examples.jsonl, and everything that may be wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.data.userdata import check_disjoint, read_split
from benchmark.tasks import load_task
from metrics.errors import UserError
from metrics.records import Example, write_examples

TASK = load_task("newswire-title")


def put(folder: Path, text: str | bytes, name: str = "para.tsv") -> str:
    """A file with that content."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_a_tsv_with_a_header_is_read(tmp_path: Path) -> None:
    """Columns in any order, ids and documents optional, quotes are text, a byte-order mark and Windows line ends are no
    trouble."""
    found = read_split(put(tmp_path, '\ufeffreference\tsource\r\nก "ข"\t中 \r\n\r\nค\t国\r\n'), "para", TASK)
    assert [(e.id, e.source, e.reference) for e in found] == [("para-2", "中", ('ก "ข"',)), ("para-4", "国", ("ค",))]
    named = read_split(put(tmp_path, "id\tsource\tdoc_id\nx\t中\td1\n"), "test", TASK)
    assert [(e.id, e.doc_id, e.reference, e.facts) for e in named] == [("x", "d1", None, None)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("中\tก\n", "source"),
        ("source\ttarget\n中\tก\n", "target"),
        ("source\tsource\n中\tก\n", "each once"),
        ("source\treference\n中\n", "line 2"),
        ("source\treference\n中\t\n", "no reference"),
        ("source\treference\n\tก\n", "source is empty"),
        ("id\tsource\treference\na\t中\tก\na\t国\tก\n", "'a' occurs twice"),
        ("source\treference\n", "no example"),
        ("", "source"),
        (b"source\treference\n\xff\xfe\t\n", "UTF-8"),
    ],
)
def test_a_wrong_tsv_is_refused_with_the_place(tmp_path: Path, text: str | bytes, words: str) -> None:
    """One message that names the file."""
    with pytest.raises(UserError, match=r"para\.tsv") as error:
        read_split(put(tmp_path, text), "para", TASK)
    assert words in str(error.value)


def test_examples_of_another_language_are_refused(tmp_path: Path) -> None:
    """The task decides the languages."""
    write_examples(tmp_path / "e.jsonl", [Example("a", "x", ("y",), None, "en", "th", None, {})])
    with pytest.raises(UserError, match="en -> th"):
        read_split(str(tmp_path / "e.jsonl"), "para", TASK)


def test_rl_never_sees_references(tmp_path: Path) -> None:
    """D_src loses them when it is read."""
    assert read_split(put(tmp_path, "source\treference\n中\tก\n"), "src", TASK)[0].reference is None


def example(name: str, source: str) -> Example:
    """An example with that source."""
    return Example(name, source, None, None, "zh", "th", None, {})


def test_splits_must_not_share_sources() -> None:
    """Within a split and between splits, whatever the ids and the digits' script."""
    check_disjoint({"para": [example("a", "中1")], "test": [example("b", "中2")]})
    with pytest.raises(UserError, match=r"data\.para and data\.test share sources \(1: a = b\)"):
        check_disjoint({"para": [example("a", "中1")], "test": [example("b", " 中１ ")]})
    with pytest.raises(UserError, match=r"data\.dev holds the same source twice"):
        check_disjoint({"dev": [example("a", "中"), example("b", "中")]})


def test_a_long_field_is_read_and_a_quoted_one_refused(tmp_path: Path) -> None:
    """Longer than the csv module's own limit; quotation marks that a spreadsheet put there are no text."""
    task = load_task("newswire-title")
    long = put(tmp_path, f"source\treference\n{'中' * 140_000}\tก\n")
    assert len(read_split(long, "para", task)[0].source) == 140_000
    quoted = put(tmp_path, 'source\treference\n北京\t"ก ""ข"""\n', "quoted.tsv")
    with pytest.raises(UserError, match="line 2: reference is quoted"):
        read_split(quoted, "para", task)
    assert read_split(put(tmp_path, 'source\treference\n北京\t"ก"\n', "plain.tsv"), "para", task)[0].reference == (
        '"ก"',
    )


def test_a_csv_of_a_spreadsheet_is_read_like_a_tsv(tmp_path: Path) -> None:
    from benchmark.data.userdata import read_table

    path = tmp_path / "pairs.csv"
    path.write_text('\ufeffsource,reference,note\r\n"他说，""好""。","เขาพูดว่า ""ดี""",x\r\n', "utf-8")
    (found,) = read_table(path, ("zh", "th"))
    assert (found.source, found.reference) == ('他说，"好"。', ('เขาพูดว่า "ดี"',))
    path.write_text("zh,th\na,b\n", "utf-8")
    with pytest.raises(UserError, match="source,reference"):
        read_table(path, ("zh", "th"))
