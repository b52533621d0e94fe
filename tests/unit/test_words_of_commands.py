"""Words of commands: every missing key at once with a right line, lists of whole sentences, one line each, a verdict
under the table of one model, too."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from report_run import make_run

from benchmark.cli import main
from benchmark.registry import first_sentence
from benchmark.report import print_verdict
from benchmark.reward.pairs import PAIR_KEYS, QUERY_KEYS, RIGHT_PAIR, RIGHT_QUERY, read_candidates, read_pairs
from metrics.errors import UserError
from metrics.records import RIGHT_EXAMPLE, RIGHT_GENERATION, parse_example, parse_generation


@pytest.mark.parametrize(
    ("parse", "right", "needed"),
    [
        (parse_example, RIGHT_EXAMPLE, ("id", "source", "source_lang", "target_lang")),
        (parse_generation, RIGHT_GENERATION, ("example_id", "system", "stage", "text")),
    ],
)
def test_all_missing_keys_are_named_at_once_with_a_line_that_is_right(parse, right, needed) -> None:  # type: ignore[no-untyped-def]
    assert parse(json.loads(right), "x")
    with pytest.raises(UserError) as told:
        parse({"foo": 1}, "file.jsonl, line 3")
    text = str(told.value)
    assert text.startswith("file.jsonl, line 3: ")
    assert all(f'"{key}"' in text.partition("missing")[0] for key in needed)
    assert "are missing (found: foo)" in text
    assert text.endswith(f"a right line: {right}")
    row = json.loads(right)
    del row[needed[0]]
    with pytest.raises(UserError, match=f'"{needed[0]}" is missing'):
        parse(row, "x")


def test_the_same_of_pairs_and_of_retrieval_lists(tmp_path: Path) -> None:
    for read, keys, right in ((read_pairs, PAIR_KEYS, RIGHT_PAIR), (read_candidates, QUERY_KEYS, RIGHT_QUERY)):
        file = tmp_path / "rows.jsonl"
        file.write_text('{"foo": 1}\n', "utf-8")
        with pytest.raises(UserError) as told:
            read(file)
        assert all(f'"{key}"' in str(told.value).partition("missing")[0] for key in keys)
        assert f"a right line: {right}" in str(told.value)
        file.write_text(right.replace('"worse": "..."', '"worse": "other"') + "\n", "utf-8")
        assert read(file)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("One line. Another.", "One line."),
        ("Broken over\ntwo lines, with v1.5 and a.b in it. More.", "Broken over two lines, with v1.5 and a.b in it."),
        ("As eq. 6 has it, e.g. here. More.", "As eq. 6 has it, e.g. here."),
        ("No stop", "No stop."),
        ("A paragraph\n\nThe next.", "A paragraph."),
        ("", ""),
    ],
)
def test_a_description_is_its_first_sentence(text: str, first: str) -> None:
    assert first_sentence(text) == first


@pytest.mark.parametrize("what", ["tasks", "metrics", "rewards", "judges", "profiles", "keys"])
def test_ls_has_a_line_each_and_no_sentence_breaks_off(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ls", what]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 3
    assert all(line and not line.startswith(" ") for line in lines)
    if what in ("rewards", "judges", "profiles"):
        assert all(line.endswith(".") for line in lines)


def test_under_the_table_of_one_model_stands_its_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path / "run", 24, draws=50)
    shutil.rmtree(tmp_path / "run" / "logs")
    path = tmp_path / "run" / "summary.json"
    summary = json.loads(path.read_text("utf-8"))
    summary["systems"] = {k: summary["systems"][k] for k in ("post-sft", "gold")}
    path.write_text(json.dumps(summary), "utf-8")
    print_verdict(tmp_path / "run")
    out = capsys.readouterr().out
    assert out.startswith("post-sft: of the facts that the references state, it states ")
