"""Input that nobody writes by accident: one message and exit 2, never a traceback, a hang or a half-written file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from report_run import make_run

from benchmark import cli
from benchmark.rundir.manifest import read_manifest
from benchmark.rundir.summaries import read_summary
from benchmark.settings.config import load_profile, parse_override
from benchmark.tasks.files import read_task_file
from metrics.errors import UserError
from metrics.files import inside, parse_json, read_json, read_text, read_toml
from metrics.open.lists import read_list
from metrics.records import MAX_TEXT, read_examples, read_generations
from metrics.rejects import Rejects

EXAMPLE = {"id": "a", "source": "北京下雨了。", "reference": "ฝนตกที่ปักกิ่ง", "facts": None, "source_lang": "zh"}


EXAMPLE |= {"target_lang": "th"}


MADE = {"example_id": "a", "system": "s", "stage": "x", "text": "ฝนตก"}


DIGITS = "9" * 5000


def write(path: Path, *rows: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return str(path)


@pytest.fixture
def score(tmp_path: Path) -> list[str]:
    """A `score` that works."""
    examples = write(tmp_path / "e.jsonl", EXAMPLE)
    made = write(tmp_path / "g.jsonl", MADE)
    return ["score", "--examples", examples, "--generations", made, "--out", str(tmp_path / "out")]


@pytest.mark.parametrize("value", [DIGITS, "-" + DIGITS, "[" * 20_000, "0x" + "f" * 9000, "{a = " * 5000])
def test_values_that_no_interpreter_takes(value: str, score: list[str], tmp_path: Path, capsys: Any) -> None:
    """In --set and in a profile."""
    assert cli.main([*score, "--set", f"run.seed={value}"]) == 2
    (tmp_path / "p.toml").write_text(f"[run]\nseed = {value}\n", "utf-8")
    assert cli.main([*score, "--profile", str(tmp_path / "p.toml")]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2 and all(line.startswith("error: ") and len(line) < 4200 for line in told)
    assert not (tmp_path / "out").exists()


def test_a_line_break_in_a_value_begins_no_other_key() -> None:
    assert parse_override("a.b=1\nc = 2") == (["a", "b"], "1\nc = 2")
    with pytest.raises(UserError, match="digits"):
        parse_override(f"run.seed={DIGITS}")


@pytest.mark.parametrize("grade", ["1e400", "1" + "0" * 400, DIGITS, "1e308", "NaN", "-1"])
def test_relevance_that_cannot_be_summed(grade: str, tmp_path: Path, capsys: Any) -> None:
    row = json.dumps({**{k: EXAMPLE[k] for k in ("id", "source", "source_lang", "target_lang")}, "candidates": 0})
    text = row.replace('"candidates": 0', f'"candidates": [{{"text": "ก", "relevance": {grade}}}]')
    (tmp_path / "c.jsonl").write_text(text + "\n", "utf-8")
    reward = ["validate-reward", "--reward", "metric:verbosity.chars", "--out", str(tmp_path / "out")]
    assert cli.main([*reward, "--candidates", str(tmp_path / "c.jsonl")]) == 2
    assert "line 1" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_human_scores_whose_squares_are_infinite(tmp_path: Path, capsys: Any) -> None:
    rows = ["system\titem\tmetric\thuman", "a\t1\t1\t1e308", "b\t1\t2\t-1e308"]
    (tmp_path / "j.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    assert cli.main(["meta-eval", "--judgements", str(tmp_path / "j.tsv"), "--out", str(tmp_path / "m.json")]) == 2
    assert "largest number" in capsys.readouterr().err
    assert not (tmp_path / "m.json").exists()


def test_outputs_of_millions_of_characters_are_counted(score: list[str], tmp_path: Path, capsys: Any) -> None:
    examples = [{**EXAMPLE, "id": name} for name in "abc"]
    rows = [{**MADE, "example_id": "a"}, {**MADE, "example_id": "b", "text": "ก" * 3_000_000}]
    rows.append({**MADE, "example_id": "c", "text": "x" * (MAX_TEXT + 1)})
    write(tmp_path / "e.jsonl", *examples)
    write(tmp_path / "g.jsonl", *rows)
    assert cli.main(score) == 2
    told = capsys.readouterr().err
    assert "2 of 3 rows" in told and "65,536" in told and "--skip-invalid" in told
    assert not (tmp_path / "out").exists()
    assert cli.main([*score, "--skip-invalid"]) == 0
    assert "2 of 3 rows left out" in capsys.readouterr().err
    write(tmp_path / "g.jsonl", {**MADE, "text": "x" * MAX_TEXT})
    assert len(read_generations(tmp_path / "g.jsonl")) == 1
    (tmp_path / "lines.txt").write_text("x" * (MAX_TEXT + 1) + "\n", "utf-8")
    write(tmp_path / "e.jsonl", EXAMPLE)
    assert cli.main([*score[:3], "--generations", str(tmp_path / "lines.txt"), "--format", "lines", *score[5:]]) == 2
    assert "1 of 1 outputs" in capsys.readouterr().err


def test_names_that_no_file_system_takes(tmp_path: Path) -> None:
    """The base of an adapter, paths in a profile."""
    from training.shared.lora import adapter_base

    for base in ("ก" * 3000, "a\0b", "/" + "x" * 300, "a/" * 3000):
        (tmp_path / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}))
        with pytest.raises(UserError, match="is no path"):
            adapter_base(tmp_path)
    text = 'texts = [{ format = "jsonl", source = "' + "x" * 300 + '" }]'
    (tmp_path / "t.toml").write_text(text, "utf-8")
    with pytest.raises(UserError, match=r"t\.toml"):
        read_task_file(tmp_path / "t.toml")
    for value in ('"a\\u0000b"', '["x", "\\u0000"]', '"' + "x" * 70_000 + '"'):
        with pytest.raises(UserError, match="NUL"):
            load_profile("tiny", [f"policy.path={value}"])


READERS = {
    "examples": read_examples,
    "generations": read_generations,
    "names": read_list,
    "json": read_json,
    "text": read_text,
    "toml": read_toml,
    "task": read_task_file,
    "profile": lambda path: load_profile(str(path)),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", ["zero", "fifo", "folder", "link to a device", "circle", "missing"])
def test_only_regular_files_are_read(reader: str, kind: str, tmp_path: Path) -> None:
    """Devices never end, and nobody may be writing to a pipe."""
    path = tmp_path / "x.toml"
    if kind == "zero":
        path = Path("/dev/zero")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    elif kind == "circle":
        path.symlink_to(path)
    with pytest.raises(UserError):
        READERS[reader](path)


def test_a_run_directory_shows_no_file_that_is_not_its_own(tmp_path: Path, capsys: Any) -> None:
    """A link out of a stranger's run directory: what lies there is neither shown nor compared."""
    secret = tmp_path / "secret.jsonl"
    write(secret, {"example_id": "0", "system": "s", "stage": "post-rl", "text": "SECRET"})
    run = tmp_path / "run"
    make_run(run, n=4)
    made = sorted((run / "generations").rglob("*.jsonl"))[0]
    made.unlink()
    made.symlink_to(secret)
    assert cli.main(["report", str(run)]) == 0
    assert "link out of" in capsys.readouterr().err
    assert "SECRET" not in (run / "report.html").read_text("utf-8")
    for name, command in (("summary.json", ["report", str(run)]), ("scores.parquet", ["compare", str(run), str(run)])):
        (run / name).rename(tmp_path / name)
        (run / name).symlink_to(tmp_path / name)
        assert cli.main(command) == 2
        assert "link out of" in capsys.readouterr().err
    (run / "manifest.json").unlink(missing_ok=True)
    (run / "manifest.json").symlink_to(secret)
    with pytest.raises(UserError, match="link out of"):
        read_manifest(run)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(UserError):
        inside(tmp_path, tmp_path / "loop")


