"""`data join`: CNewSum articles and a user's titles as disjoint, duplicate-free splits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.data.userdata import check_disjoint, read_split
from benchmark.tasks import load_task
from metrics.records import read_examples


def articles(path: Path, n: int, reverse: bool = False) -> Path:
    """Rows as CNewSum's: sentences in a list, the Chinese summary that nothing here needs; each article a second time
    under another id."""
    rows = [{"id": i, "article": [f"第{i}条新闻。", "公司起诉。"], "summary": "公司", "label": [0]} for i in range(n)]
    rows += [{**row, "id": f"again-{row['id']}"} for row in rows]
    path.write_text(
        "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in (rows[::-1] if reverse else rows)), encoding="utf-8"
    )
    return path


def titles(path: Path, n: int) -> Path:
    path.write_text("id\ttitle\n" + "".join(f"{i}\tบริษัท {i}\n" for i in range(n)), encoding="utf-8")
    return path


def join(tmp_path: Path, source: Path, given: Path, *more: str) -> int:
    sizes = ("--n-para", "4", "--n-dev", "2", "--n-src", "5", *more)
    return main(
        ["data", "join", "--articles", str(source), "--titles", str(given), "--out", str(tmp_path / "out"), *sizes]
    )


def test_the_splits_are_disjoint_and_what_a_run_accepts(tmp_path: Path) -> None:
    """Pairs have their own titles, D_src has none, and `run`'s own checks pass."""
    assert join(tmp_path, articles(tmp_path / "a.jsonl", 14), titles(tmp_path / "t.tsv", 8)) == 0
    task = load_task("newswire-title")
    splits = {s: read_split(str(tmp_path / "out" / f"{s}.jsonl"), s, task) for s in ("para", "dev", "src")}
    check_disjoint(splits)
    assert {s: len(rows) for s, rows in splits.items()} == {"para": 4, "dev": 2, "src": 5}
    for example in splits["para"] + splits["dev"]:
        number = example.source.removeprefix("第").partition("条")[0]
        assert example.reference == (f"บริษัท {number}",)
    assert all(e.reference is None for e in splits["src"])
    pairs = [json.loads(line) for line in (tmp_path / "out" / "encoder.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {p["anchor"] for p in pairs} >= {e.source for e in splits["para"]}
    assert not {p["anchor"] for p in pairs} & {e.source for e in splits["dev"]}


def test_the_order_of_the_file_does_not_matter(tmp_path: Path) -> None:
    """The same sources fall into the same splits."""
    found = []
    for name, reverse in (("a", False), ("b", True)):
        folder = tmp_path / name
        folder.mkdir()
        assert join(folder, articles(folder / "a.jsonl", 14, reverse), titles(folder / "t.tsv", 8)) == 0
        found.append([[e.source for e in read_examples(folder / "out" / f"{s}.jsonl")] for s in ("para", "dev", "src")])
    assert found[0] == found[1]


def test_any_parallel_json_lines_serve(tmp_path: Path) -> None:
    """Rows with source and reference need no titles file."""
    rows = [{"source": f"中国{i}", **({"reference": f"จีน {i}"} if i < 7 else {})} for i in range(14)]
    path = tmp_path / "p.jsonl"
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    assert main(f"data join --articles {path} --out {tmp_path}/o --n-para 4 --n-dev 2 --n-src 6".split()) == 0


@pytest.mark.parametrize(
    ("more", "content", "said"),
    [
        (("--n-para", "7"), None, "distinct articles have a title"),
        (("--n-src", "50"), None, "further distinct articles"),
        (("--n-dev", "0"), None, "at least 1"),
        ((), "id\ttitle\n1\tก\n1\tข\n", "a second, different title"),
        ((), "nummer\ttitel\n", "id<TAB>title"),
        ((), "id\ttitle\n1\n", "1 columns, the header has 2"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_written(
    tmp_path: Path, more: tuple[str, ...], content: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One message, exit code 2."""
    given = titles(tmp_path / "t.tsv", 8)
    if content is not None:
        given.write_text(content, encoding="utf-8")
    assert join(tmp_path, articles(tmp_path / "a.jsonl", 14), given, *more) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
