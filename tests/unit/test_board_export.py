"""Boards as pages and tables: nothing in them acts; the published figures; the boards of the suite itself."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import board_world as world
import pytest
from board_shown import board  # noqa: F401 - a fixture
from browser import dom_of, in_a_browser, told

from benchmark.cli import main
from benchmark.leaderboard import board as boards
from benchmark.leaderboard.export import table_csv
from benchmark.leaderboard.paper import read_paper
from benchmark.leaderboard.ranks import derive
from benchmark.leaderboard.show import table


class Page(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_the_export_is_offline_and_nothing_in_it_acts(board: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert world.leaderboard("export", board, "--out", str(out)) == 0
    index = Page((out / "index.html").read_text("utf-8"))
    pages = [link for link in index.links if link.startswith("entries/")]
    assert len(set(pages)) == len(world.entries(board))
    assert all((out / page).is_file() for page in pages)
    for file in [out / "index.html", *(out / page for page in pages)]:
        text = file.read_text("utf-8")
        page = Page(text)
        assert page.tags.count("script") == (file.name == "index.html")
        assert not page.attributes & {"onerror", "onclick", "onload"}
        assert not {"img", "iframe", "object"} & set(page.tags)
        assert all(not link.startswith(("http", "//", "data", "javascript")) for link in page.links)
        assert "\u202e" not in text
        assert "\x1b" not in text
    assert world.leaderboard("export", board, "--out", str(out)) == 0, "an older export is replaced"


def test_an_export_spares_other_peoples_folders(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("x")
    assert world.leaderboard("export", board, "--out", str(tmp_path)) == 2
    assert world.leaderboard("export", board, "--out", str(tmp_path / "mine.txt")) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
    assert capsys.readouterr().err.count("error: ") == 2


CLICKS = """<script>
const order = () => [...document.querySelectorAll("tbody.system")].filter(b => !b.hidden).map(b => b.dataset.name);
const [rank, system, primary] = document.querySelectorAll("table.board th button");
const seen = [order()];
for (const button of [system, system, primary, primary, rank]) { button.click(); seen.push(order()); }
const filter = document.getElementById("filter");
filter.value = "TWIN"; filter.dispatchEvent(new Event("input")); seen.push(order());
filter.value = "no such system"; filter.dispatchEvent(new Event("input"));
seen.push([order(), document.getElementById("nothing").hidden, document.querySelector("p.empty").hidden]);
document.title = JSON.stringify(seen);
</script>"""


@in_a_browser
def test_in_a_browser_the_table_sorts_and_filters(board: Path, tmp_path: Path) -> None:
    """By a click on a column's head, again for the other way round; equal systems keep their order."""
    out = tmp_path / "out"
    assert world.leaderboard("export", board, "--out", str(out)) == 0
    index = out / "index.html"
    index.write_text(index.read_text("utf-8") + CLICKS, "utf-8")
    first_seen, names, backwards, best_first, worst_first, by_rank, filtered, nothing = told(dom_of(index, tmp_path))
    assert names == sorted(first_seen, key=str.lower) == backwards[::-1]
    assert (
        best_first[0] == by_rank[0] == "best v1"
    )  # a system stands where its last stage does: recovery .8, as middle and twin
    assert set(best_first[1:4]) == set(by_rank[1:4]) == {"middle v1", "twin v1", "sg-srl v1, seed 3"}
    assert worst_first[0] == "attack v1"
    assert set(worst_first) == set(first_seen)
    assert filtered == ["twin v1"]
    assert nothing == [[], False, False], "an empty filter says so, on the page and on the board"


