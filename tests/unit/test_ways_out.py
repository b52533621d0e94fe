"""Texts of strangers on a terminal and on pages: one function each, and no way past them."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from report_run import make_run

from benchmark import cli
from benchmark.report.safetext import environment
from metrics.terminal import plain, say

TOP = Path(__file__).parents[2]
SOURCES = sorted(p for package in ("metrics", "training", "benchmark") for p in (TOP / package).rglob("*.py"))
TEMPLATES = sorted((TOP / "benchmark").rglob("*.j2"))
TERMINAL, PAGES = "metrics/terminal.py", "benchmark/report/safetext.py"
RICH = {"benchmark/report/terminal.py", "benchmark/validity/command.py"}
"""Tables of rich, whose cells are `plain`."""
PROGRESS = "benchmark/progress.py"
"""Its lines are `plain`, and go to any stream."""
MADE_BY_US = {
    ("benchmark/report/svg.py", "to_svg"),  # matplotlib's figure, every text in it made plain before it is drawn
    ("benchmark/reward/page.py", "render"),  # the style sheet
}
"""(file, function) that may call something HTML that is no constant."""
HOSTILE = "\x1b]0;owned\x07\x9b31m\u202egnp\U000e0041\u2066\x85<script>alert(1)</script>\r\n!! all is well"
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\U000e0000-\U000e007f]")


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """(innermost function around it, call) of a file."""
    found: list[tuple[str, ast.Call]] = []

    def walk(node: ast.AST, name: str) -> None:
        for child in ast.iter_child_nodes(node):
            inner = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else name
            if isinstance(child, ast.Call):
                found.append((name, child))
            walk(child, inner)

    walk(ast.parse(path.read_text("utf-8")), "")
    return found


def test_nothing_is_printed_past_say() -> None:
    """print, writes to standard streams and rich consoles stand in the declared places alone: use
    metrics.terminal.say."""
    wrong = []
    for path in SOURCES:
        name = path.relative_to(TOP).as_posix()
        for function, call in calls(path):
            said = ast.unparse(call.func)
            by_rich = said.endswith("console.print") and name not in RICH
            if (said in ("print", "pprint") or re.search(r"std(out|err)\.write", said) or by_rich) and name not in (
                TERMINAL,
                PROGRESS,
            ):
                wrong.append(f"{name}:{call.lineno} in {function}: {said}")
    assert wrong == []


def test_pages_are_made_in_one_environment() -> None:
    """One jinja2 environment, which escapes; HTML that is no constant of ours only where it is declared; templates
    switch nothing off."""
    wrong = []
    for path in SOURCES:
        name = path.relative_to(TOP).as_posix()
        for function, call in calls(path):
            said = ast.unparse(call.func).rsplit(".", 1)[-1]
            if said in ("Environment", "Template", "from_string") and name != PAGES:
                wrong.append(f"{name}:{call.lineno}: {said}")
            constant = all(isinstance(a, ast.Constant) for a in call.args)
            if said == "Markup" and not constant and (name, function) not in MADE_BY_US:
                wrong.append(f"{name}:{call.lineno} in {function}: Markup of something that is no constant")
    assert TEMPLATES
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        wrong += [
            f"{path.name}: {m}"
            for m in re.findall(r"\|\s*safe\b|autoescape|\|\s*forceescape|[\w-]=\{\{", text)
            if "set " not in m
        ]
        wrong += [
            f"{path.name}: text in a script"
            for s in re.findall(r"<script.*?</script>", text, re.S)
            if re.search(r"\{\{(?! \w+ \| tojson \}\})", s)
        ]
    assert wrong == []


def test_plain_shows_what_would_act_and_leaves_writing_alone() -> None:
    assert ACTS.search(plain(HOSTILE)) is None
    assert plain("\x1b[2J") == "[U+001B][2J" and plain("\ud800") == "[U+D800]" and plain("a\nb") == "a[U+000A]b"
    for kept in ("กรุงเทพฯ สวัสดี", "བོད་ཡིག།", "北京，2024年", "naïve – “x” ≤ 3"):
        assert plain(kept) == kept


def test_say_writes_lines_that_a_file_cannot_forge(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    say(HOSTILE, "second")
    assert capsys.readouterr().out.splitlines()[1:] == ["second"]
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", narrow)
    say("ไทย")
    narrow.flush()
    assert narrow.buffer.getvalue() == b"\\u0e44\\u0e17\\u0e22\n"  # type: ignore[attr-defined]


def test_logs_pass_through_it_too(caplog: pytest.LogCaptureFixture) -> None:
    from metrics.terminal import plain_logs

    before = logging.getLogRecordFactory()
    try:
        plain_logs()
        logging.getLogger("training").warning("%s: damaged", HOSTILE)
        assert ACTS.search(caplog.messages[0].replace("\n", "")) is None
    finally:
        logging.setLogRecordFactory(before)


def test_a_template_that_thinks_of_nothing_is_safe_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "x.j2").write_text('<b title="{{ a }}">{{ a }}</b>{{ b.c }}{{ [a] | join }}')
    text = environment([tmp_path]).get_template("x.j2").render(a=HOSTILE, b={"c": HOSTILE})
    assert ACTS.search(text) is None and "<script" not in text


def hostile_run(folder: Path) -> Path:
    """A run directory with the hostile text in every name that a stranger may choose."""
    make_run(run := folder, n=6)
    summary = json.loads((run / "summary.json").read_text("utf-8"))
    summary["run"] |= {"task": HOSTILE, "reward_id": HOSTILE, "world_version": HOSTILE, "config_hash": HOSTILE}
    systems = summary["systems"]
    systems[f"{HOSTILE}/post-rl"] = systems["post-rl"]
    for row in systems.values():
        for name, cell in list(row.items())[:3]:
            row[name] = {**cell, "value": None, "reason": HOSTILE, "signature": HOSTILE}
    summary["tasks"] = {HOSTILE: {"systems": systems, "transitions": {}}}
    (run / "summary.json").write_text(json.dumps(summary, ensure_ascii=False), "utf-8")
    for path in (run / "generations").rglob("*.jsonl"):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        path.write_text(
            "".join(json.dumps({**r, "text": HOSTILE + r["text"]}, ensure_ascii=False) + "\n" for r in rows), "utf-8"
        )
    return run


def test_a_hostile_run_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """report and compare of a stranger's run: page and terminal hold nothing that acts."""
    run = hostile_run(tmp_path / "run")
    assert cli.main(["report", str(run)]) == 0
    assert cli.main(["compare", str(run), str(run)]) in (0, 2)
    told = capsys.readouterr()
    assert ACTS.search(told.out) is None and ACTS.search(told.err) is None
    page = (run / "report.html").read_text("utf-8")
    assert ACTS.search(page) is None and "<script>alert" not in page


def lengths(sources: list[str], candidates: list[str]) -> list[float]:
    """A reward: longer is better."""
    return [min(1.0, len(c) / 100) for c in candidates]


def test_hostile_pairs_in_validate_reward(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """reward.html and the terminal: categories, sources and texts of a stranger's pairs."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    row: dict[str, Any] = {
        "source": HOSTILE,
        "better": f"a {HOSTILE}",
        "worse": f"b {HOSTILE} b",
        "source_lang": "zh",
        "target_lang": "th",
    }
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(
        "".join(json.dumps({**row, "id": f"{i}{HOSTILE}", "category": f"c{HOSTILE}"}) + "\n" for i in range(8)), "utf-8"
    )
    out = tmp_path / "out"
    code = cli.main(["validate-reward", "--reward", "test_ways_out:lengths", "--pairs", str(pairs), "--out", str(out)])
    told = capsys.readouterr()
    assert ACTS.search(told.out) is None and ACTS.search(told.err) is None
    assert code in (0, 2)
    if code == 0:
        page = (out / "reward.html").read_text("utf-8")
        assert ACTS.search(page) is None and "<script>alert" not in page
