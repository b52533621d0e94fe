"""What the documents say holds: links, commands, the generated glossary, and the notebook, cell by cell."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from benchmark.cli import COMMANDS, build_parser
from benchmark.listing.explain import glossary
from benchmark.settings.config import load_profile
from benchmark.tasks import TASKS
from benchmark.tasks.files import shipped
from training.__main__ import build_parser as training_parser

TOP = Path(__file__).parents[2]
PAGES = sorted([TOP / "README.md", TOP / "CONTRIBUTING.md", *(TOP / "docs").glob("*.md")])
ROOMS = ("benchmark", "metrics", "training", "tests")
PROGRAM = re.compile(r"(?:python -m|--\S+ \S+ -m|-m) (benchmark|training) |sgsrl-bench ")
INLINE = re.compile(r"`((?:python -m (?:benchmark|training)|sgsrl-bench) [^`]+)`")


def commands() -> list[tuple[str, str, str]]:
    """(page, program, arguments) of every command line in the documents: on an indented line, behind a launcher too, or
    in a sentence. What stands in brackets is tried with and without; of alternatives the first is taken."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8").replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line.startswith("    ")] + INLINE.findall(text)
        for line in lines:
            if (at := PROGRAM.search(line)) is None:
                continue
            rest = re.sub(r"\s+#.*$", "", line[at.end() :]).partition(" && ")[0].strip()
            rest = re.sub(r"(\S+)( [|/] \S+)+", r"\1", rest).replace("FILE...", "FILE")
            for number, value in (("ROWS", "9"), (" SEED", " 1"), ("--seed N", "--seed 1"), ("show|", "show ")):
                rest = rest.replace(number, value)
            for tried in dict.fromkeys((re.sub(r"\[-[^\]]*\]", "", rest), re.sub(r"\[(-[^\]]*)\]", r"\1", rest))):
                found.append((page.name, at.group(1) or "benchmark", tried))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page names a file that is there."""
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    missing = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_source_files_that_are_named_are_there(page: Path) -> None:
    """`room/file.py`, or its end, in the text of a page."""
    named = re.findall(r"`((?!my_)[\w@./-]+\.py)`", page.read_text("utf-8"))
    sources = [f"/{p.relative_to(TOP)}" for room in ROOMS for p in (TOP / room).rglob("*.py")]
    assert [name for name in named if not any(source.endswith(f"/{name}") for source in sources)] == []


@pytest.mark.parametrize(("page", "program", "line"), commands())
def test_every_documented_command_is_one(page: str, program: str, line: str) -> None:
    """The parser takes it as it stands: its options are known, what it needs is there. Its profile loads with what it
    sets, and its task and reward are known where they are the suite's own."""
    words = shlex.split(line)
    if program == "training":
        training_parser().parse_args(words)
        return
    assert words[0] in (*COMMANDS, "--help")
    if len(words) == 1 and words[0] in ("--help", "validate-reward", "validate-metrics"):
        return  # named in a sentence
    args = build_parser(words[0]).parse_args(words)
    given = [
        *getattr(args, "overrides", ()),
        *(f"judge.names=[{json.dumps(n)}]" for n in [getattr(args, "judge", 0)] if n),
    ]
    profile = getattr(args, "profile", None) or "tiny"
    if given or profile != "tiny":
        load_profile("tiny" if profile == "PROFILE" else profile, given)
    task = getattr(args, "task", None)
    assert (
        task in (None, "user-data")
        or task.startswith(("file:", "my_module:"))
        or task in (*TASKS, *shipped())
        or task == "NAME"
    )


def test_there_are_commands_to_look_at() -> None:
    """In indented lines, behind launchers, in sentences, of both programs."""
    found = commands()
    assert len(found) > 60
    assert ("docs/" not in found[0][0]) and {program for _, program, _ in found} == {"benchmark", "training"}
    assert any(line.startswith("run --profile smoke --stage all") for _, _, line in found)
    assert any(line.startswith("validate-reward --reward NAME --out DIR") for _, _, line in found)


def test_the_readme_is_short() -> None:
    """At most 120 lines, and both commands stand in it as they are tested."""
    text = (TOP / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 120
    assert "pip install tox && tox" in text
    assert 'pip install -e ".[comet]" && python -m benchmark run --stage all' in text


def test_the_glossary_is_what_the_records_say() -> None:
    """docs/metrics.md is made by `metrics glossary`."""
    assert (TOP / "docs" / "metrics.md").read_text("utf-8").endswith(glossary())


def test_the_notebook_shows_what_its_cells_give() -> None:
    """Who reads it on a page sees the output; nothing of the machine that made it."""
    text = (TOP / "docs" / "four-uses.ipynb").read_text("utf-8")
    cells = [c for c in json.loads(text)["cells"] if c["cell_type"] == "code"]
    assert all(c["outputs"] and c["execution_count"] == n for n, c in enumerate(cells, 1))
    assert "/tmp/" not in text and str(Path.home()) not in text and len(text) < 40_000


def test_the_notebook_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Cell by cell, in one namespace, as a reader would run it; the table of the first cell renders."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for cell in json.loads((TOP / "docs" / "four-uses.ipynb").read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), "four-uses", "exec"), names)  # our own file
    assert "chrF2" in names["found"]._repr_html_()  # type: ignore[attr-defined]