@in_a_browser
def test_in_a_browser_hostile_outputs_are_text(board: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert world.leaderboard("export", board, "--out", str(out)) == 0
    attacked = next(e for e in world.entries(board) if e["system"] == "attack")
    for page in (out / "index.html", out / "entries" / f"{attacked['digest'][:24]}.html"):
        shown = dom_of(page, tmp_path)
        assert "<main>" in shown
        assert "<title>OWNED" not in shown
        assert "<img" not in shown


def test_csv_and_markdown_hold_every_entry_and_no_formula(board: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    world.leaderboard("export", board, "--out", str(out))
    rows = list(csv.DictReader(io.StringIO((out / "board.csv").read_text("utf-8"))))
    assert {(r["system"], r["stage"]) for r in rows} == {(e["system"], e["stage"]) for e in world.entries(board)}
    best = next(r for r in rows if r["system"] == "best")
    assert (best["rank"], best["coverage.f1.length_controlled"]) == ("1", "1.0")
    kept = next(r for r in rows if r["stage"] == "post-recovery")
    assert float(kept["preservation.ratio"]) == pytest.approx(0.6)
    assert kept["trajectory"].startswith("SFT 0.500 → RL 1.000 → recovery 0.800")
    assert (kept["hacked"], best["hacked"]) == ("not tested", "")
    assert "| sg-srl v1, seed 3 | post-rl |" in (out / "board.md").read_text("utf-8")


def test_the_papers_figures_stand_beside_and_are_never_ranked(tmp_path: Path) -> None:
    """In the terminal's table, in Markdown, CSV and HTML; Table 2 and 3 to the digit."""
    path = world.new_board(tmp_path / "b", task="newswire-title")
    view = derive(path, boards.read_board(path))
    shown = "\n".join(table(view, None))
    assert "reported, not recomputed and not ranked: arXiv 2605.29502, Table 2" in shown
    rows = list(csv.DictReader(io.StringIO(table_csv([(path, view)]))))
    assert rows
    assert all(
        r["trust"] == "reported" and r["rank"] == "" and r["source"].startswith("arXiv 2605.29502, Table") for r in rows
    )
    main_row = next(r for r in rows if r["system"] == "gate+batchlen")
    assert (main_row["reported.entity"], main_row["reported.length"]) == ("2.331", "531.7")
    out = tmp_path / "out"
    assert main(["leaderboard", "export", "--board", str(path), "--out", str(out)]) == 0
    assert "Reported, not recomputed and not ranked" in (out / "index.html").read_text("utf-8")
    assert "Table 1a" in (out / "board.md").read_text("utf-8")


def test_the_papers_tables_are_all_there() -> None:
    """Tables 1a, 1b, 2, 3 and 4, each figure as printed."""
    tables = {t["id"]: t for t in read_paper()["tables"]}
    assert list(tables) == ["Table 1a", "Table 1b", "Table 2", "Table 3", "Table 4"]
    values = {(t, e["system"]): list(e["values"].values()) for t in tables for e in tables[t]["entries"]}
    assert values["Table 1a", "SG-SRL"] == [3189, 0.64, 995, 2602, 1403]
    assert values["Table 1b", "Cold-start SFT"] == [1378, 27.6]
    assert values["Table 2", "grpo-control"] == [1.441, 1.549, 1.428, 1.000, 0.976, 1.279, 708.9]
    assert values["Table 3", "SG-SRL"] == [0.17, 3.420, 3.540, 3.520, 3.280, 3.260, 3.404]
    assert sorted(tuple(v) for (t, _), v in values.items() if t == "Table 4") == [(0.4519, 0.7164), (0.4523, 0.7011)]
    assert all(e["trust"] == "reported" for t in tables.values() for e in t["entries"])


def test_create_renews_an_empty_board_and_spares_one_with_entries(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is done after the world of a task has changed."""
    path = tmp_path / "toy.json"
    assert boards.create(path, world.TASK, "1", world.EXAMPLES)[1] == "new"
    assert boards.create(path, world.TASK, "1", world.EXAMPLES)[1] == "unchanged"
    assert boards.create(path, world.TASK, "2", world.EXAMPLES[1:])[1] == "renewed"
    assert [p.name for p in (tmp_path / "tests").iterdir()] == [boards.read_board(path)["test"]["sha256"] + ".jsonl.gz"]
    boards.create(path, world.TASK, "1", world.EXAMPLES)
    world.submit(path, world.write_outputs(tmp_path / "g.jsonl", world.first), "one")
    before = path.read_bytes()
    from metrics.errors import UserError

    with pytest.raises(UserError, match="another test split"):
        boards.create(path, world.TASK, "2", world.EXAMPLES[1:])
    assert path.read_bytes() == before
    assert main(["leaderboard", "create", "--board", str(path)]) == 2


CORPORA = ("flores-zh-bo", "flores-zh-th", "ntrex-zh-bo", "ntrex-zh-th", "xquad-zh-th")
"""Real corpora that have a board of the suite."""


def test_one_board_for_every_task_of_the_suite() -> None:
    """Made by `leaderboard create`; that their splits are the tasks' own is checked by `leaderboard verify`."""
    from benchmark.tasks import TASKS

    assert {p.stem for p in boards.board_files()} == {*TASKS, *CORPORA}
    for path in boards.board_files():
        board = boards.read_board(path, strict=True)
        assert board["task"] == path.stem
        if board["test"]["sha256"] is not None:
            assert len(boards.read_ids(path, board)[0]) == board["test"]["n"]


def test_the_suites_boards_hold_as_far_as_can_be_seen_without_recomputing() -> None:
    """Digests, lineages, files; and the stored test splits are those that the tasks make. `leaderboard verify`
    recomputes."""
    import hashlib

    from benchmark.leaderboard.verify import verify
    from benchmark.tasks import load_task

    for path in boards.board_files():
        verify(path, quick=True)
        if path.stem in CORPORA:
            continue
        told = boards.read_board(path)["test"]
        data = boards.examples_bytes(load_task(path.stem).load("test"))
        assert hashlib.sha256(data).hexdigest() == told["sha256"], (
            f"{path.name}: run `python -m benchmark leaderboard create`"
        )


def test_boards_of_real_corpora_hold_what_may_be_published() -> None:
    """The hash of the split that the task file pins, ids and documents by number, baselines; no text of the corpus."""
    import gzip

    from benchmark.tasks.files import read_task_file, shipped

    for name in CORPORA:
        path = boards.BOARDS / f"{name}.json"
        board, spec = boards.read_board(path), read_task_file(shipped()[name])
        assert boards.withheld(board) and board["primary"] == "open.f1.length_controlled"
        assert board["test"]["n"] == spec.n
        assert (board["test"]["sha256"] is None) == (spec.sha256 is None)
        if board["test"]["sha256"] is None:
            continue
        split = gzip.decompress(boards.test_path(path, boards.beside_sha256(board)).read_bytes()).decode("utf-8")
        rows = [json.loads(line) for line in split.splitlines()]
        assert all(set(row) == {"id", "doc_id"} and row["doc_id"].isdigit() for row in rows)
        assert {e["system"] for e in board["entries"] if e["trust"] == "baseline"} == {
            f"baseline-{maker}" for maker in ("copy", "dictionary", "gold", "shuffled")
        }


def test_the_schema_file_is_valid_and_strict() -> None:
    from jsonschema import Draft202012Validator

    from benchmark.leaderboard.schema import SCHEMA

    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for path in [*boards.board_files(), boards.BOARDS / boards.PAPER]:
        validator.validate(json.loads(path.read_text("utf-8")))
