"""A user's files: what is no regular text file gets a message of its own; rows that cannot be used are counted; one
reader of TSV."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.cli import main
from metrics.errors import UserError
from metrics.files import read_jsonl
from metrics.records import read_examples
from metrics.rejects import Rejects
from metrics.tables import lines_of, read_tsv

ROW = {"id": "a", "source": "今天下雨。", "reference": "ฝนตก", "source_lang": "zh", "target_lang": "th"}


def line(**changes: object) -> str:
    """One examples.jsonl row."""
    return json.dumps({**ROW, **changes}, ensure_ascii=False)


def test_what_is_no_text_file_is_named(tmp_path: Path) -> None:
    """A directory, a pipe, a device, gzip, UTF-16, CSV, TSV and a JSON array are not just "no JSON"."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "packed").write_bytes(gzip.compress(line().encode()))
    (tmp_path / "wide").write_bytes(line().encode("utf-16"))
    (tmp_path / "commas").write_text("id,source\n1,x\n")
    (tmp_path / "tabs").write_text("id\tsource\n1\tx\n")
    (tmp_path / "array").write_text("[" + line() + "]\n", encoding="utf-8")
    wanted = {
        "": "a directory",
        "pipe": "a pipe or a device",
        "packed": "compressed (gzip)",
        "wide": "UTF-16",
        "commas": "(CSV)",
        "tabs": "tab-separated",
        "array": "one JSON array",
    }
    for name, words in wanted.items():
        with pytest.raises(UserError) as error:
            list(read_jsonl(tmp_path / name))
        assert words in str(error.value)
    with pytest.raises(UserError, match="a pipe or a device"):
        list(read_jsonl("/dev/zero"))


def test_all_bad_rows_are_counted_before_anything_is_refused(tmp_path: Path) -> None:
    """How many, which first; with skip they are left out, and the count stays."""
    path = tmp_path / "e.jsonl"
    rows = [line(), line(id="b", source=""), "{broken", line(id="a"), line(id="c")]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match="line 3: not valid JSON"):
        read_examples(path)
    rejects = Rejects(path, skip=True)
    assert [e.id for e in read_examples(path, rejects)] == ["a", "c"]
    assert (rejects.n, rejects.total) == (3, 5)
    assert "3 of 5 rows left out" in (rejects.note() or "")
    path.write_text("\n".join([rows[1], rows[0], rows[3]]) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=r'2 of 3 rows cannot be used; the first: .*line 1: "source"'):
        read_examples(path)