@pytest.mark.parametrize("place", ["/etc/passwd", "../secret.jsonl", "a/../../b", ""])
def test_a_task_file_names_files_below_its_data_folder(place: str, tmp_path: Path) -> None:
    text = (
        'name = "x"\nversion = "1"\nsource_lang = "zh"\ntarget_lang = "th"\nprompt = "{source}"\nlicence = "x"\n'
        f'citation = "x"\nhome = "x"\nrevision = "x"\n[[texts]]\nformat = "jsonl"\nsource = "{place}"\n'
    )
    (tmp_path / "t.toml").write_text(text, "utf-8")
    with pytest.raises(UserError, match="below the data folder"):
        read_task_file(tmp_path / "t.toml")


CELLS: list[Any] = [None, 3, "text", [1], {"value": "high"}, {"value": [1]}, {"n_scored": None}, {"seeds": 3}]
CELLS += [{"value": 1e308}, {"value": -1e16}, {"n_scored": -5}, {"n_total": -1}]


@pytest.mark.parametrize("cell", CELLS)
def test_a_summary_holds_numbers_where_numbers_belong(cell: Any, tmp_path: Path) -> None:
    make_run(run := tmp_path / "run", n=4)
    whole = json.loads((run / "summary.json").read_text("utf-8"))
    for part in ("systems", "transitions"):
        key = next(iter(whole[part]))
        changed = {**whole, part: {**whole[part], key: {**whole[part][key], "coverage.recall": cell}}}
        (run / "summary.json").write_text(json.dumps(changed), "utf-8")
        if part == "transitions" and isinstance(cell, dict) and not {"seeds"} & cell.keys():
            continue  # a transition has no such field
        with pytest.raises(UserError, match=r"summary\.json cannot be read"):
            read_summary(run)


def test_a_summary_of_a_later_suite_is_not_read_as_one_of_ours(tmp_path: Path) -> None:
    make_run(run := tmp_path / "run", n=4)
    whole = json.loads((run / "summary.json").read_text("utf-8"))
    (run / "summary.json").write_text(json.dumps({**whole, "schema_version": 99}), "utf-8")
    with pytest.raises(UserError, match="its form is of version 99, this suite reads 1; upgrade the suite"):
        read_summary(run)


@pytest.mark.parametrize("field", ["task", "seed", "reward_id", "n_para"])
def test_an_edited_run_of_a_summary(field: str, tmp_path: Path, capsys: Any) -> None:
    """pool and compare: other kinds, another task, none."""
    runs = []
    for name in ("one", "two"):
        make_run(tmp_path / name, n=4)
        runs.append(str(tmp_path / name))
    for value in (None, [1], {"a": 1}, "another", 10**30):
        for run in runs:
            path = Path(run) / "summary.json"
            told = json.loads(path.read_text("utf-8"))
            told["run"][field] = value
            path.write_text(json.dumps(told), "utf-8")
        for command in (["pool", *runs], ["compare", *runs]):
            assert cli.main(command) in (0, 2), (command, value)
    capsys.readouterr()


def test_rows_that_are_too_large_are_counted_with_the_others(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    write(path, MADE, {**MADE, "example_id": "b", "seed": 2**63}, {**MADE, "example_id": "c", "n_tokens": 10**300})
    rejects = Rejects(path, skip=True)
    assert len(read_generations(path, rejects)) == 1 and rejects.n == 2
    with pytest.raises(UserError, match="too large"):
        parse_json(b'{"a": ' + DIGITS.encode() + b"}", "x")