def test_pairs_that_cannot_be_used_are_skipped_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A public set with a few equal pairs is usable by --skip-invalid; the count stands in reward.json."""

    def pair(i: int, worse: str) -> str:
        row = {"id": f"p{i}", "source": "今天下雨。", "better": "ฝนตกวันนี้", "worse": worse, "category": "omission_1"}
        return json.dumps({**row, "source_lang": "zh", "target_lang": "th"}, ensure_ascii=False)

    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join([pair(1, "ฝน"), pair(2, "ฝนตกวันนี้"), pair(3, "ฝนตกวันนี้ ")]), encoding="utf-8")
    arguments = f"validate-reward --reward metric:verbosity.chars --pairs {path} --out {tmp_path}/out".split()
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert "2 of 3 rows cannot be used" in told
    assert "--skip-invalid" in told
    assert not (tmp_path / "out").exists()
    assert main([*arguments, "--skip-invalid"]) == 0
    report = json.loads((tmp_path / "out" / "reward.json").read_text("utf-8"))
    assert (report["n"], report["left_out"]["left_out"]) == (1, 2)


def test_facts_of_several_pairs_of_one_source_are_put_together(tmp_path: Path) -> None:
    """Whatever the order of the pairs, each is judged by all that is known of its source."""

    def fact(kind: str, source: str, target: str) -> dict[str, object]:
        return {"type": kind, "source": [source], "target": [target], "salience": 1}

    base = {"source": "普吉发生车祸，4人受伤。", "source_lang": "zh", "target_lang": "th"}
    place = {
        **base,
        "id": "1",
        "better": "รถชนที่ภูเก็ต",
        "worse": "รถชนที่กระบี่",
        "category": "entity_place",
        "facts": [fact("place", "普吉", "ภูเก็ต")],
    }
    people = {
        **base,
        "id": "2",
        "better": "รถชนเจ็บ 4 คน",
        "worse": "รถชน",
        "category": "omission_1",
        "facts": [fact("quantity", "4人", "4 คน")],
    }
    for i, rows in enumerate(([place, people], [people, place])):
        path = tmp_path / f"{i}.jsonl"
        path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
        out = tmp_path / f"out{i}"
        assert (
            main(["validate-reward", "--reward", "metric:coverage.recall", "--pairs", str(path), "--out", str(out)])
            == 0
        )
        assert json.loads((out / "reward.json").read_text("utf-8"))["accuracy"]["value"] == 1.0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("source,reference\na,b\n", "commas"),
        ("id\ttext\n1\tx\n", "missing: source, reference or title"),
        ("source\tsource\treference\na\tb\tc\n", "named twice"),
        ("source\treference\tnote\na\tb\tc\n", "unknown column"),
        ('source\treference\na\t"ข่าว ""ด่วน"""\n', "quoted as spreadsheets do"),
        ('source\treference\na\t"ข่าว\nด่วน"\n', "columns"),
        ("source\treference\na\n", "line 2: 1 columns"),
    ],
)
def test_tsv_mistakes_are_named(tmp_path: Path, text: str, words: str) -> None:
    """File, line, all missing columns, and a right first line."""
    path = tmp_path / "x.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as error:
        list(read_tsv(path, ("source", "reference|title"), ("source", "reference", "title"), "source<TAB>reference"))
    assert words in str(error.value)


@given(
    st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=("Cs",))), min_size=1, max_size=6),
    st.booleans(),
    st.booleans(),
)
def test_lines_end_at_lf_and_crlf_alone(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], crlf: bool, bom: bool
) -> None:
    """U+2028, U+0085, form feeds and the like are text; a BOM is not; empty lines stay."""
    path = tmp_path_factory.mktemp("l") / "x.txt"
    path.write_bytes(b"\xef\xbb\xbf" * bom + "".join(t + ("\r\n" if crlf else "\n") for t in lines).encode())
    if lines[0].startswith("\ufeff") and not bom:
        lines = [lines[0][1:], *lines[1:]]
    assert lines_of(path) == lines


JOIN = ["--n-para", "2", "--n-dev", "1", "--n-src", "2"]


def joined(tmp_path: Path, articles: list[dict[str, str]], titles: str) -> list[str]:
    """Arguments of `data join` over these files."""
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(a, ensure_ascii=False) for a in articles), encoding="utf-8")
    (tmp_path / "t.tsv").write_text(titles, encoding="utf-8")
    return [*f"data join --articles {tmp_path}/a.jsonl --titles {tmp_path}/t.tsv --out {tmp_path}/out".split(), *JOIN]


def test_one_title_never_goes_to_two_articles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two articles that share an id: refused by name, nothing written."""
    articles = [{"id": str(i), "source": f"第{i}条新闻。"} for i in range(8)] + [{"id": "3", "source": "另一条新闻。"}]
    assert main(joined(tmp_path, articles, "id\ttitle\n" + "".join(f"{i}\tข่าว {i}\n" for i in range(5)))) == 2
    assert "'3' is also that of another article" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_titles_that_match_nothing_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ids are stripped on both sides; what is left over is counted."""
    articles = [{"id": f"{i} ", "source": f"第{i}条新闻。"} for i in range(8)]
    assert main(joined(tmp_path, articles, "id\ttitle\n" + "".join(f" {i}\tข่าว {i}\n" for i in (0, 1, 2, 3, 77)))) == 0
    told = capsys.readouterr()
    assert "1 of 5 titles" in told.err
    assert "'77'" in told.err
    assert "para 2" in told.out
